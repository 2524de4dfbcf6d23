"""How long to wait before asking again, and how long in all.

Source: *Microsoft Graph throttling guidance*; *Advanced hunting API* (a 429's body says
which limit was reached).
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal

from msgspec import Struct

from tui.api.quota import Clock

Reason = Literal["throttled", "busy", "unreachable", "quota"]

_UNSPOKEN = (5.0, 10.0, 20.0)
_AT_ONCE = 3
"""How often a service may ask to come again at once."""
_LONGEST = 24 * 3600.0
_FAULT_RETRIES = 2
_BUSY_RETRIES = 3


class Wait(Struct, frozen=True):
    """A call has to wait; with `seconds` 0 that is over (done, cancelled or given up)."""

    seconds: float
    reason: Reason
    host: str
    what: str = ""
    """The call that waits, as a phrase: `Listing incidents`."""

    def __str__(self) -> str:
        span = in_words(self.seconds)
        match self.reason:
            case "throttled":
                return f"{self.host} is throttling us: waiting {span}"
            case "busy":
                return f"{self.host} is busy: trying again in {span}"
            case "unreachable":
                return f"{self.host} did not answer: trying again in {span}"
            case _:
                return f"waiting {span}, to stay within the service's quota"


class Patience:
    """The waiting of one call: what it may still wait, and telling about it.

    Args:
        limit: Seconds in all; None is no limit. Spacing within a quota does not count.
        tell: Told when a wait begins and, with 0 seconds, when it is over.
    """

    def __init__(
        self,
        clock: Clock,
        limit: float | None,
        tell: Callable[[Wait], None] | None,
        *,
        host: str,
        what: str,
    ) -> None:
        self._clock = clock
        self._limit = limit
        self._tell = tell
        self._host = host
        self._what = what
        self._waited = 0.0
        self._unspoken = 0
        self._at_once = 0
        self._faults = 0
        self._busy = 0

    def throttled(self, asked: float | None) -> float | None:
        """Seconds to wait after a 429, or None where that is more than we may."""
        if asked is not None and asked <= 1:
            self._at_once += 1
        # To be told "at once" again and again is to be told nothing.
        if asked is None or self._at_once > _AT_ONCE:
            seconds = _UNSPOKEN[min(self._unspoken, len(_UNSPOKEN) - 1)]
            self._unspoken += 1
        else:
            seconds = max(1.0, asked)
        return seconds if self._may(seconds) else None

    def fault(self, *, timed_out: bool) -> float | None:
        """Seconds to wait after a connection failed, or None to give up."""
        self._faults += 2 if timed_out else 1
        if self._faults > _FAULT_RETRIES:
            return None
        return self._back_off(self._faults)

    def busy(self, asked: float | None) -> float | None:
        """Seconds to wait after a 5xx, or None to give up."""
        self._busy += 1
        if self._busy > _BUSY_RETRIES:
            return None
        if asked is None:
            return self._back_off(self._busy)
        seconds = max(0.5, asked)
        return seconds if self._may(seconds) else None

    async def pause(self, seconds: float, reason: Reason) -> None:
        """Wait, and tell so."""
        if reason != "quota":
            self._waited += seconds
        if self._tell is not None:
            self._tell(Wait(seconds, reason, self._host, self._what))
        try:
            await self._clock.sleep(seconds)
        finally:
            if self._tell is not None:
                self._tell(Wait(0.0, reason, self._host, self._what))

    def _back_off(self, attempt: int) -> float | None:
        seconds = 0.5 * 2.0 ** (attempt - 1) * random.uniform(0.8, 1.2)  # noqa: S311
        return seconds if self._may(seconds) else None

    def _may(self, seconds: float) -> bool:
        return self._limit is None or self._waited + seconds <= self._limit


def asked_to_wait(headers: Mapping[str, str], message: str, now: datetime) -> float | None:
    """Seconds that an answer asks to wait: by its header, else by its words.

    Args:
        headers: Of the answer; `Retry-After` holds seconds or a date.
        message: The error's message; the classic API says there until when.
        now: The time as the server counts it, where the answer has no `Date`.
    """
    server = _http_date(headers.get("date", "")) or now
    header = headers.get("retry-after", "").strip()
    if header:
        if (moment := _http_date(header)) is not None:
            return _within((moment - server).total_seconds())
        try:
            return _within(float(header))
        except ValueError:
            pass
    return _in_words(message, server)


def _within(seconds: float) -> float | None:
    if not -_LONGEST * 365 < seconds < float("inf"):  # also not a number
        return None
    return min(max(0.0, seconds), _LONGEST)


def _http_date(text: str) -> datetime | None:
    if not text or text[:1].isdigit():
        return None
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


_AGAIN = r"(?:again|retry|try|wait|after|until|available|reset\w*)\b[^.!?\d]{0,40}"
_SPAN = re.compile(
    _AGAIN + r"(\d{1,7}(?:\.\d+)?)\s*(s|secs?|seconds?|m|mins?|minutes?|h|hours?)\b",
    re.IGNORECASE,
)
_CLOCK = re.compile(_AGAIN + r"(\d{1,2}):(\d{2}):(\d{2})(?!\d)", re.IGNORECASE)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})?")
_UNITS = {"s": 1, "m": 60, "h": 3600}


def _in_words(message: str, server: datetime) -> float | None:
    message = message[:2000]
    if span := _SPAN.search(message):
        return _within(float(span.group(1)) * _UNITS[span.group(2)[0].lower()])
    if written := _MOMENT.search(message):
        try:
            moment = datetime.fromisoformat(written.group())
        except ValueError:
            return None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return _within((moment - server).total_seconds())
    if clock := _CLOCK.search(message):
        hours, minutes, seconds = (int(part) for part in clock.groups())
        return _within(hours * 3600 + minutes * 60 + seconds)
    return None


def in_words(seconds: float) -> str:
    """A wait for people: `40 s`, `3 min`, `2 h`."""
    if seconds < 120:
        return f"{max(1, round(seconds))} s"
    if seconds < 7200:
        return f"{round(seconds / 60)} min"
    return f"{round(seconds / 3600)} h"
