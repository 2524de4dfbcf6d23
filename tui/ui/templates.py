"""Templates of the settings: what they change of an incident."""

from __future__ import annotations

from msgspec import UNSET

from tui.api.records import Incident, IncidentChange
from tui.config import Template
from tui.errors import UsageProblem
from tui.incidents.edits import check
from tui.text import visible
from tui.ui.changes import change_words


def change_of(template: Template, incident: Incident, me: str | None) -> IncidentChange | None:
    """What a template asks for of an incident as it is; None where that is nothing.

    Raises:
        UsageProblem: It assigns to `me`, and who that is is not known.
    """
    tags = tuple(
        dict.fromkeys(
            tag
            for tag in (*incident.tags, *template.tags_add)
            if tag.casefold() not in {gone.casefold() for gone in template.tags_remove}
        )
    )
    owner: str | None = template.assigned_to
    if owner == "me":
        if not me:
            raise UsageProblem(
                "Nobody knows who you are", remedy="Set me under [ui] in the settings."
            )
        owner = me
    elif owner in ("none", "nobody"):
        owner = None
    change = IncidentChange(
        status=template.status or UNSET,
        assigned_to=owner if template.assigned_to else UNSET,
        classification=template.classification or UNSET,
        determination=template.determination or UNSET,
        severity=template.severity or UNSET,
        tags=tags if tags != incident.tags else UNSET,
        comment=template.comment or UNSET,
    )
    return change if change != IncidentChange() else None


def template_words(template: Template) -> str:
    """What a template does, in words."""
    blank = Incident(id="")
    change = change_of(template, blank, "me")
    said = [change_words(change)] if change is not None else []
    said += [f"without {visible(tag)}" for tag in template.tags_remove]
    return ", ".join(one for one in said if one)


def fault_of(template: Template) -> str:
    """What is wrong with a template, as a sentence; empty where nothing is."""
    change = change_of(template, Incident(id=""), "me")
    if change is None:
        return ""
    try:
        check(change)
    except UsageProblem as problem:
        return f"The template “{visible(template.name)}” cannot be used. {visible(str(problem))}"
    return ""
