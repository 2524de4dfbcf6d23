"""The arranging half of the grid: which columns are shown, where, how wide, and what is pinned."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol, Unpack, runtime_checkable

from tui.rows import Placed, RowSource
from tui.ui.widgets.grid_cells import Painter
from tui.ui.widgets.grid_layout import WIDEST, Columns
from tui.ui.widgets.grid_model import KeptRows
from tui.ui.widgets.grid_view import GridOptions


@runtime_checkable
class ChoosySource(RowSource, Protocol):
    """A source that spares itself the values of columns that are not shown."""

    def need(self, keys: Collection[str]) -> bool:
        """Read these columns; returns whether rows read before lack some of them."""
        ...


class ArrangedRows(KeptRows):
    """Shows the columns that its reader chose."""

    def __init__(
        self,
        painter: Painter | None = None,
        *,
        first_columns: Sequence[str] | None = None,
        **options: Unpack[GridOptions],
    ) -> None:
        super().__init__(painter, **options)
        self.first_columns = first_columns
        """Keys of the columns to show until told otherwise; None shows all."""
        self._wished: tuple[Placed, ...] = ()

    # What the next half adds.

    def _columns_changed(self) -> None:
        """The reader arranged the columns."""

    @property
    def arrangement(self) -> tuple[Placed, ...]:
        """The columns shown, from left to right."""
        return self._columns.arrangement()

    def arrange_as(self, placed: Sequence[Placed]) -> None:
        """Show these columns; none means those that are shown at first."""
        self._wished = tuple(placed)
        self._take_wished(self._columns)
        self._rearranged(told=False)

    def _new_columns(self, source: RowSource) -> Columns:
        columns = super()._new_columns(source)
        self._take_wished(columns)
        return columns

    def _will_read(self, source: RowSource, columns: Columns) -> None:
        if isinstance(source, ChoosySource):
            source.need([one.key for one in columns.arrangement()])

    def _take_wished(self, columns: Columns) -> None:
        placed = self._wished
        if not placed:
            keys = self.first_columns or [m.column.key for m in columns.measures]
            placed = tuple(Placed(key) for key in keys)
        columns.arrange_as(placed)

    def _rearranged(self, *, told: bool = True) -> None:
        source = self._source
        shown = [one.key for one in self.arrangement]
        if isinstance(source, ChoosySource) and source.need(shown):
            self._columns.rows_seen = 0
            self.run_worker(self.refresh_rows(), group="grid-columns", exclusive=True)
        if self._columns.measures and self._columns.measures[self._column].hidden:
            self._column = next(m.index for m in self._columns.in_order if not m.hidden)
        self._measure()
        self._arrange()
        self._keep_column_seen()
        if told:
            self._wished = self.arrangement
            self._columns_changed()

    def action_resize_column(self, step: int) -> None:
        """Change the width of the column of the cursor."""
        place = self._layout.slot_of(self._column)
        if place is None:
            return
        width = self._layout.slots[place].width + step
        self._columns.measures[self._column].by_hand = max(2, min(width, WIDEST))
        self._column_shown = True
        self._rearranged()

    def action_hide_column(self) -> None:
        """Put the column of the cursor away, unless it is the last."""
        place = self._layout.slot_of(self._column)
        if place is None or sum(not m.hidden for m in self._columns.measures) < 2:
            return
        self._columns.measures[self._column].hidden = True
        slots = [slot for slot in self._layout.slots if slot.index != self._column]
        if slots:
            self._column = slots[min(place, len(slots) - 1)].index
        self._rearranged()
        self._cursor_settled()

    def action_show_columns(self) -> None:
        """Undo what was done to columns by hand."""
        self._wished = ()
        self._take_wished(self._columns)
        self._rearranged(told=False)
        self._columns_changed()

    def action_move_column(self, step: int) -> None:
        """Move the column of the cursor past its neighbour."""
        if self._columns.shift(self._column, step):
            self._column_shown = True
            self._rearranged()

    def action_pin_column(self) -> None:
        """Keep the column of the cursor at the left, or let it scroll again."""
        if self._columns.measures:
            measure = self._columns.measures[self._column]
            measure.held = not measure.pinned
            self._column_shown = True
            self._rearranged()

    def action_choose_columns(self) -> None:
        """List all columns, to show, hide, move, pin and size them."""
        if self._columns.measures:
            self.run_worker(self._choose_columns(), group="grid-choose", exclusive=True)

    async def _choose_columns(self) -> None:
        from tui.ui.widgets.column_chooser import ColumnChooser

        chooser = ColumnChooser(self._columns, self.first_columns)
        if await self.app.push_screen_wait(chooser) is not None:
            self._columns.arrange_as(chooser.placed)
            self._rearranged()
