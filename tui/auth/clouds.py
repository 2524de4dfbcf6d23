"""Hosts of each national cloud (Microsoft's pages usgov and api-supported)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import asdict, replace

from tui.config.hosts import REGIONS, mixed_hosts, possible_clouds

if TYPE_CHECKING:
    from tui.config import HostTable


class Cloud(Struct, frozen=True):
    """The hosts that belong together. All are origins, without a trailing slash."""

    name: str
    """`global`, `gcc`, `gcc-high`, `dod`, or `custom`."""
    authority: str
    """Where tokens come from."""
    classic: str
    """The Defender XDR API (`/api/incidents`, `/api/advancedhunting`)."""
    graph: str
    endpoint: str
    """The Defender for Endpoint API (`/api/machines`)."""
    portal: str
    classic_resource: str
    """What a token for the classic API is asked for; likewise the next two."""
    graph_resource: str
    endpoint_resource: str

    @property
    def is_custom(self) -> bool:
        """Whether the hosts were given in the settings instead of known to us."""
        return self.name == "custom"

    @property
    def authority_host(self) -> str:
        """Host of the authority, with its port if one was given."""
        return urlsplit(self.authority).netloc

    def resource_uri(self, resource: str) -> str:
        """The URI to ask a token for, of `graph`, `classic` or `endpoint`.

        Raises:
            ValueError: The name is none of these three.
        """
        if resource == "graph":
            return self.graph_resource
        if resource == "classic":
            return self.classic_resource
        if resource == "endpoint":
            return self.endpoint_resource
        raise ValueError(f"unknown resource {resource!r}")

    def origin_of(self, resource: str) -> str:
        """The only origin that may be shown a token for `graph`, `classic` or `endpoint`.

        Raises:
            ValueError: The name is none of these three.
        """
        if resource == "graph":
            return self.graph
        if resource == "classic":
            return self.classic
        if resource == "endpoint":
            return self.endpoint
        raise ValueError(f"unknown resource {resource!r}")


def _cloud(name: str, login: str, defender: str, graph: str, portal: str, resource: str) -> Cloud:
    return Cloud(
        name=name,
        authority=login,
        classic=defender,
        graph=graph,
        endpoint=defender,
        portal=portal,
        classic_resource=defender,
        graph_resource=graph,
        endpoint_resource=resource,
    )


_LOGIN = "https://login.microsoftonline.com"
_LOGIN_US = "https://login.microsoftonline.us"

CLOUDS: dict[str, Cloud] = {
    cloud.name: cloud
    for cloud in (
        _cloud(
            "global",
            _LOGIN,
            "https://api.security.microsoft.com",
            "https://graph.microsoft.com",
            "https://security.microsoft.com",
            "https://api.securitycenter.microsoft.com",
        ),
        _cloud(
            "gcc",
            _LOGIN,
            "https://api-gcc.security.microsoft.us",
            "https://graph.microsoft.com",
            "https://security.microsoft.com",
            "https://api-gcc.securitycenter.microsoft.us",
        ),
        _cloud(
            "gcc-high",
            _LOGIN_US,
            "https://api-gov.security.microsoft.us",
            "https://graph.microsoft.us",
            "https://security.microsoft.us",
            "https://api-gov.securitycenter.microsoft.us",
        ),
        _cloud(
            "dod",
            _LOGIN_US,
            "https://api-gov.security.microsoft.us",
            "https://dod-graph.microsoft.us",
            "https://security.apps.mil",
            "https://api-gov.securitycenter.microsoft.us",
        ),
    )
}
"""The clouds that have a Defender XDR API."""


def cloud_named(name: str, region: str | None = None) -> Cloud:
    """A cloud of the table, by name.

    Args:
        region: Whose classic host is asked instead of the nearest one (`eu`); global only.

    Raises:
        UsageProblem: There is no such cloud, or it has no such region.
    """
    from tui.errors import UsageProblem

    try:
        cloud = CLOUDS[name]
    except KeyError:
        raise UsageProblem(
            f"There is no cloud '{name}'",
            remedy=f"Known are {', '.join(CLOUDS)}, or a table of hosts of your own.",
        ) from None
    if region is None:
        return cloud
    if name != "global" or region not in REGIONS:
        raise UsageProblem(
            f"The cloud {name} has no region '{region}'",
            remedy=f"The global cloud has {', '.join(REGIONS)}.",
        )
    # The token's audience stays the global one.
    return replace(cloud, classic=f"https://{region}.api.security.microsoft.com")


def custom_cloud(hosts: HostTable) -> Cloud:
    """A cloud of hosts given in the settings; only the authority must be there.

    Hosts that are not given are those of Microsoft's cloud where the authority is one of
    Microsoft's, and the authority's own origin otherwise: a test tenant serves everything
    from one place, and its tokens must not travel to anybody else. The resources are the
    global ones unless given, for they are names and no addresses.
    """
    table = {name: host for name, host in asdict(hosts).items() if host}
    if mixed := mixed_hosts(table):
        from tui.errors import UsageProblem

        raise UsageProblem(
            "The cloud of this profile cannot be used",
            mixed[1],
            "Authority, APIs and portal must belong to one cloud.",
        )
    authority = hosts.authority.rstrip("/")
    known = possible_clouds(table)
    base = CLOUDS[known[0] if known else "global"]

    def host(given: str | None, fallback: str) -> str:
        if given is not None:
            return given.rstrip("/")
        return fallback if known else authority

    return Cloud(
        name="custom",
        authority=authority,
        classic=host(hosts.classic, base.classic),
        graph=host(hosts.graph, base.graph),
        endpoint=host(hosts.endpoint, base.endpoint),
        portal=host(hosts.portal, base.portal),
        classic_resource=(hosts.classic_resource or base.classic_resource).rstrip("/"),
        graph_resource=(hosts.graph_resource or base.graph_resource).rstrip("/"),
        endpoint_resource=(hosts.endpoint_resource or base.endpoint_resource).rstrip("/"),
    )
