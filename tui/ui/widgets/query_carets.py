"""Several carets at once: what is typed, taken away or selected happens at each of them.

Textual's TextArea has one cursor. The others are kept here, as selections; an edit at all of
them is one replacement of the text between the first and the last, so undo takes it back whole.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import deque
from collections.abc import Callable

from textual.widgets import TextArea
from textual.widgets.text_area import Edit, EditResult, Location, Selection

from tui.ui.widgets.query_base import QueryBase
from tui.ui.widgets.query_marks import Mark, in_bytes

_WORD = re.compile(r"\w+")
_MOST = 2000
"""Carets at once: more are no longer edited but replaced."""
_KEPT = 50
_LONGEST = 50_000
"""Characters of a text whose carets come back with undo."""


class Carets(QueryBase):
    """The other carets of an editor."""

    def prepare_carets(self) -> None:
        """Set up; before TextArea's own setting up."""
        self._others: list[Selection] = []
        self._own: Selection | None = None
        """Where the cursor stood when the others were made: elsewhere, and they are gone."""
        self._at_all = False
        self._before: deque[tuple[str, list[Selection]]] = deque(maxlen=_KEPT)

    @property
    def carets(self) -> list[Selection]:
        """All carets, the cursor among them and last; empty where there is only the cursor."""
        if not self._others or self._own != self.selection:
            return []
        return [*self._others, self.selection]

    def drop_carets(self) -> bool:
        """Leave only the cursor; whether there were others."""
        had = bool(self.carets)
        self._hold([self.selection])
        return had

    def _hold(self, carets: list[Selection]) -> None:
        """Have these carets; the last is the cursor. Those that meet become one."""
        carets = _apart(carets)[-_MOST:]
        drawn = bool(self._others) or len(carets) > 1
        if len(carets) > 1:
            self.open_folds()
        self.selection = carets[-1]
        self._others, self._own = carets[:-1], self.selection
        if drawn:
            self.redraw()
            self.tell()

    def caret_marks(self, row: int) -> list[Mark]:
        """The other carets of a line, and what they have selected."""
        found: list[Mark] = []
        if not self.carets:
            return found
        line = self.document.get_line(row)
        for one in self._others:
            (top, left), (bottom, right) = sorted(one)
            if one.start != one.end and top <= row <= bottom:
                start = left if top == row else 0
                end = right if bottom == row else len(line)
                found.append((in_bytes(line, start), in_bytes(line, end), "picked"))
            if one.end[0] == row:
                at = in_bytes(line, one.end[1])
                behind = one.end[1] + 1
                end = in_bytes(line, behind) if behind <= len(line) else at + 1
                found.append((at, end, "caret"))
        return found

    # Making carets.

    def action_add_caret_command(self) -> None:
        """The word under the cursor, then where it stands next; of lines, the end of each."""
        carets = self.carets or [self.selection]
        current = carets[-1]
        if current.is_empty:
            row, column = current.end
            word = next(
                (
                    found
                    for found in _WORD.finditer(self.document.get_line(row))
                    if found.start() <= column <= found.end()
                ),
                None,
            )
            if word is None:
                self.notify("No word is under the cursor.", timeout=2)
                return
            self._hold([*carets[:-1], Selection((row, word.start()), (row, word.end()))])
            return
        (first, _), (last, column) = sorted(current)
        if first != last:
            if column == 0:
                last -= 1
            ends = [(row, len(self.document.get_line(row))) for row in range(first, last + 1)]
            self._hold([Selection.cursor(end) for end in ends])
            return
        found = self._next_like(self.get_text_range(*sorted(current)), carets)
        if found is None:
            self.notify("It stands nowhere else.", timeout=2)
            return
        self._hold([*carets, found])

    def _next_like(self, words: str, carets: list[Selection]) -> Selection | None:
        """The next place of these words behind the last caret, around the end."""
        taken = {min(one) for one in carets}
        row, column = max(carets[-1])
        lines = self.document.lines
        for away in range(len(lines) + 1):
            number = (row + away) % len(lines)
            at = lines[number].find(words, column if away == 0 else 0)
            while at >= 0:
                if (number, at) not in taken:
                    return Selection((number, at), (number, at + len(words)))
                at = lines[number].find(words, at + len(words))
        return None

    def action_caret_above_command(self) -> None:
        """One more caret, a line above the highest."""
        self._beside(-1)

    def action_caret_below_command(self) -> None:
        """One more caret, a line below the lowest."""
        self._beside(1)

    def _beside(self, step: int) -> None:
        carets = self.carets or [self.selection]
        edge = (min if step < 0 else max)(carets, key=lambda one: one.end)
        row = edge.end[0] + step
        if not 0 <= row < self.document.line_count:
            return
        column = max(one.end[1] for one in carets)
        self._hold([*carets, Selection.cursor((row, min(column, len(self.document[row]))))])

    # What happens at all of them.

    def _each(self, where: Callable[[], Location], select: bool) -> bool:
        """Move each caret to where the cursor would go; False where there is only the cursor."""
        carets = self.carets
        if not carets:
            return False
        moved = []
        for one in carets:
            end = self._as_if(one, where)
            moved.append(Selection(one.start if select else end, end))
        self._hold(moved)
        return True

    def _as_if(self, one: Selection, where: Callable[[], Location]) -> Location:
        """Where something would go, were the cursor here."""
        own = self.selection
        self.set_reactive(TextArea.selection, one)
        try:
            self.record_cursor_width()
            return where()
        finally:
            self.set_reactive(TextArea.selection, own)

    def _take_each(self, where: Callable[[], Location]) -> bool:
        """Take away what each caret has selected, else up to where it would go."""
        carets = self.carets
        if not carets:
            return False
        spans = [one if not one.is_empty else Selection(one.end, self._as_if(one, where))
                 for one in carets]  # fmt: skip
        self._put_each(spans, [""] * len(spans))
        return True

    def _put_each(self, spans: list[Selection], texts: list[str]) -> None:
        """Put texts in place of spans, all in one edit; a caret stays behind each."""
        lines = self.document.lines
        starts = [0]
        for line in lines:
            starts.append(starts[-1] + len(line) + 1)
        places = sorted(
            (starts[top[0]] + top[1], starts[bottom[0]] + bottom[1], number)
            for number, (top, bottom) in enumerate(sorted(one) for one in spans)
        )
        text = self.text
        begin, end = places[0][0], max(place[1] for place in places)
        if len(text) < _LONGEST:
            self._before.append((text, self.carets))
        pieces, at, length = [], begin, begin
        behind = [0] * len(spans)
        for start, stop, number in places:
            start = max(start, at)
            pieces += [text[at:start], texts[number]]
            length += start - at + len(texts[number])
            behind[number] = length
            at = max(at, stop)
        self._at_all = True
        try:
            self.replace(
                "".join(pieces),
                _location(starts, begin),
                _location(starts, end),
                maintain_selection_offset=False,
            )
        finally:
            self._at_all = False
        fresh = [0]
        for line in self.document.lines:
            fresh.append(fresh[-1] + len(line) + 1)
        self._hold([Selection.cursor(_location(fresh, place)) for place in behind])

    # TextArea's own ways of moving and editing.

    def edit(self, edit: Edit) -> EditResult:
        """Change the text; by anything but the carets, and they are gone."""
        if not self._at_all:
            self._others = []
        return super().edit(edit)

    def undo(self) -> None:
        """Take back the last edit; the carets that made it are there again."""
        super().undo()
        if self._before and self._before[-1][0] == self.text:
            self._hold(self._before.pop()[1])

    def _replace_via_keyboard(
        self, insert: str, start: Location, end: Location
    ) -> EditResult | None:
        carets = self.carets
        if not carets:
            return super()._replace_via_keyboard(insert, start, end)
        # What the document takes for the end of a line counts as one character here too.
        pieces = f"{insert}.".splitlines()
        pieces[-1] = pieces[-1][:-1]
        insert = "\n".join(pieces)
        if len(pieces) != len(carets) or len(pieces) == 1:
            self._put_each(carets, [insert] * len(carets))
            # Nothing is answered: TextArea would move the cursor to where the edit ends.
            return None
        # As many lines as carets: each gets its own.
        order = sorted(range(len(carets)), key=lambda number: carets[number].end)
        texts = [""] * len(carets)
        for piece, number in zip(pieces, order, strict=True):
            texts[number] = piece
        self._put_each(carets, texts)
        return None

    def action_copy(self) -> None:
        """Copy what is selected; of several carets, a line of each."""
        texts = [self.get_text_range(*sorted(one)) for one in sorted(self.carets, key=min)]
        if any(texts):
            self.app.copy_to_clipboard("\n".join(texts))
        else:
            super().action_copy()

    def action_cut(self) -> None:
        """Copy what is selected, and take it away."""
        if self.carets:
            self.action_copy()
            self._take_each(lambda: self.cursor_location)
        else:
            super().action_cut()

    def action_delete_left(self) -> None:
        """Take the character at the left away."""
        if not self._take_each(self.get_cursor_left_location):
            super().action_delete_left()

    def action_delete_right(self) -> None:
        """Take the character at the right away."""
        if not self._take_each(self.get_cursor_right_location):
            super().action_delete_right()

    def action_delete_word_left(self) -> None:
        """Take the word at the left away."""
        if not self._take_each(self.get_cursor_word_left_location):
            super().action_delete_word_left()

    def action_delete_word_right(self) -> None:
        """Take the word at the right away."""
        if not self._take_each(self.get_cursor_word_right_location):
            super().action_delete_word_right()

    def action_cursor_left(self, select: bool = False) -> None:
        """Go to the left."""
        if not self._each(self.get_cursor_left_location, select):
            super().action_cursor_left(select)

    def action_cursor_right(self, select: bool = False) -> None:
        """Go to the right."""
        if not self._each(self.get_cursor_right_location, select):
            super().action_cursor_right(select)

    def action_cursor_up(self, select: bool = False) -> None:
        """Go up."""
        if not self._each(self.get_cursor_up_location, select):
            super().action_cursor_up(select)

    def action_cursor_down(self, select: bool = False) -> None:
        """Go down."""
        if not self._each(self.get_cursor_down_location, select):
            super().action_cursor_down(select)

    def action_cursor_line_start(self, select: bool = False) -> None:
        """Go to the beginning of the line."""
        if not self._each(lambda: self.get_cursor_line_start_location(True), select):
            super().action_cursor_line_start(select)

    def action_cursor_line_end(self, select: bool = False) -> None:
        """Go to the end of the line."""
        if not self._each(self.get_cursor_line_end_location, select):
            super().action_cursor_line_end(select)

    def action_cursor_word_left(self, select: bool = False) -> None:
        """Go a word to the left."""
        if not self._each(self.get_cursor_word_left_location, select):
            super().action_cursor_word_left(select)

    def action_cursor_word_right(self, select: bool = False) -> None:
        """Go a word to the right."""
        if not self._each(self.get_cursor_word_right_location, select):
            super().action_cursor_word_right(select)


def _apart(carets: list[Selection]) -> list[Selection]:
    """Carets without those that meet others; the cursor, which is the last, stays."""
    kept: list[Selection] = []
    seen: set[Location] = set()
    for one in reversed(carets):
        top, bottom = sorted(one)
        if one.end in seen or any(
            top < max(other) and min(other) < bottom for other in kept if not other.is_empty
        ):
            continue
        seen.add(one.end)
        kept.append(one)
    kept.reverse()
    return kept


def _location(starts: list[int], index: int) -> Location:
    """A place counted in characters, as line and column."""
    row = bisect_right(starts, index, hi=len(starts) - 1) - 1
    return row, index - starts[row]
