"""Everyday noise of devices: commands and connections that look odd, mostly with a reason."""

from __future__ import annotations

from tui.demo.story.alert import AV, CUSTOM, CUSTOM_TI, MDE, Alert
from tui.demo.story.evidence import file, host, ip, process, registry_key, url, user
from tui.demo.story.scene import MALWARE, TEST, WORK, Scene, Template
from tui.demo.story.world import Device


def connection(scene: Scene) -> list[Alert]:
    """A program that seldom talks to anybody talked to somebody."""
    folder = f"C:\\Users\\{scene.person.name}\\AppData\\Local\\Temp"
    ran = scene.stage.run(
        scene.thing,
        f'"{folder}\\{scene.thing}" --sync',
        scene.device,
        scene.person.name,
        0,
        scene.stage.shell(scene.device, scene.person.name, -30),
        folder=folder,
        content=scene.thing,
    )
    return [
        Alert(
            "Rare process made a network connection",
            "low",
            "CommandAndControl",
            MDE,
            0,
            [
                host(scene.device, risk="low"),
                process(ran),
                ip(scene.address, scene.country, roles=("destination",)),
            ],
            ("T1071.001",),
            "A process that few devices run connected to an address that nobody else talks to.",
            "See what the process is, and who signed it.",
        )
    ]


def indicator(scene: Scene) -> list[Alert]:
    """An indicator of the organisation's own was seen."""
    edge = scene.stage.run(
        "msedge.exe",
        '"C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe" --single-argument',
        scene.device,
        scene.person.name,
        -20,
        scene.stage.shell(scene.device, scene.person.name, -200),
    )
    return [
        Alert(
            f"Connection to a blocked site: {scene.thing}",
            "informational",
            "SuspiciousActivity",
            CUSTOM_TI,
            0,
            [
                host(scene.device, risk="informational"),
                user(scene.person, verdict="unknown", roles=("policyViolator",)),
                process(edge, verdict="noThreatsFound"),
                url(f"https://{scene.thing}/", remediation="blocked"),
                ip(scene.address, scene.country, remediation="blocked", roles=("destination",)),
            ],
            (),
            "A custom indicator of the organisation matched a connection, which was blocked.",
            "Nothing has to be done where the block is wanted.",
        )
    ]


def powershell(scene: Scene) -> list[Alert]:
    """An administrator's script that looks like an attacker's."""
    shell = scene.stage.run("cmd.exe", "cmd.exe /c deploy.cmd", scene.device, "system", -0.2, None)
    ran = scene.stage.run(
        "powershell.exe",
        f"powershell.exe -ExecutionPolicy Bypass -NoProfile -File C:\\IT\\{scene.thing}",
        scene.device,
        "system",
        0,
        shell,
    )
    return [
        Alert(
            "Suspicious PowerShell command line",
            "medium",
            "Execution",
            MDE,
            0,
            [
                host(scene.device, risk="low"),
                process(shell, verdict="unknown"),
                process(ran),
                file(scene.thing, "C:\\IT", scene.device, content=scene.thing),
            ],
            ("T1059.001",),
            "PowerShell was started with switches that attackers like.",
            "See who made the script, and whether it is known.",
        )
    ]


def red_team(scene: Scene) -> list[Alert]:
    """An exercise that was announced."""
    task = scene.stage.run(
        "schtasks.exe",
        f'schtasks /create /tn "{scene.thing}" /tr C:\\RedTeam\\beacon.exe /sc daily /f',
        scene.device,
        scene.person.name,
        0,
        scene.stage.shell(scene.device, scene.person.name, -15),
    )
    key = "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache\\Tree\\"
    return [
        Alert(
            "Suspicious scheduled task was created",
            "informational",
            "Persistence",
            MDE,
            0,
            [
                host(scene.device, risk="low"),
                process(task),
                registry_key("HKEY_LOCAL_MACHINE", key + scene.thing),
            ],
            ("T1053.005",),
            "A task that starts a program from an unusual folder was made.",
            "Ask whether the task is known.",
        ),
        Alert(
            "Tool of the red team was run",
            "informational",
            "Execution",
            CUSTOM,
            2,
            [
                host(scene.device, risk="low"),
                user(scene.person, verdict="unknown", roles=("contextual",)),
                file("beacon.exe", "C:\\RedTeam", scene.device, content="red team beacon"),
            ],
            ("T1204",),
            "A custom detection of the organisation found the exercise's own tool.",
            "Compare with the calendar of exercises.",
        ),
    ]


