"""Names that differ only in case: kept apart here, for DuckDB would fold them together.

Kusto's names are case-sensitive and DuckDB's are not. Where a query and its tables spell one
name in several ways, all but one of the spellings get a mark that no query can write, through
the whole query; the marks are taken off again from the answer's column names.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from duckdb_kql import ir

from tui.kql.engine.additions.columns import Pattern
from tui.kql.engine.additions.plugins import BagUnpack, Pivot
from tui.kql.engine.kinds import StateRef
from tui.kql.engine.marks import MARK

_FIELDS: dict[type, tuple[str, ...]] = {
    ir.ColumnRef: ("name",),
    StateRef: ("name",),
    ir.LetRef: ("name",),
    ir.NamedExpr: ("name",),
    ir.JoinKey: ("left", "right"),
    ir.ProjectAway: ("columns",),
    ir.ProjectRename: ("renames",),
    ir.MvExpandTarget: ("column", "name"),
    ir.MvExpand: ("item_index",),
    ir.ParseSegment: ("name",),
    ir.RangeSource: ("name",),
    ir.Count: ("name",),
    ir.Union: ("with_source",),
    Pattern: ("text",),
    BagUnpack: ("column",),
    Pivot: ("by",),
}
"""Where the nodes of a query hold names of columns."""


def marks_for(parts: Iterable[Any], table_columns: Iterable[str]) -> dict[str, str]:
    """For each spelling that must give way, the marked one; empty where none collide.

    Args:
        parts: All parts of a query.
        table_columns: The columns of its tables.
    """
    found = dict.fromkeys([*table_columns, *_names(parts)])
    if len(set(map(str.casefold, found))) == len(found):
        return {}
    spellings: dict[str, dict[str, None]] = {}
    for name in found:
        spellings.setdefault(name.casefold(), {})[name] = None
    return {
        name: f"{name}{MARK}{index}"
        for variants in spellings.values()
        for index, name in enumerate(variants)
        if index
    }


def _names(parts: Iterable[Any]) -> Iterator[str]:
    for current in parts:
        for field in _FIELDS.get(type(current), ()):
            yield from _strings(getattr(current, field))
        if isinstance(current, ir.DataTable):
            yield from (name for name, _ in current.columns)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _strings(item)


def marked(node: Any, marks: Mapping[str, str]) -> Any:
    """The query with its names marked."""
    return _marked(node, marks, {}) if marks else node


def _marked(node: Any, marks: Mapping[str, str], done: dict[int, Any]) -> Any:
    if isinstance(node, tuple):
        items = tuple(_marked(item, marks, done) for item in node)
        return node if all(a is b for a, b in zip(items, node, strict=True)) else items
    if isinstance(node, list):
        return [_marked(item, marks, done) for item in node]
    if not dataclasses.is_dataclass(node) or isinstance(node, type):
        return node
    if id(node) in done:
        return done[id(node)]
    changes: dict[str, Any] = {}
    named = _FIELDS.get(type(node), ())
    for field in dataclasses.fields(node):
        before = getattr(node, field.name)
        if field.name in named:
            after = _respelled(before, marks)
        elif isinstance(node, ir.DataTable) and field.name == "columns":
            after = tuple((marks.get(name, name), kind) for name, kind in before)
        else:
            after = _marked(before, marks, done)
        if after is not before:
            changes[field.name] = after
    result = dataclasses.replace(node, **changes) if changes else node
    done[id(node)] = result
    return result


def _respelled(value: Any, marks: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return marks.get(value, value)
    if isinstance(value, tuple):
        return tuple(_respelled(item, marks) for item in value)
    return value
