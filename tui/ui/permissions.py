"""Permissions by name: what is asked for, for what a person wants to do."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from tui.auth import claims as claims_of

if TYPE_CHECKING:
    from tui.auth.claims import Claims, Feature

WISHES: Mapping[str, str] = {
    "read": "see incidents and alerts",
    "write": "change them and comment",
    "hunt": "run queries",
    "act": "isolate devices, block files",
}
"""What a person may want to do, and what that means."""

_BY_WISH: Mapping[str, frozenset[str]] = {
    "read": frozenset({"read", "alerts", "devices"}),
    "write": frozenset({"change", "change alerts"}),
    "hunt": frozenset({"hunt"}),
    "act": frozenset(
        {"devices", "isolate", "restrict", "scan", "collect", "quarantine", "indicators"}
    ),
}


def needed_name(feature: Feature, claims: Claims | None = None) -> str:
    """The permission to ask for: delegated where a user stands behind the token."""
    as_user = claims is not None and claims.is_user
    return (feature.scopes if as_user else feature.any_of)[0]


def permissions_for(wishes: Collection[str], api: str) -> dict[str, tuple[str, ...]]:
    """The least application permissions for these wishes.

    Args:
        wishes: Some of `WISHES`.
        api: `graph` or `classic`: where incidents and queries come from.

    Returns:
        Resource → names, in the order to grant them; resources that need none are left out.
    """
    found: dict[str, tuple[str, ...]] = {}
    wanted = {short for wish in wishes for short in _BY_WISH[wish]}
    for resource in (api, "endpoint"):
        if resource == "endpoint" and "act" not in wishes:
            continue
        features = [one for one in claims_of.features(resource) if one.short in wanted]
        # A permission to change contains the one to read: the least set has no need of both.
        names = {one.any_of[0] for one in features}
        least = dict.fromkeys(one.any_of[0] for one in features if not names & set(one.any_of[1:]))
        if least:
            found[resource] = tuple(least)
    return found
