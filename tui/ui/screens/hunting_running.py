"""Queries on their way: sent, waited for, their rows taken in, their tables learned."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING

from tui.errors import Problem, QueryProblem
from tui.kql.habits import used_names
from tui.text import calm, visible
from tui.ui.hunting_tab import QueryTab
from tui.ui.schema_learner import SchemaLearner
from tui.ui.screens.hunting_editor import EditorHelp
from tui.ui.widgets.grid import Grid

if TYPE_CHECKING:
    from tui.api.waiting import Wait

_LOOKED_AT = 500
"""Rows of an answer whose values completion offers later."""
_LOOKED_INTO = 80
"""Columns of it."""
_SHORT = 200
_WAITS = {
    "throttled": "the service asks to wait",
    "busy": "the service is busy, trying again in",
    "unreachable": "no answer, trying again in",
}


class QueryRuns(EditorHelp):
    """The part of the Hunting screen that runs queries."""

    _learner: SchemaLearner | None = None

    def action_run_query_command(self) -> None:
        """Run the selection or the query under the cursor."""
        tab = self.tab
        wanted = tab.editor.wanted
        if tab.run is not None:
            self.notify("This tab's query is still running; Esc cancels it.", timeout=4)
        elif wanted is None:
            self.notify("There is no query at the cursor.", timeout=4)
        elif self.workspace.connection is None:
            tab.problem = Problem(
                "Hunting needs the service",
                "this is the cached queue, without a connection",
                "Sign in: Ctrl+P, then Sign out, leads to the profiles.",
            )
            self._tell()
        else:
            from tui.hunting.run import Run

            tab.editor.clear_fault()
            tab.problem, tab.cancelled, tab.waits_until = None, False, 0.0
            tab.run = Run(
                self.workspace.connection.hunting,
                wanted.query,
                scratch=self.scratch,
                timespan=tab.timespan,
                offset=(wanted.line, wanted.column),
            )
            self.run_worker(self._ran(tab), group=f"run-{id(tab)}")
            self._tell()

    action_run_again_command = action_run_query_command

    async def _ran(self, tab: QueryTab) -> None:
        run = tab.run
        assert run is not None
        rows: int | None = None
        failure = ""
        try:
            result = await run.execute()
        except asyncio.CancelledError:
            tab.cancelled = True
            failure = "cancelled"
            if not self.is_attached:
                raise
        except Problem as problem:
            tab.problem = problem
            failure = problem.code or type(problem).__name__
            if isinstance(problem, QueryProblem) and problem.line is not None:
                tab.editor.show_fault(problem.line, problem.column)
        else:
            former, tab.result = tab.result, result
            tab.source = result.source()
            tab.row = None
            rows = result.count
            if tab is self.tab:
                await self._show_rows()
            if former is not None:
                former.close()
        finally:
            tab.run = None
        if tab is self.tab:
            if rows and self.focused is None:
                # The editor was left while there were no rows to go to.
                self.query_one("#rows", Grid).focus()
            self._fit()
            self._tell()
        await self._remember(tab, run.query, rows, run.seconds, failure)
        if tab.result is not None and not failure:
            self.habits.ran([run.query])
            await self._see_values(tab)
        if tab.result is not None and not failure and self._learner is not None:
            await self._learner.hunted(run.query, tab.result)

    async def _see_values(self, tab: QueryTab) -> None:
        """Let completion know the values of columns that hold few different ones."""
        source = tab.source
        if source is None:
            return
        texts = [column for column in source.columns if column.kind == "text"][:_LOOKED_INTO]
        with suppress(Problem):
            rows = await source.values_of(
                [column.key for column in texts], _LOOKED_AT, longest=_SHORT
            )
            self.habits.saw(
                {column.title: [row.values[at] for row in rows] for at, column in enumerate(texts)}
            )

    async def _remember(
        self, tab: QueryTab, query: str, rows: int | None, seconds: float, failure: str
    ) -> None:
        from tui.hunting.notebook import HistoryEntry

        entry = HistoryEntry(
            query,
            self.m365d.now(),
            rows,
            round(seconds, 3),
            self.workspace.profile.name,
            tab.timespan,
            failure,
        )
        try:
            await asyncio.to_thread(self.notebook.remember, entry)
        except OSError as fault:
            self.log.warning(f"history not written: {fault.strerror}")

    def _waits(self, wait: Wait) -> None:
        if wait.what and "query" not in wait.what.lower():
            return
        for tab in self._tabs:
            if tab.run is not None:
                tab.waiting = _WAITS.get(wait.reason, "waiting to stay within the quota")
                tab.waits_until = time.monotonic() + wait.seconds if wait.seconds else 0.0
        self._tell()

    def _tick(self) -> None:
        if self.is_current and self.tab.run is not None:
            self._tell()

    # What the tenant's tables are.

    async def begin_learning(self) -> None:
        """Know the tenant's own tables as far as they were learned before."""
        from tui.hunting.tenant_schema import TenantSchema

        self._learner = SchemaLearner(
            TenantSchema(self.notebook.directory, now=self.m365d.now),
            self.workspace,
            self.scratch,
            changed=self._schema_changed,
            log=self.log.warning,
        )
        await self._learner.begin()
        self.run_worker(self._recall(), group="recall", exit_on_error=False)

    async def _recall(self) -> None:
        """What was hunted before tells which names are used."""

        def ran() -> Counter[str]:
            return used_names(entry.query for entry in self.notebook.history())

        self.habits.add(await asyncio.to_thread(ran))

    def learn_again(self) -> None:
        """This tenant comes to the front: its tables are the ones that are known."""
        if self._learner is not None:
            self._learner.use()

    def _schema_changed(self) -> None:
        for tab in self._tabs:
            tab.editor.schema_changed()

    def action_learn_tables_command(self) -> None:
        """Ask the tenant for the columns of the tables of this query."""
        self.run_worker(self._learn_tables(), group="learn", exclusive=True)

    async def _learn_tables(self) -> None:
        from tui.kql.whole import tables_in

        wanted = self.tab.editor.wanted
        names = await asyncio.to_thread(tables_in, wanted.query) if wanted is not None else []
        if not names or self._learner is None:
            self.notify("The query at the cursor names no table.", timeout=4)
            return
        self.notify(f"Asking for the columns of {calm(', '.join(names))}.", timeout=2, markup=False)
        learned, problem = await self._learner.asked(names)
        if isinstance(problem, QueryProblem):
            problem = Problem(
                "Not all columns could be read", problem.why, "Check the table's name (Ctrl+T)."
            )
        if problem is not None:
            self.m365d.report(problem)
        if learned:
            told = ", ".join(learned)
            self.notify(f"Read from the tenant: {calm(visible(told))}.", timeout=5, markup=False)
