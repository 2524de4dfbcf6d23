"""Whether somebody else changed what an edit is about, since the edit was made."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec import UNSET

from tui.api.records import Incident, IncidentChange
from tui.incidents.edits import FIELDS, asked_fields, spaced, subject


def theirs(
    change: IncidentChange, upon: Iterable[IncidentChange], current: Incident
) -> IncidentChange | None:
    """The fields of the change that somebody else set otherwise meanwhile; None where none.

    Args:
        upon: Values that the edit was made upon; a field that none of them has is not compared.
        current: The incident as the service has it now.
    """
    known = list(upon)
    about = subject(current, change)
    if about is None:
        return None
    found: dict[str, object] = {}
    for name in asked_fields(change):
        if name not in FIELDS:
            continue
        held = getattr(about, name)
        if _same(name, held, getattr(change, name)):
            continue
        bases = [value for base in known if (value := getattr(base, name)) is not UNSET]
        if bases and not any(_same(name, held, value) for value in bases):
            found[name] = held
    return msgspec.structs.replace(IncidentChange(alert=change.alert), **found) if found else None


def done_already(change: IncidentChange, current: Incident) -> bool:
    """Whether the service has all that the change asks for."""
    about = subject(current, change)
    return (
        about is not None
        and change.comment is UNSET
        and all(
            _same(name, getattr(about, name), getattr(change, name))
            for name in asked_fields(change)
        )
    )


def left_undone(change: IncidentChange, former: Incident, now: Incident) -> tuple[str, ...]:
    """The fields of the change that are as they were before it.

    One that is neither what it was nor what was asked for counts as changed: services write
    some values in their own way.
    """
    before, after = subject(former, change), subject(now, change)
    if before is None or after is None:
        return ()
    return tuple(
        name
        for name in asked_fields(change)
        if name in FIELDS
        and not _same(name, getattr(after, name), getattr(change, name))
        and _same(name, getattr(after, name), getattr(before, name))
    )


def unmade(change: IncidentChange, names: Iterable[str], now: Incident) -> str:
    """That the service took a change and did not make it, as a sentence."""
    about = subject(now, change)
    kept: list[str] = []
    for name in names:
        value = getattr(about, name)
        if name == "assigned_to":
            kept.append(f"it is still assigned to {value or 'nobody'}")
        elif name == "tags":
            kept.append(f"the tags are still {', '.join(value) or 'none'}")
        else:
            shown = value if name == "name" else spaced(value)
            kept.append(f"the {name} is still “{shown}”")
    return f"The service took it, but {' and '.join(kept)}."


def explain(change: IncidentChange) -> str:
    """What somebody else did, as a sentence."""
    said: list[str] = []
    for name in asked_fields(change):
        value = getattr(change, name)
        if name == "assigned_to":
            said.append(f"assigned it to {value or 'nobody'}")
        elif name == "tags":
            said.append(f"set the tags to {', '.join(value)}" if value else "took all tags away")
        elif name == "name":
            said.append(f"named it “{value}”")
        else:
            said.append(f"set the {name} to “{spaced(value)}”")
    return f"Somebody else {' and '.join(said)} meanwhile."


def _same(name: str, one: object, other: object) -> bool:
    if name == "tags":
        assert isinstance(one, tuple | list)
        assert isinstance(other, tuple | list)
        return {str(tag).casefold() for tag in one} == {str(tag).casefold() for tag in other}
    if name == "name":
        return one == other
    return str(one or "").casefold() == str(other or "").casefold()
