"""Edits that are not delivered: sent again, dropped, or decided where somebody else was faster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.text import visible
from tui.ui.changes import change_words
from tui.ui.page import Choice
from tui.ui.widgets.dialogs import Choose

if TYPE_CHECKING:
    from tui.incidents.changes import Edit
    from tui.incidents.queue import Queue
    from tui.ui.host import Host

_TONES = {"failed": "bad", "conflict": "warn"}


async def settle_edits(app: Host, queue: Queue) -> None:
    """List what is not delivered and do with one of it what its reader decides."""
    waiting = [edit for edit in await queue.outbox() if edit.state != "confirmed"]
    if not waiting:
        app.notify("Every edit is delivered.", markup=False)
        return
    choices = [
        Choice(
            str(edit.id),
            (
                (f"{visible(edit.incident_id):<8} ", "faint"),
                (change_words(edit.change), ""),
                (f"   {edit.state}", _TONES.get(edit.state, "accent")),
                (f"  {visible(edit.why)}" if edit.why else "", "faint"),
            ),
        )
        for edit in waiting
    ]
    chosen = await app.push_screen_wait(
        Choose("Undelivered edits", choices, note="Choose one to send it again or to drop it.")
    )
    if chosen is None:
        return
    edit = next(edit for edit in waiting if str(edit.id) == chosen)
    if edit.state == "conflict":
        await _decide(app, queue, edit)
        return
    action = await app.push_screen_wait(
        Choose(
            f"{visible(edit.incident_id)}: {change_words(edit.change)}",
            [
                Choice("retry", (("send it again", ""),), "r"),
                Choice("discard", (("drop it", "bad"),), "d"),
            ],
            note=visible(edit.why),
        )
    )
    if action == "retry":
        await queue.retry([edit.id])
    elif action == "discard":
        await queue.discard([edit.id])


async def _decide(app: Host, queue: Queue, edit: Edit) -> None:
    """Theirs, mine, and what was before: the reader decides."""
    was = f"It was: {change_words(edit.base)}." if edit.base is not None else ""
    theirs = change_words(edit.theirs) if edit.theirs is not None else "another value"
    action = await app.push_screen_wait(
        Choose(
            f"{visible(edit.incident_id)} was changed by somebody else meanwhile",
            [
                Choice("mine", (("mine    ", "accent"), (change_words(edit.change), "")), "m"),
                Choice("theirs", (("theirs  ", "warn"), (theirs, "")), "t"),
            ],
            note=was,
        )
    )
    if action == "mine":
        await queue.resolve(edit.id, "mine")
    elif action == "theirs":
        await queue.resolve(edit.id, "theirs")
