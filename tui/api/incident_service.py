"""What both dialects of the incidents share: updates and comments that are sent once."""

from __future__ import annotations

import html
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from tui.api.decode import decode_incident
from tui.api.records import Comment, Incident, IncidentChange
from tui.errors import BadAnswer, ServiceProblem, Unreachable, UsageProblem
from tui.text import visible

_ID = re.compile(r"\w[\w-]{0,127}", re.ASCII)
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>")
_LONG = 200
"""Characters of a comment that was cut short and is still known again."""
_TOLERANCE = timedelta(seconds=5)
"""By which the clock of the service's records and that of its answers may differ."""

FIELD_NAMES = {
    "status": "status",
    "assigned_to": "owner",
    "classification": "classification",
    "determination": "determination",
    "tags": "tags",
    "severity": "severity",
    "name": "name",
    "comment": "comment",
}


def checked_id(incident_id: str) -> str:
    """The id, where it is one: it becomes a part of an address.

    Raises:
        UsageProblem: It is none.
    """
    if not _ID.fullmatch(incident_id):
        raise UsageProblem(
            f"“{visible(incident_id[:60])}” is no incident id",
            remedy="An id is a number such as 924565, as the list shows it.",
        )
    return incident_id


def wanted(change: IncidentChange, supports: frozenset[str], service: str) -> dict[str, object]:
    """The fields that a change sets, under our names.

    Raises:
        UsageProblem: It sets none, or one that the service cannot write.
    """
    found = {
        name: value
        for name in change.__struct_fields__
        if name != "alert" and (value := getattr(change, name)) is not msgspec.UNSET
    }
    if not found:
        raise UsageProblem("There is nothing to change")
    if change.alert is not msgspec.UNSET and "alert" not in supports:
        raise no_alerts(service)
    for name in found:
        if name not in supports:
            raise UsageProblem(
                f"The {FIELD_NAMES.get(name, name)} cannot be changed",
                f"{service} has no way to do that",
                'Graph can: use a profile with api = "graph".'
                if service.startswith("the classic")
                else "",
            )
    return found


def no_alerts(service: str) -> UsageProblem:
    """That a service changes no alerts."""
    return UsageProblem(
        "Alerts cannot be changed",
        f"{service} has no way to do that",
        'Graph can: use a profile with api = "graph".',
    )


def arrived(comments: Sequence[Comment], text: str, since: datetime) -> bool:
    """Whether a comment that was sent at `since` is among these."""
    wanted_text = _folded(text)
    return any(
        _alike(_folded(comment.text), wanted_text)
        and comment.created is not None
        and comment.created >= since - _TOLERANCE
        for comment in comments
    )


def _folded(text: str) -> str:
    """A comment's text as it is compared: services trim it, change its line ends and escape it."""
    return " ".join(_TAG.sub(" ", html.unescape(text)).split())


def _alike(kept: str, sent: str) -> bool:
    """Whether a service kept what was sent, all of it or its long beginning."""
    return kept == sent or (len(kept) >= _LONG and sent.startswith(kept))


def both(odata: str | None, updated: str, since: datetime | None) -> str:
    """The condition of the caller and the one on the last change, as one."""
    parts = [f"({odata})" if odata and since else odata or ""]
    if since is not None:
        moment = since.astimezone(UTC).replace(microsecond=0)
        parts.append(f"{updated} ge {moment.isoformat().replace('+00:00', 'Z')}")
    return " and ".join(part for part in parts if part)


def not_there(incident_id: str) -> str:
    """What to do where an incident is not found."""
    return f"There is no incident {incident_id} in this tenant, or the application may not see it."


def lost(problem: Unreachable | ServiceProblem) -> bool:
    """Whether the request may have been carried out although no success came back."""
    if isinstance(problem, Unreachable):
        return problem.stage in ("send", "wait", "read")
    return isinstance(problem, BadAnswer) or problem.status >= 500


def one_incident(raw: object, what: str) -> Incident:
    """The incident of an answer that is one.

    Raises:
        BadAnswer: It is something else.
    """
    if isinstance(raw, Mapping) and isinstance(raw.get("value"), Mapping):
        raw = raw["value"]
    incident = decode_incident(raw)
    if not incident.id:
        raise BadAnswer(f"{what} failed", "JSON came that is no incident")
    return incident


async def after_change(
    changed: object, incident_id: str, reload: Callable[[], Awaitable[Incident]]
) -> Incident:
    """The incident as the answer to a change has it; loaded where that says nothing of it.

    Such an answer may lack the alerts and more. It may also be empty (204), or about
    something else: neither tells whether the change was made.
    """
    if isinstance(changed, Mapping):
        incident = decode_incident(changed)
        if incident.id == incident_id and len(changed) > 1:
            return incident
    return await reload()
