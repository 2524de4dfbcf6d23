"""The query editor with the keys of emacs, for who has `editor_keys = "emacs"` in the settings.

Ctrl+P goes up here, so the palette is on Alt+X; keys of two strokes (Ctrl+X Ctrl+S) there are
none, for the editor component takes keys one by one.
"""

from __future__ import annotations

from textual import events
from textual.binding import Binding
from textual.widgets import TextArea

from tui.ui.widgets.query_editor import QueryEditor

_MOVES = {
    "ctrl+f,right": "cursor_right",
    "ctrl+b,left": "cursor_left",
    "ctrl+n,down": "cursor_down",
    "ctrl+p,up": "cursor_up",
    "alt+f,ctrl+right": "cursor_word_right",
    "alt+b,ctrl+left": "cursor_word_left",
    "ctrl+a,home": "cursor_line_start",
    "ctrl+e,end": "cursor_line_end",
}


class EmacsEditor(QueryEditor):
    """Moves, kills, yanks and marks as emacs does."""

    HAS_EMACS_KEYS = True
    BINDINGS = [
        *(Binding(keys, f"emacs_move('{move}')", show=False) for keys, move in _MOVES.items()),
        Binding("ctrl+v", "emacs_move('cursor_page_down')", show=False),
        Binding("alt+v", "emacs_move('cursor_page_up')", show=False),
        Binding("alt+<,alt+less_than_sign,ctrl+home", "emacs_end(False)", show=False),
        Binding("alt+>,alt+greater_than_sign,ctrl+end", "emacs_end(True)", show=False),
        Binding("ctrl+at,ctrl+space,ctrl+@", "emacs_mark", show=False),
        Binding("ctrl+g", "emacs_quit", show=False),
        Binding("ctrl+k", "emacs_kill_line", show=False),
        Binding("ctrl+w", "emacs_kill_region", show=False),
        Binding("alt+w", "emacs_copy_region", show=False),
        Binding("alt+d", "emacs_kill_word", show=False),
        Binding("ctrl+y", "paste", show=False),
        Binding("ctrl+underscore,ctrl+slash,ctrl+_", "undo", show=False),
        Binding("alt+x", "emacs_palette", show=False),
        Binding("alt+slash", "suggest_command", id="Suggest", show=False),
        Binding("ctrl+s", "find_text_command", id="FindText", show=False),
        Binding("alt+g", "go_to_line_command", id="GoToLine", show=False),
    ]

    def __init__(self, text: str = "", **options: object) -> None:
        self._marking = False
        self._killed: tuple[tuple[int, int], str] | None = None
        """Where the last kill left the cursor, and the text of then: a kill there adds to it."""
        super().__init__(text, **options)  # type: ignore[arg-type]

    def action_emacs_move(self, move: str) -> None:
        """Go somewhere; while the mark is set, the region grows."""
        if move.startswith("cursor_page"):
            step = self.content_size.height * (1 if move.endswith("down") else -1)
            row = max(0, min(self.cursor_location[0] + step, self.document.line_count - 1))
            self.move_cursor((row, self.cursor_location[1]), select=self._marking)
        else:
            getattr(self, f"action_{move}")(self._marking)

    def action_emacs_palette(self) -> None:
        """Every command by name."""
        self.app.action_command_palette()

    def action_emacs_end(self, last: bool) -> None:
        """Go to the first or the last place of the text."""
        self.move_cursor(self.document.end if last else (0, 0), select=self._marking)

    def action_emacs_mark(self) -> None:
        """Set the mark here; twice at one place takes it away."""
        self._marking = not (self._marking and self.selection.is_empty)
        self.move_cursor(self.cursor_location)

    def action_emacs_quit(self) -> None:
        """The mark goes, and the region."""
        self._marking = False
        self.assist.close()
        self.move_cursor(self.cursor_location)

    def action_emacs_kill_line(self) -> None:
        """Take the rest of the line, or its end; kills in a row are one."""
        row, column = self.cursor_location
        line = self.document.get_line(row)
        end = (row, len(line)) if column < len(line) else (row + 1, 0)
        if end[0] < self.document.line_count:
            self._kill((row, column), end)

    def action_emacs_kill_word(self) -> None:
        """Take up to the end of the word."""
        self._kill(self.cursor_location, self.get_cursor_word_right_location())

    def action_emacs_kill_region(self) -> None:
        """Take what is selected."""
        if not self.selection.is_empty:
            self._kill(*sorted((self.selection.start, self.selection.end)))

    def action_emacs_copy_region(self) -> None:
        """Copy what is selected."""
        if not self.selection.is_empty:
            self.app.copy_to_clipboard(self.selected_text)
        self.action_emacs_quit()

    def _kill(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        taken = self.get_text_range(start, end)
        if self._killed == (start, self.text):
            taken = self.app.clipboard + taken
        self.app.copy_to_clipboard(taken)
        self._marking = False
        self.delete(start, end, maintain_selection_offset=False)
        self._killed = (self.cursor_location, self.text)

    # Textual calls the handlers of the classes above as well.

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "escape":
            self._marking = False

    def on_text_area_changed(self, _event: TextArea.Changed) -> None:
        """A change ends the region."""
        self._marking = False
