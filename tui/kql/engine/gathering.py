"""A few rows of very many tables, taken from one after the other.

A union of sixty tables has hundreds of columns. A database that puts them all together holds a
batch of each at once, which is more than there is room for; where only some rows are wanted, as
many are taken of each table.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

from duckdb_kql import ir, translate
from duckdb_kql.schema import output_columns

from tui.kql.engine.additions import sought
from tui.kql.engine.state import Translation
from tui.kql.engine.trees import expressions

Schema = dict[str, list[str]]
_MANY = 12


@dataclasses.dataclass(frozen=True)
class Few:
    """What is taken of each table."""

    place: int
    """Where the tables are put together."""
    parts: tuple[ir.Query, ...]
    operators: tuple[ir.Operator, ...]
    """The conditions, and the count behind them, perhaps with an order."""
    count: int
    ordered: bool

    source_column: str | None
    """The column that names the table of each row."""


def few(query: ir.Query) -> Few | None:
    """What a query takes of many tables put together, or None where it is no such query."""
    place = next((i for i, op in enumerate(query.operators) if isinstance(op, ir.Union)), None)
    if place is None:
        return None
    op = query.operators[place]
    assert isinstance(op, ir.Union)
    first = ir.Query(query.source, query.operators[:place])
    parts = (first, *op.branches)
    if len(parts) < _MANY or any(
        not isinstance(part.source, ir.TableRef) or part.lets for part in parts
    ):
        return None
    if not isinstance(op, sought.Sought) and any(
        not isinstance(inner, ir.ProjectRename) for part in parts for inner in part.operators
    ):
        return None
    wanted: list[ir.Operator] = []
    ordered = False
    for behind in query.operators[place + 1 :]:
        wanted.append(behind)
        if isinstance(behind, ir.Take | ir.Top):
            ordered = ordered or isinstance(behind, ir.Top)
            return Few(place, parts, tuple(wanted), behind.count, ordered, op.with_source)
        if isinstance(behind, ir.Sort) and not ordered:
            ordered = True
        elif not isinstance(behind, ir.Where) or ordered:
            return None
    return None


def gathered(
    query: ir.Query,
    taken: Few,
    schema: Schema,
    stored: Mapping[str, Mapping[str, str]],
    state: Translation,
    make: Callable[[str, str], None],
    add: Callable[[str, ir.Query], int],
) -> ir.Query:
    """The query over a table of the rows that are taken.

    Args:
        query: The query, resolved.
        taken: What `few` tells of it.
        schema: The columns of the tables; those of the new one are added.
        stored: The DuckDB types of the tables' columns.
        state: Gives a name that no query can spell.
        make: Makes a table of these columns.
        add: Adds the rows of a query to it, and answers how many.
    """
    types: dict[str, str] = {}
    for part in taken.parts:
        for column, kind in sought.types_of(part, schema, stored, state.marks).items():
            types.setdefault(column, kind)
    whole = dataclasses.replace(query, operators=query.operators[: taken.place + 1])
    columns = output_columns(whole, schema)
    name = state.fresh("gathered")
    make(
        name,
        ", ".join(
            f"{translate.quote_ident(c)} {types.get(c, 'VARCHAR')}"
            # There is no null text in what a table lacks.
            + (" DEFAULT ''" if types.get(c, "VARCHAR") == "VARCHAR" else "")
            for c in columns
        ),
    )
    found = 0
    for part in taken.parts:
        if found >= taken.count and not taken.ordered:
            break
        found += add(name, _alone(part, taken, schema, query))
    schema[name] = columns
    return dataclasses.replace(
        query, source=ir.TableRef(name), operators=query.operators[taken.place + 1 :]
    )


def _alone(part: ir.Query, taken: Few, schema: Schema, query: ir.Query) -> ir.Query:
    """One table with what is wanted of it; a column that it lacks is empty."""
    operators = list(part.operators)
    assert isinstance(part.source, ir.TableRef)
    if taken.source_column:
        label = ir.Literal(part.source.name, "string")
        operators.append(ir.Extend((ir.NamedExpr(label, taken.source_column),)))
    there = {*output_columns(part, schema), taken.source_column}
    lacking = {
        e.name: getattr(e, "kind", "")
        for op in taken.operators
        for e in expressions(op)
        if isinstance(e, ir.ColumnRef) and e.name not in there
    }
    if lacking:
        empty = tuple(
            ir.NamedExpr(
                ir.Literal("", "string") if kind in ("", "string") else ir.Literal(None, kind), name
            )
            for name, kind in lacking.items()
        )
        operators.append(ir.Extend(empty))
    return ir.Query(part.source, [*operators, *taken.operators], query.lets)
