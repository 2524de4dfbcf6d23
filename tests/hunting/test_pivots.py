"""From an entity to a query: every kind, and no value that escapes its literal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.api.records import Alert, Evidence
from tui.hunting import literals
from tui.hunting.cells import condition, evidence_of
from tui.hunting.entities import _KINDS
from tui.hunting.pivots import pivots
from tui.kql import schema
from tui.kql.lexer import statements, tokens
from tui.text import visible

NOW = datetime(2026, 11, 24, 5, 22, 7, tzinfo=UTC)
ALERT = Alert("a", first_activity=NOW - timedelta(hours=1), last_activity=NOW)
FIELDS = {
    "device": {"mdeDeviceId": "d1", "deviceDnsName": "wks.contoso.com"},
    "user": {"userAccount": {"azureAdUserId": "u1", "userPrincipalName": "k@contoso.com"}},
    "file": {"fileDetails": {"sha256": "AB" * 32, "sha1": "cd" * 20, "fileName": "x.exe"}},
    "filehash": {"value": "AB" * 32},
    "process": {"imageFile": {"fileName": "x.exe"}, "processCommandLine": "x -y", "processId": 4,
                "mdeDeviceId": "d1"},
    "ip": {"ipAddress": "192.0.2.1"},
    "url": {"url": "https://evil.example/x?y=1"},
    "dns": {"domainName": "evil.example."},
    "hostlogonsession": {"account": {"userAccount": {"accountName": "k"}},
                         "host": {"mdeDeviceId": "d1"}},
    "cloudlogonsession": {"account": {"userAccount": {"azureAdUserId": "u1"}}},
    "cloudlogonrequest": {"requestId": "r1"},
    "networkconnection": {"destinationAddress": {"ipAddress": "192.0.2.1"}},
    "nic": {"macAddress": "00-11"},
    "teamsmessage": {"messageId": "m1"},
    "malware": {"name": "Bad", "files": [{"fileDetails": {"sha1": "cd" * 20}}]},
    "azureresource": {"resourceId": "/subscriptions/s/storageaccounts/x"},
}  # fmt: skip


_FREE = (
    "mdeDeviceId", "deviceDnsName", "ipAddress", "url", "registryKey", "registryValueName",
    "subject", "networkMessageId", "displayName", "name", "resourceId", "clusterByValue",
    "processCommandLine", "processId", "appId", "primaryAddress", "domainName",
)  # fmt: skip


def texts_in(query: str) -> list[str]:
    """The string literals of a query, read back by the language's rules."""
    return [
        unquoted(query[token.start : token.end])
        for token in tokens(query)
        if token.kind == "string"
    ]


def unquoted(literal: str) -> str:
    if literal.startswith("@"):
        return literal[2:-1].replace('""', '"')
    plain = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", '"': '"'}
    text, index = [], 1
    while index < len(literal) - 1:
        character = literal[index]
        if character != "\\":
            text.append(character)
            index += 1
            continue
        kind = literal[index + 1]
        if kind in "uU":
            length = 4 if kind == "u" else 8
            text.append(chr(int(literal[index + 2 : index + 2 + length], 16)))
            index += 2 + length
        else:
            text.append(plain[kind])
            index += 2
    return "".join(text)


@pytest.mark.parametrize("kind", sorted(_KINDS))
def test_every_kind_has_a_query_over_tables_and_columns_that_exist(kind) -> None:
    found = pivots(Evidence(kind, "thing", FIELDS.get(kind, {})), alert=ALERT, now=NOW)
    if kind != "filehash":
        assert found
    for pivot in found:
        kinds = [
            (token.kind, pivot.query[token.start : token.end]) for token in tokens(pivot.query)
        ]
        assert any(one == "table" for one, _ in kinds)
        names = {word for one, word in kinds if one == "name"}
        assert names <= {"Source", "Times", "First", "Last", "Day"}, pivot.query
        assert len(statements(pivot.query)) == 1
        known = {word for one, word in kinds if one == "column"}
        assert known <= schema.column_names()


def test_time_is_looked_at_around_the_alert() -> None:
    device = Evidence("device", "wks", FIELDS["device"])
    first = pivots(device, alert=ALERT, now=NOW)[0]
    begin, end = "datetime(2026-11-23T22:22:07Z)", "datetime(2026-11-24T11:22:07Z)"
    assert f"| where Timestamp between ({begin} .. {end})" in first.query
    assert first.timespan is None
    old = pivots(device, NOW - timedelta(days=60), now=NOW)[0]
    assert old.timespan == "2026-09-24T23:22:07Z/2026-09-25T11:22:07Z"
    assert "ago(30d)" in pivots(device)[0].query


