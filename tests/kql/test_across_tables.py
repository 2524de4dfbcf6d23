"""Queries over many tables at once: what is found, in which columns, and of which types."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.kql.conftest import NOW, Ask
from tui.kql import schema
from tui.kql.engine import Answer, Engine, KqlFault
from tui.kql.engine.tables import create_sql, open_database

_TABLES = (
    "CREATE TABLE Doors (Seen TIMESTAMP, Door VARCHAR, Extra VARCHAR, Badge BIGINT)",
    "INSERT INTO Doors VALUES ('2026-01-01', 'north gate', 'held open', 7), "
    "('2026-01-02', 'south', '', 8)",
    "CREATE TABLE Alarms (Seen TIMESTAMP, Siren VARCHAR, Extra JSON, Key UUID)",
    "INSERT INTO Alarms VALUES ('2026-01-03', 'gate', '{\"level\":\"high-north\"}', NULL)",
    "CREATE TABLE Alarmless (Seen TIMESTAMP, Key VARCHAR)",
)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    connection = open_database(memory_limit="256MB")
    for statement in _TABLES:
        connection.execute(statement)
    made = Engine(connection)
    yield made
    made.close()


def _rows(answer: Answer, *columns: str) -> list[tuple[object, ...]]:
    places = [[c.name for c in answer.columns].index(name) for name in columns]
    return sorted(tuple(row[place] for place in places) for row in answer.rows())


def test_search_finds_words_and_keeps_the_columns_of_tables_without_any(engine: Engine) -> None:
    answer = engine.run('search "north"', now=NOW)
    assert _rows(answer, "$table", "Door") == [("Alarms", ""), ("Doors", "north gate")]
    answer = engine.run('search "north" | where Door == "" and strlen(Door) == 0', now=NOW)
    assert _rows(answer, "$table") == [("Alarms",)]
    assert {c.name: c.type for c in answer.columns} == {
        "$table": "string",
        "Seen": "datetime",
        "Siren": "string",
        "Extra_dynamic": "dynamic",
        "Key_guid": "guid",
        "Key_string": "string",
        "Door": "string",
        "Extra_string": "string",
        "Badge": "long",
    }


@pytest.mark.parametrize(
    ("query", "tables"),
    [
        ('search "nort"', []),
        ('search "nort*"', ["Alarms", "Doors"]),
        ('search "GATE" | where Seen > datetime(2026-01-02)', ["Alarms"]),
        ('search kind=case_sensitive "GATE"', []),
        ('search in (Doors) "north" or "held open"', ["Doors"]),
        ('search "100%_"', []),
        ('let d = "south"; search in (Doors, Alarms) Door == d or Siren == d', ["Doors"]),
        ('search in (Doors, Alarms) Siren == "gate" or Badge == 7', ["Alarms", "Doors"]),
        ('let w = "gate"; search in (Alarms, Alarmless) w', ["Alarms"]),
        ('search in (Doors, Alarms) not(Siren has "gate") and Badge > 7', ["Doors"]),
        (
            "let since = datetime(2026-01-02); let d = 'gate'; search in (Doors, Alarms) "
            "Seen between (since .. datetime(2026-02-01)) and (Door has d or Siren has d)",
            ["Alarms"],
        ),
        (
            "let b = 8; find in (Doors, Alarms) where Badge == b or Siren == 'gate' "
            "| project ['$table'] = source_",
            ["Alarms", "Doors"],
        ),
        ('find where * has "high" | project ["$table"] = source_', ["Alarms"]),
        ('find where * contains "rth g" | project ["$table"] = source_', ["Doors"]),
        ('find where * == "gate" | project ["$table"] = source_', ["Alarms"]),
        ("find where Seen > datetime(2027-01-01) | project ['$table'] = source_", []),
    ],
)
def test_where_something_is_found(engine: Engine, query: str, tables: list[str]) -> None:
    answer = engine.run(query, now=NOW)
    assert [row[0] for row in _rows(answer, "$table")] == tables


def test_a_search_can_be_counted(engine: Engine) -> None:
    answer = engine.run('search "gate" | summarize n = count() by $table', now=NOW)
    assert _rows(answer, "$table", "n") == [("Alarms", 1), ("Doors", 1)]


def test_a_pattern_of_tables_keeps_columns_of_other_types_apart(engine: Engine) -> None:
    answer = engine.run("union withsource=From * | sort by Seen asc", now=NOW)
    assert [row[0] for row in answer.rows()] == ["Doors", "Doors", "Alarms"]
    found = {c.name: c.type for c in answer.columns}
    assert (found["Extra_string"], found["Extra_dynamic"]) == ("string", "dynamic")
    assert (found["Key_string"], found["Key_guid"]) == ("string", "guid")


def test_a_pattern_beside_a_table_and_within_a_join(engine: Engine) -> None:
    answer = engine.run("Doors | union Alarm* | count", now=NOW)
    assert list(answer.rows()) == [(3,)]
    answer = engine.run("Doors | join kind=inner (union Alarm*, Doors) on Seen | count", now=NOW)
    assert list(answer.rows()) == [(2,)]


def test_a_result_without_columns_is_refused_in_words(engine: Engine) -> None:
    with pytest.raises(KqlFault, match="without any column"):
        engine.run("print a = 1 | project-away a", now=NOW)


@pytest.fixture(scope="module")
def small() -> Iterator[Ask]:
    """All tables in little memory, three of them with rows."""
    database = open_database(memory_limit="160MB", threads=2)

    def provide(name: str) -> None:
        database.cursor().execute(create_sql(schema.tables()[name]))

    for name in ("AlertInfo", "DeviceInfo", "EmailEvents"):
        provide(name)
    database.execute(
        "INSERT INTO AlertInfo (Timestamp, Title, Severity) VALUES ('2026-11-20', 't', 'High')"
    )
    database.execute(
        "INSERT INTO DeviceInfo (Timestamp, DeviceName) SELECT TIMESTAMP '2026-11-18' "
        "+ to_hours(i), 'host' || i FROM range(20000) AS r(i)"
    )
    database.execute("INSERT INTO EmailEvents (Timestamp, Subject) VALUES ('2029-01-01', 's')")
    engine = Engine(database.cursor(), tables=schema.tables(), provide=provide)
    yield lambda kql: engine.run(kql, now=NOW)
    engine.close()
    database.close()


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("union * | where Severity == 'High' | take 5", [("t", "", "")]),
        ("union * | where Timestamp > datetime(2028-12-01) | sort by Timestamp | take 1", None),
        ("union withsource=T * | where T startswith 'Email' | top 3 by Timestamp", [("", "", "s")]),
        ("union * | where isempty(DeviceName) | sort by Timestamp asc | take 2",
         [("t", "", ""), ("", "", "s")]),
        ("search 'host7' | take 3", [("", "host7", "")]),
    ],
)  # fmt: skip
def test_a_few_rows_of_all_tables_fit_in_little_memory(
    small: Ask, query: str, rows: list[tuple[str, str, str]] | None
) -> None:
    answer = small(query)
    assert len(answer.columns) > 700
    names = [column.name for column in answer.columns]
    places = [names.index(name) for name in ("Title", "DeviceName", "Subject")]
    found = [tuple(row[place] or "" for place in places) for row in answer.rows()]
    assert len(found) == 1 if rows is None else found == rows
