"""Resolving a lowered query: tables, columns, functions, and what depends on them.

duckdb-kql renders what it is given and leaves unknown names to the database. Here they are
found first, in Kusto's terms, and the forms that need the columns at hand are written out.
"""

from __future__ import annotations

import dataclasses
import fnmatch
from collections.abc import Callable, Mapping
from typing import Any

from duckdb_kql import ir
from duckdb_kql import schema as library
from duckdb_kql.schema import _operator_columns, resolve_let_refs, source_columns_or_none
from duckdb_kql.translate import _SPECIAL_FORMS
from duckdb_kql.translate.functions import AGGREGATE_FUNCTIONS, SCALAR_FUNCTIONS

from tui.kql.engine import arguments, columned, meaning, words
from tui.kql.engine import kinds as typing
from tui.kql.engine.additions import arrays, lists, outside, summaries, terms, unions, windows
from tui.kql.engine.additions.apply import Grouped, Kept
from tui.kql.engine.additions.columns import Away, Keep, Reorder
from tui.kql.engine.additions.plugins import BagUnpack, Ipv4Lookup, Pivot
from tui.kql.engine.additions.scan import Scan
from tui.kql.engine.additions.search import Piped
from tui.kql.engine.additions.stages import Columns, Snapshot, Stage
from tui.kql.engine.fault import KqlFault
from tui.kql.engine.functions_known import KNOWN
from tui.kql.engine.marks import unmarked
from tui.kql.engine.plain import registry
from tui.kql.engine.state import breathe
from tui.kql.engine.trees import contents, deep, expressions, with_queries

Schema = dict[str, Columns]
Store = Callable[[ir.Query, Snapshot, Schema], tuple[str, typing.Kinds]]
"""Runs a query and a snapshot stage over it; answers the table it made, its columns and types."""

_KEYWORDS: dict[type, str] = {
    ir.Where: "where",
    ir.Project: "project",
    ir.Extend: "extend",
    ir.Summarize: "summarize",
    ir.Distinct: "distinct",
    ir.Sort: "order",
    ir.Top: "top",
    ir.Join: "join",
    ir.Lookup: "lookup",
    ir.Union: "union",
    ir.MvExpand: "mv-expand",
    ir.Parse: "parse",
    ir.ProjectAway: "project-away",
    ir.ProjectRename: "project-rename",
    ir.Count: "count",
    ir.Take: "take",
    ir.GetSchema: "getschema",
}

_PLAIN_TYPES = {"double": "real", "date": "datetime", "time": "timespan", "boolean": "bool"}
_OURS = columned.NAMES | {"not"}
_EVERYWHERE = frozenset({"$table"})


def keyword(op: ir.Operator) -> str:
    """How the service calls an operator in its messages."""
    return op.keyword if isinstance(op, Stage) else _KEYWORDS.get(type(op), "")


