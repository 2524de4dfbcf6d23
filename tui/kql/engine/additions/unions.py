"""Types through `union`, `join` and `lookup`, and columns that a `union` must keep apart."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from duckdb_kql import ir

from tui.kql.engine.additions.stages import Columns
from tui.kql.engine.kinds import Kinds

KindsOf = Callable[[ir.Query], tuple[Columns, Kinds]]


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

    def rename(names: Columns, known: Kinds) -> ir.ProjectRename | None:
        renames = tuple(
            (name, f"{name}_{known[name]}") for name in names if name in clashing and name in known
        )
        return ir.ProjectRename(renames) if renames else None

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
