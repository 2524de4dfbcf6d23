"""What keys of vi change in the query editor: text is taken, put, joined, indented, replaced."""

from __future__ import annotations

from collections.abc import Callable

from textual.widgets.text_area import Selection

from tui.ui.widgets.query_editor import QueryEditor
from tui.ui.widgets.vi_motions import first_letter, line_span


class ViChanges(QueryEditor):
    """The mode, places counted in characters, one register, and the change that `.` repeats."""

    def __init__(self, text: str = "", **options: object) -> None:
        self.mode = "normal"
        self._typed = ""
        """Keys of the command that is not whole yet."""
        self._lines_held = ""
        """What was taken as whole lines: it is put as whole lines."""
        self._done = ""
        """The last change, for `.`; with what was inserted behind it."""
        self._begun: tuple[str, int, str] | None = None
        """The change that is being made by inserting: its keys, its place, the text before."""
        super().__init__(text, **options)  # type: ignore[arg-type]

    def _enter(self, mode: str) -> None:
        self.mode = mode
        self._typed = ""
        self.set_class(mode == "insert", "-insert")
        self.post_message(self.ModeChanged(self))

    # Places, counted in characters.

    def _at(self) -> int:
        return len(self.text_before())

    def _go(self, place: int) -> None:
        """Go to a place; in normal mode the cursor stands on a character, not behind the last."""
        text = self.text
        start, end = line_span(text, max(0, min(place, len(text))))
        if self.mode == "normal":
            place = min(place, max(start, end - 1))
        place = max(start, min(place, end))
        self.move_cursor(self._spot(place))

    def _spot(self, place: int) -> tuple[int, int]:
        text = self.text
        return text.count("\n", 0, place), place - line_span(text, place)[0]

    # Changes.

    def _change(self, typed: str, do: Callable[..., object], *how: object) -> None:
        """Do something that `.` does again."""
        before = self.text
        do(*how)
        if self.mode == "insert":
            self._begun = (typed, self._at(), self.text)
        elif self.text != before:
            self._done = typed

    def _operate(self, name: str, first: int, last: int, lines: bool) -> None:
        text = self.text
        if lines:
            first, last = line_span(text, first)[0], line_span(text, last)[1]
        taken = text[first:last]
        if name in "<>":
            start, end = line_span(text, first)[0], line_span(text, max(first, last - 1))[1]
            self.selection = Selection(self._spot(start), self._spot(end))
            self.indent(out=name == "<")
            self._go(first_letter(self.text, start))
            return
        self.app.copy_to_clipboard(taken)
        self._lines_held = taken if lines else ""
        if name == "y":
            self._go(first if not lines or self._at() > last else self._at())
            return
        if name == "c":
            self._enter("insert")
            if lines:
                first = first_letter(text, first)
        elif lines and last < len(text):
            last += 1
        elif lines and first > 0:
            first -= 1
        self.delete(self._spot(first), self._spot(last), maintain_selection_offset=False)
        self._go(first_letter(self.text, line_span(self.text, first)[0]) if lines else first)

    def _replaced(self, character: str, count: int) -> None:
        text, at = self.text, self._at()
        if at + count <= line_span(text, at)[1]:
            self.replace(character * count, self._spot(at), self._spot(at + count),
                         maintain_selection_offset=False)  # fmt: skip
            self._go(at + count - 1)

    def _insert(self, key: str) -> None:
        text, at = self.text, self._at()
        start, end = line_span(text, at)
        self._enter("insert")
        if key in "oO":
            line = text[start:end]
            indent = line[: len(line) - len(line.lstrip())]
            place = end if key == "o" else start
            fresh = f"\n{indent}" if key == "o" else f"{indent}\n"
            self.replace(fresh, self._spot(place), self._spot(place),
                         maintain_selection_offset=False)  # fmt: skip
            self._go(place + len(indent) + (key == "o"))
        else:
            places = {"i": at, "a": min(end, at + 1), "I": first_letter(text, start), "A": end}
            self._go(places[key])

    def _put_held(self, before: bool, count: int) -> None:
        held = self.app.clipboard * min(count, 100)
        text, at = self.text, self._at()
        start, end = line_span(text, at)
        if self._lines_held and self.app.clipboard == self._lines_held:
            lines = "\n".join([self._lines_held] * min(count, 100))
            place = start if before else end
            fresh = f"{lines}\n" if before else f"\n{lines}"
            to = start if before else end + 1
        else:
            place = at if before else min(end, at + 1)
            fresh, to = held, place + max(0, len(held) - 1)
        self.replace(fresh, self._spot(place), self._spot(place), maintain_selection_offset=False)
        self._go(to)

    def _join(self) -> None:
        text = self.text
        _, end = line_span(text, self._at())
        if end < len(text):
            behind = first_letter(text, end + 1)
            gap = "" if text[behind : behind + 1] in (")", "\n", "") else " "
            self.replace(gap, self._spot(end), self._spot(behind), maintain_selection_offset=False)
            self._go(end)
