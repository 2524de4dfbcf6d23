"""What a service still allows: calls spaced before the service has to refuse them.

Source: *List incidents API*, *Get incident information API*, *Advanced hunting API* (limits).
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import Protocol

from msgspec import Struct


class Clock(Protocol):
    """Time as the transport lives it; tests give one of their own."""

    def monotonic(self) -> float:
        """Seconds from some start."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Let so many seconds pass."""
        ...


class SystemClock:
    """The machine's own time."""

    def monotonic(self) -> float:
        """Seconds from some start."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Let so many seconds pass."""
        await asyncio.sleep(seconds)


class Left(Struct, frozen=True):
    """What is left of a limit now."""

    left: int
    limit: int
    period: str
    """`a minute`, `an hour`."""

    def __str__(self) -> str:
        return f"{self.left} of {self.limit} {self.period}"


class Limit(Struct, frozen=True):
    """So many calls within so many seconds."""

    calls: int
    seconds: float
    period: str


_MARGIN = 0.1
"""Seconds by which calls may arrive closer together than they left."""


class Quota:
    """Calls within sliding windows.

    Bursts pass until four fifths of a limit are used; the rest is spread over the time
    until the first of them leaves the window.
    """

    def __init__(self, *limits: Limit) -> None:
        self._limits = limits
        self._calls: deque[float] = deque()
        self._empty_until = 0.0

    def delay(self, now: float) -> float:
        """Seconds after which the next call should be made."""
        self._forget(now)
        # Calls that are already planned come first.
        start = max(now, self._calls[-1]) if self._calls else now
        moment = now
        for limit in self._limits:
            used = [call for call in self._calls if call > start - limit.seconds]
            left = limit.calls - len(used)
            if not used or left > limit.calls // 5:
                continue
            free = used[0 if left > 0 else -limit.calls] + limit.seconds + _MARGIN
            moment = max(moment, start + max(0.0, free - start) / max(1, left))
        return max(0.0, moment - now)

    def plan(self, moment: float) -> None:
        """Count a call that will be made then."""
        self._calls.append(moment)

    def unplan(self, moment: float) -> None:
        """Take back a call that was not made after all."""
        if moment in self._calls:
            self._calls.remove(moment)

    def refused(self, now: float, seconds: float) -> None:
        """The service counts otherwise than we do: nothing is left for so long."""
        self._empty_until = max(self._empty_until, now + seconds)

    def left(self, now: float) -> Left:
        """What remains of the limit that will be reached first."""
        self._forget(now)
        first = min(self._limits, key=lambda limit: self._remaining(limit, now) / limit.calls)
        left = 0 if now < self._empty_until else self._remaining(first, now)
        return Left(left, first.calls, first.period)

    def _remaining(self, limit: Limit, now: float) -> int:
        return max(0, limit.calls - sum(call > now - limit.seconds for call in self._calls))

    def _forget(self, now: float) -> None:
        longest = max(limit.seconds for limit in self._limits)
        while self._calls and self._calls[0] <= now - longest:
            self._calls.popleft()


_HOURLY = Limit(1500, 3600, "an hour")


def known_quotas() -> dict[str, Quota]:
    """The limits that Microsoft's pages name, by what is called."""
    return {
        "classic list": Quota(Limit(50, 60, "a minute"), _HOURLY),
        "classic get": Quota(Limit(100, 60, "a minute"), _HOURLY),
        "classic update": Quota(Limit(50, 60, "a minute"), _HOURLY),
        "hunting": Quota(Limit(45, 60, "a minute")),
    }
