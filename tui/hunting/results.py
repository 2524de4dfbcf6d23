"""A result set: the rows of a hunting answer in DuckDB, and the views a screen takes of them."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tui.errors import Problem
from tui.hunting import body
from tui.hunting.columns import Declared, value_of
from tui.hunting.source import ResultSource
from tui.hunting.store import Store, literal
from tui.rows import Column

ROW_LIMIT = 100_000
"""Rows after which the services stop. Source: *Advanced hunting quotas*."""

_LARGEST_ROW = 16 << 20


@dataclass(slots=True)
class ResultSet:
    """Rows of one answer. Made by `load`; to be closed.

    Every cell is kept as the text the service sent (JSON numbers and booleans as written,
    dynamic values as JSON); the declared type decides how it sorts and reads. A value that
    does not fit its type stays visible as that text.
    """

    declared: tuple[Declared, ...]
    """The columns as the service named them, in its order."""
    columns: tuple[Column, ...]
    """The same for a grid; keys are `c0` to `cn`."""
    count: int
    store: Store
    seconds: float = 0.0
    """What the run took, as the user waited for it."""
    truncated: str | None = None
    """Why there may be more rows than these, in words; None where all are here."""
    notes: tuple[str, ...] = ()
    """What could not be read, or was not as declared, in words."""
    stats: dict[str, Any] = field(default_factory=dict)
    """The classic API's `Stats`."""
    query: str = ""
    """What was run."""
    _sources: int = 0

    @classmethod
    async def load(
        cls,
        path: Path,
        *,
        seconds: float = 0.0,
        query: str = "",
        directory: Path | None = None,
        row_limit: int | None = ROW_LIMIT,
    ) -> ResultSet:
        """Read an answer's body, of either dialect.

        Args:
            path: The body. It stays as it is.
            seconds: What the run took.
            query: What was run.
            directory: Where DuckDB may spill; the body's directory unless given.
            row_limit: The service's limit, to say when it was met; None where it has none.

        Raises:
            BadAnswer: The body holds no rows at all, or is no JSON.
        """
        store = Store(directory or path.parent)
        stop = threading.Event()
        try:
            loaded = await store.run(lambda: _load(store, path, stop), stop=stop.set)
        except BaseException as problem:
            stop.set()
            store.close()
            if isinstance(problem, (Problem, asyncio.CancelledError)):
                raise
            if isinstance(problem, Exception):
                raise _unreadable(problem) from problem
            raise
        count = loaded.count
        truncated: str | None = None
        if loaded.cut:
            truncated = f"the answer was cut after {count:,} rows: there are more"
        elif loaded.refusal:
            truncated = (
                f"the service broke off after {count:,} row{'' if count == 1 else 's'}: "
                f"{loaded.refusal}"
            )
        elif row_limit is not None and count >= row_limit:
            truncated = f"{count:,} rows: the service's limit, there may be more"
        return cls(
            declared=loaded.columns,
            columns=_grid_columns(loaded.columns),
            count=count,
            store=store,
            seconds=seconds,
            truncated=truncated,
            notes=tuple(loaded.notes),
            stats=loaded.stats,
            query=query,
        )

    def source(self) -> ResultSource:
        """A view with an order and a filter of its own."""
        self._sources += 1
        return ResultSource(self.store, self.declared, self.columns, self.count, self._sources)

    async def row(self, index: int) -> dict[str, object]:
        """The row of this place in the answer, every column under its title.

        Titles that repeat are numbered (`Name`, `Name (2)`).

        Raises:
            IndexError: There is no such row.
        """
        names = ", ".join(column.key for column in self.columns) or "NULL"
        found = await self.store.rows(f"SELECT {names} FROM t WHERE rowid = ?", [index])
        if not found:
            raise IndexError(index)
        return {
            column.title: value_of(declared.family, text)
            for column, declared, text in zip(self.columns, self.declared, found[0], strict=False)
        }

    def close(self) -> None:
        """Let go of the rows; whatever runs on them is stopped."""
        self.store.close()


def _unreadable(problem: Exception) -> Problem:
    from tui.errors import BadAnswer

    if type(problem).__name__ in ("OutOfMemoryException", "MemoryError"):
        why = "it needs more memory or more room on the disk than there is"
        return BadAnswer(
            "Reading the result failed", why, "Ask for fewer rows or columns (take, project)."
        )
    if isinstance(problem, OSError):
        return BadAnswer("Reading the result failed", problem.strerror or "the file is not there")
    return BadAnswer("Reading the result failed", "its rows do not fit together")


def _grid_columns(declared: Sequence[Declared]) -> tuple[Column, ...]:
    times: dict[str, int] = {}
    columns: list[Column] = []
    for index, column in enumerate(declared):
        name = column.name or f"(column {index + 1})"
        times[name] = times.get(name, 0) + 1
        title = name if times[name] == 1 else f"{name} ({times[name]})"
        columns.append(Column(f"c{index}", title, column.kind, pinned=index == 0))
    return tuple(columns)


