"""How a demo tenant is to be: the choices of `demo serve`, and its clock."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

DEFAULT_SEED = 4711
DEFAULT_INCIDENTS = 300


@dataclass(frozen=True)
class Options:
    """The choices of a demo tenant.

    Args:
        host: The address to listen on.
        port: The port to listen on; 0 takes a free one.
        tls: Serve https with a self-signed certificate made on the spot.
        unlimited: Lift the quotas of calls a minute and an hour.
        time_limit: Seconds a hunting query may run.
        incidents: Length of the queue; what exceeds the story is older than 30 days.
        seed: Chooses the noise around the stories; the same seed tells the same month.
        now: What the tenant's clock says when it starts; None is the time it is.
    """

    host: str = "127.0.0.1"
    port: int = 0
    tls: bool = False
    unlimited: bool = False
    time_limit: float = 180.0
    incidents: int = DEFAULT_INCIDENTS
    seed: int = DEFAULT_SEED
    now: datetime | None = None


class Clock:
    """The tenant's clock: starts at a given instant and goes on at the usual pace."""

    def __init__(self, start: datetime | None = None) -> None:
        self.start: datetime = start.astimezone(UTC) if start else datetime.now(UTC)
        """The instant that the story is told relative to."""
        self._follows_the_wall = start is None
        self._origin = time.monotonic()

    def now(self) -> datetime:
        """The time in this tenant, aware and in UTC."""
        if self._follows_the_wall:
            return datetime.now(UTC)
        return self.start + timedelta(seconds=time.monotonic() - self._origin)


def stamp(moment: datetime) -> str:
    """A time as the services write it: UTC, seven digits of a second, `Z`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond:06d}0Z"
