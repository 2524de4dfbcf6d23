"""What this program changed, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.text import visible
from tui.ui import words
from tui.ui.changes import change_words
from tui.ui.page import Block, line, text

if TYPE_CHECKING:
    from tui.incidents.changes import Edit

_STATES = {
    "confirmed": ("✓", "good", "confirmed"),
    "failed": ("!", "bad", "refused"),
    "conflict": ("≠", "warn", "changed by somebody else meanwhile"),
    "pending": ("↑", "accent", "on its way"),
    "sending": ("↑", "accent", "on its way"),
}


def history_blocks(edits: Sequence[Edit]) -> list[Block]:
    """The edits of one incident, newest first."""
    if not edits:
        return [
            text("Nothing was changed from here. The portal's activity log has the rest.", "faint")
        ]
    blocks: list[Block] = []
    for edit in reversed(edits):
        glyph, tone, said = _STATES.get(edit.state, ("·", "faint", edit.state))
        undone = "   takes back an earlier edit" if edit.undoes is not None else ""
        blocks.append(
            line(
                (f"{glyph} ", tone),
                (f"{words.local(edit.created)}   ", "faint"),
                (change_words(edit.change), ""),
                (f"   {said}{undone}", "faint"),
            )
        )
        if edit.why:
            blocks.append(text(visible(edit.why), tone, indent=2))
    return blocks
