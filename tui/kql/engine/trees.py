"""Walks over the syntax tree: every expression of an operator, changed or listed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, NamedTuple

from duckdb_kql import ir

from tui.kql.engine.state import current_or_none
from tui.kql.engine.walks import ATOMS, fields_of, parts_of


def rebuilt(node: Any, change: Callable[[Any], Any]) -> Any:
    """The node with `change` applied to every expression directly inside it.

    `change` gets each `ir.Expr` that the fields of an operator hold, in tuples and named
    expressions too; nested queries are left alone.
    """
    if isinstance(node, ir.Expr):
        return change(node)
    if isinstance(node, ir.Query):
        return node
    if isinstance(node, tuple):
        items = tuple(rebuilt(item, change) for item in node)
        return node if all(a is b for a, b in zip(items, node, strict=True)) else items
    names = fields_of(type(node))
    if names is not None:
        changes = {}
        for name in names:
            before = getattr(node, name)
            if type(before) in ATOMS:
                continue
            after = rebuilt(before, change)
            if after is not before:
                changes[name] = after
        return dataclasses.replace(node, **changes) if changes else node
    return node


def deep(node: Any, change: Callable[[ir.Expr], ir.Expr]) -> Any:
    """Like `rebuilt`, but `change` sees the inner expressions of an expression first.

    A `let` puts one expression at many places: it is changed once, and stays one.
    """
    done: dict[int, tuple[Any, Any]] = {}

    def changed(expression: ir.Expr) -> Any:
        known = done.get(id(expression))
        if known is not None:
            return known[1]
        changes = {}
        for name in fields_of(type(expression)) or ():
            before = getattr(expression, name)
            if type(before) in ATOMS:
                continue
            after = rebuilt(before, changed)
            if after is not before:
                changes[name] = after
        inner: Any = dataclasses.replace(expression, **changes) if changes else expression  # type: ignore[type-var]
        result = change(inner)
        # The expression is held, so that no other can come to have its identity.
        done[id(expression)] = (expression, result)
        return result

    return rebuilt(node, changed)


def with_queries(node: Any, change: Callable[[ir.Query], ir.Query]) -> Any:
    """The node with `change` applied to each query nested in it; shared parts stay shared."""
    if not isinstance(node, ir.Query) and ir.Query not in contents(node).kinds:
        return node
    done: dict[int, tuple[Any, Any]] = {}

    def changed(part: Any) -> Any:
        if isinstance(part, tuple):
            items = tuple(map(changed, part))
            return part if all(a is b for a, b in zip(items, part, strict=True)) else items
        names = fields_of(type(part))
        if names is None:
            return part
        known = done.get(id(part))
        if known is not None:
            return known[1]
        if isinstance(part, ir.Query):
            result: Any = change(part)
        else:
            changes = {}
            for name in names:
                before = getattr(part, name)
                if type(before) in ATOMS:
                    continue
                after = changed(before)
                if after is not before:
                    changes[name] = after
            result = dataclasses.replace(part, **changes) if changes else part
        # The part is held, so that no other can come to have its identity.
        done[id(part)] = (part, result)
        return result

    return changed(node)


def parted(node: Any) -> tuple[list[Any], bool]:
    """Every part of a tree once, nested queries entered, and whether one is at several places."""
    found: list[Any] = []
    shared = False
    stack: list[Any] = [node]
    seen: set[int] = set()
    while stack:
        current = stack.pop()
        if isinstance(current, tuple | list):
            stack.extend(current)
            continue
        parts = parts_of(current)
        if parts is None:
            continue
        if id(current) in seen:
            shared = True
            continue
        seen.add(id(current))
        found.append(current)
        stack.extend(parts)
    return found, shared


def walk(node: Any) -> list[Any]:
    """Every part of a tree once, at any depth, nested queries entered."""
    return parted(node)[0]


class Contents(NamedTuple):
    """What is in an operator or an expression, itself included, outside nested queries."""

    node: Any
    """Held, so that no other can come to have its identity."""
    expressions: tuple[ir.Expr, ...]
    kinds: frozenset[type]
    """The classes of all parts, that of nested queries among them."""
    calls: frozenset[str]
    """The names of the functions that are called."""
    shared: bool
    """Whether some part is at several places: what a `let` names, and is read twice."""


def contents(node: Any) -> Contents:
    """What is in a node, which does not change; found once a query."""
    state = current_or_none()
    known: Contents | None = state.contents.get(id(node)) if state is not None else None
    if known is None:
        known = _contents(node)
        if state is not None:
            state.contents[id(node)] = known
    return known


def _contents(node: Any) -> Contents:
    found: list[ir.Expr] = []
    kinds: set[type] = set()
    calls: set[str] = set()
    shared = False
    stack: list[Any] = [node]
    seen: set[int] = set()
    while stack:
        current = stack.pop()
        if isinstance(current, tuple | list):
            stack.extend(current)
            continue
        parts = parts_of(current)
        if parts is None:
            continue
        if id(current) in seen:
            shared = True
            continue
        seen.add(id(current))
        kinds.add(type(current))
        if isinstance(current, ir.Query):
            continue
        if isinstance(current, ir.Expr):
            found.append(current)
            if isinstance(current, ir.FunctionCall):
                calls.add(current.name)
        stack.extend(parts)
    return Contents(node, tuple(found), frozenset(kinds), frozenset(calls), shared)


def expressions(node: Any) -> tuple[ir.Expr, ...]:
    """Every expression inside an operator, at any depth, outside nested queries."""
    return contents(node).expressions


def unfolded(node: Any, most: int) -> int:
    """How many parts a tree has when what is shared is counted at each of its places.

    A chain of `let`s that each read the one before twice is small as it is held and endless
    when it is walked. Counting stops mattering past `most`.
    """
    sizes: dict[int, int] = {}

    def size(part: Any) -> int:
        if isinstance(part, tuple | list):
            return min(sum(map(size, part)), most)
        parts = parts_of(part)
        if parts is None:
            return 0
        known = sizes.get(id(part))
        if known is None:
            known = 1 + sum(map(size, parts))
            sizes[id(part)] = known = min(known, most)
        return known

    return size(node)
