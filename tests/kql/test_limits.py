"""What bounds a query: time, memory, rows, a time range; and that it cannot get out."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from tests.kql.conftest import NOW, Ask
from tui.kql import schema
from tui.kql.engine import Engine, KqlFault
from tui.kql.engine.tables import create_sql, open_database

_ENDLESS = (
    "range a from 1 to 3000000 step 1 | extend k = 1 "
    "| join kind=inner (range b from 1 to 3000000 step 1 | extend k = 1) on k "
    "| summarize m = max(a + b)"
)
"""Days of work on any machine, in little memory: it ends by its limits alone."""


def test_a_query_past_its_time_is_stopped(ask: Ask) -> None:
    with pytest.raises(KqlFault) as caught:
        ask(_ENDLESS, time_limit=0.3)
    assert caught.value.kind == "limit"
    assert caught.value.message == "Query exceeded the timeout period."
    assert list(ask("print 1").rows()) == [(1,)]


def test_a_query_can_be_interrupted_from_another_thread(engine: Engine) -> None:
    faults: list[KqlFault] = []
    began = threading.Event()

    def run() -> None:
        began.set()
        try:
            engine.run(_ENDLESS, now=NOW)
        except KqlFault as fault:
            faults.append(fault)

    thread = threading.Thread(target=run)
    thread.start()
    began.wait()
    engine.interrupt()
    thread.join(20)
    assert not thread.is_alive()
    assert [fault.kind for fault in faults] == ["interrupted"]


def test_an_interrupt_before_the_run_stops_it_once(engine: Engine) -> None:
    engine.interrupt()
    with pytest.raises(KqlFault) as caught:
        engine.run("print 1", now=NOW)
    assert caught.value.kind == "interrupted"
    assert engine.run("print 1", now=NOW).stats.rows == 1


def test_a_query_past_its_memory_is_stopped() -> None:
    connection = open_database(memory_limit="60MB", threads=1)
    engine = Engine(connection.cursor(), tables={})
    with pytest.raises(KqlFault) as caught:
        engine.run(
            "range x from 1 to 3000000 step 1 | extend s = strcat('text ', x) | sort by s",
            now=NOW,
            row_limit=None,
        )
    assert caught.value.message == "Query stopped due to excessive resource consumption."
    engine.close()
    connection.close()


def test_a_query_too_long_is_refused(ask: Ask) -> None:
    with pytest.raises(KqlFault) as caught:
        ask("print 1 // " + "x" * 1_000_001)
    assert caught.value.kind == "limit"


def test_a_time_range_holds_every_table(database: duckdb.DuckDBPyConnection) -> None:
    cursor = database.cursor()
    cursor.execute(create_sql(schema.tables()["BehaviorInfo"]))
    for days in (0, 5, 40):
        cursor.execute(
            'INSERT INTO "BehaviorInfo" ("Timestamp", "BehaviorId") VALUES (?, ?)',
            [(NOW - timedelta(days=days)).replace(tzinfo=None), str(days)],
        )
    engine = Engine(cursor, tables=schema.tables())
    since = (NOW - timedelta(days=30), None)
    query = "BehaviorInfo | union BehaviorInfo | distinct BehaviorId | sort by BehaviorId asc"
    rows = list(engine.run(query, now=NOW, timespan=since).rows())
    assert rows == [("0",), ("5",)]
    until = (None, NOW - timedelta(days=1))
    count = engine.run("BehaviorInfo | count", now=NOW, timespan=until)
    assert list(count.rows()) == [(2,)]


def test_tables_are_made_when_they_are_first_read(database: duckdb.DuckDBPyConnection) -> None:
    asked: list[str] = []

    def provide(name: str) -> None:
        asked.append(name)
        database.cursor().execute(create_sql(schema.tables()[name]))

    engine = Engine(database.cursor(), tables=schema.tables(), provide=provide)
    engine.run(
        "let t = AlertInfo; t | where AlertId in ((AlertEvidence | project AlertId))", now=NOW
    )
    assert sorted(asked) == ["AlertEvidence", "AlertInfo"]
    asked.clear()
    engine.run("union Email*Info | count", now=NOW)
    assert asked == ["EmailAttachmentInfo", "EmailUrlInfo"]


def test_tables_of_the_connection_can_be_read_without_a_schema() -> None:
    connection = open_database()
    connection.execute("CREATE TABLE Result (Name VARCHAR, Hits BIGINT, D JSON)")
    connection.execute("INSERT INTO Result VALUES ('a', 3, '{\"x\": 1}')")
    engine = Engine(connection.cursor())
    answer = engine.run("Result | extend X = toint(D.x) | project Name, Hits, X", now=NOW)
    assert list(answer.rows()) == [("a", 3, 1)]
    connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_csv('/etc/hosts')",
        "SELECT * FROM '/etc/hosts.csv'",
        "COPY (SELECT 1) TO '{path}'",
        "ATTACH '{path}'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET memory_limit = '100GB'",
        "SET lock_configuration = false",
        "EXPORT DATABASE '{path}'",
        "SELECT * FROM glob('/*')",
    ],
)
def test_the_database_itself_is_closed(tmp_path: Path, statement: str) -> None:
    connection = open_database()
    with pytest.raises(duckdb.Error):
        connection.execute(statement.format(path=tmp_path / "out"))
    assert not list(tmp_path.iterdir())
    connection.close()


def test_python_objects_are_no_tables() -> None:
    connection = open_database()
    secret = {"a": [1]}
    with pytest.raises(duckdb.CatalogException):
        connection.execute("SELECT * FROM secret")
    assert secret
    connection.close()


def test_the_clock_is_the_callers(ask: Ask) -> None:
    later = NOW + timedelta(days=400)
    assert list(ask("print now()", now=later).rows()) == [(later,)]
