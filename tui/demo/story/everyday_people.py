"""Everyday noise of accounts, applications and data."""

from __future__ import annotations

from tui.demo.story.alert import (
    CLOUD,
    DLP,
    ENTRA,
    GOVERNANCE,
    MDA,
    MDI,
    SENTINEL,
    Alert,
)
from tui.demo.story.evidence import file, host, ip, user
from tui.demo.story.evidence_cloud import azure_resource, cloud_app, cloud_session, oauth_app
from tui.demo.story.scene import ACCOUNT, WORK, Scene, Template
from tui.demo.story.world import (
    INTERNET,
    OFFICE,
    ONEDRIVE,
    SHAREPOINT,
    device,
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


TEMPLATES = (
    Template(9, "Impossible travel: {person}", "medium", travel, ACCOUNT),
    Template(11, "Unfamiliar sign-in properties: {person}", "medium", unfamiliar, ACCOUNT),
    Template(8, "Failed logons: {person} on {device}", "low", failed, WORK),
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
)
