"""Columns by a list: shown or not, in which order, how wide, which stay at the left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import OptionList

from tui.rows import Placed
from tui.text import visible
from tui.ui.page import Choice, line, text
from tui.ui.widgets.dialogs import Dialog
from tui.ui.widgets.grid_layout import WIDEST, Columns
from tui.ui.widgets.pick_list import PickList
from tui.ui.widgets.sheet import Sheet


@dataclass(slots=True)
class _Line:
    key: str
    title: str
    shown: bool
    width: int | None
    natural: int
    pinned: bool
    pinned_by_source: bool


class ColumnChooser(Dialog):
    """Arranges the columns of a table. Answers `take` with `placed`, or None.

    Args:
        columns: The columns as they are.
        first: Keys of those shown unless told otherwise; None is all.
    """

    BINDINGS = [
        Binding("space", "show_or_hide"),
        Binding("left_curly_bracket,shift+up,K", "move(-1)"),
        Binding("right_curly_bracket,shift+down,J", "move(1)"),
        Binding("less_than_sign", "size(-1)"),
        Binding("greater_than_sign", "size(1)"),
        Binding("vertical_line,p", "pin"),
        Binding("asterisk", "reset"),
    ]
    YIELDING = "PickList"

    def __init__(self, columns: Columns, first: Sequence[str] | None) -> None:
        super().__init__()
        shown = [measure for measure in columns.in_order if not measure.hidden]
        hidden = [measure for measure in columns.in_order if measure.hidden]
        self._lines = [
            _Line(
                measure.column.key,
                visible(measure.column.title),
                not measure.hidden,
                measure.by_hand,
                measure.natural,
                measure.pinned,
                measure.column.pinned,
            )
            for measure in (*shown, *hidden)
        ]
        self._first = list(first) if first is not None else None

    @property
    def placed(self) -> tuple[Placed, ...]:
        """The columns to show, from left to right."""
        return tuple(
            Placed(
                one.key,
                one.width,
                None if one.pinned == one.pinned_by_source else one.pinned,
            )
            for one in self._lines
            if one.shown
        )

    def compose(self) -> ComposeResult:
        """Title, list, keys."""
        with Vertical(classes="dialog"):
            yield Sheet([text("Columns", "bold")])
            yield PickList()
            yield Sheet(
                [
                    line(
                        ("space", "accent"),
                        (" shows   ", "faint"),
                        ("{ }", "accent"),
                        (" moves   ", "faint"),
                        ("< >", "accent"),
                        (" sizes   ", "faint"),
                        ("|", "accent"),
                        (" pins", "faint"),
                    ),
                    line(
                        ("*", "accent"),
                        (" as at first   ", "faint"),
                        ("Enter", "accent"),
                        (" takes it   ", "faint"),
                        ("Esc", "accent"),
                        (" leaves it as it is", "faint"),
                    ),
                ]
            )

    def on_mount(self) -> None:
        """List them."""
        self._offer(self._lines[0].key)
        self.query_one(PickList).focus()

    def _offer(self, at: str) -> None:
        self._lines.sort(key=lambda one: (not one.shown, not one.pinned))
        self.query_one(PickList).offer([self._choice(one) for one in self._lines], at)

    def _choice(self, one: _Line) -> Choice:
        width = f"{one.width:>4} cells" if one.width is not None else ""
        return Choice(
            one.key,
            (
                ("✓ " if one.shown else "  ", "tag"),
                (f"{one.title[:24]:<26}", "" if one.shown else "faint"),
                ("pinned  " if one.pinned and one.shown else "        ", "accent"),
                (width, "faint"),
            ),
        )

    @property
    def _line(self) -> _Line:
        return self._lines[self.query_one(PickList).highlighted or 0]

    def action_show_or_hide(self) -> None:
        """Show this column, or put it away; one always stays."""
        one = self._line
        if one.shown and sum(line.shown for line in self._lines) < 2:
            return
        at = self._lines.index(one)
        one.shown = not one.shown
        below = self._lines[min(at + 1, len(self._lines) - 1)]
        self._offer(one.key if one.shown else below.key)

    def action_move(self, step: int) -> None:
        """Move this column among those that are shown."""
        at = self._lines.index(self._line)
        to = at + step
        if not 0 <= to < len(self._lines):
            return
        one, other = self._lines[at], self._lines[to]
        if one.shown and other.shown and one.pinned == other.pinned:
            self._lines[at], self._lines[to] = other, one
            self._offer(one.key)

    def action_size(self, step: int) -> None:
        """Make this column wider or narrower."""
        one = self._line
        width = (one.width if one.width is not None else one.natural) + step
        one.width = max(2, min(width, WIDEST))
        self._offer(one.key)

    def action_pin(self) -> None:
        """Keep this column at the left, or let it scroll."""
        self._line.pinned = not self._line.pinned
        self._offer(self._line.key)

    def action_reset(self) -> None:
        """The columns, widths and pins that stood here at first."""
        first = self._first if self._first is not None else [one.key for one in self._lines]
        for one in self._lines:
            one.shown, one.width = one.key in first, None
            one.pinned = one.pinned_by_source
        self._lines.sort(key=lambda one: first.index(one.key) if one.shown else len(first))
        self._offer(self._lines[0].key)

    @on(OptionList.OptionSelected)
    def _taken(self) -> None:
        self.dismiss("take")
