"""Walks over the syntax tree: every expression of an operator, changed or listed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

from duckdb_kql import ir


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
    if dataclasses.is_dataclass(node) and not isinstance(node, type):
        changes = {}
        for field in dataclasses.fields(node):
            before = getattr(node, field.name)
            after = rebuilt(before, change)
            if after is not before:
                changes[field.name] = after
        return dataclasses.replace(node, **changes) if changes else node
    return node


def deep(node: Any, change: Callable[[ir.Expr], ir.Expr]) -> Any:
    """Like `rebuilt`, but `change` sees the inner expressions of an expression first."""
    if isinstance(node, ir.Expr):
        inner = node
        changes = {}
        for field in dataclasses.fields(node):  # type: ignore[arg-type]
            before = getattr(node, field.name)
            after = deep(before, change)
            if after is not before:
                changes[field.name] = after
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
        if not dataclasses.is_dataclass(current) or isinstance(current, type):
            continue
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        stack.extend(getattr(current, field.name) for field in dataclasses.fields(current))


def expressions(node: Any) -> Iterator[ir.Expr]:
    """Every expression inside an operator, at any depth, outside nested queries."""
    return (one for one in walk(node, into_queries=False) if isinstance(one, ir.Expr))
