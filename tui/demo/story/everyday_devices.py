"""Everyday noise of devices: unwanted programs and blocked malware."""

from __future__ import annotations

from tui.demo.story.alert import AV, MDE, SMARTSCREEN, Alert
from tui.demo.story.evidence import file, host, process, registry_value, url, user
from tui.demo.story.scene import MALWARE, SOFTWARE, Scene, Template


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
        7,
        "Start-up registry value of {thing} on {device}",
        "low",
        autostart,
        SOFTWARE,
        ("Spotifly", "ChatBubble", "NoteKeep", "ScreenSnap"),
    ),
)
