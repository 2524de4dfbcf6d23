"""`scan`: records matched against steps, one after another.

Conditions and assignments read the record at hand and what earlier steps hold. The parts that
read the record alone are computed for all rows at once; the rest is decided record by record, by
Python where the operation is a plain one and by the database where it is not.

Source: *scan operator* (Kusto Query Language), its section *Scan logic*.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from duckdb_kql import ir, lower
from duckdb_kql.errors import KqlUnsupportedError
from duckdb_kql.translate import quote_ident

from tui.kql.engine.additions import tree
from tui.kql.engine.additions.scan_values import Record, Value, computed, stateful
from tui.kql.engine.additions.stages import Columns, Snapshot, Workbench, sql_of
from tui.kql.engine.kinds import StateRef
from tui.kql.engine.state import current
from tui.kql.engine.trees import deep

_STORED = {
    "string": "VARCHAR",
    "long": "BIGINT",
    "int": "INTEGER",
    "real": "DOUBLE",
    "decimal": "DOUBLE",
    "bool": "BOOLEAN",
    "datetime": "TIMESTAMP",
    "timespan": "INTERVAL",
    "guid": "UUID",
    "dynamic": "JSON",
}
_TYPES = {"double": "real", "date": "datetime", "time": "timespan", "boolean": "bool"}


@dataclasses.dataclass(frozen=True)
class Step(ir.Node):
    """One step; `output` is all, last or none."""

    name: str
    output: str
    condition: ir.Expr
    assignments: tuple[ir.NamedExpr, ...]


@dataclasses.dataclass(frozen=True)
class Declared(ir.Node):
    """A column that `declare` adds."""

    name: str
    kind: str
    default: ir.Expr


@dataclasses.dataclass(frozen=True)
class Scan(Snapshot):
    """`scan [with_match_id=M] [declare (…)] with (step …; …)`."""

    steps: tuple[Step, ...]
    declared: tuple[Declared, ...] = ()
    match_id: str | None = None
    group: str | None = None
    """A column whose values are scanned apart from each other."""

    keyword = "scan"

    def known(self, columns: Columns) -> Columns:
        """What conditions and assignments may name."""
        return [*columns, *(item.name for item in self.declared)]

    def shaped(self, source: str, columns: Columns, ask: Workbench) -> str:
        run = _Run(self, source, columns, ask)
        table = ask.fresh("matches")
        ask.keep(
            table,
            "SELECT CAST(r ->> '$[0]' AS BIGINT) AS n, CAST(r ->> '$[1]' AS BIGINT) AS m, "
            "r -> '$[2]' AS v FROM (SELECT unnest(CAST($kqlvalues AS JSON[])) AS r)",
            {"kqlvalues": f"[{','.join(run.rows())}]"},
        )
        added = {d.name: _stored(i, d.kind) for i, d in enumerate(self.declared)}
        select = [
            f"{added.pop(c)} AS {quote_ident(c)}" if c in added else f"_s.{quote_ident(c)}"
            for c in columns
        ]
        select += [f"{sql} AS {quote_ident(name)}" for name, sql in added.items()]
        if self.match_id:
            select.append(f"_m.m AS {quote_ident(self.match_id)}")
        return (
            f"SELECT {', '.join(select)} FROM (SELECT *, rowid AS _o FROM {quote_ident(table)}) "
            f"AS _m JOIN (SELECT *, rowid AS _kqlplace FROM {source}) AS _s "
            "ON _m.n = _s._kqlplace ORDER BY _m._o"
        )


def _stored(position: int, kind: str) -> str:
    item = f"_m.v -> '$[{position}]'"
    text = f"(_m.v ->> '$[{position}]')"
    if kind == "dynamic":
        return f"(CASE WHEN json_type({item}) <> 'NULL' THEN {item} END)"
    if kind == "string":
        return f"coalesce({text}, '')"
    if kind == "timespan":
        return f"to_microseconds(CAST({text} AS BIGINT))"
    if kind == "datetime":
        return f"make_timestamp(CAST({text} AS BIGINT))"
    return f"TRY_CAST({text} AS {_STORED[kind]})"


class _Run:
    """One pass over the rows."""

    def __init__(self, scan: Scan, source: str, columns: Columns, ask: Workbench) -> None:
        self._scan = scan
        self._ask = ask
        self._source = source
        self._alone: list[ir.Expr] = []
        self._kinds = [(d.name, d.kind) for d in scan.declared]
        defaults = {d.name: d.default for d in scan.declared}

        def settled(expression: ir.Expr) -> ir.Expr:
            # A declared column that is read by itself has its default in the record at hand.
            if type(expression) is StateRef or not isinstance(expression, ir.ColumnRef):
                return expression
            return defaults.get(expression.name, expression)

        self._conditions = [self._parts(deep(s.condition, settled)) for s in scan.steps]
        self._assignments = [
            [(item.name or "", self._parts(deep(item.expr, settled))) for item in step.assignments]
            for step in scan.steps
        ]
        self._defaults = [self._parts(d.default) for d in scan.declared]
        self._kept = sorted(
            {e.name for s in scan.steps for e in stateful(s) if e.name in set(columns)}
        )

    def _parts(self, expression: ir.Expr) -> Callable[[Record], Value]:
        """The expression as something to compute for a record and the state."""
        return computed(expression, self._lone, self._one)

    def _lone(self, expression: ir.Expr) -> int:
        """The place of a part that reads the record alone."""
        if expression not in self._alone:
            self._alone.append(expression)
        return self._alone.index(expression)

    def _one(self, question: str, values: Mapping[str, Any]) -> Value:
        return self._ask.value(question, values)

    def _read(self) -> list[Any]:
        parts = [f"{sql_of(e)} AS _p{i}" for i, e in enumerate(self._alone)]
        parts += [f"{quote_ident(c)} AS _c{i}" for i, c in enumerate(self._kept)]
        group = quote_ident(self._scan.group) if self._scan.group else "0"
        select = ", ".join(["rowid", group, *parts])
        return self._ask(f"SELECT {select} FROM {self._source} ORDER BY rowid")

    def rows(self) -> list[str]:
        """The matches in order: place of the row, match, declared values; each as JSON."""
        sequences: dict[Any, _Sequences] = {}
        base: dict[str, Value] = {}
        for place, group, *values in self._read():
            if place % 256 == 0:
                self._ask.check()
            lone = values[: len(self._alone)]
            columns = dict(zip(self._kept, values[len(self._alone) :], strict=True))
            if not sequences:
                nothing = Record(lone, {}, {})
                base = {
                    d.name: compute(nothing)
                    for d, compute in zip(self._scan.declared, self._defaults, strict=True)
                }
            if group not in sequences:
                sequences[group] = _Sequences(len(self._scan.steps))
            self._look(place, lone, columns, base, sequences[group])
        return [text for one in sequences.values() for text in one.ended()]

    def _look(
        self,
        place: int,
        lone: list[Value],
        columns: dict[str, Value],
        base: dict[str, Value],
        at: _Sequences,
    ) -> None:
        """One record against all steps, from the last to the first."""
        for k in range(len(self._scan.steps) - 1, -1, -1):
            before = at.states[k - 1] if k else None
            state = at.states[k]
            if before is not None and self._matches(k, lone, before, base):
                at.emit(k)
                at.emit(k - 1)
                at.states[k - 1] = None
                state = before
            elif not (state is not None or k == 0) or not self._matches(k, lone, state, base):
                continue
            elif state is None:
                at.number += 1
                state = _State({}, at.number)
            step = self._scan.steps[k]
            declared = dict(base)
            seen = Record(lone, state.steps, base)
            for name, compute in self._assignments[k]:
                declared[name] = compute(seen)
            at.states[k] = _State({**state.steps, step.name: {**columns, **declared}}, state.match)
            text = json.dumps(
                [
                    place,
                    state.match,
                    [_plain(declared[d.name], d.kind) for d in self._scan.declared],
                ],
                allow_nan=False,
            )
            if step.output == "all":
                at.found.append(text)
            elif step.output == "last":
                at.held[k] = text

    def _matches(
        self, k: int, lone: list[Value], state: _State | None, base: dict[str, Value]
    ) -> bool:
        return self._conditions[k](Record(lone, state.steps if state else {}, base)) is True


@dataclasses.dataclass
class _State:
    """What a step holds: the records of the steps up to it, and the match they belong to."""

    steps: dict[str, dict[str, Value]]
    match: int


class _Sequences:
    """The state of a scan, and what it has found."""

    def __init__(self, steps: int) -> None:
        self.states: list[_State | None] = [None] * steps
        self.held: list[str | None] = [None] * steps
        self.found: list[str] = []
        self.number = -1

    def emit(self, k: int) -> None:
        """A series of repeated matches ends: its last one counts."""
        text, self.held[k] = self.held[k], None
        if text is not None:
            self.found.append(text)

    def ended(self) -> list[str]:
        """All that was found."""
        for k in range(len(self.held)):
            self.emit(k)
        return self.found


def _plain(value: Value, kind: str) -> Any:
    if kind == "dynamic" and isinstance(value, str):
        return json.loads(value)
    if isinstance(value, datetime):
        return (value - datetime(1970, 1, 1)) // timedelta(microseconds=1)
    if isinstance(value, timedelta):
        return value // timedelta(microseconds=1)
    if isinstance(value, float) and value != value:
        return "NaN"
    return value if isinstance(value, int | float | str | bool | None) else str(value)


def lowered(node: tree.Node, library: Callable[[], Any]) -> ir.Operator | list[ir.Operator]:
    """`| scan …`."""
    del library
    match_id = None
    keys: tuple[ir.SortKey, ...] = ()
    groups: tuple[ir.Expr, ...] = ()
    declared: list[Declared] = []
    steps: list[Step] = []
    parts = tree.rules(node)
    step_names = [
        tree.name_of(tree.find(part, "ParameterName")[0])
        for part in parts
        if tree.kind(part) == "ScanOperatorStep"
    ]
    for part in parts:
        rule = tree.kind(part)
        if rule.endswith("OperatorParameter"):
            key, _, name = part.getText().partition("=")
            if key != "with_match_id":
                raise KqlUnsupportedError(f"scan:{key}")
            match_id = name
        elif rule == "ScanOperatorDeclareClause":
            declared = [_declared(item) for item in tree.rules(part)]
        elif rule == "ScanOperatorStep":
            steps.append(_step(part, frozenset(step_names)))
        elif rule == "ScanOperatorOrderByClause":
            keys = tuple(lower._lower_sort_key(item) for item in tree.rules(part))
        else:
            groups = tuple(lower._lower_expr(item) for item in tree.rules(part))
    kinds = {item.name: item.kind for item in declared}

    def of_kind(expression: ir.Expr) -> ir.Expr:
        if isinstance(expression, StateRef) and expression.name in kinds:
            return dataclasses.replace(expression, kind=kinds[expression.name])
        return expression

    scan = Scan(deep(tuple(steps), of_kind), tuple(declared), match_id)
    ordered: list[ir.Operator] = [ir.Sort(keys)] if keys else []
    if not groups:
        return [*ordered, scan]
    group = current().fresh("part")
    whole = groups[0] if len(groups) == 1 else ir.FunctionCall("pack_array", groups)
    return [
        *ordered,
        ir.Extend((ir.NamedExpr(whole, group),)),
        dataclasses.replace(scan, group=group),
        ir.ProjectAway((group,)),
    ]


def _declared(node: tree.Node) -> Declared:
    name, default = lower._lower_let_parameter(node)
    kinds = tree.find(node, "ScalarType")
    kind = str(kinds[0].getText()).lower() if kinds else "string"
    kind = _TYPES.get(kind, kind)
    if default is None:
        default = ir.Literal("", "string") if kind == "string" else ir.Literal(None, kind)
    return Declared(name, kind, default)


def _step(node: tree.Node, steps: frozenset[str]) -> Step:
    name = ""
    output = "all"
    condition: ir.Expr | None = None
    assignments: list[ir.NamedExpr] = []

    def referring(expression: ir.Expr) -> ir.Expr:
        return deep(expression, lambda e: _reference(e, steps))  # type: ignore[no-any-return]

    for part in tree.rules(node):
        rule = tree.kind(part)
        if rule == "ParameterName":
            name = tree.name_of(part)
        elif rule == "ScanOperatorStepOutputClause":
            output = str(part.children[-1].getText()).lower()
        elif rule == "ScanOperatorBody":
            for item in tree.find(part, "ScanOperatorAssignment"):
                target, value = tree.rules(item)
                assignments.append(
                    ir.NamedExpr(referring(lower._lower_expr(value)), tree.name_of(target))
                )
        else:
            condition = referring(lower._lower_expr(part))
    if condition is None:
        raise lower._unsupported(node, "scan")
    return Step(name, output, condition, tuple(assignments))


def _reference(expression: ir.Expr, steps: frozenset[str]) -> ir.Expr:
    if not (
        isinstance(expression, ir.PathAccess)
        and type(expression.base) is ir.ColumnRef
        and expression.base.name in steps
        and expression.steps[0].name
    ):
        return expression
    reference = StateRef(expression.steps[0].name, step=expression.base.name)
    rest = expression.steps[1:]
    return ir.PathAccess(reference, rest) if rest else reference
