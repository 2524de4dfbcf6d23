"""Types through `union`, `join` and `lookup`, and columns that a `union` must keep apart."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from duckdb_kql import ir, schema

from tui.kql.engine.additions.stages import Columns
from tui.kql.engine.kinds import Kinds


@dataclasses.dataclass(frozen=True)
class Apart(ir.ProjectRename):
    """Columns of one input of a union named after their types."""


KindsOf = Callable[[ir.Query], tuple[Columns, Kinds]]


def spelled_out(query: ir.Query, scope: dict[str, Columns]) -> ir.Query:
    """The query with its own patterns of tables as the tables they match.

    Only so are the types of their columns seen, which a union keeps apart.
    """
    operators = list(query.operators)
    source: ir.Source = query.source
    if isinstance(source, ir.WildcardTableRef) and source.database is None:
        first, *others = _matching(source, scope)
        source = ir.TableRef(first)
        added = tuple(ir.Query(ir.TableRef(name), []) for name in others)
        if operators and isinstance(operators[0], ir.Union):
            before = operators[0]
            operators[0] = dataclasses.replace(before, branches=(*added, *before.branches))
        elif added:
            operators.insert(0, ir.Union(added))
    for place, op in enumerate(operators):
        if isinstance(op, ir.Union) and any(map(_is_pattern, op.branches)):
            branches: list[ir.Query] = []
            for branch in op.branches:
                if not _is_pattern(branch):
                    branches.append(branch)
                    continue
                assert isinstance(branch.source, ir.WildcardTableRef)
                names = _matching(branch.source, scope)
                branches += [ir.Query(ir.TableRef(name), []) for name in names]
            operators[place] = dataclasses.replace(op, branches=tuple(branches))
    if operators == query.operators:
        return query
    return dataclasses.replace(query, source=source, operators=operators)


def _is_pattern(branch: ir.Query) -> bool:
    return (
        isinstance(branch.source, ir.WildcardTableRef)
        and branch.source.database is None
        and not branch.operators
        and not branch.lets
    )


def _matching(source: ir.WildcardTableRef, scope: dict[str, Columns]) -> list[str]:
    # Looked up at the call: which names a pattern may match is decided by a hook.
    return list(schema.match_wildcard(source, scope))


def parted(
    op: ir.Union, columns: Columns, kinds: Kinds, kinds_of: KindsOf
) -> list[ir.Operator] | None:
    """The union with one column for each type that a name has in its inputs, or None.

    Kusto calls them `Name_type`.
    """
    inputs = [(columns, kinds), *(kinds_of(branch) for branch in op.branches)]
    types: dict[str, set[str]] = {}
    for names, known in inputs:
        for name in names:
            if name in known:
                types.setdefault(name, set()).add(known[name])
    clashing = {name for name, found in types.items() if len(found) > 1}
    if not clashing:
        return None

    def rename(names: Columns, known: Kinds) -> Apart | None:
        renames = tuple(
            (name, f"{name}_{known[name]}") for name in names if name in clashing and name in known
        )
        return Apart(renames) if renames else None

    branches = []
    for branch, (names, known) in zip(op.branches, inputs[1:], strict=True):
        renamed = rename(names, known)
        branches.append(
            dataclasses.replace(branch, operators=[*branch.operators, renamed])
            if renamed
            else branch
        )
    first = rename(columns, kinds)
    whole = dataclasses.replace(op, branches=tuple(branches))
    return [first, whole] if first else [whole]


def joined(
    op: ir.Join | ir.Lookup | ir.Union,
    columns: Columns,
    kinds: Kinds,
    result: Columns,
    kinds_of: KindsOf,
) -> Kinds:
    """The types of the columns that the operator gives."""
    if isinstance(op, ir.Union):
        found = dict(kinds)
        for branch in op.branches:
            for name, kind in kinds_of(branch)[1].items():
                if found.setdefault(name, kind) != kind:
                    found[name] = ""
        if op.with_source:
            found[op.with_source] = "string"
        return {name: found[name] for name in result if found.get(name)}
    right, right_kinds = kinds_of(op.right)
    if isinstance(op, ir.Lookup):
        keys = {key.right for key in op.keys}
        right = [name for name in right if name not in keys]
    if op.kind in ("rightsemi", "rightanti"):
        return {name: right_kinds[name] for name in result if name in right_kinds}
    found = {name: kinds[name] for name in columns if name in kinds}
    if len(result) == len(columns) + len(right):
        for name, original in zip(result[len(columns) :], right, strict=True):
            if original in right_kinds:
                found[name] = right_kinds[original]
    return {name: found[name] for name in result if name in found}


def install(sql: Any) -> None:
    """Give the inputs of a union their own names, and no null where one has no such text."""
    left_arms, branch_arms, render = sql._left_arms, sql._branch_arms, sql.render_union

    def named_left(
        op: ir.Union, prev: str, query: ir.Query, known: Any, leading: bool, *rest: Any
    ) -> Any:
        behind = query.operators[1:2]
        own = behind and behind[0] is op and isinstance(query.operators[0], Apart)
        return left_arms(op, prev, query, known, leading or bool(own), *rest)

    def named_branch(
        branch: ir.Query, index: int, known: Any, let_names: frozenset[str], qualify: bool
    ) -> Any:
        arms = branch_arms(branch, index, known, let_names, qualify)
        if len(branch.operators) == 1 and isinstance(branch.operators[0], Apart):
            named = isinstance(branch.source, ir.TableRef)
            label = sql._table_label(branch.source, let_names, qualify) if named else None
            return [(text, label or given) for text, given in arms]
        return arms

    def filled(
        op: ir.Union, prev: str, left: Columns, query: ir.Query, known: Any, leading: bool
    ) -> str:
        text = str(render(op, prev, left, query, known, leading))
        inputs = [set(left), *(set(schema.output_columns(b, known)) for b in op.branches)]
        columns = schema.union_output_columns(op, left, known)
        everywhere = set.intersection(*inputs) | {op.with_source}
        if everywhere >= set(columns):
            return text
        select = [
            quoted
            if column in everywhere
            else f"CASE WHEN typeof({quoted}) = 'VARCHAR' AND {quoted} IS NULL THEN '' "
            f"ELSE {quoted} END AS {quoted}"
            for column in columns
            for quoted in (sql.quote_ident(column),)
        ]
        return f"SELECT {', '.join(select)} FROM ({text})"

    sql._left_arms, sql._branch_arms, sql.render_union = named_left, named_branch, filled
