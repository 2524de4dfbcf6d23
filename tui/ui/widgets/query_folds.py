"""Folding: lines that belong to the one above them are taken off the screen.

The text keeps all its lines. TextArea asks its wrapped document where a line stands on the
screen; the one here has no place for lines that are folded away. It is Textual's private, whose
minor version is pinned, and takes the place of the plain one only once something is folded.
"""

from __future__ import annotations

from textual.document._document import DocumentBase
from textual.document._document_navigator import DocumentNavigator
from textual.document._wrapped_document import WrappedDocument
from textual.geometry import Offset, Size
from textual.strip import Strip
from textual.widgets.text_area import Location

from tui.kql.folding import regions
from tui.ui.widgets.query_base import QueryBase

_LONGEST = 200_000
_NOTE = 20
"""Cells for what stands behind a folded line."""


class FoldedDocument(WrappedDocument):
    """A document some of whose lines have no place; its lines are never wrapped."""

    def __init__(self, document: DocumentBase, width: int = 0, tab_width: int = 4) -> None:
        self.folds: dict[int, int] = {}
        """The line that stays, and the last that is hidden below it."""
        super().__init__(document, width, tab_width)

    def hidden_by(self, row: int) -> tuple[int, int] | None:
        """The outermost fold that hides a line."""
        over = [(head, last) for head, last in self.folds.items() if head < row <= last]
        return min(over, default=None)

    def wrap(self, width: int, tab_width: int | None = None) -> None:
        """Find the places of all lines."""
        super().wrap(width, tab_width)
        if not self.folds:
            return
        shown: list[tuple[int, int]] = []
        places: list[list[int]] = []
        until = -1
        for row in range(len(self._wrap_offsets)):
            if row > until:
                shown.append((row, 0))
            places.append([len(shown) - 1])
            if row > until:
                until = self.folds.get(row, -1)
        self._offset_to_line_info = shown
        self._line_index_to_offsets = places

    def wrap_range(self, start: Location, old_end: Location, new_end: Location) -> None:
        """Follow an edit: folds below it move along, folds that it touches open."""
        if not self.folds:
            super().wrap_range(start, old_end, new_end)
            return
        by = new_end[0] - old_end[0]
        folds = {}
        for head, last in self.folds.items():
            if start[0] > last or (old_end[0] <= head and not by):
                folds[head] = last
            elif old_end[0] < head or (start == (head, 0) and old_end == start):
                folds[head + by] = last + by
        self.folds = folds
        self.wrap(self._width)

    @property
    def height(self) -> int:
        """Lines that have a place."""
        return len(self._offset_to_line_info)

    def offset_to_location(self, offset: Offset) -> Location:
        """What stands at a place."""
        y = max(0, min(offset[1], len(self._offset_to_line_info) - 1))
        return super().offset_to_location(Offset(offset[0], self._offset_to_line_info[y][0]))


