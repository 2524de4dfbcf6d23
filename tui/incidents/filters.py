"""The filter language: one line of words and fields, understood once.

From one parse come the condition for the cache (`sql`), the part that the service can
filter (`odata`), the explanation under the line (`words`) and the test for lists that are
in no cache (`matches`). Fields: `sev:high,medium`, `status:active`, `assigned:me`,
`tag:`, `id:`, `age:<7d`, `created:`, `updated:`; see `filter_syntax` for the rest. A value
in quotes is taken as it is, so that values no page lists can be filtered for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from tui.api.records import SEVERITIES, STATUSES, Incident
from tui.incidents.facts import facts_of, fold, storable
from tui.incidents.filter_syntax import FilterProblem, Token, Value, nearest, tokens
from tui.incidents.filter_terms import (
    All,
    Assigned,
    Between,
    Node,
    Not,
    Numbered,
    OneOf,
    Some,
    Tagged,
    Word,
)

__all__ = ["FIELDS", "Filter", "FilterProblem", "Seen", "parse"]

_MOST_VALUES = 300
_DEEPEST = 40


@dataclass(frozen=True, slots=True)
class Seen:
    """Values found in answers, which a filter may name beside the documented ones."""

    severities: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter understood. Spans of time are counted back from `now` of each call."""

    text: str
    node: Node = field(repr=False)

    def __bool__(self) -> bool:
        return self.node != All()

    def sql(self, now: datetime | None = None) -> tuple[str, list[object]]:
        """The condition for the cache's table `incident`, and its parameters."""
        return self.node.fixed(now or datetime.now(UTC)).sql()

    def odata(self, dialect: str, now: datetime | None = None) -> str | None:
        """A `$filter` that lets through at least what this filter does; None if all.

        Args:
            dialect: `graph` or `classic`.
        """
        return self.node.fixed(now or datetime.now(UTC)).odata(dialect)

    def words(self) -> str:
        """What the filter keeps, in words: "high or medium, nobody's"."""
        return self.node.words(False)

    def matches(self, incident: Incident, now: datetime | None = None) -> bool:
        """Whether an incident passes."""
        return self.node.fixed(now or datetime.now(UTC)).test(facts_of(incident))


def parse(text: str, me: str | None = None, *, seen: Seen | None = None) -> Filter:
    """Understand a filter.

    Args:
        text: What was typed.
        me: The owner that `assigned:me` stands for, as the service spells it.
        seen: Values met in answers, beyond the documented ones.

    Raises:
        FilterProblem: A `UsageProblem` that names the column and what is known there.
    """
    text = storable(text)
    return Filter(text, _Parser(text, me, seen or Seen()).parse())


