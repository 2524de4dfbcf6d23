"""The queue: the cache at once, what changed as it comes, and a pane about the row."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from time import monotonic
from typing import TYPE_CHECKING

from textual import on
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.events import Resize
from textual.widget import Widget
from textual_enhanced.commands import Command

from tui.api.records import Incident
from tui.errors import Forbidden, Problem, UsageProblem
from tui.text import visible
from tui.ui import words
from tui.ui.commands import common
from tui.ui.commands import grid as grid_commands
from tui.ui.commands import incidents as commands
from tui.ui.history_blocks import pending_blocks
from tui.ui.incident_blocks import pane_blocks
from tui.ui.page import Span, gap, line, text
from tui.ui.painters import queue_painter
from tui.ui.problems import problem_blocks, sentence
from tui.ui.screens.pivot_choice import choose_entity
from tui.ui.screens.queue_views import QueueViews
from tui.ui.views import KEYS
from tui.ui.widgets.dialogs import Page
from tui.ui.widgets.filter_bar import FilterBar
from tui.ui.widgets.grid import Grid
from tui.ui.widgets.grid_messages import RowHighlighted, RowOpened, SelectionChanged
from tui.ui.widgets.sheet import Sheet

if TYPE_CHECKING:
    from tui.api.transport import Wait
    from tui.incidents.changes import QueueChanged, SyncProgress
    from tui.incidents.completion import Suggestion
    from tui.incidents.filter_syntax import Seen

_log = logging.getLogger("tui.ui")

_PANE_FROM = 100
"""Columns from which the pane stands beside the table."""
_PANE_WIDE_FROM = 116
"""Columns from which it has all the room it likes."""

_WAITS = {
    "throttled": "throttled",
    "quota": "quota",
    "busy": "service busy",
    "unreachable": "no answer",
}
"""Why a call waits, in a word or two."""

_REFRESH = 60.0
"""Seconds between two looks for changes."""


class IncidentsScreen(QueueViews):
    """The incident queue of the tenant."""

    PLACE = "incidents"
    HELP = """
    The queue shows what is cached at once and fetches what changed in the background.
    Filter with / by words and by fields (sev:high,medium status:active assigned:me|none|name
    tag: class: tactic: technique:T1059 source: device: user: ip: file: sha: age:<7d
    updated:>2026-11-01 alerts:>10 prio:>85 id:4711); a minus negates, `or` and parentheses
    combine, quotes keep words together, Tab completes. F shows how the incidents divide.
    V keeps views, and 4 to 9 show them.
    Edits apply to the selected rows, or to the one under the cursor; ↑ marks those on their
    way, ! those that were refused.
    """
    COMMAND_MESSAGES = (
        commands.OpenIncident,
        *commands.EDITS,
        *commands.RARE_EDITS,
        commands.HuntEntity,
        commands.Filter,
        commands.ShowFacets,
        commands.ShowViews,
        commands.Undo,
        commands.Redo,
        commands.ShowOutbox,
        commands.ShowHandover,
        commands.Refresh,
        commands.OpenInPortal,
    )
    FOOTER = (
        *commands.EDITS,
        commands.HuntEntity,
        grid_commands.SelectRow,
        commands.Filter,
        commands.Undo,
        commands.Refresh,
        commands.OpenInPortal,
        common.Back,
    )
    BINDINGS = [
        *Command.bindings(
            *[command for command in COMMAND_MESSAGES if command is not commands.OpenIncident]
        ),
        *[
            Binding(key, f"view_command({at})", f"view {at + 1}", show=False)
            for at, key in enumerate(KEYS)
        ],
    ]
    DEFAULT_CSS = """
    IncidentsScreen {
        #body { height: 1fr; margin-top: 1; }
        Grid { width: 1fr; }
        #beside {
            width: 46;
            padding: 0 2;
            border-left: solid $border;
            &:focus { border-left: solid $accent; }
        }
        #below { height: 1; padding: 0 2; }
        &.-medium #beside { width: 40; padding: 0 1; }
        &.-narrow #beside { display: none; }
    }
    """

    def compose_body(self) -> Iterable[Widget]:
        """Filter, table and pane, and a line for the selection."""
        yield FilterBar()
        with Horizontal(id="body"):
            yield Grid(
                queue_painter(lambda: self.workspace.me, self.m365d.now),
                marks={"new": ("+", "accent"), "changed": ("~", "accent")},
                id="queue",
            )
            with VerticalScroll(id="beside"):
                yield Sheet(id="pane")
        yield Sheet(id="below")

    async def on_mount(self) -> None:
        """Show the cache, then fetch."""
        self._incident: Incident | None = None
        self._progress: SyncProgress | None = None
        self._syncing = False
        self._count = 0
        self._total = 0
        self._source = self.workspace.queue.source()
        self.query_one(FilterBar).suggest = self._suggest
        self._seen: Seen | None = None
        self._unsubscribe = self.workspace.queue.subscribe(self._queue_changed)
        self._waiting_until = 0.0
        self._waiting_for = ""
        connection = self.workspace.connection
        self._unlisten = connection.transport.listen(self._waits) if connection else None
        grid = self.query_one(Grid)
        grid.focus()
        await grid.show(self._source)
        await self._counted()
        self._sync()
        self.set_interval(1.0, self._tell_state)
        self.set_interval(_REFRESH, self._sync)

    def on_unmount(self) -> None:
        """Listen no longer."""
        self._unsubscribe()
        if self._unlisten is not None:
            self._unlisten()

    def _waits(self, wait: Wait) -> None:
        """A call waits for the service; with 0 seconds that is over."""
        self._waiting_until = monotonic() + wait.seconds if wait.seconds >= 1 else 0.0
        self._waiting_for = wait.reason

    def on_resize(self, event: Resize) -> None:
        """The pane needs room; without it, it is a screen of its own."""
        self.set_class(event.size.width < _PANE_FROM, "-narrow")
        self.set_class(_PANE_FROM <= event.size.width < _PANE_WIDE_FROM, "-medium")

    # What is going on, at the right of the filter.

    async def _counted(self) -> None:
        self._count = await self._source.count()
        self._total = await self.workspace.queue.total()
        self._tell_state()
        self._tell_empty()
        self._tell_below()

    def _tell_state(self) -> None:
        queue = self.workspace.queue
        if self._count == self._total:
            many = words.counted(self._total, "incident")
        else:
            many = f"{self._count:,} of {self._total:,}"
        if self._syncing and (left := self._waiting_until - monotonic()) > 0:
            why = _WAITS.get(self._waiting_for, self._waiting_for)
            fresh = f"{why}: {words.ago(left)}, Esc stops"
        elif self._syncing:
            progress = self._progress
            fresh = "fetching…"
            if progress is not None and progress.fetched:
                fresh = f"fetched {progress.fetched:,}"
                fresh += f" of {progress.total:,}" if progress.total else ""
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
        self.query_one(FilterBar).state(f"{many}   {fresh}")

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
        self._tell_state()
        try:
            await queue.sync(self._progressed)
        except Problem as problem:
            # The line below the table says it, and F1 explains it; see _tell_below.
            _log.info("sync ended: %s", problem.code or type(problem).__name__)
        finally:
            self._syncing = False
        await self._counted()

    def _progressed(self, progress: SyncProgress) -> None:
        self._progress = progress
        self._tell_state()

    def _queue_changed(self, changed: QueueChanged) -> None:
        self.run_worker(self._redrawn(changed), group="redraw", exclusive=True)

    async def _redrawn(self, changed: QueueChanged) -> None:
        await self.query_one(Grid).refresh_rows()
        await self._counted()
        shown = self._incident
        if shown is not None and (changed.ids is None or shown.id in changed.ids):
            await self._show_pane(shown.id)

    # The filter.

    def action_filter_command(self) -> None:
        """Type a filter; what the cache knows is there to complete it."""
        self.query_one(FilterBar).ask()
        self.run_worker(self._look_around(), group="seen", exclusive=True)

    async def _look_around(self) -> None:
        self._seen = await self.workspace.queue.seen()

    @on(FilterBar.Changed)
    def _filter_changed(self, event: FilterBar.Changed) -> None:
        self.run_worker(self._filtered(event.text), group="filter", exclusive=True)

    async def _filtered(self, typed: str) -> None:
        bar = self.query_one(FilterBar)
        try:
            await self._source.filter(typed)
        except UsageProblem as problem:
            bar.fault(sentence(problem), getattr(problem, "column", None))
            return
        bar.say(self._source.explanation)
        await self.query_one(Grid).refresh_rows()
        await self._counted()

    def _suggest(self, typed: str, cursor: int) -> Sequence[Suggestion]:
        from tui.incidents.completion import complete

        return complete(typed, cursor, self._seen)

    @on(FilterBar.Left)
    def _filter_left(self) -> None:
        self.query_one(Grid).focus()

    # The row under the cursor.

    @on(RowHighlighted)
    def _highlighted(self, event: RowHighlighted) -> None:
        row = event.row
        self.run_worker(self._show_pane(row.key if row else None), group="pane", exclusive=True)
        if row is not None and row.marks & {"new", "changed"}:
            self.run_worker(self.workspace.queue.mark_seen([row.key]), group="seen-rows")

    async def _show_pane(self, key: str | None) -> None:
        pane = self.query_one("#pane", Sheet)
        if key is None:
            self._incident = None
            pane.show([])
            return
        incident = await self.workspace.queue.incident(key)
        self._incident = incident
        if incident is None or self.has_class("-narrow"):
            return
        blocks = pending_blocks(await self.workspace.queue.outbox(key))
        if blocks:
            blocks.append(gap())
        blocks += pane_blocks(incident, self.workspace.me, self.m365d.now())
        blocks += [
            gap(),
            line(
                ("Enter", "accent"),
                (" opens   ", "faint"),
                ("Tab", "accent"),
                (" goes into the pane", "faint"),
            ),
        ]
        pane.show(blocks)

    @on(RowOpened)
    def _opened(self, event: RowOpened) -> None:
        from tui.ui.screens.incident import IncidentScreen

        self.app.push_screen(IncidentScreen(event.row.key))

    @on(SelectionChanged)
    def _selected(self) -> None:
        self._tell_below()

    def _tell_below(self) -> None:
        """One line below the table: the selection, else what is wrong, else what to know."""
        selected = len(self.query_one(Grid).selected)
        problem = self.workspace.queue.sync_problem
        notices = self.workspace.notices
        said: list[Span] = []
        if selected:
            which = {1: "it", 2: "both"}.get(selected, "all")
            said = [
                (f"{selected:,} selected", "tag"),
                (f"   s a c t m act on {which}   Esc drops the selection", "faint"),
            ]
        elif problem is not None and not self._syncing:
            said = [
                ("! ", "warn"),
                (visible(f"{problem.what}: {problem.why}"), "warn"),
                ("   F1 ", "accent"),
                ("tells more", "faint"),
            ]
        elif notices:
            more = f"   {len(notices) - 1} more" if len(notices) > 1 else ""
            said = [("! ", "warn"), (visible(notices[0]), "faint"), (more, "faint")]
        self.query_one("#below", Sheet).show([line(*said)] if said else [])

    def action_explain_this_command(self) -> None:
        """Explain what is wrong, where something is; else show the help."""
        problem = self.workspace.queue.sync_problem
        if problem is not None:
            self.app.push_screen(Page(problem_blocks(problem, next_step="R tries again")))
        elif self.workspace.notices:
            self.app.push_screen(Page([text(visible(n)) for n in self.workspace.notices]))
        else:
            super().action_explain_this_command()

    async def targets(self) -> list[Incident]:
        """The selected incidents, or the one under the cursor."""
        grid = self.query_one(Grid)
        keys: Sequence[str] = sorted(grid.selected)
        if not keys:
            row = grid.cursor_row
            keys = [row.key] if row else []
        found = await asyncio.gather(*(self.workspace.queue.incident(key) for key in keys))
        return [incident for incident in found if incident is not None]

    def action_hunt_entity_command(self) -> None:
        """Choose an entity of this incident and hunt on it."""
        if self._incident is not None:
            self._ask(choose_entity(self.m365d, self._incident))

    def action_open_in_portal_command(self) -> None:
        """Open this incident in the portal."""
        if self._incident is not None:
            self.open_link(self._incident)

    async def action_back_command(self) -> None:
        """Drop the selection, then the filter; stop fetching."""
        grid = self.query_one(Grid)
        if grid.clear_selection():
            return
        if not grid.has_focus:
            grid.focus()
            return
        if self.query_one(FilterBar).clear():
            return
        if self._syncing:
            self.workers.cancel_group(self, "sync")
            self.notify("Stopped fetching. R goes on.", markup=False)
