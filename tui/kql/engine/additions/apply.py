"""`mv-apply` and `partition`: a pipeline run for each row, or for each value."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from duckdb_kql import ir, lower, translate
from duckdb_kql.errors import KqlUnsupportedError
from duckdb_kql.translate import quote_ident, to_sql

from tui.kql.engine.additions import samples, scan, tree, windows
from tui.kql.engine.additions.columns import Away, Chosen, DistinctAll, Keep, Pattern, Reorder
from tui.kql.engine.additions.plugins import BagUnpack
from tui.kql.engine.additions.stages import Columns, Snapshot, Stage, Workbench, names, sql_of
from tui.kql.engine.state import current


@dataclasses.dataclass(frozen=True)
class Each(Stage):
    """`take`, `top` or `sort` within each group of rows."""

    group: str
    keys: tuple[ir.SortKey, ...]
    count: ir.Expr | None

    keyword = "top"

    def columns(self, columns: Columns) -> Columns:
        return columns

    def sql(self, source: str, columns: Columns) -> str:
        del columns
        order = translate.render_sort_keys(self.keys) if self.keys else ""
        group = quote_ident(self.group)
        if self.count is None:
            return f"SELECT * FROM {source} ORDER BY {group}, {order}"
        over = f"PARTITION BY {group}" + (f" ORDER BY {order}" if order else "")
        return f"SELECT * FROM {source} QUALIFY row_number() OVER ({over}) <= {sql_of(self.count)}"


@dataclasses.dataclass(frozen=True)
class Grouped(Stage):
    """A pipeline run within each group; subclasses say what the groups are."""

    body: ir.Query
    """Its source is the relation of `rows`, its operators already keep the group apart."""
    rows: str
    group: str
    stored: bool = dataclasses.field(default=False, kw_only=True)
    """Whether the rows come in with their group, and `rows` is a table that was made of them."""
    inner: tuple[str, ...] = dataclasses.field(default=(), kw_only=True)
    """The columns of the body, where it was run in parts."""

    def numbered(self) -> Numbered:
        """What gives each row its group, where the rows are stored first."""
        return Numbered(self.group, "row_number() OVER ()")

    def entering(self) -> list[ir.Operator]:
        """What makes the rows of `rows` of the numbered ones."""
        return []

    def moved(self, table: str) -> Any:
        """The stage, its rows in this table."""
        body = dataclasses.replace(self.body, source=ir.TableRef(table))
        return dataclasses.replace(self, rows=table, body=body, stored=True)

    def _inner_columns(self, columns: Columns) -> Columns:
        from duckdb_kql.schema import output_columns
        from duckdb_kql.translate import _nested_schema

        if self.inner:
            return list(self.inner)
        schema = {**(_nested_schema() or {}), self.rows: self._entering(columns)}
        return output_columns(self.body, schema)

    def _entering(self, columns: Columns) -> Columns:
        raise NotImplementedError

    def entering_kinds(self, before: Mapping[str, str]) -> Mapping[str, str]:
        """What is known of the types of the rows that the body begins with."""
        return before

    def _inner_sql(self, columns: Columns) -> str:
        from duckdb_kql.translate import _NAMES_STATE, _nested_schema

        known = {**(_nested_schema() or {}), self.rows: self._entering(columns)}
        assert _NAMES_STATE.get() is not None
        return str(to_sql(self.body, known))


@dataclasses.dataclass(frozen=True)
class Numbered(Snapshot):
    """The rows with a column for the group each is in."""

    group: str
    by: str

    def shaped(self, source: str, columns: Columns, ask: Workbench) -> str:
        del columns, ask
        return f"SELECT {self.by} AS {quote_ident(self.group)}, * FROM {source}"


@dataclasses.dataclass(frozen=True)
class Kept(Snapshot):
    """The rows as they are."""

    def shaped(self, source: str, columns: Columns, ask: Workbench) -> str:
        del columns, ask
        return f"SELECT * FROM {source}"


@dataclasses.dataclass(frozen=True)
class MvApply(Grouped):
    """`mv-apply`: the row's array as a table of its own."""

    expansion: ir.MvExpand = dataclasses.field(default_factory=lambda: ir.MvExpand(()))
    computed: tuple[ir.NamedExpr, ...] = ()

    keyword = "mv-apply"

    def entering(self) -> list[ir.Operator]:
        before: list[ir.Operator] = [ir.Extend(self.computed)] if self.computed else []
        return [*before, self.expansion]

    def _extended(self, columns: Columns) -> Columns:
        added = [item.name or "" for item in self.computed]
        columns = self._outer(columns)
        return columns + [name for name in added if name not in columns]

    def _outer(self, columns: Columns) -> Columns:
        return [c for c in columns if c != self.group]

    def _entering(self, columns: Columns) -> Columns:
        from duckdb_kql.schema import mv_expand_output_columns

        return mv_expand_output_columns(self.expansion, [self.group, *self._extended(columns)])

    def entering_kinds(self, before: Mapping[str, str]) -> Mapping[str, str]:
        known = dict(before)
        for target in self.expansion.targets:
            name = target.name or target.column
            known.pop(name, None)
            kind = {"double": "real", "date": "datetime", "time": "timespan", "boolean": "bool"}
            if target.to_type:
                known[name] = kind.get(target.to_type, target.to_type)
            else:
                known[name] = "dynamic"
        if self.expansion.item_index:
            known[self.expansion.item_index] = "long"
        return known

    def columns(self, columns: Columns) -> Columns:
        inner = [c for c in self._inner_columns(columns) if c != self.group]
        return self._merged(self._outer(columns), inner)

    def _merged(self, columns: Columns, inner: Columns) -> Columns:
        made = {item.name for item in self.computed if not _is_itself(item)}
        expanded = {
            target.name or target.column
            for target in self.expansion.targets
            if target.column not in made
        }
        kept = [c for c in columns if c in inner or c not in expanded]
        return [*kept, *(c for c in inner if c not in columns)]

    def sql(self, source: str, columns: Columns) -> str:
        from duckdb_kql.translate import render_operator

        inner = [c for c in self._inner_columns(columns) if c != self.group]
        columns = self._outer(columns)
        group, rows = quote_ident(self.group), quote_ident(self.rows)
        numbered = f"SELECT row_number() OVER () AS {group}, * FROM {source}"
        made = ""
        if self.stored:
            numbered = f"SELECT * FROM {source}"
        else:
            before = f"({numbered})"
            cols = [self.group, *columns]
            if self.computed:
                before = f"({render_operator(ir.Extend(self.computed), before, cols)})"
                cols = [self.group, *self._extended(columns)]
            made = f"WITH {rows} AS ({render_operator(self.expansion, before, cols)}) "
        select = [
            f"{'_i' if column in inner else '_o'}.{quote_ident(column)} AS {quote_ident(column)}"
            for column in self._merged(columns, inner)
        ]
        return (
            f"{made}SELECT {', '.join(select)} FROM ({numbered}) AS _o "
            f"JOIN (SELECT *, row_number() OVER () AS _kqlplace FROM "
            f"({self._inner_sql(columns)})) AS _i ON _o.{group} = _i.{group} "
            f"ORDER BY _o.{group}, _i._kqlplace"
        )


