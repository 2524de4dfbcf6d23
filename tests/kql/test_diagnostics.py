"""Remarks about queries: sure faults, their fixes, what a query costs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.kql.diagnostics import Diagnostic, diagnose
from tui.kql.lexer import statements

HERE = Path(__file__).parent
VALID = [
    text[start:end]
    for path in (HERE / "diagnostics_valid.kql", *sorted((HERE / "corpus").glob("*.kql")))
    for text in (path.read_text("utf-8"),)
    for start, end in statements(text)
]


def faults(query: str) -> list[Diagnostic]:
    return [one for one in diagnose(query) if one.level != "hint"]


def test_there_are_enough_of_them() -> None:
    assert len(VALID) > 100


@pytest.mark.parametrize("query", VALID)
def test_a_valid_query_is_never_blamed(query: str) -> None:
    assert not faults(query)


WRONG = [
    ("DeviceProcesEvents | take 1", "DeviceProcesEvents", "DeviceProcessEvents"),
    ("DeviceEvents | where FilName == 1", "FilName", "FileName"),
    ("DeviceEvents | where filename == 1", "filename", "FileName"),
    ("DeviceEvents | summarize Hits=count() by DeviceName | where Hist > 1", "Hist", "Hits"),
    ("DeviceEvents | summarize N=count() by DeviceName | where FileName == 1", "FileName", ""),
    ("DeviceEvents | wehre FileName == 1", "wehre", "where"),
    ("CloudAppEvents | mv-exapnd X = RawEventData", "mv-exapnd", "mv-expand"),
    ("DeviceEvents | extend x = tostrng(FileName)", "tostrng", "tostring"),
    ("DeviceEvents | summarize dcont(FileName)", "dcont", "dcount"),
    ("DeviceEvents | join kind=lefouter DeviceInfo on DeviceId", "lefouter", "leftouter"),
    ("DeviceEvents | join DeviceInfo on DevceId", "DevceId", "DeviceId"),
    ("DeviceEvents | join (DeviceInfo) on $left.DeviceId == $right.DeviceIdd", "DeviceIdd",
     "DeviceId"),
    ("DeviceEvents | render timchart", "timchart", "timechart"),
    ("let names = 1; DeviceEvents | where FileName == naems", "naems", "names"),
    ("DeviceEvents | evaluate bag_unpak(AdditionalFields)", "bag_unpak", "bag_unpack"),
    ("DeviceEvents | project DeviceName | project-away DevicName", "DevicName", "DeviceName"),
    ('DeviceEvents | where FileName = "a"', "=", "=="),
    ('DeviceEvents | where FileName == "a', '"a', '"a"'),
    ("DeviceEvents | where (FileName == 1", "(", ""),
    ("DeviceEvents | where FileName == 1)", ")", ""),
    ("search in (DeviceEvnts) 'x'", "DeviceEvnts", "DeviceEvents"),
    ("DeviceEvents |", "|", ""),
    ("DeviceEvents | where FileName", "FileName", ""),
    ("DeviceEvents | where FileName ==", "==", ""),
    ("DeviceEvents | where == 'a'", "==", ""),
    ("DeviceEvents | where FileName == 'a' or", "or", ""),
    ("DeviceEvents | where FileName == 'a' FileSize == 1", "FileSize", ""),
    ("DeviceEvents | project FileName,", ",", ""),
    ("DeviceEvents | project FileName FileSize", "FileSize", ""),
    ("DeviceEvents | project x = 1, x = 2", "x = 2", ""),
    ("DeviceEvents | top 5 FileName", "FileName", ""),
    ("DeviceEvents | sort FileName", "FileName", ""),
    ("DeviceEvents | take 'a'", "'a'", ""),
    ("DeviceEvents | take 5, 6", ",", ""),
    ("DeviceEvents | where Timestamp > '2024-01-01'", ">", ""),
    ("DeviceEvents | where FileSize has 'a'", "has", ""),
    ("DeviceEvents | where FileName has_any 'a'", "'a'", ""),
    ("DeviceEvents | where Timestamp between (1 .. 2)", "between", ""),
    ("DeviceEvents | extend x = ago(7)", "7", ""),
    ("DeviceEvents | extend x = ago(7d, 1)", "ago", ""),
    ("DeviceEvents | extend x = iff(FileName, 1, 2)", "FileName", ""),
    ("DeviceEvents | extend x = case(true, 1)", "case", ""),
    ("DeviceEvents | extend x = datetime_diff('dayz', Timestamp, Timestamp)", "'dayz'", ""),
    ("DeviceEvents | extend x = FileName + 1", "+", ""),
    ("DeviceEvents | extend x = count()", "count", ""),
    ("DeviceEvents | extend x = dynamic({'a': 1,})", ",", ""),
    ("DeviceEvents | summarize FileName", "FileName", ""),
    ("DeviceEvents | summarize sum(FileName)", "FileName", ""),
    ("CloudAppEvents | summarize count() by RawEventData", "RawEventData", ""),
    ("DeviceEvents | join DeviceInfo", "DeviceInfo", ""),
    ("DeviceEvents | join kind=inner (DeviceInfo) on $left.DeviceId != $right.DeviceId",
     "$left.DeviceId != $right.DeviceId", ""),
    ("DeviceEvents | make-series count() on Timestamp", "Timestamp", ""),
    ("DeviceEvents | mv-expand FileName", "FileName", ""),
    ("DeviceEvents | mv-expand x = split(FileName, ',') to typeof(strin)", "strin", ""),
    ("DeviceEvents | parse FileName with a b", "b", ""),
    ("DeviceEvents | render", "render", ""),
    ("let x 5; print 1", "5", ""),
    ("let f = (a: string) { a }; print f()", "f", ""),
    ("range x from 1 to 10", "10", ""),
    ("datatable(a: string, b: long)['x', 1, 'y']", "]", ""),
    ("DeviceEvents | where FileName in ()", "(", ""),
    ("DeviceEvents | where DeviceId == (DeviceInfo | distinct DeviceId)",
     "(DeviceInfo | distinct DeviceId)", ""),
    ("DeviceEvents | extend x = strrep('a', 1d)", "1d", ""),
    ("let T = datatable(a: string)['x']; DeviceEvents | evaluate ipv4_lookup(T, RemoteIP, b)",
     "b", ""),
    ("CloudAppEvents | evaluate bag_unpack(RawEventData) : (A: string, : string)", ":", ""),
    ("datatable(a: long, a: string)[1, 'x']", "a", ""),
    ("print s = 'a' | parse-kv s as (a: string) with (kv_delimiter=1d)", "1d", ""),
    ("DeviceEvents | top-nested 3 of DeviceName by N = count() | where M > 1", "M", "N"),
    ("DeviceEvents | extend K = case(FileName == '', 'none', 5) | summarize count() by K", "K", ""),
    ("search dynamic([1])", "dynamic([1])", ""),
    ("DeviceEvents | where FileName has dynamic([1])", "dynamic([1])", ""),
    ("DeviceEvents | where FileName == “a b” and FileSize > 1", "“a b”", '"a b"'),
    ("DeviceEvents | where FileName == ‘it\n| take 1", "‘", ""),
    ("DeviceEvents | extend x = FileSize – 1", "–", "-"),
    (r'DeviceEvents | where FolderPath has "C:\Windows\Temp"', r'"C:\Windows\Temp"',
     r'@"C:\Windows\Temp"'),
    (r"DeviceEvents | where FileName matches regex '\d+\\.exe'", r"'\d+\\.exe'", r"'\\d+\\.exe'"),
]  # fmt: skip


@pytest.mark.parametrize(("query", "place", "fix"), WRONG, ids=[query for query, *_ in WRONG])
def test_a_fault_has_its_place_and_its_fix(query: str, place: str, fix: str) -> None:
    found = faults(query)
    assert len(found) == 1
    assert query[found[0].start : found[0].end] == place
    assert found[0].level == "error"
    assert found[0].fix == fix


def test_taking_the_fix_mends_the_query() -> None:
    for query, _, fix in WRONG:
        if fix:
            one = faults(query)[0]
            assert not faults(query[: one.start] + one.fix + query[one.end :])


def test_places_are_those_of_the_whole_text() -> None:
    text = "print 1\n\nDeviceEvents | where FilName == 1"
    found = [one for one in diagnose(text, 9) if one.level == "error"]
    assert text[found[0].start : found[0].end] == "FilName"


def test_a_name_that_only_the_schema_lacks_is_a_doubt() -> None:
    assert [one.level for one in faults("BrandNewTable | take 1")] == ["warning"]
    assert [one.level for one in faults("DeviceEvents | where BrandNewThing == 1")] == ["warning"]
    assert not faults("SigninLogs | where Whatever == 1")
    assert not faults("Mine_CL | where Whatever == 1")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("DeviceProcessEvents | where FileName =~ 'a'", "No filter on Timestamp"),
        ("DeviceEvents | where Timestamp > ago(1d) and FileName contains 'power'", "whole words"),
        ("search 'mimikatz' | where Timestamp > ago(1d)", "every column of every table"),
    ],
)
def test_what_costs_is_hinted_with_its_reason(query: str, words: str) -> None:
    hints = [one.message for one in diagnose(query) if one.level == "hint"]
    assert any(words in message for message in hints)


def test_a_time_range_or_a_few_rows_cost_nothing() -> None:
    assert not diagnose("DeviceProcessEvents | where Timestamp > ago(1d)")
    assert not diagnose("DeviceProcessEvents | take 10")
    assert not diagnose("let since = 7d; DeviceProcessEvents | where Timestamp > ago(since)")


def test_monsters_are_left_alone() -> None:
    for text in ("(" * 100_000, "\x00" * 300_000, "T | where a == " * 50_000):
        assert isinstance(diagnose(text), list)


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("DeviceEvents | evaluate erfc(1)", "erfc"),
        ("ExposureGraphEdges | make-graph Sourc --> TargetNodeId with ExposureGraphNodes on NodeId",
         "Sourc"),
        ("union Device*Events | summarize max(geo_point_to_h3cell) by DeviceId",
         "geo_point_to_h3cell"),
        ("DeviceEvents | evaluate bag_unpack(AdditionalFields) | project binary_all_xor",
         "binary_all_xor"),
    ],
)  # fmt: skip
def test_what_nobody_can_be_sure_of_is_doubted(query: str, place: str) -> None:
    [found] = faults(query)
    assert (found.level, query[found.start : found.end]) == ("warning", place)


def test_a_name_is_never_offered_in_its_own_place() -> None:
    [found] = faults("let T = DeviceInfo | where DeviceName == 'x'\nT | take 2")
    assert "Is it T" not in found.message
    assert not found.fix


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("let big = 5\nDeviceEvents\n| where 1 > big", "5;"),
        ("let a = 1\nlet b = 2;\nprint a + b", "1;"),
        ("let t = DeviceInfo | take 1\nDeviceEvents | take 1", "1;"),
        ("let f = (x: int) { print x }\nDeviceEvents\n| take 1", "};"),
    ],
)
def test_a_let_without_its_end_is_said_and_nothing_behind_it(text: str, wanted: str) -> None:
    found = [one for one in diagnose(text, seconds=5) if one.level != "hint"]
    assert [(one.message, one.fix) for one in found] == [("A ; must end this let.", wanted)]


@pytest.mark.parametrize(
    "text",
    [
        "let t = DeviceInfo | join kind=inner\nDeviceEvents on DeviceId;\nt",
        "let t = union DeviceInfo,\nDeviceEvents;\nt",
        "let t = DeviceInfo\n| union\nDeviceEvents;t",
        "let t =\nDeviceEvents;\nt | take 1",
    ],
)
def test_a_table_on_a_line_of_its_own_may_belong_to_the_let(text: str) -> None:
    assert [one for one in diagnose(text, seconds=5) if one.level != "hint"] == []
