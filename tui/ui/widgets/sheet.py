"""A page of words: headings, paragraphs, labelled values and cut lines, laid out for a width."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from textual.app import RenderResult
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

STYLES = {
    "": "$foreground",
    "bold": "bold $foreground",
    "faint": "$text-muted",
    "accent": "$accent",
    "good": "$success",
    "bad": "$error",
    "warn": "$warning",
    "low": "$primary",
    "tag": "$secondary",
    "badbold": "bold $error",
    "warnbold": "bold $warning",
    "goodbold": "bold $success",
    "accentbold": "bold $accent",
    "lowbold": "bold $primary",
}
"""What a tone looks like, in the theme's variables."""

Span = tuple[str, str]
"""Displayable text and its tone."""


def styled(spans: Iterable[Span]) -> Content:
    """Spans as one piece of content; nothing in them is markup."""
    return Content.assemble(*((text, STYLES.get(tone, "$foreground")) for text, tone in spans))


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a page."""

    spans: tuple[Span, ...]
    label: str = ""
    """Stands before the spans, in a column of its own."""
    indent: int = 0
    wrap: bool = True
    """Whether it wraps at words, or is cut with … at the edge."""
    margin: int = 13
    """Cells that the label's column takes."""


def line(*spans: Span, indent: int = 0) -> Block:
    """One line, cut with … where it is too long."""
    return Block(spans, indent=indent, wrap=False)


def text(words: str, tone: str = "", indent: int = 0) -> Block:
    """A paragraph, wrapped at words."""
    return Block(((words, tone),), indent=indent)


def spans(*parts: Span, indent: int = 0) -> Block:
    """A paragraph of several tones."""
    return Block(parts, indent=indent)


def field(label: str, *parts: Span, margin: int = 13) -> Block:
    """A faint label and its value; a long value wraps under itself."""
    return Block(parts, label=label, margin=margin)


def gap() -> Block:
    """An empty line."""
    return Block((), wrap=False)


def lay_out(blocks: Sequence[Block], width: int) -> list[Content]:
    """The lines of a page of this width."""
    lines: list[Content] = []
    for block in blocks:
        before = " " * block.indent
        if block.label:
            before += block.label.ljust(block.margin - 1)[: block.margin - 1] + " "
        room = max(8, width - len(before))
        content = styled(block.spans)
        if not block.wrap:
            pieces = [content.truncate(room, ellipsis=True)]
        else:
            pieces = content.wrap(room) if block.spans else [content]
        for at, piece in enumerate(pieces):
            lead = before if at == 0 else " " * len(before)
            if lead:
                piece = Content.assemble((lead, STYLES["faint"]), piece)
            lines.append(piece)
    return lines


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
