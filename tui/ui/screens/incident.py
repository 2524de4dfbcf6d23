"""One incident: summary, alerts, evidence, timeline, comments and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual import on
from textual.containers import Vertical, VerticalScroll
from textual.events import Resize
from textual.widget import Widget
from textual.widgets import ContentSwitcher, OptionList, Rule, TextArea
from textual_enhanced.commands import Command

from tui.api.records import Alert, Evidence, Incident
from tui.errors import NotFound, Problem
from tui.text import escape_json, visible
from tui.ui.alert_blocks import brief_blocks
from tui.ui.commands import common
from tui.ui.commands import grid as grid_commands
from tui.ui.commands import incident as timeline_commands
from tui.ui.commands import incidents as commands
from tui.ui.entity_tree import tree_choice, tree_lines
from tui.ui.history_blocks import history_blocks, pending_blocks
from tui.ui.incident_blocks import (
    comment_blocks,
    entities,
    headline,
    in_order,
    shown,
    summary_blocks,
)
from tui.ui.incident_rows import ALERT_COLUMNS, EVIDENCE_COLUMNS, alert_rows, evidence_rows
from tui.ui.list_source import ListSource
from tui.ui.page import line, spans, text
from tui.ui.painters import alert_painter, evidence_painter
from tui.ui.problems import problem_blocks
from tui.ui.screens.alert import AlertScreen
from tui.ui.screens.incident_actions import IncidentActions
from tui.ui.widgets.grid import Grid
from tui.ui.widgets.grid_messages import RowOpened
from tui.ui.widgets.pick_list import PickList
from tui.ui.widgets.sheet import Sheet
from tui.ui.widgets.tab_line import TabLine
from tui.ui.widgets.timeline import Timeline

if TYPE_CHECKING:
    from tui.incidents.changes import Edit, QueueChanged

NAMES = {
    "summary": "Summary",
    "alerts": "Alerts",
    "evidence": "Evidence",
    "timeline": "Timeline",
    "graph": "Graph",
    "comments": "Comments",
    "history": "History",
    "json": "JSON",
}
"""The tabs and what stands for them, in their order."""

TABS = tuple(NAMES)


class EvidenceGrid(Grid):
    """Evidence, of which nothing is copied that could be followed by accident."""

    def action_copy_text(self) -> None:
        """Leave it to the screen, which knows the entity."""
        self.call_later(self.screen.run_action, "copy_command")


class IncidentScreen(IncidentActions):
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
    FOOTER = (
        timeline_commands.StepLeft,
        timeline_commands.LaneUp,
        timeline_commands.ZoomIn,
        grid_commands.OpenRow,
        timeline_commands.OpenAlert,
        commands.PreviousTab,
        commands.HuntEntity,
        commands.OtherIncidents,
        *commands.EDITS,
        commands.Refresh,
        commands.OpenInPortal,
        common.Back,
    )
    BINDINGS = Command.bindings(*COMMAND_MESSAGES)
    DEFAULT_CSS = """
    IncidentScreen {
        #headline { margin: 1 1 0 1; height: auto; }
        #pending { margin: 0 1; height: auto; }
        ContentSwitcher { height: 1fr; margin: 1 0 0 0; }
        VerticalScroll { padding: 0 1; height: 1fr; }
        #timeline-tab { height: 1fr; padding: 0 1; }
        Timeline { max-height: 70%; }
        Rule.-horizontal { color: $border; margin: 1 0; }
        #timeline-tab VerticalScroll { padding: 0; }
        &.short #headline { margin: 0 1; }
        &.short TabLine { margin: 0 1; }
        &.short Rule.-horizontal { margin: 0; }
        #graph-tab { height: 1fr; }
        #json-tab, #json-tab:focus { border: none; padding: 0 1; background: $background; }
    }
    """

    def __init__(self, incident_id: str, tab: str = "summary") -> None:
        super().__init__()
        self.incident_id = incident_id
        self._tab = tab
        self._entities: list[Evidence] = []
        self._tree: list[Evidence] = []
        self._alerts: list[Alert] = []
        self._pending: list[Edit] = []

    def compose_body(self) -> Iterable[Widget]:
        """Headline, tabs, and the tab's content."""
        yield Sheet(id="headline")
        yield Sheet(id="pending")
        yield TabLine(NAMES)
        with ContentSwitcher(initial=self._tab_id(self._tab)):
            with VerticalScroll(id="summary-tab"):
                yield Sheet(id="summary")
            yield Grid(alert_painter(self.m365d.now), id="alerts-tab", selectable=False)
            yield EvidenceGrid(evidence_painter(), id="evidence-tab", selectable=False)
            with Vertical(id="timeline-tab"):
                yield Timeline()
                yield Rule()
                with VerticalScroll(can_focus=False):
                    yield Sheet(id="chosen")
            yield PickList(id="graph-tab")
            with VerticalScroll(id="comments-tab"):
                yield Sheet(id="comments")
            with VerticalScroll(id="history-tab"):
                yield Sheet(id="history")
            yield TextArea("", read_only=True, show_line_numbers=False, id="json-tab")

    @staticmethod
    def _tab_id(tab: str) -> str:
        return f"{tab}-tab"

    def on_resize(self, event: Resize) -> None:
        """Closer together where there are few lines."""
        self.set_class(event.size.height < 30, "short")

    async def on_mount(self) -> None:
        """Show what is cached, then ask the service."""
        self._alert_source = ListSource(ALERT_COLUMNS)
        self._evidence_source = ListSource(EVIDENCE_COLUMNS)
        await self.query_one("#alerts-tab", Grid).show(self._alert_source)
        await self.query_one("#evidence-tab", Grid).show(self._evidence_source)
        self._unsubscribe = self.workspace.queue.subscribe(self._queue_changed)
        await self._show_cached()
        self._choose_tab(self._tab)
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
            self.run_worker(self._show_cached(), group="redraw", exclusive=True)

    def action_refresh_command(self) -> None:
        """Fetch this incident anew."""
        self._refresh_incident()

    def _refresh_incident(self) -> None:
        self.run_worker(self._refreshed(), group="refresh", exclusive=True)

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
                self.query_one("#pending", Sheet).show(
                    [text(f"Not fresh: {visible(str(problem))}", "warn")]
                )
        else:
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
            (shown(incident.name) or "(no name)", "bold"),
        )
        facts = headline(incident, me, now)
        narrow = self.size.width < 100
        self.query_one("#headline", Sheet).show(
            [line(*name), line(*facts)] if narrow else [spans(*name, ("    ", ""), *facts)]
        )
        self._alerts = in_order(incident.alerts)
        await self._show_pending()
        self._entities = entities(incident)
        self._tell_tabs()
        self.query_one("#summary", Sheet).show(summary_blocks(incident, me, now))
        self._alert_source.replace(alert_rows(self._alerts, self._pending))
        await self.query_one("#alerts-tab", Grid).refresh_rows()
        self._evidence_source.replace(evidence_rows(incident, self._entities))
        await self.query_one("#evidence-tab", Grid).refresh_rows()
        self.query_one("#alerts-tab", Grid).say("No alerts.", "")
        self.query_one("#evidence-tab", Grid).say("No evidence.", "")
        self.query_one(Timeline).show(incident.alerts)
        self._show_graph(incident)
        self.query_one("#comments", Sheet).show(comment_blocks(incident.comments))
        if self._tab == "json":
            self._show_json()

    def _show_graph(self, incident: Incident) -> None:
        lines = tree_lines(incident)
        self._tree = [one.evidence for one in lines]
        graph = self.query_one("#graph-tab", PickList)
        here = graph.highlighted
        graph.offer([tree_choice(str(at), one) for at, one in enumerate(lines)])
        if here is not None and here < len(lines):
            graph.highlighted = here

    async def _show_pending(self) -> None:
        history = await self.workspace.queue.history(self.incident_id)
        titles = {alert.id: alert.title for alert in self._alerts}
        self.query_one("#history", Sheet).show(history_blocks(history, titles))
        self._pending = await self.workspace.queue.outbox(self.incident_id)
        blocks = pending_blocks(self._pending, titles)
        self.query_one("#pending", Sheet).show(blocks)

    def _show_json(self) -> None:
        incident = self.incident
        if incident is None:
            return
        area = self.query_one("#json-tab", TextArea)
        raw = incident.raw or {"id": incident.id}
        written = escape_json(json.dumps(raw, ensure_ascii=False, indent=2, default=str))
        if area.text != written:
            area.load_text(written)

    # Tabs.

    def _tell_tabs(self) -> None:
        incident = self.incident
        counts = {}
        if incident is not None:
            counts = {
                "alerts": len(incident.alerts),
                "evidence": len(self._entities),
                "comments": len(incident.comments),
            }
        self.query_one(TabLine).show(self._tab, counts)

    def _choose_tab(self, tab: str) -> None:
        self._tab = tab
        self.query_one(ContentSwitcher).current = self._tab_id(tab)
        if tab == "json":
            self._show_json()
        body = self.query_one(f"#{self._tab_id(tab)}")
        (self.query_one(Timeline) if tab == "timeline" else body).focus()
        self._tell_tabs()

    def action_next_tab_command(self) -> None:
        """The tab at the right."""
        self._choose_tab(TABS[(TABS.index(self._tab) + 1) % len(TABS)])

    def action_previous_tab_command(self) -> None:
        """The tab at the left."""
        self._choose_tab(TABS[(TABS.index(self._tab) - 1) % len(TABS)])

    @on(TabLine.Chosen)
    def _tab_chosen(self, event: TabLine.Chosen) -> None:
        self._choose_tab(event.tab)

    # What is under the cursor.

    @on(Timeline.Chosen)
    def _alert_chosen(self, event: Timeline.Chosen) -> None:
        if event.alert is None or self.incident is None:
            self.query_one("#chosen", Sheet).show([])
            return
        context = (one for alert in self._alerts for one in alert.evidence)
        self.query_one("#chosen", Sheet).show(
            brief_blocks(
                event.alert,
                context=context,
                place=event.place,
                count=event.count,
                airy=not self.has_class("short"),
            )
        )

    @on(Timeline.Opened)
    def _timeline_opened(self, event: Timeline.Opened) -> None:
        self._open_alert(event.alert)

    @on(RowOpened, "#alerts-tab")
    def _alert_opened(self, event: RowOpened) -> None:
        self._open_alert(self._alerts[int(event.row.key)])

    @on(RowOpened, "#evidence-tab")
    def _evidence_opened(self, event: RowOpened) -> None:
        self.open_entity(self._entities[int(event.row.key)])

    @on(OptionList.OptionSelected, "#graph-tab")
    def _node_opened(self, event: OptionList.OptionSelected) -> None:
        self.open_entity(self._tree[event.option_index])

    def _open_alert(self, alert: Alert) -> None:
        if self.incident is not None:
            self.app.push_screen(AlertScreen(self.incident, alert))

    def entity_here(self) -> Evidence | None:
        """The entity under the cursor of the tree or the table."""
        if self._tab == "graph":
            at = self.query_one("#graph-tab", PickList).highlighted
            return self._tree[at] if at is not None and at < len(self._tree) else None
        if self._tab != "evidence":
            return None
        row = self.query_one("#evidence-tab", Grid).cursor_row
        return self._entities[int(row.key)] if row else None

    def alert_here(self) -> Alert | None:
        """The alert under the cursor of the timeline or the table."""
        if self._tab == "timeline":
            return self.query_one(Timeline).chosen
        if self._tab == "alerts":
            row = self.query_one("#alerts-tab", Grid).cursor_row
            return self._alerts[int(row.key)] if row else None
        return None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Entities have their command where entities are."""
        if action in ("other_incidents_command", "look_up_command", "copy_raw_command"):
            return self._tab in ("evidence", "graph")
        return super().check_action(action, parameters)

    async def targets(self) -> list[Incident]:
        """This incident."""
        return [self.incident] if self.incident is not None else []

    def action_copy_command(self) -> None:
        """Copy what the tab is about: the selected JSON or all of it, or the incident's line."""
        area = self.query_one("#json-tab", TextArea)
        incident = self.incident
        if incident is None:
            return
        if self.entity_here() is not None:
            super().action_copy_command()
            return
        copied = (
            (area.selected_text or area.text)
            if self._tab == "json"
            else f"{visible(incident.id)}\t{visible(incident.name)}"
        )
        self.app.copy_to_clipboard(copied)
        self.notify("Copied.", timeout=2, markup=False)
