"""What a query answers: columns with Kusto types, rows, what they cost, how to draw them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

if TYPE_CHECKING:
    import duckdb


class AnswerColumn(NamedTuple):
    """One column of an answer."""

    name: str
    type: str
    """A Kusto scalar type: string, datetime, long, int, real, bool, dynamic, guid, …"""


@dataclass(frozen=True, slots=True)
class Render:
    """What the query's `render` operator asks for."""

    kind: str
    """`timechart`, `columnchart`, `piechart`, `table`, …"""
    properties: Mapping[str, str] = field(default_factory=dict)
    """The `with (…)` properties as written: title, xcolumn, ycolumns, series, kind, …"""


@dataclass(frozen=True, slots=True)
class Stats:
    """What an answer cost."""

    seconds: float
    """Wall time of translation and execution."""
    tables: tuple[str, ...]
    """The tables the query read."""
    rows: int
    """Rows of the answer."""


class Answer:
    """The rows of one query, held by the engine's connection until its next run.

    Args:
        connection: The engine's connection.
        relation: The table in it that holds the rows.
        columns: Names and Kusto types.
        stored: For each column its name and DuckDB type in `relation`.
        stats: What it cost.
        truncated: Why rows are missing from the end; None where all are there.
        render: What the query's `render` asks for.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        relation: str,
        columns: Sequence[AnswerColumn],
        stored: Sequence[tuple[str, str]],
        stats: Stats,
        truncated: str | None = None,
        render: Render | None = None,
    ) -> None:
        self._connection = connection
        self._stored = stored
        self.relation = relation
        """Name of the table in the engine's connection that holds the rows."""
        self.columns = tuple(columns)
        self.stats = stats
        self.truncated = truncated
        self.render = render

    def rows(self) -> Iterator[tuple[object, ...]]:
        """The rows as Python values.

        `str`, `int`, `float`, `bool`, `datetime` (aware, UTC), `timedelta`, `Decimal`, None;
        dynamic values as parsed JSON, GUIDs as text.
        """
        cursor = self._connection.execute(f"SELECT {self._selected()} FROM {self.relation}")
        readers = [_READERS.get(column.type, _same) for column in self.columns]
        while batch := cursor.fetchmany(5_000):
            for row in batch:
                yield tuple(
                    None if value is None else reader(value)
                    for reader, value in zip(readers, row, strict=True)
                )

    def json_chunks(
        self,
        rows_each: int = 2_000,
        *,
        bool_as_number: bool = False,
        dynamic_as_text: bool = False,
    ) -> Iterator[bytes]:
        """The rows as JSON objects `{column: value}` parted by commas, in pieces.

        The pieces together form the inside of a JSON array; each holds whole rows. Times are
        ISO 8601 with seven digits of a second and `Z`, spans `d.hh:mm:ss.fffffff`.
        """
        cells = []
        for column, (stored, kind) in zip(self.columns, self._stored, strict=True):
            value = _json_cell(_quoted(stored), column.type, kind, bool_as_number, dynamic_as_text)
            cells.append(f"{_literal(column.name)}, {value}")
        packed = f"json_object({', '.join(cells)})"
        cursor = self._connection.execute(f"SELECT CAST({packed} AS VARCHAR) FROM {self.relation}")
        first = True
        while batch := cursor.fetchmany(rows_each):
            text = ",".join([row[0] for row in batch])
            yield (text if first else "," + text).encode("utf-8", "surrogatepass")
            first = False

    def _selected(self) -> str:
        return ", ".join(
            f"CAST(to_json({_quoted(name)}) AS VARCHAR)"
            if column.type == "dynamic"
            else _quoted(name)
            for column, (name, _) in zip(self.columns, self._stored, strict=True)
        )


def _json_cell(
    sql: str, kusto: str, duckdb_type: str, bool_as_number: bool, dynamic_as_text: bool
) -> str:
    if kusto == "datetime":
        return f"kql_time_text({sql})"
    if kusto == "timespan":
        return f"kql_span({sql})"
    if kusto == "bool" and bool_as_number:
        return f"CAST({sql} AS TINYINT)"
    if kusto == "dynamic":
        whole = f"to_json({sql})"
        if not dynamic_as_text:
            return f"(CASE WHEN json_type({whole}) <> 'NULL' THEN {whole} END)"
        return f"coalesce({whole} ->> '$', '')"
    if kusto == "string":
        return f"coalesce({sql}, '')" if duckdb_type == "VARCHAR" else f"CAST({sql} AS VARCHAR)"
    if kusto == "real":
        return (
            f"(CASE WHEN isfinite({sql}) THEN to_json({sql}) WHEN isnan({sql}) "
            f"THEN to_json('NaN') WHEN {sql} > 0 THEN to_json('Infinity') "
            f"WHEN {sql} < 0 THEN to_json('-Infinity') END)"
        )
    if kusto == "guid":
        return f"CAST({sql} AS VARCHAR)"
    if kusto == "decimal":
        return f"rtrim(regexp_replace(CAST({sql} AS VARCHAR), '([.][0-9]*?)0+$', '\\1'), '.')"
    if duckdb_type == "HUGEINT":
        return f"CAST({sql} AS BIGINT)"
    return sql


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _same(value: Any) -> object:
    return value


def _text(value: Any) -> object:
    return str(value) if isinstance(value, UUID) else value


def _time(value: Any) -> object:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value


def _parsed(value: Any) -> object:
    try:
        parsed: object = json.loads(value)
    except RecursionError:
        # Nested too deeply to be a value here: its text says what it is.
        return value
    return parsed


_READERS = {"datetime": _time, "dynamic": _parsed, "guid": _text}
