"""Pages of words: headings, paragraphs, labelled values and cut lines, laid out for a width."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct
from textual.content import Content

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


class Block(Struct, frozen=True):
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


class Choice(Struct, frozen=True):
    """One thing to pick."""

    id: str
    spans: tuple[Span, ...]
    key: str = ""
    """A letter that picks it at once."""
