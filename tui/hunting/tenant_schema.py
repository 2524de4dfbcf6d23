"""What a tenant said of its tables: columns and types, kept from one hunt to the next."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tui.config.paths import locked, write_private
from tui.kql.schema import Table, learned_table
from tui.text import visible

if TYPE_CHECKING:
    from tui.api.protocols import HuntingService
    from tui.hunting.columns import Declared
    from tui.hunting.scratch import Scratch

_FRESH = timedelta(days=7)
"""How long an answer counts; new columns come to a tenant every few weeks."""
_LONGEST = 128
_MOST = 2000
"""Columns of one table that are believed."""
_TYPES = {
    "sbyte": "bool", "boolean": "bool", "int16": "int", "int32": "int", "uint16": "int",
    "byte": "int", "int64": "long", "uint32": "long", "uint64": "long", "double": "real",
    "single": "real", "float": "real", "object": "dynamic", "sqldecimal": "decimal",
    "date": "datetime", "datetimeoffset": "datetime", "time": "timespan",
}  # fmt: skip
_KNOWN = frozenset(
    {"string", "datetime", "long", "int", "real", "bool", "dynamic", "guid", "timespan", "decimal"}
)


class _Entry(msgspec.Struct, frozen=True):
    at: datetime
    columns: tuple[tuple[str, str], ...]


class TenantSchema:
    """The tables of one tenant, as far as it was asked.

    Args:
        directory: Where the file is kept (0600); None keeps it in this object.
        now: The time, aware.
    """

    def __init__(self, directory: Path | None, *, now: Callable[[], datetime]) -> None:
        self._path = directory / "hunting-schema.json" if directory else None
        self._now = now
        self._entries: dict[str, _Entry] = {}

    @property
    def tables(self) -> dict[str, Table]:
        """What is known, by name."""
        return {name: learned_table(name, one.columns) for name, one in self._entries.items()}

    def load(self) -> None:
        """Read what was learned before; a file that cannot be read counts as none."""
        self._entries = {**self._read(), **self._entries}

    def is_fresh(self, name: str) -> bool:
        """Whether the tenant was asked about this table of late."""
        known = self._entries.get(name)
        return known is not None and self._now() - known.at < _FRESH

    def learn(self, name: str, columns: Iterable[tuple[str, str]]) -> bool:
        """Keep a table's columns; whether they are others than were known.

        Raises:
            OSError: They are known now, and could not be written.
        """
        found = tuple(
            (column, kind) for column, kind in columns if visible(column)[:_LONGEST] == column
        )[:_MOST]
        if not found:
            return False
        former = self._entries.get(name)
        self._entries[name] = _Entry(self._now(), found)
        if self._path is not None:
            with locked(self._path.with_suffix(".lock")):
                self._entries = {**self._read(), **self._entries}
                write_private(self._path, msgspec.json.encode(self._entries).decode())
        return former is None or former.columns != found

    def _read(self) -> dict[str, _Entry]:
        try:
            if self._path is None:
                return {}
            return msgspec.json.decode(self._path.read_bytes(), type=dict[str, _Entry])
        except (OSError, msgspec.MsgspecError, ValueError):
            return {}


def declared_columns(declared: Iterable[Declared]) -> list[tuple[str, str]]:
    """The columns of an answer, with Kusto's names for their types."""
    return [(one.name, kusto_type(one.type)) for one in declared]


def kusto_type(word: str) -> str:
    """Kusto's name for a type as the services declare it; text where nobody knows it."""
    low = word.rpartition(".")[2].lower()
    kind = _TYPES.get(low, low)
    return kind if kind in _KNOWN else "string"


async def ask_columns(
    hunting: HuntingService, name: str, scratch: Scratch
) -> list[tuple[str, str]]:
    """Ask the service for a table's columns: one query, which counts as any other.

    Raises:
        Problem: What failed; `QueryProblem` where there is no such table.
    """
    from tui.hunting.run import Run

    result = await Run(hunting, f"{name}\n| getschema", scratch=scratch).execute()
    try:
        rows = [await result.row(index) for index in range(min(result.count, _MOST))]
    finally:
        result.close()
    found = [(str(row.get("ColumnName") or ""), str(row.get("ColumnType") or "")) for row in rows]
    return [(column, kusto_type(kind)) for column, kind in found if column]
