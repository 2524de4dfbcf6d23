"""The grid: one table for the queue and for hunting results, over rows of any number."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING

from textual import events
from textual_enhanced.commands import Command

from tui.errors import Problem
from tui.rows import Column, Row, RowSource, SortKey
from tui.ui.commands.grid import GRID_COMMANDS
from tui.ui.widgets import grid_messages
from tui.ui.widgets.grid_arranging import ArrangedRows
from tui.ui.widgets.grid_cells import Cell, Painter, Span, Tone, copied_text, paint_value
from tui.ui.widgets.grid_model import KeyedSource

if TYPE_CHECKING:
    from tui.ui.key_gate import KeyGate


class Grid(ArrangedRows):
    """A table over a `RowSource` that holds no more rows than a few screens.

    Args:
        painter: Makes a `Cell` of each value; `paint_value` unless given.
        cursor_type: `row` highlights the row; `cell` one cell of it too, and copies that.
        selectable: Whether rows can be selected; the tick takes a cell at the left.
        marks: For marks of `Row.marks`, what stands where the tick would.
        gap: Blank cells between columns, where there is room.
        empty: What it says while there are no rows; `say` changes it.
        first_columns: Keys of the columns to show until told otherwise; all unless given.
    """

    COMMAND_MESSAGES = GRID_COMMANDS
    HELP_TITLE = "In the table"
    BINDINGS = Command.bindings(*GRID_COMMANDS)

    RowHighlighted = grid_messages.RowHighlighted
    RowOpened = grid_messages.RowOpened
    SelectionChanged = grid_messages.SelectionChanged
    Copied = grid_messages.Copied
    SortChanged = grid_messages.SortChanged
    LoadFailed = grid_messages.LoadFailed
    ColumnsChanged = grid_messages.ColumnsChanged

    # What happens.

    def move_to(self, index: int) -> None:
        """Put the cursor on the row at this place, and scroll as little as shows it."""
        self._step(index)

    def _cursor_settled(self) -> None:
        self.post_message(self.RowHighlighted(self, self._cursor_row, self.cursor_column))

    def _selection_changed(self) -> None:
        self.post_message(self.SelectionChanged(self, self.selected))

    def _order_changed(self) -> None:
        order = self._source.order if self._source is not None else ()
        self.post_message(self.SortChanged(self, order))

    def _columns_changed(self) -> None:
        self.post_message(self.ColumnsChanged(self, self.arrangement))

    def _load_failed(self, error: Problem) -> None:
        super()._load_failed(error)
        self.post_message(self.LoadFailed(self, error))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Selecting is offered only where rows can be selected."""
        if action.startswith("select_") and not self._selectable:
            return False
        return super().check_action(action, parameters)

    # Moving.

    def _step(self, index: int, *, select: bool = False) -> None:
        if not self._window.count:
            return
        if select and self._range is None:
            self._range = (self._cursor, self.selected)
        elif not select and not self._ranging:
            self._range = None
        self._go(index)
        self._extend_range()

    def _leap(self, rows: int) -> None:
        if not self._window.count:
            return
        if not self._ranging:
            self._range = None
        self._go(self._cursor + rows, top=self._top + rows)
        self._extend_range()

    def action_cursor_up(self) -> None:
        """One row up."""
        self._step(self._cursor - 1)

    def action_cursor_down(self) -> None:
        """One row down."""
        self._step(self._cursor + 1)

    def action_first_row(self) -> None:
        """To the first row."""
        self._step(0)

    def action_last_row(self) -> None:
        """To the last row."""
        self._step(self._window.count - 1)

    def action_page_up(self) -> None:
        """One page up; view and cursor move together."""
        self._leap(-self.page)

    def action_page_down(self) -> None:
        """One page down; view and cursor move together."""
        self._leap(self.page)

    def action_half_page_up(self) -> None:
        """Half a page up."""
        self._leap(-max(1, self.page // 2))

    def action_half_page_down(self) -> None:
        """Half a page down."""
        self._leap(max(1, self.page // 2))

    def _go_to_column(self, place: int) -> None:
        slots = self._layout.slots
        if not slots:
            return
        slot = slots[max(0, min(place, len(slots) - 1))]
        moved = slot.index != self._column
        self._column = slot.index
        self._column_shown = True
        self._keep_column_seen()
        self._strips.clear()
        self.refresh()
        if moved:
            self._cursor_settled()

    @property
    def _place(self) -> int:
        return self._layout.slot_of(self._column) or 0

    def action_cursor_left(self) -> None:
        """One column to the left."""
        self._go_to_column(self._place - 1)

    def action_cursor_right(self) -> None:
        """One column to the right."""
        self._go_to_column(self._place + 1)

    def action_first_column(self) -> None:
        """To the first column, all the way to the left."""
        self.scroll_to(x=0, animate=False, force=True, immediate=True)
        self._go_to_column(0)

    def action_last_column(self) -> None:
        """To the last column."""
        self._go_to_column(len(self._layout.slots) - 1)

    def action_open_row(self) -> None:
        """Open the row under the cursor."""
        if self._cursor_row is not None:
            self.post_message(self.RowOpened(self, self._cursor_row, self.cursor_column))

    # Selecting.

    def action_select_row(self) -> None:
        """Turn the selection of the row around, and go on."""
        row = self._cursor_row
        if row is None:
            return
        self._end_range()
        self._set_selection(self._selected ^ {row.key})
        self._step(self._cursor + 1)

    def action_select_up(self) -> None:
        """Select upwards."""
        self._step(self._cursor - 1, select=True)

    def action_select_down(self) -> None:
        """Select downwards."""
        self._step(self._cursor + 1, select=True)

    def action_select_range(self) -> None:
        """Begin a range here, or end the one that was begun."""
        if self._ranging:
            self._end_range()
        elif self._window.count:
            self._ranging = True
            self._range = (self._cursor, self.selected)
            self._extend_range()

    def action_select_all(self) -> None:
        """Select all rows."""
        self._end_range()
        self.run_worker(self._all_selected(), group="grid-select", exclusive=True)

    async def _all_selected(self) -> None:
        """Keys typed ahead are meant for all of them."""
        gate: KeyGate | None = getattr(self.app, "gate", None)
        with gate.hold() if gate is not None else nullcontext():
            await self.select_all()

    # Copying.

    def action_copy_text(self) -> None:
        """Copy the selected rows, else the cell or the row under the cursor."""
        row, column = self._cursor_row, self.cursor_column
        if self._selected:
            self.run_worker(self._copy_selected(), group="grid-copy", exclusive=True)
        elif row is not None and column is not None and self._cursor_type == "cell":
            self._copy_cell(column, row)
        elif row is not None:
            self._copy(self._line_of(row), "the row")

    def _copy_cell(self, column: Column, row: Row) -> None:
        """Copy the cell under the cursor, which is in this column of this row."""
        self._copy(copied_text(column, self.cursor_value), "the cell")

    def _line_of(self, row: Row) -> str:
        pairs = zip(self._columns.measures, row.values, strict=False)
        shown = [(measure.column, value) for measure, value in pairs if not measure.hidden]
        return "\t".join(copied_text(column, value) for column, value in shown)

    async def _copy_selected(self) -> None:
        lines = [self._line_of(row) for row in await self._selected_rows()]
        self._copy("\n".join(lines), "the row" if len(lines) == 1 else f"{len(lines):,} rows")

    def _copy(self, text: str, what: str) -> None:
        self.app.copy_to_clipboard(text)
        self.post_message(self.Copied(self, text, what))

    # Columns.

    def _sort(self, column: Column, *, too: bool) -> None:
        if self._source is None:
            return
        order = next_order(self._source.order, column, too=too)
        self.run_worker(self.sort_by(order), group="grid-sort", exclusive=True)

    def action_sort_column(self) -> None:
        """Sort by the column of the cursor alone."""
        if (column := self.cursor_column) is not None:
            self._column_shown = True
            self._sort(column, too=False)

    def action_sort_column_too(self) -> None:
        """Sort by the column of the cursor after those in force."""
        if (column := self.cursor_column) is not None:
            self._column_shown = True
            self._sort(column, too=True)

    # Mouse.

    async def on_click(self, event: events.Click) -> None:
        """A title sorts, a row takes the cursor; twice opens, with Ctrl or the tick selects."""
        event.stop()
        slot = self._painter_of_lines().slot_at(event.x)
        if event.y == 0:
            if slot is not None and self._window.count:
                self._column = slot.index
                self._sort(slot.column, too=event.shift)
            return
        index = self._drawn[0] + event.y - 1
        if not 0 <= index < self._window.count:
            return
        if slot is not None and self._cursor_type == "cell":
            self._go_to_column(self._layout.slot_of(slot.index) or 0)
        self._step(index, select=event.shift and self._selectable)
        row = self._cursor_row
        if row is None:
            return
        if event.chain == 2:
            self.action_open_row()
        elif self._selectable and (event.ctrl or event.x == 1):
            self._set_selection(self._selected ^ {row.key})


def next_order(order: Sequence[SortKey], column: Column, *, too: bool) -> list[SortKey]:
    """The order after a wish to sort by a column: one way, the other way, not at all.

    Numbers and times begin with the largest, all else with the first of the alphabet.

    Args:
        order: The order in force.
        column: The column.
        too: Whether the other columns of the order stay.
    """
    downwards = column.kind in ("number", "time", "span")
    former = next((key for key in order if key.key == column.key), None)
    if former is None:
        following = SortKey(column.key, downwards)
    elif former.descending == downwards:
        following = SortKey(column.key, not downwards)
    else:
        following = None
    if not too:
        return [following] if following is not None else []
    kept = [following if key.key == column.key else key for key in order]
    if former is None:
        kept.append(following)
    return [key for key in kept if key is not None]


__all__ = [
    "Cell",
    "Column",
    "Grid",
    "KeyedSource",
    "Painter",
    "Row",
    "RowSource",
    "SortKey",
    "Span",
    "Tone",
    "copied_text",
    "next_order",
    "paint_value",
]
