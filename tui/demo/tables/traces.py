"""The traces of the incidents: for every entity of every alert, rows that a hunter finds."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from tui.demo.tables import alert_traces, cloud_traces, device_traces, highlights, mail_traces
from tui.demo.tables.context import Row, Scene
from tui.demo.tables.everyday import unpacked

if TYPE_CHECKING:
    import duckdb

    from tui.demo.story.queue import Queue
    from tui.kql.schema import Table

_HELD = timedelta(days=30)


def walk(queue: Queue, now: datetime) -> dict[str, list[Row]]:
    """Rows by table, for every incident of the last thirty days.

    Args:
        queue: The incidents.
        now: What the tables end at.
    """
    rows: dict[str, list[Row]] = {}

    def add(table: str, row: Row) -> None:
        rows.setdefault(table, []).append(row)

    for record in queue:
        if record.created < now - _HELD:
            break
        for alert in queue.told(record):
            scene = Scene.of(alert)
            device_traces.leave(scene, add)
            cloud_traces.leave(scene, add)
            mail_traces.leave(scene, add)
            alert_traces.leave(scene, add)
    highlights.leave(queue, add)
    return rows


def insert(con: duckdb.DuckDBPyConnection, table: Table, rows: list[Row]) -> None:
    """Insert rows into a table that exists; columns that a row lacks are empty or null."""
    from tui.kql.engine.tables import DUCKDB_TYPES

    if not rows:
        return
    used: dict[str, None] = {}
    for row in rows:
        used.update(dict.fromkeys(row))
    columns = [column for column in table.columns if column.name in used]
    shape = {column.name: DUCKDB_TYPES.get(column.type, "VARCHAR") for column in columns}
    chosen = ", ".join(
        f'coalesce("{column.name}", \'\') AS "{column.name}"'
        if column.type == "string"
        else f'"{column.name}"'
        for column in columns
    )
    con.execute(
        f'INSERT INTO "{table.name}" BY NAME SELECT {chosen} FROM ({unpacked("rows", shape)})',
        {"rows": _encoded(rows)},
    )


def _encoded(rows: list[Row]) -> str:
    def plain(value: Any) -> Any:
        raise NotImplementedError(type(value))

    return msgspec.json.encode(rows, enc_hook=plain).decode()
