"""What is signed in to: session, services and queue of one tenant."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING

from tui.errors import Problem

if TYPE_CHECKING:
    from tui.api.service import Connection
    from tui.api.transport import Wait
    from tui.auth.credentials import ShowCode
    from tui.auth.profiles import Profile
    from tui.auth.session import Session, Step
    from tui.auth.vault import AskSecret
    from tui.hunting.notebook import Notebook
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
        self.joining = False
        """Signing in goes on while the cached queue is shown."""
        self.problem: Problem | None = None
        """Why the last attempt to sign in failed; None where it went well."""
        self.declined: Profile | None = None
        """A change of the settings file that was not to be followed; itself, where it is gone."""
        self._notebooks: dict[bool, Notebook] = {}
        self._subscribers: list[Callable[[], None]] = []

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` when the connection comes, or does not; returns what ends this."""
        self._subscribers.append(callback)

        def unsubscribe() -> None:
            with contextlib.suppress(ValueError):
                self._subscribers.remove(callback)

        return unsubscribe

    def changed(self) -> None:
        """What the header says of it is another: tell the screens."""
        self._tell()

    def _tell(self) -> None:
        for callback in tuple(self._subscribers):
            callback()

    def notebook(self, *, memory: bool) -> Notebook:
        """What was hunted for in this tenant: its history and drafts, apart from all others'."""
        from tui.config import app_paths
        from tui.hunting.notebook import Notebook

        memory = memory or self.profile.is_demo
        if memory not in self._notebooks:
            folder = app_paths().state_dir / "tenants" / tenant_folder(self.profile)
            self._notebooks[memory] = Notebook(None if memory else folder, memory=memory)
        return self._notebooks[memory]

    async def join(
        self,
        *,
        ask: AskSecret | None,
        on_step: Told,
        show_code: ShowCode,
        on_wait: Callable[[Wait], None],
        now: Callable[[], datetime] | None = None,
    ) -> None:
        """Sign in while the cached queue is shown already.

        Raises:
            Problem: Signing in failed; `problem` keeps it.
        """
        from tui.api.service import connect

        session = _new_session(self.profile, ask, on_step, show_code, now)
        self.joining, self.problem = True, None
        self._tell()
        try:
            connection = await connect(session, on_wait=on_wait)
            await self.queue.attach(connection)
        except BaseException as error:
            self.problem = _with_clock(error, session) if isinstance(error, Problem) else None
            await session.close()
            raise
        else:
            self.session, self.connection = session, connection
        finally:
            self.joining = False
            self._tell()

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
    def is_classic(self) -> bool:
        """Whether incidents or queries go over the classic API, which ends on 2027-02-01."""
        if self.profile.api == "classic":
            return True
        hunting = self.connection.hunting.dialect if self.connection else "graph"
        return "classic" in (self.resource, hunting)

    @property
    def me(self) -> str | None:
        """Who works here, as `assigned_to` spells it."""
        return self.queue.me

    @property
    def notices(self) -> list[str]:
        """What is good to know: a wrong clock, an API that ends, a missing permission, …"""
        told = [
            *(self.session.notices if self.session else ()),
            *(self.connection.notices if self.connection else ()),
            *self.queue.notices,
        ]
        if self.problem is not None:
            told.insert(0, str(self.problem))
        return told

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
    from tui.incidents.queue import Queue

    session = _new_session(profile, ask, on_step, show_code, now)
    try:
        connection = await connect(session, on_wait=on_wait)
    except BaseException as error:
        if isinstance(error, Problem):
            _with_clock(error, session)
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


def _new_session(
    profile: Profile,
    ask: AskSecret | None,
    on_step: Told,
    show_code: ShowCode,
    now: Callable[[], datetime] | None,
) -> Session:
    from tui.auth.session import Session

    return Session(
        profile, ask=ask, on_step=on_step, show_code=show_code, now=now or _machine_clock
    )


_SKEW = 120.0
"""Seconds from which a clock is worth a word: signed proofs and tokens suffer soon after."""


def clock_words(skew: float) -> str:
    """How far this machine's clock is off, in a sentence; empty where it is near enough."""
    if abs(skew) < _SKEW:
        return ""
    minutes = abs(skew) / 60
    off = f"{minutes:.0f} minutes" if minutes < 120 else f"{minutes / 60:.0f} hours"
    return f"This machine's clock is {off} {'behind' if skew > 0 else 'ahead of'} the server's."


def _with_clock(problem: Problem, session: Session) -> Problem:
    """Name a wrong clock where there is one: it may be all that is wrong."""
    if (said := clock_words(session.skew)) and "clock" not in problem.remedy:
        problem.remedy = f"{problem.remedy} {said}".strip()
    return problem


def tenant_folder(profile: Profile) -> str:
    """A folder's name for what is kept of a tenant, whatever API serves it."""
    digest = blake2b(profile.tenant_key.encode(), digest_size=6).hexdigest()
    readable = re.sub(r"[^a-z0-9.-]+", "-", profile.tenant_id.casefold())[:40].strip("-.")
    return f"{readable or 'tenant'}-{digest}"


async def open_offline(profile: Profile, *, me: str | None, memory: bool = False) -> Workspace:
    """Open the cached queue of a profile without signing in.

    Args:
        memory: Nothing is kept on disk.

    Raises:
        Problem: The cache cannot be read.
    """
    from tui.incidents.queue import Queue

    return Workspace(profile, await Queue.open(None, profile, memory=memory, me=me))


def has_cache(problem: Problem) -> bool:
    """Whether a failed sign-in leaves the cached queue worth opening: nobody answered."""
    from tui.errors import Throttled, Unreachable

    return isinstance(problem, (Unreachable, Throttled))