class _Parser:
    def __init__(self, text: str, me: str | None, seen: Seen) -> None:
        self._tokens = list(tokens(text))
        self._at = 0
        self._end = len(text) + 1
        self._me = me
        self._seen = seen
        self._depth = 0

    def parse(self) -> Node:
        values = 0
        for token in self._tokens:
            values += max(1, len(token.values))
            if values > _MOST_VALUES:
                raise FilterProblem(
                    f"it has more than {_MOST_VALUES} words and values",
                    "Use fewer.",
                    column=token.column,
                )
        if not self._tokens:
            return All()
        node = self._alternatives()
        if (rest := self._peek()) is not None:
            raise FilterProblem(
                "nothing is open here that ) could close",
                "Take it away, or put it in quotes.",
                column=rest.column,
            )
        return node

    def _peek(self) -> Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _alternatives(self) -> Node:
        parts = [self._together()]
        while (token := self._peek()) is not None and token.kind == "or":
            self._at += 1
            parts.append(self._together())
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

    def _together(self) -> Node:
        parts: list[Node] = []
        while (token := self._peek()) is not None and token.kind not in ("or", "close"):
            if token.kind == "and":
                self._at += 1
                if not parts or (after := self._peek()) is None or after.kind == "or":
                    raise self._empty("“and” stands between two terms", token)
                continue
            parts.append(self._one(token))
        if not parts:
            before = self._tokens[self._at - 1] if self._at else None
            raise self._empty("a word or a field is missing", before)
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _empty(self, why: str, token: Token | None) -> FilterProblem:
        column = token.column if token is not None else 1
        length = token.end - token.column if token is not None else 1
        return FilterProblem(
            why, "To search for a sign as text, put it in quotes.", column=column, length=length
        )

    def _one(self, first: Token) -> Node:
        negated = False
        token = first
        while token.kind == "not":
            negated = not negated
            self._at += 1
            after = self._peek()
            if after is None or after.kind in ("or", "and", "close"):
                raise self._empty("“-” negates the term after it, and there is none", token)
            token = after
        self._at += 1
        node = self._group(token) if token.kind == "open" else self._term(token)
        return Not(node) if negated else node

    def _group(self, opened: Token) -> Node:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise FilterProblem(
                f"more than {_DEEPEST} parentheses are open",
                "Use fewer.",
                column=opened.column,
            )
        node = self._alternatives()
        closing = self._peek()
        if closing is None:
            raise FilterProblem(
                "the parenthesis is not closed", "Close it with ).", column=opened.column
            )
        self._at += 1
        self._depth -= 1
        return node

    def _term(self, token: Token) -> Node:
        if not token.field:
            return Word(token.values[0].text)
        name = _ALIASES.get(token.field, token.field)
        make = _FIELDS.get(name)
        if make is None:
            near = nearest(token.field, [*FIELDS, *_ALIASES])
            raise FilterProblem(
                f"“{token.field}:” is no field",
                (f"Did you mean “{near}:”? " if near else "")
                + f"Known: {', '.join(f'{known}:' for known in FIELDS)}. "
                "To search for it as text, put it in quotes.",
                column=token.column,
                length=len(token.field) + 1,
            )
        if not token.values:
            raise FilterProblem(
                f"“{token.field}:” has no value",
                f"For example {FIELDS[name]}.",
                column=token.column,
                length=token.end - token.column,
            )
        return make(self, token)

    def _severity(self, token: Token) -> Node:
        known = {fold(name): (fold(name),) for name in (*SEVERITIES, *self._seen.severities)}
        return self._one_of(token, "severity", known, _SEVERITY_ALIASES)

    def _status(self, token: Token) -> Node:
        known = {fold(name): (fold(name),) for name in (*STATUSES, *self._seen.statuses)}
        return self._one_of(token, "status", known, _STATUS_ALIASES)

    def _one_of(
        self,
        token: Token,
        column: Literal["severity", "status"],
        known: Mapping[str, tuple[str, ...]],
        aliases: Mapping[str, tuple[str, ...]],
    ) -> Node:
        keys: dict[str, None] = {}
        said: dict[str, None] = {}
        for value in token.values:
            wanted = fold(value.text)
            found = known.get(wanted) or aliases.get(wanted)
            if value.quoted:
                found = (wanted,)
            if found is None:
                near = nearest(wanted, [*known, *aliases])
                names = [_SPELLED.get(name, name) for name in known]
                raise FilterProblem(
                    f"“{value.text}” is no {column}",
                    (f"Did you mean “{_SPELLED.get(near, near)}”? " if near else "")
                    + f"Known: {', '.join(names)}; in quotes, any other.",
                    column=value.column,
                    length=len(value.text),
                )
            keys |= dict.fromkeys(found)
            said |= dict.fromkeys(
                ["open"] if wanted == "open" else [_say(column, key) for key in found]
            )
        return OneOf(column, tuple(keys), tuple(said))

    def _assigned(self, token: Token) -> Node:
        nobody = False
        exact: list[str] = []
        parts: list[str] = []
        for value in token.values:
            word = "" if value.quoted else fold(value.text)
            if word in ("none", "nobody", "unassigned"):
                nobody = True
            elif word in ("me", "you"):
                if not self._me:
                    raise FilterProblem(
                        "who “me” is is not known: an application signs in here",
                        "Name the owner, as in assigned:k.larsen.",
                        column=value.column,
                        length=len(value.text),
                    )
                exact.append(fold(self._me))
            else:
                parts.append(fold(value.text))
        return Assigned(nobody, tuple(exact), tuple(parts))

    def _tag(self, token: Token) -> Node:
        return Tagged(tuple(value.text for value in token.values))

    def _id(self, token: Token) -> Node:
        return Numbered(tuple(value.text.removeprefix("#") for value in token.values))

    def _time(self, token: Token) -> Node:
        if len(token.values) > 1:
            raise FilterProblem(
                f"“{token.field}:” takes one value",
                f"For example {FIELDS[token.field]}.",
                column=token.values[1].column,
                length=len(token.values[1].text),
            )
        return _moment(token.field, token.values[0])


