"""Requests to the token endpoint, v1 and v2.

Source: Microsoft's page v2-oauth2-client-creds-grant-flow; v1 differs in path and in naming
the resource instead of a scope.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, urlsplit

from tui.auth.aadsts import REFUSED_SECRET
from tui.auth.credentials import Context, Proof, TokenAnswer
from tui.auth.http import explain_network
from tui.auth.profiles import Profile
from tui.auth.token_answers import (
    Again,
    AuthorityRefusal,
    Got,
    header_id,
    json_object,
    nature,
    no_token,
    refused,
    token_of,
    what_failed,
)
from tui.errors import Unreachable
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
        return token_of(profile, got)

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
            raise no_token(profile, got.host, nature(got.response, got.body), got.response)
        return got.answer

    return await _retried(once, sleep)


async def _retried(
    once: Callable[[], Awaitable[T]], sleep: Callable[[float], Awaitable[None]]
) -> T:
    delays = iter(_DELAYS)
    while True:
        try:
            return await once()
        except Again as again:
            wait = next(delays, None)
            if wait is None:
                raise again.problem from None
            if again.wait is not None:
                if again.wait > _LONGEST_WAIT:
                    raise again.problem from None
                wait = max(wait, again.wait)
        await sleep(wait)


async def _send(
    client: httpx.AsyncClient,
    profile: Profile,
    resource: str,
    url: str,
    form: dict[str, str],
    on_date: Callable[[str | None], None] | None,
) -> Got:
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
                    raise no_token(profile, host, "is larger than a megabyte", response)
    except TimeoutError:
        raise Unreachable(
            what_failed(profile),
            f"the answer of {visible(host)} was not complete after {_WHOLE:.0f} s",
            "Try again later.",
            host=host,
            stage="read",
        ) from None
    except httpx.DecodingError:
        raise no_token(profile, host, "cannot be decompressed", response) from None
    except httpx.HTTPError as error:
        problem = explain_network(error, host, what_failed(profile))
        _log.warning("POST %s: %s", urlsplit(url).path, problem.why)
        if problem.stage == "connect" and isinstance(error, httpx.ConnectError):
            raise Again(problem) from None
        raise problem from None
    seconds = perf_counter() - began
    _log.info(
        "POST %s %d %.0f ms request %s",
        urlsplit(url).path,
        response.status_code,
        seconds * 1000,
        header_id(response) or "-",
    )
    if on_date is not None and response.status_code != 200:
        on_date(response.headers.get("date"))
    answer = json_object(bytes(body))
    if response.status_code == 200:
        return Got(host, resource, response, answer, bytes(body), seconds)
    raise refused(profile, resource, host, response, answer, bytes(body))
