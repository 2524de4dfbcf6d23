"""Finds words in the text of the query editor."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.binding import Binding
from textual.message import Message
from textual.widgets import Input

from tui.ui.page import Span

if TYPE_CHECKING:
    from tui.ui.widgets.query_editor import QueryEditor


class FindBar(Input):
    """A line to type words in; the editor shows where they are."""

    DEFAULT_CSS = """
    FindBar, FindBar:focus {
        display: none; height: 1; border: none; padding: 0 2; background: $surface;
    }
    FindBar.-shown { display: block; }
    """
    BINDINGS = [
        Binding("enter", "take", show=False),
        Binding("down,ctrl+f,f3", "next(1)", show=False),
        Binding("up,shift+f3", "next(-1)", show=False),
        Binding("ctrl+r", "replace(True)", show=False),
        Binding("ctrl+y", "replace(False)", show=False),
    ]

    @dataclass
    class Left(Message):
        """It is no longer needed."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(
            placeholder="find in the text   Enter next   ↑ before   Esc back",
            id=id,
        )
        self._fresh: str | None = None
        """What is put in place of the words, once it was asked for."""
        self._editor: QueryEditor | None = None
        self._begin = (0, 0)

    def begin(self, editor: QueryEditor) -> None:
        """Find in this editor, from its cursor on."""
        self._editor = editor
        self._begin = min(editor.selection.start, editor.selection.end)
        words = editor.selected_text
        self.value = words if words and "\n" not in words else self.value
        self._fresh = None
        self.add_class("-shown")
        self.focus()
        self.select_all()

    def leave(self) -> None:
        """Go back to the editor; what was found stays selected."""
        self.remove_class("-shown")
        if self._editor is not None:
            self._editor.tell()
            self._editor.focus()
            self._editor.found()

    def spans(self) -> list[Span]:
        """Which place of how many is shown, and the keys that put something else there."""
        editor = self._editor
        if editor is None or not self.value:
            return []
        words = self.value.lower()
        count = editor.text.lower().count(words)
        if not count:
            return [("It stands nowhere in the text.", "warn")]
        before = editor.text_before().lower().count(words) or count
        return [
            (f"{before:,} of {count:,}", "bold"),
            ("   ^y", "accent"), (" replaces this", "faint"),
            ("   ^r", "accent"), (" all   ", "faint"), ("Esc", "accent"), (" back", "faint"),
        ]  # fmt: skip

    def watch_value(self, value: str) -> None:
        """Show the first place from where the search began."""
        if self.has_class("-shown"):
            self._go(value, self._begin, 1)

    def again(self, editor: QueryEditor, step: int) -> None:
        """Show the next place of the words of the last time."""
        row, column = editor.cursor_location
        self._editor = editor
        self._go(self.value, (row, column + 1) if step > 0 else (row, column), step)
        editor.found()

    def action_take(self) -> None:
        """Show the next place; in an editor of modes, go there."""
        if self._editor is not None and self._editor.STAYS:
            self.leave()
        else:
            self.action_next(1)

    def action_next(self, step: int) -> None:
        """Show the next place, or the one before."""
        editor = self._editor
        if editor is None:
            return
        start, end = sorted(editor.selection)
        self._go(self.value, end if step > 0 else start, step)

    def _go(self, words: str, place: tuple[int, int], step: int) -> None:
        editor = self._editor
        if editor is None or not words:
            return
        found = _found(editor.document.lines, words.lower(), place, step)
        editor.tell()
        if found is None:
            self.add_class("-none")
            return
        self.remove_class("-none")
        row, column = found
        editor.move_cursor((row, column), center=True)
        editor.move_cursor((row, column + len(words)), select=True)

    def action_replace(self, everywhere: bool) -> None:
        """Put other words here, or everywhere; ask which, the first time."""
        if self.value:
            self.run_worker(self._replace(everywhere), group="dialog", exclusive=True)

    async def _replace(self, everywhere: bool) -> None:
        from tui.ui.widgets.dialogs import AskLine

        editor, words = self._editor, self.value
        if editor is None:
            return
        alike = re.compile(re.escape(words), re.IGNORECASE)
        count = len(alike.findall(editor.text))
        if not count:
            return
        times = "once" if count == 1 else f"{count:,} times"
        if everywhere or self._fresh is None:
            title = f"It stands {times} in the text. Replace it everywhere with"
            title = title if everywhere else "Replace it with"
            self._fresh = await self.app.push_screen_wait(AskLine(title, allow_empty=True))
        fresh = self._fresh
        if fresh is None:
            return
        start, end = sorted(editor.selection)
        if everywhere:
            editor.replace(
                alike.sub(lambda _: fresh, editor.text),
                (0, 0),
                editor.document.end,
                maintain_selection_offset=False,
            )
            editor.move_cursor(editor.clamp_visitable(end))
            self.leave()
        elif alike.fullmatch(editor.selected_text):
            editor.replace(fresh, start, end, maintain_selection_offset=False)
            self._go(words, (start[0], start[1] + len(fresh)), 1)


def _found(
    lines: list[str], words: str, place: tuple[int, int], step: int
) -> tuple[int, int] | None:
    """The next place of these words, in any case; around the end to the beginning."""
    row, column = place
    count = len(lines)
    for away in range(count + 1):
        at = (row + away * step) % count
        line = lines[at].lower()
        if step > 0:
            found = line.find(words, column if away == 0 else 0)
        else:
            found = line.rfind(words, 0, column if away == 0 else len(line))
        if found >= 0:
            return at, found
    return None
