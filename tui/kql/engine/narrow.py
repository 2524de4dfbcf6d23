"""Reading only the columns that a query can see.

Each stage of the SQL names its columns anew, and Defender's tables have sixty: binding them
costs more than a small query's work. Where a pipe ends in columns that it names (`project`,
`summarize`, `count`, `distinct`, `make-series`), its tables are read by the columns that the
query spells.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from typing import Any

from duckdb_kql import ir

from tui.kql.engine.additions.series import MakeSeries
from tui.kql.engine.trees import contents, walk, with_queries

_CLOSING = (ir.Project, ir.Count, MakeSeries)
_OPEN = (
    ir.Where,
    ir.Extend,
    ir.Sort,
    ir.Top,
    ir.Take,
    ir.Join,
    ir.Lookup,
    ir.MvExpand,
    ir.Parse,
    ir.ProjectAway,
    ir.ProjectRename,
)
_QUOTED = re.compile(r'"([^"]+)"')
_DIGITS = "0123456789"


@dataclasses.dataclass
class _Bound:
    """A tabular `let`, and whether something sees all of its columns."""

    whole: bool = False


class _Narrower:
    def __init__(
        self, names: frozenset[str], stems: frozenset[str], table: Callable[..., str | None]
    ) -> None:
        self._names = names
        self._stems = stems
        self._table = table

    def wanted(self, column: str) -> bool:
        return column in self._names or column.rstrip(_DIGITS) in self._stems

    def query(self, query: ir.Query, whole: bool, scope: Mapping[str, _Bound]) -> ir.Query:
        inner = dict(scope)
        entered: list[tuple[str, Any, dict[str, _Bound]]] = []
        for name, bound in query.lets:
            before = dict(inner)
            if isinstance(bound, ir.Query):
                inner[name] = _Bound()
            entered.append((name, bound, before))
        operators: list[Any] = []
        seen = whole
        for op in reversed(query.operators):
            if isinstance(op, ir.Summarize):
                # `arg_max(Timestamp, *)` gives what it is given: no more than is seen behind it.
                seen = seen and ir.Wildcard in contents(op).kinds
            elif isinstance(op, _CLOSING) or (isinstance(op, ir.Distinct) and op.expressions):
                seen = ir.Wildcard in contents(op).kinds
            elif not isinstance(op, _OPEN):
                seen = True
            if isinstance(op, ir.Join | ir.Lookup):
                op = dataclasses.replace(op, right=self.query(op.right, seen, inner))
            else:
                op = self._within(op, inner)
            operators.append(op)
        operators.reverse()
        source = query.source
        if isinstance(source, ir.TableRef) and source.database is None:
            binding = inner.get(source.name)
            if binding is not None:
                binding.whole = binding.whole or seen
            elif not seen:
                narrow = self._table(source.name, self.wanted)
                source = ir.TableRef(narrow) if narrow else source
        else:
            source = self._within(source, inner)
        lets: list[tuple[str, Any]] = []
        for name, bound, before in reversed(entered):
            if isinstance(bound, ir.Query):
                lets.append((name, self.query(bound, inner[name].whole, before)))
            else:
                lets.append((name, self._within(bound, before)))
        lets.reverse()
        return ir.Query(source, operators, lets, query.parameters)

    def _within(self, node: Any, scope: Mapping[str, _Bound]) -> Any:
        return with_queries(node, lambda query: self.query(query, True, scope))


def narrowed(query: ir.Query, table: Callable[..., str | None]) -> ir.Query:
    """The query with its tables read by the columns that it can see.

    Args:
        query: A resolved query; all columns of its result are seen.
        table: Given a table and what says whether a column is wanted, the name to read it by
            with those columns only; None where it is read as it is.
    """
    names: set[str] = set()
    numbered = False
    for part in walk(query):
        # A join numbers the names that both sides have: those must not cease to collide.
        numbered = numbered or isinstance(part, ir.Join | ir.Lookup | ir.Union)
        for value in vars(part).values():
            _spell(value, names)
    stems = {name.rstrip(_DIGITS) for name in names} if numbered else set()
    return _Narrower(frozenset(names), frozenset(stems | {"Column"}), table).query(query, True, {})


def _spell(value: Any, names: set[str]) -> None:
    if isinstance(value, str):
        names.add(value)
        if '"' in value:
            names.update(_QUOTED.findall(value))
    elif isinstance(value, tuple | list):
        for item in value:
            if isinstance(item, str | tuple | list):
                _spell(item, names)
