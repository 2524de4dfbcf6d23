"""One line of a grid as a strip: gutter, pinned columns, what of the others is in view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rich.cells import cell_len, get_character_cell_size
from rich.segment import Segment
from textual.strip import Strip

from tui.rows import Row, SortKey
from tui.text import visible
from tui.ui.widgets.bars import bar
from tui.ui.widgets.grid_cells import Cell, Painter, Span, Tone, cut_text, displayable, fit
from tui.ui.widgets.grid_layout import Layout, Slot
from tui.ui.widgets.grid_look import Ground, Palette

BAR = "▌"
TICK = "✓"
ABSENT = "·"
UP, DOWN = "↑", "↓"

Marks = Mapping[str, Span]
"""What the gutter shows for a mark of `Row.marks`, the first that applies."""

Run = tuple[str, Tone, int]
"""Text, its tone, and the place of its slot; -1 between the slots."""


def sort_marks(order: Sequence[SortKey]) -> dict[str, str]:
    """What stands beside the title of each column of an order."""
    several = len(order) > 1
    return {
        key.key: (DOWN if key.descending else UP) + (str(place) if several else "")
        for place, key in enumerate(order, 1)
    }


def drop_left(spans: list[Span], cells: int) -> list[Span]:
    """A drawn cell without its first `cells`; `…` where what is left lacks its beginning."""
    text = "".join(part for part, _ in spans)
    kept, _ = cut_text(text, cells)
    rest = text[len(kept) :]
    if kept.strip() and rest.strip():
        cells += 1
    made: list[Span] = []
    for part, tone in spans:
        index = 0
        while index < len(part) and (cells > 0 or get_character_cell_size(part[index]) == 0):
            cells -= get_character_cell_size(part[index])
            index += 1
        if cells < 0:
            # Half of a wide character is a blank.
            made.append((" ", tone))
            cells = 0
        if index < len(part):
            made.append((part[index:], tone))
            cells = 0
    if kept.strip() and rest.strip():
        made.insert(0, ("…", made[0][1] if made else ""))
    return made


def bar_of(value: object, top: float, cells: int) -> str:
    """A thin bar for a number beside the largest, in halves of a cell; blank where it is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= top:
        return " " * cells
    return bar(value / top, cells).ljust(cells)


def _keep(runs: list[Run], cells: int) -> list[Run]:
    """The runs in exactly this many cells."""
    made: list[Run] = []
    for text, tone, place in runs:
        if cells <= 0:
            return made
        kept, used = cut_text(text, cells)
        made.append((kept, tone, place))
        cells -= used
        if len(kept) < len(text):
            break
    if cells > 0:
        made.append((" " * cells, "", -1))
    return made


