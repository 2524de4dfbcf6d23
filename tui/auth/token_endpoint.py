"""Requests to the token endpoint, v1 and v2, and what its answers mean.

Source: Microsoft's page v2-oauth2-client-creds-grant-flow; v1 differs in path and in naming
the resource instead of a scope.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, urlsplit

from tui.auth.aadsts import BUSY, REFUSED_SECRET, code_of, refusal, said
from tui.auth.credentials import Context, Proof, TokenAnswer
from tui.auth.http import explain_network, host_of_redirect
from tui.auth.profiles import Profile
from tui.auth.secret import Secret
from tui.errors import Problem, SignInProblem, Unreachable
from tui.text import visible

if TYPE_CHECKING:
    import httpx

__all__ = [
    "REFUSED_SECRET",
    "AuthorityRefusal",
    "TokenAnswer",
    "ask_endpoint",
    "request_grant",
    "request_json",
    "request_token",
    "token_url",
]

T = TypeVar("T")

_log = logging.getLogger("tui.auth")

_LARGEST = 1_000_000
_WHOLE = 60.0
"""Seconds of one exchange in all: an answer that drips is stopped here."""
_DELAYS = (0.5, 2.0)
_LONGEST_WAIT = 20.0


class AuthorityRefusal(SignInProblem):
    """The authority answered, and it was no token.

    Args:
        word: OAuth's word for it (`invalid_client`, `authorization_pending`).
    """

    def __init__(
        self,
        what: str,
        why: str = "",
        remedy: str = "",
        *,
        word: str = "",
        code: str = "",
        request_id: str = "",
    ) -> None:
        super().__init__(what, why, remedy, code=code, request_id=request_id)
        self.word = word


class _Again(Exception):
    """The same request is worth another try; `problem` is what to say if it is the last."""

    def __init__(self, problem: Problem, wait: float | None = None) -> None:
        self.problem = problem
        self.wait = wait


def _is_v1(profile: Profile) -> bool:
    return profile.token_endpoint == "v1"  # noqa: S105


def token_url(profile: Profile) -> str:
    """Where a profile's tokens are asked for."""
    path = "oauth2/token" if _is_v1(profile) else "oauth2/v2.0/token"
    return f"{profile.cloud.authority}/{quote(profile.tenant_id, safe='')}/{path}"


async def ask_endpoint(context: Context, uri: str, proof: Proof) -> TokenAnswer:
    """Ask for an application's token, as `request_token` does, with what a credential has."""
    return await request_token(
        context.client(),
        context.profile,
        uri,
        proof,
        on_date=context.on_date,
        sleep=context.sleep,
    )


