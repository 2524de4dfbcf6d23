"""One valid token for each resource at any moment, renewed before it ends."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

from tui.auth import claims as claims_of
from tui.auth.audience import doubt
from tui.auth.claims import API_NAMES, Claims
from tui.auth.clock import Clock, expiry
from tui.auth.profiles import Profile
from tui.auth.secret import Secret
from tui.config.schema import GUID_PATTERN
from tui.errors import Problem, SignInProblem, UsageProblem
from tui.text import visible

if TYPE_CHECKING:
    import httpx

    from tui.auth.credentials import AskSecret, Credential, ShowCode, TokenAnswer

State = Literal["valid", "renewing", "expired", "none"]

_MARGIN = timedelta(minutes=5)
_HOLD = timedelta(seconds=30)
"""After a failed renewal the token at hand serves this long before the next attempt."""


class Token(Struct, frozen=True):
    """One access token and what is known about it. Times are the server's."""

    value: Secret
    resource: str
    """`graph`, `classic` or `endpoint`."""
    issued: datetime
    expires: datetime
    claims: Claims | None = None
    """None where the token is opaque to us; the service may still take it."""
    seconds: float = 0.0
    """How long the authority took to answer."""
    doubt: str = ""
    """What it says of itself that was not asked for (`audience.doubt`)."""

    @property
    def renew_at(self) -> datetime:
        """When it is replaced: five minutes, or a tenth of its life if less, before its end."""
        return self.expires - min(_MARGIN, (self.expires - self.issued) / 10)


class Step(Struct, frozen=True):
    """A part of signing in, as it passes."""

    label: str
    """Same text from `running` on, until the step ends and it says what came of it."""
    state: Literal["running", "done", "failed"]
    seconds: float | None = None
    """How long it took; None while it runs and where time says nothing."""
    key: str = ""
    """The same for all reports of one step."""