def test_what_one_dialect_lacks_the_other_name_finds() -> None:
    both = pivots(Evidence("device", "wks", FIELDS["device"]))[0].query
    assert 'DeviceId == "d1" or DeviceName =~ "wks.contoso.com"' in both
    bare = pivots(Evidence("device", "wks.contoso.com"))[0].query
    assert 'DeviceName =~ "wks.contoso.com"' in bare


def test_unknown_kinds_and_empty_entities_have_none() -> None:
    assert pivots(Evidence("quantumEntanglement", "x")) == []
    assert pivots(Evidence("cloudLogonRequest", "x")) == []


@given(st.text())
@settings(max_examples=300, deadline=None)
def test_a_literal_reads_back_and_stays_on_one_line(text) -> None:
    literal = literals.string(text)
    assert texts_in(literal) == [text]
    assert "\n" not in literal
    assert visible(literal) == literal


@given(st.sampled_from(sorted(_KINDS)), st.text(min_size=1))
@settings(max_examples=300, deadline=None)
def test_no_value_escapes_its_literal(kind, text) -> None:
    fields = dict.fromkeys(_FREE, text)
    fields["userAccount"] = {"accountName": text, "domainName": text}
    fields["fileDetails"] = {"fileName": text, "sha256": text}
    clean = pivots(Evidence(kind, "x", dict.fromkeys(fields, "x")), NOW)
    for pivot in pivots(Evidence(kind, text, fields), NOW):
        assert len(statements(pivot.query)) == 1
        for token in tokens(pivot.query):
            piece = pivot.query[token.start : token.end]
            assert token.kind in (
                "string", "table", "column", "keyword", "operator", "pipe", "punctuation",
                "space", "name", "function", "datetime", "number", "timespan",
            ), piece  # fmt: skip
    assert all(pivot.query for pivot in clean)


@pytest.mark.parametrize(
    ("column", "value", "kind"),
    [
        ("DeviceName", "wks", "device"),
        ("InitiatingProcessAccountUpn", "k@contoso.com", "user"),
        ("AccountName", "k", "user"),
        ("RemoteIP", "192.0.2.1", "ip"),
        ("InitiatingProcessSHA256", "ab" * 32, "file"),
        ("FileName", "x.exe", "file"),
        ("RemoteUrl", "evil.example", "url"),
        ("NetworkMessageId", "n", "analyzedMessage"),
        ("RecipientEmailAddress", "k@contoso.com", "mailbox"),
    ],
)
def test_a_cell_is_known_by_its_column(column, value, kind) -> None:
    entity = evidence_of(column, value, {column: value})
    assert entity is not None
    assert entity.kind == kind
    assert pivots(entity, NOW)


@pytest.mark.parametrize("column", ["Hits", "ProcessCommandLine", "ActionType", "Timestamp"])
def test_other_cells_are_no_entities(column) -> None:
    assert evidence_of(column, "x", {}) is None
    assert evidence_of("DeviceName", None, {}) is None


@pytest.mark.parametrize(
    ("kind", "value", "only", "without"),
    [
        ("text", 'a"b', r'| where N == "a\"b"', r'| where N != "a\"b"'),
        ("number", 12, "| where N == 12", "| where N != 12"),
        ("bool", True, "| where N == true", "| where N != true"),
        ("time", "2026-11-24T05:22:07.1134567Z",
         "| where N == datetime(2026-11-24T05:22:07.1134567Z)",
         "| where N != datetime(2026-11-24T05:22:07.1134567Z)"),
        ("text", None, "| where isempty(N)", "| where isnotempty(N)"),
        ("number", None, "| where isnull(N)", "| where isnotnull(N)"),
        ("dynamic", '{"a":1}', '| where tostring(N) == "{\\"a\\":1}"',
         '| where tostring(N) != "{\\"a\\":1}"'),
        ("time", "x) | drop", '| where tostring(N) == "x) | drop"',
         '| where tostring(N) != "x) | drop"'),
    ],
)  # fmt: skip
def test_a_cell_becomes_a_condition(kind, value, only, without) -> None:
    assert condition("N", kind, value, wanted=True) == only
    assert condition("N", kind, value, wanted=False) == without
    assert condition("a b", "number", 1, wanted=True) == '| where ["a b"] == 1'
