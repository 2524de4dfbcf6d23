"""What a grid says where it has no rows to show."""

from __future__ import annotations

from msgspec import Struct
from rich.cells import cell_len

from tui.text import visible
from tui.ui.widgets.grid_cells import Span, Tone


class Note(Struct, frozen=True):
    """A sentence, and below it what can be done."""

    title: str = ""
    hint: str = ""
    tone: Tone = ""
    """The tone of the title."""

    def lines(self, width: int) -> list[Span]:
        """The note in lines of at most `width` cells, broken between words."""
        made: list[Span] = [(line, self.tone) for line in wrap(self.title, width)]
        made.extend((line, "faint") for line in wrap(self.hint, width))
        return made


def wrap(text: str, width: int) -> list[str]:
    """Lines of at most `width` cells, broken between words; longer words stay whole.

    Line breaks of the text are kept.
    """
    lines: list[str] = []
    for paragraph in text.splitlines():
        line = ""
        for word in visible(paragraph).split():
            longer = f"{line} {word}" if line else word
            if line and cell_len(longer) > width:
                lines.append(line)
                line = word
            else:
                line = longer
        lines.append(line)
    return lines
