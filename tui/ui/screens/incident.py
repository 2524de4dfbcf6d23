"""One incident: summary, alerts, evidence, timeline, comments and JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.events import Resize
from textual.widget import Widget
from textual.widgets import ContentSwitcher
from textual_enhanced.commands import Command

from tui.api.records import Incident
from tui.errors import NotFound, Problem
from tui.text import visible
from tui.ui import words
from tui.ui.commands import common
from tui.ui.commands import grid as grid_commands
from tui.ui.commands import incident as timeline_commands
from tui.ui.commands import incidents as commands
from tui.ui.incident_blocks import (
    headline,
    shown,
)
from tui.ui.later import later
from tui.ui.page import line, spans
from tui.ui.problems import problem_blocks
from tui.ui.screens.incident_tabs import NAMES, TABS, IncidentTabs
from tui.ui.widgets.key_line import KeyLine
from tui.ui.widgets.sheet import Sheet
from tui.ui.widgets.tab_row import TabRow
from tui.ui.widgets.timeline import Timeline

if TYPE_CHECKING:
    from tui.incidents.changes import QueueChanged


_LONGEST_NAME = 200
"""Of what stands above the tabs, which must stay in view; the JSON has all of it."""


class IncidentScreen(IncidentTabs):
    """One incident.

    Args:
        incident_id: Which.
        tab: The tab to begin with.
    """

    PLACE = "incidents"
    HELP = """
    One incident. [ and ] change the tab. Edits work as in the queue. On the timeline, arrows
    step from alert to alert and + - zoom; in Evidence, h hunts on the entity under the cursor.
    """
    COMMAND_MESSAGES: tuple[type[Command], ...] = (
        commands.PreviousTab,
        commands.NextTab,
        *commands.EDITS,
        *commands.MORE_EDITS,
        *commands.RARE_EDITS,
        commands.HuntEntity,
        commands.OtherIncidents,
        commands.LookUp,
        commands.Undo,
        commands.Redo,
        commands.ShowOutbox,
        commands.Refresh,
        commands.WriteReport,
        commands.OpenInPortal,
        commands.Copy,
        commands.CopyRaw,
    )
    _HERE = (
        timeline_commands.StepLeft,
        timeline_commands.LaneUp,
        timeline_commands.ZoomIn,
        timeline_commands.FindJson,
        timeline_commands.FoldAll,
        timeline_commands.CopyPath,
        grid_commands.OpenRow,
        timeline_commands.OpenAlert,
        commands.PreviousTab,
        common.Back,
    )
    _AROUND = (commands.HuntEntity, commands.OtherIncidents)
    _REST = (
        commands.CloseAs,
        commands.WriteReport,
        commands.Undo,
        commands.Refresh,
        commands.OpenInPortal,
    )
    FOOTER = (*_HERE, *_AROUND, *commands.EDITS, *_REST)
    _FOOTERS: ClassVar[dict[str, tuple[type[Command], ...]]] = {
        "summary": (*_HERE, *commands.EDITS, *_AROUND, *_REST),
        "comments": (commands.WriteComment, *_HERE, *commands.EDITS[:-1], *_AROUND, *_REST),
        "history": (*_HERE, commands.Undo, commands.Redo, *commands.EDITS, *_AROUND, *_REST),
    }
    """Where no entity is under the cursor, its incident comes first."""
    BINDINGS = Command.bindings(*COMMAND_MESSAGES)
    DEFAULT_CSS = """
    IncidentScreen {
        #headline { margin: 1 1 0 1; height: auto; }
        #pending { margin: 0 1; height: auto; }
        ContentSwitcher { width: 100%; height: 1fr; margin: 1 0 0 0; }
        VerticalScroll { padding-left: 1; height: 1fr; }
        VerticalScroll > Sheet { padding-right: 2; }
        #timeline-tab { height: 1fr; padding-left: 1; }
        Timeline, Rule { margin-right: 1; }
        Timeline { max-height: 70%; }
        Rule.-horizontal { color: $border; margin: 1 0; }
        #timeline-tab VerticalScroll { width: 100%; padding: 0; }
        &.short #headline { margin: 0 1; }
        &.short TabRow { margin: 0 1; }
        &.short Rule.-horizontal { margin: 0; }
        #graph-tab { height: 1fr; }
        #json-tab { height: 1fr; }
    }
    """

    def compose_body(self) -> Iterable[Widget]:
        """Headline, tabs, and the tab's content."""
        yield Sheet(id="headline")
        yield Sheet(id="pending")
        yield TabRow(NAMES)
        yield from self.compose_tabs()

    def on_resize(self, event: Resize) -> None:
        """Closer together where there are few lines."""
        self.set_class(event.size.height < 30, "short")

    async def on_mount(self) -> None:
        """Show what is cached, then ask the service."""
        self._unsubscribe = self.workspace.queue.subscribe(self._queue_changed)
        self._choose_tab(self._tab)
        await self._show_cached()
        if self.workspace.connection is not None:
            self._refresh_incident()

    def on_unmount(self) -> None:
        """Listen no longer."""
        self._unsubscribe()

    async def _show_cached(self) -> None:
        incident = await self.workspace.queue.incident(self.incident_id)
        if incident is not None:
            await self._show(incident)
        elif self.incident is None:
            self.query_one("#headline", Sheet).show(
                [
                    line(
                        (visible(self.incident_id), "faint"),
                        ("  fetching this incident…", "faint"),
                    )
                ]
            )

    def _queue_changed(self, changed: QueueChanged) -> None:
        if changed.ids is None or self.incident_id in changed.ids:
            self.run_worker(later(self._show_cached), group="redraw", exclusive=True)

    def action_refresh_command(self) -> None:
        """Fetch this incident anew."""
        self._refresh_incident()

    def _refresh_incident(self) -> None:
        self.run_worker(later(self._refreshed), group="refresh", exclusive=True)

    async def _refreshed(self) -> None:
        try:
            incident = await self.workspace.queue.refresh_incident(self.incident_id)
        except NotFound as problem:
            if self.incident is None:
                self._fail(problem)
            else:
                self.m365d.report(problem)
        except Problem as problem:
            if self.incident is None:
                self._fail(problem)
            else:
                self.not_fresh = problem
                await self.show_edits()
        else:
            self.not_fresh = None
            await self._show(incident)

    def _fail(self, problem: Problem) -> None:
        self.query_one("#summary", Sheet).show(
            problem_blocks(problem, next_step="R tries again   Esc goes back")
        )

    async def _show(self, incident: Incident) -> None:
        self.incident = incident
        me, now = self.workspace.me, self.m365d.now()
        name = (
            (f"{visible(incident.id)}  ", "faint"),
            (words.brief(shown(incident.name), _LONGEST_NAME) or "(no name)", "bold"),
        )
        facts = headline(incident, me, now)
        narrow = self.size.width < 100
        self.query_one("#headline", Sheet).show(
            [line(*name), line(*facts)] if narrow else [spans(*name, ("    ", ""), *facts)]
        )
        await self.take(incident)
        self._tell_tabs()
        self.call_after_refresh(self._show_the_rest)

    async def _show_the_rest(self) -> None:
        """What may come a moment after the first picture."""
        self.known()
        self._tell_tabs()
        await self.show_edits()
        if self._tab == "alerts":
            self._stale.add("alerts")
            await self.fill("alerts")

    # Tabs.

    def _tell_tabs(self) -> None:
        incident = self.incident
        counts = {}
        if incident is not None:
            counts = {
                "alerts": len(incident.alerts),
                **({"evidence": len(self._entities)} if self._counted else {}),
                "comments": len(incident.comments),
            }
        self.query_one(TabRow).show(self._tab, counts)

    def _choose_tab(self, tab: str) -> None:
        self._tab = tab
        self.query_one(ContentSwitcher).current = self.tab_id(tab)
        body = self.query_one(f"#{self.tab_id(tab)}")
        (self.query_one(Timeline) if tab == "timeline" else body).focus()
        self._tell_tabs()
        self.query_one(KeyLine).use((*self._FOOTERS.get(tab, self.FOOTER), common.Help))
        self.run_worker(self._filled(tab), group="fill", exclusive=False)

    async def _filled(self, tab: str) -> None:
        # A key typed ahead is meant for what is about to be seen: an alert, not its incident.
        with self.m365d.gate.hold():
            await self.fill(tab)

    def action_next_tab_command(self) -> None:
        """The tab at the right."""
        self._choose_tab(TABS[(TABS.index(self._tab) + 1) % len(TABS)])

    def action_previous_tab_command(self) -> None:
        """The tab at the left."""
        self._choose_tab(TABS[(TABS.index(self._tab) - 1) % len(TABS)])

    @on(TabRow.Chosen)
    def _tab_chosen(self, event: TabRow.Chosen) -> None:
        self._choose_tab(event.tab)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Entities have their command where entities are."""
        if action in ("look_up_command", "copy_raw_command"):
            return self._tab in ("evidence", "graph")
        return super().check_action(action, parameters)

    async def targets(self) -> list[Incident]:
        """This incident."""
        return [self.incident] if self.incident is not None else []

    def action_copy_command(self) -> None:
        """Copy the entity here, defanged; the incident's line where none is."""
        if self.entity_here() is not None:
            super().action_copy_command()
        elif (incident := self.incident) is not None:
            self.app.copy_to_clipboard(f"{visible(incident.id)}\t{visible(incident.name)}")
            self.notify("Copied the incident's line.", timeout=2, markup=False)