def credentials_tool(scene: Scene) -> list[Alert]:
    """Somebody of IT used a tool that reads passwords."""
    ran = scene.stage.run(
        scene.thing,
        f"C:\\Tools\\{scene.thing} /accepteula",
        scene.device,
        scene.person.name,
        0,
        scene.stage.shell(scene.device, scene.person.name, -10),
        folder="C:\\Tools",
        content=scene.thing,
    )
    return [
        Alert(
            f"Hacking tool {scene.thing} was detected",
            "medium",
            "CredentialAccess",
            AV,
            0,
            [
                host(scene.device, risk="medium"),
                user(scene.person),
                process(ran, remediation="blocked", detection="blocked"),
                file(
                    scene.thing,
                    "C:\\Tools",
                    scene.device,
                    content=scene.thing,
                    remediation="remediated",
                ),
            ],
            ("T1003", "T1555"),
            "A tool that reads stored passwords was found.",
            "Ask the user. Such tools need a reason.",
            investigation="successfullyRemediated",
        )
    ]


def usb(scene: Scene) -> list[Alert]:
    """Files went to a stick."""
    copy = scene.stage.run(
        "robocopy.exe",
        f'robocopy "C:\\Users\\{scene.person.name}\\Documents\\{scene.thing}" E:\\ /E',
        scene.device,
        scene.person.name,
        0,
        scene.stage.shell(scene.device, scene.person.name, -120),
    )
    return [
        Alert(
            "Many files were copied to a removable device",
            "low",
            "Exfiltration",
            CUSTOM,
            0,
            [
                host(scene.device, risk="low"),
                user(scene.person, roles=("policyViolator",)),
                process(copy, verdict="unknown"),
                file(f"{scene.thing}.zip", "E:\\", scene.device, content=f"usb {scene.thing}"),
            ],
            ("T1052.001",),
            "More than 200 files were written to a USB device within an hour.",
            "Ask the user and the manager.",
            lasts=35,
        )
    ]


def quiet_sensor(scene: Scene) -> list[Alert]:
    """A server's sensor stopped for a while."""
    return [
        Alert(
            "Sensor of a server stopped reporting",
            "informational",
            "DefenseEvasion",
            MDE,
            0,
            [host(scene.device, risk="none", health="inactive")],
            ("T1562.001",),
            "No signal has come from the device for more than an hour.",
            "See whether the device is being maintained.",
        )
    ]


def linux(scene: Scene) -> list[Alert]:
    """A web server was asked to mine."""
    server = _linux()
    ran = scene.stage.run(
        scene.thing,
        f"/opt/.x/{scene.thing} -o stratum+tcp://{scene.address}:3333 -u 48edf --donate-level 1",
        server,
        "svc-sql",
        0,
        None,
        folder="/opt/.x",
        content=scene.thing,
    )
    return [
        Alert(
            "Possible cryptocurrency miner",
            "medium",
            "Impact",
            MDE,
            0,
            [
                host(server, risk="medium"),
                process(ran, remediation="blocked", detection="blocked"),
                ip(scene.address, scene.country, remediation="blocked", roles=("destination",)),
            ],
            ("T1496",),
            "A process that looks like a miner was started from a hidden folder.",
            "Find out how it got there; see the web server's log.",
        )
    ]


def _linux() -> Device:
    from tui.demo.story.world import device

    return device("LNX-WEB-03")


TEMPLATES = (
    Template(
        8,
        "Rare process made a network connection on {device}",
        "low",
        connection,
        WORK,
        ("scanhelper.exe", "syncit.exe", "labelprint.exe", "vpnhelper.exe", "kioskd.exe"),
    ),
    Template(
        9,
        "Connection to a blocked site: {thing}",
        "informational",
        indicator,
        WORK,
        ("paste-fast.example", "freevpn.example", "anonymfiles.example", "cheap-ai.example"),
        ("policy",),
    ),
    Template(
        8,
        "Suspicious PowerShell command line on {device}",
        "medium",
        powershell,
        WORK,
        ("Install-Agent.ps1", "Set-Wallpaper.ps1", "Fix-Teams.ps1", "Get-Inventory.ps1"),
    ),
    Template(
        3,
        "Red-team exercise: scheduled task {thing}",
        "informational",
        red_team,
        TEST,
        ("WinSync", "AdobeUpd", "TelemetryHelper"),
        ("red-team",),
    ),
    Template(
        4,
        "Hacking tool {thing} on {device}",
        "medium",
        credentials_tool,
        WORK,
        ("procdump64.exe", "WebBrowserPassView.exe", "nmap.exe", "psexec64.exe"),
    ),
    Template(
        4,
        "Files copied to a removable device by {person}",
        "low",
        usb,
        WORK,
        ("Photos", "Offers", "Handover", "Drawings"),
    ),
    Template(3, "Sensor silent: {device}", "informational", quiet_sensor, WORK),
    Template(
        2, "Possible cryptocurrency miner on LNX-WEB-03", "medium", linux, MALWARE, ("kdevtmpfsi",)
    ),
)
