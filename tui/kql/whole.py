"""Which tables a query asks, and whether its rows are a table's own."""

from __future__ import annotations

import re

from tui.kql.scope import analyse

_KEEPING = frozenset(
    {"where", "filter", "take", "limit", "sort", "order", "top", "sample", "serialize"}
)
"""Operators whose rows have the columns that they were given."""
_NAME = re.compile(r"[A-Za-z_]\w*")


def tables_in(query: str) -> list[str]:
    """The names of the tables that a query asks, in its order; none where it is not understood."""
    found = analyse(query, 0, len(query))
    if not found.whole:
        return []
    names = (
        ref.token.text
        for ref in found.refs
        if ref.role == "table" and ref.token.text not in ref.lets
    )
    return [name for name in dict.fromkeys(names) if _NAME.fullmatch(name)]


def whole_table(query: str) -> str | None:
    """The table whose columns, and no others, the rows of this query have; None otherwise."""
    found = analyse(query, 0, len(query))
    if not found.whole or not found.tokens or not found.stages or found.lets:
        return None
    source, *rest = (stage for stage in found.stages if stage.parent is None or not stage.piped)
    name = found.tokens[0]
    plain = len(found.tokens) == 1 or found.tokens[1].text == "|"
    if source.operator or not plain or tables_in(query) != [name.text]:
        return None
    return name.text if all(stage.operator in _KEEPING for stage in rest) else None