@dataclass(slots=True)
class LinePainter:
    """Draws lines for one layout, one width and one place of the horizontal scroll."""

    layout: Layout
    palette: Palette
    painter: Painter
    gutter: int
    """Cells left of the columns: the bar, and the tick where rows can be selected."""
    width: int
    """Cells of the line that are not under a scroll bar."""
    full: int
    """Cells of the whole line."""
    scroll: int = 0
    """Cells that the columns which are not pinned are scrolled."""
    marks: Marks = field(default_factory=dict)
    top: float = 0.0
    """The number that the longest bar stands for."""
    _fixed: tuple[Slot, ...] = ()
    _moving: tuple[Slot, ...] = ()
    _drop: int = 0
    _room: int = 0

    def __post_init__(self) -> None:
        layout = self.layout
        room = max(self.width - self.gutter, 0)
        self._fixed = layout.slots[: layout.pinned]
        self._room = max(room - layout.pinned_width, 0)
        begin = layout.pinned_width + self.scroll
        end = begin + self._room
        self._moving = tuple(
            slot for slot in layout.slots[layout.pinned :] if slot.end > begin and slot.x < end
        )
        self._drop = begin - self._moving[0].x if self._moving else 0

    @property
    def drawn(self) -> tuple[Slot, ...]:
        """The slots in view."""
        return self._fixed + self._moving

    def slot_at(self, x: int) -> Slot | None:
        """The slot at this cell of the line."""
        x -= self.gutter
        if x < 0:
            return None
        if x >= self.layout.pinned_width:
            x += self.scroll
            slots = self._moving
        else:
            slots = self._fixed
        return next((slot for slot in slots if slot.x <= x < slot.end + self.layout.gap), None)

    def _columns(self, cells: Mapping[int, list[Span]]) -> list[Run]:
        """Place drawn cells, each by the index of its column, in one line after the gutter."""
        layout = self.layout
        gap: Run = (" " * layout.gap, "", -1)
        total = max(self.width - self.gutter, 0)
        runs: list[Run] = []
        for slot in self._fixed:
            runs.extend((text, tone, slot.index) for text, tone in cells[slot.index])
            runs.append(gap)
        if len(self._fixed) == len(layout.slots):
            return _keep(runs, total)
        if layout.pinned_width > total:
            runs = _keep(runs, total)
        moving: list[Run] = []
        for slot in self._moving:
            if moving:
                moving.append(gap)
            spans = cells[slot.index]
            if slot is self._moving[0] and self._drop > 0:
                spans = drop_left(spans, self._drop)
            moving.extend((text, tone, slot.index) for text, tone in spans)
        if self._drop < 0:
            moving.insert(0, (" " * -self._drop, "", -1))
        return runs + _keep(moving, self._room)

    def _visible_width(self, slot: Slot) -> int:
        """Cells of a slot up to the right edge, so that what is cut there says so."""
        if slot in self._fixed:
            return slot.width
        edge = self.layout.pinned_width + self.scroll + self._room
        return min(slot.width, edge - slot.x)

    def row(
        self,
        row: Row,
        *,
        ground: Ground = "",
        cell: int | None = None,
        selected: bool = False,
    ) -> Strip:
        """The line of a row.

        Args:
            row: The row.
            ground: What it stands on: `cursor`, `idle` (cursor of a grid without focus) or none.
            cell: Index of the column under the cursor, where it is to be seen.
            selected: Whether it has a tick.
        """
        values = row.values
        cells: dict[int, list[Span]] = {}
        for slot in self.drawn:
            index = slot.index
            value = values[index] if index < len(values) else None
            made = self.painter(slot.column, value, row)
            cells[index] = fit(made, self._visible_width(slot), right=slot.right)
            if slot.bar:
                cells[index].append((" ", ""))
                cells[index].append((bar_of(value, self.top, slot.bar - 1), "accent"))
        mark: Span = (" ", "")
        if selected:
            mark = (TICK, "tag")
        elif self.marks and row.marks:
            mark = next((self.marks[name] for name in self.marks if name in row.marks), mark)
        return self._strip(self._columns(cells), ground, cell, mark)

    def absent(self, *, ground: Ground = "") -> Strip:
        """The line of a row that is not there yet."""
        cells = {
            slot.index: [
                *fit(Cell(ABSENT, "faint"), self._visible_width(slot), right=slot.right),
                (" " * slot.bar, ""),
            ]
            for slot in self.drawn
        }
        return self._strip(self._columns(cells), ground, None, (" ", ""))

    def header(self, order: Sequence[SortKey], current: int | None) -> Strip:
        """The titles.

        Args:
            order: The order in force.
            current: Index of the column to set apart.
        """
        marks = sort_marks(order)
        cells: dict[int, list[Span]] = {}
        for slot in self.drawn:
            width = self._visible_width(slot)
            tone: Tone = "bold" if slot.index == current else "faint"
            mark = marks.get(slot.column.key, "")
            cut_to_nothing = width < 3 and cell_len(visible(slot.column.title)) > width
            title = Cell("" if cut_to_nothing else slot.column.title, tone)
            if mark and width > len(mark):
                if width > cell_len(visible(slot.column.title)) + len(mark):
                    mark = f" {mark}"
                text = fit(title, width - len(mark), right=slot.right)
                pad = [] if slot.right else text[1:]
                cells[slot.index] = [*text[: len(text) - len(pad)], (mark, ""), *pad]
            else:
                cells[slot.index] = fit(Cell(mark) if mark else title, width, right=slot.right)
            cells[slot.index].append((" " * slot.bar, ""))
        return self._strip(self._columns(cells), "header", None, (" ", ""))

    def text(self, text: str, tone: Tone) -> Strip:
        """A line of the grid's own words."""
        spans = displayable([(text, tone)])
        runs: list[Run] = [(part, kind, -1) for part, kind in spans]
        return self._strip(_keep(runs, max(self.width - self.gutter, 0)), "", None, (" ", ""))

    def _strip(self, runs: list[Run], ground: Ground, cell: int | None, mark: Span) -> Strip:
        style = self.palette.style
        at_cursor = ground in ("cursor", "idle")
        segments: list[Segment] = []
        if self.gutter:
            bar = BAR if at_cursor else " "
            tone: Tone = "accent" if ground == "cursor" else "faint"
            segments.append(Segment(bar, style(tone, ground)))
        if self.gutter > 1:
            glyph, shade = mark
            glyph, used = cut_text(glyph, self.gutter - 1)
            blank = " " * (self.gutter - 1 - used)
            segments.append(Segment(glyph + blank, style(shade, ground)))
        under: Ground = "cell" if ground == "cursor" else "idle-cell"
        pending, pending_style = "", self.palette.base
        for text, tone, place in runs:
            if not text:
                continue
            now = style(tone, under if cell is not None and place == cell else ground)
            if now is pending_style:
                pending += text
                continue
            if pending:
                segments.append(Segment(pending, pending_style))
            pending, pending_style = text, now
        if pending:
            segments.append(Segment(pending, pending_style))
        if self.gutter > self.width:
            return Strip(segments).adjust_cell_length(max(self.full, 0), self.palette.base)
        if self.full > self.width:
            segments.append(Segment(" " * (self.full - self.width), self.palette.base))
        return Strip(segments, self.full)

    def blank(self) -> Strip:
        """A line without a row."""
        return Strip.blank(max(self.full, 0), self.palette.base)
