"""The list of what can be typed next: below the cursor, never over the line being typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import events
from textual.app import RenderResult
from textual.content import Content
from textual.geometry import Offset, Size
from textual.message import Message
from textual.widget import Widget

from tui.text import visible

if TYPE_CHECKING:
    from tui.kql.completion_names import Candidate

_MOST_ROWS = 8
_NARROWEST = 24
_WIDEST = 64
_TAKES = "Tab takes it"


class CompletionList(Widget, can_focus=False):
    """Shows candidates; the editor keeps the focus and steers it."""

    DEFAULT_CSS = """
    CompletionList {
        display: none;
        position: absolute;
        overlay: screen;
        background: $panel;
        color: $foreground;
    }
    """

    @dataclass
    class Clicked(Message):
        """A candidate was clicked on."""

        index: int

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._items: Sequence[Candidate] = ()
        self._index = 0
        self._first = 0
        self._rows = 0
        self.display = False

    @property
    def rows(self) -> int:
        """Candidates that are shown at once."""
        return self._rows

    def show(self, items: Sequence[Candidate], index: int, at: Offset, room: Size) -> bool:
        """Show candidates for a word that begins at this place of the screen.

        Args:
            items: The candidates.
            index: The one that is chosen.
            at: Where the word begins.
            room: The screen without its last line.

        Returns:
            Whether there is room for any.
        """
        below = room.height - at.y - 1
        above = at.y
        wanted = min(len(items), _MOST_ROWS) + 1
        upward = below < min(wanted, 4) and above > below
        space = above if upward else below
        rows = min(len(items), _MOST_ROWS, max(0, space - 1) or min(1, space))
        if rows < 1:
            self.hide()
            return False
        note = space > rows
        self._items, self._index = items, index
        self._rows = rows
        self._keep_in_view()
        width = min(self._width(items), room.width)
        height = rows + (1 if note else 0)
        x = max(0, min(at.x - 2, room.width - width))
        y = at.y - height if upward else at.y + 1
        place = Offset(x, y)
        if (self.absolute_offset, self.outer_size) != (place, Size(width, height)):
            self.absolute_offset = place
            self.styles.width, self.styles.height = width, height
            self.refresh(layout=True)
        self.display = True
        self.refresh()
        return True

    def choose(self, index: int) -> None:
        """Another candidate is chosen."""
        self._index = index
        self._keep_in_view()
        self.refresh()

    def hide(self) -> None:
        """Take it away."""
        if self.display:
            self.display = False

    def _keep_in_view(self) -> None:
        last = max(0, len(self._items) - self._rows)
        low = self._index - self._rows + 1
        self._first = max(0, min(self._index, last, max(low, self._first)))

    def _width(self, items: Sequence[Candidate]) -> int:
        labels = max(len(one.label) for one in items[:40])
        details = max(len(one.detail) for one in items[:40])
        note = max((len(one.note) for one in items[:40]), default=0) + len(_TAKES) + 6
        wanted = max(labels + (details + 3 if details else 0) + 4, min(note, 46), _NARROWEST)
        return min(wanted, _WIDEST)

    def render(self) -> RenderResult:
        """The candidates in view, and a line about the one that is chosen."""
        width, height = self.size.width, self.size.height
        shown = self._items[self._first : self._first + self._rows]
        details = max((len(one.detail) for one in shown), default=0)
        lines = [
            self._line(one, self._first + at == self._index, width, details)
            for at, one in enumerate(shown)
        ]
        if height > self._rows and self._index < len(self._items):
            lines.append(self._note(self._items[self._index], width))
        return Content("\n").join(lines)

    def _line(self, one: Candidate, chosen: bool, width: int, details: int) -> Content:
        label = visible(one.label)
        room = max(4, width - 3 - (details + 2 if details else 0))
        if len(label) > room:
            label = label[: room - 1] + "…"
        name = Content(label)
        for at in one.typed:
            if at < len(label):
                name = name.stylize("bold $accent", at, at + 1)
        detail = one.detail.ljust(details)
        gap = max(1, width - 3 - len(label) - len(detail))
        line = Content.assemble(
            ("▌" if chosen else " ", "$accent"), " ", name, " " * gap, (detail, "$text-muted"), " "
        )
        return line.stylize_before("bold on $block-cursor-background" if chosen else "on $panel")

    def _note(self, one: Candidate, width: int) -> Content:
        room = width - len(_TAKES) - 5
        note = visible(one.note)
        if len(note) > room:
            note = note[: max(0, room - 1)] + "…" if room > 8 else ""
        gap = max(1, width - 3 - len(note) - len(_TAKES))
        return Content.styled(f"  {note}{' ' * gap}{_TAKES} ", "$text-muted")

    def on_click(self, event: events.Click) -> None:
        """Take what was clicked on."""
        event.stop()
        if event.y < self._rows and self._first + event.y < len(self._items):
            self.post_message(self.Clicked(self._first + event.y))
