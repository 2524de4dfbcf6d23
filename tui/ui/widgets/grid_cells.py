"""What stands in one cell of a grid: how values are written, toned and cut."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Literal

from msgspec import Struct
from rich.cells import cell_len, get_character_cell_size

from tui.rows import Column, Row
from tui.text import calm, visible

Tone = Literal["", "faint", "bold", "accent", "good", "bad", "warn", "low", "tag"]
"""What a piece of text means; the theme gives each its colour (`grid--faint`, …)."""

TONES: tuple[Tone, ...] = ("", "faint", "bold", "accent", "good", "bad", "warn", "low", "tag")

Span = tuple[str, Tone]
"""A piece of text and its tone."""

_LONGEST = 1000
"""Characters of a value that are ever drawn; no screen is wider."""


class Cell(Struct, frozen=True):
    """What a painter makes of a value.

    The text may be raw: the grid makes it displayable once more, which changes nothing
    where the painter did so already, and never reads it as markup.
    """

    text: str = ""
    """The text, unless there are `spans`."""
    tone: Tone = ""
    """The tone of `text`."""
    spans: tuple[Span, ...] = ()
    """Several pieces in tones of their own; they replace `text`."""
    align: Literal["", "left", "right"] = ""
    """Empty: numbers and spans of time to the right, all else to the left."""
    short: tuple[Span, ...] = ()
    """What to draw where the whole does not fit (`●` for `● active`); else it is cut with `…`."""


Painter = Callable[[Column, object, Row], Cell]
"""Makes a cell of a value. It is called for drawn cells only and should take microseconds."""


def paint_value(column: Column, value: object, row: Row) -> Cell:  # noqa: ARG001
    """The painter that a grid has unless it is given another."""
    if value is None:
        return Cell("–", "faint")
    if isinstance(value, str):
        text = local_text(value) if column.kind == "time" else value
        return Cell(text)
    return Cell(shown_text(column, value))


def shown_text(column: Column, value: object) -> str:
    """The value in words, as on the screen: times local, spans as Kusto writes them."""
    if isinstance(value, datetime):
        return _moment(value, "")
    return _plain(column, value)


def copied_text(column: Column, value: object) -> str:
    """The whole value on one displayable line for the clipboard: times in UTC, None empty."""
    if value is None:
        return ""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, datetime):
        try:
            moment = value if value.tzinfo is None else value.astimezone(UTC)
        except OverflowError:
            return value.isoformat()
        return moment.replace(tzinfo=None).isoformat() + "Z"
    return visible(_plain(column, value))


def _plain(column: Column, value: object) -> str:
    if column.kind == "bool" and isinstance(value, int):
        return "true" if value else "false"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, timedelta):
        return span_text(value)
    if isinstance(value, (list, tuple, dict)):
        return _compact(value)
    return str(value)


def _number(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return repr(value)


def _compact(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    except (RecursionError, ValueError, TypeError):
        return "{…}" if isinstance(value, dict) else "[…]"


def span_text(value: timedelta) -> str:
    """A span as Kusto writes it: `-1.02:03:04.5000000`, days and fraction only where there are."""
    sign = "-" if value < timedelta(0) else ""
    value = abs(value)
    minutes, seconds = divmod(value.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days = f"{value.days}." if value.days else ""
    fraction = f".{value.microseconds:06d}0" if value.microseconds else ""
    return f"{sign}{days}{hours:02d}:{minutes:02d}:{seconds:02d}{fraction}"


def _fraction(digits: str) -> str:
    """Thousandths where they say all, else every digit there is, so that rows line up."""
    if not digits.strip("0"):
        return ""
    return f".{digits[:3]:0<3}" if not digits[3:].strip("0") else f".{digits}"


def _moment(value: datetime, digits: str) -> str:
    """Local time; `digits` is the fraction of a second where it is known better than in `value`."""
    zone = ""
    if value.tzinfo is not None:
        try:
            # Before there were time zones, local is a solar time to the second.
            value = value.astimezone(None if value.year >= 1900 else UTC)
            zone = "" if value.year >= 1900 else "Z"
        except (OverflowError, ValueError, OSError):
            # The last hours of year 9999 have no local form.
            zone = "Z"
    fraction = _fraction(digits or (f"{value.microsecond:06d}" if value.microsecond else ""))
    return (
        f"{value.year:04d}-{value.month:02d}-{value.day:02d} "
        f"{value.hour:02d}:{value.minute:02d}:{value.second:02d}{fraction}{zone}"
    )


@lru_cache(maxsize=2048)
def local_text(value: str) -> str:
    """A time that a source keeps as text, local, all digits of its second kept.

    Text that is no ISO 8601 time comes back as it is.
    """
    head, dot, tail = value.partition(".")
    digits = tail.rstrip("Zz") if dot else ""
    offset = ""
    for sign in "+-":
        if sign in digits:
            digits, _, offset = digits.partition(sign)
            offset = sign + offset
    if digits and not (digits.isascii() and digits.isdigit()):
        return value
    try:
        moment = datetime.fromisoformat(head.rstrip("Zz") + offset)
    except ValueError:
        return value
    if len(head) < len("2026-11-24T05:22"):
        return value
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return _moment(moment, digits)


def displayable(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans that are safe to draw: no control character, nothing longer than can be seen."""
    made: list[Span] = []
    for text, tone in spans:
        if not (text.isascii() and text.isprintable()):
            text = calm(visible(text[:_LONGEST]))
            if text and get_character_cell_size(text[0]) == 0:
                # It would join the character of another cell.
                text = "◌" + text
        elif len(text) > _LONGEST:
            text = text[:_LONGEST]
        if text:
            made.append((text, tone))
    return tuple(made)


def spans_of(cell: Cell) -> tuple[Span, ...]:
    """The displayable spans of a cell."""
    return displayable(cell.spans or ((cell.text, cell.tone),))


def width_of(spans: Iterable[Span]) -> int:
    """Cells that the spans take."""
    return sum(len(text) if text.isascii() else cell_len(text) for text, _ in spans)


def cut_text(text: str, width: int) -> tuple[str, int]:
    """As much of the text as fits into `width` cells, whole characters only, and its width."""
    if text.isascii():
        return text[:width], min(len(text), width)
    used = 0
    for index, character in enumerate(text):
        size = get_character_cell_size(character)
        if used + size > width:
            return text[:index], used
        used += size
    return text, used


def fit(cell: Cell, width: int, *, right: bool) -> list[Span]:
    """The cell drawn in exactly `width` cells: padded, folded to its short form, or cut with `…`.

    Args:
        cell: What the painter made.
        width: Cells there are; none gives an empty list.
        right: Where the text stands when the cell does not say.
    """
    if width <= 0:
        return []
    spans = spans_of(cell)
    used = width_of(spans)
    if used > width and cell.short:
        spans = displayable(cell.short)
        used = width_of(spans)
    made: list[Span]
    if used > width:
        made, used = _cut(spans, width)
    else:
        made = list(spans)
    if used < width:
        pad = " " * (width - used)
        if cell.align == "right" or (right and not cell.align):
            made.insert(0, (pad, ""))
        else:
            made.append((pad, ""))
    return made


def _cut(spans: tuple[Span, ...], width: int) -> tuple[list[Span], int]:
    made: list[Span] = []
    left = width - 1
    used = 0
    for text, tone in spans:
        kept, size = cut_text(text, left - used)
        used += size
        if len(kept) < len(text):
            made.append((kept + "…", tone))
            return made, used + 1
        made.append((kept, tone))
    # Only reached where zero-width text ended exactly at the edge.
    made.append(("…", spans[-1][1]))
    return made, used + 1
