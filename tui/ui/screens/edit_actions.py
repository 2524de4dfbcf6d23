"""Edits as the screens ask for them: one question each, then the queue does the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.api.records import DETERMINATIONS, SEVERITIES, Incident, IncidentChange
from tui.errors import Problem
from tui.text import visible
from tui.ui import words
from tui.ui.browse import browse
from tui.ui.page import Choice, text
from tui.ui.screens.base import FramedScreen
from tui.ui.widgets.dialogs import AskLine, Choose, Confirm, WriteText

if TYPE_CHECKING:
    from collections.abc import Coroutine

_STATUS_CHOICES = (("active", "a"), ("inProgress", "w"), ("resolved", "c"))
_RARE = {"set_severity_command": "severity", "rename_command": "name"}
"""Actions that need a field not every dialect can write."""
_MANY = 10
"""Incidents from which an edit asks first."""
_CLASS_KEYS = {"truePositive": "t", "informationalExpectedActivity": "i", "falsePositive": "f"}


class EditActions(FramedScreen):
    """The edit commands, for screens that know which incidents they are about."""

    async def targets(self) -> list[Incident]:
        """The incidents that an edit is for; empty where there is none."""
        raise NotImplementedError

    def _ask(self, question: Coroutine[None, None, None]) -> None:
        self.run_worker(self._asked(question), exclusive=True, group="question")

    async def _asked(self, question: Coroutine[None, None, None]) -> None:
        with self.m365d.gate.hold() as opened:
            self.m365d.question_opened = opened
            await question

    async def _title(self, verb: str, incidents: Sequence[Incident]) -> str:
        if len(incidents) == 1:
            name = visible(incidents[0].name)
            return f"{verb}: {name[:70]}{'…' if len(name) > 70 else ''}"
        return f"{verb}: {words.counted(len(incidents), 'incident')}"

    async def _sure(self, many: int) -> bool:
        """Ask before many incidents are changed at once."""
        if many < _MANY:
            return True
        answer = await self.app.push_screen_wait(
            Confirm(
                f"Change {words.counted(many, 'incident')}?",
                [text("Each is sent on its own; u takes the whole edit back.", "faint")],
                yes="change them",
                no="leave them",
            )
        )
        return answer == "yes"

    async def _send(self, incidents: Sequence[Incident], change: IncidentChange) -> bool:
        if not await self._sure(len(incidents)):
            return False
        try:
            await self.workspace.queue.edit([incident.id for incident in incidents], change)
        except Problem as problem:
            self.m365d.report(problem)
            return False
        return True

    def action_set_status_command(self) -> None:
        """Ask for a status."""
        self._ask(self._status())

    async def _status(self) -> None:
        if not (incidents := await self.targets()):
            return
        choices = []
        for value, key in _STATUS_CHOICES:
            sign = words.status(value)
            choices.append(
                Choice(
                    value,
                    ((f"{sign.glyph} ", sign.tone), (f"{sign.word:<12}", ""), (key, "faint")),
                    key,
                )
            )
        current = incidents[0].status if len(incidents) == 1 else None
        chosen = await self.app.push_screen_wait(
            Choose(await self._title("Status", incidents), choices, current=current)
        )
        if chosen is None or chosen == current:
            return
        sent = await self._send(incidents, IncidentChange(status=chosen))
        unknown = [i for i in incidents if i.classification.lower() == "unknown"]
        if sent and chosen == "resolved" and unknown:
            self.notify("Closed without a classification; c sets one.", markup=False)

    def action_assign_command(self) -> None:
        """Ask for an owner."""
        self._ask(self._assign())

    async def _assign(self) -> None:
        if not (incidents := await self.targets()):
            return
        me = self.workspace.me
        choices = [
            Choice(
                "me",
                (("yourself    ", "accent"), (visible(me or "asks who you are"), "faint")),
                "m",
            ),
            Choice("other", (("somebody…   ", ""), ("a name or address", "faint")), "o"),
            Choice("nobody", (("nobody", ""),), "n"),
        ]
        chosen = await self.app.push_screen_wait(
            Choose(await self._title("Assign", incidents), choices)
        )
        owner: str | None
        if chosen is None:
            return
        if chosen == "nobody":
            owner = None
        elif chosen == "me" and me:
            owner = me
        else:
            known = await self.workspace.queue.owners()
            owner = await self.app.push_screen_wait(
                AskLine(
                    "Who are you?" if chosen == "me" else "Assign to",
                    note="As the service spells it: an address, such as you@contoso.com."
                    if chosen == "me"
                    else "An address; → completes a known one.",
                    known=known,
                )
            )
            if owner is None:
                return
            if chosen == "me":
                self.m365d.remember_me(owner)
        await self._send(incidents, IncidentChange(assigned_to=owner))

    def action_classify_command(self) -> None:
        """Ask for a classification, then for one of its determinations."""
        self._ask(self._classify())

    async def _classify(self) -> None:
        if not (incidents := await self.targets()):
            return
        title = await self._title("Classify", incidents)
        current = incidents[0] if len(incidents) == 1 else None
        chosen = await self.app.push_screen_wait(
            Choose(
                title,
                [
                    Choice(
                        value,
                        ((f"{words.spaced(value):<34}", ""), (_CLASS_KEYS[value], "faint")),
                        _CLASS_KEYS[value],
                    )
                    for value in DETERMINATIONS
                ],
                current=current.classification if current else None,
            )
        )
        if chosen is None:
            return
        determination = await self.app.push_screen_wait(
            Choose(
                f"{words.spaced(chosen).capitalize()}: which kind?",
                [Choice(value, ((words.spaced(value), ""),)) for value in DETERMINATIONS[chosen]],
                current=current.determination if current else None,
            )
        )
        if determination is not None:
            await self._send(
                incidents, IncidentChange(classification=chosen, determination=determination)
            )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Edits that the dialect cannot make are not offered."""
        field = _RARE.get(action)
        if field is not None and self.m365d.workspace is not None:
            connection = self.workspace.connection
            return connection is not None and field in connection.incidents.supports
        return super().check_action(action, parameters)

    def action_set_severity_command(self) -> None:
        """Ask for a severity."""
        self._ask(self._severity())

    async def _severity(self) -> None:
        if not (incidents := await self.targets()):
            return
        choices = [
            Choice(value, ((f"{sign.glyph} ", sign.tone), (sign.word, "")), value[0])
            for value in SEVERITIES[:4]
            if (sign := words.severity(value))
        ]
        current = incidents[0].severity if len(incidents) == 1 else None
        chosen = await self.app.push_screen_wait(
            Choose(await self._title("Severity", incidents), choices, current=current)
        )
        if chosen is not None and chosen != current:
            await self._send(incidents, IncidentChange(severity=chosen))

    def action_rename_command(self) -> None:
        """Ask for another name."""
        self._ask(self._rename())

    async def _rename(self) -> None:
        incidents = await self.targets()
        if len(incidents) != 1:
            self.notify("One incident at a time has a name of its own.", markup=False)
            return
        name = await self.app.push_screen_wait(
            AskLine("Name of the incident", value=visible(incidents[0].name))
        )
        if name and name != incidents[0].name:
            await self._send(incidents, IncidentChange(name=name))

    def action_edit_tags_command(self) -> None:
        """Ask for tags."""
        self._ask(self._tags())

    async def _tags(self) -> None:
        if not (incidents := await self.targets()):
            return
        title = await self._title("Tags", incidents)
        known = await self.workspace.queue.tags()
        if len(incidents) == 1:
            given = ", ".join(incidents[0].tags)
            typed = await self.app.push_screen_wait(
                AskLine(
                    title,
                    note="All of them, parted by commas; an empty line takes all away.",
                    value=given,
                    known=known,
                    allow_empty=True,
                )
            )
            if typed is not None and typed != given:
                await self._send(incidents, IncidentChange(tags=_listed(typed)))
            return
        typed = await self.app.push_screen_wait(
            AskLine(title, note="Tags to add to each, parted by commas.", known=known)
        )
        if not typed:
            return
        changes = {
            incident.id: IncidentChange(tags=added)
            for incident in incidents
            if (added := tuple(dict.fromkeys((*incident.tags, *_listed(typed))))) != incident.tags
        }
        if changes and await self._sure(len(changes)):
            try:
                await self.workspace.queue.edit_each(changes)
            except Problem as problem:
                self.m365d.report(problem)

    def action_write_comment_command(self) -> None:
        """Open the composer, with the draft that was left there."""
        self._ask(self._comment())

    async def _comment(self) -> None:
        if not (incidents := await self.targets()):
            return
        drafts = self.m365d.drafts
        place = ",".join(sorted(incident.id for incident in incidents))
        place = f"{self.workspace.profile.tenant_key}/{place}"
        written = await self.app.push_screen_wait(
            WriteText(
                await self._title("Comment", incidents),
                note="A comment cannot be taken back once it is sent.",
                draft=drafts.read(place),
                keep=lambda draft: drafts.keep(place, draft),
            )
        )
        if written and await self._send(incidents, IncidentChange(comment=written)):
            drafts.drop(place)

    def action_undo_command(self) -> None:
        """Send the former values of the last edit."""
        self._ask(self._undo())

    async def _undo(self) -> None:
        try:
            said = await self.workspace.queue.undo()
        except Problem as problem:
            self.m365d.report(problem)
            return
        self.notify(visible(said) if said else "There is nothing to undo.", markup=False)

    def action_show_outbox_command(self) -> None:
        """List what is not delivered."""
        self._ask(self._outbox())

    async def _outbox(self) -> None:
        from tui.ui.screens.outbox import settle_edits

        await settle_edits(self.m365d, self.workspace.queue)

    def action_redo_command(self) -> None:
        """Make the edit that was undone last again."""
        self._ask(self._redo())

    async def _redo(self) -> None:
        try:
            said = await self.workspace.queue.redo()
        except Problem as problem:
            self.m365d.report(problem)
            return
        self.notify(visible(said) if said else "There is nothing to redo.", markup=False)

    def open_link(self, incident: Incident) -> None:
        """Open an incident in the portal, and copy its address for a browser elsewhere."""
        profile = self.workspace.profile
        link = incident.web_url
        if not link.startswith("https://"):
            tenant = incident.tenant_id or profile.tenant_id
            link = f"{profile.cloud.portal}/incidents/{incident.id}?tid={tenant}"
        browse(self.app, visible(link))


def _listed(typed: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag for part in typed.split(",") if (tag := part.strip())))
