"""Functions over neighbouring rows: `serialize`, `prev`, `next`, `row_number` and the like.

They read the rows in the order they come in, so a stage with such a function counts the rows
first; DuckDB keeps that order through plain selections (`preserve_insertion_order`).
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

from duckdb_kql import ir, lower
from duckdb_kql.errors import KqlUnsupportedError
from duckdb_kql.translate import naming, quote_ident

from tui.kql.engine.additions import tree
from tui.kql.engine.additions.stages import Columns, Snapshot, Stage, Workbench, names, sql_of
from tui.kql.engine.kinds import Kinds, kind_of
from tui.kql.engine.trees import contents, deep, expressions

_CHANGED, _RANKED = "kql changed", "kql ranked"
FUNCTIONS = frozenset(
    {"prev", "next", "row_number", "row_cumsum", "row_rank_dense", "row_rank_min",
     "row_window_session", _CHANGED, _RANKED}
)  # fmt: skip
"""Functions that need serialized rows."""

ARGUMENTS = {
    "prev": range(1, 4),
    "next": range(1, 4),
    "row_number": range(3),
    "row_cumsum": range(1, 3),
    "row_rank_dense": range(1, 3),
    "row_rank_min": range(1, 3),
    "row_window_session": range(3, 5),
}
"""How many arguments each takes."""

_ROW = "_kqlrow"


@dataclasses.dataclass(frozen=True)
class InGroup(ir.FunctionCall):
    """A window function that keeps within the rows of one group."""

    group: str = ""


def within(op: ir.Operator, group: str) -> ir.Operator:
    """The operator with its window functions kept within each group of rows."""

    def keep(expression: ir.Expr) -> ir.Expr:
        if isinstance(expression, ir.FunctionCall) and expression.name in FUNCTIONS:
            return InGroup(expression.name, expression.args, group)
        return expression

    kept: ir.Operator = deep(op, keep)
    return kept


def _window(call: ir.FunctionCall, *apart: str) -> str:
    """The window of a call: the rows in order, apart by these columns and by its group."""
    group = getattr(call, "group", "")
    columns = [*apart, *([quote_ident(group)] if group else [])]
    parted = f"PARTITION BY {', '.join(columns)} " if columns else ""
    return f"({parted}ORDER BY {_ROW})"


@dataclasses.dataclass(frozen=True)
class Windowed(Stage):
    """An `extend` whose expressions read neighbouring rows."""

    named: tuple[ir.NamedExpr, ...]

    keyword = "serialize"

    def kinds(self, before: Kinds, columns: Columns) -> Kinds:
        """The types of its columns."""
        known = dict(before)
        for item, name in zip(self.named, naming.extend_names(self.named, columns), strict=True):
            known[name] = kind_of(item.expr) or ""
        return {name: kind for name, kind in known.items() if kind}

    def columns(self, columns: Columns) -> Columns:
        added = naming.extend_names(self.named, columns)
        return columns + [name for name in added if name not in columns]

    def sql(self, source: str, columns: Columns) -> str:
        restarts: list[tuple[str, str]] = []
        written = {}
        for item, name in zip(self.named, naming.extend_names(self.named, columns), strict=True):
            expression = deep(item.expr, lambda e: _rendered(e, restarts))
            written[name] = f"{sql_of(expression)} AS {quote_ident(name)}"
        select = [written.get(column, quote_ident(column)) for column in columns]
        select += [sql for name, sql in written.items() if name not in columns]
        groups = "".join(
            f", sum(CASE WHEN {restart} THEN 1 ELSE 0 END) OVER {over} AS _kqlgroup{i}"
            for i, (restart, over) in enumerate(restarts)
        )
        rows = f"(SELECT *, row_number() OVER () AS {_ROW} FROM {source})"
        if groups:
            rows = f"(SELECT *{groups} FROM {rows})"
        return f"SELECT {', '.join(select)} FROM {rows} ORDER BY {_ROW}"


def _rendered(expression: ir.Expr, restarts: list[tuple[str, str]]) -> ir.Expr:
    if not isinstance(expression, ir.FunctionCall) or expression.name not in FUNCTIONS:
        return expression
    args = [sql_of(arg) for arg in expression.args]
    name = expression.name
    plain = _window(expression)
    if name in ("prev", "next"):
        column, *rest = args
        step = rest[0] if rest else "1"
        default = f", {_default(expression.args[0], expression.args[2])}" if len(rest) > 1 else ""
        function = "lag" if name == "prev" else "lead"
        sql = f"{function}({column}, CAST({step} AS BIGINT){default}) OVER {plain}"
        if not default:
            sql = (
                f"(CASE WHEN typeof({column}) = 'VARCHAR' THEN coalesce({sql}, '') ELSE {sql} END)"
            )
        return ir.RenderedAggregate(sql)
    if name == "row_number":
        start = args[0] if args else "1"
        over = _over(expression, args[1:], restarts)
        return ir.RenderedAggregate(f"(row_number() OVER {over} - 1 + {start})")
    if name == "row_cumsum":
        over = _over(expression, args[1:], restarts)
        return ir.RenderedAggregate(f"(sum({args[0]}) OVER {over})")
    if name == _CHANGED:
        tests = [f"row_number() OVER {plain} = 1"]
        tests.append(f"{args[0]} IS DISTINCT FROM lag({args[0]}) OVER {plain}")
        tests += [f"coalesce({restart}, false)" for restart in args[1:]]
        return ir.RenderedAggregate(f"(CASE WHEN {' OR '.join(tests)} THEN 1 ELSE 0 END)")
    if name == _RANKED:
        over = _over(expression, args[2:], restarts)
        return ir.RenderedAggregate(
            f"(max(CASE WHEN {args[0]} = 1 THEN {args[1]} END) OVER {over})"
        )
    raise KqlUnsupportedError(f"function:{name}")


def _default(read: ir.Expr, default: ir.Expr) -> str:
    """What stands for a row that there is not, in the type of what is read."""
    kind, given = kind_of(read), kind_of(default)
    if kind != given and given in ("long", "int") and kind in ("datetime", "timespan"):
        convert = "todatetime" if kind == "datetime" else "totimespan"
        return sql_of(ir.FunctionCall(convert, (default,)))
    return sql_of(default)


def _over(call: ir.FunctionCall, restart: list[str], restarts: list[tuple[str, str]]) -> str:
    if not restart:
        return _window(call)
    restarts.append((restart[0], _window(call)))
    return _window(call, f"_kqlgroup{len(restarts) - 1}")


def has_window(node: Any) -> bool:
    """Whether an operator reads neighbouring rows."""
    return any(name in FUNCTIONS for name in contents(node).calls)


def serialize(node: tree.Node, library: Callable[[], Any]) -> ir.Operator | None:
    """`| serialize [Name = Expr, …]`."""
    del library
    named = tuple(lower._lower_named(child) for child in tree.rules(node))
    return ir.Extend(named) if named else None


@dataclasses.dataclass(frozen=True)
class Sessions(Snapshot):
    """The start of each row's session, as `row_window_session` finds it."""

    call: ir.FunctionCall
    name: str

    keyword = "serialize"

    def shaped(self, source: str, columns: Columns, ask: Workbench) -> str:
        time, longest, between, *restart = (sql_of(argument) for argument in self.call.args)
        again = f"coalesce({restart[0]}, false)" if restart else "false"
        group = quote_ident(self.call.group) if isinstance(self.call, InGroup) else "0"
        rows = ask(
            f"SELECT rowid, {group}, epoch_us({time}), epoch_us({longest}), epoch_us({between}), "
            f"{again} FROM {source} ORDER BY rowid"
        )
        starts: list[int | None] = []
        open_sessions: dict[Any, tuple[int, int]] = {}
        for place, apart, moment, most, gap, anew in rows:
            if place % 4096 == 0:
                ask.check()
            if moment is None:
                open_sessions.pop(apart, None)
                starts.append(None)
                continue
            first, last = open_sessions.get(apart, (moment, moment))
            if anew or moment - first > most or not 0 <= moment - last <= gap:
                first = moment
            open_sessions[apart] = (first, moment)
            starts.append(first)
        table = ask.fresh("sessions")
        ask.keep(
            table,
            "SELECT unnest(range(len(v))) AS n, unnest(v) AS s FROM "
            "(SELECT CAST(CAST($kqlvalues AS JSON) AS BIGINT[]) AS v)",
            {"kqlvalues": json.dumps(starts)},
        )
        return (
            f"SELECT {names(columns, '_s')}, make_timestamp(t.s) AS {quote_ident(self.name)} FROM "
            f"(SELECT *, rowid AS _kqlplace FROM {source}) AS _s JOIN {quote_ident(table)} t "
            "ON t.n = _s._kqlplace ORDER BY _s._kqlplace"
        )


