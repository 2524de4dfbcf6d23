"""What can be done with one incident beside changing it: hunt, look around, report, open."""

from __future__ import annotations

from tui.api.records import Alert, Evidence, Incident
from tui.text import visible
from tui.ui import words
from tui.ui.browse import browse
from tui.ui.entity_words import copied_entity
from tui.ui.incident_blocks import incident_choice, shown
from tui.ui.page import Choice
from tui.ui.screens.edit_actions import EditActions
from tui.ui.screens.pivot_choice import alert_of, ask_entity, choose_entity, hunt_on
from tui.ui.widgets.dialogs import Choose

_MOST = 50


class IncidentActions(EditActions):
    """The commands of one incident's screen that do not depend on how it is drawn."""

    incident_id = ""
    """Which incident it is."""
    incident: Incident | None = None
    """The incident, once it is known."""

    def entity_here(self) -> Evidence | None:
        """The entity under the cursor."""
        return None

    def alert_here(self) -> Alert | None:
        """The alert under the cursor."""
        return None

    def action_hunt_entity_command(self) -> None:
        """Hunt on the entity here; on one of the alert's or incident's where none is."""
        incident = self.incident
        if incident is None:
            return
        if (entity := self.entity_here()) is not None:
            self._ask(hunt_on(self.m365d, entity, alert_of(incident, entity)))
        elif (alert := self.alert_here()) is not None and alert.evidence:
            self._ask(choose_entity(self.m365d, Incident(incident.id, alerts=(alert,))))
        else:
            self._ask(choose_entity(self.m365d, incident))

    def action_other_incidents_command(self) -> None:
        """List the other incidents that name the entity here, or one that is chosen."""
        if (entity := self.entity_here()) is not None:
            self._ask(self._others(entity))
        elif self.incident is not None:
            self._ask(self._others_with(self.incident))

    async def _others_with(self, incident: Incident) -> None:
        entity = await ask_entity(self.m365d, "Other incidents with whom or what?", incident)
        if entity is not None:
            await self._others(entity)

    async def _others(self, entity: Evidence) -> None:
        queue = self.workspace.queue
        ids = [one for one in await queue.with_entity(entity) if one != self.incident_id]
        if not ids:
            self.notify(f"No other cached incident names {shown(entity.title)}.", markup=False)
            return
        found = [incident for one in ids[:_MOST] if (incident := await queue.incident(one))]
        chosen = await self.app.push_screen_wait(
            Choose(
                f"{words.counted(len(ids), 'other incident')} with {shown(entity.title)[:40]}",
                [incident_choice(one, self.m365d.now()) for one in found],
                note=f"The newest {_MOST} of them; a filter of the queue finds all."
                if len(ids) > _MOST
                else "",
            )
        )
        if chosen is not None:
            self.m365d.show_incident(chosen)

    def open_entity(self, entity: Evidence) -> None:
        """Show an entity's page over this screen."""
        if self.incident is not None:
            self.m365d.show_entity(self.incident, entity)

    def action_copy_command(self) -> None:
        """Copy the entity here so that nobody follows it by accident."""
        if (entity := self.entity_here()) is not None:
            self.app.copy_to_clipboard(copied_entity(entity))
            self.notify("Copied. Y copies it as it is.", timeout=2, markup=False)

    def action_copy_raw_command(self) -> None:
        """Copy the entity here as it is."""
        if (entity := self.entity_here()) is not None:
            self.app.copy_to_clipboard(visible(entity.title))
            self.notify("Copied as it is.", timeout=2, markup=False)

    def action_look_up_command(self) -> None:
        """Choose a service of the settings, and look the entity up there."""
        if (entity := self.entity_here()) is not None:
            self._ask(self._look_up(entity))

    async def _look_up(self, entity: Evidence) -> None:
        from tui.hunting.particulars import of_kind

        lookups = self.m365d.settings.lookups
        if not lookups:
            self.notify(
                "No look-ups are configured: [[lookups]] of the settings names services "
                "with name, kinds and url.",
                timeout=8,
                markup=False,
            )
            return
        found = [
            (lookup, kind, value)
            for lookup in lookups
            for kind in lookup.kinds
            if (value := of_kind(entity, kind)) is not None
        ]
        if not found:
            self.notify(
                f"No look-up of the settings knows a {words.kind(entity.kind)}.", markup=False
            )
            return
        place = 0
        if len(found) > 1:
            chosen = await self.app.push_screen_wait(
                Choose(
                    f"Look up {shown(entity.title)[:50]}",
                    [
                        Choice(
                            str(at),
                            (
                                (f"{visible(lookup.name)[:24]:<25}", ""),
                                (f"{kind:<9}", "faint"),
                                (shown(value)[:40], "faint"),
                            ),
                        )
                        for at, (lookup, kind, value) in enumerate(found)
                    ],
                    note="The value is sent to that service.",
                )
            )
            if chosen is None:
                return
            place = int(chosen)
        lookup, _, value = found[place]
        browse(self.app, lookup.address(value))

    def action_report_command(self) -> None:
        """Show the incident's report, to copy or to write."""
        self._ask(self._report())

    async def _report(self) -> None:
        from tui.incidents.report import render
        from tui.ui.screens.paper import Paper

        incident = self.incident
        if incident is None:
            return
        form = await self.app.push_screen_wait(
            Choose(
                "Report",
                [
                    Choice("md", (("Markdown   ", ""), ("to paste into a ticket", "faint")), "m"),
                    Choice("html", (("HTML       ", ""), ("to print or to send", "faint")), "h"),
                ],
            )
        )
        if form is not None:
            written = render(incident, "html" if form == "html" else "md", self.m365d.now())
            name = f"incident-{visible(incident.id)}.{form}"
            self.app.push_screen(Paper(f"Report, {form}", written, name))

    def action_open_in_portal_command(self) -> None:
        """Open this incident in the portal."""
        if self.incident is not None:
            self.open_link(self.incident)
