"""Edits of the queue: written down, shown, delivered, taken back and done again."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Literal

from msgspec import UNSET

from tui.api.records import IncidentChange
from tui.incidents import bulk, outbox, store
from tui.incidents.bulk import BulkPreview, BulkProgress
from tui.incidents.changes import Edit, EditId, Wish
from tui.incidents.edits import check, tidy
from tui.incidents.reading import QueueReading
from tui.incidents.tables import transaction
from tui.incidents.wishes import redone, undone, wishes_back, wishes_for

if TYPE_CHECKING:
    from tui.incidents.cache import Cache
    from tui.incidents.delivery import Courier

_OFFLINE = "There is no connection; it is sent when there is one."


class QueueEditing(QueueReading):
    """What can be changed in a queue.

    A change of many incidents: `preview` says what it would do; `edit` with the ids that are
    left writes it down and returns at once; `progress` of the edits it returned says how far
    they are (ask again when `subscribe` tells of rows that changed, and after `delivered`);
    `retry` and `resolve_all` deal with those that failed or met somebody else's change; `undo`
    takes all of them back. An edit that a quota or the network holds up waits with its reason.
    """

    _courier: Courier

    def __init__(self, cache: Cache, me: str | None) -> None:
        super().__init__(cache, me)
        self._done: list[list[EditId]] = []
        self._undone: list[list[tuple[str, IncidentChange, bool]]] = []
        self.going_back: list[EditId] = []
        """The edits that the last undo wrote down; see `progress`."""

    def _forget_done(self) -> None:
        self._done.clear()
        self._undone.clear()

    def _supports(self) -> frozenset[str] | None:
        return self._connection.incidents.supports if self._connection else None

    async def preview(self, ids: Sequence[str], change: IncidentChange) -> BulkPreview:
        """What one change would do to each of these incidents; nothing is written down.

        Raises:
            UsageProblem: The change makes no sense or this API cannot make it at all.
        """
        wanted = tidy(change)
        check(wanted, self._supports())
        return await self.cache.run(lambda connection: bulk.preview(connection, ids, wanted))

    async def progress(self, edits: Collection[EditId]) -> BulkProgress:
        """How far edits are that `edit` or `edit_each` returned."""
        return await self.cache.run(lambda connection: bulk.progress(connection, edits))

    async def edit(self, ids: Sequence[str], change: IncidentChange) -> list[EditId]:
        """Write one change down for each incident, show it at once, and deliver it.

        The fields and the comment of a change are edits of their own, for they are delivered
        by different requests.

        Raises:
            UsageProblem: The change makes no sense or this API cannot make it; nothing is
                written down.
        """
        return await self.edit_each(dict.fromkeys(ids, change))

    async def edit_each(self, changes: Mapping[str, IncidentChange]) -> list[EditId]:
        """Write a change of its own down for each incident, as one edit to undo; see `edit`."""
        supports = self._supports()
        wanted = {incident_id: tidy(change) for incident_id, change in changes.items()}
        for change in wanted.values():
            check(change, supports)
        made = await self._write_down(lambda connection: wishes_for(connection, wanted.items()))
        self._done.append(made)
        self._undone.clear()
        return made

    async def last_edits(self, only: Collection[str] | None = None) -> list[Edit]:
        """What `undo` would take back: the edits of the last command, or of these incidents."""
        for made in reversed(self._done):
            edits = await self.cache.run(partial(outbox.those, ids=made))
            found = [edit for edit in edits if only is None or edit.incident_id in only]
            if found:
                return found
        return []

    async def undo(self, only: Collection[str] | None = None) -> str | None:
        """Take back the last edit made in this run that is not taken back yet.

        What was not sent yet is not sent at all; what was is set back to its former values
        by an edit that is delivered like any other.

        Args:
            only: Ids of incidents: the last edit of any of them is taken back, on them alone.

        Returns:
            What was done, as a sentence; None where there is nothing to take back.
        """
        edits = await self.last_edits(only)
        if not edits:
            if only is None and self._done:
                self._done.pop()
                return undone([], ())
            return None
        batch = {edit.id for edit in edits}
        at = next(n for n in range(len(self._done) - 1, -1, -1) if batch & set(self._done[n]))
        left = [edit for edit in self._done.pop(at) if edit not in batch]
        if only is not None and left:
            self._done.insert(at, left)
        dropped = set(
            await self._touch(lambda connection: outbox.remove(connection, batch, tried=False))
        )
        sent = [edit for edit in edits if edit.id not in dropped]
        back: set[EditId] = set()

        def take_back(connection: sqlite3.Connection) -> list[Wish]:
            wishes = wishes_back(connection, sent)
            back.update(wish.undoes for wish in wishes if wish.undoes is not None)
            return wishes

        self.going_back = await self._write_down(take_back) if sent else []
        self._undone.append(
            [(edit.incident_id, edit.change, edit.id in dropped | back) for edit in edits]
        )
        return undone(edits, dropped | back)

    async def redo(self) -> str | None:
        """Do again what the last undo took back, unless something else was edited since.

        Returns:
            What was done, as a sentence; None where there is nothing to do again.
        """
        if not self._undone:
            return None
        batch = self._undone.pop()
        again = [(incident_id, change) for incident_id, change, was_back in batch if was_back]
        if again:
            made = await self._write_down(lambda connection: wishes_for(connection, again))
            self._done.append(made)
        kept = sum(change.comment is not UNSET for _, change, was_back in batch if not was_back)
        return redone(again, kept)

    async def resolve(self, edit: EditId, choice: Literal["mine", "theirs"]) -> None:
        """Decide a conflict: `mine` is sent after all, with `theirs` the edit is forgotten."""
        await self.resolve_all([edit], choice)

    async def resolve_all(
        self, edits: Collection[EditId], choice: Literal["mine", "theirs"]
    ) -> None:
        """Decide many conflicts in the same way; see `resolve`."""
        decide = outbox.keep_mine if choice == "mine" else outbox.keep_theirs

        def decide_all(connection: sqlite3.Connection) -> dict[EditId, str]:
            return {k: v for edit in edits for k, v in decide(connection, edit).items()}

        await self._touch(decide_all)
        self._courier.call()

    async def retry(self, ids: Sequence[EditId] | None = None) -> None:
        """Send failed edits again, all or these, and try what waits."""
        await self._touch(lambda connection: outbox.reopen(connection, ids))
        self._courier.call()

    async def discard(self, ids: Sequence[EditId]) -> None:
        """Forget edits that are not delivered; the incidents show the service's values."""
        await self._touch(lambda connection: outbox.remove(connection, ids))

    async def delivered(self) -> None:
        """Wait until every edit is confirmed, failed, or held up."""
        await self._courier.idle()

    async def _write_down(
        self, wishes_of: Callable[[sqlite3.Connection], list[Wish]]
    ) -> list[EditId]:
        now, author = self.now(), self.me or "you"
        why = "" if self._connection else _OFFLINE

        def write(connection: sqlite3.Connection) -> tuple[list[EditId], frozenset[str]]:
            with transaction(connection):
                wishes = wishes_of(connection)
                made = outbox.add(connection, wishes, now, why)
                touched = frozenset(wish.incident_id for wish in wishes)
                store.rewish(connection, touched, author)
            return made, touched

        made, touched = await self.cache.run(write)
        self._teller.tell(touched)
        self._courier.call()
        return made

    async def _touch(
        self, work: Callable[[sqlite3.Connection], Mapping[EditId, str]]
    ) -> Collection[EditId]:
        def touch(connection: sqlite3.Connection) -> Mapping[EditId, str]:
            with transaction(connection):
                touched = work(connection)
                store.rewish(connection, touched.values(), self.me or "you")
            return touched

        touched = await self.cache.run(touch)
        if touched:
            self._teller.tell(frozenset(touched.values()))
        return touched.keys()
