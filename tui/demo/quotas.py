"""How often a caller may ask.

Source: *List incidents API*, *Advanced hunting API* (limits); *Microsoft Graph throttling
guidance*.
"""

from __future__ import annotations

import math
from collections import deque
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class OverQuota(Exception):
    """A call too many.

    Args:
        dialect: The service that was called: `graph`, or anything else for the classic API.
        limit: How many calls are allowed.
        window: Within how many seconds.
        seconds: How long to wait for the next.
        now: The tenant's time.
    """

    def __init__(self, dialect: str, limit: int, window: int, seconds: int, now: datetime) -> None:
        self.dialect = dialect
        self.seconds = seconds
        until = now + timedelta(seconds=seconds)
        period = "minute" if window == 60 else "hour"
        self.message = (
            f"API calls quota exceeded! Maximum allowed {limit} calls per {period}. "
            f"You can send requests again in {seconds} seconds, "
            f"at {until.strftime('%Y-%m-%dT%H:%M:%SZ')}"
        )
        """The classic API's sentence, which says until when."""
        super().__init__(dialect, limit, window, seconds)


class Quota:
    """Calls allowed within sliding windows, for the whole tenant.

    Args:
        name: What is counted, as the refusal names it.
        limits: Pairs of calls and seconds.
    """

    def __init__(self, name: str, *limits: tuple[int, int]) -> None:
        self.name = name
        self.limits = limits
        self._calls: deque[datetime] = deque()

    def wait(self, now: datetime) -> tuple[int, int, int] | None:
        """Count a call; where it is one too many, (limit, window, seconds to wait)."""
        longest = timedelta(seconds=max(window for _, window in self.limits))
        while self._calls and self._calls[0] <= now - longest:
            self._calls.popleft()
        for limit, window in self.limits:
            if len(self._calls) < limit:
                continue
            oldest = self._calls[-limit]
            left = (oldest + timedelta(seconds=window) - now).total_seconds()
            if left > 0:
                return limit, window, max(1, math.ceil(left))
        self._calls.append(now)
        return None


class Quotas:
    """Every quota of a tenant; none of them counts where they are lifted."""

    def __init__(self, *, unlimited: bool = False) -> None:
        self.unlimited = unlimited
        self._quotas = {
            quota.name: quota
            for quota in (
                Quota("classic-incidents", (50, 60), (1500, 3600)),
                Quota("classic-incident", (100, 60), (1500, 3600)),
                Quota("classic-update", (50, 60), (1500, 3600)),
                Quota("graph-security", (150, 60)),
                Quota("hunting", (45, 60)),
                Quota("endpoint", (100, 60), (1500, 3600)),
            )
        }

    def take(self, name: str, dialect: str, now: datetime) -> None:
        """Count a call against a quota.

        Raises:
            OverQuota: One call too many.
        """
        if self.unlimited:
            return
        verdict = self._quotas[name].wait(now)
        if verdict is not None:
            raise OverQuota(dialect, *verdict, now)
