"""What this program changed, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from tui.text import visible
from tui.ui import words
from tui.ui.changes import change_words
from tui.ui.page import Block, Span, line, spans, text

if TYPE_CHECKING:
    from tui.incidents.changes import Edit

_NO_TITLES: Mapping[str, str] = MappingProxyType({})
_STATES = {
    "confirmed": ("✓", "good", "confirmed"),
    "failed": ("!", "bad", "refused"),
    "conflict": ("≠", "warn", "changed by somebody else meanwhile"),
    "pending": ("↑", "accent", "on its way"),
    "sending": ("↑", "accent", "on its way"),
}


def history_blocks(edits: Sequence[Edit], alerts: Mapping[str, str] = _NO_TITLES) -> list[Block]:
    """The edits of one incident, newest first; `alerts` gives titles by id."""
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
                (change_words(edit.change, alerts), ""),
                (f"   {said}{undone}", "faint"),
            )
        )
        if edit.why:
            blocks.append(text(visible(edit.why), tone, indent=2))
    return blocks


def pending_blocks(edits: Sequence[Edit], alerts: Mapping[str, str] = _NO_TITLES) -> list[Block]:
    """Edits that are not confirmed: on their way, refused, or changed by somebody else."""
    blocks: list[Block] = []
    for edit in edits:
        if edit.state == "confirmed":
            continue
        glyph, tone, said = _STATES.get(edit.state, ("·", "faint", edit.state))
        stuck = edit.state in ("failed", "conflict")
        parts: list[Span] = [
            (f"{glyph} ", tone),
            (change_words(edit.change, alerts), "bold" if stuck else ""),
        ]
        if edit.why:
            blocks += [spans(*parts), text(visible(edit.why), tone if stuck else "faint", indent=2)]
        else:
            blocks.append(spans(*parts, (f"   {said}", "faint")))
        if stuck:
            blocks.append(line(("U", "accent"), (" decides what becomes of it", "faint"), indent=2))
    return blocks