class SessionEvent(Struct, frozen=True):
    """Something that happened in this run."""

    time: datetime
    text: str
    failed: bool = False
    detail: str = ""
    """All that is known of a failure, in a sentence. May quote a service: show it displayable."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Session:
    """Signed in to one tenant; gives tokens to whoever talks to its services.

    Args:
        profile: Who signs in where.
        ask: Asks a person for a secret; without it such a profile cannot sign in.
        on_step: Told the steps of signing in, for a screen.
        show_code: Shows a device code; without it such a profile cannot sign in anew.
        now: This machine's clock, aware and in UTC.
        sleep: Waits between attempts and polls.
    """

    def __init__(
        self,
        profile: Profile,
        *,
        ask: AskSecret | None = None,
        on_step: Callable[[Step], None] | None = None,
        show_code: ShowCode | None = None,
        now: Callable[[], datetime] = _utc_now,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.profile = profile
        self.secret_source = ""
        """Where the secret came from ("Secret Service"); empty until one was found."""
        self.history: deque[SessionEvent] = deque(maxlen=200)
        """What happened in this run, oldest first."""
        self._ask = ask
        self._show_code = show_code
        self._sleep = sleep
        self._on_step = on_step
        self._clock = Clock(now)
        self._tokens: dict[str, Token] = {}
        self._flights: dict[str, asyncio.Task[Token]] = {}
        self._held: dict[str, datetime] = {}
        self._preparation: asyncio.Task[Credential] | None = None
        self._credential: Credential | None = None
        self._client: httpx.AsyncClient | None = None
        self._subscribers: list[Callable[[], None]] = []
        self._closed = False

    @property
    def notices(self) -> tuple[str, ...]:
        """What should be known although signing in works: an odd token, a certificate's end."""
        own = tuple(self._credential.notices) if self._credential else ()
        odd = [
            f"{API_NAMES[one.resource]} may refuse the token: {one.doubt}."
            for one in self._tokens.values()
            if one.doubt
        ]
        return (*filter(None, (self._clock.notice(),)), *odd, *own)

    @property
    def skew(self) -> float:
        """Seconds by which the server's clock is ahead of this machine's; 0 until it is known."""
        return self._clock.skew

    def now(self) -> datetime:
        """The time as the server counts it."""
        return self._clock.now()

    def learn_date(self, date: str | None, sent: datetime | None = None) -> None:
        """Correct the clock by a `Date` header.

        Args:
            date: The header's value; anything that is no date is ignored.
            sent: When the request left, by this machine's clock: half the way counts.
        """
        self._clock.learn(date, sent)

    def current(self, resource: str) -> Token | None:
        """The token at hand, valid or not; None where there was none yet."""
        return self._tokens.get(resource)

    def state(self, resource: str) -> State:
        """What the clock at the top of the screen shows."""
        if resource in self._flights:
            return "renewing"
        token = self._tokens.get(resource)
        if token is None:
            return "none"
        return "valid" if self.now() < token.expires else "expired"

    def resources(self) -> tuple[str, ...]:
        """Resources that a token was asked for in this run."""
        return tuple(self._tokens)

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` whenever a token, a state or the history changes.

        Returns:
            A function that ends this.
        """
        self._subscribers.append(callback)

        def unsubscribe() -> None:
            with contextlib.suppress(ValueError):
                self._subscribers.remove(callback)

        return unsubscribe

    async def token(
        self, resource: str, *, rejected: Token | None = None, renew: bool = False
    ) -> Token:
        """A token for `graph`, `classic` or `endpoint`, valid for a while yet.

        Callers that come while one is on its way wait for the same one; a caller that is
        cancelled takes nothing from the others.

        Args:
            resource: What it is for.
            rejected: A token that the service answered 401 to; it is not given again.
            renew: Get a new one although the one at hand is good ("renew now").

        Raises:
            SignInProblem: The authority refused, or the secret cannot be had.
            Unreachable: The authority did not answer.
        """
        if self._closed:
            raise UsageProblem("This session is closed")
        at_hand = self._tokens.get(resource)
        usable = None if at_hand is rejected or renew else at_hand
        if usable is not None and self.now() < self._good_until(usable):
            return usable
        flight = self._flights.get(resource)
        if flight is None:
            why = "after a 401" if rejected is not None and at_hand is rejected else ""
            flight = asyncio.create_task(self._acquire(resource, why))
            self._flights[resource] = flight
            flight.add_done_callback(lambda task: self._landed(resource, task))
            self._changed()
        try:
            return await asyncio.shield(flight)
        except Problem:
            if usable is None or self.now() >= usable.expires:
                raise
            self._held[resource] = self.now() + _HOLD
            return usable

    def _good_until(self, token: Token) -> datetime:
        """Until when a token serves without a renewal being tried."""
        held = self._held.get(token.resource)
        return token.renew_at if held is None else min(max(token.renew_at, held), token.expires)

    async def close(self) -> None:
        """End all work and forget the tokens and the secret."""
        self._closed = True
        tasks: list[asyncio.Task[Any]] = [*self._flights.values()]
        if self._preparation is not None:
            tasks.append(self._preparation)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._tokens.clear()
        self._credential = None
        if self._client is not None:
            await self._client.aclose()
            self._client = None
        self._changed()
        self._subscribers.clear()

    def _changed(self) -> None:
        for callback in tuple(self._subscribers):
            callback()

    def _landed(self, resource: str, task: asyncio.Task[Token]) -> None:
        if self._flights.get(resource) is task:
            del self._flights[resource]
        _seen(task)
        self._changed()

    def _tell(self, step: Step) -> None:
        if self._on_step is not None:
            self._on_step(step)

    def _record(self, text: str, *, failed: bool = False, detail: str = "") -> None:
        self.history.append(SessionEvent(self.now(), text, failed, detail))

    async def _prepared(self) -> Credential:
        if self._credential is not None:
            return self._credential
        if self._preparation is None:
            self._preparation = asyncio.create_task(self._prepare())
            self._preparation.add_done_callback(_seen)
        flight = self._preparation
        try:
            return await asyncio.shield(flight)
        finally:
            if flight.done() and self._preparation is flight:
                self._preparation = None

    async def _prepare(self) -> Credential:
        from tui.auth.credentials import Context
        from tui.auth.ways import credential_for

        credential = credential_for(
            Context(
                profile=self.profile,
                client=self._open_client,
                now=self.now,
                on_date=self.learn_date,
                ask=self._ask,
                show_code=self._show_code,
                sleep=self._sleep,
                skew=lambda: self._clock.skew,
            )
        )
        label = credential.preparing
        if label:
            self._tell(Step(label, "running", key="secret"))
        began = perf_counter()
        try:
            await credential.prepare()
        except Problem:
            if label:
                self._tell(Step(label, "failed", perf_counter() - began, key="secret"))
            raise
        self.secret_source = credential.source
        if label:
            self._tell(Step(credential.prepared, "done", perf_counter() - began, key="secret"))
        for notice in credential.notices:
            self._record(notice)
        self._credential = credential
        return credential

    async def _acquire(self, resource: str, why: str) -> Token:
        try:
            uri = self.profile.cloud.resource_uri(resource)
        except ValueError:
            raise UsageProblem(f"This profile has no resource '{resource}'") from None
        renewal = resource in self._tokens
        key = f"token-{resource}"
        try:
            credential = await self._prepared()
            label = f"token from {credential.giver}"
            self._tell(Step(label, "running", key=key))
            began = perf_counter()
            try:
                answer = await self._ask_for(credential, resource, uri)
            except Problem:
                self._tell(Step(label, "failed", perf_counter() - began, key=key))
                raise
        except Problem as problem:
            self._record(_failure(problem, renewal), failed=True, detail=str(problem))
            raise
        token = self._token_of(resource, answer)
        if stranger := _other_tenant(self.profile, token, self._tokens.values()):
            self._record("sign-in failed: a token of another tenant", failed=True)
            raise SignInProblem(
                f"Signing in to {self.profile.name} failed",
                f"{credential.giver} gave a token of another tenant, {visible(stranger)}",
                "Check tenant_id and credential of the profile; the token was not used.",
            )
        self._tokens[resource] = token
        self._held.pop(resource, None)
        self._tell(Step(label, "done", answer.seconds, key=key))
        may = claims_of.summary(token.claims, resource)
        self._tell(Step(f"roles: {may}", "done", key=f"roles-{resource}"))
        self.secret_source = credential.source
        did = f"renewed {why}".strip() if renewal else f"signed in with {credential.kind}"
        self._record(", ".join((did, *filter(None, (credential.way,)), _took(answer, resource))))
        return token

    def _open_client(self) -> httpx.AsyncClient:
        from tui.auth.http import new_client

        if self._client is None:
            self._client = new_client()
        return self._client

    async def _ask_for(self, credential: Credential, resource: str, uri: str) -> TokenAnswer:
        try:
            answer = await credential.token(resource, uri)
        except SignInProblem as problem:
            if credential.refused(problem):
                # Ask again, read again: the next attempt must not repeat what was refused.
                self._credential = None
            raise
        received = self._clock.read()
        self.learn_date(answer.date, received - timedelta(seconds=answer.seconds))
        return answer

    def _token_of(self, resource: str, answer: TokenAnswer) -> Token:
        try:
            claims: Claims | None = claims_of.decode(answer.value.reveal())
        except ValueError:
            claims = None
        issued = self.now()
        expires = expiry(issued, answer.expires_in, claims)
        times = sorted((issued, self._clock.read()))
        odd = doubt(self.profile, resource, claims, *times) if claims else ""
        return Token(answer.value, resource, issued, expires, claims, answer.seconds, odd)


def _took(answer: TokenAnswer, resource: str) -> str:
    return f"{answer.seconds:.2f} s ({resource})"


def _seen(task: asyncio.Task[Any]) -> None:
    """Whoever waited for a task may be gone: its failure is no defect for that."""
    if not task.cancelled():
        task.exception()


def _other_tenant(profile: Profile, token: Token, former: Iterable[Token]) -> str:
    """The tenant that a token names where another one is expected.

    That is the profile's, or where a domain names that, the one of the tokens so far.
    """
    named = token.claims.tenant_id if token.claims else ""
    if re.fullmatch(GUID_PATTERN, profile.tenant_id):
        expected = {profile.tenant_id.lower()}
    else:
        expected = {one.claims.tenant_id.lower() for one in former if one.claims} - {""}
    return named if named and expected and named.lower() not in expected else ""


def _failure(problem: Problem, renewal: bool) -> str:
    what = "renewal failed" if renewal else "sign-in failed"
    why = problem.code or problem.why or problem.what
    return f"{what}: {why}"
