"""The timeline: alerts as marks in a lane for each tactic, over a time axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from textual.app import RenderResult
from textual.content import Content
from textual.events import Click
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget
from textual_enhanced.commands import Command

from tui.api.records import Alert
from tui.ui import words
from tui.ui.commands.incident import TIMELINE
from tui.ui.incident_blocks import alert_time, in_order
from tui.ui.page import STYLES

_STEPS = (
    *(timedelta(seconds=n) for n in (1, 5, 10, 30)),
    *(timedelta(minutes=n) for n in (1, 2, 5, 10, 15, 30)),
    *(timedelta(hours=n) for n in (1, 2, 3, 6, 12)),
    *(timedelta(days=n) for n in (1, 2, 7, 14, 30, 90, 365)),
)
_RANK = {"high": 0, "medium": 1, "low": 2, "informational": 3}


@dataclass(frozen=True, slots=True)
class _Axis:
    start: datetime
    length: timedelta
    width: int

    def place(self, moment: datetime) -> int | None:
        """The column of a moment; None outside."""
        share = (moment - self.start) / self.length
        at = round(share * (self.width - 1))
        return at if 0 <= at < self.width else None

    def ticks(self) -> list[tuple[int, str]]:
        """Columns and labels, far enough apart to be read."""
        step = next(
            (one for one in _STEPS if one / self.length * self.width >= 14),
            _STEPS[-1],
        )
        pattern = "%H:%M:%S" if step < timedelta(minutes=1) else "%H:%M"
        if step >= timedelta(days=1):
            pattern = "%m-%d"
        local = self.start.astimezone()
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        first = midnight + step * -(-(local - midnight) // step)
        found: list[tuple[int, str]] = []
        many_days = self.length > timedelta(hours=20) and step < timedelta(days=1)
        while (at := self.place(first)) is not None:
            label = first.strftime(pattern)
            if many_days and first.hour == 0 and first.minute == 0:
                label = first.strftime("%m-%d")
            if at + len(label) <= self.width and (
                not found or at >= found[-1][0] + len(found[-1][1]) + 2
            ):
                found.append((at, label))
            first += step
        return found


class Timeline(Widget):
    """Lanes of tactics; the chosen alert stands on a line through all of them."""

    DEFAULT_CSS = "Timeline { height: auto; width: 1fr; }"
    can_focus = True
    COMMAND_MESSAGES = TIMELINE
    HELP_TITLE = "On the timeline"
    BINDINGS = Command.bindings(*TIMELINE)

    class Chosen(Message):
        """Another alert is chosen."""

        def __init__(self, alert: Alert | None) -> None:
            super().__init__()
            self.alert = alert

    class Opened(Message):
        """Enter on the chosen alert."""

        def __init__(self, alert: Alert) -> None:
            super().__init__()
            self.alert = alert

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._alerts: list[Alert] = []
        self._lanes: list[str] = []
        self._at = 0
        self._zoom = 0

    @property
    def chosen(self) -> Alert | None:
        """The alert under the cursor."""
        return self._alerts[self._at] if self._alerts else None

    def show(self, alerts: Sequence[Alert]) -> None:
        """Draw these alerts; the chosen one stays chosen where it still is."""
        former = self.chosen
        self._alerts = in_order(alerts)
        self._lanes = sorted({a.category for a in self._alerts}, key=words.tactic_rank)
        ids = [alert.id for alert in self._alerts]
        if former is not None and former.id in ids:
            self._at = ids.index(former.id)
        else:
            gravest = sorted(
                range(len(ids)), key=lambda at: _RANK.get(self._alerts[at].severity.lower(), 9)
            )
            self._at = gravest[0] if gravest else 0
        self.refresh(layout=True)
        self.post_message(self.Chosen(self.chosen))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Axis, rule and lanes."""
        return len(self._lanes) + 2 if self._alerts else 1

    def _choose(self, at: int) -> None:
        at = max(0, min(len(self._alerts) - 1, at))
        if self._alerts and at != self._at:
            self._at = at
            self.refresh()
            self.post_message(self.Chosen(self.chosen))

    def action_step_left_command(self) -> None:
        """The alert before."""
        self._choose(self._at - 1)

    def action_step_right_command(self) -> None:
        """The next alert."""
        self._choose(self._at + 1)

    def action_first_alert_command(self) -> None:
        """The first alert."""
        self._choose(0)

    def action_last_alert_command(self) -> None:
        """The last alert."""
        self._choose(len(self._alerts) - 1)

    def action_zoom_in_command(self) -> None:
        """Half the time, twice the room."""
        self._zoom = min(12, self._zoom + 1)
        self.refresh()

    def action_zoom_out_command(self) -> None:
        """Twice the time."""
        self._zoom = max(0, self._zoom - 1)
        self.refresh()

    def action_open_alert_command(self) -> None:
        """Open the chosen alert."""
        if (alert := self.chosen) is not None:
            self.post_message(self.Opened(alert))

    def on_click(self, event: Click) -> None:
        """Choose the mark that is nearest in its lane."""
        margin, axis = self._axis()
        lane = event.y - 2
        if axis is None or not 0 <= lane < len(self._lanes):
            return
        near = [
            (abs(column - (event.x - margin)), at)
            for at, alert in enumerate(self._alerts)
            if alert.category == self._lanes[lane]
            and (moment := alert_time(alert)) is not None
            and (column := axis.place(moment)) is not None
        ]
        if near:
            self._choose(min(near)[1])

    def _axis(self) -> tuple[int, _Axis | None]:
        names = [words.tactic(lane) for lane in self._lanes]
        margin = min(max((len(name) for name in names), default=0), 20) + 3
        width = self.size.width - margin
        moments = [moment for alert in self._alerts if (moment := alert_time(alert))]
        if not moments or width < 10:
            return margin, None
        first, last = min(moments), max(moments)
        length = max(last - first, timedelta(seconds=10))
        start, length = first - length * 0.03, length * 1.06
        if self._zoom:
            length = max(length / 2**self._zoom, timedelta(seconds=5))
            chosen = self.chosen
            middle = (alert_time(chosen) if chosen else None) or first
            start = max(start, middle - length / 2)
        return margin, _Axis(start, length, width)

    def render(self) -> RenderResult:
        """The picture."""
        if not self._alerts:
            return Content.styled("No alerts.", STYLES["faint"])
        margin, axis = self._axis()
        if axis is None:
            return Content.styled("No alert of this incident has a time.", STYLES["faint"])
        chosen = self.chosen
        moment = alert_time(chosen) if chosen else None
        ruler = axis.place(moment) if moment else None
        labels = [" "] * axis.width
        for at, label in axis.ticks():
            labels[at : at + len(label)] = label
        lines = [
            Content.styled(" " * margin + "".join(labels).rstrip(), STYLES["faint"]),
            Content.styled(" " * margin + "─" * axis.width, "$border"),
        ]
        lines += [self._lane(name, margin, axis, ruler) for name in self._lanes]
        return Content("\n").join(lines)

    def _lane(self, name: str, margin: int, axis: _Axis, ruler: int | None) -> Content:
        marks: dict[int, Alert] = {}
        for alert in self._alerts:
            moment = alert_time(alert)
            at = axis.place(moment) if moment and alert.category == name else None
            if at is None:
                continue
            other = marks.get(at)
            if (
                other is None
                or alert is self.chosen
                or (
                    other is not self.chosen
                    and _RANK.get(alert.severity, 9) < _RANK.get(other.severity, 9)
                )
            ):
                marks[at] = alert
        label = words.tactic(name)[: margin - 3]
        parts: list[tuple[str, str]] = [(label.ljust(margin), STYLES["faint"])]
        for at in range(axis.width):
            if at in marks:
                sign = words.severity(marks[at].severity)
                style = STYLES[sign.tone]
                if marks[at] is self.chosen:
                    style = f"reverse {style}" if self.has_focus else f"bold underline {style}"
                parts.append((sign.glyph, style))
            elif at == ruler:
                parts.append(("│", STYLES["accent"]))
            else:
                parts.append(("·" if at % 2 else " ", "$border"))
        return Content.assemble(*parts)
