"""`search` and `find` over many tables, read in those alone that hold some of what is looked for.

Planning all sixty tables with all their columns takes seconds, a glance into each does not.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

from duckdb_kql import ir, translate
from duckdb_kql.schema import output_columns

from tui.kql.engine.additions.stages import Columns, Stage
from tui.kql.engine.state import Translation


@dataclasses.dataclass(frozen=True)
class Filter(Stage):
    """What decides which rows of a table are found."""


@dataclasses.dataclass(frozen=True)
class Sought(ir.Union):
    """The tables of a search put together: its first is what comes before."""


def parts(query: ir.Query) -> tuple[int, list[ir.Query]] | None:
    """Where a query puts its tables together, and what it does with each; None elsewhere."""
    for place, op in enumerate(query.operators):
        if isinstance(op, Sought):
            return place, [ir.Query(query.source, query.operators[:place]), *op.branches]
    return None


def pruned(
    query: ir.Query,
    found: tuple[int, list[ir.Query]],
    schema: dict[str, Columns],
    stored: Mapping[str, Mapping[str, str]],
    state: Translation,
    has_rows: Callable[[ir.Query], bool],
) -> ir.Query:
    """The query over the tables where something is found, with the columns of all.

    Args:
        query: The query, resolved.
        found: What `parts` tells of it.
        schema: The columns of the tables; an empty one is added.
        stored: The DuckDB types of the tables' columns.
        state: Where the empty relation is made known.
        has_rows: Whether a query gives any.
    """
    place, several = found
    kept: list[ir.Query] = []
    types: dict[str, str] = {}
    for part in several:
        if has_rows(dataclasses.replace(_filtered(part), lets=query.lets)):
            kept.append(part)
        for column, kind in types_of(part, schema, stored, state.marks).items():
            types.setdefault(column, kind)
    whole = dataclasses.replace(query, operators=query.operators[: place + 1])
    columns = output_columns(whole, schema)
    nothing = state.fresh("nothing")
    selected = ", ".join(
        f"CAST(NULL AS {types.get(c, 'VARCHAR')}) AS {translate.quote_ident(c)}" for c in columns
    )
    state.relations[nothing] = f"(SELECT {selected} WHERE false)"
    schema[nothing] = columns
    together: list[ir.Operator] = [ir.Union(tuple(kept))] if kept else []
    operators = [*together, *query.operators[place + 1 :]]
    return dataclasses.replace(query, source=ir.TableRef(nothing), operators=operators)


def _filtered(part: ir.Query) -> ir.Query:
    """The rows of a table that are found, before anything is made of them."""
    last = next(i for i, op in enumerate(part.operators) if isinstance(op, Filter))
    return ir.Query(part.source, part.operators[: last + 1])


def types_of(
    part: ir.Query,
    schema: dict[str, Columns],
    stored: Mapping[str, Mapping[str, str]],
    marks: Mapping[str, str],
) -> dict[str, str]:
    """The DuckDB types of what a part gives; the columns that a search adds are text."""
    assert isinstance(part.source, ir.TableRef)
    known = {marks.get(c, c): kind for c, kind in stored[part.source.name].items()}
    for op in part.operators:
        if isinstance(op, ir.ProjectRename):
            known.update({new: known[old] for old, new in op.renames if old in known})
    known["pack_"] = "JSON"
    return {c: known.get(c, "VARCHAR") for c in output_columns(part, schema)}
