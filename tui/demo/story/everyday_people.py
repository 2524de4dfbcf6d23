"""Everyday noise of accounts, mail, applications and data."""

from __future__ import annotations

from datetime import timedelta

from tui.demo.story.alert import (
    CLOUD,
    DLP,
    ENTRA,
    GOVERNANCE,
    MDA,
    MDI,
    MDO,
    SENTINEL,
    Alert,
)
from tui.demo.story.evidence import (
    Evidence,
    Mail,
    azure_resource,
    cloud_app,
    cloud_session,
    file,
    host,
    ip,
    mail,
    mail_cluster,
    mailbox,
    mailbox_rule,
    oauth_app,
    submission,
    teams_message,
    url,
    user,
)
from tui.demo.story.scene import ACCOUNT, MAIL, WORK, Scene, Template
from tui.demo.story.world import (
    EXCHANGE,
    INTERNET,
    OFFICE,
    ONEDRIVE,
    SHAREPOINT,
    device,
    office_workers,
)


def travel(scene: Scene) -> list[Alert]:
    """Two places, too far apart for the time between."""
    home = ip(INTERNET, scene.person.country, verdict="noThreatsFound", roles=("source",))
    away = ip(scene.address, scene.country, roles=("source",))
    return [
        Alert(
            "Impossible travel activity",
            "medium",
            "InitialAccess",
            MDA,
            0,
            [
                user(scene.person),
                home,
                away,
                cloud_app(OFFICE),
            ],
            ("T1078",),
            f"{scene.person.upn} signed in from two places that nobody travels between so fast.",
            "Ask the user whether a VPN or a telephone explains it; else reset the password.",
            lasts=40,
        ),
        Alert(
            "Atypical travel",
            "low",
            "InitialAccess",
            ENTRA,
            2,
            [user(scene.person), away, cloud_session(scene.person, scene.stage.at(2), away)],
            ("T1078.004",),
            "The sign-in came from a place that is unusual for the user.",
            "Confirm the sign-in as safe or as compromised.",
            lasts=38,
        ),
    ]


def unfamiliar(scene: Scene) -> list[Alert]:
    """A new telephone, or somebody else's."""
    return [
        Alert(
            "Unfamiliar sign-in properties",
            scene.dice.pick(("low", "medium", "medium", "high")),
            "InitialAccess",
            ENTRA,
            0,
            [user(scene.person), ip(scene.address, scene.country, roles=("source",))],
            ("T1078.004",),
            "The sign-in has properties that were not seen for the user before.",
            "Confirm the sign-in as safe or as compromised.",
        )
    ]


def failed(scene: Scene) -> list[Alert]:
    """A password changed, and a service did not hear of it."""
    return [
        Alert(
            "Many failed logons of one account",
            "low",
            "CredentialAccess",
            MDI,
            0,
            [
                user(scene.person, verdict="unknown", roles=("attacked",)),
                host(scene.device, risk="low", roles=("source",)),
                ip(scene.device.ip, roles=("source",), verdict="unknown"),
            ],
            ("T1110.001",),
            f"{scene.person.name} failed to sign in 60 times within half an hour.",
            "Look for a stored password on the source device.",
            lasts=30,
        )
    ]


def _phish(scene: Scene, *, action: str, location: str) -> Mail:
    subjects = (
        "Your parcel is waiting",
        "Passwort läuft heute ab",
        "Re: Re: signed contract",
        "Salary review 2026",
        "共有ファイルが届きました",
        "🎁 You were chosen",
    )
    number = scene.dice.below(60)
    host_name = f"login-{number}.example.com"
    return Mail(
        scene.dice.pick(subjects),
        f"no-reply@news-{number}.example.com",
        "Service Desk",
        scene.person,
        scene.stage.at(0),
        scene.address,
        urls=(f"https://{host_name}/v/{number * 7919}",),
        action=action,
        location=location,
    )


def reported(scene: Scene) -> list[Alert]:
    """Somebody pressed the button."""
    message = _phish(scene, action="delivered", location="inbox")
    return [
        Alert(
            "Email reported by user as malware or phish",
            "low",
            "InitialAccess",
            MDO,
            0,
            [
                mail(message, verdict=scene.dice.pick(("suspicious", "noThreatsFound"))),
                submission(message, scene.stage.at(12)),
                mailbox(scene.person, verdict="unknown", roles=("contextual",)),
                user(scene.person, verdict="unknown", roles=("contextual",)),
            ],
            ("T1566.002",),
            "A user reported a message with the Report button.",
            "Look at the message. Answer the user.",
            lasts=12,
        )
    ]