def _spelled_out(expression: ir.Expr) -> ir.Expr:
    """Ranks in terms of what changes from row to row."""
    if isinstance(expression, ir.FunctionCall) and expression.name.startswith("row_rank"):
        group = getattr(expression, "group", "")
        changed = InGroup(_CHANGED, expression.args, group)
        restart = expression.args[1:]
        if expression.name == "row_rank_dense":
            return InGroup("row_cumsum", (changed, *restart), group)
        numbered = InGroup("row_number", (ir.Literal(1, "long"), *restart), group)
        return InGroup(_RANKED, (changed, numbered, *restart), group)
    return expression


def _inner(op: ir.Operator, fresh: Callable[[str], str]) -> list[ir.Operator] | None:
    """The operator, window functions inside others and sessions computed before it."""
    made: dict[ir.FunctionCall, str] = {}

    def out(expression: ir.Expr) -> ir.Expr:
        if not (isinstance(expression, ir.FunctionCall) and expression.name in FUNCTIONS):
            return expression
        if any(isinstance(e, ir.FunctionCall) and e.name in FUNCTIONS for e in
               expressions(expression.args)):  # fmt: skip
            return _replaced(expression)
        if expression.name == "row_window_session":
            return ir.ColumnRef(made.setdefault(expression, fresh("session")))
        return expression

    def _replaced(call: ir.FunctionCall) -> ir.Expr:
        def inside(expression: ir.Expr) -> ir.Expr:
            if isinstance(expression, ir.FunctionCall) and expression.name in FUNCTIONS:
                return ir.ColumnRef(made.setdefault(expression, fresh("window")))
            return expression

        return dataclasses.replace(call, args=deep(call.args, inside))

    changed = deep(op, out)
    if not made:
        return None
    before: list[ir.Operator] = []
    plain = []
    for call, name in made.items():
        if call.name == "row_window_session":
            before.append(Sessions(call, name))
        else:
            plain.append(ir.NamedExpr(call, name))
    if plain:
        before.append(ir.Extend(tuple(plain)))
    away = [] if isinstance(op, ir.Project) else [ir.ProjectAway(tuple(made.values()))]
    return [*before, changed, *away]