def _is_itself(item: ir.NamedExpr) -> bool:
    return isinstance(item.expr, ir.ColumnRef) and item.expr.name == item.name


@dataclasses.dataclass(frozen=True)
class Partition(Grouped):
    """`partition by Column (…)`."""

    by: str = ""

    keyword = "partition"

    def numbered(self) -> Numbered:
        return Numbered(self.group, quote_ident(self.by))

    def _entering(self, columns: Columns) -> Columns:
        return [self.group, *(c for c in columns if c != self.group)]

    def columns(self, columns: Columns) -> Columns:
        return [c for c in self._inner_columns(columns) if c != self.group]

    def sql(self, source: str, columns: Columns) -> str:
        rows, group = quote_ident(self.rows), quote_ident(self.group)
        if self.stored:
            return f"SELECT {names(self.columns(columns))} FROM ({self._inner_sql(columns)})"
        return (
            f"WITH {rows} AS (SELECT {quote_ident(self.by)} AS {group}, * FROM {source}) "
            f"SELECT {names(self.columns(columns))} FROM ({self._inner_sql(columns)})"
        )


_ROW_BY_ROW = (
    ir.Where,
    ir.Extend,
    ir.MvExpand,
    ir.Parse,
    ir.ProjectRename,
    ir.ProjectAway,
    Away,
    Reorder,
    DistinctAll,
    BagUnpack,
    MvApply,
    ir.Lookup,
)
_KEEPING_LEFT = frozenset({"inner", "leftouter", "leftsemi", "leftanti"})


