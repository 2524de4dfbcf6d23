"""An engineer who leaves, and takes the drawings along."""

from __future__ import annotations

from tui.demo.story.alert import CUSTOM, DLP, INSIDER, MDA, MDE, Alert
from tui.demo.story.evidence import file, host, ip, process, url, user
from tui.demo.story.evidence_cloud import cloud_app, security_group
from tui.demo.story.stage import Stage
from tui.demo.story.world import DROPBOX, GITHUB, INTERNET, SHAREPOINT, device, person

NAME = "Unusual volume of files copied by s.lindqvist"
SUMMARY = (
    "Two days after giving notice, s.lindqvist downloaded 3,420 drawings of the Aurora project, "
    "packed them, renamed the archive to holiday.jpg and sent it to a private Dropbox."
)
DESCRIPTION = (
    "Nothing here is malware, and most single steps are allowed. Together, and with the date of "
    "the notice, they are a case for Human resources and Legal."
)
ACTIONS = (
    "Talk to Human resources and Legal before anything else.\n"
    "Keep the device's image and the audit log.\n"
    "Do not confront the person."
)
_ARCHIVE = "Aurora-图纸-全部-最终版本.7z"
_UPLOAD = "https://www.dropbox.com/upload"


def tell(stage: Stage) -> list[Alert]:
    """The alerts, in the order things happened."""
    laptop, engineer = device("LAP-0311"), person("s.lindqvist")
    desktop = stage.shell(laptop, engineer.name, -180)
    documents = f"C:\\Users\\{engineer.name}\\Documents\\Aurora"
    pack = stage.run(
        "7z.exe",
        f'"C:\\Program Files\\7-Zip\\7z.exe" a -pAurora2026 -mhe "{documents}\\..\\{_ARCHIVE}" '
        f'"{documents}\\*"',
        laptop,
        engineer.name,
        96,
        desktop,
        folder="C:\\Program Files\\7-Zip",
        content="7z.exe",
    )
    rename = stage.run(
        "cmd.exe",
        f'cmd.exe /c ren "C:\\Users\\{engineer.name}\\Documents\\{_ARCHIVE}" holiday.jpg',
        laptop,
        engineer.name,
        118,
        desktop,
    )
    browser = stage.run(
        "msedge.exe",
        f'"C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe" {_UPLOAD}',
        laptop,
        engineer.name,
        121,
        desktop,
    )
    who = user(engineer, verdict="suspicious", roles=("policyViolator",))
    archive = file(
        _ARCHIVE,
        f"C:\\Users\\{engineer.name}\\Documents",
        laptop,
        content="aurora archive",
        size=1_932_735_283,
        roles=("created",),
    )
    disguised = file(
        "holiday.jpg",
        f"C:\\Users\\{engineer.name}\\Pictures",
        laptop,
        content="aurora archive",
        size=1_932_735_283,
    )
    office = ip(INTERNET, "SE", verdict="noThreatsFound", roles=("source",))
    return [
        Alert(
            "Mass download by a single user",
            "medium",
            "Collection",
            MDA,
            0,
            [who, office, cloud_app(SHAREPOINT)],
            ("T1213.002", "T1530"),
            "3,420 files of the site Aurora were downloaded; the user's usual day has 12.",
            "See whether a migration explains it.",
            lasts=75,
        ),
        Alert(
            "Membership of a project group was extended",
            "low",
            "PrivilegeEscalation",
            CUSTOM,
            -30,
            [who, security_group("PRJ-Aurora-Owners", verdict="unknown", roles=("edited",))],
            ("T1098.007",),
            "The user was added to the owners of a project that ends.",
            "Ask the owner of the group.",
        ),
        Alert(
            "Protected archive of many documents",
            "low",
            "Collection",
            MDE,
            96,
            [host(laptop, risk="medium"), who, process(pack), archive],
            ("T1560.001",),
            "A packer wrote an archive with a password over a folder of downloads.",
            "Find out what is in it.",
            lasts=14,
        ),
        Alert(
            "File renamed to hide its type",
            "low",
            "DefenseEvasion",
            CUSTOM,
            118,
            [host(laptop, risk="medium"), who, process(rename), disguised],
            ("T1036.008",),
            "An archive of 1.8 GB became a picture by name.",
            "Compare the file's beginning with its name.",
        ),
        Alert(
            "Upload to a private cloud storage",
            "medium",
            "Exfiltration",
            DLP,
            121,
            [
                host(laptop, risk="medium"),
                who,
                process(browser, verdict="unknown"),
                disguised,
                url(_UPLOAD, verdict="suspicious"),
                cloud_app(DROPBOX),
            ],
            ("T1567.002",),
            "A file with the fingerprint of the policy 'Drawings' was sent to Dropbox. The policy "
            "audits; it does not block.",
            "Set the policy to block for people who leave.",
            lasts=22,
        ),
        Alert(
            "Source code pushed to a private repository",
            "low",
            "Exfiltration",
            MDA,
            150,
            [who, office, cloud_app(GITHUB)],
            ("T1567.001",),
            "A repository was copied to an account outside the organisation.",
            "Ask the owner of the code.",
            lasts=4,
        ),
        Alert(
            "Data theft by a departing user",
            "low",
            "Exfiltration",
            INSIDER,
            155,
            [who, host(laptop, risk="medium"), archive],
            ("T1048",),
            "Several signals of the policy 'Departing users' came together.",
            "Follow the procedure that Human resources and Legal have agreed on.",
            lasts=2,
        ),
    ]