def lifted(
    op: ir.Operator, columns: Columns, fresh: Callable[[str], str]
) -> ir.Operator | list[ir.Operator]:
    """The operator, its window functions put where they can be computed."""
    if not has_window(op):
        return op
    if isinstance(op, ir.Extend | ir.Project):
        named = (
            naming.project_names(op.expressions)
            if isinstance(op, ir.Project)
            else naming.extend_names(op.expressions, columns)
        )
        op = dataclasses.replace(
            op,
            expressions=tuple(
                ir.NamedExpr(item.expr, name)
                for item, name in zip(op.expressions, named, strict=True)
            ),
        )
    op = deep(op, _spelled_out)
    several = _inner(op, fresh)
    if several is not None:
        return several
    if isinstance(op, ir.Extend):
        return Windowed(op.expressions)
    if isinstance(op, ir.Project | ir.Where):
        calls: list[ir.FunctionCall] = []

        def out(expression: ir.Expr) -> ir.Expr:
            if isinstance(expression, ir.FunctionCall) and expression.name in FUNCTIONS:
                if expression not in calls:
                    calls.append(expression)
                return ir.ColumnRef(f"_kqlwindow{calls.index(expression)}")
            return expression

        if isinstance(op, ir.Project):
            kept = naming.project_names(op.expressions)
            rest: ir.Operator = ir.Project(
                tuple(
                    ir.NamedExpr(deep(item.expr, out), name)
                    for item, name in zip(op.expressions, kept, strict=True)
                )
            )
        else:
            rest = deep(op, out)
        windows = Windowed(
            tuple(ir.NamedExpr(call, f"_kqlwindow{i}") for i, call in enumerate(calls))
        )
        if isinstance(op, ir.Project):
            return [windows, rest]
        return [windows, rest, _away(len(calls))]
    raise KqlUnsupportedError(f"{type(op).__name__.lower()} with a window function")


def _away(count: int) -> ir.Operator:
    return ir.ProjectAway(tuple(f"_kqlwindow{i}" for i in range(count)))
