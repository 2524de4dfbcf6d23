"""The lanes of a timeline as text: a mark an alert, on a row of its tactic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from tui.api.records import Alert
from tui.ui import words
from tui.ui.incident_blocks import alert_time
from tui.ui.page import Span
from tui.ui.timeline_axis import Axis

_RANK = {"high": 0, "medium": 1, "low": 2, "informational": 3}
_RAISED = "²³⁴⁵⁶⁷⁸⁹"


def gravity(alert: Alert) -> int:
    """The graver the smaller."""
    return _RANK.get(alert.severity.lower(), 9)


def lane_name(category: str) -> str:
    """What stands before a lane."""
    return words.tactic(category).replace(" and ", ", ")


class Mark(Struct, frozen=True):
    """An alert with its times in seconds since 1970; None where it has none."""

    alert: Alert
    began: float | None
    ended: float | None


def mark_of(alert: Alert) -> Mark:
    """Where an alert stands and how far its activity reaches."""
    moment, last = alert_time(alert), alert.last_activity
    began = moment.timestamp() if moment else None
    ended = last.timestamp() if last and began is not None else None
    return Mark(alert, began, ended if ended and began and ended > began else None)


class Window(Struct, frozen=True):
    """The columns of an axis that are seen."""

    axis: Axis
    first: int
    width: int

    def place(self, time: float | None) -> int | None:
        """The column on the screen; it may lie outside the window."""
        at = None if time is None else self.axis.place(time)
        return None if at is None else at - self.first


def lane(
    marks: Sequence[Mark],
    window: Window,
    *,
    chosen: Alert | None,
    ruler: int | None,
    chosen_tone: str,
) -> list[Span]:
    """One lane: what happened in it, from the left to the right edge of the window.

    Args:
        marks: The lane's alerts.
        chosen: The alert under the cursor, of this lane or another.
        ruler: The column of the line through all lanes.
        chosen_tone: The tone of the chosen mark; its severity is put before it.
    """
    width = window.width
    cells: list[Span] = [("·" if (at + window.first) % 2 else " ", "rule") for at in range(width)]
    for middle, _ in window.axis.breaks():
        if 0 <= (column := middle - window.first) < width:
            cells[column] = ("┊", "faint")
    here: dict[int, list[Alert]] = {}
    before = after = False
    for mark in marks:
        at = window.place(mark.began)
        if at is None:
            continue
        before, after = before or at < 0, after or at >= width
        until = window.place(mark.ended)
        for column in range(max(0, at + 1), min(width, (until or at) + 1)):
            cells[column] = ("─", words.severity(mark.alert.severity).tone)
        if 0 <= at < width:
            here.setdefault(at, []).append(mark.alert)
    if ruler is not None and 0 <= ruler < width:
        cells[ruler] = ("┼" if cells[ruler][0] == "─" else "│", "accent")
    _edges(cells, here, before=before, after=after)
    _put_marks(cells, here, chosen, chosen_tone)
    return _joined(cells)


def _edges(
    cells: list[Span], here: Mapping[int, Sequence[Alert]], *, before: bool, after: bool
) -> None:
    """More stands beyond the edge."""
    if before and 0 not in here:
        cells[0] = ("‹", "accent")
    if after and len(cells) - 1 not in here:
        cells[-1] = ("›", "accent")


def _put_marks(
    cells: list[Span], here: Mapping[int, Sequence[Alert]], chosen: Alert | None, chosen_tone: str
) -> None:
    for at, alerts in here.items():
        is_chosen = any(alert is chosen for alert in alerts)
        shown = chosen if is_chosen and chosen is not None else min(alerts, key=gravity)
        sign = words.severity(shown.severity)
        cells[at] = (sign.glyph, f"{chosen_tone}{sign.tone}" if is_chosen else sign.tone)
        if len(alerts) > 1 and at + 1 < len(cells) and at + 1 not in here:
            raised = _RAISED[len(alerts) - 2] if len(alerts) <= 9 else "⁺"
            cells[at + 1] = (raised, sign.tone)


def _joined(cells: Sequence[Span]) -> list[Span]:
    """Neighbours of one tone as one span."""
    spans: list[Span] = []
    for text, tone in cells:
        if spans and spans[-1][1] == tone:
            spans[-1] = (spans[-1][0] + text, tone)
        else:
            spans.append((text, tone))
    return spans
