"""The tabs of an incident: each is filled when it is first seen, and again when it changed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual import on
from textual.containers import Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import ContentSwitcher, Rule

from tui.api.records import Alert, Evidence, Incident
from tui.incidents.entities import all_evidence
from tui.incidents.summary import Met, met
from tui.text import visible
from tui.ui import words
from tui.ui.alert_blocks import brief_blocks
from tui.ui.entity_tree import TREE_COLUMNS, TreeSource, paint_tree, tree_lines, tree_rows
from tui.ui.history_blocks import history_blocks, pending_blocks
from tui.ui.incident_blocks import comment_blocks, entities_of, in_order, summary_blocks
from tui.ui.incident_rows import (
    ALERT_COLUMNS,
    EVIDENCE_COLUMNS,
    alert_rows,
    evidence_rows,
    grouped,
)
from tui.ui.list_source import ListSource
from tui.ui.page import text
from tui.ui.painters import alert_painter, evidence_painter
from tui.ui.screens.alert import AlertScreen
from tui.ui.screens.incident_actions import IncidentActions
from tui.ui.widgets.grid import Grid
from tui.ui.widgets.grid_messages import RowOpened
from tui.ui.widgets.json_view import JsonView
from tui.ui.widgets.sheet import Sheet
from tui.ui.widgets.timeline import Timeline

if TYPE_CHECKING:
    from tui.errors import Problem
    from tui.incidents.changes import Edit

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

_LONGEST_WHY = 240


class EvidenceGrid(Grid):
    """Evidence, of which nothing is copied that could be followed by accident."""

    def action_copy_text(self) -> None:
        """Leave it to the screen, which knows the entity."""
        self.call_later(self.screen.run_action, "copy_command")


class IncidentTabs(IncidentActions):
    """What the tabs show of the incident.

    Args:
        incident_id: Which.
        tab: The tab to begin with.
    """

    def __init__(self, incident_id: str, tab: str = "summary") -> None:
        super().__init__()
        self.incident_id = incident_id
        self._tab = tab
        self._stale: set[str] = set()
        self._counted = False
        self._met: Met = {}
        self._entities: list[Evidence] = []
        self._tree: list[Evidence] = []
        self._alerts: list[Alert] = []
        self._pending: list[Edit] = []
        self.not_fresh: Problem | None = None
        """Why what is shown is as it was cached; None where it is not."""
        self._alert_source = ListSource(ALERT_COLUMNS)
        self._evidence_source = ListSource(EVIDENCE_COLUMNS)
        self._tree_source = TreeSource(TREE_COLUMNS)

    def compose_tabs(self) -> Iterable[Widget]:
        """The tabs' contents, one of which is seen."""
        with ContentSwitcher(initial=self.tab_id(self._tab)):
            with VerticalScroll(id="summary-tab"):
                yield Sheet(id="summary")
            yield Grid(alert_painter(self.m365d.now), id="alerts-tab", selectable=False)
            yield EvidenceGrid(evidence_painter(), id="evidence-tab", selectable=False)
            with Vertical(id="timeline-tab"):
                yield Timeline()
                yield Rule()
                with VerticalScroll(can_focus=False):
                    yield Sheet(id="chosen")
            yield EvidenceGrid(paint_tree, id="graph-tab", selectable=False)
            with VerticalScroll(id="comments-tab"):
                yield Sheet(id="comments")
            with VerticalScroll(id="history-tab"):
                yield Sheet(id="history")
            yield JsonView(id="json-tab")

    @staticmethod
    def tab_id(tab: str) -> str:
        """The ID of a tab's widget."""
        return f"{tab}-tab"

    async def take(self, incident: Incident) -> None:
        """Show a state of the incident: the tab that is seen now, the others once they are."""
        self.incident = incident
        self._alerts = in_order(incident.alerts)
        self._stale = set(TABS)
        self._counted = False
        await self.fill(self._tab)

    def known(self) -> list[Evidence]:
        """The incident's entities, kind by kind."""
        if not self._counted and self.incident is not None:
            self._met = met(all_evidence(self.incident))
            self._entities = grouped(entities_of(self._met))
            self._counted = True
        return self._entities

    async def fill(self, tab: str) -> None:
        """Bring a tab up to date."""
        incident = self.incident
        if incident is None or tab not in self._stale:
            return
        self._stale.discard(tab)
        if tab == "summary":
            me, now = self.workspace.me, self.m365d.now()
            self.known()
            self.query_one("#summary", Sheet).show(summary_blocks(incident, me, now, self._met))
        elif tab == "alerts":
            await self._rows("alerts", self._alert_source, "No alerts.")
        elif tab == "evidence":
            self._evidence_source.replace(evidence_rows(incident, self.known()))
            await self._rows("evidence", self._evidence_source, "No evidence.")
        elif tab == "timeline":
            self.query_one(Timeline).show(incident.alerts)
        elif tab == "graph":
            lines = await asyncio.to_thread(tree_lines, incident)
            if incident is not self.incident:
                return
            self._tree = [one.evidence for one in lines]
            self._tree_source.replace(tree_rows(lines))
            await self._rows("graph", self._tree_source, "No entities.")
        elif tab == "comments":
            self.query_one("#comments", Sheet).show(comment_blocks(incident.comments))
        elif tab == "json":
            await self.query_one(JsonView).show_value(incident.raw or {"id": incident.id})

    async def _rows(self, tab: str, source: ListSource, nothing: str) -> None:
        grid = self.query_one(f"#{self.tab_id(tab)}", Grid)
        if tab == "alerts":
            source.replace(alert_rows(self._alerts, self._pending))
        if grid.source is None:
            await grid.show(source)
        else:
            await grid.refresh_rows()
        grid.say(nothing, "")

    async def show_edits(self) -> None:
        """Say what is under way, and what was changed before."""
        queue = self.workspace.queue
        titles = {alert.id: alert.title for alert in self._alerts}
        edits = await queue.history(self.incident_id)
        self.query_one("#history", Sheet).show(history_blocks(edits, titles))
        self._pending = [edit for edit in edits if edit.state != "confirmed"]
        blocks = pending_blocks(self._pending, titles)
        if self.not_fresh is not None:
            why = words.brief(visible(str(self.not_fresh)), _LONGEST_WHY)
            blocks = [text(f"Not fresh: {why}", "warn"), *blocks]
        self.query_one("#pending", Sheet).show(blocks)

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

    @on(RowOpened, "#graph-tab")
    def _node_opened(self, event: RowOpened) -> None:
        self.open_entity(self._tree[int(event.row.key)])

    def _open_alert(self, alert: Alert) -> None:
        if self.incident is not None:
            self.app.push_screen(AlertScreen(self.incident, alert))

    def entity_here(self) -> Evidence | None:
        """The entity under the cursor of the tree or the table."""
        listed = {"graph": self._tree, "evidence": self._entities}.get(self._tab)
        if not listed:
            return None
        row = self.query_one(f"#{self.tab_id(self._tab)}", Grid).cursor_row
        return listed[int(row.key)] if row and int(row.key) < len(listed) else None

    def alert_here(self) -> Alert | None:
        """The alert under the cursor of the timeline or the table."""
        if self._tab == "timeline":
            return self.query_one(Timeline).chosen
        if self._tab == "alerts":
            row = self.query_one("#alerts-tab", Grid).cursor_row
            return self._alerts[int(row.key)] if row and int(row.key) < len(self._alerts) else None
        return None
