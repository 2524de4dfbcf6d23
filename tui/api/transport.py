"""Requests to the services: one origin for each token, waiting and retrying done once, here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Wait:
    """A call has to wait; with `seconds` 0 that is over (done, cancelled or given up)."""

    seconds: float
    reason: Literal["throttled", "busy", "unreachable", "quota"]
    host: str
    what: str = ""
    """The call that waits, as a phrase: `Listing incidents`."""


class Transport:
    """Asks the services of one session's profile."""

    async def close(self) -> None:
        """Close the connections."""
        raise NotImplementedError
