"""Edits as wishes: whether they make sense, what they do to an incident, how to take them back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec
from msgspec import UNSET

from tui.api.records import DETERMINATIONS, Comment, Incident, IncidentChange
from tui.errors import UsageProblem
from tui.incidents.facts import storable

FIELDS = tuple(name for name in IncidentChange.__struct_fields__ if name != "comment")
"""What an edit can change and an undo can change back."""

_WORDS = {
    "inProgress": "being worked on",
    "awaitingAction": "awaiting action",
    "resolved": "closed",
    "redirected": "merged",
    "unknown": "not set",
}


def tidy(change: IncidentChange) -> IncidentChange:
    """The change as it can be kept and sent: an empty owner is nobody, each tag stands once."""
    fields: dict[str, object] = {}
    for name in asked_fields(change):
        value = getattr(change, name)
        if name == "tags":
            stripped = (storable(tag).strip() for tag in value)
            fields[name] = tuple(dict.fromkeys(tag for tag in stripped if tag))
        elif isinstance(value, str):
            text = storable(value)
            fields[name] = (text.strip() or None) if name == "assigned_to" else text
    return msgspec.structs.replace(change, **fields)


def check(change: IncidentChange, supports: frozenset[str] | None = None) -> None:
    """See that a change can be asked for.

    Args:
        supports: Fields that the service can write; None where that is not known yet.

    Raises:
        UsageProblem: It changes nothing, a field cannot be written, the comment is empty,
            or the determination is none of its classification.
    """
    asked = asked_fields(change)
    if not asked:
        raise UsageProblem("Nothing is changed")
    if supports is not None and (unknown := [name for name in asked if name not in supports]):
        raise UsageProblem(
            f"This API cannot change {' and '.join(map(_plain, unknown))}",
            remedy="Microsoft Graph may; the portal can.",
        )
    if change.comment is not UNSET and not change.comment.strip():
        raise UsageProblem("The comment is empty")
    determination, classification = change.determination, change.classification
    if determination is UNSET or determination == "unknown" or classification is UNSET:
        return
    fitting = DETERMINATIONS.get(classification)
    if fitting is not None and determination not in fitting:
        raise UsageProblem(
            f"{spaced(determination)} is no determination of {spaced(classification)}",
            remedy=f"These are: {', '.join(map(spaced, fitting))}.",
        )


def completed(change: IncidentChange, incident: Incident | None) -> IncidentChange:
    """The change with what it implies for this incident.

    A determination alone is sent with the classification it belongs to; a classification
    that the present determination does not fit takes that back.

    Raises:
        UsageProblem: The determination fits neither.
    """
    if incident is None:
        return change
    if change.determination is not UNSET and change.classification is UNSET:
        joined = msgspec.structs.replace(change, classification=incident.classification)
        check(joined)
        return joined
    if change.classification is not UNSET and change.determination is UNSET:
        fitting = DETERMINATIONS.get(change.classification, ())
        if incident.determination != "unknown" and incident.determination not in fitting:
            return msgspec.structs.replace(change, determination="unknown")
    return change


def parts(change: IncidentChange) -> list[IncidentChange]:
    """The change as the requests it takes: the fields, then the comment."""
    if change.comment is UNSET:
        return [change]
    comment = IncidentChange(comment=change.comment)
    fields = msgspec.structs.replace(change, comment=UNSET)
    return [fields, comment] if asked_fields(fields) else [comment]


def asked_fields(change: IncidentChange) -> tuple[str, ...]:
    """Names of the fields that the change sets."""
    return tuple(
        name for name in IncidentChange.__struct_fields__ if getattr(change, name) is not UNSET
    )


def applied(
    incident: Incident,
    changes: Iterable[tuple[IncidentChange, datetime]],
    author: str = "",
) -> Incident:
    """The incident as it will be when the changes, each made at its time, are delivered."""
    for change, made in changes:
        fields = {name: getattr(change, name) for name in FIELDS if name in asked_fields(change)}
        if change.comment is not UNSET:
            comment = Comment(text=change.comment, author=author, created=made)
            fields["comments"] = (*incident.comments, comment)
        incident = msgspec.structs.replace(incident, **fields)
    return incident


def former(incident: Incident, change: IncidentChange) -> IncidentChange | None:
    """The change that takes this one back; None where nothing can be taken back."""
    names = [name for name in asked_fields(change) if name in FIELDS]
    if not names:
        return None
    return IncidentChange(**{name: getattr(incident, name) for name in names})


def describe(change: IncidentChange) -> str:
    """The change in words: "status closed, assigned to nobody"."""
    said: list[str] = []
    for name in asked_fields(change):
        value = getattr(change, name)
        if name == "assigned_to":
            said.append(f"assigned to {value or 'nobody'}")
        elif name == "tags":
            said.append(f"tags {', '.join(value)}" if value else "no tags")
        elif name == "comment":
            said.append("a comment")
        else:
            said.append(f"{name} {spaced(value)}")
    return ", ".join(said)


def spaced(value: str) -> str:
    """A value of the service in words: `multiStagedAttack` is "multi staged attack"."""
    if value in _WORDS:
        return _WORDS[value]
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in value).strip()


def _plain(name: str) -> str:
    return {"assigned_to": "the owner"}.get(name, f"the {name}")
