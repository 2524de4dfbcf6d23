"""Running a hunting query in either dialect: the body goes to a file, off the loop."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from tui.api.body import BodyFault, misfit, parse
from tui.api.protocols import Dialect, HuntAnswer
from tui.api.request import HUNT_LIMIT, PATIENT, Request
from tui.api.transport import Transport
from tui.errors import BadAnswer, UsageProblem
from tui.text import visible

_BEGINNING = 8000
_DURATION = re.compile(
    r"P(?=.)(\d+(\.\d+)?Y)?(\d+(\.\d+)?M)?(\d+(\.\d+)?W)?(\d+(\.\d+)?D)?"
    r"(T(?=.)(\d+(\.\d+)?H)?(\d+(\.\d+)?M)?(\d+(\.\d+)?S)?)?"
)


async def hunt(
    transport: Transport,
    dialect: Dialect,
    url: str,
    body: Mapping[str, str],
    to: Path,
    on_bytes: Callable[[int], None] | None,
) -> HuntAnswer:
    """Send a query and keep the answer's body.

    Raises:
        QueryProblem: The service refused the query.
        BadAnswer: What came is no JSON object.
    """
    request = Request(
        "POST",
        url,
        dialect,
        "The query",
        feature="Advanced hunting",
        quota="hunting",
        body=dict(body),
        is_query=True,
        limit=HUNT_LIMIT,
        timeouts=PATIENT,
    )
    answer = await transport.download(request, to, on_bytes)
    why = await asyncio.to_thread(_fault_of, to)
    if why:
        to.unlink(missing_ok=True)  # noqa: ASYNC240
        raise BadAnswer(
            f"{request.what} failed", why, status=answer.status, request_id=answer.request_id
        )
    return HuntAnswer(to, dialect, answer.status, answer.request_id, answer.seconds, answer.size)


def _fault_of(path: Path) -> str:
    """Why a body is no JSON object, by its beginning; empty where it may be one."""
    with path.open("rb") as file:
        head = file.read(_BEGINNING)
    first = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if first == b"{":
        return ""
    if first == b"[" and len(head) == _BEGINNING:
        return misfit([], head)
    try:
        return misfit(parse(head), head)
    except BodyFault as fault:
        return fault.why


def checked_timespan(timespan: str) -> str:
    """The span, where it is one that Graph takes.

    Raises:
        UsageProblem: It is none.
    """
    parts = timespan.strip().split("/")
    durations = [bool(_DURATION.fullmatch(part)) for part in parts]
    fine = (
        len(parts) <= 2
        and sum(durations) < 2
        and all(is_one or _is_moment(part) for part, is_one in zip(parts, durations, strict=True))
    )
    if not fine:
        raise UsageProblem(
            f"“{visible(timespan[:60])}” is no time span",
            remedy="Give an ISO 8601 span such as P7D, PT12H, or 2026-11-01/2026-11-08.",
        )
    if len(parts) == 2 and not any(durations) and _moment(parts[1]) < _moment(parts[0]):
        raise UsageProblem(
            f"The time span “{visible(timespan[:60])}” ends before it begins",
            remedy="Give the earlier time first.",
        )
    return timespan.strip()


def _is_moment(text: str) -> bool:
    try:
        _moment(text)
    except ValueError:
        return False
    return True


def _moment(text: str) -> datetime:
    """A time; in UTC where no zone is named."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
