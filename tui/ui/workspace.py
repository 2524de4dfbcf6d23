"""What is signed in to: session, services and queue of one tenant."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tui.errors import Problem

if TYPE_CHECKING:
    from tui.api.service import Connection
    from tui.api.transport import Wait
    from tui.auth.credentials import ShowCode
    from tui.auth.profiles import Profile
    from tui.auth.session import Session, Step
    from tui.auth.vault import AskSecret
    from tui.incidents.queue import Queue

Told = Callable[["Step"], None]
"""Takes the steps of signing in, as they begin and end."""


class Workspace:
    """One tenant, from sign-in to sign-out."""

    session: Session | None
    """None where the queue was opened without signing in."""
    connection: Connection | None
    """None while offline."""
    queue: Queue
    """The tenant's incidents, cached."""

    def __init__(
        self,
        profile: Profile,
        queue: Queue,
        session: Session | None = None,
        connection: Connection | None = None,
    ) -> None:
        self.profile = profile
        self.queue = queue
        self.session = session
        self.connection = connection
        self.since = queue.now()
        """When this sign-in began."""

    @property
    def tenant(self) -> str:
        """The name to show in the header."""
        if self.profile.is_demo:
            return "Contoso"
        return self.profile.name

    @property
    def note(self) -> str:
        """What sets this tenant apart: the demo, a host of one's own, no connection."""
        if self.profile.is_demo:
            return "demo"
        if self.connection is None:
            return "offline"
        return self.profile.cloud.authority_host if self.profile.cloud.is_custom else ""

    @property
    def me(self) -> str | None:
        """Who works here, as `assigned_to` spells it."""
        return self.queue.me

    @property
    def notices(self) -> list[str]:
        """What is good to know: an API that ends, a permission that is missing, a cache moved."""
        return [*(self.connection.notices if self.connection else ()), *self.queue.notices]

    @property
    def resource(self) -> str:
        """The resource whose token the clock shows."""
        return self.connection.dialect if self.connection else "graph"

    def token_state(self) -> tuple[str, timedelta | None]:
        """The token's state, and the time it still lasts."""
        if self.session is None:
            return "none", None
        token = self.session.current(self.resource)
        left = token.expires - self.session.now() if token else None
        return self.session.state(self.resource), left

    async def close(self) -> None:
        """Close the queue, then the connections."""
        await self.queue.close()
        if self.connection is not None:
            await self.connection.close()
        if self.session is not None:
            await self.session.close()


async def sign_in(
    profile: Profile,
    *,
    ask: AskSecret | None,
    on_step: Told,
    show_code: ShowCode,
    on_wait: Callable[[Wait], None],
    memory: bool,
    me: str | None,
    now: Callable[[], datetime] | None = None,
) -> Workspace:
    """Sign in and open the tenant's queue.

    Raises:
        Problem: Signing in failed, or no service could be chosen.
    """
    from tui.api.service import connect
    from tui.auth.session import Session
    from tui.incidents.queue import Queue

    session = Session(
        profile, ask=ask, on_step=on_step, show_code=show_code, now=now or _machine_clock
    )
    try:
        connection = await connect(session, on_wait=on_wait)
    except BaseException:
        await session.close()
        raise
    try:
        queue = await Queue.open(connection, profile, memory=memory, me=me)
    except BaseException:
        await connection.close()
        await session.close()
        raise
    return Workspace(profile, queue, session, connection)


def _machine_clock() -> datetime:
    return datetime.now(UTC)


async def open_offline(profile: Profile, *, me: str | None) -> Workspace:
    """Open the cached queue of a profile without signing in.

    Raises:
        Problem: The cache cannot be read.
    """
    from tui.incidents.queue import Queue

    return Workspace(profile, await Queue.open(None, profile, me=me))


def has_cache(problem: Problem) -> bool:
    """Whether a failed sign-in leaves the cached queue worth opening: nobody answered."""
    from tui.errors import Throttled, Unreachable

    return isinstance(problem, (Unreachable, Throttled))
