"""Walks over the syntax tree: every expression of an operator, changed or listed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

from duckdb_kql import ir

from tui.kql.engine.walks import fields_of


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
            if before is None or isinstance(before, str):
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
            if before is None or isinstance(before, str):
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
                if before is None or isinstance(before, str):
                    continue
                after = changed(before)
                if after is not before:
                    changes[name] = after
            result = dataclasses.replace(part, **changes) if changes else part
        # The part is held, so that no other can come to have its identity.
        done[id(part)] = (part, result)
        return result

    return changed(node)


def walk(node: Any, *, into_queries: bool = True) -> Iterator[Any]:
    """Every part of a tree once, at any depth; nested queries are left alone where told."""
    stack: list[Any] = [node]
    seen: set[int] = set()
    while stack:
        current = stack.pop()
        if isinstance(current, ir.Query) and not into_queries:
            continue
        if isinstance(current, tuple | list):
            stack.extend(current)
            continue
        names = fields_of(type(current))
        if names is None or id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        stack.extend([getattr(current, name) for name in names])


def expressions(node: Any) -> Iterator[ir.Expr]:
    """Every expression inside an operator, at any depth, outside nested queries."""
    return (one for one in walk(node, into_queries=False) if isinstance(one, ir.Expr))


def unfolded(node: Any, most: int) -> int:
    """How many parts a tree has when what is shared is counted at each of its places.

    A chain of `let`s that each read the one before twice is small as it is held and endless
    when it is walked. Counting stops mattering past `most`.
    """
    sizes: dict[int, int] = {}

    def size(part: Any) -> int:
        if isinstance(part, tuple | list):
            return min(sum(map(size, part)), most)
        names = fields_of(type(part))
        if names is None:
            return 0
        known = sizes.get(id(part))
        if known is None:
            known = 1 + sum(size(getattr(part, name)) for name in names)
            sizes[id(part)] = known = min(known, most)
        return known

    return size(node)
