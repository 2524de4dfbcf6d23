"""Functions that become others once the columns of the rows are known."""

from __future__ import annotations

from duckdb_kql import ir

from tui.kql.engine.additions.stages import Columns
from tui.kql.engine.marks import unmarked

NAMES = frozenset(
    {"ingestion_time", "column_ifexists", "pack_all", "bag_pack_columns", "current_principal"}
)


def written_out(expression: ir.Expr, columns: Columns) -> ir.Expr:
    """What an expression is over these columns, itself where it is none of these functions."""
    if not isinstance(expression, ir.FunctionCall):
        return expression
    if expression.name == "ingestion_time":
        time = next((c for c in columns if c in ("Timestamp", "TimeGenerated")), None)
        return ir.ColumnRef(time) if time else ir.Literal(None, "datetime")
    if expression.name == "column_ifexists" and len(expression.args) == 2:
        wanted, default = expression.args
        name = wanted.value if isinstance(wanted, ir.Literal) else getattr(wanted, "name", "")
        return ir.ColumnRef(str(name)) if name in columns else default
    if expression.name in ("pack_all", "bag_pack_columns"):
        named = [a.name for a in expression.args if isinstance(a, ir.ColumnRef)]
        pairs: list[ir.Expr] = []
        for column in named or columns:
            pairs += [ir.Literal(unmarked(column), "string"), ir.ColumnRef(column)]
        bag = ir.FunctionCall("bag_pack", tuple(pairs))
        some = any(isinstance(a, ir.Literal) and a.value for a in expression.args)
        return ir.FunctionCall("kql_filled", (bag,)) if some else bag
    if expression.name == "current_principal":
        return ir.Literal("", "string")
    return expression
