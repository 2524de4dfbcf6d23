"""The editor of KQL: colours, the query that would run, and the place of a fault.

TextArea's highlight map is private to Textual, whose minor version is pinned for it.
"""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass
from typing import NamedTuple

from textual import events
from textual.binding import Binding
from textual.geometry import Offset
from textual.message import Message
from textual.widgets import TextArea
from textual_enhanced.commands import Command

from tui.kql.habits import Habits
from tui.kql.lexer import Fence, line_tokens
from tui.kql.scope_blocks import statements
from tui.ui.commands.editor import EDITOR
from tui.ui.widgets.query_assist import Assist
from tui.ui.widgets.query_checks import Checks
from tui.ui.widgets.query_drawing import LOOKS, Lines
from tui.ui.widgets.query_wanted import Wanting

_BRACKETS = frozenset("()[]{}")
_BLANK = re.compile(r"\n[ \t]*\n")
_LET = re.compile(r"\blet\s+([A-Za-z_]\w*)")
_BUSY = 60_000
"""Characters from which work on the whole text waits for a pause in typing."""
_PAUSE = 0.08
_FAR = 30_000
"""Characters that are looked through for the partner of a bracket."""


class _Parts(NamedTuple):
    """What is known of a whole text."""

    found: list[tuple[int, int]]
    names: frozenset[str]
    fences: dict[int, Fence]

    @classmethod
    def of(cls, text: str) -> _Parts:
        """Read a text."""
        fences: dict[int, Fence] = {}
        if "```" in text or "~~~" in text:
            inside: Fence = ""
            for number, line in enumerate(text.split("\n")):
                fences[number] = inside
                _, inside = line_tokens(line, inside)
        return cls(statements(text), frozenset(_LET.findall(text)), fences)


