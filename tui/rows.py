"""What a grid can draw: a source of rows, asked only for the windows that are seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

from msgspec import Struct

Kind = Literal["text", "number", "time", "span", "bool", "dynamic"]
"""How values of a column compare, align and are written."""


class Column(Struct, frozen=True):
    """One column of a source."""

    key: str
    """Its name within the source; unique, and what `SortKey` names."""
    title: str
    """What stands above it. Service text: shown through `text.visible`."""
    kind: Kind = "text"
    pinned: bool = False
    """Stays at the left while the others scroll."""
    least: int = 3
    """Cells below which it is hidden rather than cut."""
    most: int = 60
    """Cells it takes at most unless resized by hand."""
    rank: int = 0
    """Columns of the highest rank give way first when the table is too narrow; 0 never does."""
    fill: bool = False
    """Takes the space that the others leave."""


class Row(Struct, frozen=True):
    """One row: its key, and one value for each column of the source.

    Values are plain: `str`, `int`, `float`, `bool`, `datetime`, `timedelta`, `None`,
    or JSON-like lists and dictionaries. How they look is the painter's business.
    """

    key: str
    values: tuple[object, ...]
    marks: frozenset[str] = frozenset()
    """What is special about the row: `pending`, `failed`, `new`, `changed`, `closed`."""


class SortKey(Struct, frozen=True):
    """One column of an order."""

    key: str
    descending: bool = False


class Placed(Struct, frozen=True):
    """A column that is shown: its key, the width given by hand, and whether it is pinned."""

    key: str
    width: int | None = None
    pinned: bool | None = None
    """None as the source says."""


class RowSource(Protocol):
    """Rows in an order, under a filter; both belong to the source.

    Calls may come in any order and are answered from the state at that time. Work that
    takes time runs in a thread of the implementation's own; the loop is never held.
    """

    @property
    def columns(self) -> Sequence[Column]:
        """The columns, in their natural order."""
        ...

    @property
    def order(self) -> Sequence[SortKey]:
        """The order in force; empty is the natural one."""
        ...

    async def count(self) -> int:
        """How many rows pass the filter."""
        ...

    async def window(self, first: int, last: int) -> Sequence[Row]:
        """Rows `first` up to but not including `last`; fewer where the source ends."""
        ...

    async def position(self, key: str) -> int | None:
        """Where the row of this key now stands, or None where it is gone or filtered out."""
        ...

    async def sort(self, order: Sequence[SortKey]) -> None:
        """Take this order; equal rows keep a stable order among themselves."""
        ...

    async def filter(self, text: str) -> None:
        """Keep the rows that match; the empty text keeps all.

        Raises:
            UsageProblem: The text is no filter of this source.
        """
        ...
