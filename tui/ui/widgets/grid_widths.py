"""How wide the columns of a grid are by what stands in them: the rows at hand, and the titles."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from tui.rows import Row, SortKey
from tui.text import visible
from tui.ui.widgets.grid_cells import Painter, spans_of, width_of
from tui.ui.widgets.grid_layout import Columns
from tui.ui.widgets.grid_paint import sort_marks

_MOST_MEASURED = 8000
"""Cells looked at for the widths of the columns, at a time."""
_FEWEST_MEASURED = 20


def measure_rows(columns: Columns, rows: Sequence[Row], paint: Painter) -> bool:
    """Fit the widths to these rows; whether any grew.

    Once enough was seen only those grow that mislead when cut: numbers, and the pinned
    columns that rows are known by.
    """
    # Hundreds of columns: fewer rows tell their widths, or the loop would be held.
    rows = rows[: max(_FEWEST_MEASURED, _MOST_MEASURED // max(1, len(columns.measures)))]
    settled = columns.settled
    grown = False
    for measure in columns.measures:
        column, index = measure.column, measure.index
        if measure.hidden:
            continue
        if settled and not (measure.pinned or column.kind == "number"):
            continue
        for row in rows:
            if measure.content >= column.most or index >= len(row.values):
                break
            value = row.values[index]
            length = len(value if isinstance(value, str) else str(value))
            if settled and length <= measure.longest:
                continue
            measure.longest = max(measure.longest, length)
            cell = paint(column, value, row)
            width = width_of(spans_of(cell))
            if width > measure.content:
                measure.content = width
                grown = True
            if cell.align:
                measure.right = cell.align == "right"
            if cell.short:
                measure.short = max(measure.short, width_of(cell.short))
    columns.rows_seen += len(rows)
    return grown


def measure_titles(columns: Columns, order: Sequence[SortKey]) -> None:
    """Fit the widths to the titles, each with the mark of its order."""
    marks = sort_marks(order)
    for measure in columns.measures:
        mark = marks.get(measure.column.key, "")
        measure.title = cell_len(visible(measure.column.title)) + len(mark)
