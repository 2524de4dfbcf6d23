"""A result set as a file: CSV, JSON, Parquet or a table for the eye.

Times are UTC as the service wrote them. CSV and tables are for people and their tools:
their cells are made displayable. JSON escapes what does not show, Parquet keeps every text
as it was: evidence stays what it was.
"""

from __future__ import annotations

import asyncio
import csv
import io
import json
import os
import re
import threading
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

from tui.errors import Problem
from tui.hunting.columns import Declared, value_of
from tui.hunting.parquet import write_parquet
from tui.hunting.source import AS_THEY_CAME
from tui.text import calm, escape_json, visible

if TYPE_CHECKING:
    from tui.hunting.results import ResultSet
    from tui.hunting.source import ResultSource

Format = Literal["csv", "json", "parquet", "table"]
FORMATS: tuple[Format, ...] = ("csv", "json", "parquet", "table")

_BATCH = 500
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_WIDEST = 60
_MEASURED = 500

Row = tuple[str | None, ...]


async def write(
    result: ResultSet,
    target: Path | BinaryIO,
    format: Format,
    *,
    source: ResultSource | None = None,
    guard_formulas: bool = True,
    on_rows: Callable[[int], None] | None = None,
) -> int:
    """Write the rows and return how many there were.

    A file is written beside its place and moved there when it is whole; it is the user's
    own (0600). Runs in the result's thread; a cancelled caller stops it within a batch, and
    no file is left.

    Args:
        result: The rows.
        target: A file, or an open binary stream such as standard output's buffer.
        format: `csv`, `json` (an array of objects), `parquet` or `table`.
        source: A view of the result whose order and filter are to be kept.
        guard_formulas: In CSV, put an apostrophe before cells that a spreadsheet would
            take for a formula.
        on_rows: Told from the loop how many rows are written.

    Raises:
        Problem: The file cannot be written.
        BrokenPipeError: The stream's reader went away.
    """
    loop = asyncio.get_running_loop()
    stop = threading.Event()

    def tell(rows: int) -> None:
        if on_rows is not None:
            loop.call_soon_threadsafe(on_rows, rows)

    def work() -> int:
        if isinstance(target, Path):
            return _to_file(target, lambda out: put(out))
        return put(target)

    def go_on() -> None:
        if stop.is_set():
            raise Problem("The export was stopped")

    def put(out: BinaryIO) -> int:
        rows = source.order_sql() if source is not None else AS_THEY_CAME
        written = 0
        if format == "parquet":
            write_parquet(result, rows, out)
            written = source.shown if source is not None else result.count
        else:
            with _WRITERS[format](result, out, guard_formulas) as add:
                for batch in _batches(result, rows):
                    go_on()
                    add(batch)
                    written += len(batch)
                    tell(written)
        # Once more, so that a caller who stopped at the last rows finds no file either.
        go_on()
        return written

    return await result.store.ask(work, stop=stop.set)


def _to_file(target: Path, put: Callable[[BinaryIO], int]) -> int:
    target = target.expanduser()
    half = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(half, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as out:
            written = put(out)
        half.replace(target)
    except OSError as fault:
        half.unlink(missing_ok=True)
        raise Problem(
            f"Writing {visible(str(target))} failed",
            (fault.strerror or "the file cannot be written").lower(),
            "Choose another place.",
        ) from fault
    except BaseException:
        half.unlink(missing_ok=True)
        raise
    return written


def _batches(result: ResultSet, rows: str) -> Iterator[list[Row]]:
    names = ", ".join(f"t.{column.key}" for column in result.columns) or "NULL"
    # On the store's own connection, which is the one that a cancelled caller interrupts.
    connection = result.store.connection()
    if rows == AS_THEY_CAME:
        # Window by window: an order over all of them would hold them all twice.
        window = f"SELECT {names} FROM t WHERE rowid >= ? AND rowid < ? ORDER BY rowid"
        for first in range(0, result.count, _BATCH):
            yield connection.execute(window, [first, first + _BATCH]).fetchall()
        return
    numbered = f"SELECT row_number() OVER () AS n, r FROM ({rows})"
    cursor = connection.execute(
        f"SELECT {names} FROM ({numbered}) o JOIN t ON t.rowid = o.r ORDER BY o.n"
    )
    while batch := cursor.fetchmany(_BATCH):
        yield batch


Add = Callable[[Sequence[Row]], None]


class _Csv(AbstractContextManager[Add]):
    def __init__(self, result: ResultSet, out: BinaryIO, guard: bool) -> None:
        self._result = result
        self._text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
        self._guard = guard

    def __enter__(self) -> Add:
        writer = csv.writer(self._text, lineterminator="\n")
        cell = _guarded if self._guard else _shown
        numeric = [column.kind == "number" for column in self._result.columns]
        writer.writerow([cell(column.title) for column in self._result.columns])

        def add(rows: Sequence[Row]) -> None:
            writer.writerows(
                [
                    "" if text is None else text if number and _is_number(text) else cell(text)
                    for text, number in zip(row, numeric, strict=False)
                ]
                for row in rows
            )

        return add

    def __exit__(self, *exception: object) -> None:
        self._text.flush()
        self._text.detach()


def _shown(text: str) -> str:
    return visible(text)


def _guarded(text: str) -> str:
    shown = visible(text)
    if shown.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA):
        return "'" + shown
    return shown


