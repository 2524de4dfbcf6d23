"""A change of many incidents, followed below the table until all of it is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tui.api.records import IncidentChange
from tui.text import visible
from tui.ui.later import later
from tui.ui.screens.queue_watch import QueueWatch
from tui.ui.widgets.grid import Grid

if TYPE_CHECKING:
    from tui.incidents.bulk import BulkProgress


class QueueFollowing(QueueWatch):
    """How far the last change of many came."""

    _followed: tuple[int, ...] = ()
    _bulk: BulkProgress | None = None
    _unsettled: tuple[int, int] = (0, 0)
    """Edits that were refused, and those that met somebody else's change."""

    def will_send(self, changes: Mapping[str, IncidentChange]) -> None:
        """What is closed moves to the end: the cursor goes on to the next incident."""
        self.forget_followed()
        closing = [key for key, change in changes.items() if change.status == "resolved"]
        self.query_one(Grid).let_go(closing)
        if len(closing) == 1:
            self.notify(f"{visible(closing[0])} closed; u takes it back.", markup=False)

    def taken_back(self) -> None:
        """What was sent is not what stands below the table any more."""
        self._followed, self._bulk = (), None
        self.tell_below()

    def follow(self, edits: Sequence[int]) -> None:
        """Tell below the table how far a change of many is; its rows need no more selection."""
        self._followed = tuple(edits)
        self.query_one(Grid).clear_selection()
        self._look_at_edits()

    def forget_followed(self) -> None:
        """Something else is done: a change that is through need not be told of any longer."""
        if self._bulk is not None and self._bulk.done and not self._bulk.wrong:
            self._followed, self._bulk = (), None
            self.tell_below()

    def _tick(self) -> None:
        """Tell how long what is under way waits yet."""
        super()._tick()
        if self._bulk is not None and not self._bulk.done:
            self.tell_below()

    def _look_at_edits(self) -> None:
        self.run_worker(later(self._read_progress), group="followed", exclusive=True)

    async def _read_progress(self) -> None:
        followed, queue = self._followed, self.workspace.queue
        unsettled = await queue.unsettled()
        found = await queue.progress(followed) if followed else None
        if followed == self._followed and (found, unsettled) != (self._bulk, self._unsettled):
            self._bulk, self._unsettled = found, unsettled
            self.tell_below()

    async def _stop_edits(self) -> bool:
        """Esc: what is not sent yet is not sent; whether there was any."""
        if not self._followed:
            return False
        queue = self.workspace.queue
        found = await queue.progress(self._followed)
        if found.done:
            self._followed, self._bulk = (), None
            self.tell_below()
            return False
        await queue.discard([edit.id for edit in found.waiting])
        after = await queue.progress(self._followed)
        self._bulk = after
        self.tell_below()
        return after.dropped > found.dropped
