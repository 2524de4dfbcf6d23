"""Operators that choose columns by name and wildcard."""

from __future__ import annotations

import dataclasses
import fnmatch
import re
from collections.abc import Callable
from typing import Any

from duckdb_kql import ir

from tui.kql.engine.additions import tree
from tui.kql.engine.additions.stages import Columns, Stage, names


@dataclasses.dataclass(frozen=True)
class Pattern(ir.Node):
    """A column name, or a pattern of names with `*`."""

    text: str
    wild: bool
    order: str = ""
    """For `project-reorder`: `asc`, `desc`, `granny-asc`, `granny-desc`, or as they stand."""

    def among(self, columns: Columns) -> Columns:
        """The columns it names."""
        if not self.wild:
            return [column for column in columns if column == self.text]
        pattern = self.text.replace("[", "[[]")
        found = [column for column in columns if fnmatch.fnmatchcase(column, pattern)]
        if self.order:
            down = self.order.endswith("desc")
            if self.order.startswith("granny"):
                found.sort(key=_by_number, reverse=down)
            else:
                found.sort(key=str.casefold, reverse=down)
        return found


def _by_number(name: str) -> list[tuple[int, str]]:
    """A key that puts the numbers within names in their own order: a2 before a10."""
    parts = re.split("([0-9]+)", name.casefold())
    return [(int(p), "") if i % 2 else (0, p) for i, p in enumerate(parts)]


@dataclasses.dataclass(frozen=True)
class Chosen(Stage):
    """A choice of columns; subclasses say which."""

    patterns: tuple[Pattern, ...]

    def sql(self, source: str, columns: Columns) -> str:
        return f"SELECT {names(self.columns(columns))} FROM {source}"

    def _matched(self, columns: Columns) -> Columns:
        found: Columns = []
        for pattern in self.patterns:
            found.extend(column for column in pattern.among(columns) if column not in found)
        return found


@dataclasses.dataclass(frozen=True)
class Reorder(Chosen):
    """`project-reorder`: these first, the others behind them as they stood."""

    keyword = "project-reorder"

    def columns(self, columns: Columns) -> Columns:
        exact = {pattern.text for pattern in self.patterns if not pattern.wild}
        first: Columns = []
        for pattern in self.patterns:
            for column in pattern.among(columns):
                if column not in first and not (pattern.wild and column in exact):
                    first.append(column)
        return first + [column for column in columns if column not in first]


@dataclasses.dataclass(frozen=True)
class Keep(Chosen):
    """`project-keep`: these, in the order of the input."""

    keyword = "project-keep"

    def columns(self, columns: Columns) -> Columns:
        matched = self._matched(columns)
        return [column for column in columns if column in matched]


@dataclasses.dataclass(frozen=True)
class Away(Chosen):
    """`project-away`: all but these."""

    keyword = "project-away"

    def columns(self, columns: Columns) -> Columns:
        matched = self._matched(columns)
        return [column for column in columns if column not in matched]


@dataclasses.dataclass(frozen=True)
class DistinctAll(Stage):
    """`distinct *`."""

    keyword = "distinct"

    def columns(self, columns: Columns) -> Columns:
        return columns

    def sql(self, source: str, columns: Columns) -> str:
        return f"SELECT DISTINCT {names(columns)} FROM {source}"


def _patterns(node: tree.Node) -> tuple[Pattern, ...]:
    found = []
    for child in tree.rules(node):
        order = ""
        if tree.kind(child) == "ProjectReorderExpression":
            tail = str(child.getText()).rpartition(tree.rules(child)[0].getText())[2]
            order = tail.lower()
        wild = bool(tree.find(child, "WildcardedName"))
        text = tree.find(child, "WildcardedName")[0].getText() if wild else tree.name_of(child)
        found.append(Pattern(text, wild, order))
    return tuple(found)


def reorder(node: tree.Node, library: Callable[[], Any]) -> ir.Operator:
    """`| project-reorder …`."""
    del library
    return Reorder(_patterns(node))


def keep(node: tree.Node, library: Callable[[], Any]) -> ir.Operator:
    """`| project-keep …`."""
    del library
    return Keep(_patterns(node))


def away(node: tree.Node, library: Callable[[], Any]) -> ir.Operator:
    """`| project-away …`."""
    del library
    return Away(_patterns(node))
