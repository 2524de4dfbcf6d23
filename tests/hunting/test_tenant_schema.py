"""What is learned of a tenant's tables, and from what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tui.hunting.tenant_schema import TenantSchema, kusto_type
from tui.kql import schema
from tui.kql.completion import complete
from tui.kql.diagnostics import diagnose, messages
from tui.kql.whole import tables_in, whole_table

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
AUDIT = [("TimeGenerated", "datetime"), ("Actor", "string"), ("Verdict", "string")]


@pytest.fixture(autouse=True)
def _nothing_known():
    yield
    schema.use({})


@pytest.mark.parametrize(
    ("query", "tables", "whole"),
    [
        ("Vpn_CL", ["Vpn_CL"], "Vpn_CL"),
        ("// mine\nVpn_CL | where A > 1 | top 5 by A", ["Vpn_CL"], "Vpn_CL"),
        ("Vpn_CL | project A", ["Vpn_CL"], None),
        ("Vpn_CL | take 3 | getschema", ["Vpn_CL"], None),
        ("union Vpn_CL, DeviceInfo", ["Vpn_CL", "DeviceInfo"], None),
        ("let x = DeviceInfo; x | take 1", ["DeviceInfo"], None),
        ("DeviceInfo | where A in (Vpn_CL | project A)", ["DeviceInfo", "Vpn_CL"], None),
        ("print 1", [], None),
        ("Vpn_CL | where (", ["Vpn_CL"], "Vpn_CL"),
        ("", [], None),
        (";", [], None),
    ],
)
def test_the_tables_of_a_query(query, tables, whole) -> None:
    assert tables_in(query) == tables
    assert whole_table(query) == whole


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("String", "string"),
        ("System.Int64", "long"),
        ("SByte", "bool"),
        ("Object", "dynamic"),
        ("Double", "real"),
        ("long", "long"),
        ("Guid", "guid"),
        ("Something", "string"),
    ],
)
def test_types_get_the_language_s_names(word, kind) -> None:
    assert kusto_type(word) == kind


def test_own_tables_complete_and_are_not_blamed() -> None:
    query = "Vpn_CL\n| where Verdct == 'bad'"
    assert messages(diagnose(query)) == []
    known = TenantSchema(None, now=lambda: NOW)
    assert known.learn("Vpn_CL", AUDIT)
    assert not known.learn("Vpn_CL", AUDIT)
    schema.use(known.tables)
    [fault] = [one for one in diagnose(query) if one.level == "error"]
    assert fault.fix == "Verdict"
    found = complete("Vpn_CL\n| where Ver", 18)
    assert found is not None
    assert found.candidates[0].label == "Verdict"
    offered = complete("Vpn", 3)
    assert offered is not None
    assert "Vpn_CL" in [one.label for one in offered.candidates]
    far = diagnose("Vpn_CL\n| where SomethingElse == 1")
    assert "SomethingElse is no column of Vpn_CL in this tenant." in messages(far)


def test_new_columns_of_published_tables_are_known() -> None:
    query = "DeviceInfo\n| where BrandNewThing == 'x'"
    assert any("BrandNewThing" in one for one in messages(diagnose(query)))
    known = TenantSchema(None, now=lambda: NOW)
    columns = [(one.name, one.type) for one in schema.tables()["DeviceInfo"].columns]
    known.learn("DeviceInfo", [*columns, ("BrandNewThing", "string")])
    schema.use(known.tables)
    assert not any("BrandNewThing" in one for one in messages(diagnose(query)))
    assert "BrandNewThing" in schema.known_columns()
    assert schema.tables()["DeviceInfo"].column("BrandNewThing") is None


def test_it_is_kept_and_asked_again_after_a_week(tmp_path) -> None:
    now = NOW
    known = TenantSchema(tmp_path, now=lambda: now)
    known.learn("Vpn_CL", AUDIT)
    other = TenantSchema(tmp_path, now=lambda: now)
    other.learn("Mail_CL", [("A", "long")])
    again = TenantSchema(tmp_path, now=lambda: now)
    again.load()
    assert set(again.tables) == {"Vpn_CL", "Mail_CL"}
    assert again.is_fresh("Vpn_CL")
    assert not again.is_fresh("Else_CL")
    now = NOW + timedelta(days=8)
    assert not again.is_fresh("Vpn_CL")
    assert (tmp_path / "hunting-schema.json").stat().st_mode & 0o077 == 0


def test_a_broken_file_and_hostile_names_cost_nothing(tmp_path) -> None:
    (tmp_path / "hunting-schema.json").write_bytes(b"\xff{")
    known = TenantSchema(tmp_path, now=lambda: NOW)
    known.load()
    assert known.tables == {}
    known.learn("Vpn_CL", [("A\x1b[31m", "string"), ("B", "string"), ("C" * 999, "string")])
    assert [one.name for one in known.tables["Vpn_CL"].columns] == ["B"]
    assert not known.learn("Vpn_CL", [])
