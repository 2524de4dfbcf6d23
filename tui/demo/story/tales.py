"""The stories of the month: which incidents they became, and how far those have come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tui.demo.identity import ANALYST
from tui.demo.story import (
    consent,
    everyday_commands,
    everyday_devices,
    everyday_mail,
    everyday_people,
    insider,
    phishing,
    ransomware,
    spray,
    webshell,
)
from tui.demo.story.alert import Alert
from tui.demo.story.noise import teller
from tui.demo.story.record import Record, comment
from tui.demo.story.stage import Stage
from tui.demo.story.world import device, person


@dataclass(frozen=True)
class Tale:
    """A story and the state of its incident.

    Args:
        number: The incident's number.
        age: Hours since it was opened.
        lead: Minutes from the story's beginning until the incident was opened.
        tell: The story.
        comments: Author, text and hours ago.
    """

    number: int
    age: float
    lead: float
    name: str
    severity: str
    tell: Callable[[Stage], list[Alert]]
    status: str = "active"
    touched: float = 0.0
    """Hours since the last change; as old as the incident where 0."""
    assigned: str | None = None
    classification: str = "unknown"
    determination: str = "unknown"
    tags: tuple[str, ...] = ()
    system_tags: tuple[str, ...] = ()
    priority: int | None = None
    description: str = ""
    summary: str = ""
    actions: str = ""
    resolution: str = ""
    comments: tuple[tuple[str, str, float], ...] = ()


_TALES = (
    Tale(
        4711,
        2.2,
        3,
        ransomware.NAME,
        "high",
        ransomware.tell,
        touched=0.3,
        tags=("ransomware", "crown-jewels"),
        system_tags=("Ransomware", "Critical asset"),
        priority=98,
        description=ransomware.DESCRIPTION,
        summary=ransomware.SUMMARY,
        actions=ransomware.ACTIONS,
        comments=(
            (
                "h.osei@contoso.com",
                "Bridge is open: SOC room 2. Nobody reboots FS-01, please.",
                0.5,
            ),
            ("d.ito@contoso.com", "FS-01 is off the network at the switch.", 0.3),
        ),
    ),
    Tale(
        4698,
        5.0,
        10,
        phishing.NAME,
        "high",
        phishing.tell,
        status="inProgress",
        touched=1.6,
        assigned=ANALYST,
        tags=("bec", "vip"),
        system_tags=("Credential phish",),
        priority=93,
        description=phishing.DESCRIPTION,
        summary=phishing.SUMMARY,
        actions=phishing.ACTIONS,
        comments=(
            (ANALYST, "Sessions revoked, rules removed. Waiting for the bank to call back.", 2.1),
            (
                "m.haddad@contoso.com",
                "Payment stopped at 14:05. Thank you, that was close!\n\nMona",
                1.6,
            ),
        ),
    ),
    Tale(
        4690,
        7.0,
        6,
        consent.NAME,
        "medium",
        consent.tell,
        touched=5.0,
        tags=("oauth",),
        priority=71,
        description=consent.DESCRIPTION,
        summary=consent.SUMMARY,
        actions=consent.ACTIONS,
    ),
    Tale(
        4688,
        9.0,
        30,
        spray.NAME,
        "medium",
        spray.tell,
        touched=7.2,
        tags=("identity",),
        priority=66,
        description=spray.DESCRIPTION,
        summary=spray.SUMMARY,
        actions=spray.ACTIONS,
    ),
    Tale(
        4671,
        26.0,
        5,
        webshell.NAME,
        "high",
        webshell.tell,
        status="inProgress",
        touched=3.4,
        assigned="d.ito@contoso.com",
        classification="truePositive",
        determination="multiStagedAttack",
        tags=("internet-facing", "crown-jewels"),
        system_tags=("Critical asset",),
        priority=95,
        description=webshell.DESCRIPTION,
        summary=webshell.SUMMARY,
        actions=webshell.ACTIONS,
        comments=(
            ("d.ito@contoso.com", "Portal is offline. Images of IIS-02 and SQL-01 are taken.", 21),
            ("j.keller@contoso.com", "krbtgt reset once; second one tonight at 22:00.", 9),
            (
                "h.osei@contoso.com",
                "Legal informed. Deadline for the authority is tomorrow noon.",
                3.4,
            ),
        ),
    ),
    Tale(
        4669,
        29.0,
        20,
        insider.NAME,
        "low",
        insider.tell,
        touched=26.0,
        tags=("insider", "legal-hold"),
        priority=44,
        description=insider.DESCRIPTION,
        summary=insider.SUMMARY,
        actions=insider.ACTIONS,
    ),
    Tale(
        4660,
        48.0,
        20,
        "Phishing mail delivered, clicked by r.costa",
        "medium",
        teller(everyday_mail.clicked, person("r.costa"), device("WKS-0201"), key=3),
        status="resolved",
        touched=44.5,
        assigned=ANALYST,
        classification="truePositive",
        determination="phishing",
        priority=31,
        comments=((ANALYST, "Nothing was entered, says the user. Password reset anyway.", 44.5),),
    ),
    Tale(
        4655,
        54.0,
        5,
        "Unwanted software: SearchBarPro",
        "low",
        teller(everyday_devices.unwanted, person("p.moreau"), device("LAP-0077"), "SearchBarPro"),
        status="resolved",
        touched=52.0,
        assigned="m.ruiz@contoso.com",
        classification="truePositive",
        determination="unwantedSoftware",
        priority=6,
    ),
    Tale(
        4651,
        72.0,
        5,
        "Red-team exercise: scheduled task WinSync",
        "informational",
        teller(everyday_commands.red_team, person("j.keller"), device("WKS-0077"), "WinSync"),
        status="resolved",
        touched=70.0,
        assigned="m.ruiz@contoso.com",
        classification="informationalExpectedActivity",
        determination="securityTesting",
        tags=("red-team",),
        priority=3,
        resolution="Announced exercise, ticket CHG-20417.",
    ),
    Tale(
        4642,
        78.0,
        8,
        "Impossible travel: k.larsen",
        "medium",
        teller(
            everyday_people.travel,
            person("k.larsen"),
            device("WKS-0142"),
            address="45.137.21.44",
            country="MD",
        ),
        priority=38,
    ),
    Tale(
        4640,
        84.0,
        5,
        "Macro blocked in Invoice_8841.xlsm",
        "low",
        teller(everyday_devices.macro, person("p.moreau"), device("LAP-0077"), "Invoice_8841.xlsm"),
        priority=12,
    ),
    Tale(
        4637,
        96.0,
        5,
        "Rare process made a network connection on WKS-0190",
        "low",
        teller(
            everyday_commands.connection,
            person("t.okafor"),
            device("WKS-0190"),
            "scanhelper.exe",
            address="198.51.100.140",
        ),
        status="inProgress",
        touched=80.0,
        assigned="d.ito@contoso.com",
        priority=9,
    ),
    Tale(
        4631,
        102.0,
        5,
        "Malware prevented on LAP-0077",
        "medium",
        teller(everyday_devices.prevented, person("p.moreau"), device("LAP-0077"), "AgentTesla"),
        status="resolved",
        touched=101.0,
        assigned=ANALYST,
        classification="truePositive",
        determination="malware",
        tags=("auto-remediated",),
        priority=21,
    ),
)


def tales(now: datetime) -> list[Record]:
    """The stories' incidents."""
    return [_record(tale, now) for tale in _TALES]


def _record(tale: Tale, now: datetime) -> Record:
    created = now - timedelta(hours=tale.age)
    began = created - timedelta(minutes=tale.lead)
    touched = now - timedelta(hours=tale.touched) if tale.touched else created
    return Record(
        number=tale.number,
        name=tale.name,
        severity=tale.severity,
        status=tale.status,
        created=created,
        updated=touched,
        began=began,
        tell=lambda: tale.tell(Stage(began)),
        assigned=tale.assigned,
        classification=tale.classification,
        determination=tale.determination,
        tags=list(tale.tags),
        system_tags=list(tale.system_tags),
        priority=tale.priority,
        description=tale.description or None,
        summary=tale.summary or None,
        recommended_actions=tale.actions or None,
        resolving_comment=tale.resolution or None,
        modified_by=tale.assigned or "Microsoft Defender XDR",
        comments=[
            comment(text, author, now - timedelta(hours=hours))
            for author, text, hours in tale.comments
        ],
    )
