"""Which column of a result deserves bars, and which numbers are only names."""

from __future__ import annotations

import pytest

from tui.hunting.counted import aggregates, counted_column, quantities
from tui.rows import Column


def columns(*names: str) -> list[Column]:
    """Columns of numbers, but for the first."""
    kinds = ["text", *["number"] * (len(names) - 1)]
    return [
        Column(f"c{at}", name, kind)  # type: ignore[arg-type]
        for at, (name, kind) in enumerate(zip(names, kinds, strict=True))
    ]


@pytest.mark.parametrize(
    ("query", "names", "counted"),
    [
        ("T | summarize count() by X", ("X", "count_"), "count_"),
        ("T | summarize Port = max(P), N = dcount(D) by X | top 3 by N", ("X", "Port", "N"), "N"),
        ("T | summarize sum(FileSize) by X", ("X", "sum_FileSize"), "sum_FileSize"),
        ("T | summarize A = count() by X | summarize B = max(A) by X", ("X", "B"), None),
        ("let f = () { T | summarize Hits = count() by X }; f()", ("X", "Hits"), "Hits"),
        ("T | project X, ProcessId, RemotePort", ("X", "ProcessId", "RemotePort"), None),
        ("T | summarize count() by X | project-away count_", ("X",), None),
        ("T | summarize Sent = sumif(a, b > (1)) , max(c) by X", ("X", "Sent", "max_c"), "Sent"),
        ("T | top-hitters 3 of X", ("X", "approximate_count_X"), "approximate_count_X"),
        ("|||((((", ("X", "Y"), None),
    ],
)
def test_counts_and_sums_are_found_in_the_query(query, names, counted) -> None:
    found = counted_column(columns(*names), query)
    assert (found.title if found else None) == counted


def test_names_of_things_are_no_quantities() -> None:
    raw = columns("Time", "ProcessId", "FileSize", "RemotePort", "ReportId", "Score")
    assert [raw[at].title for at in quantities(raw, aggregates("T"))] == ["FileSize", "Score"]
    made = columns("X", "ProcessId", "avg_Score")
    found = quantities(made, aggregates("T | summarize avg(Score) by X, ProcessId"))
    assert [made[at].title for at in found] == ["avg_Score"]
