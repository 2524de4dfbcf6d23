"""For which service a token is that somebody else asked for."""

from __future__ import annotations

from collections.abc import Mapping

from tui.auth.claims import Claims
from tui.auth.clouds import Cloud

WRONG_AUDIENCE = "WrongAudience"
"""Code of the problem that a token at hand is for another service."""

OF_ONE_RESOURCE = frozenset(
    {
        "AADSTS500011",
        "AADSTS501051",
        "AADSTS65001",
        "AADSTS70011",
        "AADSTS1002012",
        WRONG_AUDIENCE,
    }
)
"""Codes that refuse one resource only: a token for another may still be had."""

_APPLICATIONS: Mapping[str, frozenset[str]] = {
    "graph": frozenset({"00000003-0000-0000-c000-000000000000"}),
    "classic": frozenset({"8ee8fdad-f234-4243-8f3b-15c294843740"}),
    "endpoint": frozenset(
        {"fc780465-2017-40d4-a0c5-307022471b92", "https://api.securitycenter.windows.com"}
    ),
}
"""What tokens call a service besides its URI: its application ID, an older URI."""


def fits(claims: Claims, cloud: Cloud, resource: str) -> bool:
    """Whether a token is for a service (`graph`, `classic`, `endpoint`) of a cloud.

    A token that names no audience is given the chance.
    """
    named = {one.strip().rstrip("/").lower() for one in claims.audience.split(",") if one.strip()}
    wanted = {cloud.resource_uri(resource).lower(), *_APPLICATIONS.get(resource, ())}
    return not named or bool(named & wanted)


def service_of(claims: Claims, cloud: Cloud) -> str:
    """Which of a cloud's services a token is for; empty where it is another one."""
    for resource in ("graph", "classic", "endpoint"):
        if claims.audience and fits(claims, cloud, resource):
            return resource
    return ""
