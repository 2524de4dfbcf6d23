"""The services of a signed-in session: which dialect, and what it can do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tui.api.protocols import (
    RETIREMENT,
    Dialect,
    HuntAnswer,
    HuntingService,
    IncidentService,
    Page,
)

if TYPE_CHECKING:
    from tui.api.quota import Left
    from tui.api.transport import Transport, Wait
    from tui.auth.session import Session

__all__ = [
    "RETIREMENT",
    "Connection",
    "Dialect",
    "HuntAnswer",
    "HuntingService",
    "IncidentService",
    "Page",
    "connect",
]


@dataclass
class Connection:
    """The services of one tenant, over one transport."""

    dialect: Dialect
    """That of the incidents."""
    incidents: IncidentService
    hunting: HuntingService
    transport: Transport
    session: Session
    notices: list[str] = field(default_factory=list)
    """What the user should know: an API that ends, a permission that is missing."""

    def quota(self, name: str) -> Left | None:
        """What the service still allows of `list`, `get` or `hunting`, as far as we know."""
        raise NotImplementedError

    async def close(self) -> None:
        """Close the connections; calls under way end with `Unreachable`."""
        await self.transport.close()


async def connect(
    session: Session,
    *,
    on_wait: Callable[[Wait], None] | None = None,
    wait_limit: float | None = None,
) -> Connection:
    """Resolve `api = "auto"` and hand out the services.

    Args:
        on_wait: Told when a call has to wait, and (with 0 seconds) when that is over.
        wait_limit: Seconds that one call may wait for the service in all; None is no limit.

    Raises:
        SignInProblem: No token could be had for any of the profile's services.
    """
    raise NotImplementedError
