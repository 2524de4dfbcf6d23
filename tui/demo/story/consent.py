"""An application that calls itself MailSync Helper, and what people allowed it to do."""

from __future__ import annotations

from tui.demo.story.alert import ENTRA, GOVERNANCE, MDA, XDR, Alert
from tui.demo.story.evidence import ip, url, user
from tui.demo.story.evidence_cloud import cloud_app, oauth_app, service_principal
from tui.demo.story.evidence_mail import mailbox
from tui.demo.story.stage import Stage
from tui.demo.story.world import EXCHANGE, OFFICE, ONEDRIVE, person

APP = "MailSync Helper"
NAME = f"Suspicious consent: {APP}"
SUMMARY = (
    "Three people allowed MailSync Helper to read their mail while they were away. The "
    "application then fetched 2,140 messages and 310 files through Graph, from one address in "
    "Romania."
)
DESCRIPTION = (
    "An application without a verified publisher got Mail.Read, Files.Read.All and "
    "offline_access. Resetting passwords does not end what it was given."
)
ACTIONS = (
    "Disable the application and revoke its grants.\n"
    "Revoke the sessions of the three people.\n"
    "Turn on the admin consent workflow."
)
_ADDRESS = "188.214.106.61"
_LINK = (
    "https://login.microsoftonline.com/common/oauth2/v2.0/authorize?client_id=mailsync"
    "&scope=Mail.Read%20Files.Read.All%20offline_access"
)


def tell(stage: Stage) -> list[Alert]:
    """The alerts, in the order things happened."""
    first, second, third = person("j.nunez"), person("r.costa"), person("x.wang")
    helper = oauth_app(APP, "mailsync-helper.example", verdict="malicious", remediation="active")
    principal = service_principal(APP, verdict="suspicious")
    source = ip(_ADDRESS, "RO", verdict="suspicious", roles=("attacker",))
    del stage
    return [
        Alert(
            "Consent to an application without a verified publisher",
            "low",
            "InitialAccess",
            GOVERNANCE,
            0,
            [user(first, roles=("compromised",)), helper, url(_LINK, verdict="suspicious")],
            ("T1566.002", "T1528"),
            "A user allowed an application to read mail and files. Its publisher is not verified.",
            "See whether the application is wanted.",
        ),
        Alert(
            "Misleading OAuth application name",
            "medium",
            "DefenseEvasion",
            MDA,
            4,
            [helper, user(first), user(second), cloud_app(OFFICE)],
            ("T1036.005",),
            "The application's name and logo imitate a Microsoft service.",
            "Disable the application.",
            lasts=38,
        ),
        Alert(
            "Unusual addition of credentials to an OAuth application",
            "medium",
            "Persistence",
            GOVERNANCE,
            47,
            [helper, principal, source],
            ("T1098.001",),
            "A new secret was added to the application soon after the first consent.",
            "Disable the application and revoke its grants.",
        ),
        Alert(
            "Application read many mailboxes through Graph",
            "medium",
            "Collection",
            GOVERNANCE,
            63,
            [
                helper,
                mailbox(first, roles=("attacked",)),
                mailbox(second, roles=("attacked",)),
                mailbox(third, roles=("attacked",)),
                source,
                cloud_app(EXCHANGE),
            ],
            ("T1114.002",),
            "The application read 2,140 messages of three mailboxes within an hour.",
            "Find out what was read.",
            lasts=55,
        ),
        Alert(
            "Files downloaded by an application with rare permissions",
            "low",
            "Exfiltration",
            MDA,
            101,
            [helper, user(third), source, cloud_app(ONEDRIVE)],
            ("T1567", "T1530"),
            "310 files of one user were downloaded by the application.",
            "Find out which files; tell the owner.",
            lasts=12,
        ),
        Alert(
            "Service principal signed in from an anonymising network",
            "low",
            "InitialAccess",
            ENTRA,
            112,
            [principal, ip("185.220.100.252", "DE", verdict="suspicious", roles=("source",))],
            ("T1078.004", "T1090.003"),
            "The application's identity signed in from a Tor exit node.",
            "Disable the application.",
        ),
        Alert(
            "OAuth application is part of a known campaign",
            "medium",
            "Persistence",
            XDR,
            118,
            [helper, principal, user(first), user(second), user(third)],
            ("T1098.003",),
            "Applications of this name and these addresses were seen in other organisations.",
            "Disable the application, revoke its grants, and look for others with its addresses.",
            actor="Storm-1286",
        ),
    ]
