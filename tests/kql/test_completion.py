"""What can be typed at a point of a query; `¦` is the cursor."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.kql import docs, lexer, schema, words
from tui.kql.completion import complete, look
from tui.kql.completion_match import match
from tui.kql.scope import analyse
from tui.kql.scope_blocks import statements


def offered(query: str, *, asked: bool = False) -> list[str]:
    """The labels that are offered at the cursor."""
    at = query.index("¦")
    found = complete(query.replace("¦", ""), at, asked=asked)
    return [one.label for one in found.candidates] if found else []


FIRST = [
    ("Devi¦", "DeviceProcessEvents"),
    ("DeviceEvents | wh¦", "where"),
    ("DeviceEvents | project-aw¦", "project-away"),
    ("DeviceEvents | ¦", "where"),
    ("DeviceProcessEvents | where IPFN¦", "InitiatingProcessFileName"),
    ("DeviceProcessEvents | where time¦", "Timestamp"),
    ("DeviceProcessEvents | where Timestamp > a¦", "ago"),
    ("DeviceProcessEvents | where FileName h¦", "has"),
    ("DeviceProcessEvents | where FileName !c¦", "!contains"),
    ("DeviceProcessEvents | where FileSize b¦", "between"),
    ("DeviceProcessEvents | where FileName == 'a' a¦", "and"),
    ('DeviceProcessEvents | where ActionType == "O¦', "OpenProcess"),
    ("EmailEvents | where DeliveryAction == ¦", "Delivered"),
    ('DeviceLogonEvents | where LogonType in ("Inter¦', "Interactive"),
    ("DeviceInfo | where IsInternetFacing == t¦", "true"),
    ("DeviceEvents | summarize c¦", "count"),
    ("DeviceEvents | summarize Hits=count() b¦", "by"),
    ("DeviceEvents | summarize Hits=count() by FileName | where H¦", "Hits"),
    ("DeviceEvents | summarize count() by FileName | top 5 by c¦", "count_"),
    ("DeviceEvents | extend Mine = 1 | project M¦", "Mine"),
    ("DeviceEvents | project-rename Host = DeviceName | where H¦", "Host"),
    ("DeviceEvents | sort b¦", "by"),
    ("DeviceEvents | sort by Timestamp d¦", "desc"),
    ("DeviceEvents | join k¦", "kind="),
    ("DeviceEvents | join kind=lefto¦", "leftouter"),
    ("DeviceEvents | join kind=inner (DeviceInf¦", "DeviceInfo"),
    ("DeviceEvents | join kind=inner (DeviceInfo | where OSPl¦", "OSPlatform"),
    ("DeviceEvents | join (DeviceInfo) o¦", "on"),
    ("DeviceEvents | join (DeviceInfo) on DeviceI¦", "DeviceId"),
    ("DeviceEvents | join (DeviceInfo) on $left.DeviceId == $right.OSP¦", "OSPlatform"),
    ("DeviceEvents | join (DeviceInfo) on DeviceId | where DeviceName1 == 1 and OSPlat¦",
     "OSPlatform"),
    ("let names = dynamic(['a']); DeviceEvents | where FileName in~ (na¦", "names"),
    ("let T = DeviceEvents | project X = 1; T | where ¦", "X"),
    ("let f = (who:string) { DeviceEvents | where AccountName == w¦", "who"),
    ("let f = (who:string) { DeviceEvents }; f¦", "f"),
    ("union DeviceFi¦", "DeviceFileEvents"),
    ("DeviceEvents | where DeviceId in ((DeviceInfo | where Onb¦", "OnboardingStatus"),
    ("DeviceEvents | mv-apply x = AdditionalFields on (wh¦", "where"),
    ("DeviceEvents | evaluate bag¦", "bag_unpack"),
    ("DeviceEvents | invoke Fi¦", "FileProfile"),
    ("DeviceEvents | render t¦", "timechart"),
    ("DeviceEvents | mv-expand X = AdditionalFields t¦", "to typeof("),
    ("DeviceEvents | parse FileName w¦", "with"),
    ("DeviceEvents | parse FileName with A '.' B | where B == 1 and A¦", "A"),
    ("datatable(a:st¦", "string"),
    ("// words\nDeviceEvents\n| where (FileName == 'a' or FolderP¦", "FolderPath"),
]  # fmt: skip


@pytest.mark.parametrize(("query", "first"), FIRST, ids=[query for query, _ in FIRST])
def test_what_comes_first(query: str, first: str) -> None:
    found = offered(query, asked=query.endswith(" ¦") and "==" not in query)
    assert found[:1] == [first] or (found[:1] == [query.split()[-1][:-1]] and first == found[0])


@pytest.mark.parametrize(
    "query",
    [
        "// Dev¦",
        "DeviceEvents | where x == 1¦",
        "DeviceEvents | where FileName == 'cm¦",
        "let nam¦",
        "DeviceEvents | as T¦",
        "DeviceEvents | project-rename Ho¦",
        "DeviceEvents | where AdditionalFields.Fi¦",
        "DeviceEvents | take ¦",
        "DeviceEvents | extend ¦",
        "DeviceEvents | where FileName  ¦",
        "DeviceEvents | where FileName == FolderPath ¦",
        "DeviceEvents | parse FileName with A¦",
        "¦",
        "DeviceEvents | where¦",
        "DeviceEvents | where De¦vice",
    ],
)
def test_nothing_is_in_the_way(query: str) -> None:
    """New names, numbers, comments, words that are whole or within: no list opens by itself."""
    assert not offered(query)


def test_columns_are_those_of_the_place() -> None:
    query = (
        "DeviceProcessEvents | summarize N=count() by DeviceName | extend Half = N / 2 | where ¦"
    )
    columns = [name for name in offered(query, asked=True) if name in ("DeviceName", "N", "Half")]
    assert sorted(columns) == ["DeviceName", "Half", "N"]
    assert "FileName" not in offered(query, asked=True)


def test_types_stand_at_the_right() -> None:
    text = "DeviceEvents | extend Age = now() - Timestamp, N = FileSize + 1 | where "
    found = complete(text, len(text), asked=True)
    assert found is not None
    types = {one.label: one.detail for one in found.candidates}
    assert (types["Age"], types["N"], types["Timestamp"]) == ("timespan", "long", "datetime")


def test_join_keys_are_those_of_both_sides() -> None:
    found = offered(
        "DeviceEvents | join (DeviceInfo | project DeviceId, OSPlatform) on ¦", asked=True
    )
    assert found == ["DeviceId", "$left.", "$right."]


def test_what_is_inserted_leads_on() -> None:
    text = "DeviceEvents | wh"
    found = complete(text, len(text))
    assert found is not None
    assert (found.start, found.end, found.candidates[0].text) == (15, 17, "where ")
    text = 'DeviceEvents | where ActionType == "UsbDriveM"'
    found = complete(text, len(text) - 1)
    assert found is not None
    assert text[found.start : found.end] == '"UsbDriveM"'
    assert found.candidates[0].text == '"UsbDriveMounted"'


def test_signatures_follow_the_arguments() -> None:
    text = "print datetime_diff('day', "
    _, found = look(text, len(text))
    assert found is not None
    assert (found.name, found.parameters[found.at]) == ("datetime_diff", "datetime1")
    text = "let f = (a:long, b:string) { a }; print f(1, "
    _, found = look(text, len(text))
    assert found is not None
    assert found.parameters[found.at] == "b:string"


def test_humps_and_parts_fit() -> None:
    assert match("IPFN", "InitiatingProcessFileName") == (2, (0, 10, 17, 21))
    assert match("inpr", "InitiatingProcess") == (2, (0, 1, 10, 11))
    assert match("path", "FolderPath") == (3, (6, 7, 8, 9))
    assert match("xyz", "FolderPath") is None
    assert match("Dev", "DeviceName") == (0, (0, 1, 2))


def test_every_word_is_explained() -> None:
    explained = docs.explanations()
    assert not [name for name in schema.tables() if ("table", name) not in explained]
    assert not [name for name in words.OPERATORS if ("op", name) not in explained]
    others = {"materialize", "toscalar", "typeof", "column_if_exists"}
    known = {*docs.functions(), *others}
    assert not [name for kind, name in explained if kind == "fn" and name not in known]
    assert not [
        name for kind, name in explained if kind == "col" and name not in schema.column_names()
    ]
    assert sum(kind == "fn" for kind, _ in explained) > 120


FRAGMENTS = st.sampled_from(
    ["DeviceEvents", "|", "where", "join", "(", ")", "on", "summarize", "by", ",", "let a =", ";",
     '"', "'", "x", "==", "$left", ".", "{", "}", "[", "mv-expand", "\n", "\n\n", "// c\n", "union",
     "extend", "in", "arg_max(", "*", "datatable(a:int)[", "parse", "with", "\x00", "é", "\ud800",
     "kind=", "mv-apply", "partition", "evaluate", "to typeof(", "project-", "!", "as",
     "search in ("]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(FRAGMENTS, max_size=30).map(" ".join), st.integers(0, 200))
def test_any_text_is_taken(text: str, at: int) -> None:
    offset = min(at, len(text))
    found, _ = look(text, offset, asked=True)
    if found is not None:
        assert 0 <= found.start <= offset <= found.end <= len(text)
        assert found.candidates
    analyse(text)


@settings(max_examples=400, deadline=None)
@given(st.lists(FRAGMENTS | st.sampled_from(["```", "set x;", "\r\n"]), max_size=20).map("".join))
def test_blocks_part_a_text_as_the_lexer_does(text: str) -> None:
    assert statements(text) == lexer.statements(text)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000,
        "T | where a in (" * 2000,
        "x" * 1_000_000,
        "DeviceEvents" + " | where FileName == 'a'" * 40_000,
        "\x00\xff\ud800" * 5000,
        "let a = (" * 3000,
    ],
    ids=["brackets", "nested", "long name", "a megabyte", "binary", "lets"],
)
def test_monsters_end_with_little_work(text: str) -> None:
    """They give up; nothing hangs and nothing is raised."""
    import time

    started = time.process_time()  # What a busy neighbour does not lengthen.
    look(text, len(text))
    analyse(text)
    assert time.process_time() - started < 10
