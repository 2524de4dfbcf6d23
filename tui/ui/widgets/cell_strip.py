"""Two lines about the cell under the cursor: its whole value, and the values beside it."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import RenderResult
from textual.content import Content
from textual.widget import Widget

from tui.ui.widgets.sheet import STYLES, Span, styled


class CellStrip(Widget):
    """A rule, the cell with its actions, and how its column's values are spread."""

    DEFAULT_CSS = """
    CellStrip { height: 3; padding: 0 2; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._cell: tuple[Span, ...] = ()
        self._keys: tuple[tuple[str, str], ...] = ()
        self._spread: tuple[Span, ...] = ()

    def show(self, cell: Sequence[Span], keys: Sequence[tuple[str, str]]) -> None:
        """Show a cell (displayable spans) and the keys that act on it."""
        if (tuple(cell), tuple(keys)) != (self._cell, self._keys):
            self._cell, self._keys = tuple(cell), tuple(keys)
            self.refresh()

    def spread(self, words: Sequence[Span]) -> None:
        """Show how the column's values are spread."""
        if tuple(words) != self._spread:
            self._spread = tuple(words)
            self.refresh()

    @property
    def words(self) -> str:
        """What it says."""
        return "\n".join("".join(text for text, _ in part) for part in (self._cell, self._spread))

    def render(self) -> RenderResult:
        """Keys stand at the right of the first line where they leave room for the value."""
        width = self.size.width
        cell = styled(self._cell)
        keys = Content("   ").join(
            Content.assemble((key, STYLES["accent"]), (f" {what}", STYLES["faint"]))
            for key, what in self._keys
        )
        lines = [Content.styled("─" * width, "$border")] if self.size.height > 2 else []
        room = width - keys.cell_length - 3
        if room >= min(cell.cell_length, width // 2):
            shown = cell.truncate(max(1, room), ellipsis=True)
            space = " " * max(1, width - shown.cell_length - keys.cell_length)
            lines.append(Content.assemble(shown, space, keys))
        else:
            lines.append(cell.truncate(width, ellipsis=True))
        lines.append(styled(self._spread).truncate(width, ellipsis=True))
        return Content("\n").join(lines)
