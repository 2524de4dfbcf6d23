"""Quick walks over syntax trees, for duckdb-kql's lowering and ours.

Lowering asks a tree of a thousand nodes some twenty times for nodes of a kind. What a class is
called, and whether it is a rule, is looked up once a class here instead of once a visit.
"""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Callable, Mapping
from typing import Any

from antlr4 import ParserRuleContext  # type: ignore[import-untyped]
from duckdb_kql import ir, lower, schema, translate

from tui.kql.engine.state import current_or_none

Node = Any

KINDS = "kql_rules"
"""The attribute of a whole tree's root that holds the names of all rules in it."""


_RULES: dict[type, str] = {}
_FIELDS: dict[type, tuple[str, ...] | None] = {}
_GETTERS: dict[type, Callable[[Any], tuple[Any, ...]] | None] = {}
ATOMS = frozenset({str, int, float, bool, type(None)})
"""Classes of what has no parts; most of what the fields of a query's parts hold."""


def rule_name(kind: type) -> str:
    """What the grammar calls the rule of a class of nodes."""
    name = _RULES.get(kind)
    if name is None:
        name = _RULES[kind] = kind.__name__.removesuffix("Context")
    return name


def fields_of(kind: type) -> tuple[str, ...] | None:
    """The names of a dataclass's fields; None for other classes."""
    try:
        return _FIELDS[kind]
    except KeyError:
        known = dataclasses.fields(kind) if dataclasses.is_dataclass(kind) else None
        names = None if known is None else tuple(field.name for field in known)
        _FIELDS[kind] = names
        return names


def parts_of(node: Any) -> list[Any] | None:
    """What the fields of a dataclass's instance hold, `ATOMS` left out; None for others."""
    kind = type(node)
    try:
        getter = _GETTERS[kind]
    except KeyError:
        getter = _GETTERS[kind] = _getter(fields_of(kind))
    return None if getter is None else [v for v in getter(node) if type(v) not in ATOMS]


def _getter(names: tuple[str, ...] | None) -> Callable[[Any], tuple[Any, ...]] | None:
    if names is None:
        return None
    if len(names) > 1:
        return operator.attrgetter(*names)
    return lambda node: tuple(getattr(node, name) for name in names)


def cls(node: Node) -> str:
    """What the grammar calls a node."""
    return rule_name(type(node))


def rules(node: Node) -> list[Node]:
    """The children of a node that are rules, not tokens."""
    return [c for c in getattr(node, "children", None) or () if isinstance(c, ParserRuleContext)]


def find_all(node: Node, name: str) -> list[Node]:
    """The shallowest nodes of a rule at or under `node`, in order."""
    known = getattr(node, KINDS, None)
    if known is not None and name not in known:
        return []
    found: list[Node] = []
    stack = [node]
    while stack:
        current = stack.pop()
        if rule_name(type(current)) == name:
            found.append(current)
            continue
        below = getattr(current, "children", None)
        if below:
            stack.extend([c for c in reversed(below) if isinstance(c, ParserRuleContext)])
    return found


def collapse(node: Node) -> Node:
    """The first node downwards that is more than a wrapper of one rule."""
    while True:
        below = getattr(node, "children", None)
        if below is None or len(below) != 1 or not isinstance(below[0], ParserRuleContext):
            return node
        node = below[0]


def first_let(node: object) -> ir.LetRef | None:
    """Some name of a `let` in an operator, outside nested queries; None where none is."""
    state = current_or_none()
    if state is not None and not state.lets:
        return None
    stack: list[Any] = [node]
    seen: set[int] = set()
    while stack:
        current = stack.pop()
        kind = type(current)
        if kind is tuple or kind is list:
            stack.extend(current)
            continue
        parts = parts_of(current)
        if parts is None or isinstance(current, ir.Query) or id(current) in seen:
            continue
        if isinstance(current, ir.LetRef):
            return current
        seen.add(id(current))
        stack.extend(parts)
    return None


def table_names(query: ir.Query, known: Mapping[str, Any] | None) -> frozenset[str]:
    """The names, case aside, that a query may read as tables; for the names of its own parts."""
    found = {name.casefold() for name in known or () if "." not in name}
    stack: list[Any] = [query]
    seen: set[int] = set()
    while stack:
        current = stack.pop()
        kind = type(current)
        if kind is tuple or kind is list:
            stack.extend(current)
            continue
        parts = parts_of(current)
        if parts is None or id(current) in seen:
            continue
        seen.add(id(current))
        if kind is ir.TableRef and current.database is None:
            found.add(current.name.casefold())
        stack.extend(parts)
    return frozenset(found)


def install() -> None:
    """Let duckdb-kql walk so too; its own walks find the same."""
    library: Any = lower
    library._cls = cls
    library._rule_children = rules
    library._find_all = find_all
    library._collapse = collapse
    names: Any = schema
    names._first_let_ref = first_let
    collision = names._no_case_collision

    def no_case_collision(columns: list[str], where: str) -> list[str]:
        if len(set(map(str.casefold, columns))) == len(set(columns)):
            return columns
        return list(collision(columns, where))

    names._no_case_collision = no_case_collision
    sql: Any = translate
    sql._table_names = table_names
