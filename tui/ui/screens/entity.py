"""One entity: what is known of it, which alerts name it, and where else it is."""

from __future__ import annotations

from textual_enhanced.commands import Command

from tui.api.records import Alert, Evidence, Incident
from tui.hunting.particulars import Particular
from tui.text import visible
from tui.ui import words
from tui.ui.browse import browse
from tui.ui.commands import common
from tui.ui.commands import grid as grid_commands
from tui.ui.commands import incidents as commands
from tui.ui.entity_words import (
    copied_particular,
    known_of,
    particular_choice,
    particular_name,
    portal_path,
)
from tui.ui.evidence_blocks import evidence_blocks, evidence_headline
from tui.ui.incident_blocks import alert_line, identity, in_order, incident_choice
from tui.ui.page import Choice, spans
from tui.ui.screens.entry import EntryScreen

_MOST_INCIDENTS = 100


class EntityScreen(EntryScreen):
    """One entity's whole presence.

    Args:
        incident: The incident that names it.
        evidence: The entity.
    """

    HELP = """
    One entity: its values, the alerts of this incident that name it, and the other incidents
    in the cache that do. Enter opens; on a value it copies. y copies without anything that
    could be followed (hxxp, [.]), Y as it is; l looks it up elsewhere, h hunts on it.
    """
    COMMAND_MESSAGES: tuple[type[Command], ...] = (
        commands.HuntEntity,
        commands.Copy,
        commands.CopyRaw,
        commands.LookUp,
        commands.OpenInPortal,
    )
    FOOTER = (grid_commands.OpenRow, common.Back, *COMMAND_MESSAGES)
    BINDINGS = Command.bindings(*COMMAND_MESSAGES)

    def __init__(self, incident: Incident, evidence: Evidence) -> None:
        super().__init__(incident)
        self._evidence = evidence
        self._known: list[Particular] = known_of(evidence)
        wanted = identity(evidence)
        self._naming = [
            alert
            for alert in in_order(incident.alerts)
            if any(identity(one) == wanted for one in alert.evidence)
        ]
        self._elsewhere: list[Incident] = []
        self._more = 0

    async def on_mount(self) -> None:
        """Show what the incident says, then what the cache knows besides."""
        self._show()
        queue = self.workspace.queue
        ids = [one for one in await queue.with_entity(self._evidence) if one != self.incident_id]
        self._more = max(0, len(ids) - _MOST_INCIDENTS)
        for one in ids[:_MOST_INCIDENTS]:
            if (incident := await queue.incident(one)) is not None:
                self._elsewhere.append(incident)
        self._show(looked=True)

    def _show(self, *, looked: bool = False) -> None:
        now = self.m365d.now()
        elsewhere = len(self._elsewhere) + self._more
        said = words.counted(elsewhere, "other incident") if elsewhere else "no other incident"
        choices = [particular_choice(f"value {at}", one) for at, one in enumerate(self._known)]
        for at, alert in enumerate(self._naming):
            line = alert_line(alert, now)
            choices.append(Choice(f"alert {at}", ((f"{'alert':<13}", "faint"), *line.spans)))
        for one in self._elsewhere:
            choices.append(
                Choice(
                    f"incident {one.id}",
                    ((f"{'incident':<13}", "faint"), *incident_choice(one, now).spans),
                )
            )
        self.show(
            evidence_headline(self._evidence),
            evidence_blocks(self._evidence),
            [
                spans(
                    (words.counted(len(self._naming), "alert"), "bold"),
                    (f" here, {said}" if looked else " here, looking for others…", "faint"),
                )
            ],
            choices,
        )

    def entity_here(self) -> Evidence | None:
        """The entity itself."""
        return self._evidence

    def alert_here(self) -> Alert | None:
        """The first alert that names it."""
        return self._naming[0] if self._naming else None

    def _particular_here(self) -> Particular | None:
        place = self.place
        return self._known[place] if place is not None and place < len(self._known) else None

    def open_here(self, place: int) -> None:
        """Open the alert or incident; copy the value."""
        from tui.ui.screens.alert import AlertScreen

        if place < len(self._known):
            self.action_copy_command()
            return
        place -= len(self._known)
        if place < len(self._naming):
            if self.incident is not None:
                self.app.push_screen(AlertScreen(self.incident, self._naming[place]))
            return
        self.m365d.show_incident(self._elsewhere[place - len(self._naming)].id)

    def action_copy_command(self) -> None:
        """Copy the value here, or the entity's name, defanged."""
        one = self._particular_here()
        if one is None:
            super().action_copy_command()
            return
        self.app.copy_to_clipboard(copied_particular(one))
        self.notify(f"Copied the {particular_name(one.kind)}.", timeout=2, markup=False)

    def action_copy_raw_command(self) -> None:
        """Copy the value here, or the entity's name, as it is."""
        one = self._particular_here()
        if one is None:
            super().action_copy_raw_command()
            return
        self.app.copy_to_clipboard(visible(one.value))
        self.notify(f"Copied the {particular_name(one.kind)} as it is.", timeout=2, markup=False)

    def action_open_in_portal_command(self) -> None:
        """Open the entity's page, or its alert's where it has none."""
        profile = self.workspace.profile
        path = portal_path(self._evidence)
        if path is not None:
            sign = "&" if "?" in path else "?"
            browse(self.app, f"{profile.cloud.portal}{path}{sign}tid={profile.tenant_id}")
            return
        alert = self.alert_here()
        if alert is not None and alert.web_url.startswith("https://"):
            browse(self.app, visible(alert.web_url))
        elif self.incident is not None:
            self.open_link(self.incident)
