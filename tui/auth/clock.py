"""The server's time, from its `Date` headers, and how long a token lives by it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from tui.auth.claims import Claims

_WRONG = 120.0
"""Seconds of difference that people are told."""
_UNKNOWN_LIFE = timedelta(minutes=5)
_LONGEST_LIFE = timedelta(days=2)


class Clock:
    """This machine's clock, corrected by what the server says."""

    def __init__(self, read: Callable[[], datetime]) -> None:
        self.read = read
        """This machine's clock, aware and in UTC."""
        self.skew = 0.0
        """Seconds by which the server is ahead of this machine."""
        self._known = False

    def now(self) -> datetime:
        """The time as the server counts it."""
        return self.read() + timedelta(seconds=self.skew)

    def notice(self) -> str:
        """What a person should know of this machine's clock; empty where it is right enough."""
        if abs(self.skew) < _WRONG:
            return ""
        word = "behind" if self.skew > 0 else "ahead of"
        return (
            f"This machine's clock is {span_words(abs(self.skew))} {word} the server's: set it. "
            "Until then this program reckons with the difference, and others do not."
        )

    def learn(self, date: str | None, sent: datetime | None = None) -> None:
        """Correct the skew by a `Date` header, unless it lies within what one cannot tell.

        Args:
            date: The header's value; anything that is no date is ignored.
            sent: When the request left, by this machine's clock: half the way counts.
        """
        moment = parse_date(date)
        if moment is None:
            return
        received = self.read()
        middle = received if sent is None else sent + (received - sent) / 2
        # The header drops fractions: on average half a second has passed since.
        skew = (moment + timedelta(milliseconds=500) - middle).total_seconds()
        half_way = 0.0 if sent is None else (received - sent).total_seconds() / 2
        spread = 1.0 + half_way
        if self._known and abs(skew - self.skew) <= spread:
            return
        self.skew = 0.0 if abs(skew) <= spread else round(skew, 1)
        self._known = True


def span_words(seconds: float) -> str:
    """A difference of clocks in words: `40 s`, `17 min`, `5 h`, `3 days`."""
    if seconds < _WRONG:
        return f"{seconds:.0f} s"
    if seconds < 2 * 3600:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.0f} h" if seconds < 48 * 3600 else f"{seconds / 86400:.0f} days"


def parse_date(value: str | None) -> datetime | None:
    """The moment of an HTTP `Date` header, in UTC; None for anything else."""
    if not value:
        return None
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(value)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def believable_life(value: object) -> timedelta | None:
    """A token's `expires_in` (number or text, in seconds) if it can be true, else None."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        seconds = float(value)
    except (ValueError, OverflowError):
        return None
    if 0 < seconds <= _LONGEST_LIFE.total_seconds():
        return timedelta(seconds=seconds)
    return None


def expiry(issued: datetime, expires_in: object, claims: Claims | None) -> datetime:
    """When a token ends: by a believable `expires_in`, else by its `exp`, else in five minutes.

    Args:
        issued: When it came, in the server's time.
        expires_in: As the token endpoint sent it.
        claims: What the token says; None where it cannot be read.
    """
    life = believable_life(expires_in)
    if life is not None:
        return issued + life
    if claims is not None and claims.expires is not None and claims.expires > issued:
        return min(claims.expires, issued + _LONGEST_LIFE)
    return issued + _UNKNOWN_LIFE
