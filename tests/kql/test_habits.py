"""What completion offers first: pieces of queries, names that are used, values that were seen."""

from __future__ import annotations

import pytest

from tui.kql.completion import complete
from tui.kql.diagnostics import diagnose
from tui.kql.habits import NONE, Habits, used_names
from tui.kql.scope import analyse
from tui.kql.snippets import beginnings, stages


def offered(query: str, habits: Habits = NONE) -> list[str]:
    at = query.index("¦")
    found = complete(query.replace("¦", ""), at, habits=habits)
    return [one.label for one in found.candidates] if found else []


def test_pieces_come_behind_the_word_they_begin_with() -> None:
    assert offered("DeviceEvents | su¦")[:2] == ["summarize", "summarize … by"]
    assert "where … ago" in offered("DeviceEvents | whe¦")
    assert offered("le¦")[:2] == ["let", "let … value"]
    assert offered("DeviceEvents | where¦") == []


def test_pieces_fit_the_columns_of_the_place() -> None:
    behind = "DeviceEvents | summarize Hits = count() by FileName | "
    assert "where … ago" not in offered(behind + "whe¦")
    assert "join … on" not in offered(behind + "joi¦")
    found = complete("EmailEvents | joi", 17)
    assert found is not None
    [piece] = [one for one in found.candidates if one.label == "join … on"]
    assert piece.text == "join kind=inner (\n    \x00\n) on NetworkMessageId"


@pytest.mark.parametrize("table", ["DeviceEvents", "EmailEvents", "IdentityInfo"])
def test_every_piece_is_sound_where_it_is_offered(table) -> None:
    columns = analyse(table).result
    assert columns is not None
    for piece in stages(columns):
        filled = piece.text.replace("(\n    \x00\n)", "(\n    " + table + "\n)")
        if filled.endswith(" by \x00"):
            filled += next(iter(columns.types))
        query = f"{table}\n| " + filled.replace("\x00", "")
        assert not [one for one in diagnose(query) if one.level != "hint"], query
    for piece in beginnings():
        query = piece.text.replace("\x00", "x") + "\n".join([table, "| take 1"])
        assert not [one for one in diagnose(query) if one.level == "error"], query


def test_names_that_are_used_come_first() -> None:
    habits = Habits()
    query = "DeviceProcessEvents | where Account¦"
    assert offered(query)[0] == "AccountName"
    habits.ran(["DeviceProcessEvents | where AccountSid == 'S-1'"] * 3)
    assert offered(query, habits)[0] == "AccountSid"
    assert offered("DeviceProcessEvents | where Fi¦", habits)[0] == "FileName"
    habits.took("AccountDomain")
    assert offered(query, habits)[:2] == ["AccountSid", "AccountDomain"]


def test_values_of_answers_are_offered_behind_the_known_ones() -> None:
    habits = Habits()
    habits.saw(
        {
            "DeviceName": ["wks-1", "wks-2", "wks-1", None],
            "ActionType": ["OurOwnAction"],
            "ProcessCommandLine": [f"cmd {at}" for at in range(500)],
            "FileName": ['a"b', "c\\d", "e\x1b[1mf", "", "good.exe", "x" * 99],
        }
    )
    assert offered("DeviceEvents | where DeviceName == ¦", habits)[:2] == ["wks-1", "wks-2"]
    assert offered('DeviceEvents | where ActionType == "OurO¦', habits) == ["OurOwnAction"]
    assert habits.values("FileName") == ("good.exe",)
    assert habits.values("ProcessCommandLine") == ()
    habits.saw({"DeviceName": ["wks-3"]})
    assert habits.values("DeviceName") == ("wks-3", "wks-1", "wks-2")
    assert "DeviceName" not in offered("DeviceEvents | where DeviceName == ¦", habits)


def test_history_counts_each_query_once_for_a_name() -> None:
    assert used_names(["T | where A == 1 and A == 2", "T | take 1"])["T"] == 2
    assert used_names(["T | where A == 1 and A == 2"])["A"] == 1
    assert sum(used_names(["A"] * 10_000).values()) <= 200
