"""Brackets and quotes in pairs, and the indent of a new line, as they are typed."""

from __future__ import annotations

from textual.events import Key
from textual.widgets.text_area import Selection

from tui.kql.lexer import Fence, line_tokens
from tui.ui.widgets.query_base import QueryBase

_CLOSING = {"(": ")", "[": "]", "{": "}"}
_OPENING = {closing: opening for opening, closing in _CLOSING.items()}
_QUOTES = "\"'"
_ROOM = frozenset(" \t)]},;|")
"""Before these a bracket or a quote that opens gets its partner at once."""
_INDENT = "    "


class Pairs(QueryBase):
    """What closes comes with what opens; typed over it, it is not doubled."""

    _fences: dict[int, Fence]

    def pair_key(self, event: Key) -> bool:
        """Whether a key was a bracket, a quote or a new line, and has been dealt with."""
        character = event.character or ""
        if event.key == "enter":
            return self._new_line()
        if character not in {*_CLOSING, *_OPENING, *_QUOTES} or not character:
            return False
        if not self.selection.is_empty:
            return self._surround(character)
        row, column = self.cursor_location
        line = self.document.get_line(row)
        behind = line[column : column + 1]
        inside = self._inside(row, column)
        if character in _QUOTES:
            if inside == character:
                return behind == character and self._pass()
            before = line[column - 1 : column]
            apart = not (before.isalnum() or before in ("_", "'", '"')) or before in ("h", "@")
            if inside or not apart or (behind and behind not in _ROOM):
                return False
            return self._both(character, character)
        if inside:
            return False
        if character in _OPENING:
            return behind == character and self._closes_all(row, character) and self._pass()
        if behind and behind not in _ROOM:
            return False
        if behind in _OPENING and not self._closes_all(row, behind):
            return False
        return self._both(character, _CLOSING[character])

    def unpair(self) -> bool:
        """Take both halves of a pair that has nothing in it."""
        row, column = self.cursor_location
        pair = self.document.get_line(row)[max(0, column - 1) : column + 1]
        if column == 0 or not self.selection.is_empty:
            return False
        quoted = pair in ('""', "''") and self._inside(row, column) == pair[0]
        if not quoted and _CLOSING.get(pair[:1]) != pair[1:]:
            return False
        self.delete((row, column - 1), (row, column + 1), maintain_selection_offset=False)
        return True

    def _pass(self) -> bool:
        row, column = self.cursor_location
        self.move_cursor((row, column + 1))
        return True

    def _both(self, opening: str, closing: str) -> bool:
        row, column = self.cursor_location
        self.replace(
            opening + closing, (row, column), (row, column), maintain_selection_offset=False
        )
        self.selection = Selection.cursor((row, column + 1))
        return True

    def _surround(self, character: str) -> bool:
        """Put what is selected between two halves."""
        if character in _OPENING:
            return False
        start, end = sorted(self.selection)
        text = self.selected_text
        if character in _QUOTES and ("\n" in text or character in text):
            return False
        closing = _CLOSING.get(character, character)
        self.replace(character + text + closing, start, end, maintain_selection_offset=False)
        row = end[0]
        self.selection = Selection(
            (start[0], start[1] + 1), (row, end[1] + (1 if row == start[0] else 0))
        )
        return True

    def _new_line(self) -> bool:
        """A new line is indented as the one before; deeper behind a bracket that opens."""
        start, end = sorted(self.selection)
        row, column = start
        line = self.document.get_line(row)
        before = line[:column]
        indent = before[: len(before) - len(before.lstrip(" "))]
        opens = before.rstrip()[-1:]
        if opens in _CLOSING and not self._inside(row, len(before.rstrip())):
            behind = self.document.get_line(end[0])[end[1] :]
            fresh = f"\n{indent}{_INDENT}"
            closing = behind.startswith(_CLOSING[opens])
            self.replace(
                fresh + (f"\n{indent}" if closing else ""),
                start,
                end,
                maintain_selection_offset=False,
            )
            self.selection = Selection.cursor((row + 1, len(indent) + len(_INDENT)))
            return True
        if not indent:
            return False
        self.replace(f"\n{indent}", start, end, maintain_selection_offset=False)
        return True

    def _inside(self, row: int, column: int) -> str:
        """What the cursor is inside of: the quote of a text, `//` of a comment, or nothing."""
        line = self.document.get_line(row)
        for token in line_tokens(line, self._fences.get(row, ""))[0]:
            if token.end < column or token.start >= column:
                continue
            if token.kind == "comment":
                return "//"
            if token.kind != "string":
                continue
            body = line[token.start : token.end].lstrip("hH@")
            quote = body[:1]
            if column < token.end or len(body) < 2 or not body.endswith(quote):
                return quote
        return ""

    def _closes_all(self, row: int, closing: str) -> bool:
        """Whether all that this bracket could close is closed: another would be one too many."""
        first, last = row, row
        count = self.document.line_count
        while first > 0 and row - first < _FAR and self.document.get_line(first - 1).strip():
            first -= 1
        while last + 1 < count and last - row < _FAR and self.document.get_line(last + 1).strip():
            last += 1
        depth = 0
        for number in range(first, last + 1):
            line = self.document.get_line(number)
            for token in line_tokens(line, self._fences.get(number, ""))[0]:
                if token.kind == "punctuation":
                    text = line[token.start : token.end]
                    depth += (text == _OPENING[closing]) - (text == closing)
        return depth <= 0


_FAR = 200
"""Lines of a query that are looked through for the partners of its brackets."""
