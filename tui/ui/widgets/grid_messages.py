"""What a grid tells its screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.message import Message

from tui.rows import Column, Placed, Row, SortKey

if TYPE_CHECKING:
    from tui.ui.widgets.grid_model import KeptRows


class GridMessage(Message, namespace="grid"):
    """Something that happened in one grid."""

    def __init__(self, grid: KeptRows) -> None:
        super().__init__()
        self.grid = grid
        """The grid it happened in."""

    @property
    def control(self) -> KeptRows:
        """The grid, for Textual's `on` decorator."""
        return self.grid


class RowHighlighted(GridMessage, namespace="grid"):
    """The cursor stands on another row or column, or its row has new values.

    A burst of them is one: only the last still waiting is delivered.
    """

    def __init__(self, grid: KeptRows, row: Row | None, column: Column | None) -> None:
        super().__init__(grid)
        self.row = row
        """The row; None where the grid is empty."""
        self.column = column
        """The column under the cursor."""

    def can_replace(self, message: Message) -> bool:
        """One waiting message of a grid gives way to the next."""
        return isinstance(message, RowHighlighted) and message.grid is self.grid


class RowOpened(GridMessage, namespace="grid"):
    """Enter or a double click on a row."""

    def __init__(self, grid: KeptRows, row: Row, column: Column | None) -> None:
        super().__init__(grid)
        self.row = row
        """The row."""
        self.column = column
        """The column under the cursor."""


class SelectionChanged(GridMessage, namespace="grid"):
    """Other rows are selected than before."""

    def __init__(self, grid: KeptRows, keys: frozenset[str]) -> None:
        super().__init__(grid)
        self.keys = keys
        """The keys of all selected rows."""

    def can_replace(self, message: Message) -> bool:
        """One waiting message of a grid gives way to the next."""
        return isinstance(message, SelectionChanged) and message.grid is self.grid


class Copied(GridMessage, namespace="grid"):
    """Text was given to the clipboard."""

    def __init__(self, grid: KeptRows, text: str, what: str) -> None:
        super().__init__(grid)
        self.text = text
        """The text, displayable."""
        self.what = what
        """What it is, in words: `the cell`, `the row`, `3 rows`."""


class SortChanged(GridMessage, namespace="grid"):
    """The source now has another order."""

    def __init__(self, grid: KeptRows, order: Sequence[SortKey]) -> None:
        super().__init__(grid)
        self.order = tuple(order)
        """The order; empty is the natural one."""


class ColumnsChanged(GridMessage, namespace="grid"):
    """The reader arranged the columns."""

    def __init__(self, grid: KeptRows, placed: Sequence[Placed]) -> None:
        super().__init__(grid)
        self.placed = tuple(placed)
        """The columns shown, from left to right."""


class LoadFailed(GridMessage, namespace="grid"):
    """The source could not give its rows; the grid says so where it has none to show."""

    def __init__(self, grid: KeptRows, error: Exception) -> None:
        super().__init__(grid)
        self.error = error
        """What the source raised: a `Problem`."""
