"""Which columns of a result are quantities, told from the query: counts, sums, other aggregates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tui.kql.scope import analyse
from tui.kql.scope_model import Analysis, Stage
from tui.rows import Column

_COUNTS = frozenset(
    {"count", "countif", "dcount", "dcountif", "dcount_hll", "count_distinct", "count_distinctif"}
    | {"sum", "sumif"}
)
"""Aggregates that begin at nothing, so that lengths can be compared."""
_NAMED = re.compile(
    r"(?:d?count(?:if)?_?\d*|count_distinct_?|(?:dcount|sum|approximate_count)_\w+|hits|total|"
    r"events|times|\w+_?[Cc]ount|Count\w*)",
    re.ASCII,
)
"""Names of counts, where the query does not tell."""
_IDENTIFYING = re.compile(
    r"\w*(?:Id|ID|Ids|Pid|Port|Code|Index|Number|Version|Handle|LUID|Luid|SHA1|SHA256|MD5|Sid)\d?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Aggregates:
    """What the last `summarize` or `make-series` of a query makes."""

    found: bool
    """Whether there is one."""
    names: tuple[str, ...] = ()
    """Columns that its functions make."""
    counts: tuple[str, ...] = ()
    """Those of them that are counts and sums."""


def aggregates(query: str) -> Aggregates:
    """Read the last aggregating stage of a query; of text that is not understood, nothing."""
    read = analyse(query, 0, len(query))
    if not read.whole:
        return Aggregates(found=False)
    stages = [
        stage
        for stage in read.stages
        if stage.parent is None and stage.operator in ("summarize", "make-series")
    ]
    if not stages:
        return Aggregates(found=False)
    pairs = list(_made(read, stages[-1]))
    return Aggregates(
        found=True,
        names=tuple(name for name, _ in pairs),
        counts=tuple(name for name, function in pairs if function in _COUNTS),
    )


def _made(read: Analysis, stage: Stage) -> Sequence[tuple[str, str]]:
    """Name and function of each aggregate of a stage."""
    made: list[tuple[str, str]] = []
    name = ""
    at = stage.start + 1
    while at < stage.end:
        token = read.tokens[at]
        if token.text in ("by", "on"):
            break
        following = read.tokens[at + 1].text if at + 1 < stage.end else ""
        if following == "=" and token.is_name:
            name = token.text
        elif following == "(" and token.is_name:
            close = read.partner.get(at + 1, stage.end)
            inner = [one for one in read.tokens[at + 2 : close] if one.is_name]
            made.append((name or f"{token.text}_{inner[0].text if inner else ''}", token.text))
            name = ""
            at = close
        at += 1
    return made


def counted_column(columns: Sequence[Column], query: str) -> Column | None:
    """The column whose numbers are worth a bar each: the first count or sum that was made."""
    numbers = [column for column in columns if column.kind == "number"]
    if not numbers:
        return None
    made = aggregates(query)
    for name in made.counts:
        for column in numbers:
            if column.title == name:
                return column
    return next((one for one in numbers if _NAMED.fullmatch(one.title)), None)


def is_identifying(title: str) -> bool:
    """Whether a column of this title names things (a process, a port, a hash)."""
    return _IDENTIFYING.fullmatch(title) is not None


def quantities(columns: Sequence[Column], made: Aggregates) -> list[int]:
    """Places of the columns of numbers that are quantities, not names of something."""
    numbers = [at for at, column in enumerate(columns) if column.kind == "number"]
    aggregated = [at for at in numbers if columns[at].title in made.names]
    return aggregated or [at for at in numbers if not is_identifying(columns[at].title)]
