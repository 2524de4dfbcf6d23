"""Completion while typing: when the list opens, what its keys do, when it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.css.query import NoMatches
from textual.events import Key
from textual.geometry import Offset, Size

from tui.kql.habits import Habits
from tui.ui.widgets.completion_list import CompletionList

if TYPE_CHECKING:
    from tui.kql.completion import Completion, Signature
    from tui.kql.completion_names import Candidate
    from tui.ui.widgets.query_base import QueryBase

_AFTER = 0.015
"""Seconds from a key to its list: the key is drawn first."""
_LONGEST = 200_000
"""Characters of a text beyond which nothing is offered."""


class Assist:
    """Helps one editor.

    Args:
        editor: The editor that is helped.
        habits: What its user uses; it is told of what is taken.
    """

    def __init__(self, editor: QueryBase, habits: Habits) -> None:
        self._editor = editor
        self._habits = habits
        self.found: Completion | None = None
        """What the list shows; None while it is closed."""
        self.index = 0
        self.signature: Signature | None = None
        self._chosen = False
        """The user moved in the list."""
        self._due = False
        self._asked = False
        self._typing = False
        self._at: tuple[int, int] = (0, 0)

    @property
    def is_open(self) -> bool:
        """Whether the list is shown."""
        return self.found is not None

    @property
    def is_settled(self) -> bool:
        """Whether the list is about what stands before the cursor."""
        return not self._due

    def _list(self) -> CompletionList | None:
        try:
            return self._editor.screen.query_one(CompletionList)
        except NoMatches:
            return None

    # What happens in the editor.

    def changed(self) -> None:
        """The text is another: by typing, or otherwise."""
        if self._typing:
            self._typing = False
            self._arm()
        else:
            self.close()

    def moved(self) -> None:
        """The cursor stands elsewhere."""
        if self._due:
            return
        if self.is_open and self._editor.cursor_location != self._at:
            self.close()
        if self.signature is not None:
            self._arm()

    def ask(self) -> None:
        """The user wants a list."""
        self._asked = True
        self._compute()
        if not self.is_open:
            self._editor.notify("Nothing is known that could come here.", timeout=2)

    def _arm(self) -> None:
        if not self._due:
            self._due = True
            self._editor.set_timer(_AFTER, self._fire)

    def _fire(self) -> None:
        if self._due:
            self._compute()

    def _compute(self) -> None:
        """Find what can come, and show it."""
        self._due = False
        asked, self._asked = self._asked, False
        editor = self._editor
        if not editor.is_attached or len(editor.document.text) > _LONGEST:
            return
        if not editor.selection.is_empty or editor.carets or not editor.has_focus:
            self.close()
            return
        text, offset, start = editor.place()
        from tui.kql.completion import look  # loaded by the warm-up, once there is an editor

        found, self.signature = look(text, offset, start, asked=asked, habits=self._habits)
        self._at = editor.cursor_location
        if found is None:
            self.close()
        else:
            self._show(found)
        editor.tell()

    def _show(self, found: Completion) -> None:
        shown = self._list()
        if shown is None:
            return
        self.found, self.index, self._chosen = found, 0, False
        if not shown.show(found.candidates, 0, self._place(found), self._room()):
            self.found = None

    def _place(self, found: Completion) -> Offset:
        """Where on the screen the word begins."""
        cursor = self._editor.cursor_screen_offset
        row, column = self._editor.cursor_location
        line = self._editor.document.get_line(row)
        typed = len(self._editor.text_before()) - found.start
        begin = max(0, column - typed)
        if begin < column and line[begin] in "\"'@h" and found.candidates[0].kind == "value":
            begin += 1
        return Offset(max(0, cursor.x - (column - begin)), cursor.y)

    def _room(self) -> Size:
        size = self._editor.screen.size
        return Size(size.width, size.height - 1)

    def close(self) -> None:
        """Take the list away."""
        if self.found is not None:
            self.found = None
            shown = self._list()
            if shown is not None:
                shown.hide()

    # Keys.

    def quiet(self) -> None:
        """The key that was pressed last typed no word."""
        self._typing = False

    def key(self, event: Key) -> bool:
        """Whether the list takes this key; all other keys go on as ever."""
        key = event.key
        if key == "tab" and self._due:
            # Typed faster than the list could come: it comes now.
            self._compute()
        if self.found is None:
            self._typing = event.is_printable
            return False
        if key in _STEPS:
            self._step(_STEPS[key])
            return True
        if key == "escape":
            self.close()
            return True
        if key == "tab" or (key == "enter" and self._enter_takes()):
            self.take(self.index)
            return True
        if key == "enter":
            self.close()
        elif key == "backspace" or event.is_printable:
            self._typing = True
        return False

    def _enter_takes(self) -> bool:
        """A newline is never swallowed that may have been meant."""
        found = self.found
        if found is None or self._due:
            return False
        if self._chosen:
            return True
        first = found.candidates[0].label.lower()
        typed = found.prefix.lower()
        if not typed or found.whole or found.naming or first == typed:
            return False
        return first.startswith(typed) or (len(typed) > 1 and found.prefix.isupper())

    def _step(self, step: int) -> None:
        found, shown = self.found, self._list()
        if found is None or shown is None:
            return
        last = len(found.candidates) - 1
        if abs(step) > 1:
            step = shown.rows if step > 0 else -shown.rows
            self.index = max(0, min(last, self.index + step))
        else:
            self.index = (self.index + step) % (last + 1)
        self._chosen = True
        shown.choose(self.index)

    def take(self, index: int) -> None:
        """Put a candidate into the text."""
        found = self.found
        self.close()
        if found is None or not 0 <= index < len(found.candidates):
            return
        candidate = found.candidates[index]
        self._habits.took(candidate.label)
        self._editor.put(_text(candidate, found, self._editor.text), found.start, found.end)
        if candidate.more:
            self._asked = True
            self._arm()
        elif "\x00" in candidate.text:
            self._arm()


_STEPS = {"down": 1, "up": -1, "pagedown": 8, "pageup": -8}


def _text(candidate: Candidate, found: Completion, text: str) -> str:
    """What to insert: without what stands there already."""
    wanted = candidate.text
    behind = text[found.end : found.end + 1]
    if "(\x00" in wanted and behind == "(":
        return wanted.partition("(")[0]
    if wanted.endswith(" ") and behind == " ":
        return wanted[:-1]
    return wanted
