"""Who may sign in to Contoso: its applications, and the authority that answers them.

Nothing here is a secret: the tenant lives on a loopback socket and dies with its process.
Names, identifiers and secrets are the same in every process and for every seed.

Source: *Get access with an application context*, *OAuth 2.0 client credentials flow*,
*Access token claims reference*, *Microsoft Entra authentication and authorization error
codes*.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from tui.demo.dice import guid

TENANT_ID = "72f988bf-3c41-4d0a-9b7e-5a1c0d2edb47"
TENANT_NAME = "Contoso"
TENANT_DOMAINS = ("contoso.onmicrosoft.com", "contoso.com")
ANALYST = "a.novak@contoso.com"
"""The person at the keyboard: the one whose incidents the queue shows as one's own."""


@dataclass(frozen=True)
class Resource:
    """An API that tokens are issued for."""

    name: str
    uri: str
    app_id: str
    aliases: tuple[str, ...] = ()
    assignment_required: bool = False
    """Applications without any role get no token (AADSTS501051) instead of an empty one."""

    @property
    def audiences(self) -> frozenset[str]:
        """Every `aud` that this API takes."""
        return frozenset({self.uri, self.uri + "/", self.app_id, *self.aliases})

    def audience_named(self, name: str) -> str:
        """The `aud` of a token that was asked for by that name, whatever its case."""
        wanted = name.rstrip("/").lower()
        return next((one for one in (self.app_id, *self.aliases) if one == wanted), self.uri)


CLASSIC = Resource(
    "classic", "https://api.security.microsoft.com", "8ee8fdad-f234-4243-8f3b-15c294843740"
)
GRAPH = Resource("graph", "https://graph.microsoft.com", "00000003-0000-0000-c000-000000000000")
ENDPOINT = Resource(
    "endpoint",
    "https://api.securitycenter.microsoft.com",
    "fc780465-2017-40d4-a0c5-307022471b92",
    aliases=(
        "https://api.securitycenter.windows.com",
        "https://securitycenter.onmicrosoft.com/windowsatpservice",
    ),
    assignment_required=True,
)
RESOURCES = (CLASSIC, GRAPH, ENDPOINT)


def resource_named(text: str) -> Resource | None:
    """The resource that a `resource` or the front of a `scope` names; None if unknown here."""
    wanted = text.rstrip("/").lower()
    for resource in RESOURCES:
        if wanted in {name.rstrip("/") for name in resource.audiences}:
            return resource
    return None


@dataclass(frozen=True)
class Application:
    """Credentials to try: what `demo credentials` prints."""

    name: str
    tenant_id: str
    client_id: str
    client_secret: str = field(repr=False)
    roles: list[str]


@dataclass(frozen=True)
class Registration:
    """An application as the tenant knows it."""

    name: str
    client_id: str
    grants: Mapping[str, tuple[str, ...]]
    """Application permissions by the name of the resource."""
    note: str
    """What it is good for, in a few words."""
    enabled: bool = True
    secret_expired: bool = False
    has_certificate: bool = False

    @property
    def client_secret(self) -> str:
        """The secret's value; made from the name, so that no source file holds one."""
        raw = hashlib.sha256(f"contoso/{self.name}/secret".encode()).digest()
        return "demo~" + base64.urlsafe_b64encode(raw)[:35].decode()

    @property
    def object_id(self) -> str:
        """The service principal's identifier in the tenant."""
        return guid(f"contoso/{self.name}/service-principal")

    def credentials(self) -> Application:
        """What a person needs to sign in with it."""
        roles = [role for names in self.grants.values() for role in names]
        return Application(self.name, TENANT_ID, self.client_id, self.client_secret, roles)