@dataclass(slots=True)
class _Loaded:
    columns: tuple[Declared, ...]
    count: int
    stats: dict[str, Any]
    notes: list[str]
    cut: bool = False
    refusal: str = ""


def _load(store: Store, path: Path, stop: threading.Event) -> _Loaded:
    envelope = body.find_envelope(path)
    if envelope is not None and _readable(envelope) and os.access(path, os.W_OK):
        loaded = _read_in_place(store, path, envelope)
        if loaded is not None:
            return loaded
    return _read_all(store, path, stop)


def _readable(envelope: body.Envelope) -> bool:
    """Whether DuckDB can name the columns: it ignores case, and knows no empty name."""
    names = [column.name for column in envelope.columns]
    folded = {name.casefold() for name in names}
    return (
        bool(names)
        and len(folded) == len(names)
        and all(name and name.isprintable() for name in names)
        and set(envelope.keys) <= set(names)
    )


def _read_in_place(store: Store, path: Path, envelope: body.Envelope) -> _Loaded | None:
    """Let DuckDB read the rows where they are: all around them is blank meanwhile."""
    import duckdb

    spec = ", ".join(f"{literal(column.name)}: 'VARCHAR'" for column in envelope.columns)
    names = ", ".join(
        f'"{column.name.replace(chr(34), chr(34) * 2)}" AS c{index}'
        for index, column in enumerate(envelope.columns)
    )
    with _Alone(path, envelope.first, envelope.last):
        for largest in (_LARGEST_ROW, _LARGEST_ROW * 8):
            try:
                store.execute(
                    f"CREATE OR REPLACE TABLE t AS SELECT {names} FROM read_json("
                    f"{literal(str(path))}, columns = {{{spec}}}, format = 'array', "
                    f"records = true, maximum_object_size = {largest})"
                )
            except duckdb.InterruptException:
                raise
            except duckdb.OutOfMemoryException:
                raise
            except duckdb.Error as fault:
                if "maximum_object_size" not in str(fault):
                    return None
            else:
                cells = ", ".join(f"c{index}" for index in range(len(envelope.columns)))
                count, blank = store.execute(
                    f"SELECT count(*), count(*) FILTER (coalesce({cells}) IS NULL) FROM t"
                )[0]
                if blank:
                    # A row of nothing may have been no object at all: something may be lost.
                    return None
                return _Loaded(envelope.columns, count, envelope.stats, [])
    return None


class _Alone:
    """For a while the file holds its middle alone: spaces before it, nothing behind."""

    def __init__(self, path: Path, first: int, last: int) -> None:
        self._path, self._first, self._last = path, first, last
        self._before = self._after = b""

    def __enter__(self) -> None:
        with self._path.open("r+b") as file:
            self._before = file.read(self._first)
            file.seek(self._last)
            self._after = file.read()
            file.seek(0)
            file.write(b" " * self._first)
            file.truncate(self._last)

    def __exit__(self, *exception: object) -> None:
        with self._path.open("r+b") as file:
            file.write(self._before)
            file.seek(self._last)
            file.write(self._after)


def _read_all(store: Store, path: Path, stop: threading.Event) -> _Loaded:
    """Read a body that is not sound, row by row, and give DuckDB what could be read."""
    store.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    copy = store.directory / f"{path.name}.rows"
    try:
        with os.fdopen(os.open(copy, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w") as file:

            def write(cells: list[str | None]) -> None:
                row = {f"c{index}": cell for index, cell in enumerate(cells) if cell is not None}
                file.write(json.dumps(row) + "\n")

            reading = body.read_leniently(path, write, stop.is_set)
        return _read_copy(store, copy, reading)
    finally:
        copy.unlink(missing_ok=True)


def _read_copy(store: Store, copy: Path, reading: body.Reading) -> _Loaded:
    notes = list(reading.faults[:3])
    if len(reading.faults) > 3:
        notes.append(f"and {len(reading.faults) - 3:,} more rows like these")
    if not reading.listed and not reading.cut:
        notes.append("the answer names its columns and holds no list of rows")
    columns = reading.columns
    if not columns:
        # Rows without a single value still count.
        store.execute(
            "CREATE OR REPLACE TABLE t AS SELECT NULL::VARCHAR AS c0 FROM range(?)", [reading.rows]
        )
        return _Loaded((), reading.rows, reading.stats, notes, reading.cut, reading.refusal)
    spec = ", ".join(f"c{index}: 'VARCHAR'" for index in range(len(columns)))
    largest = max(_LARGEST_ROW, copy.stat().st_size // max(1, reading.rows) * 4)
    store.execute(
        "CREATE OR REPLACE TABLE t AS SELECT * FROM read_json("
        f"{literal(str(copy))}, columns = {{{spec}}}, format = 'newline_delimited', "
        f"records = true, maximum_object_size = {min(largest, 1 << 29)})"
    )
    count = store.execute("SELECT count(*) FROM t")[0][0]
    return _Loaded(columns, count, reading.stats, notes, reading.cut, reading.refusal)
