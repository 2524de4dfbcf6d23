"""`fork` and `facet`, which give several tables; whoever asks for one is given the first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from duckdb_kql import ir, lower

from tui.kql.engine.additions import tree


def _piped(node: tree.Node) -> list[ir.Operator]:
    """The operators of `( … | … )`."""
    found: list[ir.Operator] = []
    for part in tree.rules(node):
        inner = part
        while tree.kind(inner).startswith("Fork") and tree.rules(inner):
            inner = tree.rules(inner)[0]
        lowered = lower._lower_operator(inner)
        if isinstance(lowered, list):
            found += lowered
        elif lowered is not None:
            found.append(lowered)
    return found


def fork(node: tree.Node, library: Callable[[], Any]) -> list[ir.Operator]:
    """`| fork [Name =] (…) [Name =] (…) …`: the first of them."""
    del library
    # Every branch is read, so that a fault in any of them is said.
    found = [_piped(branch) for branch in tree.find(node, "ForkOperatorExpression")]
    return found[0]


def facet(node: tree.Node, library: Callable[[], Any]) -> list[ir.Operator]:
    """`| facet by A, B, … [with (…)]`: the table of `with` stands before the counts."""
    del library
    piped = tree.find(node, "ForkOperatorExpression")
    if piped:
        return _piped(piped[0])
    column = next(c for c in tree.rules(node) if not tree.kind(c).startswith("FacetBy"))
    key = lower._lower_expr(column)
    name = tree.name_of(column)
    count = ir.NamedExpr(ir.FunctionCall("count"), f"count_{name}")
    return [
        ir.Summarize((count,), (ir.NamedExpr(key, name),)),
        ir.Sort((ir.SortKey(ir.ColumnRef(f"count_{name}")), ir.SortKey(key, ascending=True))),
    ]
