"""Queries of the user's own: read, offered where they fit, and never escaped from."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hunting.test_pivots import texts_in
from tui.api.records import Evidence
from tui.hunting.own_pivots import OwnPivot, read_own
from tui.hunting.particulars import of_kind, particulars
from tui.hunting.pivots import pivots

QUERY = """// name: Sign-ins of this user
// kinds: user, mailbox
EntraIdSignInEvents
| where Timestamp between ({{from}} .. {{to}})
| where AccountUpn =~ {{user}}
"""
USER = Evidence("user", "k", {"userAccount": {"userPrincipalName": 'k"@\\c.com'}})


def test_a_query_of_the_folder_comes_first_and_values_are_literals(tmp_path: Path) -> None:
    (tmp_path / "sign-ins.kql").write_text(QUERY)
    own, faults = read_own(tmp_path)
    assert not faults
    first = pivots(USER, datetime(2026, 11, 24, tzinfo=UTC), own=own)[0]
    assert first.name == "Sign-ins of this user"
    assert first.own
    assert "between (datetime(2026-11-23T18:00:00Z) .. datetime(2026-11-24T06:00:00Z))" in (
        first.query
    )
    assert texts_in(first.query) == ['k"@\\c.com']
    assert not own[0].fits(Evidence("ip", "192.0.2.1", {"ipAddress": "192.0.2.1"}))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("{{user}}", "{{usr}}", "bad.kql:5"),
        ("{{user}}", "{{usr}}", "Did you mean user?"),
        ("{{user}}", '"{{user}}"', "stands within quotes"),
        ("mailbox", "mailbx", "Did you mean mailbox?"),
        ("// kinds", "// kind", "Did you mean kinds?"),
    ],
)
def test_what_is_wrong_is_named_by_file_and_line(
    tmp_path: Path, before: str, after: str, said: str
) -> None:
    (tmp_path / "bad.kql").write_text(QUERY.replace(before, after))
    (tmp_path / "good.kql").write_text(QUERY)
    own, faults = read_own(tmp_path)
    assert said in str(faults[0])
    assert len(own) == 1


def test_a_header_without_a_query_is_named(tmp_path: Path) -> None:
    (tmp_path / "bare.kql").write_text("// name: nothing\n")
    assert "bare.kql:2 is left out: has no query" in str(read_own(tmp_path)[1][0])


def test_bytes_that_are_no_text_and_folders_that_are_not_there(tmp_path: Path) -> None:
    (tmp_path / "x.kql").write_bytes(b"// name: a\nT | where \xff")
    own, (fault,) = read_own(tmp_path)
    assert not own
    assert "x.kql:2" in str(fault)
    assert read_own(tmp_path / "none") == ([], [])


@given(st.text(min_size=1).filter(str.strip))
def test_no_value_ends_its_literal(value: str) -> None:
    pivot = OwnPivot("x", frozenset(), "T | where a == {{ip}} and b == {{value}}", Path("x"))
    evidence = Evidence("ip", "x", {"ipAddress": value})
    assert pivot.fits(evidence)
    now = datetime(2026, 11, 24, tzinfo=UTC)
    assert texts_in(pivot.about(evidence, now, now)) == [value, value]


def test_particulars_are_found_wherever_they_stand() -> None:
    file = Evidence("file", "x.exe", {"fileDetails": {"sha1": "cd" * 20, "fileName": "x.exe"}})
    assert of_kind(file, "hash") == "cd" * 20
    url = Evidence("url", "https://Evil.example:8080/x", {"url": "https://Evil.example:8080/x"})
    assert of_kind(url, "domain") == "evil.example"
    mail = Evidence("analyzedMessage", "m", {"p2Sender": {"emailAddress": "a@evil.example"}})
    assert of_kind(mail, "mail") == "a@evil.example"
    assert of_kind(mail, "domain") == "evil.example"
    assert particulars(Evidence("odd", "x", {"a": [1], "userAccount": 5})) == []
