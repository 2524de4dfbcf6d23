"""The terms of the filter language about what an incident holds, and how much of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from tui.incidents.entities import Kind
from tui.incidents.facts import Facts, fold
from tui.incidents.filter_nodes import Node, Setting, Sql, among
from tui.incidents.urgency import prio_at, prio_sql

How = Literal["whole", "part", "start", "below"]
"""How a key fits: all of it, a part of it, its beginning, or the thing itself and what is
below it (`t1059` and `t1059.001`)."""

_TESTS: dict[How, Callable[[str, str], bool]] = {
    "whole": lambda key, wanted: key == wanted,
    "part": lambda key, wanted: wanted in key,
    "start": lambda key, wanted: key.startswith(wanted),
    "below": lambda key, wanted: key == wanted or key.startswith(wanted + "."),
}
_SQL: dict[How, str] = {
    "whole": "folded = ?1",
    "part": "instr(folded, ?1) > 0",
    "start": "substr(folded, 1, length(?1)) = ?1",
    "below": "(folded = ?1 OR substr(folded, 1, length(?1) + 1) = ?1 || '.')",
}


class Wanted(Struct, frozen=True):
    """One key that is looked for."""

    kinds: tuple[Kind, ...]
    text: str
    how: How


class Held(Node, Struct, frozen=True):
    """The incident holds one of several keys."""

    wanted: tuple[Wanted, ...]
    said: str
    """The keys in words: "tagged vip", "on a device like wks-0142"."""
    field: str = ""
    """The services' name of the field, where they have one that a filter can name."""
    names: tuple[str, ...] = ()
    """Graph's spelling of the values; empty where one of them is not known."""
    numbers: tuple[int, ...] | None = None
    """The rows of the cache that hold them, where they are few."""

    def test(self, facts: Facts) -> bool:
        for one in self.wanted:
            text, fits = fold(one.text), _TESTS[one.how]
            if any(key.kind in one.kinds and fits(key.folded, text) for key in facts.keys):
                return True
        return False

    def sql(self) -> Sql:
        return among(self._found(), self.numbers)

    def _found(self) -> Sql:
        conditions: list[str] = []
        values: list[object] = []
        for one in self.wanted:
            fits = _SQL[one.how]
            kinds = ", ".join(f"'{kind}'" for kind in one.kinds)
            conditions.append(f"kind IN ({kinds}) AND {fits.replace('?1', '?')}")
            values += [fold(one.text)] * fits.count("?1")
        labels = " OR ".join(f"({condition})" for condition in conditions)
        return (
            f"SELECT held.n FROM held WHERE held.f IN (SELECT f FROM label WHERE {labels})",
            values,
        )

    def fixed(self, setting: Setting) -> Node:
        numbers = setting.few(*self._found()) if setting.few is not None else None
        return self if numbers is None else replace(self, numbers=tuple(numbers))

    def words(self, negated: bool) -> str:
        return f"not {self.said}" if negated else self.said

    def odata(self, dialect: str) -> str | None:
        if dialect != "graph" or not self.field or not self.names:
            return None
        text = " or ".join(f"{self.field} eq '{name}'" for name in self.names)
        return f"({text})" if len(self.names) > 1 else text


_SIGNS: dict[str, Callable[[int, int], bool]] = {
    ">": lambda held, wanted: held > wanted,
    ">=": lambda held, wanted: held >= wanted,
    "<": lambda held, wanted: held < wanted,
    "<=": lambda held, wanted: held <= wanted,
    "=": lambda held, wanted: held == wanted,
}
_SIGN_WORDS = {
    ">": ("more than {}", "at most {}"),
    ">=": ("at least {}", "fewer than {}"),
    "<": ("fewer than {}", "at least {}"),
    "<=": ("at most {}", "more than {}"),
    "=": ("exactly {}", "not exactly {}"),
}
Counted = Literal["alerts", "prio", "tactic_count", "devices", "users"]


class Compared(Node, Struct, frozen=True):
    """A number of the incident against one that was typed."""

    column: Counted
    sign: str
    number: int
    now: datetime | None = None

    def test(self, facts: Facts) -> bool:
        if self.column == "prio":
            assert self.now is not None
            held = prio_at(facts, self.now)
        else:
            held = getattr(facts, self.column)
        return _SIGNS[self.sign](held, self.number)

    def sql(self) -> Sql:
        if self.column != "prio":
            return f"incident.{self.column} {self.sign} ?", [self.number]
        assert self.now is not None
        expression, values = prio_sql(self.now)
        return f"{expression} {self.sign} ?", [*values, self.number]

    def words(self, negated: bool) -> str:
        text = _SIGN_WORDS[self.sign][negated].format(self.number)
        if self.column == "prio":
            return f"priority {text.replace('fewer', 'less')}"
        noun = {"tactic_count": "tactic"}.get(self.column, self.column.removesuffix("s"))
        return f"with {text} {noun}{'' if self.number == 1 else 's'}"

    def fixed(self, setting: Setting) -> Node:
        return replace(self, now=setting.now)