class Folding(QueryBase):
    """Folds of an editor."""

    def _folded(self) -> FoldedDocument | None:
        document = self.wrapped_document
        return document if isinstance(document, FoldedDocument) and document.folds else None

    def hidden_below(self, row: int) -> int:
        """How many lines are folded away below a line."""
        folded = self._folded()
        return folded.folds[row] - row if folded and row in folded.folds else 0

    @property
    def shown_lines(self) -> int:
        """Lines that have a place on the screen."""
        folded = self._folded()
        return folded.height if folded else self.document.line_count

    def row_at(self, place: int) -> int:
        """The line at a place of the screen, counted from the top of the text."""
        folded = self._folded()
        if folded is None:
            return place
        if place >= folded.height:
            return self.document.line_count + place
        return folded._offset_to_line_info[place][0]

    def _fold(self, folds: dict[int, int]) -> None:
        document = self.wrapped_document
        if not isinstance(document, FoldedDocument):
            document = FoldedDocument(self.document, 0, self.indent_width)
            self.wrapped_document = document
            self.navigator = DocumentNavigator(document)
        document.folds = folds
        document.wrap(0)
        hidden = document.hidden_by(self.cursor_location[0])
        if hidden is not None:
            self.move_cursor((hidden[0], len(self.document.get_line(hidden[0]))))
        self._refresh_size()
        self.redraw()
        self.scroll_cursor_visible()
        self.record_cursor_width()
        self.tell()

    def action_fold_command(self) -> None:
        """Fold what the line of the cursor begins or belongs to; open what is folded there."""
        row = self.cursor_location[0]
        folded = self._folded()
        folds = dict(folded.folds) if folded else {}
        if row in folds:
            del folds[row]
            self._fold(folds)
            return
        found = regions(self.text) if len(self.text) < _LONGEST else {}
        around = [(head, last) for head, last in found.items() if head <= row <= last]
        # The line that closes a bracket is no part of what is hidden, but belongs to it.
        around += [(head, last) for head, last in found.items() if last == row - 1 > head
                   and self.document.get_line(row).lstrip()[:1] in (")", "]", "}")]  # fmt: skip
        if not around:
            self.notify("There is nothing to fold here.", timeout=2)
            return
        head, last = max(around, key=lambda one: (one[0], -one[1]))
        self._fold({**folds, head: last})

    def action_fold_all_command(self) -> None:
        """Fold all but what the cursor stands in; where something is folded, open everything."""
        if self._folded():
            self._fold({})
            return
        row = self.cursor_location[0]
        found = regions(self.text) if len(self.text) < _LONGEST else {}
        folds = {head: last for head, last in found.items() if not head < row <= last}
        if folds:
            self._fold(folds)
        else:
            self.notify("There is nothing to fold.", timeout=2)

    def open_folds(self) -> None:
        """Open everything."""
        if self._folded():
            self._fold({})

    def open_at(self, row: int) -> None:
        """Open what hides a line."""
        folded = self._folded()
        if folded is not None and folded.hidden_by(row) is not None:
            folds = {head: last for head, last in folded.folds.items() if not head < row <= last}
            self._fold(folds)

    # Where TextArea would go into hidden lines.

    def _over(self, location: Location, *, down: bool, keep: bool = False) -> Location:
        folded = self._folded()
        hidden = folded.hidden_by(location[0]) if folded else None
        if folded is None or hidden is None:
            return location
        row = hidden[1] + 1 if down else hidden[0]
        if row >= self.document.line_count:
            return self.cursor_location
        if keep:
            x = self.navigator.last_x_offset
            return row, folded.get_target_document_column(row, x, 0)
        return row, 0 if down else len(self.document.get_line(row))

    def get_cursor_down_location(self) -> Location:
        """Where down goes."""
        return self._over(super().get_cursor_down_location(), down=True, keep=True)

    def get_cursor_up_location(self) -> Location:
        """Where up goes."""
        return self._over(super().get_cursor_up_location(), down=False, keep=True)

    def get_cursor_right_location(self) -> Location:
        """Where right goes."""
        return self._over(super().get_cursor_right_location(), down=True)

    def get_cursor_left_location(self) -> Location:
        """Where left goes."""
        return self._over(super().get_cursor_left_location(), down=False)

    def get_cursor_word_right_location(self) -> Location:
        """Where a word to the right goes."""
        return self._over(super().get_cursor_word_right_location(), down=True)

    def get_cursor_word_left_location(self) -> Location:
        """Where a word to the left goes."""
        return self._over(super().get_cursor_word_left_location(), down=False)

    # What is taken away must be seen.

    def _open_edge(self, *, left: bool) -> None:
        row, column = self.cursor_location
        if not self.selection.is_empty:
            return
        if left and column == 0:
            self.open_at(row - 1)
        elif not left and column == len(self.document.get_line(row)):
            self.open_at(row + 1)

    def action_delete_left(self) -> None:
        """Take the character at the left away."""
        self._open_edge(left=True)
        super().action_delete_left()

    def action_delete_right(self) -> None:
        """Take the character at the right away."""
        self._open_edge(left=False)
        super().action_delete_right()

    def action_delete_word_left(self) -> None:
        """Take the word at the left away."""
        self._open_edge(left=True)
        super().action_delete_word_left()

    def action_delete_word_right(self) -> None:
        """Take the word at the right away."""
        self._open_edge(left=False)
        super().action_delete_word_right()

    # Drawing.

    def _refresh_size(self) -> None:
        folded = self._folded()
        if folded is None:
            super()._refresh_size()
            return
        width, _ = self.document.get_size(self.indent_width)
        self.virtual_size = Size(width + self.gutter_width + _NOTE, folded.height)
        self._refresh_scrollbars()

    def render_line(self, y: int) -> Strip:
        """TextArea keeps drawn lines by their places, which are others when lines are folded."""
        if self._folded():
            self._line_cache.clear()
        return super().render_line(y)
