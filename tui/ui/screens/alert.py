"""One alert of an incident: what it says, its evidence, what to do, and its edits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec
from textual_enhanced.commands import Command

from tui.api.records import Alert, Evidence, Incident, IncidentChange
from tui.errors import Problem
from tui.text import visible
from tui.ui import words
from tui.ui.alert_blocks import alert_blocks, alert_headline
from tui.ui.browse import browse
from tui.ui.commands import common
from tui.ui.commands import grid as grid_commands
from tui.ui.commands import incidents as commands
from tui.ui.entity_words import entity_choice
from tui.ui.history_blocks import pending_blocks
from tui.ui.incident_blocks import in_order, place_of
from tui.ui.later import later
from tui.ui.page import spans
from tui.ui.screens.entry import EntryScreen

if TYPE_CHECKING:
    from tui.incidents.changes import QueueChanged

_EDITS = (commands.SetStatus, commands.Assign, commands.Classify, commands.WriteComment)


class AlertScreen(EntryScreen):
    """One alert; the others of its incident are a key away.

    Args:
        incident: The incident, as it is known.
        alert: The alert to begin with.
    """

    HELP = """
    One alert with its evidence. s, a, c and m change the alert alone and comment on it (Microsoft
    Graph can; the classic API cannot). [ and ] show the alerts before and after it, by time.
    """
    COMMAND_MESSAGES: tuple[type[Command], ...] = (
        commands.PreviousEntry,
        commands.NextEntry,
        *_EDITS,
        commands.HuntEntity,
        commands.OtherIncidents,
        commands.LookUp,
        commands.Copy,
        commands.CopyRaw,
        commands.OpenInPortal,
        commands.Undo,
        commands.Redo,
        commands.ShowOutbox,
    )
    FOOTER = (
        grid_commands.OpenRow,
        commands.PreviousEntry,
        common.Back,
        *_EDITS,
        commands.HuntEntity,
        commands.OtherIncidents,
        commands.Copy,
        commands.OpenInPortal,
    )
    BINDINGS = Command.bindings(*COMMAND_MESSAGES)

    def __init__(self, incident: Incident, alert: Alert) -> None:
        super().__init__(incident)
        self._alerts = in_order(incident.alerts)
        self._at = place_of(alert, self._alerts) or 0

    @property
    def alert(self) -> Alert:
        """The alert that is shown."""
        return self._alerts[self._at]

    async def on_mount(self) -> None:
        """Show it, and again whenever it changes."""
        self._unsubscribe = self.workspace.queue.subscribe(self._queue_changed)
        await self._show()

    def on_unmount(self) -> None:
        """Listen no longer."""
        self._unsubscribe()

    def _queue_changed(self, changed: QueueChanged) -> None:
        if changed.ids is None or self.incident_id in changed.ids:
            self.run_worker(later(self._reload), group="redraw", exclusive=True)

    async def _reload(self) -> None:
        incident = await self.workspace.queue.incident(self.incident_id)
        if incident is not None and incident.alerts:
            former = self.alert
            self.incident = incident
            self._alerts = in_order(incident.alerts)
            place = place_of(former, self._alerts)
            self._at = min(self._at, len(self._alerts) - 1) if place is None else place
        await self._show()

    async def _show(self) -> None:
        alert, me = self.alert, self.workspace.me
        edits = [
            edit
            for edit in await self.workspace.queue.outbox(self.incident_id)
            if edit.change.alert == alert.id
        ]
        context = (one for other in self._alerts for one in other.evidence)
        many = words.counted(len(alert.evidence), "entity", "entities")
        self.show(
            [
                *alert_headline(alert, me, self._at, len(self._alerts)),
                *pending_blocks(edits, {alert.id: alert.title}),
            ],
            alert_blocks(alert, context=context),
            [spans((f"Evidence {len(alert.evidence)}" if alert.evidence else many, "bold"))],
            [entity_choice(str(at), one) for at, one in enumerate(alert.evidence)],
        )

    async def action_next_entry_command(self) -> None:
        """The alert after this one."""
        await self._go(1)

    async def action_previous_entry_command(self) -> None:
        """The alert before this one."""
        await self._go(-1)

    async def _go(self, by: int) -> None:
        if 0 <= self._at + by < len(self._alerts):
            self._at += by
            self.query_one("#words").scroll_home(animate=False)
            await self._show()

    def entity_here(self) -> Evidence | None:
        """The entity under the cursor."""
        place = self.place
        return self.alert.evidence[place] if place is not None and self.alert.evidence else None

    def alert_here(self) -> Alert | None:
        """The alert itself."""
        return self.alert

    def open_here(self, place: int) -> None:
        """Show the entity's page."""
        self.open_entity(self.alert.evidence[place])

    async def targets(self) -> list[Incident]:
        """The alert, as what the questions of an edit are about."""
        alert = self.alert
        status = "active" if alert.status == "new" else alert.status
        return [
            Incident(
                self.incident_id,
                name=alert.title,
                status=status,
                classification=alert.classification,
                determination=alert.determination,
                assigned_to=alert.assigned_to,
            )
        ]

    async def _send(self, incidents: Sequence[Incident], change: IncidentChange) -> bool:
        if change.status == "active":
            change = msgspec.structs.replace(change, status="new")
        change = msgspec.structs.replace(change, alert=self.alert.id)
        try:
            await self.workspace.queue.edit([self.incident_id], change)
        except Problem as problem:
            self.m365d.report(problem)
            return False
        return True

    def draft_place(self, incidents: Sequence[Incident]) -> str:
        """Under which name the draft of a comment is kept."""
        return f"{super().draft_place(incidents)}/{self.alert.id}"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Where the service cannot change alerts, their edits are not offered."""
        if action in {one.action_name() for one in _EDITS}:
            connection = self.workspace.connection if self.m365d.workspace else None
            return connection is None or "alert" in connection.incidents.supports
        return super().check_action(action, parameters)

    def action_copy_command(self) -> None:
        """Copy the entity here, defanged; the alert's line where it has none."""
        if self.entity_here() is not None:
            super().action_copy_command()
            return
        self.app.copy_to_clipboard(f"{visible(self.alert.id)}\t{visible(self.alert.title)}")
        self.notify("Copied the alert's line.", timeout=2, markup=False)

    def action_open_in_portal_command(self) -> None:
        """Open the alert's page."""
        link = self.alert.web_url
        if not link.startswith("https://"):
            profile = self.workspace.profile
            key = quote(self.alert.id, safe="")
            link = f"{profile.cloud.portal}/alerts/{key}?tid={profile.tenant_id}"
        browse(self.app, visible(link))
