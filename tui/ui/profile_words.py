"""Profiles in a list: which tenant, and what signs in to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.ui.page import Span
from tui.ui.retirement import days_left

if TYPE_CHECKING:
    from tui.auth.profiles import Profile
    from tui.ui.host import Host


def place_of(profile: Profile) -> str:
    """Which tenant, in a list: one of several of a profile by itself, not by its host."""
    return profile.tenant_id if "/" in profile.name else profile.place


def credential_words(app: Host, profile: Profile, described: str = "") -> Span:
    """What signs in; for a profile on the classic API how long that still serves."""
    from tui.auth.vault import describe_secret

    if profile.api == "classic":
        days = days_left(app.now().date())
        return (f"classic API, {days} days left" if days > 0 else "classic API, ended", "warn")
    return (described or describe_secret(profile), "faint")
