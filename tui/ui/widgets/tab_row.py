"""A line of tabs: their names with their numbers; the one that is shown is underlined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.app import RenderResult
from textual.content import Content
from textual.message import Message
from textual.style import Style
from textual.widget import Widget

from tui.ui.page import STYLES


class TabRow(Widget):
    """The tabs of a screen; a click chooses one.

    Args:
        names: What stands for each tab, by its key.
    """

    auto_links = False
    DEFAULT_CSS = "TabRow { height: 1; margin: 1 1 0 1; }"

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, tab: str) -> None:
            super().__init__()
            self.tab = tab

    def __init__(self, names: Mapping[str, str]) -> None:
        super().__init__()
        self._names = dict(names)
        self._current = next(iter(names))
        self._counts: Mapping[str, int] = {}

    def show(self, current: str, counts: Mapping[str, int]) -> None:
        """Underline this tab; say these numbers."""
        self._current, self._counts = current, counts
        self.refresh()

    def action_choose(self, tab: str) -> None:
        """A click."""
        self.post_message(self.Chosen(tab))

    def _parts(self) -> Sequence[Content]:
        parts = []
        for tab, name in self._names.items():
            style = "bold underline $foreground" if tab == self._current else STYLES["faint"]
            part = Content.styled(name, style)
            if (count := self._counts.get(tab)) is not None:
                part = Content.assemble(part, (f" {count}", STYLES["faint"]))
            parts.append(part.stylize(Style.from_meta({"@click": f"choose('{tab}')"})))
        return parts

    def render(self) -> RenderResult:
        """The line, closer together where it is narrow."""
        parts = self._parts()
        words = sum(part.cell_length for part in parts)
        for gap in ("   ", "  ", " "):
            if words + len(gap) * (len(parts) - 1) <= self.size.width:
                break
        return Content(gap).join(parts)
