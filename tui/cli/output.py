"""Data to standard output, everything else to standard error; no escape codes into files."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from tui.text import escape_json, visible

_GAP = 2
_PADDED = 120
_NARROW = 8
"""Columns are cut to no less; a terminal that is too narrow for it all loses the last ones."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def prepare_streams() -> None:
    """Make standard output and error take any text: UTF-8 unless a terminal says otherwise.

    A stream that was closed by the caller (`>&-`) swallows what is written to it; otherwise
    `print` would send what is for standard error to standard output.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is None:
            continue
        if stream.isatty():
            reconfigure(errors="backslashreplace")
        else:
            reconfigure(encoding="utf-8", errors="backslashreplace")


def say(text: str) -> None:
    """Narrate: a line on standard error, displayable whatever is in it.

    That nobody can read it changes nothing of what is done and of the exit code.
    """
    with suppress(OSError):
        print(visible(text), file=sys.stderr, flush=True)


def coloured(stream: Any = None) -> bool:
    """Whether a stream (standard output) is a terminal that may be given colours."""
    target = sys.stdout if stream is None else stream
    return target.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, tuple | set | frozenset):
        return list(value)
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)


def json_text(value: object) -> str:
    """JSON for people and programs alike: indented, and with nothing hidden.

    Controls, overrides and invisible characters are escaped, so a terminal is safe and a
    parser gets them back as they were.
    """
    import json

    text = json.dumps(value, ensure_ascii=False, indent=2, default=_plain)
    return escape_json(text)


def write_json(value: object) -> None:
    """Write a value to standard output as JSON."""
    sys.stdout.write(json_text(value) + "\n")


def guarded(value: object) -> object:
    """A cell of CSV that no spreadsheet takes for a formula; numbers stay numbers."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return value
    text = visible(str(_plain(value)) if not isinstance(value, str) else value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write rows to standard output as CSV, guarded against formulas."""
    import csv

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([guarded(column) for column in columns])
    writer.writerows([guarded(value) for value in row] for row in rows)


def cell_text(value: object) -> str:
    """A value of a table, on one line and displayable."""
    if value is None:
        return ""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple | set | frozenset):
        return visible(", ".join(_within(one) for one in value))
    return visible(_within(_plain(value)))


def _within(value: object) -> str:
    """A part of a list, or an object: nested values as JSON has them."""
    if not isinstance(value, list | tuple | Mapping | bool | None):
        return str(value)
    import json

    return json.dumps(value, ensure_ascii=False, default=_plain)


def _fitted(widths: Sequence[int], room: int) -> list[int]:
    """Widths that fit, taken from the widest columns alone: a cut number is a wrong one."""
    found = [max(1, width) for width in widths]
    over = sum(found) + _GAP * len(found) - room
    while over > 0 and max(found) > _NARROW:
        found[found.index(max(found))] -= 1
        over -= 1
    return found


def write_table(
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    right: Sequence[int] = (),
    style: Callable[[int, object], str] | None = None,
) -> None:
    """Write rows to standard output as a table.

    A terminal gets it cut to its width, a pipe in full; what is overlong there stands out of
    its column.

    Args:
        columns: Their titles.
        rows: One value for each column.
        right: Indexes of columns that align to the right.
        style: Column index and value → a rich style, used where colours are.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    terminal = sys.stdout.isatty()
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
    titles = [Text(visible(title)) for title in columns]
    cells = [
        [
            Text(cell_text(value), style=style(index, value) if style else "")
            for index, value in enumerate(row)
        ]
        for row in rows
    ]
    widths = [max(text.cell_len for text in column) for column in zip(titles, *cells, strict=True)]
    if not terminal and not coloured():
        # One value of thousands of characters must not widen every line.
        padded = [min(width, _PADDED) for width in widths]
        for line in [titles, *cells]:
            parts = (
                cell.plain.rjust(len(cell.plain) + width - cell.cell_len)
                if index in right
                else cell.plain.ljust(len(cell.plain) + width - cell.cell_len)
                for index, (cell, width) in enumerate(zip(line, padded, strict=True))
            )
            sys.stdout.write((" " * _GAP).join(parts).rstrip() + "\n")
        return
    fitting = _fitted(widths, Console(file=sys.stdout).width) if terminal else widths
    for index, title in enumerate(titles):
        table.add_column(
            title,
            justify="right" if index in right else "left",
            no_wrap=True,
            overflow="ellipsis",
            width=fitting[index],
        )
    for texts in cells:
        table.add_row(*texts)
    console = Console(
        file=sys.stdout,
        highlight=False,
        markup=False,
        emoji=False,
        no_color=not coloured(),
        color_system="auto" if coloured() else None,
        force_terminal=coloured(),
        width=None if terminal else 1_000_000,
    )
    if terminal:
        console.print(table)
        return
    with console.capture() as captured:
        console.print(table)
    sys.stdout.writelines(line.rstrip() + "\n" for line in captured.get().splitlines())
