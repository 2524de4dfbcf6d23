"""The tables: whole, typed, about as large as told, and with a trace of every entity."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tui.demo.story.queue import Queue
from tui.demo.tables.context import kind_of
from tui.demo.telemetry import Telemetry
from tui.kql.engine.tables import open_database
from tui.kql.schema import tables

if TYPE_CHECKING:
    import duckdb

NOW = datetime(2026, 11, 24, 17, 22, 21, tzinfo=UTC)


@pytest.fixture(scope="module")
def queue() -> Queue:
    return Queue(300, 4711, NOW)


@pytest.fixture(scope="module")
def con(queue: Queue) -> Iterator[duckdb.DuckDBPyConnection]:
    database = open_database()
    telemetry = Telemetry(4711, NOW, queue=queue)
    for name in tables():
        telemetry.ensure(database, name)
        telemetry.ensure(database, name)
    yield database
    database.close()


def test_every_table_has_every_column_in_its_order(con: duckdb.DuckDBPyConnection) -> None:
    rows = con.execute(
        "SELECT table_name, list(column_name ORDER BY column_index) FROM duckdb_columns() "
        "WHERE schema_name = 'main' GROUP BY table_name"
    ).fetchall()
    made = {name: columns for name, columns in rows if name in tables()}
    assert made == {
        name: [column.name for column in table.columns] for name, table in tables().items()
    }


def test_rows_are_about_two_hundred_thousand_and_within_the_month(
    con: duckdb.DuckDBPyConnection,
) -> None:
    total = 0
    for name, table in tables().items():
        counted = con.execute(f'SELECT count(*) FROM "{name}"').fetchall()[0][0]
        total += counted
        if counted and table.time_column:
            first, last = con.execute(
                f'SELECT min("{table.time_column}"), max("{table.time_column}") FROM "{name}"'
            ).fetchall()[0]
            assert last <= NOW.replace(tzinfo=None), name
            assert (NOW.replace(tzinfo=None) - first).days <= 30, name
    assert 180_000 < total < 260_000


def test_text_columns_are_never_null(con: duckdb.DuckDBPyConnection) -> None:
    for name, table in tables().items():
        texts = [column.name for column in table.columns if column.type == "string"]
        if not texts:
            continue
        nulls = " OR ".join(f'"{text}" IS NULL' for text in texts)
        found = con.execute(f'SELECT count(*) FROM "{name}" WHERE {nulls}').fetchall()[0][0]
        assert found == 0, name


def _has(con: duckdb.DuckDBPyConnection, table: str, **wanted: Any) -> bool:
    where = " AND ".join(f'"{column}" = ?' for column in wanted)
    found = con.execute(f'SELECT 1 FROM "{table}" WHERE {where} LIMIT 1', [*wanted.values()])
    return bool(found.fetchall())


def _places(one: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Where an entity must be found: table and values of columns."""
    kind = kind_of(one)
    if kind == "device":
        device = {"DeviceId": one["mdeDeviceId"]}
        return [
            (table, device)
            for table in ("DeviceInfo", "DeviceProcessEvents", "DeviceNetworkEvents")
        ]
    if kind in {"user", "cloudLogonSession"}:
        holder = one["account"] if kind == "cloudLogonSession" else one
        who = {"AccountObjectId": holder["userAccount"]["azureAdUserId"]}
        return [
            (table, who)
            for table in (
                "IdentityInfo",
                "IdentityLogonEvents",
                "EntraIdSignInEvents",
                "CloudAppEvents",
                "DeviceProcessEvents",
            )
        ]
    if kind == "file":
        details = one["fileDetails"]
        wanted = {"SHA256": details["sha256"], "FileName": details["fileName"]}
        return [("DeviceFileEvents", wanted)]
    if kind == "process":
        wanted = {
            "DeviceId": one["mdeDeviceId"],
            "FileName": one["imageFile"]["fileName"],
            "ProcessCommandLine": one["processCommandLine"],
            "ProcessId": one["processId"],
        }
        return [("DeviceProcessEvents", wanted)]
    if kind == "ip":
        if one["ipAddress"].startswith("10."):
            return [("DeviceNetworkEvents", {"RemoteIP": one["ipAddress"]})]
        return [("CloudAppEvents", {"IPAddress": one["ipAddress"]})]
    if kind == "url":
        return [("UrlClickEvents", {"Url": one["url"]})]
    if kind == "mailbox":
        return [("EmailEvents", {"RecipientEmailAddress": one["primaryAddress"]})]
    if kind == "mailCluster":
        ids = one["networkMessageIds"]
        return [("EmailEvents", {"NetworkMessageId": identifier}) for identifier in ids]
    return [_OTHERS[kind](one)]


