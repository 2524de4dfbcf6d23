"""What a hunter uses, and the values that answers held: what completion offers first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from tui.kql import lexer
from tui.text import visible

_LONGEST = 60
_FEW = 40
"""Different values up to which a column is one to choose from."""
_MOST = 60
_HISTORY = 200
_NAMES = frozenset({"keyword", "table", "column", "function", "operator", "name", "type"})
_UNSAFE = frozenset("\"'\\`\n\r\t")


class Habits:
    """Of one tenant; kept in memory alone, and begun from its history."""

    def __init__(self) -> None:
        self._uses: Counter[str] = Counter()
        self._values: dict[str, tuple[str, ...]] = {}

    def weight(self, name: str) -> int:
        """How much a name is used: 0 never, then the magnitude of the count, 6 at most."""
        return min(6, self._uses[name].bit_length())

    def took(self, name: str) -> None:
        """A candidate was taken."""
        self._uses[name] += 1

    def ran(self, queries: Iterable[str]) -> None:
        """Queries ran: their names were used."""
        self.add(used_names(queries))

    def add(self, uses: Counter[str]) -> None:
        """Names were used so many times."""
        self._uses.update(uses)

    def values(self, column: str) -> tuple[str, ...]:
        """Values that answers held in a column of this name, the latest first."""
        return self._values.get(column, ())

    def saw(self, rows: Mapping[str, Sequence[object]]) -> None:
        """An answer came: keep the values of its columns that hold few different ones.

        Args:
            rows: Values by the column's name, as they came.
        """
        for column, cells in rows.items():
            found = list(dict.fromkeys(cell for cell in cells if isinstance(cell, str)))
            if len(found) > _FEW:
                continue
            safe = [value for value in found if _is_safe(value)]
            if safe:
                known = (*safe, *self.values(column))
                self._values[column] = tuple(dict.fromkeys(known))[:_MOST]


def used_names(queries: Iterable[str]) -> Counter[str]:
    """How many of these queries, the first few hundred, use a name."""
    found: Counter[str] = Counter()
    for at, query in enumerate(queries):
        if at == _HISTORY:
            break
        piece = query[:8000]
        found.update(
            {piece[one.start : one.end] for one in lexer.tokens(piece) if one.kind in _NAMES}
        )
    return found


def _is_safe(value: str) -> bool:
    """Whether it can stand between quotes as it is."""
    return 0 < len(value) <= _LONGEST and visible(value) == value and not _UNSAFE & set(value)


NONE = Habits()
"""Of nobody: nothing is used, nothing was seen."""
