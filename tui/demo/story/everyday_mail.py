"""Everyday noise of mail and chats."""

from __future__ import annotations

from datetime import timedelta

from tui.demo.story.alert import (
    MDA,
    MDO,
    Alert,
)
from tui.demo.story.evidence import Evidence, ip, url, user
from tui.demo.story.evidence_cloud import cloud_app
from tui.demo.story.evidence_mail import (
    Mail,
    mail,
    mail_cluster,
    mailbox,
    mailbox_rule,
    submission,
    teams_message,
)
from tui.demo.story.scene import ACCOUNT, MAIL, Scene, Template
from tui.demo.story.world import (
    EXCHANGE,
    office_workers,
)


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
    Template(2, "Malicious URL in a Teams chat with {person}", "medium", teams, MAIL),
)
