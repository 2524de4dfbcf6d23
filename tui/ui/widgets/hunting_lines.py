"""The single lines of the Hunting place: tabs above the editor, the rule above the results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.app import RenderResult
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from tui.ui.widgets.sheet import STYLES, Span, styled


class TabLine(Widget):
    """The names of the editor's tabs; at the right, time range and quota."""

    DEFAULT_CSS = """
    TabLine { height: 1; padding: 0 1 0 2; margin: 1 0; }
    """

    @dataclass
    class Picked(Message):
        """A tab was clicked on; `index` None is the plus."""

        index: int | None

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._names: tuple[str, ...] = ()
        self._active = 0
        self._right: tuple[Span, ...] = ()
        self._places: list[tuple[int, int, int | None]] = []

    def show(self, names: Sequence[str], active: int, right: Sequence[Span]) -> None:
        """Show these names (displayable) and what stands at the right."""
        state = (tuple(names), active, tuple(right))
        if state != (self._names, self._active, self._right):
            self._names, self._active, self._right = state
            self.refresh()

    def render(self) -> RenderResult:
        """As many tabs around the active one as fit."""
        width = self.size.width
        # What stands first matters most; the rest goes where there is no room.
        shown = list(self._right)
        while shown and styled(shown).cell_length > width // 2:
            shown.pop()
        right = styled(shown) if shown else Content("")
        room = max(8, width - right.cell_length - 6)
        first = 0
        while first < self._active and self._length(first, self._active) > room:
            first += 1
        parts: list[Content] = []
        self._places = []
        at = 0
        if first:
            parts.append(Content.styled("… ", STYLES["faint"]))
            at = 2
        for index in range(first, len(self._names)):
            name = self._names[index][: max(4, room)]
            if parts and index > first and at + len(name) > room:
                parts.append(Content.styled("…   ", STYLES["faint"]))
                at += 4
                break
            active = index == self._active
            style = "bold underline $foreground" if active else STYLES["faint"]
            piece = Content.styled(name, style)
            self._places.append((at, at + piece.cell_length, index))
            parts += [piece, Content("   ")]
            at += piece.cell_length + 3
        parts.append(Content.styled("+", STYLES["faint"]))
        self._places.append((at, at + 1, None))
        gap = max(1, width - at - 1 - right.cell_length)
        return Content.assemble(*parts, " " * gap, right)

    def _length(self, first: int, last: int) -> int:
        return sum(len(name) + 3 for name in self._names[first : last + 1]) + 2

    def on_click(self, event: events.Click) -> None:
        """Pick the tab under the mouse."""
        x = event.x - self.gutter.left
        for start, end, index in self._places:
            if start <= x < end + 1:
                self.post_message(self.Picked(index))
                return


class RuleLine(Widget):
    """A rule with words on it: what the rows are, and how they are shown."""

    DEFAULT_CSS = """
    RuleLine { height: 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._left: tuple[Span, ...] = ()
        self._right: tuple[Span, ...] = ()

    def show(self, left: Sequence[Span], right: Sequence[Span] = ()) -> None:
        """Show these words."""
        if (tuple(left), tuple(right)) != (self._left, self._right):
            self._left, self._right = tuple(left), tuple(right)
            self.refresh()

    @property
    def words(self) -> str:
        """What stands on it, without the rule."""
        return "   ".join("".join(text for text, _ in part) for part in (self._left, self._right))

    def render(self) -> RenderResult:
        """The rule fills what the words leave."""
        width = self.size.width
        left, right = styled(self._left), styled(self._right)
        if left.cell_length > width - 4:
            left = left.truncate(max(1, width - 4), ellipsis=True)
        if left.cell_length + right.cell_length > width - 10:
            right = Content("")
        parts: list[Content | tuple[str, str]] = [("─ ", "$border")]
        used = 2
        if left:
            parts += [left, (" ", "")]
            used += left.cell_length + 1
        end = right.cell_length + 4 if right else 0
        parts.append(("─" * max(0, width - used - end - (1 if right else 0)), "$border"))
        if right:
            parts += [(" ", ""), right, (" ──", "$border")]
        return Content.assemble(*parts)
