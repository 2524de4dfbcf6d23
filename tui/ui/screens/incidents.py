"""The queue: the cache at once, what changed as it comes, and a pane about the row."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from textual import on
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.events import Resize
from textual.widget import Widget
from textual_enhanced.commands import Command

from tui.api.records import Incident
from tui.errors import UsageProblem
from tui.incidents.columns import COLUMNS, MORE_COLUMNS, MOST_URGENT_FIRST
from tui.text import visible
from tui.ui.bulk_words import progress_spans, unsettled_spans
from tui.ui.commands import grid as grid_commands
from tui.ui.commands import incidents as commands
from tui.ui.history_blocks import pending_blocks
from tui.ui.incident_blocks import pane_blocks
from tui.ui.later import later
from tui.ui.page import Block, Span, gap, line, text
from tui.ui.painters import queue_painter
from tui.ui.problems import problem_blocks, sentence
from tui.ui.screens.pivot_choice import choose_entity
from tui.ui.screens.queue_filter import QueueFilter
from tui.ui.urgency_blocks import urgency_blocks
from tui.ui.views import KEYS
from tui.ui.widgets.dialogs import Page
from tui.ui.widgets.filter_bar import FilterBar
from tui.ui.widgets.grid import Grid
from tui.ui.widgets.grid_messages import RowHighlighted, RowOpened, SelectionChanged
from tui.ui.widgets.sheet import Sheet

if TYPE_CHECKING:
    from tui.incidents.changes import QueueChanged

ALL_COLUMNS = tuple(column.key for column in (*COLUMNS, *MORE_COLUMNS))
FIRST_COLUMNS = (
    "id",
    "severity",
    "prio",
    "status",
    "name",
    "tactics",
    "activity",
    "alerts",
    "owner",
    "due",
    "age",
)
"""Columns that are shown until others are chosen, as far as there is room."""
_PANE_FROM = 100
"""Columns from which the pane stands beside the table."""
_PANE_WIDE_FROM = 116
"""Columns from which it has all the room it likes."""


class IncidentsScreen(QueueFilter):
    """The incident queue of the tenant."""

    PLACE = "incidents"
    HELP = """
    The queue: what is cached at once, and what changed as it comes. The most urgent stand first,
    what is closed last; F1 tells why a row stands where it does. Edits are of the selected rows,
    after a preview, or of the one under the cursor.

    The filter (/) takes words and fields: sev:high,medium status:active assigned:me|none|name
    tag: class: tactic: technique:T1059 source: device: user: ip: file: sha: age:<7d
    updated:>2026-11-01 alerts:>10 prio:>85 id:4711. A minus negates, `or` and parentheses
    combine, quotes keep words together, Tab completes, F1 explains.

    A view keeps its filter, order and columns: V saves and shows them, 4 to 9 show them at once.

    Before a row: + arrived, ~ changed, ↑ an edit on its way, ! one that was refused, ≠ one that
    met somebody else's change; U settles these. Before an age or a time left, ! means too late by
    the rules of the settings, ◔ soon.
    """
    COMMAND_MESSAGES = (
        commands.OpenIncident,
        *commands.EDITS,
        *commands.MORE_EDITS,
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
        grid_commands.OpenRow,
        commands.SetStatus,
        commands.Assign,
        commands.Classify,
        commands.WriteComment,
        grid_commands.SelectRow,
        commands.HuntEntity,
        commands.EditTags,
        commands.Filter,
        commands.CloseAs,
        commands.ShowViews,
        commands.ShowFacets,
        commands.Undo,
        commands.Refresh,
        commands.OpenInPortal,
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
        #body { width: 100%; height: 1fr; }
        Grid { width: 1fr; }
        #beside {
            width: 46;
            padding-left: 2;
            border-left: solid $border;
            &:focus { border-left: solid $accent; }
        }
        #below { height: 1; padding: 0 2; }
        #pane { padding-right: 2; }
        &.-medium #beside { width: 40; padding-left: 1; }
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

    _put_away: frozenset[str] = frozenset()
    """Notices that were read and need not stand below the table; F1 still tells them."""

    async def on_mount(self) -> None:
        """Show the cache, then fetch."""
        self._incident: Incident | None = None
        self._pane_of: str | None = None
        rules = self.m365d.settings.sla
        queue = self.workspace.queue
        self._source = queue.source(ALL_COLUMNS, MOST_URGENT_FIRST)
        self.query_one(FilterBar).suggest = self._suggest
        self.begin_watch()
        grid = self.query_one(Grid)
        grid.first_columns = [key for key in FIRST_COLUMNS if key != "due" or rules]
        grid.focus()
        if rules:
            for problem in await self._source.answer_by(rules):
                self.remarks.append(f"A rule of [[sla]] is left out. {sentence(problem)}")
        await self._first_view()
        await grid.show(self._source)
        self._drawn_filter = self._source.filter_text
        self._look_at_edits()
        await self.counted()
        self.start_fetching()

    async def _first_view(self) -> None:
        """The view to begin with, before anything is drawn."""
        plain = self.m365d.views.plain
        self.view = view = self.m365d.views.default or plain
        self.query_one(Grid).arrange_as(view.columns or plain.columns)
        with suppress(UsageProblem):
            await self._source.sort(view.order or plain.order)
        if view.filter:
            bar = self.query_one(FilterBar)
            with suppress(UsageProblem):
                await self._source.filter(view.filter)
                bar.say(self._source.explanation)
            bar.put(view.filter)

    def on_unmount(self) -> None:
        """Listen no longer."""
        self.end_watch()

    def on_resize(self, event: Resize) -> None:
        """The pane needs room; without it, it is a screen of its own."""
        narrow = event.size.width < _PANE_FROM
        if self.has_class("-narrow") and not narrow:
            self.run_worker(later(self._show_pane), group="pane", exclusive=True)
        self.set_class(narrow, "-narrow")
        self.set_class(_PANE_FROM <= event.size.width < _PANE_WIDE_FROM, "-medium")

    async def redrawn(self, changed: QueueChanged) -> None:
        """Rows changed, and perhaps what the pane shows."""
        await super().redrawn(changed)
        if not self.whole:
            return
        self._look_at_edits()
        shown = self._pane_of
        if shown is not None and (changed.ids is None or shown in changed.ids):
            await self._show_pane()

    # The row under the cursor.

    @on(RowHighlighted)
    def _highlighted(self, event: RowHighlighted) -> None:
        row = event.row
        self._pane_of = row.key if row else None
        self.run_worker(later(self._show_pane), group="pane", exclusive=True)
        if row is not None and row.marks & {"new", "changed"}:
            self.run_worker(self.workspace.queue.mark_seen([row.key]), group="seen-rows")

    async def _show_pane(self) -> None:
        pane, queue, key = self.query_one("#pane", Sheet), self.workspace.queue, self._pane_of
        if key is None:
            self._incident = None
            pane.show([])
            return
        incident, edits = await queue.incident(key), await queue.outbox(key)
        if key != self._pane_of:
            return
        self._incident = incident
        if incident is None or self.has_class("-narrow"):
            return
        blocks = pending_blocks(edits)
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
        self.tell_below()

    def tell_below(self) -> None:
        """One line below the table: the selection, else what is wrong, else what to know."""
        if not self.whole:
            return
        selected = len(self.query_one(Grid).selected)
        problem = self.workspace.queue.sync_problem
        notices = [notice for notice in self.notices if notice not in self._put_away]
        said: list[Span] = []
        if self._bulk is not None and not selected:
            said = progress_spans(self._bulk, "" if self._bulk.done else self.waits())
        elif selected:
            which = {1: "it", 2: "both"}.get(selected, "all")
            said = [
                (f"{selected:,} selected", "tag"),
                (f"   s a c t m X M act on {which}   Esc drops the selection", "faint"),
            ]
        elif any(self._unsettled):
            said = unsettled_spans(*self._unsettled)
        elif problem is not None and not self._syncing:
            said = [
                ("! ", "warn"),
                ("F1 ", "accent"),
                ("tells more   ", "faint"),
                (visible(f"{problem.what}: {problem.why}"), "warn"),
            ]
        elif notices:
            more = f"   {len(notices) - 1} more" if len(notices) > 1 else ""
            said = [("! ", "warn"), (visible(notices[0]), "faint"), (more, "faint")]
        self.query_one("#below", Sheet).show([line(*said)] if said else [])

    def action_explain_this_command(self) -> None:
        """Explain what is wrong, where something is; else why this row stands where it does."""
        if self.explain_filter():
            return
        problem = self.workspace.queue.sync_problem
        if problem is not None:
            self.app.push_screen(Page(problem_blocks(problem, next_step="R tries again")))
            return
        blocks: list[Block] = []
        if self._incident is not None:
            now = self.m365d.now()
            blocks += urgency_blocks(
                self._incident, self._source.deadlines.of(self._incident, now), now
            )
        for notice in self.notices:
            blocks += [gap(), text(visible(notice))]
        if blocks:
            self.app.push_screen(Page(blocks))
        else:
            super().action_explain_this_command()

    async def target_ids(self) -> list[str]:
        """The selected incidents, or the one under the cursor."""
        grid = self.query_one(Grid)
        if grid.selected:
            return await grid.selected_keys()
        row = grid.cursor_row
        return [row.key] if row else []

    def undo_targets(self) -> frozenset[str]:
        """The selected incidents."""
        return self.query_one(Grid).selected

    async def _under_cursor(self) -> Incident | None:
        # The pane may still be about the row before.
        row = self.query_one(Grid).cursor_row
        return await self.workspace.queue.incident(row.key) if row else None

    def action_hunt_entity_command(self) -> None:
        """Choose an entity of this incident and hunt on it."""
        self._ask(self._hunt())

    async def _hunt(self) -> None:
        if incident := await self._under_cursor():
            await choose_entity(self.m365d, incident)

    async def action_open_in_portal_command(self) -> None:
        """Open this incident in the portal."""
        if incident := await self._under_cursor():
            self.open_link(incident)

    async def action_back_command(self) -> None:
        """Drop the selection, then the filter; stop fetching; put a notice away."""
        grid = self.query_one(Grid)
        if await self._stop_edits() or grid.clear_selection():
            return
        if not grid.has_focus:
            grid.focus()
            return
        if self.query_one(FilterBar).clear() or self.view.name:
            await self.leave_view()
            return
        if self._syncing:
            self.workers.cancel_group(self, "sync")
            self.notify("Stopped fetching. R goes on.", markup=False)
            return
        self._put_away = frozenset(self.notices)
        self.tell_below()
