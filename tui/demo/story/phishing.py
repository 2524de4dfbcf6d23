"""A copied sign-in page, a stolen session, mailbox rules, and a payment that nearly went out."""

from __future__ import annotations

from datetime import timedelta

from tui.demo.story.alert import ENTRA, MDA, MDO, XDR, Alert
from tui.demo.story.evidence import ip, url, user
from tui.demo.story.evidence_cloud import cloud_app, cloud_session
from tui.demo.story.evidence_mail import Mail, mail, mail_cluster, mailbox, mailbox_rule
from tui.demo.story.stage import Stage
from tui.demo.story.world import EXCHANGE, OFFICE, SHAREPOINT, people, person

NAME = "Adversary-in-the-middle sign-in and payment fraud: t.okafor"
SUMMARY = (
    "t.okafor signed in on a copy of the sign-in page. The session was used from Lagos, rules hid "
    "the answers of a supplier, and a changed account number was sent to m.haddad. The payment "
    "was stopped."
)
DESCRIPTION = (
    "Eleven people got a mail that imitates a shared document. One signed in; the page passed "
    "password and second factor on and kept the session cookie. From there the mailbox was read "
    "and a running exchange about an invoice was taken over."
)
ACTIONS = (
    "Revoke the sessions of t.okafor and reset the password.\n"
    "Remove the inbox rules, and the second factor that was added.\n"
    "Call the bank about the payment of 184,300 EUR.\n"
    "Find the other recipients of the mail who followed the address."
)
_PAGE = "https://login.contoso-docs.example/common/oauth2/authorize?client=sharepoint"
_PROXY = "45.95.169.113"
_LAGOS = "102.89.34.17"
_LAGOS_6 = "2a02:c207:2043:7751::1"


def tell(stage: Stage) -> list[Alert]:
    """The alerts, in the order things happened."""
    victim, chief = person("t.okafor"), person("m.haddad")
    readers = [victim, chief, person("k.larsen"), *people()[20:28]]
    wave = [
        Mail(
            "Contoso shared 'Remittance advice Q4' with you",
            "share@contoso-docs.example",
            "SharePoint (via Contoso)",
            one,
            stage.at(0) + timedelta(seconds=2 * place),
            "193.142.59.22",
            urls=(_PAGE,),
        )
        for place, one in enumerate(readers)
    ]
    fraud = Mail(
        "RE: Invoice 20931: [bold red]our new bank details[/] \x1b[31m(urgent)\x1b[0m",
        "t.okafor@contoso.com",
        "Tobe Okafor",
        chief,
        stage.at(131),
        _LAGOS,
        attachments=1,
        threats=(),
    )
    proxy = ip(_PROXY, "NL", verdict="malicious", roles=("attacker",))
    lagos = ip(_LAGOS, "NG", verdict="malicious", roles=("attacker",))
    bad_page = url(_PAGE, verdict="malicious", remediation="blocked")
    taken = user(victim, verdict="suspicious", remediation="active")
    return [
        Alert(
            "Email messages from a campaign removed after delivery",
            "informational",
            "InitialAccess",
            MDO,
            0,
            [
                mail_cluster(
                    wave,
                    "BodyFingerprintBin1;P2SenderDomain",
                    verdict="malicious",
                    remediation="remediated",
                ),
                mail(wave[0], verdict="malicious", remediation="remediated"),
                mail(wave[2], verdict="malicious", remediation="remediated"),
                bad_page,
                ip("193.142.59.22", "RU", verdict="suspicious", roles=("source",)),
            ],
            ("T1566.002",),
            "Messages of one campaign had been delivered to eleven mailboxes and were removed.",
            "See who followed the address before the messages were removed.",
            lasts=1,
            delay=44,
            investigation="successfullyRemediated",
        ),
        Alert(
            "A potentially malicious URL click was detected",
            "medium",
            "InitialAccess",
            MDO,
            6,
            [taken, mail(wave[0], verdict="malicious", remediation="remediated"), bad_page],
            ("T1204.001",),
            "t.okafor@contoso.com followed the address of a phishing message.",
            "Ask the user what was entered.",
        ),
        Alert(
            "User and IP address signed in through a phishing proxy",
            "high",
            "CredentialAccess",
            XDR,
            8,
            [taken, proxy, bad_page, cloud_app(OFFICE)],
            ("T1557", "T1539"),
            "The sign-in passed through a server that imitates the sign-in page: the session "
            "cookie must be taken as stolen, whatever the second factor was.",
            "Revoke the sessions. A new password alone is not enough.",
            actor="Storm-1167",
        ),
        Alert(
            "Anomalous token",
            "medium",
            "CredentialAccess",
            ENTRA,
            21,
            [taken, lagos, cloud_session(victim, stage.at(21), lagos)],
            ("T1528",),
            "The session's token has properties that do not fit the user: another browser and "
            "another country within minutes.",
            "Confirm the user as compromised.",
        ),
        Alert(
            "Impossible travel activity",
            "medium",
            "InitialAccess",
            MDA,
            22,
            [
                taken,
                lagos,
                ip("203.0.113.24", "GB", verdict="noThreatsFound", roles=("source",)),
                cloud_app(OFFICE),
            ],
            ("T1078.004",),
            "London and Lagos within 21 minutes.",
            "Revoke the sessions.",
        ),
        Alert(
            "Second factor added from an unfamiliar place",
            "medium",
            "Persistence",
            ENTRA,
            34,
            [taken, ip(_LAGOS_6, "NG", verdict="suspicious", roles=("attacker",))],
            ("T1556.006",),
            "An authenticator was registered for the account from a session of the attacker.",
            "Remove it, then have the user register again.",
        ),
        Alert(
            "Mailbox searched for payments",
            "low",
            "Collection",
            MDA,
            52,
            [taken, mailbox(victim), lagos, cloud_app(EXCHANGE), cloud_app(SHAREPOINT)],
            ("T1114.002", "T1213.002"),
            "More than 400 messages with 'invoice', 'IBAN' or 'remittance' were read in a row.",
            "Find out which exchanges were read.",
            lasts=25,
        ),
        Alert(
            "Suspicious inbox manipulation rule",
            "medium",
            "DefenseEvasion",
            MDA,
            95,
            [
                taken,
                mailbox(victim),
                mailbox_rule(victim, "."),
                mailbox_rule(victim, "RSS Subscriptions 📁"),
                lagos,
                cloud_app(EXCHANGE),
            ],
            ("T1564.008",),
            "Two rules mark messages of a supplier as read and move them to RSS Subscriptions.",
            "Remove the rules. Look into the folder.",
            lasts=3,
        ),
        Alert(
            "Business email compromise: payment details changed in a running exchange",
            "high",
            "Impact",
            XDR,
            131,
            [
                taken,
                user(chief, verdict="unknown", roles=("attacked",)),
                mailbox(chief, roles=("attacked",)),
                mail(fraud, verdict="malicious", remediation="active"),
                lagos,
            ],
            ("T1534", "T1657"),
            "A message from the stolen mailbox answers a supplier's invoice with other bank "
            "details.",
            "Call the recipient; do not write. Stop the payment.",
            delay=6,
            actor="Storm-1167",
        ),
    ]