FIELDS: dict[str, str] = {
    "sev": "sev:high,medium",
    "status": "status:active,inProgress",
    "assigned": "assigned:me, assigned:none or assigned:k.larsen",
    "tag": "tag:ransomware",
    "id": "id:4711",
    "age": "age:<7d",
    "created": "created:>2026-11-01",
    "updated": "updated:<4h",
}
"""The fields that are known, each with an example."""

_ALIASES = {"severity": "sev", "state": "status", "owner": "assigned", "tags": "tag"}

_FIELDS: dict[str, Callable[[_Parser, Token], Node]] = {
    "sev": _Parser._severity,
    "status": _Parser._status,
    "assigned": _Parser._assigned,
    "tag": _Parser._tag,
    "id": _Parser._id,
    "age": _Parser._time,
    "created": _Parser._time,
    "updated": _Parser._time,
}

_SEVERITY_ALIASES = {
    "h": ("high",),
    "m": ("medium",),
    "med": ("medium",),
    "l": ("low",),
    "i": ("informational",),
    "info": ("informational",),
    "unspecified": ("unknown",),
}
_STATUS_ALIASES = {
    "new": ("active",),
    "working": ("inprogress",),
    "in-progress": ("inprogress",),
    "awaiting": ("awaitingaction",),
    "closed": ("resolved",),
    "merged": ("redirected",),
    "open": ("active", "inprogress", "awaitingaction"),
}
_SPELLED = {fold(name): name for name in (*SEVERITIES, *STATUSES)}
_WORDS = {
    "inprogress": "being worked on",
    "awaitingaction": "awaiting action",
    "resolved": "closed",
    "redirected": "merged",
}


def _say(column: str, key: str) -> str:
    return f"of unknown {column}" if key == "unknown" else _WORDS.get(key, key)


_SPAN = re.compile(r"([<>]?=?)(\d{1,6})(m|min|h|d|w)", re.IGNORECASE)
_DATE = re.compile(r"([<>]?=?)(\d{4}-\d\d-\d\d.*)", re.DOTALL)
_UNITS = {
    "m": ("minute", timedelta(minutes=1)),
    "min": ("minute", timedelta(minutes=1)),
    "h": ("hour", timedelta(hours=1)),
    "d": ("day", timedelta(days=1)),
    "w": ("week", timedelta(weeks=1)),
}


def _moment(name: str, value: Value) -> Node:
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
            since, until, word, opposite = {
                ">": (end, None, "after", "not after"),
                ">=": (start, None, "since", "before"),
                "<": (None, start, "before", "since"),
                "<=": (None, end, "not after", "after"),
            }.get(sign, (start, end, "on", "not on"))
            return Between(
                column, since, until, f"{verb} {word} {written}", f"{verb} {opposite} {written}"
            )
    raise FilterProblem(
        f"“{value.text}” is no {'span' if name == 'age' else 'span and no date'}",
        f"For example {FIELDS[name]}; units are m, h, d and w.",
        column=value.column,
        length=len(value.text),
    )


def _span_words(count: int, unit: str) -> str:
    if unit == "day" and count in (7, 1):
        return "1 week" if count == 7 else "1 day"
    return f"{count} {unit}{'' if count == 1 else 's'}"


def _interval(written: str) -> tuple[datetime, datetime]:
    """The moments between which a written date or time lies; local unless it says so."""
    if len(written) == 10:
        day = date.fromisoformat(written)
        start = datetime.combine(day, time()).astimezone(UTC)
        return start, datetime.combine(day + timedelta(days=1), time()).astimezone(UTC)
    at = datetime.fromisoformat(written).astimezone(UTC)
    return at, at + timedelta(microseconds=1)
