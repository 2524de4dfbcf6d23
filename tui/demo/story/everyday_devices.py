"""Everyday noise of devices: unwanted programs, blocked malware, odd commands."""

from __future__ import annotations

from tui.demo.story.alert import AV, CUSTOM, CUSTOM_TI, MDE, SMARTSCREEN, Alert
from tui.demo.story.evidence import (
    file,
    host,
    ip,
    process,
    registry_key,
    registry_value,
    url,
    user,
)
from tui.demo.story.scene import MALWARE, SOFTWARE, TEST, WORK, Scene, Template
from tui.demo.story.world import Device


def _downloads(scene: Scene) -> str:
    return f"C:\\Users\\{scene.person.name}\\Downloads"


def unwanted(scene: Scene) -> list[Alert]:
    """A program that nobody needs came with another one."""
    setup = f"{scene.thing}_setup.exe"
    shell = scene.stage.shell(scene.device, scene.person.name, -90)
    ran = scene.stage.run(
        setup,
        f'"{_downloads(scene)}\\{setup}" /silent',
        scene.device,
        scene.person.name,
        0,
        shell,
        folder=_downloads(scene),
        content=setup,
    )
    return [
        Alert(
            f"Unwanted software '{scene.thing}' was detected",
            "low",
            "UnwantedSoftware",
            AV,
            0,
            [
                host(scene.device, risk="low"),
                user(scene.person, verdict="unknown", roles=("contextual",)),
                file(
                    setup,
                    _downloads(scene),
                    scene.device,
                    content=setup,
                    remediation="remediated",
                ),
                process(ran, remediation="prevented"),
            ],
            ("T1204.002",),
            "A program that changes the browser or shows advertisements was found.",
            "Remove the program. Ask the user where it came from.",
            threat=f"PUA:Win32/{scene.thing}",
            family=scene.thing,
            investigation="successfullyRemediated",
        )
    ]


def prevented(scene: Scene) -> list[Alert]:
    """The antivirus did its work."""
    name = scene.dice.pick(
        ("Rechnung_2291.exe", "update.scr", "Lieferschein.pdf.exe", "crack.exe", "見積書.exe")
    )
    content = f"{name}/{scene.thing}/{scene.dice.below(5)}"
    evidence = [
        host(scene.device, risk="low"),
        file(
            name,
            _downloads(scene),
            scene.device,
            content=content,
            verdict="malicious",
            remediation="prevented",
            detection="prevented",
        ),
    ]
    found = [
        Alert(
            f"'{scene.thing}' malware was prevented",
            "informational",
            "Malware",
            AV,
            0,
            evidence,
            (),
            "Malware was found and stopped before it ran.",
            "Nothing has to be done now. Find out how the file got there.",
            threat=f"Trojan:Win32/{scene.thing}.A!ml",
            family=scene.thing,
            investigation="successfullyRemediated",
        )
    ]
    if scene.dice.chance(0.4):
        found.append(
            Alert(
                "Malicious file was downloaded by a browser",
                "medium",
                "Malware",
                SMARTSCREEN,
                -1,
                [
                    host(scene.device, risk="low"),
                    user(scene.person, verdict="unknown", roles=("contextual",)),
                    url(
                        f"https://files-{scene.dice.below(90)}.example.org/{name}",
                        verdict="malicious",
                        remediation="blocked",
                    ),
                ],
                ("T1189",),
                "A browser fetched a file that SmartScreen knows to be malicious.",
                "Tell the user. Block the address.",
                lasts=0.5,
            )
        )
    return found


def macro(scene: Scene) -> list[Alert]:
    """A rule of attack surface reduction stopped a document."""
    excel = scene.stage.run(
        "EXCEL.EXE",
        '"C:\\Program Files\\Microsoft Office\\root\\Office16\\EXCEL.EXE" '
        f'"{_downloads(scene)}\\{scene.thing}"',
        scene.device,
        scene.person.name,
        0,
        scene.stage.shell(scene.device, scene.person.name, -60),
    )
    return [
        Alert(
            f"Macro blocked in {scene.thing}",
            "low",
            "Execution",
            MDE,
            0,
            [
                host(scene.device, risk="low"),
                user(scene.person, verdict="unknown", roles=("contextual",)),
                process(excel, detection="blocked", remediation="blocked"),
                file(
                    scene.thing,
                    _downloads(scene),
                    scene.device,
                    content=scene.thing,
                    detection="blocked",
                    remediation="blocked",
                ),
            ],
            ("T1204.002", "T1059.005"),
            "An attack surface reduction rule kept a macro from starting a process.",
            "Find out who sent the document, and to whom else.",
        )
    ]


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


def autostart(scene: Scene) -> list[Alert]:
    """A program that puts itself into the Run key."""
    folder = f"C:\\Users\\{scene.person.name}\\AppData\\Roaming\\{scene.thing}"
    image = f"{scene.thing.lower()}.exe"
    ran = scene.stage.run(
        image,
        f'"{folder}\\{image}" --autostart',
        scene.device,
        scene.person.name,
        0,
        scene.stage.shell(scene.device, scene.person.name, -40),
        folder=folder,
        content=image,
    )
    return [
        Alert(
            "Anomaly detected in a start-up registry value",
            "low",
            "Persistence",
            MDE,
            0,
            [
                host(scene.device, risk="low"),
                process(ran),
                file(image, folder, scene.device, content=image),
                registry_value(
                    "HKEY_CURRENT_USER",
                    "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run",
                    scene.thing,
                    f'"{folder}\\{image}" --autostart',
                    scene.device,
                ),
            ],
            ("T1547.001",),
            "A value that starts a program at each logon was written.",
            "See whether the program is wanted.",
        )
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
        14,
        "Unwanted software: {thing}",
        "low",
        unwanted,
        SOFTWARE,
        ("SearchBarPro", "DriverBoost", "CouponDuck", "PDFeasy", "OpenCandy", "FastTorrent"),
    ),
    Template(
        16,
        "Malware prevented on {device}",
        "medium",
        prevented,
        MALWARE,
        ("Wacatac", "AgentTesla", "Emotet", "Formbook", "Qakbot", "LummaStealer"),
        ("auto-remediated",),
    ),
    Template(
        7,
        "Macro blocked in {thing}",
        "low",
        macro,
        MALWARE,
        ("Angebot_77.xlsm", "Timesheet.xlsm", "Bestellung_1204.docm", "Payroll_Q3.xlsm"),
    ),
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
        7,
        "Start-up registry value of {thing} on {device}",
        "low",
        autostart,
        SOFTWARE,
        ("Spotifly", "ChatBubble", "NoteKeep", "ScreenSnap"),
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
