"""The filter of the queue as it is typed: completed, explained, and its rows shown."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from textual import on
from textual.worker import WorkerError

from tui.errors import UsageProblem
from tui.ui.filter_blocks import fault_words, filter_blocks
from tui.ui.later import later
from tui.ui.problems import sentence
from tui.ui.screens.queue_following import QueueFollowing
from tui.ui.widgets.dialogs import Page
from tui.ui.widgets.filter_bar import FilterBar
from tui.ui.widgets.grid import Grid

if TYPE_CHECKING:
    from tui.incidents.completion import Suggestion
    from tui.incidents.filter_syntax import Seen


class QueueFilter(QueueFollowing):
    """The commands and the events of the filter."""

    _seen: Seen | None = None
    _drawn_filter: str | None = None
    """The filter whose rows the table shows; None until there are some."""
    _filter_problem: UsageProblem | None = None

    def action_filter_command(self) -> None:
        """Type a filter; what the cache knows is there to complete it."""
        self.query_one(FilterBar).ask()
        self.run_worker(later(self._look_around), group="seen", exclusive=True)

    async def _look_around(self) -> None:
        self._seen = await self.workspace.queue.seen()

    @on(FilterBar.Changed)
    def _filter_changed(self, event: FilterBar.Changed) -> None:
        self.run_worker(later(self._filtered, event.text), group="filter", exclusive=True)

    async def _filtered(self, typed: str) -> None:
        """Show what passes; of a line that is not understood, what passed before."""
        bar, source = self.query_one(FilterBar), self._source
        self._filter_problem = None
        try:
            if typed.strip() != source.filter_text.strip():
                await source.filter(typed)
            bar.say(source.explanation)
        except UsageProblem as problem:
            self._filter_problem = problem
            column = getattr(problem, "column", None)
            bar.fault(sentence(problem) if column is None else fault_words(problem), column)
        # One more letter may have ended the worker that had this filter's rows to show.
        if source.filter_text != self._drawn_filter:
            chosen = source.filter_text
            self._drawn_filter = None  # Neither the former nor this one, if it is ended here.
            await self.query_one(Grid).refresh_rows()
            await self.counted()
            self._drawn_filter = chosen
            self.forget_followed()

    def _suggest(self, typed: str, cursor: int) -> Sequence[Suggestion]:
        from tui.incidents.completion import complete

        return complete(typed, cursor, self._seen)

    @on(FilterBar.Left)
    def _filter_left(self) -> None:
        self.query_one(Grid).focus()
        self.run_worker(later(self._rows_settled), group="filter-left", exclusive=True)

    async def _rows_settled(self) -> None:
        """Keys typed ahead are meant for the rows that the filter leaves."""
        filtering = [one for one in self.workers if one.group == "filter" and one.is_running]
        if filtering:
            with self.m365d.gate.hold(), suppress(WorkerError):
                await self.workers.wait_for_complete(filtering)

    def explain_filter(self) -> bool:
        """Where the filter is typed in: its language, and what is wrong with it."""
        if not self.query_one(FilterBar).input.has_focus:
            return False
        self.run_worker(later(self._explained), group="explain", exclusive=True)
        return True

    async def _explained(self) -> None:
        await self._rows_settled()
        self.app.push_screen(Page(filter_blocks(self._filter_problem)))
