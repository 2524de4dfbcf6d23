"""Edits as the screens ask for them: one question each, then the queue does the rest."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

import msgspec
from textual.binding import BindingsMap
from textual_enhanced.commands import Command

from tui.api.records import DETERMINATIONS, SEVERITIES, Incident, IncidentChange
from tui.config import Template
from tui.errors import UsageProblem
from tui.text import visible
from tui.ui import words
from tui.ui.browse import browse
from tui.ui.commands.incidents import CloseAs, Templates, template_command
from tui.ui.keys import key_id
from tui.ui.page import Choice
from tui.ui.screens.edit_sending import EditSending
from tui.ui.templates import change_of, fault_of, template_words
from tui.ui.widgets.dialogs import AskLine, Choose, WriteText
from tui.ui.widgets.parts_suggester import PartsSuggester

_STATUS_CHOICES = (("active", "a"), ("inProgress", "w"), ("resolved", "c"))
_RARE = {"set_severity_command": "severity", "rename_command": "name"}
"""Actions that need a field not every dialect can write."""
_RECENT = 6
"""People that are offered with a digit each."""
_DIGITS = 9
_CLASS_KEYS = {"truePositive": "t", "informationalExpectedActivity": "i", "falsePositive": "f"}


class EditActions(EditSending):
    """The edit commands, for screens that know which incidents they are about."""

    async def on_mount(self) -> None:
        """The settings' templates are commands too, some with a key."""
        if Templates not in self.COMMAND_MESSAGES:
            return
        made = [
            template_command(
                at, visible(one.name), key_id(one.key) if one.key else "", template_words(one)
            )
            for at, one in enumerate(self.m365d.settings.templates)
        ]
        if made:
            self.COMMAND_MESSAGES = (*self.COMMAND_MESSAGES, *made)
            bound = BindingsMap(Command.bindings(*made))
            self._bindings = BindingsMap.merge([bound, self._bindings])

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
                    ((f"{sign.glyph} ", sign.tone), (f"{sign.word:<12}", ""), (key, "accent")),
                    key,
                )
            )
        current = incidents[0].status if len(incidents) == 1 else None
        chosen = await self.app.push_screen_wait(
            Choose(await self._title("Status", incidents), choices, current=current)
        )
        if chosen is not None and chosen == current:
            self._nothing_to_do(1, ())
        if chosen is None or chosen == current:
            return
        sent = await self._send(incidents, IncidentChange(status=chosen))
        unknown = [i for i in incidents if i.classification.lower() == "unknown"]
        if sent and chosen == "resolved" and unknown:
            both = ", X does both" if CloseAs in self.COMMAND_MESSAGES else ""
            self.notify(f"Closed without a classification; c sets one{both}.", markup=False)

    def action_assign_command(self) -> None:
        """Ask for an owner."""
        self._ask(self._assign())

    async def _assign(self) -> None:
        if not (incidents := await self.targets()):
            return
        chosen = await self.app.push_screen_wait(
            Choose(await self._title("Assign", incidents), await self._owner_choices(incidents))
        )
        if chosen is None:
            return
        owner: str | None
        if chosen == "nobody":
            owner = None
        elif chosen.startswith("to "):
            owner = chosen.removeprefix("to ")
        else:
            owner = await self._asked_owner(chosen)
            if owner is None:
                return
        await self._send(incidents, IncidentChange(assigned_to=owner))

    async def _owner_choices(self, incidents: Sequence[Incident]) -> list[Choice]:
        me = self.workspace.me
        choices = [
            Choice(
                f"to {me}" if me else "me",
                (
                    ("m  ", "accent"),
                    ("yourself  ", ""),
                    (visible(me or "asks who you are"), "faint"),
                ),
                "m",
            ),
            Choice("nobody", (("n  ", "accent"), ("nobody", "")), "n"),
        ]
        for at, name in enumerate(await self._recent_owners(incidents), 1):
            choices.append(
                Choice(f"to {name}", ((f"{at}  ", "accent"), (visible(name), "")), str(at))
            )
        choices.append(
            Choice("other", (("o  ", "accent"), ("somebody…  ", ""), ("by address", "faint")), "o")
        )
        return choices

    async def _recent_owners(self, incidents: Sequence[Incident]) -> list[str]:
        """Whom was assigned to from here of late, then who owns most."""
        queue = self.workspace.queue
        given = [edit.change.assigned_to for edit in reversed(await queue.history())]
        known = [name for name in given if isinstance(name, str)] + await queue.owners()
        skipped = {(self.workspace.me or "").casefold()}
        if len(incidents) == 1:
            skipped.add((incidents[0].assigned_to or "").casefold())
        found: dict[str, str] = {}
        for name in known:
            if name.casefold() not in skipped:
                found.setdefault(name.casefold(), name)
        return list(found.values())[:_RECENT]

    async def _asked_owner(self, chosen: str) -> str | None:
        mine = chosen == "me"
        owner = await self.app.push_screen_wait(
            AskLine(
                "Who are you?" if mine else "Assign to",
                note="As the service spells it: an address, such as you@contoso.com."
                if mine
                else "An address; → completes a known one.",
                known=await self.workspace.queue.owners(),
            )
        )
        if owner is not None and mine:
            self.m365d.remember_me(owner)
        return owner

    def action_classify_command(self) -> None:
        """Ask for a classification, then for one of its determinations."""
        self._ask(self._classify())

    async def _classify(self) -> None:
        if not (incidents := await self.targets()):
            return
        if (asked := await self._verdict("Classify", incidents)) is not None:
            await self._send(incidents, asked)

    def action_close_as_command(self) -> None:
        """Close with a classification and its determination, in one edit."""
        self._ask(self._close_as())

    async def _close_as(self) -> None:
        if not (incidents := await self.targets()):
            return
        if (asked := await self._verdict("Close as", incidents)) is not None:
            closed = msgspec.structs.replace(asked, status="resolved")
            await self._send(incidents, closed)

    async def _verdict(self, verb: str, incidents: Sequence[Incident]) -> IncidentChange | None:
        """Ask for a classification, then for one of its own determinations."""
        current = incidents[0] if len(incidents) == 1 else None
        chosen = await self.app.push_screen_wait(
            Choose(
                await self._title(verb, incidents),
                [
                    Choice(
                        value,
                        ((f"{_CLASS_KEYS[value]}  ", "accent"), (words.spaced(value), "")),
                        _CLASS_KEYS[value],
                    )
                    for value in DETERMINATIONS
                ],
                current=current.classification if current else None,
            )
        )
        if chosen is None:
            return None
        determination = await self.app.push_screen_wait(
            Choose(
                f"{verb} {words.spaced(chosen)}: which kind?",
                [
                    Choice(value, ((f"{at}  ", "accent"), (words.spaced(value), "")), str(at))
                    for at, value in enumerate(DETERMINATIONS[chosen], 1)
                ],
                current=current.determination if current else None,
            )
        )
        if determination is None:
            return None
        return IncidentChange(classification=chosen, determination=determination)

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
        former = visible(incidents[0].name)
        name = await self.app.push_screen_wait(AskLine("Name of the incident", value=former))
        if name and name != former.strip():
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
            # A tag may hold what no line shows, or a comma: what is left of it stays as it was.
            held = {
                visible(tag).replace(",", "\N{FULLWIDTH COMMA}").strip(): tag
                for tag in incidents[0].tags
            }
            given = ", ".join(held)
            typed = await self.app.push_screen_wait(
                AskLine(
                    title,
                    note="All of them, parted by commas; → completes a known one. "
                    "An empty line takes all away.",
                    value=f"{given}, " if given else "",
                    suggester=PartsSuggester(known),
                    allow_empty=True,
                )
            )
            if typed is None or _listed(typed) == tuple(held):
                return
            tags = tuple(dict.fromkeys(held.get(tag, tag) for tag in _listed(typed)))
            if tags != incidents[0].tags:
                await self._send(incidents, IncidentChange(tags=tags))
            return
        typed = await self.app.push_screen_wait(
            AskLine(
                title,
                note="Tags to add to each, parted by commas; -tag takes one away.",
                suggester=PartsSuggester(known, "-"),
            )
        )
        if typed:
            await self._tag_each(incidents, _listed(typed))

    async def _tag_each(self, incidents: Sequence[Incident], asked: Sequence[str]) -> None:
        gone = {tag[1:].strip().casefold() for tag in asked if tag.startswith("-")}
        more = [tag for tag in asked if not tag.startswith("-")]
        changes: dict[str, IncidentChange] = {}
        for one in incidents:
            kept = [tag for tag in (*one.tags, *more) if tag.casefold() not in gone]
            if (tags := tuple(dict.fromkeys(kept))) != one.tags:
                changes[one.id] = IncidentChange(tags=tags)
        if not changes:
            self.notify("That is how they are already; nothing was sent.", markup=False)
            return
        said = [f"with {words.listed(more)}"] if more else []
        said += [f"without {words.listed(sorted(gone))}"] if gone else []
        await self._send_each(changes, title=f"tags {' and '.join(said)}")

    def action_templates_command(self) -> None:
        """Choose a set of edits from the settings."""
        self._ask(self._templates())

    async def _templates(self) -> None:
        templates = self.m365d.settings.templates
        if not templates:
            self.notify(
                "There are none. [[templates]] in the settings make sets of edits, "
                'such as name = "False positive", status = "resolved".',
                timeout=10,
                markup=False,
            )
            return
        if not (incidents := await self.targets()):
            return
        room = min(26, max(len(visible(one.name)) for one in templates))
        chosen = await self.app.push_screen_wait(
            Choose(
                await self._title("Template", incidents),
                [
                    Choice(
                        str(at),
                        (
                            (f"{at + 1}  " if at < _DIGITS else "   ", "accent"),
                            (f"{visible(one.name)[:room]:<{room + 2}}", ""),
                            (template_words(one), "faint"),
                        ),
                        str(at + 1) if at < _DIGITS else "",
                    )
                    for at, one in enumerate(templates)
                ],
            )
        )
        if chosen is not None:
            await self._apply(templates[int(chosen)], incidents)

    def action_template_command(self, at: int) -> None:
        """Begin the template of a key."""
        templates = self.m365d.settings.templates
        if at < len(templates):
            self._ask(self._template(templates[at]))

    async def _template(self, template: Template) -> None:
        if incidents := await self.targets():
            await self._apply(template, incidents)

    async def _apply(self, template: Template, incidents: Sequence[Incident]) -> None:
        """The template's edits, previewed even for one incident."""
        if fault := fault_of(template):
            self.notify(fault, severity="error", timeout=15, markup=False)
            return
        try:
            wanted = {one.id: change_of(template, one, self.workspace.me) for one in incidents}
        except UsageProblem as problem:
            self.m365d.report(problem)
            return
        changes = {key: change for key, change in wanted.items() if change is not None}
        if changes:
            await self._send_each(changes, title=visible(template.name))
        else:
            self.notify("That is how they are already; nothing was sent.", markup=False)

    def action_write_comment_command(self) -> None:
        """Open the composer, with the draft that was left there."""
        self._ask(self._comment())

    async def _comment(self) -> None:
        if not (incidents := await self.targets()):
            return
        drafts = self.m365d.drafts
        place = f"{self.workspace.profile.tenant_key}/{self.draft_place(incidents)}"
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

    def draft_place(self, incidents: Sequence[Incident]) -> str:
        """Under which name the draft of a comment is kept."""
        return ",".join(sorted(incident.id for incident in incidents))

    def open_link(self, incident: Incident) -> None:
        """Open an incident in the portal, and copy its address for a browser elsewhere."""
        profile = self.workspace.profile
        link = incident.web_url
        if not link.startswith("https://"):
            tenant = incident.tenant_id or profile.tenant_id
            key, tenant = quote(incident.id, safe=""), quote(tenant, safe="")
            link = f"{profile.cloud.portal}/incidents/{key}?tid={tenant}"
        browse(self.app, visible(link))


def _listed(typed: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag for part in typed.split(",") if (tag := part.strip())))
