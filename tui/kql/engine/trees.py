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
    """Like `rebuilt`, but `change` sees the inner expressions of an expression first."""
    if isinstance(node, ir.Expr):
        inner = node
        changes = {}
        for name in fields_of(type(node)) or ():
            before = getattr(node, name)
            if before is None or isinstance(before, str):
                continue
            after = deep(before, change)
            if after is not before:
                changes[name] = after
        if changes:
            inner = dataclasses.replace(node, **changes)  # type: ignore[type-var]
        return change(inner)
    return rebuilt(node, lambda expression: deep(expression, change))


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
