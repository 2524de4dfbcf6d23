"""How values of the model read on screen: glyph, word and tone.

A tone names a meaning (`bad`, `warn`, `good`, …); the widgets map it to the theme. Every
tone comes with a glyph or a word, so that monochrome terminals lose nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from tui.incidents.tactics import TACTICS
from tui.text import calm, visible
from tui.text import spaced as apart


class Sign(NamedTuple):
    """A value's glyph, its word, its one-letter form and its tone."""

    glyph: str
    word: str
    letter: str
    tone: str


_SEVERITIES = {
    "high": Sign("▲", "High", "H", "bad"),
    "medium": Sign("■", "Medium", "M", "warn"),
    "low": Sign("▼", "Low", "L", "low"),
    "informational": Sign("·", "Informational", "I", "faint"),
    "unknown": Sign("?", "Unknown", "U", "faint"),
}
_STATUSES = {
    "active": Sign("●", "active", "a", ""),
    "new": Sign("●", "new", "n", ""),
    "inprogress": Sign("◐", "working", "w", "accent"),
    "awaitingaction": Sign("◌", "awaiting", "w", "warn"),
    "resolved": Sign("✓", "closed", "c", "good"),
    "redirected": Sign("↪", "merged", "m", "faint"),
    "unknown": Sign("?", "unknown", "?", "faint"),
}
_VERDICTS = {
    "malicious": Sign("●", "malicious", "m", "bad"),
    "suspicious": Sign("◎", "suspicious", "s", "warn"),
    "nothreatsfound": Sign("○", "no threats found", "n", "good"),
    "unknown": Sign("○", "no verdict", "u", "faint"),
}


def severity(value: str) -> Sign:
    """A severity's sign; a value no page lists keeps its own word."""
    found = _SEVERITIES.get(value.lower())
    return found or Sign("?", visible(value), visible(value[:1]).upper() or "?", "faint")


def severity_rank(value: str) -> int:
    """The graver the smaller; values that no page lists come last."""
    known = list(_SEVERITIES)
    return known.index(value.lower()) if value.lower() in known else len(known)


def status(value: str) -> Sign:
    """The sign of an incident's or alert's status."""
    found = _STATUSES.get(value.lower())
    return found or Sign("?", visible(value), "?", "faint")


def verdict(value: str) -> Sign:
    """The sign of an evidence's verdict."""
    found = _VERDICTS.get(value.lower())
    return found or Sign("○", spaced(value), "?", "faint")


def spaced(name: str) -> str:
    """`multiStagedAttack` as words; what is written in capitals throughout stays so."""
    return apart(visible(name))


def tactic(category: str) -> str:
    """The words of a tactic or of any other category."""
    known = TACTICS.get(category)
    return (known[1] if known else spaced(category)).capitalize() or "Uncategorised"


def tactic_rank(category: str) -> tuple[int, str]:
    """Where a category stands among the lanes: tactics in order, then others by name."""
    names = list(TACTICS)
    return (names.index(category), "") if category in TACTICS else (len(names), category)


_KINDS = {
    "analyzedMessage": "mail",
    "ip": "address",
    "url": "URL",
    "cloudApplication": "cloud app",
    "oauthApplication": "OAuth app",
    "registryKey": "registry key",
    "registryValue": "registry value",
    "mailCluster": "mail cluster",
    "dns": "DNS name",
    "nic": "network interface",
}


def kind(value: str) -> str:
    """The words of an evidence's kind."""
    return _KINDS.get(value) or spaced(value) or "unknown"


_ROLES = {"commandAndControl": "C2"}


def role(value: str) -> str:
    """The words of an evidence's role."""
    return _ROLES.get(value) or spaced(value)


def owner(assigned_to: str | None, me: str | None) -> tuple[str, str]:
    """Whose an incident is: the word and its tone."""
    if not assigned_to:
        return "–", "faint"
    if me and assigned_to.casefold() == me.casefold():
        return "you", "accent"
    return calm(visible(assigned_to.split("@", 1)[0])), ""


def ago(seconds: float) -> str:
    """An age in its largest unit: `12 s`, `5 min`, `2 h`, `3 d`; never negative."""
    seconds = max(0, int(seconds))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min"
    if seconds < 86400:
        return f"{seconds // 3600} h"
    return f"{seconds // 86400} d"


def age(moment: datetime | None, now: datetime) -> str:
    """An age for a narrow column: `5m`, `2h`, `3d`; a time to come is marked `+`."""
    if moment is None:
        return ""
    seconds = int((now - moment).total_seconds())
    sign = "+" if seconds < -60 else ""
    seconds = abs(seconds) if sign else max(0, seconds)
    if seconds < 3600:
        return f"{sign}{seconds // 60}m"
    if seconds < 86400:
        return f"{sign}{seconds // 3600}h"
    if seconds < 86400 * 1000:
        return f"{sign}{seconds // 86400}d"
    return f"{sign}{seconds // (86400 * 365)}y"


def here(moment: datetime) -> datetime:
    """A moment on the local clock; as it is at the ends of the calendar, where that has none."""
    try:
        return moment.astimezone()
    except (OverflowError, ValueError, OSError):
        return moment


def clock(moment: datetime | None) -> str:
    """A local time of day."""
    return here(moment).strftime("%H:%M:%S") if moment else "–"


def local(moment: datetime | None, now: datetime | None = None) -> str:
    """A local date and time; where `now` is given, without what is the same as now's."""
    if moment is None:
        return "–"
    local_moment = here(moment)
    if now is not None and local_moment.date() == here(now).date():
        return local_moment.strftime("%H:%M")
    if now is not None and local_moment.year == here(now).year:
        return local_moment.strftime("%m-%d %H:%M")
    return local_moment.strftime("%Y-%m-%d %H:%M")


def absolute(moment: datetime | None) -> str:
    """The UTC form, for copying."""
    if moment is None:
        return "–"
    try:
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except OverflowError:
        return moment.isoformat()


def span(duration: timedelta) -> str:
    """A length of time as minutes and seconds, hours before them where it has any."""
    seconds = max(0, int(duration.total_seconds()))
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes:02}:{seconds:02}"


def brief(value: str, most: int) -> str:
    """A text cut with … where it is longer than so many characters."""
    return value if len(value) <= most else value[: most - 1] + "…"


def listed(items: Sequence[str], most: int = 4) -> str:
    """Items with commas, the overlong rest counted."""
    shown = [visible(item) for item in items[:most]]
    rest = len(items) - len(shown)
    return ", ".join(shown) + (f", {rest} more" if rest > 0 else "")


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 alert`, `14 alerts`, `1,204 incidents`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