async def request_token(
    client: httpx.AsyncClient,
    profile: Profile,
    resource: str,
    proof: Proof,
    *,
    on_date: Callable[[str | None], None] | None = None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> TokenAnswer:
    """Ask for a token with the client-credentials grant.

    A refused connection, 429, 5xx and the codes of a busy service are tried again, twice.

    Args:
        client: Follows no redirects.
        profile: Whose token, and which endpoint.
        resource: URI of what the token is for.
        proof: How the application proves itself.
        on_date: Told the `Date` of answers that were no success.
        sleep: Waits between attempts.

    Raises:
        SignInProblem: The endpoint refused, or its answer is no token.
        Unreachable: There was no whole answer.
    """
    url = token_url(profile)

    def form() -> dict[str, str]:
        fields = {"grant_type": "client_credentials", "client_id": profile.client_id}
        fields |= {"resource": resource} if _is_v1(profile) else {"scope": f"{resource}/.default"}
        return fields | dict(proof.fields(url))

    return await request_grant(client, profile, resource, url, form, on_date=on_date, sleep=sleep)


async def request_grant(
    client: httpx.AsyncClient,
    profile: Profile,
    resource: str,
    url: str,
    form: Callable[[], dict[str, str]],
    *,
    on_date: Callable[[str | None], None] | None = None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> TokenAnswer:
    """Send a form to a token endpoint, for any grant; retries and errors as `request_token`.

    Args:
        form: Makes the fields, anew for each attempt.
    """

    async def once() -> TokenAnswer:
        got = await _send(client, profile, resource, url, form(), on_date)
        return _token(profile, got)

    return await _retried(once, sleep)


async def request_json(
    client: httpx.AsyncClient,
    profile: Profile,
    resource: str,
    url: str,
    form: dict[str, str],
    *,
    on_date: Callable[[str | None], None] | None = None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> dict[str, Any]:
    """Send a form to another endpoint of the authority; retries and errors as `request_token`."""

    async def once() -> dict[str, Any]:
        got = await _send(client, profile, resource, url, form, on_date)
        if got.answer is None:
            raise _no_token(profile, got.host, _nature(got.response, got.body), got.response)
        return got.answer

    return await _retried(once, sleep)


async def _retried(
    once: Callable[[], Awaitable[T]], sleep: Callable[[float], Awaitable[None]]
) -> T:
    delays = iter(_DELAYS)
    while True:
        try:
            return await once()
        except _Again as again:
            wait = next(delays, None)
            if wait is None:
                raise again.problem from None
            if again.wait is not None:
                if again.wait > _LONGEST_WAIT:
                    raise again.problem from None
                wait = max(wait, again.wait)
        await sleep(wait)


@dataclass(frozen=True, slots=True)
class _Got:
    """A whole answer of success."""

    host: str
    response: httpx.Response
    answer: dict[str, Any] | None
    body: bytes
    seconds: float


def _what(profile: Profile) -> str:
    return f"Signing in to {profile.name} failed"


async def _send(
    client: httpx.AsyncClient,
    profile: Profile,
    resource: str,
    url: str,
    form: dict[str, str],
    on_date: Callable[[str | None], None] | None,
) -> _Got:
    import httpx

    host = urlsplit(url).netloc
    began = perf_counter()
    body = bytearray()
    try:
        async with (
            asyncio.timeout(_WHOLE),
            client.stream(
                "POST", url, data=form, headers={"Accept": "application/json"}
            ) as response,
        ):
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > _LARGEST:
                    raise _no_token(profile, host, "is larger than a megabyte", response)
    except TimeoutError:
        raise Unreachable(
            _what(profile),
            f"the answer of {visible(host)} was not complete after {_WHOLE:.0f} s",
            "Try again later.",
            host=host,
            stage="read",
        ) from None
    except httpx.DecodingError:
        raise _no_token(profile, host, "cannot be decompressed", response) from None
    except httpx.HTTPError as error:
        problem = explain_network(error, host, _what(profile))
        _log.warning("POST %s: %s", urlsplit(url).path, problem.why)
        if problem.stage == "connect" and isinstance(error, httpx.ConnectError):
            raise _Again(problem) from None
        raise problem from None
    seconds = perf_counter() - began
    _log.info(
        "POST %s %d %.0f ms request %s",
        urlsplit(url).path,
        response.status_code,
        seconds * 1000,
        _header_id(response) or "-",
    )
    if on_date is not None and response.status_code != 200:
        on_date(response.headers.get("date"))
    answer = _json(bytes(body))
    if response.status_code == 200:
        return _Got(host, response, answer, bytes(body), seconds)
    raise _refused(profile, resource, host, response, answer, bytes(body))


def _json(body: bytes) -> dict[str, Any] | None:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


def _nature(response: httpx.Response, body: bytes) -> str:
    """What an answer is that was no JSON object."""
    kind = response.headers.get("content-type", "")
    start = body[:200].lstrip().lower()
    if not body.strip():
        return "is empty"
    if "html" in kind.lower() or start.startswith((b"<!doctype", b"<html")):
        return "is a web page"
    return "is no JSON object"


def _no_token(profile: Profile, host: str, nature: str, response: httpx.Response) -> SignInProblem:
    return SignInProblem(
        _what(profile),
        f"the answer of {visible(host)} is no token: it {nature} (HTTP {response.status_code})",
        "A proxy, a captive network or a wrong authority answers like this.",
        request_id=_header_id(response),
    )


def _header_id(response: httpx.Response) -> str:
    return visible(response.headers.get("x-ms-request-id", ""))[:100]


def _token(profile: Profile, got: _Got) -> TokenAnswer:
    host, response, answer, seconds = got.host, got.response, got.answer, got.seconds
    if answer is None:
        raise _no_token(profile, host, _nature(response, got.body), response)
    value = answer.get("access_token")
    if not isinstance(value, str) or not value:
        raise _no_token(profile, host, "holds no access_token", response)
    secret = Secret(value)
    if not value.isascii() or not value.isprintable() or " " in value:
        raise _no_token(profile, host, "holds an access_token of forbidden characters", response)
    kind = answer.get("token_type", "Bearer")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise _no_token(
            profile, host, f"is of type '{visible(str(kind))[:40]}' instead of Bearer", response
        )
    refresh = answer.get("refresh_token")
    return TokenAnswer(
        secret,
        answer.get("expires_in"),
        response.headers.get("date"),
        seconds,
        Secret(refresh) if isinstance(refresh, str) and refresh else None,
    )


def _retry_after(response: httpx.Response) -> float | None:
    value = response.headers.get("retry-after", "").strip()
    return float(value) if value.isdigit() and len(value) < 7 else None


def _refused(
    profile: Profile,
    resource: str,
    host: str,
    response: httpx.Response,
    answer: dict[str, Any] | None,
    body: bytes,
) -> Exception:
    status = response.status_code
    if 300 <= status < 400:
        target = host_of_redirect(response.headers) or "another place"
        return SignInProblem(
            _what(profile),
            f"{visible(host)} sends us on to {target}, where secrets are not sent",
            "Check the authority of the profile's cloud.",
        )
    if answer is None:
        problem: SignInProblem = _no_token(profile, host, _nature(response, body), response)
        if status == 429 or status >= 500:
            problem = SignInProblem(
                _what(profile),
                f"{visible(host)} is busy or out of order (HTTP {status})",
                "Wait a minute and try again.",
                request_id=_header_id(response),
            )
            return _Again(problem, _retry_after(response))
        return problem
    problem, code = _explained(profile, resource, response, answer)
    if code in BUSY or status == 429 or status >= 500:
        return _Again(problem, _retry_after(response))
    return problem


def _text(answer: dict[str, Any], name: str) -> str:
    value = answer.get(name)
    return visible(value) if isinstance(value, str) else ""


def _explained(
    profile: Profile, resource: str, response: httpx.Response, answer: dict[str, Any]
) -> tuple[SignInProblem, str]:
    raw = answer.get("error_description")
    description = raw if isinstance(raw, str) else ""
    code = code_of(answer.get("error_codes"), description)
    own = visible(" ".join(said(description).split()))[:600]
    word = _text(answer, "error")[:100]
    known = refusal(code)
    if known is not None:
        why = f"{known.why}; {visible(urlsplit(profile.cloud.authority).netloc)} says: {own}"
        if not own:
            why = known.why
        remedy = known.remedy(profile, resource)
    else:
        named = " ".join(part for part in (word, own) if part)
        why = named or f"the token endpoint answered HTTP {response.status_code} without a reason"
        if word and own:
            why = f"{word}: {own}"
        remedy = (
            f"Microsoft explains it at https://login.microsoftonline.com/error?code={code}."
            if code
            else "Check the profile's tenant, client ID and cloud."
        )
    if _text(answer, "claims"):
        remedy += " The policy asks for more than this kind of sign-in can show."
    correlation, trace = _text(answer, "correlation_id"), _text(answer, "trace_id")
    ids = ", ".join(
        part for part in (correlation[:60], f"trace {trace[:60]}" if trace else "") if part
    )
    return (
        AuthorityRefusal(
            _what(profile),
            why,
            remedy,
            word=word,
            code=f"AADSTS{code}" if code else word,
            request_id=ids or _header_id(response),
        ),
        code,
    )
