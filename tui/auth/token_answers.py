"""What the answers of a token endpoint mean: tokens, refusals, and things that are neither."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from msgspec import Struct

from tui.auth.aadsts import BUSY, code_of, page_of, refusal, said, time_of
from tui.auth.credentials import TokenAnswer
from tui.auth.http import host_of_redirect
from tui.auth.profiles import Profile
from tui.auth.secret import Secret
from tui.errors import Problem, SignInProblem
from tui.text import visible

if TYPE_CHECKING:
    import httpx


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


class Again(Exception):
    """The same request is worth another try; `problem` is what to say if it is the last."""

    def __init__(self, problem: Problem, wait: float | None = None) -> None:
        self.problem = problem
        self.wait = wait


class Got(Struct, frozen=True):
    """A whole answer of success."""

    host: str
    resource: str
    response: httpx.Response
    answer: dict[str, Any] | None
    body: bytes
    seconds: float


def what_failed(profile: Profile) -> str:
    """What fails without a token, as `Problem` has it."""
    return f"Signing in to {profile.name} failed"


def json_object(body: bytes) -> dict[str, Any] | None:
    """A body's JSON object; None where it is none."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


def nature(response: httpx.Response, body: bytes) -> str:
    """What an answer is that was no JSON object."""
    kind = response.headers.get("content-type", "")
    start = body[:200].lstrip().lower()
    if not body.strip():
        return "is empty"
    if "html" in kind.lower() or start.startswith((b"<!doctype", b"<html")):
        return "is a web page"
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return "is no text in UTF-8"
    try:
        json.loads(text)
    except ValueError as error:
        if str(error).startswith("Extra data"):
            return "is JSON with something after it, and no JSON object"
        cut = "{" in text[:1] and not text.rstrip().endswith("}")
        return "is a JSON object that ends in the middle" if cut else "is no JSON object"
    except RecursionError:
        return "nests too deep, and is no JSON object"
    return "is JSON, but no JSON object"


def no_token(profile: Profile, host: str, how: str, response: httpx.Response) -> SignInProblem:
    """An answer that is no token; `how` says what it is instead."""
    return SignInProblem(
        what_failed(profile),
        f"the answer of {visible(host)} is no token: it {how} (HTTP {response.status_code})",
        "A proxy, a captive network or a wrong authority answers like this.",
        request_id=header_id(response),
    )


def header_id(response: httpx.Response) -> str:
    """The authority's own name of a request; empty where it gave none."""
    return visible(response.headers.get("x-ms-request-id", ""))[:100]


def token_of(profile: Profile, got: Got) -> TokenAnswer:
    """The token of an answer of success.

    Raises:
        SignInProblem: It holds none.
    """
    host, response, answer, seconds = got.host, got.response, got.answer, got.seconds
    if answer is None:
        raise no_token(profile, host, nature(response, got.body), response)
    value = answer.get("access_token")
    if not value and isinstance(answer.get("error"), str):
        raise _explained(profile, got.resource, response, answer)[0]
    if not isinstance(value, str) or not value:
        raise no_token(profile, host, "holds no access_token", response)
    secret = Secret(value)
    if not value.isascii() or not value.isprintable() or " " in value:
        raise no_token(profile, host, "holds an access_token of forbidden characters", response)
    kind = answer.get("token_type", "Bearer")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise no_token(
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


def refused(
    profile: Profile,
    resource: str,
    host: str,
    response: httpx.Response,
    answer: dict[str, Any] | None,
    body: bytes,
) -> Exception:
    """What to raise for an answer that was no success."""
    status = response.status_code
    if 300 <= status < 400:
        target = host_of_redirect(response.headers) or "another place"
        return SignInProblem(
            what_failed(profile),
            f"{visible(host)} sends us on to {target}, where secrets are not sent",
            "Check the authority of the profile's cloud.",
        )
    if status == 511:
        return SignInProblem(
            what_failed(profile),
            f"this network wants you to sign in to it before anything reaches {visible(host)}",
            "Open any page in a browser, sign in to the network, and try again.",
        )
    busy = status == 429 or status >= 500
    if not answer and busy:
        problem = SignInProblem(
            what_failed(profile),
            f"{visible(host)} is busy or out of order (HTTP {status})",
            _later(response),
            request_id=header_id(response),
        )
        return Again(problem, _retry_after(response))
    if answer is None:
        return no_token(profile, host, nature(response, body), response)
    explained, code = _explained(profile, resource, response, answer)
    if code in BUSY or busy:
        return Again(explained, _retry_after(response))
    return explained


def _later(response: httpx.Response) -> str:
    seconds = _retry_after(response)
    return f"Wait {seconds:.0f} s and try again." if seconds else "Wait a minute and try again."


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
        remedy = f"{known.remedy(profile, resource)} More: {page_of(code)}"
    else:
        named = " ".join(part for part in (word, own) if part)
        why = named or f"the token endpoint answered HTTP {response.status_code} without a reason"
        if word and own:
            why = f"{word}: {own}"
        remedy = "Check the profile's tenant, client ID and cloud."
        if code:
            remedy = f"Microsoft explains it at {page_of(code)}"
        elif response.status_code == 429 or response.status_code >= 500:
            remedy = _later(response)
    if _text(answer, "claims"):
        remedy = f"The policy asks for more than this kind of sign-in can show. {remedy}"
    correlation, trace = _text(answer, "correlation_id"), _text(answer, "trace_id")
    moment = _text(answer, "timestamp") or visible(time_of(description))
    ids = ", ".join(
        part
        for part in (correlation[:60], f"trace {trace[:60]}" if trace else "", moment[:30])
        if part
    )
    return (
        AuthorityRefusal(
            what_failed(profile),
            why,
            remedy,
            word=word,
            code=f"AADSTS{code}" if code else word,
            request_id=ids or header_id(response),
        ),
        code,
    )