class Binder:
    """Resolves one query.

    Args:
        text: The query as written, for the places of faults.
        store: What runs the part of a query that is before a snapshot stage.
        kinds: The types of the columns of the tables.
        fresh: Makes names that no query can spell.
        read: Runs a query and gives the values of its first column, as `terms.settled` wants.
    """

    def __init__(
        self,
        text: str,
        store: Store,
        kinds: Mapping[str, typing.Kinds],
        fresh: Callable[[str], str],
        read: Callable[[ir.Query, Schema, bool], list[str] | None],
    ) -> None:
        self._text = text
        self._read = read
        self._fresh = fresh
        self._store = store
        self._tables = dict(kinds)
        self._known: dict[int, tuple[ir.Query, Columns, typing.Kinds]] = {}

    def kinds_of(self, query: ir.Query) -> tuple[Columns, typing.Kinds]:
        """The columns of a query that was resolved, and what is known of their types."""
        known = self._known.get(id(query))
        return (known[1], known[2]) if known else ([], {})

    def query(
        self, query: ir.Query, schema: Schema, outer: list[tuple[str, Any]] | None = None
    ) -> tuple[ir.Query, Columns]:
        """The query with all names resolved, and its columns.

        Args:
            query: What lowering gave.
            schema: Tables and tabular `let` names in scope, with their columns.
            outer: The `let` bindings around it, resolved, for parts that are run by themselves.

        Raises:
            KqlFault: A name means nothing here.
        """
        scope = dict(schema)
        around = list(outer or [])
        lets: list[tuple[str, Any]] = []
        for name, bound in query.lets:
            if not isinstance(bound, ir.Query):
                lets.append((name, bound))
                continue
            resolved, columns = self.query(bound, scope, around)
            scope[name] = columns
            self._tables[name] = self.kinds_of(resolved)[1]
            lets.append((name, resolved))
            around.append((name, resolved))
        query = unions.spelled_out(query, scope)
        first = keyword(query.operators[0]) if query.operators else ""
        source = self._source(query.source, scope, first, _fuzzy(query))
        operators: list[ir.Operator] = []
        columns = source_columns_or_none(source, scope) or []
        if isinstance(source, ir.GraphSource):
            return dataclasses.replace(query, lets=lets), columns
        kinds = self._source_kinds(source, columns)
        pending = list(query.operators)
        own = set(map(id, pending))
        if isinstance(source, ir.PrintSource):
            meaning.check(source)
            arguments.check(source, self._text)
            arguments.check_place(source, "print", self._text)
            source = meaning.settled_print(source)
        if isinstance(source, ir.PrintSource) and outside.has_outside(source):
            source, pending = _printed(source, columns, pending)
            columns, kinds = ["_kqlone"], {"_kqlone": "long"}
        while pending:
            breathe()
            op = pending.pop(0)
            written = id(op) in own
            op = arrays.spread(op)
            if isinstance(op, Grouped) and not op.stored and meaning.runs_apart(op.body):
                before = ir.Query(source, operators, [*around, *_scalars(lets)])
                table, kinds = self._store(before, op.numbered(), scope)
                columns = scope[table] = list(kinds)
                source, operators = ir.TableRef(table), []
                rows = ir.Query(source, op.entering(), [*around, *_scalars(lets)])
                made, entering = self._store(rows, Kept(), scope)
                scope[made], self._tables[made] = list(entering), entering
                op = op.moved(made)
            if isinstance(op, Piped) and isinstance(source, ir.TableRef):
                op = dataclasses.replace(op, table=unmarked(source.name))
            op = self._nested(op, columns, scope, around, kinds)
            op = resolve_let_refs(op, columns)
            self._check(op, columns)
            op = typing.typed(op, kinds)
            meaning.check(op)
            if written:
                arguments.check_written(op, keyword(op), kinds, self._text)
            op = meaning.settled(op)
            op = lists.spread(op, self.kinds_of, self._learn)
            op = self._with_terms(op, [*around, *_scalars(lets)], scope)
            several = self._expanded(op, columns)
            if several is not None:
                pending[:0] = several
                continue
            if isinstance(op, Snapshot):
                before = ir.Query(source, operators, [*around, *_scalars(lets)])
                table, kinds = self._store(before, op, scope)
                columns = list(kinds)
                scope[table] = columns
                source, operators = ir.TableRef(table), []
                continue
            if isinstance(op, ir.Union):
                apart = unions.parted(op, columns, kinds, self.kinds_of)
                if apart is not None:
                    pending[:0] = apart
                    continue
            operators.append(op)
            result = _operator_columns(op, columns, scope)
            if isinstance(op, ir.Join | ir.Lookup | ir.Union):
                if not isinstance(op, ir.Union):
                    meaning.check_keys(op, kinds, self.kinds_of(op.right)[1])
                kinds = unions.joined(op, columns, kinds, result, self.kinds_of)
            else:
                kinds = typing.after(op, kinds, columns, result)
            columns = result
        schema.update({k: v for k, v in scope.items() if k not in schema})
        done = ir.Query(source, operators, lets, query.parameters)
        self._known[id(done)] = (done, columns, kinds)
        return done, columns

    def _learn(self, query: ir.Query, known: tuple[Columns, typing.Kinds]) -> None:
        self._known[id(query)] = (query, *known)

    def _with_terms(
        self, op: ir.Operator, around: list[tuple[str, Any]], scope: Schema
    ) -> ir.Operator:
        def values(query: ir.Query, scalar: bool = False) -> list[str] | None:
            whole = dataclasses.replace(query, lets=[*around, *query.lets])
            return self._read(whole, dict(scope), scalar)

        return terms.settled(op, values, lambda query: values(query, scalar=True))

    def _source_kinds(self, source: ir.Source, columns: Columns) -> typing.Kinds:
        if isinstance(source, ir.TableRef):
            return self._tables.get(source.name, {})
        if isinstance(source, ir.DataTable):
            return {name: _PLAIN_TYPES.get(kind, kind) for name, kind in source.columns}
        if isinstance(source, ir.RangeSource):
            resolved: Any = library.resolve_source_let_refs(source)
            kind = typing.kind_of(resolved.start)
            return {source.name: kind} if kind else {}
        if isinstance(source, ir.PrintSource):
            resolved = library.resolve_source_let_refs(source)
            known = zip(columns, map(typing.kind_of, resolved.expressions), strict=False)
            return {name: kind for name, kind in known if kind}
        return {}

    def _source(self, source: ir.Source, scope: Schema, operator: str, fuzzy: bool) -> ir.Source:
        if isinstance(source, ir.TableRef):
            if source.database is not None or source.cluster is not None:
                raise words.unknown_table(self._text, source.database or source.name, operator)
            if source.name not in scope and not fuzzy:
                raise words.unknown_table(self._text, source.name, operator)
        elif isinstance(source, ir.WildcardTableRef):
            if not any(fnmatch.fnmatchcase(name, source.pattern) for name in scope):
                raise words.unknown_table(self._text, source.pattern, operator or "union")
        elif isinstance(source, ir.PrintSource | ir.RangeSource | ir.DataTable):
            source = arrays.spread(self._nested(source, [], scope, [], {}))
            resolved = library.resolve_source_let_refs(source)
            self._check_expressions(resolved, [], "print")
            arguments.check_source(resolved, self._text)
            return source
        return source

    def _nested(
        self,
        node: Any,
        columns: Columns,
        scope: Schema,
        around: list[tuple[str, Any]],
        kinds: typing.Kinds,
    ) -> Any:
        """The node with the queries inside it resolved."""
        if isinstance(node, Grouped):
            entering = scope[node.rows] if node.stored else node._entering(columns)
            inner_scope = {**scope, node.rows: entering}
            if not node.stored:
                self._tables[node.rows] = node.entering_kinds(kinds)
            body, inner = self.query(node.body, inner_scope, around)
            if node.stored:
                scope.update({k: v for k, v in inner_scope.items() if k not in scope})
                node = dataclasses.replace(node, inner=tuple(inner))
            return dataclasses.replace(node, body=body)
        if isinstance(node, Ipv4Lookup):
            right, right_columns = self.query(node.right, scope, around)
            return dataclasses.replace(node, right=right, right_columns=tuple(right_columns))
        if isinstance(node, ir.Union) and node.isfuzzy:
            kept = tuple(b for b in node.branches if self._resolves(b, scope, around))
            node = dataclasses.replace(node, branches=kept)
        return self._deep_queries(node, scope, around)

    def _resolves(self, query: ir.Query, scope: Schema, around: list[tuple[str, Any]]) -> bool:
        if isinstance(query.source, ir.TableRef) and query.source.name not in scope:
            return False
        try:
            self.query(query, scope, around)
        except KqlFault as fault:
            return fault.code != "SEM0100"
        return True

    def _deep_queries(self, node: Any, scope: Schema, around: list[tuple[str, Any]]) -> Any:
        return with_queries(node, lambda query: self.query(query, scope, around)[0])

    def _check(self, op: ir.Operator, columns: Columns) -> None:
        name = keyword(op)
        if isinstance(op, Grouped | BagUnpack | Pivot):
            return
        if isinstance(op, Scan):
            columns = op.known(columns)
        known = frozenset(columns)
        if isinstance(op, ir.Join | ir.Lookup):
            for key in op.keys:
                if key.left not in known:
                    raise words.unknown_column(self._text, unmarked(key.left), name)
            return
        if isinstance(op, ir.MvExpand):
            for target in op.targets:
                if target.column not in known:
                    raise words.unknown_column(self._text, unmarked(target.column), name)
        if isinstance(op, Reorder | Keep | Away):
            for pattern in op.patterns:
                if not pattern.wild and pattern.text not in known:
                    raise words.unknown_column(self._text, unmarked(pattern.text), name)
            if isinstance(op, Keep) and columns and not op.columns(columns):
                raise words.unknown_column(self._text, op.patterns[0].text, name)
        if isinstance(op, ir.ProjectRename):
            for old, _ in op.renames:
                if old not in known:
                    raise words.unknown_column(self._text, unmarked(old), name)
        self._check_expressions(op, columns, name)

    def _check_expressions(self, node: Any, columns: Columns, name: str) -> None:
        known = frozenset(columns) | _EVERYWHERE
        for expression in expressions(node):
            if isinstance(expression, ir.ColumnRef) and expression.name not in known:
                if _only_in_ifexists(node, expression):
                    continue
                raise words.unknown_column(self._text, unmarked(expression.name), name)
            if isinstance(expression, ir.FunctionCall):
                self._check_function(expression)

    def _check_function(self, call: ir.FunctionCall) -> None:
        name, lowered = call.name, call.name.lower()
        if lowered in windows.ARGUMENTS and len(call.args) not in windows.ARGUMENTS[lowered]:
            counts = windows.ARGUMENTS[lowered]
            raise words.wrong_count(self._text, name, min(counts), max(counts))
        if name in registry.FUNCTIONS:
            fault = outside.check(call)
            if fault is not None:
                fault.line, fault.column = words.place(self._text, name)
                raise fault
            return
        if (
            lowered in SCALAR_FUNCTIONS
            or lowered in _SPECIAL_FORMS
            or lowered in AGGREGATE_FUNCTIONS
            or lowered in windows.FUNCTIONS
            or lowered in _OURS
            or lowered in summaries.EXPANDED
        ):
            return
        if lowered in KNOWN:
            raise words.unsupported(self._text, name)
        raise words.unknown_function(self._text, name)

    def _expanded(self, op: ir.Operator, columns: Columns) -> list[ir.Operator] | None:
        """The operator in plainer ones, or None where it already is plain."""
        if contents(op).calls & columned.NAMES:
            changed = deep(op, lambda e: columned.written_out(e, columns))
            if changed is not op:
                return [changed]
        if isinstance(op, Stage):
            plain = op.expand(columns)
            return list(plain) if plain is not None else None
        if isinstance(op, ir.Summarize):
            plain = summaries.plain(op, columns, self._fresh)
            if plain is not None:
                return plain
        outer = outside.lifted(op, columns, self._fresh)
        if outer is not None:
            return outer
        lifted = windows.lifted(op, columns, self._fresh)
        if lifted is not op:
            return lifted if isinstance(lifted, list) else [lifted]
        return None


def _printed(
    source: ir.PrintSource, columns: Columns, pending: list[ir.Operator]
) -> tuple[ir.Source, list[ir.Operator]]:
    named = tuple(
        item if item.name else dataclasses.replace(item, name=name)
        for item, name in zip(source.expressions, columns, strict=True)
    )
    one = ir.NamedExpr(ir.Literal(1, "long"), "_kqlone")
    return ir.PrintSource((one,)), [ir.Project(named), *pending]


def _fuzzy(query: ir.Query) -> bool:
    return bool(query.operators) and (
        isinstance(query.operators[0], ir.Union) and query.operators[0].isfuzzy
    )


def _scalars(lets: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    return [(name, bound) for name, bound in lets if not isinstance(bound, ir.Query)]


def _only_in_ifexists(node: Any, wanted: ir.ColumnRef) -> bool:
    calls = [e for e in expressions(node) if isinstance(e, ir.FunctionCall)]
    return any(
        call.name == "column_ifexists" and call.args and call.args[0] is wanted for call in calls
    )


__all__ = ["Binder", "Mapping", "Schema", "keyword"]