class QueryEditor(Wanting):
    """A text of several queries, parted by blank lines; the one at the cursor is marked.

    Args:
        text: What stands in it.
        habits: What its user uses, shared among the editors of a tenant.
    """

    COMMAND_MESSAGES = EDITOR
    HELP_TITLE = "In the editor"
    BINDINGS = [
        *Command.bindings(*COMMAND_MESSAGES),
        Binding("ctrl+home", "text_end(False)", show=False),
        Binding("ctrl+end", "text_end(True)", show=False),
        Binding("ctrl+shift+home", "text_end(False, True)", show=False),
        Binding("ctrl+shift+end", "text_end(True, True)", show=False),
    ]

    DEFAULT_CSS = LOOKS

    @dataclass
    class Edited(Message):
        """The text is another than before."""

        editor: QueryEditor

    @dataclass
    class FindWanted(Message):
        """Words of the text are to be found."""

        editor: QueryEditor

    @dataclass
    class FindAgain(Message):
        """The words that were looked for last are to be found again."""

        editor: QueryEditor
        step: int

    @dataclass
    class ModeChanged(Message):
        """Keys mean something else now."""

        editor: QueryEditor

    STAYS = False
    """Escape does not leave it."""

    @dataclass
    class Told(Message):
        """There is something else to say about the place of the cursor."""

        editor: QueryEditor

    @dataclass
    class CursorMoved(Message):
        """The cursor stands elsewhere, perhaps in another query."""

        editor: QueryEditor

    def __init__(
        self, text: str = "", *, habits: Habits | None = None, id: str | None = None
    ) -> None:
        self._found: list[tuple[int, int]] = []
        self.prepare_drawing()
        self.prepare_carets()
        self._stale = False
        self._late = False
        self._last = 0.0
        self.assist = Assist(self, habits or Habits())
        self.checks = Checks(self)
        super().__init__(
            text.replace("\r\n", "\n").replace("\r", "\n"),
            id=id,
            soft_wrap=False,
            show_line_numbers=True,
            tab_behavior="indent",
            placeholder=_PLACEHOLDER,
        )
        self.cursor_blink = False
        # The text scrolls with its cursor; a bar would cost a line.
        self.styles.scrollbar_size_horizontal = 0

    # The fault.

    def show_fault(self, line: int, column: int | None) -> None:
        """Mark the place of a fault, counted from 1, and go there."""
        row = max(0, min(line - 1, self.document.line_count - 1))
        place = max(0, min((column or 1) - 1, len(self.document.get_line(row))))
        self._fault = (row, place)
        self._build_highlight_map()
        self.move_cursor((row, place))
        self.refresh()

    def clear_fault(self) -> None:
        """The text was changed, or ran: the mark goes."""
        if self._fault is not None:
            self._fault = None
            self._build_highlight_map()
            self.refresh()

    def schema_changed(self) -> None:
        """More tables and columns are known: colours and remarks follow."""
        self._build_highlight_map()
        self.checks.again()
        self.refresh()

    # Drawing.

    def _build_highlight_map(self) -> None:
        self._line_cache.clear()
        self._highlights = Lines(self)
        self._stale = True
        if len(self.document.text) < _BUSY:
            self._read()
        elif self.is_attached:
            self._last = time.monotonic()
            if not self._late:
                self._late = True
                self.set_timer(_PAUSE, self._read_late)

    def _read_late(self) -> None:
        """Read the text when nobody has typed for a moment."""
        quiet = time.monotonic() - self._last
        if quiet < _PAUSE - 0.01:
            self.set_timer(_PAUSE - quiet, self._read_late)
            return
        self._late = False
        if self._stale and self.is_attached:
            self.run_worker(self._read_beside(), group="read", exclusive=True)

    async def _read_beside(self) -> None:
        """Read a long text off the loop."""
        text = self.document.text
        found = await asyncio.to_thread(_Parts.of, text)
        if self._stale and self.is_attached and text == self.document.text:
            self._know(found)
            self.refresh()

    def _read(self) -> None:
        self._know(_Parts.of(self.document.text))

    def _know(self, parts: _Parts) -> None:
        self._stale = False
        self._found, self._names, self._fences = parts
        self._mark()

    def _mark(self) -> None:
        if self._stale:
            return
        first, last = self._statement()
        bar = (0, -1)
        if last > first:
            bar = (
                self._lines_of_text.get_location_from_index(first)[0],
                self._lines_of_text.get_location_from_index(last)[0],
            )
        if bar != self._bar:
            self._bar = bar
            self._line_cache.clear()
            self.refresh()

    # Keys and messages.

    async def _on_key(self, event: events.Key) -> None:
        if (
            (event.key == "escape" and not self.assist.is_open and self.drop_carets())
            or self.assist.key(event)
            or (not self.carets and self.pair_key(event))
        ):
            event.stop()
            event.prevent_default()
            if not self.selection.is_empty:
                self.assist.quiet()
        elif event.key in ("tab", "shift+tab") and self.has_lines:
            event.stop()
            event.prevent_default()
            self.indent(out=event.key == "shift+tab")
        elif event.key == "escape":
            # Not "next widget", as TextArea has it: the screen decides what Escape does.
            event.prevent_default()

    async def _on_paste(self, event: events.Paste) -> None:
        if self._put_link(event.text):
            event.stop()
            event.prevent_default()

    def action_paste(self) -> None:
        """Paste; of a link to the portal's hunting page, the query in it."""
        if not self._put_link(self.app.clipboard):
            super().action_paste()

    def _put_link(self, text: str) -> bool:
        from tui.hunting.portal_link import query_in

        query = query_in(text)
        if query is None:
            return False
        start, end = sorted(self.selection)
        self.replace(query, start, end, maintain_selection_offset=False)
        self.notify("The query of a link to the portal.", timeout=3)
        return True

    @property
    def mode_words(self) -> str:
        """What keys mean now, where that changes."""
        return ""

    def found(self) -> None:
        """Words were found, and are selected."""

    def action_suggest_command(self) -> None:
        """List what can come here."""
        self.assist.ask()

    def action_find_text_command(self) -> None:
        """Find words in the text."""
        self.post_message(self.FindWanted(self))

    def action_delete_left(self) -> None:
        """Take the character at the left away; of an empty pair, both halves."""
        if self.carets or not self.unpair():
            super().action_delete_left()

    def scroll_cursor_visible(self, center: bool = False, animate: bool = False) -> Offset:
        """Scroll to the cursor; a line that fits is shown from its beginning."""
        if self.cursor_location[0] >= self.document.line_count:
            # Amid taking back an edit: lines are gone, and the cursor is yet to follow.
            return Offset()
        moved = super().scroll_cursor_visible(center, animate)
        room = self.scrollable_content_region.width - self.gutter_width - 3
        if self.scroll_x and self._cursor_offset[0] <= room:
            self.scroll_to(x=0, animate=False, force=True, immediate=True)
        return moved

    def find_matching_bracket(
        self, bracket: str, search_from: tuple[int, int]
    ) -> tuple[int, int] | None:
        """The partner of a bracket, where it is not too far away."""
        if bracket not in _BRACKETS or len(self.document.text) > _FAR:
            return None
        return super().find_matching_bracket(bracket, search_from)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A fix is offered where there is one."""
        if action == "take_fix_command":
            return any(one.fix for one in self.checks.remarks)
        return super().check_action(action, parameters)

    # What helpers ask.

    def place(self) -> tuple[str, int, int]:
        """The text, the cursor in it, and where its query begins."""
        text = self.text
        offset = len(self.text_before())
        # What was read last is good up to where the text was changed since.
        first = max((start for start, _ in self._found if start <= offset), default=0)
        if "\n" in text[first:offset]:
            blank = _BLANK.search(text, first, offset)
            if blank is not None:
                pieces = statements(text[first:offset])
                start, end = pieces[-1] if pieces else (offset - first, offset - first)
                parted = text.count("\n", first + end, offset) > 1
                first = offset if parted else first + start
        return text, offset, first

    def places(self) -> list[tuple[int, int]]:
        """Where the queries begin and end."""
        if self._stale:
            self._read()
        return self._found

    def tell(self) -> None:
        """Something else is to be said about the place of the cursor."""
        self.post_message(self.Told(self))

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Say it in our own words."""
        event.stop()
        if self._fault is not None:
            self.clear_fault()
        self._mark()
        self.assist.changed()
        self.checks.changed()
        self.post_message(self.Edited(self))

    def on_text_area_selection_changed(self, event: TextArea.SelectionChanged) -> None:
        """Mark the query that the cursor is in now."""
        event.stop()
        self.open_at(self.cursor_location[0])
        self._mark()
        self.assist.moved()
        self.checks.moved()
        self.post_message(self.CursorMoved(self))

    def on_focus(self) -> None:
        """The bar is lit."""
        self._line_cache.clear()

    def on_blur(self) -> None:
        """The bar is dim, the list goes."""
        self.assist.close()
        self._line_cache.clear()


_PLACEHOLDER = """DeviceProcessEvents
| where Timestamp > ago(7d)
| summarize Hits = count() by FileName
| top 10 by Hits"""
