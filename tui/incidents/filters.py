"""The filter language: one line of words and fields, understood once.

From one parse come the condition for the cache (`sql`), the part that the service can
filter (`odata`), the explanation under the line (`words`) and the test for lists that are
in no cache (`matches`). `FIELDS` names the fields, `filter_syntax` tells the rest. A value
in quotes is taken as it is, so that values no page lists can be filtered for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from tui.api.records import Incident
from tui.incidents.facts import facts_of, storable
from tui.incidents.filter_fields import ALIASES, FIELDS, Context, term
from tui.incidents.filter_nodes import All, Few, Node, Not, Setting, Some
from tui.incidents.filter_syntax import FilterProblem, Seen, Token, nearest, tokens
from tui.incidents.filter_terms import Word

__all__ = ["FIELDS", "Filter", "FilterProblem", "Seen", "parse"]

_MOST_VALUES = 300
_DEEPEST = 40
_LONGEST_ODATA = 1500


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter understood. Spans of time are counted back from `now` of each call."""

    text: str
    node: Node = field(repr=False)

    def __bool__(self) -> bool:
        return self.node != All()

    def sql(
        self,
        now: datetime | None = None,
        *,
        indexed: bool = False,
        few: Few | None = None,
    ) -> tuple[str, list[object]]:
        """The condition for the cache's table `incident`, and its parameters.

        Args:
            indexed: Whether the cache has an index of words; see `tables.has_words`.
            few: Asks the cache for numbers that can be looked up one by one.
        """
        return self.node.fixed(Setting(now or datetime.now(UTC), indexed, few)).sql()

    def odata(self, dialect: str, now: datetime | None = None) -> str | None:
        """A `$filter` that lets through at least what this filter does; None if all.

        What is so long that addresses are refused for it is left to the caller.

        Args:
            dialect: `graph` or `classic`.
        """
        said = self.node.fixed(Setting(now or datetime.now(UTC))).odata(dialect)
        return said if said is not None and len(said) <= _LONGEST_ODATA else None

    def words(self) -> str:
        """What the filter keeps, in words: "high or medium, nobody's"."""
        return self.node.words(False)

    def matches(self, incident: Incident, now: datetime | None = None) -> bool:
        """Whether an incident passes."""
        return self.node.fixed(Setting(now or datetime.now(UTC))).test(facts_of(incident))


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
        self._context = Context(me, seen)
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
        name = ALIASES.get(token.field, token.field)
        if name not in FIELDS:
            near = nearest(token.field, [*FIELDS, *ALIASES])
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
        return term(name, token, self._context)
