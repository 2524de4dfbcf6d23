"""Requests to the services: one origin for each token, waiting and retrying done once, here."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from tui.api import body as bodies
from tui.api.answers import Refusal, problem_of, read_refusal, request_id_of
from tui.api.body import BodyFault
from tui.api.origins import check_origin, host
from tui.api.quota import Clock, Left, SystemClock, known_quotas
from tui.api.request import Answer, Request, Timeouts
from tui.api.waiting import Patience, Wait, asked_to_wait, in_words
from tui.errors import BadAnswer, Problem, SignInProblem, Throttled, Unreachable

if TYPE_CHECKING:
    import httpx

    from tui.auth.session import Session, Token

__all__ = ["Answer", "Request", "Timeouts", "Transport", "Wait"]

_OFF_LOOP = 2**18

_log = logging.getLogger("tui.api")
_T = TypeVar("_T")


class Transport:
    """Asks the services of one session's profile.

    Every call raises `tui.errors.Problem` and nothing else, and can be cancelled at any
    point: the connection is closed then.

    Args:
        on_wait: Told when a call begins to wait and, with 0 seconds, when that is over.
        wait_limit: Seconds that one call may wait in all; None is no limit.
        clock: The time that waiting and quotas live by.
        timeouts: For calls that bring none of their own.
        spaced: Space calls within the known quotas.
    """

    def __init__(
        self,
        session: Session,
        *,
        on_wait: Callable[[Wait], None] | None = None,
        wait_limit: float | None = None,
        clock: Clock | None = None,
        timeouts: Timeouts | None = None,
        spaced: bool = True,
    ) -> None:
        self._session = session
        self._listeners: list[Callable[[Wait], None]] = [on_wait] if on_wait else []
        self._wait_limit = wait_limit
        self._clock = clock or SystemClock()
        self._timeouts = timeouts or Timeouts()
        self._spaced = spaced
        self._quotas = known_quotas()
        self._client: httpx.AsyncClient | None = None
        self._closed = False

    def quota_left(self, name: str) -> Left | None:
        """What is left of a quota, as far as this program's own calls tell."""
        quota = self._quotas.get(name)
        return quota.left(self._clock.monotonic()) if quota is not None else None

    def listen(self, on_wait: Callable[[Wait], None]) -> Callable[[], None]:
        """Tell of waits here too; returns what ends it."""
        self._listeners.append(on_wait)

        def stop() -> None:
            if on_wait in self._listeners:
                self._listeners.remove(on_wait)

        return stop

    def _waits(self, wait: Wait) -> None:
        for listener in tuple(self._listeners):
            listener(wait)

    async def close(self) -> None:
        """Close the connections."""
        self._closed = True
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def send(self, request: Request) -> Answer:
        """Ask, and return the whole answer.

        Raises:
            Problem: `Unreachable`, `SignInProblem`, `Forbidden`, `NotFound`, `Throttled`,
                `QueryProblem`, `BadAnswer` or another `ServiceProblem`.
        """

        async def receive(response: httpx.Response) -> tuple[bytes, int]:
            content = await bodies.read(response, request.limit)
            return content, len(content)

        return await self._exchange(request, receive)

    async def json(self, request: Request) -> Any:
        """Ask, and return the decoded JSON; None where the service has nothing to say.

        That is a 204, and an empty body that answers a change.

        Raises:
            Problem: As `send`; `BadAnswer` where it is no JSON.
        """
        answer = await self.send(request)
        if answer.status == 204 or (request.method != "GET" and not answer.body.strip()):
            return None
        return await decoded(answer, request.what)

    async def download(
        self, request: Request, to: Path, on_bytes: Callable[[int], None] | None = None
    ) -> Answer:
        """Ask, and stream the answer's body into a file of mode 0600.

        The file is removed where this fails or is cancelled, and kept where the answer was
        cut on its way (`Unreachable`, stage `read`): what came may be worth reading.

        Raises:
            Problem: As `send`.
        """

        async def receive(response: httpx.Response) -> tuple[bytes, int]:
            return b"", await bodies.into_file(response, to, request.limit, on_bytes)

        try:
            return await self._exchange(request, receive)
        except BaseException as problem:
            if not (isinstance(problem, Unreachable) and problem.stage == "read"):
                to.unlink(missing_ok=True)  # noqa: ASYNC240
            raise

    async def _exchange(
        self,
        request: Request,
        receive: Callable[[httpx.Response], Awaitable[tuple[bytes, int]]],
    ) -> Answer:
        check_origin(
            request.url,
            self._session.profile.cloud.origin_of(request.resource),
            request.what,
        )
        patience = Patience(
            self._clock,
            self._wait_limit,
            self._waits,
            host=host(request.url),
            what=request.what,
        )
        rejected: Token | None = None
        while True:
            await self._space(request, patience)
            token = await self._session.token(request.resource, rejected=rejected)
            try:
                outcome = await self._attempt(request, token, receive)
            except _Fault as fault:
                seconds = fault.retry_after(request, patience)
                if seconds is None:
                    raise fault.problem from None
                await patience.pause(seconds, "unreachable")
                continue
            if isinstance(outcome, Answer):
                return outcome
            if outcome.status == 401 and rejected is None:
                rejected = token
                continue
            await self._after_refusal(request, outcome, token, patience)

    async def _space(self, request: Request, patience: Patience) -> None:
        quota = self._quotas.get(request.quota)
        if quota is None:
            return
        now = self._clock.monotonic()
        seconds = quota.delay(now) if self._spaced else 0.0
        quota.plan(now + seconds)
        if seconds > 0:
            try:
                await patience.pause(seconds, "quota")
            except BaseException:
                quota.unplan(now + seconds)
                raise

    async def _after_refusal(
        self, request: Request, refusal: Refusal, token: Token, patience: Patience
    ) -> None:
        """Wait where asking again may help, else raise what the refusal means."""
        now = self._session.now()
        asked = asked_to_wait(refusal.headers, refusal.message, now)
        if refusal.status == 429:
            quota = self._quotas.get(request.quota)
            if quota is not None and asked is not None:
                quota.refused(self._clock.monotonic(), asked)
            seconds = patience.throttled(asked)
            if seconds is None:
                raise Throttled(
                    f"{request.what} failed",
                    refusal.said,
                    "Try again "
                    + (f"in {in_words(asked)}." if asked is not None else "in a few minutes."),
                    retry_after=asked,
                    code=refusal.code,
                    request_id=refusal.request_id,
                )
            await patience.pause(seconds, "throttled")
            return
        if refusal.status in (500, 502, 503, 504) and request.repeatable:
            seconds = patience.busy(asked)
            if seconds is not None:
                await patience.pause(seconds, "busy")
                return
        raise problem_of(request, refusal, token, now)

    async def _attempt(
        self,
        request: Request,
        token: Token,
        receive: Callable[[httpx.Response], Awaitable[tuple[bytes, int]]],
    ) -> Answer | Refusal:
        """One exchange.

        Raises:
            _Fault: There was no whole answer.
            BadAnswer: There was one, and it cannot be read.
        """
        import httpx

        sent_id = str(uuid.uuid4())
        timeouts = request.timeouts or self._timeouts
        began = self._clock.monotonic()
        path = urlsplit(request.url).path
        client = self._open_client(request)
        try:
            async with asyncio.timeout(timeouts.whole):
                outgoing = client.build_request(
                    request.method,
                    request.url,
                    content=None if request.body is None else bodies.encode(request.body),
                    headers=self._headers(request, token, sent_id),
                    timeout=httpx.Timeout(
                        connect=timeouts.connect,
                        write=timeouts.send,
                        read=timeouts.wait,
                        pool=timeouts.connect,
                    ),
                )
                response = await client.send(outgoing, stream=True, follow_redirects=False)
                try:
                    request_id = request_id_of(response.headers) or sent_id
                    if not response.is_success:
                        content = await bodies.error_body(response)
                        refusal = read_refusal(
                            response.status_code, response.headers, content, request_id
                        )
                        self._note(request, path, response.status_code, began, refusal.request_id)
                        return refusal
                    content, size = await receive(response)
                finally:
                    await response.aclose()
        except BodyFault as fault:
            self._note(request, path, response.status_code, began, request_id)
            raise BadAnswer(
                f"{request.what} failed",
                f"the answer of {host(request.url)} cannot be used: {fault.why}",
                request_id=request_id,
            ) from None
        except TimeoutError:
            self._note(request, path, "too slow", began, sent_id)
            raise _Fault(
                Unreachable(
                    f"{request.what} failed",
                    f"the answer of {host(request.url)} was not complete "
                    f"after {in_words(timeouts.whole)}",
                    "Try again later.",
                    host=host(request.url),
                    stage="read",
                ),
                timed_out=True,
            ) from None
        except httpx.TransportError as error:
            self._note(request, path, type(error).__name__, began, sent_id)
            raise self._fault(request, error) from None
        except Exception as error:
            if not self._closed or isinstance(error, Problem):
                raise
            raise _Fault(_gone(request), final=True) from None
        seconds = self._clock.monotonic() - began
        self._note(request, path, response.status_code, began, request_id)
        return Answer(
            response.status_code, dict(response.headers), content, request_id, seconds, size
        )

    def _fault(self, request: Request, error: httpx.TransportError) -> _Fault:
        import httpx

        from tui.auth.http import explain_network

        if self._closed:
            return _Fault(_gone(request), final=True)
        return _Fault(
            explain_network(error, host(request.url), f"{request.what} failed"),
            nothing_sent=isinstance(
                error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout
            ),
            timed_out=isinstance(error, httpx.TimeoutException),
        )

    def _open_client(self, request: Request) -> httpx.AsyncClient:
        if self._closed:
            raise _gone(request)
        if self._client is None:
            from tui.auth.http import new_client

            self._client = new_client()
        return self._client

    def _headers(self, request: Request, token: Token, sent_id: str) -> dict[str, str]:
        bearer = token.value.reveal()
        if not (bearer.isascii() and bearer.isprintable()):
            raise SignInProblem(
                f"{request.what} failed",
                "the token that the authority gave cannot be sent in a request",
                "Check the authority's host in the profile.",
            )
        headers = {
            "Accept": "application/json",
            "Accept-Encoding": bodies.ACCEPT_ENCODING,
            "Authorization": f"Bearer {bearer}",
            "client-request-id": sent_id,
            **request.headers,
        }
        if request.body is not None:
            headers["Content-Type"] = "application/json; charset=utf-8"
        return headers

    def _note(
        self, request: Request, path: str, status: object, began: float, request_id: str
    ) -> None:
        seconds = self._clock.monotonic() - began
        _log.info("%s %s %s %.3f s %s", request.method, path, status, seconds, request_id)


