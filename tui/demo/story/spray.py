"""One password, forty-one accounts, and one that opened."""

from __future__ import annotations

from tui.demo.story.alert import ENTRA, MDA, MDI, SENTINEL, Alert
from tui.demo.story.evidence import Evidence, host, ip, user
from tui.demo.story.evidence_cloud import cloud_app, cloud_session
from tui.demo.story.stage import Stage
from tui.demo.story.world import OFFICE, SHAREPOINT, Person, device, office_workers, person

NAME = "Password spray against 41 accounts"
SUMMARY = (
    "From six addresses, 41 accounts were tried with the same three passwords between two "
    "lockout windows. g.adeyemi's opened: the account had no second factor."
)
DESCRIPTION = (
    "The attempts came through a residential proxy network, with the user agent of an old "
    "version of Outlook, which skips the second factor."
)
ACTIONS = (
    "Reset the password of g.adeyemi and require a second factor.\n"
    "Turn off legacy authentication.\n"
    "Block the six addresses for a week."
)
ADDRESSES = (
    ("91.92.249.110", "RO"),
    ("91.92.249.114", "RO"),
    ("185.159.156.40", "VN"),
    ("185.159.156.77", "VN"),
    ("177.54.150.11", "BR"),
    ("177.54.150.29", "BR"),
)


def targets() -> tuple[Person, ...]:
    """The accounts that were tried."""
    return (person("g.adeyemi"), *office_workers()[12:52])


def tell(stage: Stage) -> list[Alert]:
    """The alerts, in the order things happened."""
    opened = person("g.adeyemi")
    sources: list[Evidence] = [
        ip(address, country, verdict="suspicious", roles=("attacker",))
        for address, country in ADDRESSES
    ]
    tried: list[Evidence] = [
        user(one, verdict="unknown", roles=("attacked",)) for one in targets()[1:]
    ]
    taken = user(opened, verdict="malicious", remediation="active")
    return [
        Alert(
            "Password spray",
            "medium",
            "CredentialAccess",
            ENTRA,
            0,
            [*tried, *sources],
            ("T1110.003",),
            "Many accounts were tried with few passwords from addresses that belong together.",
            "See which accounts answered with success.",
            lasts=110,
        ),
        Alert(
            "Suspected password spray attack (Kerberos, NTLM)",
            "medium",
            "CredentialAccess",
            MDI,
            12,
            [
                host(device("DC-01"), risk="low", roles=("destination",)),
                *tried[:12],
                sources[0],
            ],
            ("T1110.003",),
            "Twelve of the accounts were tried against the domain through the VPN as well.",
            "Block the addresses at the VPN gateway.",
            lasts=40,
        ),
        Alert(
            "Logon from a risky address after many failures",
            "high",
            "InitialAccess",
            MDA,
            87,
            [taken, sources[2], cloud_app(OFFICE)],
            ("T1078.004",),
            "An address that failed with 41 accounts succeeded with one.",
            "Reset the password. Revoke the sessions.",
        ),
        Alert(
            "Legacy authentication used",
            "low",
            "DefenseEvasion",
            SENTINEL,
            87,
            [taken, sources[2]],
            ("T1550",),
            "The sign-in used a protocol that knows no second factor.",
            "Turn off legacy authentication.",
        ),
        Alert(
            "Unfamiliar sign-in properties",
            "medium",
            "InitialAccess",
            ENTRA,
            94,
            [taken, sources[3], cloud_session(opened, stage.at(94), sources[3])],
            ("T1078.004",),
            "The sign-in has properties that were not seen for the user before.",
            "Confirm the user as compromised.",
        ),
        Alert(
            "Address book read from a risky address",
            "low",
            "Discovery",
            MDA,
            103,
            [taken, sources[3], cloud_app(SHAREPOINT)],
            ("T1087.003",),
            "The whole address book and the organisation's chart were read.",
            "Expect mail to the people in it.",
            lasts=6,
        ),
    ]