def removed(scene: Scene) -> list[Alert]:
    """Mail was found out after it had been delivered."""
    first = _phish(scene, action="delivered", location="quarantine")
    others = [
        Mail(
            first.subject,
            first.sender,
            first.sender_name,
            scene.dice.pick(office_workers()),
            first.received + timedelta(seconds=3 + number),
            first.sender_ip,
            urls=first.urls,
            action="delivered",
            location="quarantine",
        )
        for number in range(scene.dice.between(2, 5))
    ]
    every = [first, *{one.to.name: one for one in others if one.to != first.to}.values()]
    evidence: list[Evidence] = [
        mail_cluster(every, "Subject;P2SenderDomain;ContentType", remediation="remediated")
    ]
    evidence += [mail(one, verdict="malicious", remediation="remediated") for one in every[:3]]
    evidence.append(url(first.urls[0], verdict="malicious", remediation="blocked"))
    return [
        Alert(
            "Email messages containing malicious URL removed after delivery",
            "informational",
            "InitialAccess",
            MDO,
            0,
            evidence,
            ("T1566.002",),
            "Messages with a malicious address had been delivered and were removed.",
            "See whether anybody followed the address before.",
            lasts=50,
            investigation="successfullyRemediated",
        )
    ]


def clicked(scene: Scene) -> list[Alert]:
    """Phish was delivered, and somebody clicked."""
    message = _phish(scene, action="delivered", location="inbox")
    return [
        Alert(
            "Phish delivered due to an override",
            "informational",
            "InitialAccess",
            MDO,
            0,
            [
                mail(message, verdict="malicious"),
                mailbox(scene.person, roles=("attacked",)),
                ip(message.sender_ip, scene.country, roles=("source",)),
            ],
            ("T1566.002",),
            "A transport rule let a message through that is known to be phish.",
            "Correct the rule.",
        ),
        Alert(
            "A potentially malicious URL click was detected",
            "high" if scene.dice.chance(0.2) else "medium",
            "InitialAccess",
            MDO,
            14,
            [
                user(scene.person),
                mail(message, verdict="malicious"),
                url(message.urls[0], verdict="malicious", remediation="blocked"),
            ],
            ("T1204.001",),
            f"{scene.person.upn} followed an address that was found malicious.",
            "Ask the user what was entered. Reset the password where in doubt.",
        ),
        Alert(
            "User restricted from sending email",
            "low",
            "SuspiciousActivity",
            MDO,
            40,
            [user(scene.person), mailbox(scene.person)],
            (),
            "The account sent more mail than it may.",
            "Lift the restriction once the account is known to be safe.",
        ),
    ][: scene.dice.between(2, 3)]


def rule(scene: Scene) -> list[Alert]:
    """A rule that moves or forwards mail."""
    return [
        Alert(
            "Suspicious inbox manipulation rule",
            "medium",
            "Collection",
            MDA,
            0,
            [
                user(scene.person),
                mailbox(scene.person),
                mailbox_rule(scene.person, scene.thing),
                ip(scene.address, scene.country, roles=("source",)),
                cloud_app(EXCHANGE),
            ],
            ("T1564.008", "T1114.003"),
            f"A rule named '{scene.thing}' moves messages to a folder that nobody reads.",
            "Ask the user. Remove the rule.",
        )
    ]


def sharing(scene: Scene) -> list[Alert]:
    """A policy of data loss prevention matched."""
    return [
        Alert(
            f"DLP policy '{scene.thing}' matched for a document",
            "low",
            "Exfiltration",
            DLP,
            0,
            [
                user(scene.person, verdict="unknown", roles=("policyViolator",)),
                file(
                    scene.dice.pick(("Gehälter 2026.xlsx", "Card data.docx", "Customers.csv")),
                    "https://contoso.sharepoint.com/sites/finance/Shared Documents",
                    None,
                    content=f"dlp {scene.thing} {scene.dice.below(9)}",
                    verdict="unknown",
                ),
                cloud_app(SHAREPOINT),
            ],
            ("T1567",),
            "A document with sensitive content was shared with somebody outside.",
            "See whether the recipient should have it.",
        )
    ]


def download(scene: Scene) -> list[Alert]:
    """Many files at once."""
    return [
        Alert(
            "Mass download by a single user",
            "medium",
            "Exfiltration",
            MDA,
            0,
            [
                user(scene.person, verdict="unknown", roles=("contextual",)),
                ip(INTERNET, scene.person.country, verdict="noThreatsFound"),
                cloud_app(ONEDRIVE),
            ],
            ("T1530",),
            "One user downloaded more files in an hour than in the month before.",
            "Ask whether a computer is being replaced.",
            lasts=45,
        )
    ]


