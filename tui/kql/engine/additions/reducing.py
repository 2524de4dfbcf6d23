"""`reduce`: texts grouped by what they have in common."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

from duckdb_kql import ir, lower
from duckdb_kql.translate import quote_ident

from tui.kql.engine import words
from tui.kql.engine.additions import tree
from tui.kql.engine.additions.stages import Columns, Snapshot, Workbench, names, sql_of
from tui.kql.engine.kinds import kind_of
from tui.kql.engine.plain.reducing import OTHERS, patterns
from tui.kql.engine.state import current

_MOST_TEXTS = 200_000


@dataclasses.dataclass(frozen=True)
class Reduce(Snapshot):
    """`reduce [kind=source] by Expr [with threshold=…, characters=…]`."""

    of: ir.Expr
    threshold: float = 0.1
    characters: str | None = None
    source_rows: bool = False
    """Whether the rows stay, each with its pattern."""

    keyword = "reduce"

    def shaped(self, source: str, columns: Columns, ask: Workbench) -> str:
        kind = kind_of(self.of)
        if kind not in (None, "string"):
            raise words.wrong_types(kind)
        text = f"coalesce(CAST({sql_of(self.of)} AS VARCHAR), '')"
        rows = ask(
            f"SELECT {text} AS _kqlt, count(*), min(rowid) AS _kqlo FROM {source} "
            f"GROUP BY _kqlt ORDER BY _kqlo "
            f"LIMIT {_MOST_TEXTS + 1}"
        )
        if len(rows) > _MOST_TEXTS:
            raise words.out_of_memory()
        with current().computing():
            found = patterns(
                [(str(t), int(n)) for t, n, _ in rows], self.threshold, self.characters, ask.check
            )
        made = ask.fresh("patterns")
        ask.keep(
            made,
            "SELECT r ->> '$[0]' AS t, r ->> '$[1]' AS p, CAST(r ->> '$[2]' AS BIGINT) AS n, "
            "CAST(r ->> '$[3]' AS BIGINT) AS o FROM "
            "(SELECT unnest(CAST($kqlvalues AS JSON[])) AS r)",
            {
                "kqlvalues": json.dumps(
                    [
                        [t, p, n, number]
                        for number, ((t, n, _), p) in enumerate(zip(rows, found, strict=True))
                    ]
                )
            },
        )
        table = quote_ident(made)
        if self.source_rows:
            return (
                f'SELECT {names(columns, "_s")}, _p.p AS "Pattern" FROM '
                f"(SELECT *, rowid AS _kqlplace, {text} AS _kqltext FROM {source}) AS _s "
                f"JOIN {table} AS _p ON _p.t = _s._kqltext ORDER BY _s._kqlplace"
            )
        others = f"(p = '{OTHERS}')"
        return (
            f'SELECT p AS "Pattern", CAST(sum(n) AS BIGINT) AS "Count", '
            f"CASE WHEN {others} THEN '' ELSE arg_min(t, o) END AS \"Representative\" "
            f"FROM {table} GROUP BY p ORDER BY {others}, sum(n) DESC, min(o)"
        )


def reduce(node: tree.Node, library: Callable[[], Any]) -> ir.Operator:
    """`| reduce …`."""
    del library
    of: ir.Expr | None = None
    source_rows = False
    options: dict[str, ir.Expr] = {}
    for child in tree.rules(node):
        rule = tree.kind(child)
        if rule.endswith("Parameter"):
            source_rows = source_rows or child.getText().lower() == "kind=source"
        elif rule == "ReduceByWithClause":
            for item in tree.rules(child):
                given = lower._lower_named(item)
                options[str(given.name)] = given.expr
        else:
            of = lower._lower_named(child).expr
    if of is None:
        raise lower._unsupported(node, "reduce")
    threshold = options.get("threshold")
    characters = options.get("characters")
    for option in (threshold, characters):
        if option is not None and not isinstance(option, ir.Literal):
            raise lower._unsupported(node, "reduce with computed options")
    return Reduce(
        of,
        float(str(threshold.value)) if isinstance(threshold, ir.Literal) else 0.1,
        str(characters.value) if isinstance(characters, ir.Literal) else None,
        source_rows,
    )
