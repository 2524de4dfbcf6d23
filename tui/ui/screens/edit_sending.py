"""Edits on their way: previewed where they are many, followed, taken back and done again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

from tui.api.records import Incident, IncidentChange
from tui.errors import Problem, UsageProblem
from tui.text import calm, visible
from tui.ui import words
from tui.ui.bulk_words import named_blocks, preview_blocks
from tui.ui.changes import change_words
from tui.ui.screens.base import FramedScreen
from tui.ui.screens.bulk_dialogs import ChooseSome, Preview

if TYPE_CHECKING:
    from collections.abc import Coroutine

MOST = 2000
"""Incidents that are changed at once; the service takes about fifty changes a minute."""


class EditSending(FramedScreen):
    """What becomes of an edit, for screens that know which incidents they are about."""

    async def target_ids(self) -> list[str]:
        """The ids of the incidents that an edit is for; empty where there is none."""
        return [incident.id for incident in await self.targets()]

    async def targets(self) -> list[Incident]:
        """The incidents that an edit is for; empty where there is none."""
        ids = await self.target_ids()
        if len(ids) > MOST:
            self.notify(
                f"{len(ids):,} are selected; at most {MOST:,} are changed at once. "
                "A narrower filter selects fewer.",
                severity="warning",
                markup=False,
            )
            return []
        return await self.workspace.queue.incidents(ids)

    def undo_targets(self) -> frozenset[str]:
        """The incidents that an undo is for; empty where it is for the last edit."""
        return frozenset()

    def will_send(self, changes: Mapping[str, IncidentChange]) -> None:
        """Changes are about to be written down and shown."""

    def taken_back(self) -> None:
        """Edits were taken back."""

    def follow(self, edits: Sequence[int]) -> None:
        """A change of many was written down: show how far it comes."""

    _asking: asyncio.Lock | None = None

    def _ask(self, question: Coroutine[None, None, None]) -> None:
        self.run_worker(self._asked(question), group="question")

    async def _asked(self, question: Coroutine[None, None, None]) -> None:
        # One after the other: none is stopped by the next while its answer is written down.
        self._asking = self._asking or asyncio.Lock()
        with closing(question), self.m365d.gate.question() as hold:
            async with self._asking:
                self.m365d.question = hold
                try:
                    await question
                finally:
                    if self.m365d.question is hold:
                        self.m365d.question = None

    async def _title(self, verb: str, incidents: Sequence[Incident]) -> str:
        if len(incidents) == 1:
            name = calm(visible(incidents[0].name)) or visible(incidents[0].id)
            return f"{verb}: {name[:70]}{'…' if len(name) > 70 else ''}"
        return f"{verb}: {words.counted(len(incidents), 'incident')}"

    async def _send(self, incidents: Sequence[Incident], change: IncidentChange) -> bool:
        """One change for all of them; whether it was written down."""
        return await self._send_each({incident.id: change for incident in incidents})

    async def _send_each(self, changes: Mapping[str, IncidentChange], *, title: str = "") -> bool:
        """A change for each; several are previewed first. Whether any was written down.

        Args:
            title: What the preview is called, which is then shown for one incident too.
        """
        queue = self.workspace.queue
        try:
            if len(changes) == 1 and not title:
                self.will_send(changes)
                await queue.edit_each(changes)
                return True
            kept = await self._previewed(changes, title)
            if not kept:
                return False
            self.will_send(kept)
            made = await queue.edit_each(kept)
        except Problem as problem:
            self.m365d.report(problem)
            return False
        if len(kept) > 1:
            self.follow(made)
        return True

    async def _previewed(
        self, changes: Mapping[str, IncidentChange], title: str
    ) -> dict[str, IncidentChange]:
        """The changes that make a difference, once their reader agreed to them."""
        by_change: dict[IncidentChange, list[str]] = {}
        for key, change in changes.items():
            by_change.setdefault(change, []).append(key)
        found: list[Incident] = []
        already = 0
        unfit: list[tuple[str, str]] = []
        for change, ids in by_change.items():
            seen = await self.workspace.queue.preview(ids, change)
            found += seen.changed
            already += len(seen.already)
            unfit += seen.unfit
        if not found:
            self._nothing_to_do(already, unfit)
            return {}
        if not title:
            said = {change_words(change) for change in by_change}
            title = said.pop() if len(said) == 1 else "change"
        many = words.counted(len(found), "incident")
        answer = await self.app.push_screen_wait(
            Preview(
                f"{many}: {title}",
                preview_blocks(found, changes, already=already, unfit=unfit, me=self.workspace.me),
                named_blocks(found),
                yes=f"changes {many}",
            )
        )
        return {one.id: changes[one.id] for one in found} if answer == "yes" else {}

    def _nothing_to_do(self, already: int, unfit: Sequence[tuple[str, str]]) -> None:
        if unfit:
            key, why = unfit[0]
            self.m365d.report(UsageProblem(f"Nothing was changed: {key}", why))
        elif already:
            self.notify("That is how they are already; nothing was sent.", markup=False)

    # Undo and redo.

    def action_undo_command(self) -> None:
        """Send the former values of the last edit."""
        self._ask(self._undo())

    async def _undo(self) -> None:
        queue = self.workspace.queue
        only: frozenset[str] | None = self.undo_targets() or None
        try:
            edits = await queue.last_edits(only)
            ids = list(dict.fromkeys(edit.incident_id for edit in edits))
            if only is not None and not ids:
                self.notify("Nothing was changed on the selected in this run.", markup=False)
                return
            if only is None and len(ids) > 1:
                named = {one.id: one.name for one in await queue.incidents(ids)}
                what = ", ".join(dict.fromkeys(change_words(edit.change) for edit in edits))
                chooser = ChooseSome(
                    f"Take back on {len(ids):,} incidents: {what[:120]}",
                    "The former values are sent. Comments that were sent stay.",
                    [(key, named.get(key, "")) for key in ids],
                    verb="takes back",
                )
                if await self.app.push_screen_wait(chooser) is None:
                    return
                only = frozenset(chooser.chosen)
            said = await queue.undo(only)
        except Problem as problem:
            self.m365d.report(problem)
            return
        self.taken_back()
        if len(queue.going_back) > 1:
            self.follow(queue.going_back)
        self.notify(visible(said) if said else "There is nothing to undo.", markup=False)

    def action_redo_command(self) -> None:
        """Make the edit that was undone last again."""
        self._ask(self._redo())

    async def _redo(self) -> None:
        try:
            said = await self.workspace.queue.redo()
        except Problem as problem:
            self.m365d.report(problem)
            return
        self.notify(visible(said) if said else "There is nothing to redo.", markup=False)

    def action_show_outbox_command(self) -> None:
        """List what is not delivered."""
        self._ask(self._outbox())

    async def _outbox(self) -> None:
        from tui.ui.screens.outbox import Outbox

        waiting = await self.workspace.queue.outbox()
        if not waiting:
            self.notify("Every edit is delivered.", markup=False)
            return
        await self.app.push_screen_wait(Outbox(self.workspace.queue))
