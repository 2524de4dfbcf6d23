"""Which of Microsoft's hosts belong to which cloud, so that no profile mixes them.

Source: Microsoft's pages usgov, api-supported and run-advanced-query-api.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tui.text import visible

REGIONS = ("us", "eu", "uk", "au", "swa", "ina", "aea")
"""Regions of the global cloud that have a host of the classic API of their own."""

_COMMERCIAL = frozenset({"global", "gcc"})
_US = frozenset({"gcc-high", "dod"})
_GLOBAL = frozenset({"global"})
_GCC = frozenset({"gcc"})

_HOSTS: Mapping[str, Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "authority": {
            "login.microsoftonline.com": _COMMERCIAL,
            "login.windows.net": _GLOBAL,
            "login.microsoftonline.us": _US,
        },
        "classic": {
            "api.security.microsoft.com": _GLOBAL,
            **{f"{region}.api.security.microsoft.com": _GLOBAL for region in REGIONS},
            **{f"api-{region}.security.microsoft.com": _GLOBAL for region in ("us", "eu", "uk")},
            "api-gcc.security.microsoft.us": _GCC,
            "api-gov.security.microsoft.us": _US,
        },
        "graph": {
            "graph.microsoft.com": _COMMERCIAL,
            "graph.microsoft.us": frozenset({"gcc-high"}),
            "dod-graph.microsoft.us": frozenset({"dod"}),
        },
        "endpoint": {
            "api.security.microsoft.com": _GLOBAL,
            **{f"{region}.api.security.microsoft.com": _GLOBAL for region in REGIONS},
            "api.securitycenter.microsoft.com": _GLOBAL,
            **{
                f"api-{region}.securitycenter.microsoft.com": _GLOBAL
                for region in ("us", "eu", "uk", "au", "swa", "ina", "aea")
            },
            **{f"{region}.api.securitycenter.microsoft.com": _GLOBAL for region in REGIONS},
            "api-gcc.security.microsoft.us": _GCC,
            "api-gcc.securitycenter.microsoft.us": _GCC,
            "api-gov.security.microsoft.us": _US,
            "api-gov.securitycenter.microsoft.us": _US,
        },
        "portal": {
            "security.microsoft.com": _COMMERCIAL,
            "security.microsoft.us": frozenset({"gcc-high"}),
            "security.apps.mil": frozenset({"dod"}),
        },
    }
)


def _host(value: object) -> str:
    """The host of an origin, with its port if that is none of its own; empty for no origin."""
    if not isinstance(value, str) or "://" not in value:
        return ""
    scheme, _, rest = value.partition("://")
    host = rest.rstrip("/").lower()
    return host.removesuffix(":443") if scheme.lower() == "https" else f"http {host}"


def clouds_of(field: str, origin: object) -> frozenset[str]:
    """The clouds whose host an origin is, as `authority`, `classic`, `graph` and so on."""
    return _HOSTS.get(field, {}).get(_host(origin), frozenset())


def mixed_hosts(table: Mapping[str, object]) -> tuple[str, str] | None:
    """Which value of a table of hosts belongs to another cloud than the rest, and why.

    Where the authority is Microsoft's, so must every host be that is given, and all of one
    cloud; where it is not, no host may be: a token never leaves the cloud that gave it.
    """
    possible = clouds_of("authority", table.get("authority"))
    ours = bool(possible)
    authority = visible(_host(table.get("authority")))
    for field in ("classic", "graph", "endpoint", "portal"):
        if field not in table or not _host(table[field]):
            continue
        clouds = clouds_of(field, table[field])
        host = visible(_host(table[field]))
        if not ours:
            if clouds:
                return field, f"{field} {host} is Microsoft's, and authority {authority} is not"
            continue
        if not clouds:
            return field, f"{field} {host} is no host of the cloud of {authority}"
        if not possible & clouds:
            return field, f"{field} {host} belongs to another cloud than the hosts before it"
        possible &= clouds
    return None


def possible_clouds(table: Mapping[str, object]) -> tuple[str, ...]:
    """The clouds that all of a table's hosts belong to, the usual one first; none for others."""
    possible = clouds_of("authority", table.get("authority"))
    for field in ("classic", "graph", "endpoint", "portal"):
        if _host(table.get(field)):
            possible &= clouds_of(field, table[field])
    return tuple(name for name in ("global", "gcc", "gcc-high", "dod") if name in possible)
