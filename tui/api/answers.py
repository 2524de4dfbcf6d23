"""Answers that are no success, as problems: what, why in the service's words, what to do.

Source: *Common REST API error codes* (Microsoft Defender XDR); *Microsoft Graph error
responses and resource types*; message centre MC1220762 (the end of the classic API).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from tui.api.body import BodyFault, describe, misfit, parse
from tui.api.origins import host
from tui.api.protocols import RETIREMENT
from tui.errors import (
    BadAnswer,
    Conflict,
    Forbidden,
    NotFound,
    Problem,
    QueryProblem,
    ServiceProblem,
    SignInProblem,
)
from tui.text import visible_lines

if TYPE_CHECKING:
    from tui.api.request import Request
    from tui.auth.session import Token

_LONGEST_MESSAGE = 1000
_MOST_LINES = 12
_ENDING = 300
"""Characters kept of a long message's end: engines name the place there."""

_TOO_MUCH = {
    413: "Send less at once: a shorter query, comment or filter.",
    414: "Ask with a shorter filter.",
    431: "Ask with a shorter filter; a token with very many roles or groups does this too.",
}


class Refusal(Struct, frozen=True):
    """An answer without success, as far as it could be read."""

    status: int
    code: str
    """The service's own word; empty where it gave none."""
    message: str
    """The service's own sentence, displayable; what came instead where it is no error body."""
    request_id: str
    headers: Mapping[str, str]
    understood: bool
    """Whether the body was an error of the service, and not of something on the way."""

    @property
    def said(self) -> str:
        """Status, code and message, as the reason of a problem."""
        name = f"{self.status} {self.code}" if self.code else str(self.status)
        return f"the service answered {name}" + (f": {self.message}" if self.message else "")


def read_refusal(status: int, headers: Mapping[str, str], body: bytes, sent_id: str) -> Refusal:
    """Read the answer, however malformed its body is."""
    code, message, request_id, understood = "", "", "", False
    try:
        value = parse(body) if body.strip() else None
    except BodyFault:
        message = describe(body)
    else:
        error = value.get("error") if isinstance(value, dict) else None
        if isinstance(error, dict):
            code, message = _text(error.get("code")), _text(error.get("message"))
            request_id = _inner_id(error) or _text(error.get("target"))
            understood = bool(code or message)
        elif isinstance(value, dict):
            code = _text(error)
            message = _text(
                value.get("error_description") or value.get("message") or value.get("Message")
            )
            understood = bool(code)
        if not message and not code and body.strip():
            message = misfit(value, body) if not isinstance(value, dict) else ""
    return Refusal(
        status=status,
        code=_line(code, 100),
        message=_cut(visible_lines(message).strip()),
        request_id=_line(request_id, 200) or request_id_of(headers) or sent_id,
        headers=headers,
        understood=understood,
    )


def request_id_of(headers: Mapping[str, str]) -> str:
    """The service's own name of an exchange; empty where its headers have none."""
    for name in ("request-id", "x-ms-request-id", "x-ms-correlation-request-id"):
        if found := headers.get(name):
            return _line(found, 200)
    return ""


def _inner_id(error: Mapping[str, Any]) -> str:
    inner = error.get("innerError") or error.get("innererror")
    if not isinstance(inner, dict):
        return ""
    return _text(inner.get("request-id") or inner.get("requestId"))


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _text(value.get("value")) if isinstance(value, dict) else ""


def _line(text: str, limit: int) -> str:
    return " ".join(visible_lines(text[:limit]).split())


def _cut(text: str) -> str:
    if text.count("\n") >= _MOST_LINES:
        text = " ".join(text.split())
    if len(text) <= _LONGEST_MESSAGE:
        return text
    beginning, ending = text[: _LONGEST_MESSAGE - _ENDING].rstrip(), text[-_ENDING:].lstrip()
    left_out = len(text) - len(beginning) - len(ending)
    return f"{beginning} … ({left_out:,} characters left out here) … {ending}"


def problem_of(request: Request, refusal: Refusal, token: Token, now: datetime) -> Problem:
    """The problem that a refusal is, for the person who asked."""
    what = f"{request.what} failed"
    known = {"code": refusal.code, "request_id": refusal.request_id}
    ends = _retirement(request, refusal, token, now)
    status = refusal.status
    if 300 <= status < 400:
        return _redirected(what, request, refusal)
    if status == 401 and _is_challenge(refusal):
        return SignInProblem(
            what,
            f"{host(request.url)} asks for more than the token shows, as a policy of the tenant "
            f"wants (Conditional Access, continuous access evaluation): {refusal.said}",
            _after_challenge(token),
            **known,
        )
    if status == 401:
        odd = f"; of the token: {token.doubt}" if token.doubt else ""
        return SignInProblem(
            what,
            f"{host(request.url)} does not take the token, a fresh one neither: "
            f"{refusal.said}{odd}",
            "Check that the profile's hosts and its cloud belong together, then sign in again.",
            **known,
        )
    if status == 403:
        why, remedy = _forbidden(request, refusal, token)
        return Forbidden(what, why, f"{remedy} {ends}".strip(), **known)
    if status in (404, 410):
        return NotFound(what, refusal.said, ends or request.missing, status=status, **known)
    if status == 400 and request.is_query:
        return _query_problem(what, refusal)
    if status in (409, 412):
        return Conflict(
            what, refusal.said, "Load it again and look before you repeat.", status=status, **known
        )
    if status >= 500:
        busy = status in (502, 503, 504)
        remedy = "The service is busy or down: try again later." if busy else "Try again later."
        return ServiceProblem(what, refusal.said, remedy, status=status, **known)
    return ServiceProblem(what, refusal.said, _TOO_MUCH.get(status, ""), status=status, **known)