class _Fault(Exception):
    """An exchange without a whole answer."""

    def __init__(
        self,
        problem: Unreachable,
        *,
        nothing_sent: bool = False,
        timed_out: bool = False,
        final: bool = False,
    ) -> None:
        super().__init__()
        self.problem = problem
        self._nothing_sent = nothing_sent
        self._timed_out = timed_out
        self._final = final or problem.stage in ("tls", "name")

    def retry_after(self, request: Request, patience: Patience) -> float | None:
        """Seconds after which to ask again, or None to give up."""
        if self._final or not (self._nothing_sent or request.repeatable):
            return None
        return patience.fault(timed_out=self._timed_out)


def _gone(request: Request) -> Unreachable:
    return Unreachable(
        f"{request.what} failed",
        "the connection was closed",
        host=host(request.url),
        stage="connect",
    )


async def decoded(answer: Answer, what: str) -> Any:
    """The JSON of an answer; a large one is decoded off the loop.

    Raises:
        BadAnswer: It is no JSON.
    """
    try:
        if len(answer.body) > _OFF_LOOP:
            return await asyncio.to_thread(bodies.parse, answer.body)
        return bodies.parse(answer.body)
    except BodyFault as fault:
        raise BadAnswer(
            f"{what} failed", fault.why, status=answer.status, request_id=answer.request_id
        ) from None
