"""How the queue's, the alerts' and the evidence's columns are dressed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tui.incidents.tactics import letters_of
from tui.rows import Column, Row
from tui.text import calm, visible
from tui.ui import words
from tui.ui.sparkline import bars
from tui.ui.widgets.grid_cells import Cell, Painter, Span, Tone, paint_value


def _tone(name: str) -> Tone:
    return name  # type: ignore[return-value]


def severity_cell(value: object) -> Cell:
    """`▲ H`."""
    sign = words.severity(str(value))
    return Cell(spans=((f"{sign.glyph} {sign.letter}", _tone(sign.tone)),))


def status_cell(value: object, row: Row) -> Cell:
    """`● active`; an edit under way or refused takes the glyph's place."""
    sign = words.status(str(value))
    glyph: Span = (sign.glyph, _tone(sign.tone))
    if "failed" in row.marks:
        glyph = ("!", "bad")
    elif "conflict" in row.marks:
        glyph = ("≠", "warn")
    elif "pending" in row.marks:
        glyph = ("↑", "accent")
    # As wide for every status, so that an edit shows in a column of any content.
    return Cell(spans=(glyph, (f" {sign.word:<7}", "faint")), short=(glyph,))


def priority_cell(value: object, *, closed: bool = False) -> Cell:
    """`98`, with the portal's colours; a mark tells the most urgent without them."""
    if not isinstance(value, int):
        return Cell("–", "faint", align="right")
    if closed:
        return Cell(str(value), "faint", align="right")
    tone = "bad" if value > 85 else "warn" if value >= 15 else "faint"
    return Cell(f"{'▴' if value > 85 else ''}{value}", _tone(tone), align="right")


def due_cell(value: object, row: Row, now: datetime) -> Cell:
    """`2h` left, `◔12m` in the last quarter of the time, `!3h` too late."""
    if not isinstance(value, datetime):
        return Cell("–" if "closed" not in row.marks else "", "faint", align="right")
    if "late" in row.marks:
        return Cell(f"!{words.age(value, now)}", "bad", align="right")
    left = words.age(now, value)
    if "soon" in row.marks:
        return Cell(f"◔{left}", "warn", align="right")
    return Cell(left, "good", align="right")


def queue_painter(me: Callable[[], str | None], now: Callable[[], datetime]) -> Painter:
    """The painter of the incident queue."""

    def owner_cell(value: object) -> Cell:
        word, tone = words.owner(str(value) if value else None, me())
        mark = {"you": "●", "–": "–"}.get(word, "○")
        return Cell(word, _tone(tone), short=((mark, _tone(tone)),))

    def paint(column: Column, value: object, row: Row) -> Cell:
        closed = "closed" in row.marks
        match column.key:
            case "id":
                return Cell(visible(str(value)), "faint")
            case "severity":
                return severity_cell(value)
            case "status":
                return status_cell(value, row)
            case "name":
                name = calm(visible(str(value))) if value else "(no name)"
                return Cell(name, "faint" if closed or not value else "")
            case "alerts" | "devices" | "users":
                return Cell("" if value is None else str(value), "faint", align="right")
            case "prio" | "priority":
                return priority_cell(value, closed=closed)
            case "owner":
                return owner_cell(value)
            case "due":
                return due_cell(value, row, now())
            case "age" if isinstance(value, datetime):
                late = "late" in row.marks
                said = ("!" if late else "") + words.age(value, now())
                tone = "bad" if late else "warn" if "soon" in row.marks else "faint"
                return Cell(said, _tone(tone), align="right")
            case "updated" if isinstance(value, datetime):
                return Cell(words.age(value, now()), "faint", align="right")
            case "tactics" if isinstance(value, (list, tuple)):
                return Cell(" ".join(visible(letters_of(str(one))) for one in value), "faint")
            case "activity" if isinstance(value, (list, tuple)):
                return Cell(bars((int(one) for one in value), 3), "faint" if closed else "accent")
            case "classification" | "determination":
                known = str(value).casefold() not in ("unknown", "none", "")
                return Cell(words.spaced(str(value)) if known else "–", "faint")
            case "tags" if isinstance(value, (list, tuple)):
                return Cell("  ".join(visible(str(tag)) for tag in value), "tag")
        return paint_value(column, value, row)

    return paint


def alert_painter(now: Callable[[], datetime]) -> Painter:
    """The painter of an incident's alerts."""

    def paint(column: Column, value: object, row: Row) -> Cell:
        match column.key:
            case "severity":
                return severity_cell(value)
            case "status":
                return status_cell(value, row)
            case "time":
                said = words.local(value, now()) if isinstance(value, datetime) else "–"
                return Cell(said, "faint", align="right")
            case "title":
                return Cell(calm(visible(str(value))) or "(no title)")
            case "tactic":
                return Cell(words.tactic(str(value)) if value else "", "faint")
        return Cell(calm(visible(str(value))) if value else "", "faint")

    return paint


def evidence_painter() -> Painter:
    """The painter of an incident's evidence."""

    def paint(column: Column, value: object, _row: Row) -> Cell:
        match column.key:
            case "title":
                return Cell(calm(visible(str(value))))
            case "kind" if isinstance(value, tuple):
                kind, count = value
                if not count:
                    return Cell(words.kind(kind), "faint")
                name = words.kind(kind)
                return Cell(
                    spans=((f"{name[:1].upper()}{name[1:]}", "bold"), (f" {count}", "faint"))
                )
            case "verdict":
                sign = words.verdict(str(value))
                return Cell(
                    spans=((f"{sign.glyph} ", _tone(sign.tone)), (sign.word, _tone(sign.tone)))
                )
            case "remediation":
                known = str(value).lower() not in ("none", "unknown", "")
                return Cell(words.spaced(str(value)) if known else "–", "faint")
        return Cell(calm(visible(str(value))) if value else "", "faint")

    return paint
