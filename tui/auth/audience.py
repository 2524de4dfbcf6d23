"""For which service, when and for whom a token is, by what it says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from tui.auth.claims import API_NAMES, Claims
from tui.auth.clouds import Cloud
from tui.auth.profiles import Profile
from tui.text import visible

_LENIENCE = timedelta(minutes=5)
"""By how much clocks may differ before a token's own times are doubted."""

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


def doubt(
    profile: Profile, resource: str, claims: Claims, earliest: datetime, latest: datetime
) -> str:
    """What a token just got says of itself that is not what was asked for; empty if nothing.

    The service decides whether it takes such a token: this is for people, to explain a refusal.

    Args:
        earliest: The time by this machine's clock or the server's, whichever is behind.
        latest: By the other one: no token is doubted because one of both is wrong.
    """
    begins, ends = claims.not_before, claims.expires
    if ends is not None and ends + _LENIENCE < earliest:
        return f"it ended on {ends:%Y-%m-%d %H:%M} UTC"
    if begins is not None and begins - _LENIENCE > latest:
        return f"it is not valid before {begins:%Y-%m-%d %H:%M} UTC"
    if not fits(claims, profile.cloud, resource):
        return f"it is for {visible(claims.audience)[:100]}, not for {API_NAMES[resource]}"
    client, wanted = claims.client_id, profile.client_id
    if client and wanted and client.lower() != wanted.lower():
        return f"it is of the application {visible(client)[:100]}, not of {wanted}"
    return ""
