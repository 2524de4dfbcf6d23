"""The timeline: alerts as marks in a lane for each tactic, over a time axis."""

from __future__ import annotations

from collections.abc import Sequence

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
from tui.ui.incident_blocks import alert_time, in_order, place_of
from tui.ui.page import STYLES, Span
from tui.ui.timeline_axis import Axis, axis_of, can_leave_out
from tui.ui.timeline_lanes import Mark, Window, gravity, lane, lane_name, mark_of

_DEEPEST = 16
"""Times that an axis can be doubled."""
_FINEST = 0.2
"""Seconds of a column beyond which nothing is spread further."""
_HEAD = 2
_LONGEST_NAME = 20


class Timeline(Widget):
    """Lanes of tactics; the chosen alert stands on a line through all of them."""

    DEFAULT_CSS = "Timeline { height: auto; width: 1fr; }"
    can_focus = True
    COMMAND_MESSAGES = TIMELINE
    HELP_TITLE = "On the timeline"
    BINDINGS = Command.bindings(*TIMELINE)

    class Chosen(Message):
        """Another alert is chosen."""

        def __init__(self, alert: Alert | None, place: int, count: int) -> None:
            super().__init__()
            self.alert = alert
            self.place = place
            """Which it is in the order of time, from 0."""
            self.count = count

    class Opened(Message):
        """Enter on the chosen alert."""

        def __init__(self, alert: Alert) -> None:
            super().__init__()
            self.alert = alert

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._marks: list[Mark] = []
        self._times: list[float] = []
        self._lanes: dict[str, list[int]] = {}
        """Places of the alerts of each category."""
        self._at = 0
        self._zoomed = 0
        self._busy = False
        self._made: tuple[int, int, bool, Axis] | None = None

    @property
    def chosen(self) -> Alert | None:
        """The alert under the cursor."""
        return self._marks[self._at].alert if self._marks else None

    def show(self, alerts: Sequence[Alert]) -> None:
        """Draw these alerts; the chosen one stays chosen where it still is."""
        former = self.chosen
        ordered = in_order(alerts)
        if former is not None and [mark.alert for mark in self._marks] == ordered:
            return
        self._marks = [mark_of(alert) for alert in ordered]
        self._times = [
            time for mark in self._marks for time in (mark.began, mark.ended) if time is not None
        ]
        self._lanes = {}
        for at, alert in enumerate(ordered):
            self._lanes.setdefault(alert.category, []).append(at)
        self._lanes = {
            name: self._lanes[name] for name in sorted(self._lanes, key=words.tactic_rank)
        }
        place = None if former is None else place_of(former, ordered)
        gravest = min(range(len(ordered)), key=lambda at: gravity(ordered[at]), default=0)
        self._at = gravest if place is None else place
        self._made = None
        self.refresh(layout=True)
        self._say_chosen()

    def choose(self, alert_id: str) -> None:
        """Put the cursor on the alert of this id, where there is one."""
        for at, mark in enumerate(self._marks):
            if mark.alert.id == alert_id:
                self._choose(at)
                return

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Axis, rule and lanes."""
        return len(self._lanes) + _HEAD if self._times else 1

    def _say_chosen(self) -> None:
        self.post_message(self.Chosen(self.chosen, self._at, len(self._marks)))

    def _choose(self, at: int) -> None:
        at = max(0, min(len(self._marks) - 1, at))
        if self._marks and at != self._at:
            self._at = at
            self.refresh()
            self._say_chosen()

    def action_step_left_command(self) -> None:
        """The alert before."""
        self._choose(self._at - 1)

    def action_step_right_command(self) -> None:
        """The next alert."""
        self._choose(self._at + 1)

    def action_lane_up_command(self) -> None:
        """The nearest alert of the lane above."""
        self._change_lane(-1)

    def action_lane_down_command(self) -> None:
        """The nearest alert of the lane below."""
        self._change_lane(1)

    def _change_lane(self, by: int) -> None:
        chosen = self.chosen
        if chosen is None:
            return
        names = list(self._lanes)
        to = names.index(chosen.category) + by
        if 0 <= to < len(names):
            began = self._marks[self._at].began or 0.0
            near = min(
                self._lanes[names[to]],
                key=lambda at: abs((self._marks[at].began or 0.0) - began),
            )
            self._choose(near)

    def action_first_alert_command(self) -> None:
        """The first alert."""
        self._choose(0)

    def action_last_alert_command(self) -> None:
        """The last alert."""
        self._choose(len(self._marks) - 1)

    def action_zoom_in_command(self) -> None:
        """Half the time, twice the room."""
        if not self._times:
            return
        seconds = max(self._times) - min(self._times)
        if self._zoomed < _DEEPEST and seconds / (2**self._zoomed * self._room()[1]) > _FINEST:
            self._zoomed += 1
            self.refresh()

    def action_zoom_out_command(self) -> None:
        """Twice the time."""
        self._zoomed = max(0, self._zoomed - 1)
        self.refresh()

    def action_zoom_to_all_command(self) -> None:
        """All of the time again."""
        self._zoomed = 0
        self.refresh()

    def action_skip_idle_command(self) -> None:
        """Leave long pauses out, or put them back."""
        if not self._busy and not can_leave_out(self._times):
            self.notify("There is no long pause between these alerts.", timeout=3, markup=False)
            return
        self._busy = not self._busy
        self.refresh()

    def action_open_alert_command(self) -> None:
        """Open the chosen alert."""
        if (alert := self.chosen) is not None:
            self.post_message(self.Opened(alert))

    def on_click(self, event: Click) -> None:
        """Choose the mark that is nearest in its lane."""
        margin, width = self._room()
        names = self._seen_lanes()
        row = event.y - _HEAD
        if not self._times or not 0 <= row < len(names):
            return
        window = self._window(width)
        near = [
            (abs(column - (event.x - margin)), at)
            for at in self._lanes[names[row]]
            if (column := window.place(self._marks[at].began)) is not None
        ]
        if near:
            self._choose(min(near)[1])

    def _room(self) -> tuple[int, int]:
        """Cells before the lanes, and cells that they have."""
        names = max((len(lane_name(name)) for name in self._lanes), default=0)
        counts = max((len(str(len(places))) for places in self._lanes.values()), default=0)
        margin = min(names, _LONGEST_NAME) + counts + 4
        return margin, max(10, self.size.width - margin)

    def _seen_lanes(self) -> list[str]:
        """The lanes that there is room for, the chosen one among them."""
        names = list(self._lanes)
        room = max(1, self.size.height - _HEAD)
        if len(names) <= room:
            return names
        chosen = self.chosen
        at = names.index(chosen.category) if chosen else 0
        first = max(0, min(at - room // 2, len(names) - room))
        return names[first : first + room]

    def _window(self, width: int) -> Window:
        key = (width, self._zoomed, self._busy)
        if self._made is None or self._made[:3] != key:
            wide = width << self._zoomed
            self._made = (*key, axis_of(self._times, wide, busy=self._busy))
        axis = self._made[3]
        first = 0
        if self._zoomed:
            began = self._marks[self._at].began
            middle = axis.place(began) if began is not None else None
            first = max(0, min((middle or 0) - width // 2, (width << self._zoomed) - width))
        return Window(axis, first, width)

    def render(self) -> RenderResult:
        """The picture."""
        if not self._marks:
            return Content.styled("No alerts.", STYLES["faint"])
        if not self._times:
            return Content.styled("No alert of this incident has a time.", STYLES["faint"])
        margin, width = self._room()
        window = self._window(width)
        chosen = self.chosen
        ruler = window.place(self._marks[self._at].began)
        lines = self._head(margin, window, ruler)
        tone = "reverse " if self.has_focus else "bold underline "
        for name in self._seen_lanes():
            marks = [self._marks[at] for at in self._lanes[name]]
            here = chosen is not None and chosen.category == name
            count = str(len(marks))
            label = lane_name(name)[: margin - 4 - len(count)]
            spans: list[Span] = [
                (label.ljust(margin - 2 - len(count)), "bold" if here else "faint"),
                (f"{count}  ", "faint"),
            ]
            spans += lane(marks, window, chosen=chosen, ruler=ruler, chosen_tone=tone)
            lines.append(Content.assemble(*((text, _style(tone)) for text, tone in spans)))
        return Content("\n").join(lines)

    def _head(self, margin: int, window: Window, ruler: int | None) -> list[Content]:
        ticks = window.axis.ticks(window.first, window.first + window.width)
        labels, rule = [" "] * window.width, ["─"] * window.width
        for at, label in ticks:
            column = at - window.first
            labels[column : column + len(label)] = label
            rule[column] = "┬"
        for at, seconds in window.axis.breaks():
            if 0 <= (column := at - window.first) < window.width:
                rule[column] = "┊"
                said = words.ago(seconds).replace(" ", "")
                start = max(0, min(column - len(said) // 2, window.width - len(said)))
                if not "".join(labels[max(0, start - 1) : start + len(said) + 1]).strip():
                    labels[start : start + len(said)] = said
        if ruler is not None and 0 <= ruler < window.width:
            rule[ruler] = "┼"
        moment = alert_time(self._marks[self._at].alert)
        day = words.local(moment)[:10] if moment else ""
        left = f"{2**self._zoomed}×" if self._zoomed else ""
        names = self._seen_lanes()
        if len(names) < len(self._lanes):
            left = f"{left}  {len(names)} of {len(self._lanes)} lanes".lstrip()
        return [
            Content.styled(day.ljust(margin) + "".join(labels).rstrip(), STYLES["faint"]),
            Content.assemble(
                (left[: margin - 1].ljust(margin), STYLES["faint"]), ("".join(rule), "$border")
            ),
        ]


def _style(tone: str) -> str:
    if tone == "rule":
        return "$border"
    before, _, name = tone.rpartition(" ")
    return f"{before} {STYLES.get(name, STYLES[''])}".strip()
