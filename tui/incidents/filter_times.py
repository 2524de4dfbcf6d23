"""Spans and dates of the filter language."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from tui.incidents.filter_nodes import Node
from tui.incidents.filter_syntax import FilterProblem, Value
from tui.incidents.filter_terms import Between

_SPAN = re.compile(r"([<>]?=?)(\d{1,6})(m|min|h|d|w)", re.IGNORECASE)
_DATE = re.compile(r"([<>]?=?)(\d{4}-\d\d-\d\d.*)", re.DOTALL)
_UNITS = {
    "m": ("minute", timedelta(minutes=1)),
    "min": ("minute", timedelta(minutes=1)),
    "h": ("hour", timedelta(hours=1)),
    "d": ("day", timedelta(days=1)),
    "w": ("week", timedelta(weeks=1)),
}


def moment_term(name: str, value: Value, example: str) -> Node:
    """A span or a date as a term.

    Args:
        name: `age`, `created` or `updated`.
        example: Of the field, for whoever got it wrong.
    """
    column: Literal["created", "updated"] = "updated" if name == "updated" else "created"
    if span := _SPAN.fullmatch(value.text):
        unit, length = _UNITS[span.group(3).lower()]
        count = int(span.group(2))
        said = _span_words(count, unit)
        recent = "touched in the last" if column == "updated" else "from the last"
        older = "not touched for" if column == "updated" else "older than"
        texts = (f"{recent} {said.removeprefix('1 ')}", f"{older} {said}")
        if span.group(1).startswith(">"):
            return Between(column, None, count * length, *texts[::-1])
        return Between(column, count * length, None, *texts)
    dated = _DATE.fullmatch(value.text)
    if dated is not None and name != "age":
        sign, written = dated.groups()
        with suppress(ValueError, OverflowError):
            start, end = _interval(written)
            verb = "touched" if column == "updated" else "created"
            day = len(written) == 10
            past = end if day else _after(start, timedelta(microseconds=1))
            since, until, word, opposite = {
                ">": (past, None, "after", "not after"),
                ">=": (start, None, "since", "before"),
                "<": (None, start, "before", "since"),
                "<=": (None, past, "not after", "after"),
            }.get(sign, (start, end, *(("on", "not on") if day else ("at", "not at"))))
            return Between(
                column, since, until, f"{verb} {word} {written}", f"{verb} {opposite} {written}"
            )
    raise FilterProblem(
        f"“{value.text}” is no {'span' if name == 'age' else 'span and no date'}",
        f"For example {example}; units are m, h, d and w.",
        column=value.column,
        length=len(value.text),
    )


def _span_words(count: int, unit: str) -> str:
    if unit == "day" and count in (7, 1):
        return "1 week" if count == 7 else "1 day"
    return f"{count} {unit}{'' if count == 1 else 's'}"


def _interval(written: str) -> tuple[datetime, datetime]:
    """The moments between which a written date or time lies; local unless it says so.

    A day ends with the day, and so does a minute or a second: as exactly as it is written.
    """
    if len(written) == 10:
        start = datetime.combine(date.fromisoformat(written), time())
        return _utc(start), _utc(_after(start, timedelta(days=1)))
    at = datetime.fromisoformat(written)
    exact = re.search(r"[T ]\d\d:?\d\d(:?\d\d)?([.,]\d+)?", written)
    width = timedelta(microseconds=1)
    if exact is not None and exact.group(2) is None:
        width = timedelta(seconds=1) if exact.group(1) else timedelta(minutes=1)
    return _utc(at), _utc(_after(at, width))


def _after(at: datetime, span: timedelta) -> datetime:
    try:
        return at + span
    except OverflowError:
        return datetime.max.replace(tzinfo=at.tzinfo)


def _utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except (ValueError, OverflowError):  # next to the first or the last day of all calendars
        return at.replace(tzinfo=UTC)
