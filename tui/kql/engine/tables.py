"""How Kusto's types rest in DuckDB, and the database that the engine's queries run in."""

from __future__ import annotations

import ipaddress
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tui.kql.schema import Table

if TYPE_CHECKING:
    import duckdb

DUCKDB_TYPES = {
    "string": "VARCHAR",
    "datetime": "TIMESTAMP",
    "long": "BIGINT",
    "int": "INTEGER",
    "real": "DOUBLE",
    "decimal": "DECIMAL(38, 18)",
    "bool": "BOOLEAN",
    "dynamic": "JSON",
    "guid": "UUID",
    "timespan": "INTERVAL",
}
"""The DuckDB type that holds each Kusto scalar type. Kusto has no null string: a VARCHAR that a
query may read holds empty text instead."""


_QUESTIONS: dict[str, duckdb.Statement] = {}
_MOST_QUESTIONS = 100


def create_sql(table: Table) -> str:
    """The statement that makes this table, empty, with all its columns."""
    columns = ", ".join(
        f"{_quoted(column.name)} {DUCKDB_TYPES.get(column.type, 'VARCHAR')}"
        + (" DEFAULT ''" if column.type == "string" else "")
        for column in table.columns
    )
    return f"CREATE TABLE IF NOT EXISTS {_quoted(table.name)} ({columns})"


def columns_of(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    """The columns of a table with their DuckDB types; `table` as SQL writes its name."""
    question = _QUESTIONS.get(table)
    if question is None:
        text = table.replace("'", "''")
        # A third of the time of DESCRIBE, which is a query; and read once, not at each run.
        sql = f"SELECT name, type FROM pragma_table_info('{text}')"
        question = connection.extract_statements(sql)[0]
        while len(_QUESTIONS) >= _MOST_QUESTIONS:
            _QUESTIONS.pop(next(iter(_QUESTIONS), table), None)
        _QUESTIONS[table] = question
    return dict(connection.execute(question).fetchall())


def kusto_type(duckdb_type: str) -> str:
    """The Kusto scalar type that a DuckDB type stands for."""
    from duckdb_kql.types import kusto_type as library_type

    if duckdb_type in ("UBIGINT", "UHUGEINT", "HUGEINT", "UINTEGER"):
        return "long"
    return library_type(duckdb_type)


def catalog(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """The tables of a database and its temporary ones: columns with their Kusto types."""
    rows = connection.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal "
        "AND table_name NOT LIKE 'kql%~%' "
        "AND database_name IN (current_database(), 'temp') ORDER BY table_name, column_index"
    ).fetchall()
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        found.setdefault(str(table), {})[str(column)] = kusto_type(str(kind))
    return found


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def open_database(
    *, memory_limit: str = "1GB", threads: int | None = None, temporary: Path | None = None
) -> duckdb.DuckDBPyConnection:
    """A new in-memory database in which no query can leave the process.

    Files, network, extensions and further settings are closed for the whole instance, and
    cannot be opened again.

    Args:
        memory_limit: As DuckDB writes sizes ("512MB").
        threads: Worker threads; DuckDB's own choice where None.
        temporary: A private directory to spill into; without one, nothing spills.
    """
    import duckdb

    from tui.kql.engine.additions.functions import define

    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory_limit,
        "temp_directory": str(temporary) if temporary else "",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "preserve_insertion_order": "true",
        "python_enable_replacements": "false",
        # `top 100` reads its sort key first and the other sixty columns of a hundred rows only.
        "late_materialization_max_rows": "10000",
    }
    if threads is not None:
        settings["threads"] = threads
    elif (os.cpu_count() or 1) > 8:
        settings["threads"] = 8
    connection = duckdb.connect(":memory:", config=settings)
    for statement in (
        "SET GLOBAL TimeZone = 'UTC'",
        "SET GLOBAL enable_external_access = false",
        "SET GLOBAL lock_configuration = true",
    ):
        connection.execute(statement)
    define(connection, lasting=True)
    return connection


def add_places(
    connection: duckdb.DuckDBPyConnection, places: Iterable[tuple[str, Mapping[str, object]]]
) -> None:
    """Tell a database that `open_database` made what `geo_info_from_ip_address` answers.

    Args:
        connection: The database, or a cursor of it.
        places: IPv4 networks or addresses, each with the bag that Kusto answers for it:
            `country`, `state`, `city`, `latitude`, `longitude`.
    """
    rows = []
    for network, place in places:
        parsed = ipaddress.IPv4Network(network)
        rows.append([int(parsed[0]), int(parsed[-1]), json.dumps(place)])
    if rows:
        connection.executemany('INSERT INTO "kql~places" VALUES (?, ?, ?)', rows)