_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None


class _Json(AbstractContextManager[Add]):
    def __init__(self, result: ResultSet, out: BinaryIO, guard: bool) -> None:
        del guard
        self._result = result
        self._out = out
        self._begun = False

    def __enter__(self) -> Add:
        titles = [column.title for column in self._result.columns]
        declared = self._result.declared

        def add(rows: Sequence[Row]) -> None:
            parts: list[str] = []
            for row in rows:
                parts.append(",\n" if self._begun else "[\n")
                self._begun = True
                parts.append(_json_row(titles, declared, row))
            self._out.write("".join(parts).encode())

        return add

    def __exit__(self, *exception: object) -> None:
        if exception[0] is None:
            self._out.write(b"\n]\n" if self._begun else b"[]\n")


def _json_row(titles: Sequence[str], declared: Sequence[Declared], row: Row) -> str:
    cells = (
        f"{json.dumps(title, ensure_ascii=False)}: {_json_text(column, text)}"
        for title, column, text in zip(titles, declared, row, strict=False)
    )
    return escape_json("{" + ", ".join(cells) + "}")


def _json_text(column: Declared, text: str | None) -> str:
    value = json_value(column, text)
    if isinstance(value, (dict, list)) and text is not None and "\n" not in text:
        # As it came: a number read and written again would lose digits.
        return text
    return json.dumps(value, ensure_ascii=False)


def json_value(column: Declared, text: str | None) -> Any:
    """A cell as JSON says it: numbers and booleans as such, dynamic values as their content."""
    if text is None:
        return None
    if column.family == "dynamic":
        try:
            content = json.loads(text, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            return text
        return content if isinstance(content, (dict, list)) else text
    value = value_of(column.family, text)
    if isinstance(value, float) and value - value != 0:
        return text
    return value if isinstance(value, (bool, int, float)) else text


def _no_constant(name: str) -> Any:
    raise ValueError(name)


class _Table(AbstractContextManager[Add]):
    def __init__(self, result: ResultSet, out: BinaryIO, guard: bool) -> None:
        del guard
        self._result = result
        self._out = out
        self._widths: list[int] | None = None
        self._waiting: list[list[str]] = []

    def __enter__(self) -> Add:
        self._waiting.append([visible(column.title) for column in self._result.columns])

        def add(rows: Sequence[Row]) -> None:
            self._waiting += [
                [calm(visible(text)) if text is not None else "" for text in row] for row in rows
            ]
            if len(self._waiting) > _MEASURED:
                self._flush()

        return add

    def _flush(self) -> None:
        if self._widths is None:
            self._widths = [
                min(_WIDEST, max(map(cells, column), default=0))
                for column in zip(*self._waiting, strict=False)
            ]
        right = [column.kind == "number" for column in self._result.columns]
        for row in self._waiting:
            line = "  ".join(
                _fitted(text, width, numeric)
                for text, width, numeric in zip(row, self._widths, right, strict=False)
            )
            self._out.write(line.rstrip().encode() + b"\n")
        self._waiting = []

    def __exit__(self, *exception: object) -> None:
        if exception[0] is None:
            self._flush()


def cells(text: str) -> int:
    """How many cells of a terminal a displayable text takes."""
    if text.isascii():
        return len(text)
    return sum(
        0
        if unicodedata.combining(character)
        else 2
        if unicodedata.east_asian_width(character) in "WF"
        else 1
        for character in text
    )


def _fitted(text: str, width: int, right: bool) -> str:
    if cells(text) > width:
        while text and cells(text) > width - 1:
            text = text[: max(0, min(len(text) - 1, width))] if len(text) > width else text[:-1]
        text += "…"
    space = " " * (width - cells(text))
    return space + text if right else text + space


_WRITERS: dict[str, Callable[[ResultSet, BinaryIO, bool], AbstractContextManager[Add]]] = {
    "csv": _Csv,
    "json": _Json,
    "table": _Table,
}

__all__ = ["FORMATS", "Format", "cells", "json_value", "write"]