_OTHERS: dict[str, Any] = {
    "mailboxConfiguration": lambda one: ("CloudAppEvents", {"ObjectName": one["displayName"]}),
    "analyzedMessage": lambda one: (
        "EmailEvents",
        {"NetworkMessageId": one["networkMessageId"], "Subject": one["subject"]},
    ),
    "submissionMail": lambda one: (
        "EmailEvents",
        {"NetworkMessageId": one["networkMessageId"]},
    ),
    "cloudApplication": lambda one: ("CloudAppEvents", {"ApplicationId": one["appId"]}),
    "oauthApplication": lambda one: ("OAuthAppInfo", {"OAuthAppId": one["appId"]}),
    "servicePrincipal": lambda one: (
        "EntraIdSpnSignInEvents",
        {"ServicePrincipalId": one["servicePrincipalObjectId"]},
    ),
    "registryKey": lambda one: (
        "DeviceRegistryEvents",
        {"RegistryKey": f"{one['registryHive']}\\{one['registryKey']}"},
    ),
    "registryValue": lambda one: (
        "DeviceRegistryEvents",
        {"RegistryValueName": one["registryValueName"], "DeviceId": one["mdeDeviceId"]},
    ),
    "securityGroup": lambda one: ("IdentityDirectoryEvents", {}),
    "teamsMessage": lambda one: ("MessageEvents", {"TeamsMessageId": one["messageId"]}),
    "azureResource": lambda one: (
        "CloudStorageAggregatedEvents",
        {"AzureResourceId": one["resourceId"]},
    ),
}


def test_every_entity_of_every_incident_left_a_trace(
    con: duckdb.DuckDBPyConnection, queue: Queue
) -> None:
    missing: list[str] = []
    looked: dict[str, bool] = {}
    for record in queue:
        for alert in queue.alerts(record):
            places = [place for one in alert["evidence"] for place in _places(one)]
            places += [("AlertInfo", {"AlertId": alert["id"]})]
            for table, wanted in places:
                if not wanted:
                    continue
                key = f"{table} {sorted(wanted.items())}"
                if key not in looked:
                    looked[key] = _has(con, table, **wanted)
                if not looked[key]:
                    missing.append(f"{record.number}: {key}")
    assert missing == []
    assert len(looked) > 1_000


def test_evidence_rows_match_the_alerts(con: duckdb.DuckDBPyConnection, queue: Queue) -> None:
    counted = con.execute("SELECT count(*) FROM AlertEvidence").fetchall()[0][0]
    told = sum(len(alert["evidence"]) for record in queue for alert in queue.alerts(record))
    assert counted == told


def test_group_changes_name_the_group(con: duckdb.DuckDBPyConnection) -> None:
    found = con.execute(
        "SELECT count(*) FROM IdentityDirectoryEvents WHERE AdditionalFields LIKE '%Aurora%'"
    ).fetchall()
    assert found[0][0] >= 1


def test_unknown_table_is_named(con: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(KeyError):
        Telemetry(1, NOW).ensure(con, "Nonsense")


def test_same_seed_makes_the_same_rows() -> None:
    def first_rows() -> list[Any]:
        database = open_database()
        Telemetry(7, NOW).ensure(database, "EmailEvents")
        rows: list[Any] = database.execute(
            "SELECT md5(string_agg(NetworkMessageId || Timestamp::VARCHAR, ',' "
            "ORDER BY NetworkMessageId)) FROM EmailEvents"
        ).fetchall()
        database.close()
        return rows

    assert first_rows() == first_rows()