_READ_CLASSIC = ("Incident.Read.All",)
_READ_GRAPH = ("SecurityIncident.Read.All", "SecurityAlert.Read.All")
_ALL_CLASSIC = ("Incident.ReadWrite.All", "AdvancedHunting.Read.All")
_ALL_GRAPH = (
    "SecurityIncident.ReadWrite.All",
    "SecurityAlert.ReadWrite.All",
    "ThreatHunting.Read.All",
)
_ALL_ENDPOINT = (
    "Machine.ReadWrite.All",
    "Machine.Isolate",
    "Machine.RestrictExecution",
    "Machine.Scan",
    "Machine.CollectForensics",
    "Machine.StopAndQuarantine",
    "Ti.ReadWrite.All",
    "AdvancedQuery.Read.All",
)


@cache
def registrations() -> tuple[Registration, ...]:
    """Every application of the tenant, the usable ones first."""
    return (
        Registration(
            "soc-terminal",
            "5f0c8e2a-7b1d-4c3e-8f62-0a4d5e6c91d7",
            {"classic": _ALL_CLASSIC, "graph": _ALL_GRAPH, "endpoint": _ALL_ENDPOINT},
            "all rights on every API",
        ),
        Registration(
            "soc-reader",
            "0d3b6c52-91f4-4e0a-a7c8-6b2f1d9e4a10",
            {"classic": _READ_CLASSIC, "graph": _READ_GRAPH, "endpoint": ("Machine.Read.All",)},
            "reads incidents, changes and hunts nothing",
        ),
        Registration(
            "soc-hunter",
            "b84e1f07-2a65-4d9c-93e1-c50f7a8d6e21",
            {"classic": ("AdvancedHunting.Read.All",), "graph": ("ThreatHunting.Read.All",)},
            "hunts, and sees no incident",
        ),
        Registration(
            "soc-legacy",
            "e2c97a41-58d3-4b6f-8a0e-3f1b9d7c5e32",
            {"classic": _ALL_CLASSIC},
            "the classic API only, as before Graph",
        ),
        Registration(
            "soc-graph",
            "91a5d8e3-c4f2-47b0-b6d9-7e0c2a8f4b43",
            {"graph": _ALL_GRAPH},
            "Microsoft Graph only",
        ),
        Registration(
            "soc-automation",
            "4c7f2b96-e1a8-4053-9d7b-a86e0f3c1d54",
            {
                "classic": _ALL_CLASSIC,
                "graph": (*_ALL_GRAPH, "Directory.Read.All"),
                "endpoint": ("Machine.Read.All", "Machine.Isolate"),
            },
            "a certificate as well as a secret",
            has_certificate=True,
        ),
        Registration(
            "soc-newcomer",
            "f6180d3c-b72e-4a95-8c41-d29a5e7b0f65",
            {},
            "no permission was granted yet",
        ),
        Registration(
            "soc-retired",
            "38e4a9c7-6d05-4f1b-a2e8-1c7d0b9f5a76",
            {"classic": _ALL_CLASSIC, "graph": _ALL_GRAPH},
            "disabled in Enterprise applications",
            enabled=False,
        ),
        Registration(
            "soc-forgotten",
            "ad52f0b8-173c-4e6d-9f84-e05b6c2a7d87",
            {"classic": _ALL_CLASSIC, "graph": _ALL_GRAPH},
            "its secret has expired",
            secret_expired=True,
        ),
    )


def applications() -> list[Application]:
    """The applications that can sign in; the first has all rights on every API."""
    return [app.credentials() for app in registrations() if app.enabled and not app.secret_expired]


def all_applications() -> list[tuple[Application, str]]:
    """Every application with a note on what it is good for, unusable ones included."""
    return [(app.credentials(), app.note) for app in registrations()]


def registration(client_id: str) -> Registration | None:
    """The application of that client ID; None if the tenant has none."""
    wanted = client_id.strip().lower()
    return next((app for app in registrations() if app.client_id == wanted), None)


def is_this_tenant(text: str) -> bool:
    """Whether a tenant segment of a URL means Contoso."""
    return text.lower() in {TENANT_ID, *TENANT_DOMAINS}
