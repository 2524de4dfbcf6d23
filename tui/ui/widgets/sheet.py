"""A page of words as a widget."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import RenderResult
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from tui.ui.page import STYLES, Block, Span, field, gap, lay_out, line, spans, styled, text

__all__ = ["STYLES", "Block", "Sheet", "Span", "field", "gap", "line", "spans", "styled", "text"]


class Sheet(Widget):
    """Shows blocks; lays them out anew when its width or its content changes."""

    DEFAULT_CSS = """
    Sheet {
        height: auto;
        width: 1fr;
    }
    """

    def __init__(
        self,
        blocks: Sequence[Block] = (),
        *,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._blocks: tuple[Block, ...] = tuple(blocks)
        self._laid: tuple[int, list[Content]] | None = None

    @property
    def blocks(self) -> tuple[Block, ...]:
        """What is shown."""
        return self._blocks

    def show(self, blocks: Sequence[Block]) -> None:
        """Show these blocks instead."""
        fresh = tuple(blocks)
        if fresh == self._blocks:
            return
        self._blocks = fresh
        self._laid = None
        self.refresh(layout=True)

    def _lines(self, width: int) -> list[Content]:
        if self._laid is None or self._laid[0] != width:
            self._laid = (width, lay_out(self._blocks, width))
        return self._laid[1]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as the page has at this width."""
        return len(self._lines(width))

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """All that there is."""
        return container.width

    def render(self) -> RenderResult:
        """The page."""
        return Content("\n").join(self._lines(max(1, self.size.width)))
