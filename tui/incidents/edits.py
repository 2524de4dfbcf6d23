"""Edits as wishes: whether they make sense, what they do to an incident, how to take them back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec
from msgspec import UNSET

from tui.api.records import (
    ALERT_FIELDS,
    DETERMINATIONS,
    Alert,
    Comment,
    Incident,
    IncidentChange,
)
from tui.errors import UsageProblem
from tui.incidents.facts import storable
from tui.text import spaced as apart

_ASKED = tuple(name for name in IncidentChange.__struct_fields__ if name != "alert")
FIELDS = tuple(name for name in _ASKED if name != "comment")
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
    if change.alert is not UNSET:
        _check_alert(asked, supports)
    elif supports is not None and (unknown := [name for name in asked if name not in supports]):
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


def _check_alert(asked: Iterable[str], supports: frozenset[str] | None) -> None:
    if supports is not None and "alert" not in supports:
        raise UsageProblem(
            "This API cannot change alerts", remedy="Microsoft Graph and the portal can."
        )
    if unknown := [name for name in asked if name not in (*ALERT_FIELDS, "comment")]:
        raise UsageProblem(f"An alert's {' and '.join(unknown)} cannot be changed")


def subject(incident: Incident, change: IncidentChange) -> Incident | Alert | None:
    """What a change is about; None where the incident has no such alert."""
    if change.alert is UNSET:
        return incident
    return next((one for one in incident.alerts if one.id == change.alert), None)


def completed(change: IncidentChange, incident: Incident | None) -> IncidentChange:
    """The change with what it implies for this incident.

    A determination alone is sent with the classification it belongs to; a classification
    that the present determination does not fit takes that back.

    Raises:
        UsageProblem: The determination fits neither.
    """
    about = None if incident is None else subject(incident, change)
    if about is None:
        return change
    if change.determination is not UNSET and change.classification is UNSET:
        joined = msgspec.structs.replace(change, classification=about.classification)
        check(joined)
        return joined
    if change.classification is not UNSET and change.determination is UNSET:
        fitting = DETERMINATIONS.get(change.classification, ())
        if about.determination != "unknown" and about.determination not in fitting:
            return msgspec.structs.replace(change, determination="unknown")
    return change


def parts(change: IncidentChange) -> list[IncidentChange]:
    """The change as the requests it takes: the fields, then the comment."""
    if change.comment is UNSET:
        return [change]
    comment = IncidentChange(alert=change.alert, comment=change.comment)
    fields = msgspec.structs.replace(change, comment=UNSET)
    return [fields, comment] if asked_fields(fields) else [comment]


def asked_fields(change: IncidentChange) -> tuple[str, ...]:
    """Names of the fields that the change sets."""
    return tuple(name for name in _ASKED if getattr(change, name) is not UNSET)


def applied(
    incident: Incident,
    changes: Iterable[tuple[IncidentChange, datetime]],
    author: str = "",
) -> Incident:
    """The incident as it will be when the changes, each made at its time, are delivered."""
    for change, made in changes:
        fields = {name: getattr(change, name) for name in FIELDS if name in asked_fields(change)}
        about = subject(incident, change)
        if about is not None and change.comment is not UNSET:
            comment = Comment(text=change.comment, author=author, created=made)
            fields["comments"] = (*about.comments, comment)
        if change.alert is not UNSET:
            fields = {
                "alerts": tuple(
                    msgspec.structs.replace(one, **fields) if one is about else one
                    for one in incident.alerts
                )
            }
        incident = msgspec.structs.replace(incident, **fields)
    return incident


def former(incident: Incident, change: IncidentChange) -> IncidentChange | None:
    """The change that takes this one back; None where nothing can be taken back."""
    names = [name for name in asked_fields(change) if name in FIELDS]
    about = subject(incident, change)
    if not names or about is None:
        return None
    return IncidentChange(alert=change.alert, **{name: getattr(about, name) for name in names})


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
    of = "" if change.alert is UNSET else f"alert {change.alert}: "
    return of + ", ".join(said)


def spaced(value: str) -> str:
    """A value of the service in words: `multiStagedAttack` is "multi staged attack"."""
    if value in _WORDS:
        return _WORDS[value]
    return apart(value)


def _plain(name: str) -> str:
    return {"assigned_to": "the owner"}.get(name, f"the {name}")
