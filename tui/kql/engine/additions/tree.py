"""Reading and reshaping duckdb-kql's syntax trees.

The trees are ANTLR's, untyped by nature; this module is where that ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from duckdb_kql import lower

from tui.kql.engine import walks

Node = Any
"""One node of a syntax tree."""


def kind(node: Node) -> str:
    """The grammar rule of a node, as `WhereOperator`."""
    return walks.rule_name(type(node))


def rules(node: Node) -> list[Node]:
    """The children that are rules, not tokens."""
    return lower._rule_children(node)


def find(node: Node, rule: str) -> list[Node]:
    """The shallowest nodes of a rule under `node`, in order."""
    return lower._find_all(node, rule)


def walk(node: Node) -> Iterator[Node]:
    """The node and all rules below it."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(reversed(walks.rules(current)))


def name_of(node: Node) -> str:
    """The name a node spells, brackets and quotes resolved."""
    found = lower._find_names(node)
    return found[0] if found else str(node.getText())


def text_of(node: Node) -> str:
    """The source text of a node, blanks included."""
    stream = node.start.getInputStream()
    return str(stream.getText(node.start.start, node.stop.stop))


def bare(node: Node) -> Node:
    """The node without brackets around it and rules that only pass through."""
    return lower._unparenthesize(node)


_RESHAPED = frozenset({"LetViewDeclaration", "JoinOperatorOnClause"})


def reshape(tree: Node) -> Node:
    """A parsed query with forms that lowering misreads put into those that it reads.

    A join's `on a and b` becomes its list form `on a, b`, which means the same; a view of
    one expression becomes a plain `let` of that expression.
    """
    known = getattr(tree, walks.KINDS, None)
    if known is not None and not known & _RESHAPED:
        return tree
    met: set[str] = set()
    stack = [tree]
    while stack:
        node = stack.pop()
        rule = kind(node)
        met.add(rule)
        if rule == "LetViewDeclaration" and kind(rules(node)[-1]) == "LetFunctionBody":
            inner = rules(rules(node)[-1])
            if len(inner) == 1:
                node.children = [*node.children[:-1], inner[0]]
        elif rule == "JoinOperatorOnClause":
            flattened: list[Node] = []
            for child in node.children or []:
                flattened.extend(_conjuncts(child) if rules(child) else [child])
            node.children = flattened
        stack.extend(walks.rules(node))
    setattr(tree, walks.KINDS, met)
    return tree


def _conjuncts(node: Node) -> list[Node]:
    inner = lower._collapse(node)
    while kind(inner) == "ParenthesizedExpression" and rules(inner):
        inner = lower._collapse(rules(inner)[0])
    if kind(inner) == "LogicalAndExpression":
        parts: list[Node] = []
        for child in rules(inner):
            operand = rules(child)[-1] if kind(child) == "LogicalAndOperation" else child
            parts.extend(_conjuncts(operand))
        return parts
    return [node]
