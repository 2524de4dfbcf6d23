"""The drawing half of the grid: a source of any length seen through a window of a few screens."""

from __future__ import annotations

import asyncio
from typing import Literal, TypedDict

from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.errors import Problem
from tui.rows import Row, RowSource
from tui.ui.widgets.grid_cells import Painter, Tone, paint_value
from tui.ui.widgets.grid_layout import Columns, Layout
from tui.ui.widgets.grid_look import GRID_CLASSES, GRID_CSS, Ground, Palette, palette_of
from tui.ui.widgets.grid_note import Note
from tui.ui.widgets.grid_paint import LinePainter, Marks
from tui.ui.widgets.grid_rows import RowWindow
from tui.ui.widgets.grid_widths import measure_rows, measure_titles

CursorType = Literal["row", "cell"]

Bars = tuple[str | None, float]
"""Key of the column with a bar beside each number, and what the longest stands for."""


class GridOptions(TypedDict, total=False):
    """What every part of the grid hands on to `RowView`."""

    cursor_type: CursorType
    selectable: bool
    marks: Marks | None
    gap: int
    empty: str
    name: str | None
    id: str | None
    classes: str | None
    disabled: bool


HOLD = 1 / 30
"""Seconds that the former view stays while rows are on their way; then their places are drawn."""


