"""ISO 8601 time spans, as `runHuntingQuery` takes them.

Source: *security: runHuntingQuery* (Microsoft Graph): start/end, duration/end, start/duration,
duration, start.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_DURATION = re.compile(
    r"P(?=.)(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?"
    r"(?:(?P<days>\d+(?:\.\d+)?)D)?"
    r"(?:T(?=.)(?:(?P<hours>\d+(?:\.\d+)?)H)?(?:(?P<minutes>\d+(?:\.\d+)?)M)?"
    r"(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)


def _duration(text: str) -> timedelta | None:
    match = _DURATION.fullmatch(text)
    if match is None:
        return None
    parts = {name: float(value) for name, value in match.groupdict(default="0").items()}
    return timedelta(
        days=parts["years"] * 365 + parts["months"] * 30 + parts["weeks"] * 7 + parts["days"],
        hours=parts["hours"],
        minutes=parts["minutes"],
        seconds=parts["seconds"],
    )


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def parse_timespan(text: str, now: datetime) -> tuple[datetime | None, datetime | None]:
    """From and until, aware; None where the span is open at that end.

    Args:
        text: The span.
        now: What a bare duration counts back from.

    Raises:
        ValueError: It is no span.
    """
    try:
        first, slash, second = text.strip().partition("/")
        before, after = _duration(first), _duration(second) if slash else None
        if not slash:
            return (now - before, now) if before is not None else (_moment(first), None)
        if before is not None and after is not None:
            raise ValueError(text)
        if before is not None:
            until = _moment(second)
            return until - before, until
        since = _moment(first)
        return since, since + after if after is not None else _moment(second)
    except OverflowError:
        raise ValueError(text) from None
