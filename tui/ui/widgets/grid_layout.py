"""Where the columns of a grid stand: widths from content, and who gives way when it is narrow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from msgspec import Struct

from tui.rows import Column, Placed

COMFORT = 24
"""Cells that a filling column keeps before other columns begin to give way."""
WIDEST = 400
"""Cells that a column can be made wide by hand."""
BAR_LEAST, BAR_MOST = 6, 24
"""Cells of the bar beside a number; below the least there is none."""
_ENOUGH_ROWS = 100
"""Rows after which the widths of text no longer follow the content."""


@dataclass(slots=True)
class Measure:
    """What is known about the width of one column."""

    column: Column
    index: int
    """Its place in the source and in `Row.values`."""
    title: int = 0
    """Cells of its title, the mark of its order included."""
    content: int = 0
    """Cells of the widest cell seen."""
    short: int = 0
    """Cells of the widest short form seen; 0 where there is none."""
    longest: int = 0
    """Characters of the longest value seen."""
    right: bool | None = None
    """Whether the painter stands its cells at the right; None where it does not say."""
    by_hand: int | None = None
    """Cells given to it by hand."""
    hidden: bool = False
    """Put away by hand."""
    held: bool | None = None
    """Pinned by hand, or loosened; None as the column says."""

    @property
    def pinned(self) -> bool:
        """Whether it stays at the left while the others scroll."""
        return self.column.pinned if self.held is None else self.held

    @property
    def natural(self) -> int:
        """Cells it would like."""
        if self.by_hand is not None:
            return self.by_hand
        return max(1, min(max(self.title, self.content), self.column.most))

    @property
    def least(self) -> int:
        """Cells it can live with."""
        if self.by_hand is not None:
            return self.by_hand
        least = self.short or self.column.least
        return max(1, min(least, self.natural))


class Slot(Struct, frozen=True):
    """One drawn column."""

    index: int
    """Its place in the source."""
    column: Column
    x: int
    """Where it begins, counted from the end of the gutter, nothing scrolled."""
    width: int
    right: bool
    """Whether its text stands at the right."""
    bar: int = 0
    """Cells of the bar after its text, the blank before it included."""

    @property
    def end(self) -> int:
        """The first cell after it."""
        return self.x + self.width + self.bar


class Layout(Struct, frozen=True):
    """All drawn columns from left to right, the pinned ones first."""

    slots: tuple[Slot, ...] = ()
    pinned: int = 0
    """How many of the slots do not scroll."""
    gap: int = 1
    """Blank cells between two slots."""

    @property
    def width(self) -> int:
        """Cells that all of it takes, the gutter apart."""
        return self.slots[-1].end if self.slots else 0

    @property
    def pinned_width(self) -> int:
        """Cells at the left that do not scroll, the gap after them included."""
        if not self.pinned:
            return 0
        end = self.slots[self.pinned - 1].end
        return end + self.gap if self.pinned < len(self.slots) else end

    def slot_of(self, index: int) -> int | None:
        """The place among the slots of a column of the source; None where it is not drawn."""
        for place, slot in enumerate(self.slots):
            if slot.index == index:
                return place
        return None


@dataclass(slots=True)
class Columns:
    """The columns of a source and what is known about them."""

    measures: list[Measure] = field(default_factory=list)
    rows_seen: int = 0
    sequence: list[int] = field(default_factory=list)
    """Places in `measures` from left to right, hidden ones too."""

    @classmethod
    def of(cls, columns: Sequence[Column]) -> Columns:
        """Columns of which nothing was seen yet."""
        measures = [Measure(column, index) for index, column in enumerate(columns)]
        return cls(measures, sequence=list(range(len(measures))))

    @property
    def in_order(self) -> list[Measure]:
        """All columns from left to right, pinned ones first."""
        ordered = [self.measures[index] for index in self.sequence]
        return sorted(ordered, key=lambda measure: not measure.pinned)

    def arrangement(self) -> tuple[Placed, ...]:
        """The columns that are shown, from left to right."""
        return tuple(
            Placed(measure.column.key, measure.by_hand, measure.held)
            for measure in self.in_order
            if not measure.hidden
        )

    def arrange_as(self, placed: Sequence[Placed]) -> None:
        """Show these columns in this order; the others are hidden behind them."""
        wanted = {one.key: one for one in placed}
        places = {measure.column.key: measure.index for measure in self.measures}
        first = [places[key] for key in wanted if key in places]
        if not first:
            return
        for measure in self.measures:
            one = wanted.get(measure.column.key)
            measure.hidden = one is None
            measure.by_hand = one.width if one else None
            measure.held = one.pinned if one else None
        rest = [measure.index for measure in self.measures if measure.index not in first]
        self.sequence = first + rest

    def shift(self, index: int, step: int) -> bool:
        """Move a column past its shown neighbour; whether there was one on its side."""
        row = [m for m in self.in_order if not m.hidden]
        at = next((place for place, m in enumerate(row) if m.index == index), None)
        if at is None or not 0 <= at + step < len(row) or row[at].pinned != row[at + step].pinned:
            return False
        row[at], row[at + step] = row[at + step], row[at]
        hidden = [place for place in self.sequence if self.measures[place].hidden]
        self.sequence = [measure.index for measure in row] + hidden
        return True

    @property
    def settled(self) -> bool:
        """Whether the widths of text no longer follow the content."""
        return self.rows_seen >= _ENOUGH_ROWS

    def same_as(self, columns: Sequence[Column]) -> bool:
        """Whether these are the columns of that source."""
        return [measure.column for measure in self.measures] == list(columns)

    def arrange(self, width: int, gap: int, barred: str | None = None) -> Layout:
        """Place the columns in `width` cells.

        What has a rank or a column that fills is a table that fits its space: the filling
        column shrinks to a comfortable width, then columns give way from the highest rank
        down (each is narrowed to its least, then hidden), then the rest is narrowed. All
        other tables, and what is still too wide, scroll.

        Args:
            width: Cells to the right of the gutter.
            gap: Blank cells between columns where there is room; 1 where not.
            barred: Key of the column that has bars, where all columns leave room for them.
        """
        chosen = [measure for measure in self.in_order if not measure.hidden]
        if not chosen or width <= 0:
            return Layout()
        fits = any(measure.column.fill or measure.column.rank for measure in chosen)
        widths = {measure.index: measure.natural for measure in chosen}
        if sum(widths.values()) + gap * (len(chosen) - 1) > width:
            gap = min(gap, 1) if fits else gap
        if fits:
            chosen = _give_way(chosen, widths, width, gap)
        _hold_pinned(chosen, widths, width)
        _fill(chosen, widths, width, gap)
        spare = -_excess(chosen, widths, width, gap) - 1
        bar = min(BAR_MOST, spare) if spare >= BAR_LEAST else 0
        return _place(chosen, widths, gap, {barred: bar + 1} if bar else {})


def _excess(chosen: Sequence[Measure], widths: dict[int, int], width: int, gap: int) -> int:
    return sum(widths[m.index] for m in chosen) + gap * (len(chosen) - 1) - width


def _narrow(measures: Sequence[Measure], widths: dict[int, int], floor: int, excess: int) -> int:
    """Take cells from the widest first, down to their least (or `floor`); what is left over."""
    while excess > 0:
        able = [m for m in measures if widths[m.index] > max(m.least, min(floor, m.natural))]
        if not able:
            break
        widest = max(able, key=lambda m: widths[m.index])
        widths[widest.index] -= 1
        excess -= 1
    return excess


def _give_way(chosen: list[Measure], widths: dict[int, int], width: int, gap: int) -> list[Measure]:
    filling = [m for m in chosen if m.column.fill]
    _narrow(filling, widths, COMFORT, _excess(chosen, widths, width, gap))
    for rank in sorted({m.column.rank for m in chosen if m.column.rank > 0}, reverse=True):
        for measure in [m for m in reversed(chosen) if m.column.rank == rank]:
            excess = _excess(chosen, widths, width, gap)
            if excess <= 0:
                return chosen
            spare = widths[measure.index] - measure.least
            if excess <= spare:
                # A short form is all or nothing: between it and the whole there is no better.
                widths[measure.index] -= spare if measure.short else excess
                return chosen
            chosen.remove(measure)
    _narrow(filling, widths, 0, _excess(chosen, widths, width, gap))
    folding = [m for m in chosen if m.short]
    for measure in folding:
        if _excess(chosen, widths, width, gap) > 0:
            widths[measure.index] = measure.least
    _narrow(chosen, widths, 0, _excess(chosen, widths, width, gap))
    return chosen


def _hold_pinned(chosen: Sequence[Measure], widths: dict[int, int], width: int) -> None:
    """Pinned columns leave room for what scrolls: they take three fifths at most."""
    pinned = [m for m in chosen if m.pinned]
    if len(pinned) == len(chosen):
        return
    room = max(width * 3 // 5, 1)
    excess = sum(widths[m.index] for m in pinned) - room
    while excess > 0:
        widest = max(pinned, key=lambda m: widths[m.index])
        if widths[widest.index] <= 1:
            break
        widths[widest.index] -= 1
        excess -= 1


def _fill(chosen: Sequence[Measure], widths: dict[int, int], width: int, gap: int) -> None:
    filling = [m for m in chosen if m.column.fill and m.by_hand is None]
    spare = -_excess(chosen, widths, width, gap)
    for place, measure in enumerate(filling):
        if spare <= 0:
            break
        share = spare // (len(filling) - place)
        widths[measure.index] += share
        spare -= share


def _place(
    chosen: Sequence[Measure],
    widths: dict[int, int],
    gap: int,
    bars: Mapping[str | None, int],
) -> Layout:
    slots: list[Slot] = []
    x = 0
    for measure in chosen:
        size = widths[measure.index]
        right = measure.right
        if right is None:
            right = measure.column.kind in ("number", "span")
        slots.append(
            Slot(measure.index, measure.column, x, size, right, bars.get(measure.column.key, 0))
        )
        x = slots[-1].end + gap
    pinned = sum(1 for measure in chosen if measure.pinned)
    return Layout(tuple(slots), pinned, gap)