def within(operators: Sequence[ir.Operator], group: str) -> list[ir.Operator]:
    """The operators, changed so that each group of rows goes through them by itself.

    Raises:
        KqlUnsupportedError: One of them cannot be kept within a group.
    """
    done: list[ir.Operator] = []
    key = ir.NamedExpr(ir.ColumnRef(group), group)
    for op in operators:
        op = windows.within(op, group)
        if isinstance(op, _ROW_BY_ROW) or (isinstance(op, ir.Join) and op.kind in _KEEPING_LEFT):
            done.append(op)
        elif isinstance(op, scan.Scan) and op.group is None:
            done.append(dataclasses.replace(op, group=group))
        elif isinstance(op, samples.Limited):
            done.append(Each(group, op.keys, op.count))
        elif isinstance(op, Keep):
            done.append(dataclasses.replace(op, patterns=(*op.patterns, Pattern(group, False))))
        elif isinstance(op, ir.Project | ir.Distinct):
            done.append(dataclasses.replace(op, expressions=(key, *op.expressions)))
        elif isinstance(op, ir.Summarize):
            done.append(dataclasses.replace(op, by=(key, *op.by)))
        elif isinstance(op, ir.Count):
            count = ir.NamedExpr(ir.FunctionCall("count"), op.name)
            done.append(ir.Summarize((count,), (key,)))
        elif isinstance(op, ir.Top):
            done.append(Each(group, op.keys, ir.Literal(op.count, "long")))
        elif isinstance(op, ir.Take):
            done.append(Each(group, (), ir.Literal(op.count, "long")))
        elif isinstance(op, ir.Sort):
            done.append(Each(group, op.keys, None))
        else:
            name = getattr(op, "keyword", type(op).__name__.lower())
            raise KqlUnsupportedError(f"{name} within a group")
    return done


def _body(node: tree.Node) -> list[ir.Operator]:
    node = lower._collapse(node)
    return lower._lower_operators(
        list(tree.rules(node)) if tree.kind(node) == "PipeSubExpression" else [node]
    )


def mv_apply(node: tree.Node, library: Callable[[], Any]) -> ir.Operator:
    """`| mv-apply [Name =] Array [to typeof(T)], … on (…)`."""
    del library
    targets: list[ir.MvExpandTarget] = []
    computed: list[ir.NamedExpr] = []
    limit: int | None = None
    index: str | None = None
    body: list[ir.Operator] | None = None
    on = False
    for child in node.children or []:
        if not tree.rules(child) and tree.kind(child) == "TerminalNodeImpl":
            on = on or child.getText().lower() == "on"
            continue
        rule = tree.kind(child)
        if on and rule != "TerminalNodeImpl":
            body = _body(child)
        elif rule == "MvapplyOperatorLimitClause":
            limit = int(child.getText().lower().removeprefix("limit"))
        elif rule.endswith("Parameter"):
            index = child.getText().partition("=")[2]
        elif rule == "MvapplyOperatorExpression" or targets == [] or rule == "NamedExpression":
            target, prelude = lower._lower_mv_expand_target(child)
            targets.append(target)
            if prelude is not None:
                computed.append(prelude)
    if body is None or not targets:
        raise lower._unsupported(node, "mv-apply")
    state = current()
    rows, group = state.fresh("rows"), state.fresh("row")
    query = ir.Query(ir.TableRef(rows), within(body, group))
    return MvApply(query, rows, group, ir.MvExpand(tuple(targets), index, limit), tuple(computed))


def partition(node: tree.Node, library: Callable[[], Any]) -> ir.Operator:
    """`| partition by Column (…)`."""
    del library
    column = None
    body: list[ir.Operator] = []
    for child in tree.rules(node):
        if tree.kind(child) == "PartitionOperatorSubExpressionBody":
            body = _body(lower._collapse(tree.rules(child)[0]))
        elif not tree.kind(child).endswith("Parameter"):
            column = tree.name_of(child)
    if column is None or not body:
        raise lower._unsupported(node, "partition")
    state = current()
    rows, group = state.fresh("rows"), state.fresh("part")
    return Partition(ir.Query(ir.TableRef(rows), within(body, group)), rows, group, column)


__all__ = ["Chosen", "Grouped", "mv_apply", "partition"]
