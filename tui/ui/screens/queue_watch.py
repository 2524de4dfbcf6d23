"""The queue kept fresh: what changed is fetched and counted, what arrived is told of."""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING

from textual import on
from textual.events import ScreenResume

from tui.errors import Forbidden, Problem, UsageProblem
from tui.incidents.arrivals import Arrivals
from tui.incidents.changes import QueueChanged
from tui.text import visible
from tui.ui import words
from tui.ui.later import later
from tui.ui.problems import sentence
from tui.ui.screens.queue_views import QueueViews
from tui.ui.terminal import TerminalSide
from tui.ui.widgets.filter_bar import FilterBar
from tui.ui.widgets.grid import Grid

if TYPE_CHECKING:
    from tui.api.records import Incident
    from tui.api.transport import Wait
    from tui.incidents.changes import SyncProgress
    from tui.incidents.source import QueueSource

_log = logging.getLogger("tui.ui")

_WAITS = {
    "throttled": "throttled",
    "quota": "quota",
    "busy": "service busy",
    "unreachable": "no answer",
}
"""Why a call waits, in a word or two."""
_NAMED_FROM = 100
"""Columns from which the line above the table names the view."""
_NAMED = 3
"""Incidents that a notice names."""


class QueueWatch(QueueViews):
    """Fetches by interval, and says how much there is and how fresh it is."""

    _source: QueueSource

    def begin_watch(self) -> None:
        """Look now, and again and again."""
        self._progress: SyncProgress | None = None
        self._news: list[QueueChanged] = []
        self._syncing = False
        self._count = 0
        self._total = 0
        self._waiting_until = 0.0
        self._waiting_for = ""
        self._arrivals = Arrivals()
        self._terminal = TerminalSide(self.app)
        self._filter_faulty = False
        self.remarks: list[str] = []
        self._unsubscribe = self.workspace.queue.subscribe(self._queue_changed)
        self._unlisten: Callable[[], None] | None = None

    def start_fetching(self) -> None:
        """What is cached is shown: fetch what changed since, by interval."""
        self.joined()
        self.set_interval(1.0, self._tick)
        self.set_interval(max(5.0, self.m365d.settings.watch.every.total_seconds()), self._sync)

    def _tick(self) -> None:
        """A second went by."""
        self.tell_state()

    def joined(self) -> None:
        """Fetch, once there is a connection; say so where there is none."""
        connection = self.workspace.connection
        if connection is not None and self._unlisten is None:
            self._unlisten = connection.transport.listen(self._waits)
        self._sync()
        self.tell_state()
        self._tell_empty()
        self.tell_below()

    @on(ScreenResume)
    def _in_front(self) -> None:
        """The terminal's title is of the tenant in front."""
        if self.is_mounted and self.workspace.queue.last_synced is not None:
            self.call_later(self._tell_title)

    def end_watch(self) -> None:
        """Listen no longer."""
        self._unsubscribe()
        if self._unlisten is not None:
            self._unlisten()
        self._terminal.restore()

    def _waits(self, wait: Wait) -> None:
        """A call waits for the service; with 0 seconds that is over."""
        self._waiting_until = monotonic() + wait.seconds if wait.seconds >= 1 else 0.0
        self._waiting_for = wait.reason

    @property
    def whole(self) -> bool:
        """Whether the screen is composed: news of the queue come before that, and while it ends."""
        return bool(self.query(FilterBar) and self.query(Grid) and self.query("#below"))

    # What is going on, at the right of the filter.

    async def counted(self) -> None:
        """Count anew, and say it."""
        count = await self._source.count()
        total = await self.workspace.queue.total()
        self._count, self._total = count, max(count, total)
        if not self.whole:
            return
        self.tell_state()
        self._tell_empty()
        self.tell_below()

    @property
    def notices(self) -> list[str]:
        """What is good to know: of the tenant, and of settings that cannot be followed."""
        behind = self.workspace.queue.behind
        many = words.counted(behind, "incident")
        soon = f"Filters may miss the words and entities of {many} for a moment."
        return [*([soon] if behind else ()), *self.workspace.notices, *self.remarks]

    def tell_below(self) -> None:
        """Say what stands below the table."""

    def tell_state(self) -> None:
        """How many rows, of which view, and how fresh."""
        if not self.whole:
            return
        if self._count == self._total:
            many = words.counted(self._total, "incident")
        else:
            many = f"{self._count:,} of {self._total:,}"
        roomy = self.size.width >= _NAMED_FROM
        view = f"{visible(self.view.name)[:20]}: " if self.view.name and roomy else ""
        self.query_one(FilterBar).state(f"{view}{many}   {self._freshness()}")

    def waits(self) -> str:
        """What a call waits for, and how long yet; empty where none does."""
        left = self._waiting_until - monotonic()
        if left <= 0:
            return ""
        return f"{_WAITS.get(self._waiting_for, self._waiting_for)}: {words.ago(left)}"

    def _freshness(self) -> str:
        queue = self.workspace.queue
        if self._syncing and (waits := self.waits()):
            fresh = waits
            if self.size.width >= _NAMED_FROM:
                fresh += ", Esc stops"
        elif self._syncing:
            progress = self._progress
            fresh = "fetching…"
            if progress is not None and progress.fetched:
                fresh = f"fetched {progress.fetched:,}"
                fresh += f" of {progress.total:,}" if progress.total else ""
        elif self.workspace.joining:
            fresh = "cached, signing in…"
        elif self.workspace.connection is None:
            fresh = "offline: the cached queue"
        elif queue.sync_problem is not None:
            fresh = "stale"
        elif queue.last_synced is not None:
            since = (self.m365d.now() - queue.last_synced).total_seconds()
            fresh = f"synced {words.ago(since)} ago"
        else:
            fresh = ""
        if queue.stale and queue.last_synced is not None and not self._syncing:
            fresh += f", {words.ago((self.m365d.now() - queue.last_synced).total_seconds())} old"
        return fresh

    def _tell_empty(self) -> None:
        grid = self.query_one(Grid)
        problem = self.workspace.queue.sync_problem
        if self._count:
            return
        if self._total:
            grid.say("Nothing matches the filter.", "Esc takes it away.")
        elif self._syncing:
            grid.say("Fetching the queue…", "The first incidents show as they come.")
        elif isinstance(problem, Forbidden):
            grid.say(visible(problem.what), visible(f"{problem.why} {problem.remedy}"))
        elif problem is not None:
            grid.say("The queue could not be fetched.", sentence(problem) + " R tries again.")
        elif self.workspace.joining:
            grid.say("Nothing is cached for this tenant yet.", "Signing in…")
        elif self.workspace.connection is None:
            grid.say("Nothing is cached for this tenant.", "Sign in to fetch the queue.")
        else:
            grid.say("No incidents.", "The queue of this tenant is empty.")

    # Fetching.

    def action_refresh_command(self) -> None:
        """Fetch what changed."""
        self._sync()

    def _sync(self) -> None:
        if self.workspace.connection is None or self._syncing:
            return
        self.run_worker(self._synced(), group="sync")

    async def _synced(self) -> None:
        self._syncing, self._progress = True, None
        queue = self.workspace.queue
        self.tell_state()
        try:
            await queue.sync(self._progressed)
        except Problem as problem:
            # The line below the table says it, and F1 explains it; see tell_below.
            _log.info("sync ended: %s", problem.code or type(problem).__name__)
        finally:
            self._syncing = False
        await self.counted()
        await self._tell_arrivals()
        await self._tell_title()

    def _progressed(self, progress: SyncProgress) -> None:
        self._progress = progress
        self.tell_state()

    def _queue_changed(self, changed: QueueChanged) -> None:
        # What comes while rows are drawn is drawn after them: ended by the next news, the
        # rows of this one would not be shown, and under a steady stream none ever.
        self._news.append(changed)
        if len(self._news) == 1:
            self.run_worker(later(self._draw_news), group="redraw")

    async def _draw_news(self) -> None:
        try:
            while self._news:
                drawn = len(self._news)
                ids = {one.ids for one in self._news}
                known = frozenset().union(*(one for one in ids if one is not None))
                await self.redrawn(QueueChanged(None if None in ids else known))
                del self._news[:drawn]
        finally:
            self._news.clear()

    async def redrawn(self, changed: QueueChanged) -> None:
        """Rows changed: show them as they are now."""
        if not self.whole:
            return
        await self.query_one(Grid).refresh_rows()
        await self.counted()

    # Telling.

    async def _tell_arrivals(self) -> None:
        watch = self.m365d.settings.watch
        wanted = "" if self._filter_faulty else watch.notify
        try:
            news = await self._arrivals.news(self.workspace.queue, wanted)
        except UsageProblem as problem:
            self._filter_faulty = True
            self.remarks.append(f"[watch] notify tells of nothing. {sentence(problem)}")
            self.tell_below()
            return
        if not news:
            return
        said = arrivals_words(news)
        self.notify(said, title="Arrived", timeout=10, markup=False)
        if watch.bell:
            self.app.bell()
        self._terminal.notice(watch.desktop, f"m365d {self.workspace.tenant}", said)

    async def _tell_title(self) -> None:
        if not self.m365d.settings.watch.title or self.workspace is not self.m365d.workspace:
            return
        queue = self.workspace.queue
        unread = len(await queue.unread())
        open_ones = await queue.total_open()
        fresh = f"({unread:,}) " if unread else ""
        self._terminal.title(f"{fresh}{open_ones:,} open · {self.workspace.tenant} · m365d")


def arrivals_words(news: list[Incident]) -> str:
    """What arrived, in a line of displayable words."""
    named = [
        f"{words.severity(one.severity).word}: {visible(one.name) or 'no name'}"
        for one in news[:_NAMED]
    ]
    if len(news) == 1:
        return named[0]
    rest = len(news) - len(named)
    more = f"; {rest} more" if rest else ""
    return f"{words.counted(len(news), 'incident')}: {'; '.join(named)}{more}"
