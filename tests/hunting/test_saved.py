"""Saved queries: read, filled with values that stay values, written, and those to start with."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hunting.test_pivots_walk import connected
from tui.errors import UsageProblem
from tui.hunting.saved import file_of, fitting, parse, read_saved, save, starters
from tui.kql.diagnostics import diagnose
from tui.kql.lexer import tokens

WHOLE = """// name: Rare
// about: what is rare
// a comment of its own
// parameter: days: timespan = 7d
// parameter: since: datetime
T
| where Timestamp > ago({{days}}) and Name == {{ name }} // {{name}}
| where Timestamp > {{since}}
"""
VALUES = {"days": "3d", "name": 'a"; drop', "since": "2026-11-24"}


def test_a_query_has_a_name_and_asks_for_values() -> None:
    query = parse(WHOLE)
    assert (query.name, query.about) == ("Rare", "what is rare")
    assert [(one.name, one.type, one.default) for one in query.parameters] == [
        ("days", "timespan", "7d"),
        ("name", "string", ""),
        ("since", "datetime", ""),
    ]
    filled = query.filled(VALUES)
    assert 'ago(3d) and Name == "a\\"; drop"' in filled
    assert "Timestamp > datetime(2026-11-24)" in filled
    days, _, since = query.parameters
    assert (days.fault_of("2h"), since.fault_of("2026-11-24T05:22Z")) == ("", "")
    assert "7d" in days.fault_of("1d) or (1")
    assert "datetime" in since.fault_of("now()")


@given(st.text(max_size=40))
def test_no_value_leaves_its_literal(value: str) -> None:
    filled = parse("T | where Name == {{name}}").filled({"name": value})
    assert "\n" not in filled
    kinds = [token.kind for token in tokens(filled) if token.kind != "space"]
    assert kinds[-1] == "string"
    assert len(kinds) == 6


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("// name: x\n", "no query"),
        ("", "no query"),
        ("// parameter: a b\nT", "parameter is written"),
        ("// parameter: a: long\nT | take {{a}}", "no type"),
        ("// parameter: a: number = many\nT | take {{a}}", "is a number"),
        ('T | where N == "{{a}}"', "within quotes"),
    ],
)
def test_what_is_wrong_is_said(text: str, said: str) -> None:
    with pytest.raises(UsageProblem, match=said):
        parse(text)


def test_one_bad_file_hides_no_good_one(tmp_path) -> None:
    (tmp_path / "team").mkdir()
    (tmp_path / "team" / "good one.kql").write_text("DeviceInfo | take 1")
    (tmp_path / "bad.kql").write_bytes(b"T \xff\xfe")
    (tmp_path / "large.kql").write_bytes(b"T" * 200_000)
    found, faults = read_saved(tmp_path)
    assert [one.name for one in found] == ["team/good one"]
    assert sorted(str(fault).split()[2] for fault in faults) == ["bad.kql", "large.kql"]
    assert read_saved(tmp_path / "not there") == ([], [])


def test_a_saved_query_comes_back(tmp_path) -> None:
    path = file_of(tmp_path / "queries", "Rare: ../../things\u202e")
    assert path.parent == tmp_path / "queries"
    save(path, "Rare\nthings", WHOLE)
    assert path.stat().st_mode & 0o077 == 0
    again = read_saved(path.parent)[0][0]
    assert (again.query, again.about) == (parse(WHOLE).query, "what is rare")
    assert again.name == "Rare␊things"
    assert again.parameters == parse(WHOLE).parameters


def test_words_find_queries() -> None:
    assert [one.name for one in fitting(starters(), "encodedcommand device")] == [
        "Encoded PowerShell"
    ]
    assert fitting(starters(), "nosuchword") == []


async def test_the_starters_run(demo_tenant, tmp_path) -> None:
    values = {"device": "wks-0142", "times": "3", "time": "30d", "sha256": "0" * 64}
    values |= {"ip": "203.0.113.9", "user": "k.larsen", "sender": "a@b.example"}
    async with connected(demo_tenant.base_url, "graph") as graph:
        for one in starters():
            assert all(each.default or each.type == "string" for each in one.parameters)
            query = one.filled(values)
            assert not [each for each in diagnose(query) if each.level == "error"], one.name
            await graph.hunting.run(query, to=tmp_path / "rows.json")
            assert "results" in json.loads((tmp_path / "rows.json").read_bytes())


def test_only_the_name_at_the_head_is_written_anew(tmp_path) -> None:
    body = "// about: x\nprint a=```\n// name: of the text\n```"
    save(tmp_path / "a.kql", "new", f"// name: old\n{body}")
    assert (tmp_path / "a.kql").read_text("utf-8") == f"// name: new\n{body}\n"