class RowView(ScrollView, can_focus=True):
    """Draws the rows of a source around a cursor; knows nothing of keys.

    What is drawn (`_drawn`) follows the scroll and the cursor at once where the rows are
    held, and as soon as they come, but no later than `HOLD`, where they are not.
    """

    ALLOW_SELECT = False

    COMPONENT_CLASSES = GRID_CLASSES

    DEFAULT_CSS = GRID_CSS

    def __init__(
        self,
        painter: Painter | None = None,
        *,
        cursor_type: CursorType = "row",
        selectable: bool = True,
        marks: Marks | None = None,
        gap: int = 2,
        empty: str = "Nothing here",
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
        disabled: bool = False,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes, disabled=disabled)
        self._painter: Painter = painter or paint_value
        self._cursor_type: CursorType = cursor_type
        self._selectable = selectable
        self._marks: Marks = marks or {}
        self._gap = gap
        self._note = Note(empty)
        self._failure: Note | None = None
        self._source: RowSource | None = None
        self._window = RowWindow(self._rows_came, self._rows_failed)
        self._columns = Columns()
        self._bars: Bars = (None, 0.0)
        self._layout = Layout()
        self._view = Size(0, 0)
        self._palette: Palette | None = None
        self._line: LinePainter | None = None
        self._strips: dict[object, Strip] = {}
        self._cursor = 0
        self._cursor_row: Row | None = None
        self._column = 0
        self._column_shown = False
        self._selected: set[str] = set()
        self._drawn = (0, 0)
        self._absent_drawn = False
        self._hold: asyncio.TimerHandle | None = None
        self._quiet = asyncio.Event()
        self._quiet.set()

    # What the other half adds.

    def _cursor_settled(self) -> None:
        """The row under the cursor is known, or has new values."""

    def _load_failed(self, error: Problem) -> None:
        """The source raised: where there are no rows, say so."""
        title = f"{error.what}: {error.why}" if error.why else error.what
        self._failure = Note(title, error.remedy, "bad")
        self.refresh()

    def say(self, title: str, hint: str = "", *, tone: Tone = "") -> None:
        """What stands in place of rows while there are none: empty, loading, failed."""
        self._failure = None
        note = Note(title, hint, tone)
        if note != self._note:
            self._note = note
            self.refresh()

    # Geometry.

    @property
    def source(self) -> RowSource | None:
        """What is shown."""
        return self._source

    @property
    def row_count(self) -> int:
        """How many rows the source has under its filter, as last heard."""
        return self._window.count

    @property
    def page(self) -> int:
        """Rows that one screen shows."""
        return max(1, self._view.height - 1)

    @property
    def max_scroll_x(self) -> int:
        """The end of the sideways scroll."""
        return max(0, self.virtual_size.width - self._view.width)

    @property
    def max_scroll_y(self) -> int:
        """The end of the scroll."""
        return max(0, self.virtual_size.height - self._view.height)

    @property
    def _gutter(self) -> int:
        return 2 if self._selectable else 1

    @property
    def _top(self) -> int:
        return self.scroll_offset.y

    def _arrange(self) -> None:
        """Place the columns anew, and tell Textual how large the whole is.

        Textual shows or hides its scroll bars with the next layout; what they leave is
        reckoned here, so that no frame is drawn for a width that is about to change.
        """
        width, height = self.container_size
        if width <= 0 or height <= 0:
            return
        lines = self._window.count + 1
        # A blank cell keeps the bar apart from the columns; they stand as well without it, so
        # that none moves when it comes.
        upright = self.styles.scrollbar_size_vertical + 1
        lying = self.styles.scrollbar_size_horizontal
        room = width - (upright if lines > height else 0)
        self._layout = self._columns.arrange(
            width - upright - self._gutter, self._gap, self._bars[0]
        )
        if self._layout.width + self._gutter > room:
            height -= lying
            if lines > height:
                room = width - upright
        self._view = Size(max(room, 0), max(height, 1))
        whole = self._layout.width + self._gutter if self._window.count else 1
        self.virtual_size = Size(max(whole, 1), lines)
        self._redraw()

    def _measure_rows(self) -> bool:
        """Fit the widths to the held rows; whether any grew."""
        return measure_rows(self._columns, self._window.rows, self._painter)

    def _measure(self) -> None:
        """Fit the widths to the titles and the held rows."""
        measure_titles(self._columns, self._source.order if self._source is not None else ())
        self._measure_rows()

    # Rows.

    def _look(self) -> None:
        """The view may have moved: draw it, at once or when its rows come."""
        if self._window.look(self._top, self.page):
            self._settle()
            return
        self._quiet.clear()
        if self._hold is None:
            self._hold = asyncio.get_running_loop().call_later(HOLD, self._settle)

    def _settle(self) -> None:
        """Draw the view as it is now."""
        if self._hold is not None:
            self._hold.cancel()
            self._hold = None
        if not self._window.busy:
            self._quiet.set()
        former_top, former_cursor = self._drawn
        top, cursor = self._drawn = (self._top, self._cursor)
        if self.show_vertical_scrollbar:
            self.vertical_scrollbar.position = self.scroll_y
        if top != former_top:
            self.refresh()
        elif cursor != former_cursor:
            self._refresh_rows(former_cursor, cursor)

    def _refresh_rows(self, *indices: int) -> None:
        width = self.size.width
        top = self._drawn[0]
        page = self.size.height
        lines = [index - top + 1 for index in indices]
        regions = [Region(0, y, width, 1) for y in lines if 0 < y < page]
        if regions:
            self.refresh(*regions)

    def _rows_came(self) -> None:
        count = self._window.count
        self._failure = None
        if self._measure_rows() or self.virtual_size.height != count + 1:
            self._arrange()
        self._cursor = max(0, min(self._cursor, count - 1))
        if self._cursor_row is None:
            self._know_cursor()
        self._look()
        if self._absent_drawn:
            self._absent_drawn = False
            self.refresh()

    def _rows_failed(self, error: Exception) -> None:
        self._quiet.set()
        if isinstance(error, Problem):
            self._load_failed(error)
        else:
            self.call_later(self._raise, error)

    def _raise(self, error: Exception) -> None:
        # In the message pump, where the app's own handling of defects is.
        raise error

    def _know_cursor(self) -> None:
        row = self._window.get(self._cursor)
        if row is not None or not self._window.count:
            self._cursor_row = row
            self._cursor_settled()

    async def ready(self) -> None:
        """Wait until no rows are on their way and the view shows what the source has."""
        await self._quiet.wait()

    # Drawing.

    def _redraw(self) -> None:
        """Forget every drawn line."""
        self._strips.clear()
        self._line = None
        self.refresh()

    def _painter_of_lines(self) -> LinePainter:
        line = self._line
        if line is None:
            if self._palette is None:
                self._palette = palette_of(self)
            line = self._line = LinePainter(
                layout=self._layout,
                palette=self._palette,
                painter=self._painter,
                gutter=self._gutter,
                width=self._view.width,
                full=self.size.width,
                scroll=self.scroll_offset.x,
                marks=self._marks,
                top=self._bars[1],
            )
        return line

    def render_line(self, y: int) -> Strip:
        """The strip of one line of the widget, exactly as wide as the widget."""
        line = self._painter_of_lines()
        if self._window.count == 0 or not self._layout.slots:
            return self._note_line(line, y)
        if y == 0:
            order = self._source.order if self._source is not None else ()
            strip = self._strips.get("header")
            if strip is None:
                current = self._column if self._column_shown else None
                strip = self._strips["header"] = line.header(order, current)
            return strip
        top, cursor = self._drawn
        index = top + y - 1
        if index >= self._window.count:
            return line.blank()
        row = self._window.get(index)
        ground: Ground = ""
        cell: int | None = None
        if index == cursor:
            ground = "cursor" if self.has_focus else "idle"
            cell = self._column if self._cursor_type == "cell" else None
        if row is None:
            self._absent_drawn = True
            return line.absent(ground=ground)
        selected = row.key in self._selected
        key = (index, ground, cell, selected)
        strip = self._strips.get(key)
        if strip is None:
            if len(self._strips) > 12 * self.page + 50:
                self._strips.clear()
            strip = line.row(row, ground=ground, cell=cell, selected=selected)
            self._strips[key] = strip
        return strip

    def _note_line(self, line: LinePainter, y: int) -> Strip:
        titled = bool(self._layout.slots)
        if titled and y == 0:
            order = self._source.order if self._source is not None else ()
            return line.header(order, None)
        place = y - (2 if titled else 1)
        lines = (self._failure or self._note).lines(line.width - self._gutter - 1)
        if 0 <= place < len(lines):
            return line.text(*lines[place])
        return line.blank()

    def render_lines(self, crop: Region) -> list[Strip]:
        """The strips of a region.

        Strips go to the compositor as they were made, so that what Textual keeps with each
        (its terminal codes, its filtered form) lasts from frame to frame.
        """
        styles = self.styles
        if styles.gutter.totals != (0, 0) or self.opacity != 1 or styles.text_opacity != 1:
            return super().render_lines(crop)
        strips = [self.render_line(y) for y in crop.line_range]
        _, background = self.background_colors
        for line_filter in self.get_line_filters():
            strips = [strip.apply_filter(line_filter, background) for strip in strips]
        first, last = crop.column_span
        if (first, last) != (0, self.size.width):
            strips = [strip.crop(first, last) for strip in strips]
        return strips

    # What Textual tells us.

    def watch_scroll_x(self, old_value: float, new_value: float) -> None:
        """Columns moved."""
        if self.show_horizontal_scrollbar:
            self.horizontal_scrollbar.position = new_value
        if round(old_value) != round(new_value):
            self._redraw()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Rows moved; the scroll bar follows with them, in the same frame."""
        if round(old_value) != round(new_value):
            self._look()
        elif self.show_vertical_scrollbar:
            self.vertical_scrollbar.position = new_value

    def watch_has_focus(self, has_focus: bool) -> None:
        """The cursor looks alive only with the focus."""
        super().watch_has_focus(has_focus)
        self._refresh_rows(self._drawn[1])

    def notify_style_update(self) -> None:
        """Another theme: all colours are new."""
        super().notify_style_update()
        self._palette = None
        self._redraw()

    def on_resize(self) -> None:
        """Other space for the columns, other number of rows."""
        seen = self._top <= self._cursor < self._top + self.page
        self._arrange()
        if seen:
            self._keep_cursor_seen()
        self._keep_column_seen()
        if self._source is not None:
            self._look()
        self.refresh()

    def on_unmount(self) -> None:
        """Nobody waits for rows any longer."""
        self._window.cancel()
        if self._hold is not None:
            self._hold.cancel()
            self._hold = None

    def _keep_cursor_seen(self) -> None:
        """Scroll as little as shows the cursor's row."""
        top, page = self._top, self.page
        target = min(self._cursor, max(top, self._cursor - page + 1))
        if target != top:
            self._scroll_rows(target)

    def _keep_column_seen(self) -> None:
        """Scroll sideways as little as shows the column of the cursor."""
        place = self._layout.slot_of(self._column)
        if place is None or place < self._layout.pinned:
            return
        slot, fixed = self._layout.slots[place], self._layout.pinned_width
        room = max(1, self._view.width - self._gutter - fixed)
        now = self.scroll_offset.x
        goal = min(slot.x - fixed, max(now, slot.end - fixed - room))
        if goal != now:
            self.scroll_to(x=goal, animate=False, force=True, immediate=True)

    def _scroll_rows(self, top: int) -> None:
        self.scroll_to(y=top, animate=False, force=True, immediate=True)
