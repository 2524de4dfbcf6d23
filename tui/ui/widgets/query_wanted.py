"""Which query of the editor would run, and what is put into it from outside."""

from __future__ import annotations

import re
from typing import cast

from msgspec import Struct
from textual.document._document import Document

from tui.ui.widgets.query_drawing import QueryDrawing


class Wanted(Struct, frozen=True):
    """What would run: a query, and where in the editor it stands."""

    query: str
    line: int
    """Lines before it."""
    column: int
    """Characters before it in its first line."""


class Wanting(QueryDrawing):
    """The queries of a text, of which one is at the cursor."""

    _stale: bool
    _found: list[tuple[int, int]]

    def _read(self) -> None:
        raise NotImplementedError

    @property
    def _lines_of_text(self) -> Document:
        return cast("Document", self.document)

    @property
    def wanted(self) -> Wanted | None:
        """The selection, else the query under the cursor; None where there is neither."""
        start, end = sorted(self.selection)
        if start != end and self.selected_text.strip():
            text = self.selected_text
            return Wanted(text, start[0], start[1])
        first, last = self._statement()
        query = self.text[first:last]
        if not query.strip():
            return None
        line, column = self._lines_of_text.get_location_from_index(first)
        return Wanted(query, line, column)

    def _statement(self) -> tuple[int, int]:
        if self._stale:
            self._read()
        if not self._found:
            return (0, 0)
        offset = self._lines_of_text.get_index_from_location(self.cursor_location)
        best = self._found[0]
        for start, end in self._found:
            if start > offset:
                break
            best = (start, end)
        return best

    def append(self, addition: str) -> None:
        """Put lines at the end of the query under the cursor, before its `render` if it ends so."""
        first, last = self._statement()
        query = self.text[first:last].rstrip()
        semicolon = query.endswith(";")
        lines = query.removesuffix(";").rstrip().split("\n")
        at = len(lines)
        if at > 1 and re.match(r"\s*\|\s*render\b", lines[-1]):
            at -= 1
        lines.insert(at, addition)
        text = "\n".join(lines) + (";" if semicolon else "")
        place = self.cursor_location
        self.replace(
            text,
            self._lines_of_text.get_location_from_index(first),
            self._lines_of_text.get_location_from_index(last),
            maintain_selection_offset=False,
        )
        self.move_cursor(place)

    def add_query(self, query: str) -> None:
        """Put a query behind what stands here, and the cursor at its beginning."""
        text = self.text.rstrip()
        before = f"{text}\n\n" if text else ""
        self.replace(before[len(text) :] + query, *self._tail(text))
        self.move_cursor(self._lines_of_text.get_location_from_index(len(before)))

    def _tail(self, text: str) -> tuple[tuple[int, int], tuple[int, int]]:
        return self._lines_of_text.get_location_from_index(len(text)), self.document.end