def reconnaissance(scene: Scene) -> list[Alert]:
    """A scanner of our own asks the directory."""
    return [
        Alert(
            f"{scene.thing} reconnaissance",
            "low",
            "Discovery",
            MDI,
            0,
            [
                host(scene.device, risk="low", roles=("source",)),
                host(device("DC-01"), risk="none", roles=("destination",)),
                user(scene.person, verdict="unknown", roles=("contextual",)),
            ],
            ("T1087.002",),
            "A device asked the directory for more than devices usually do.",
            "See whether a scanner runs on the source.",
            lasts=10,
        )
    ]


def consent(scene: Scene) -> list[Alert]:
    """A new application with many permissions."""
    return [
        Alert(
            f"New application with many permissions: {scene.thing}",
            "low",
            "Persistence",
            GOVERNANCE,
            0,
            [
                oauth_app(scene.thing, "not verified"),
                user(scene.person, verdict="unknown", roles=("contextual",)),
            ],
            ("T1098.003",),
            "An application was given permissions to read mail and files of users.",
            "See who consented, and whether it is wanted.",
        )
    ]


def sentinel(scene: Scene) -> list[Alert]:
    """A rule of our own in Sentinel."""
    return [
        Alert(
            "Sign-in from a rare country",
            "low",
            "InitialAccess",
            SENTINEL,
            0,
            [
                user(scene.person, verdict="unknown"),
                ip(scene.address, scene.country, roles=("source",), remediation="active"),
            ],
            ("T1078.004",),
            f"The first sign-in from {scene.country} in 14 days.",
            "Compare with the calendar of travels.",
        )
    ]


def storage(scene: Scene) -> list[Alert]:
    """Somebody from an anonymising network read a blob."""
    return [
        Alert(
            "Access from a Tor exit node to a storage account",
            "medium",
            "InitialAccess",
            CLOUD,
            0,
            [
                azure_resource(scene.thing),
                ip(scene.address, scene.country, roles=("source",)),
            ],
            ("T1090.003",),
            "A container of a storage account was read from a Tor exit node.",
            "See whether the container is meant to be public.",
        )
    ]


def teams(scene: Scene) -> list[Alert]:
    """A message from outside in Teams."""
    address = f"https://meet-{scene.dice.below(40)}.example.net/join"
    return [
        Alert(
            "Malicious URL in a Teams message",
            "medium",
            "InitialAccess",
            MDO,
            0,
            [
                teams_message(scene.person, address, scene.stage.at(0)),
                url(address, verdict="malicious", remediation="blocked"),
                user(scene.person, verdict="unknown", roles=("attacked",)),
            ],
            ("T1566.003",),
            "A message from outside carries an address that is known to be malicious.",
            "Block the sender's domain for external chats.",
        )
    ]


TEMPLATES = (
    Template(9, "Impossible travel: {person}", "medium", travel, ACCOUNT),
    Template(11, "Unfamiliar sign-in properties: {person}", "medium", unfamiliar, ACCOUNT),
    Template(8, "Failed logons: {person} on {device}", "low", failed, WORK),
    Template(17, "Email reported by {person} as phish", "low", reported, MAIL),
    Template(10, "Phishing mail removed after delivery", "informational", removed, MAIL),
    Template(6, "Phishing mail delivered, clicked by {person}", "medium", clicked, MAIL),
    Template(
        4,
        "Inbox rule '{thing}' of {person}",
        "medium",
        rule,
        ACCOUNT,
        ("Newsletters", "..", "RSS", "Projekt"),
    ),
    Template(
        9,
        "DLP policy '{thing}': document shared by {person}",
        "low",
        sharing,
        WORK,
        ("Card numbers", "Personal data (EU)", "Drawings"),
        ("dlp",),
    ),
    Template(4, "Mass download by {person}", "medium", download, WORK),
    Template(
        4,
        "{thing} reconnaissance from {device}",
        "low",
        reconnaissance,
        WORK,
        ("Account enumeration", "Network mapping (DNS)", "User and IP address (SMB)"),
    ),
    Template(
        3,
        "New application with many permissions: {thing}",
        "low",
        consent,
        WORK,
        ("Calendly Sync", "SurveyCat", "Zoomify", "Notion Import"),
    ),
    Template(4, "Sign-in from a rare country: {person}", "low", sentinel, ACCOUNT, tags=("vpn",)),
    Template(
        2,
        "Tor exit node read storage account {thing}",
        "medium",
        storage,
        WORK,
        ("contosopublic", "contosoimages"),
    ),
    Template(2, "Malicious URL in a Teams chat with {person}", "medium", teams, MAIL),
)
