"""What is renamed with a let, and what is not."""

from __future__ import annotations

import pytest

from tui.kql.rename import uses

QUERIES = [
    "let ⟦a⟧ = 1d; let b = ⟦a¦⟧ + 1h; DeviceEvents | where Timestamp > ago(⟦a⟧)",
    "let ⟦T¦⟧ = DeviceEvents | take 5; ⟦T⟧ | join (⟦T⟧ | distinct DeviceId) on DeviceId",
    # A column of the same name, a property, a name that is given: another thing.
    "let ⟦x¦⟧ = 1; DeviceEvents | extend y = ⟦x⟧ | extend x = 2 | where x > 1",
    "let ⟦x¦⟧ = 1; print d = dynamic({'x': 1}), y = ⟦x⟧ | extend z = d.x",
    # A parameter of the same name.
    "let ⟦n¦⟧ = 1; let f = (n: long) { n + 1 }; print f(⟦n⟧)",
    # A text and a comment.
    "let ⟦who¦⟧ = 'who'; // who\nDeviceEvents | where AccountName == ⟦who⟧ or FileName == 'who'",
    # Bound anew.
    "let ⟦a⟧ = 1; let b = ⟦a¦⟧; let a = 2; print a",
]


@pytest.mark.parametrize("marked", QUERIES)
def test_only_what_the_let_binds_is_renamed(marked: str) -> None:
    wanted = []
    query = ""
    offset = start = 0
    for character in marked:
        if character == "⟦":
            start = len(query)
        elif character == "⟧":
            wanted.append((start, len(query)))
        elif character == "¦":
            offset = len(query)
        else:
            query += character
    assert uses(query, 0, len(query), offset) == wanted


def test_what_no_let_binds_is_not_renamed() -> None:
    query = "let a = 1; DeviceEvents | where FileName == 'a'"
    assert uses(query, 0, len(query), query.index("FileName") + 1) == []