def _is_challenge(refusal: Refusal) -> bool:
    """Whether a 401 is a claims challenge. Source: *Claims challenges, claims requests*."""
    told = refusal.headers.get("www-authenticate", "")[:4000].lower()
    return "insufficient_claims" in told or re.search(r'\bclaims="', told) is not None


def _after_challenge(token: Token) -> str:
    if token.claims is not None and token.claims.is_user:
        return "Sign in again with the device code; the browser asks for what is missing."
    return (
        "An application cannot answer it: ask the tenant's administrator about policies for "
        "workload identities (risk, location), then sign in again."
    )


def _redirected(what: str, request: Request, refusal: Refusal) -> Problem:
    from tui.auth.http import host_of_redirect

    target = host_of_redirect(refusal.headers)
    where = f"to {target}" if target else "elsewhere"
    return BadAnswer(
        what,
        f"{host(request.url)} sends us {where} ({refusal.status}), "
        "and the token is not taken anywhere else",
        "Check the hosts of this profile's cloud in config.toml; a proxy that wants a "
        "sign-in answers like this too.",
        status=refusal.status,
        request_id=refusal.request_id,
    )


def _forbidden(request: Request, refusal: Refusal, token: Token) -> tuple[str, str]:
    from tui.auth.claims import features, granted_by, how_to_grant

    feature = next((one for one in features(request.resource) if one.name == request.feature), None)
    if feature is None or token.claims is None:
        return refusal.said, "Check the application's permissions and their admin consent."
    granted = granted_by(token.claims, feature)
    if granted:
        return (
            f"{refusal.said} (the token carries {granted})",
            "The permission is there, so the tenant forbids it otherwise: a missing licence, "
            "a feature turned off, or Defender's own roles (unified RBAC).",
        )
    names = feature.scopes if token.claims.is_user else feature.any_of
    return (
        f"the application lacks {' or '.join(names)}; {refusal.said}",
        how_to_grant(feature, token.claims),
    )


def _retirement(request: Request, refusal: Refusal, token: Token, now: datetime) -> str:
    """Explains a refusal by the end of the classic API, where that is likely."""
    if request.resource != "classic" or refusal.status not in (403, 404, 410):
        return ""
    ended = now >= datetime.combine(date.fromisoformat(RETIREMENT), datetime.min.time(), UTC)
    if refusal.status == 403:
        from tui.auth.claims import features, granted_by

        feature = next((one for one in features("classic") if one.name == request.feature), None)
        likely = bool(feature and token.claims and granted_by(token.claims, feature))
    elif refusal.status == 404:
        likely = ended or not refusal.understood or not request.missing
    else:
        likely = True
    if not likely:
        return ""
    fact = f"ended on {RETIREMENT}" if ended else f"is being retired and ends on {RETIREMENT}"
    return (
        f'The classic Defender XDR API {fact}: set api = "graph" in this profile, '
        "and grant the application SecurityIncident.ReadWrite.All and ThreatHunting.Read.All "
        "of Microsoft Graph."
    )


_PLACES = (
    re.compile(
        r"line\s*:\s*position\s*=?\s*\[?(?P<line>\d{1,6})\s*[:,]\s*(?P<column>\d{1,6})", re.I
    ),
    re.compile(
        r"\bline\b\W{0,4}(?P<line>\d{1,6})\D{1,20}?(?:position|column|col|char\w*)\b\W{0,4}"
        r"(?P<column>\d{1,6})",
        re.I,
    ),
    re.compile(r"\[(?P<line>\d{1,6})\s*[:,]\s*(?P<column>\d{1,6})\]"),
    re.compile(r"\((?P<line>\d{1,6})\s*[:,]\s*(?P<column>\d{1,6})\)"),
    re.compile(r"\bline\b\W{0,4}(?P<line>\d{1,6})(?P<column>)", re.I),
)


def place_in(message: str) -> tuple[int | None, int | None]:
    """Line and column that an engine's message names, from 1; None where it names none.

    Kusto counts positions from 0 (`[line:position=1:14]`) and writes line 0 for no place.
    """
    for pattern in _PLACES:
        if found := pattern.search(message):
            line = int(found["line"])
            if line < 1:
                return None, None
            if not found["column"]:
                return line, None
            column = int(found["column"])
            return line, column + 1 if pattern is _PLACES[0] else max(1, column)
    return None, None


def _query_problem(what: str, refusal: Refusal) -> QueryProblem:
    line, column = place_in(refusal.message)
    lowered = refusal.message.lower()
    remedy = ""
    if "result size" in lowered or "exceeded the allowed" in lowered:
        remedy = "Ask for fewer rows or columns: where, project, summarize or take."
    return QueryProblem(
        what,
        refusal.message or refusal.said,
        remedy,
        line=line,
        column=column,
        code=refusal.code,
        request_id=refusal.request_id,
    )
