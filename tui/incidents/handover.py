"""A shift's end in one page: what I closed, took and changed, what waits, what arrived unread.

It tells what this program did and what its cache knows; what was done in the portal shows
only where it is somebody's open incident or an arrival.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from msgspec import UNSET

from tui.api.records import Incident
from tui.incidents.changes import Edit
from tui.incidents.defang import defanged_prose
from tui.incidents.edits import describe
from tui.incidents.reading import QueueReading
from tui.incidents.report_markdown import escaped
from tui.incidents.summary import span_words
from tui.text import visible

_MOST_ARRIVED = 50
_MOST_OPEN = 50
_COMMENT = 200


@dataclass(frozen=True, slots=True)
class Done:
    """What was done to one incident in the shift."""

    incident: Incident
    edits: tuple[Edit, ...]


@dataclass(slots=True)
class Handover:
    """What a shift hands over. Lists are newest first, except edits within `Done`."""

    since: datetime
    until: datetime
    me: str | None
    closed: list[Done] = field(default_factory=list)
    taken: list[Done] = field(default_factory=list)
    changed: list[Done] = field(default_factory=list)
    waiting: list[tuple[Incident, Edit]] = field(default_factory=list)
    """Edits that are not delivered: pending, refused, or in conflict."""
    still_mine: list[Incident] = field(default_factory=list)
    awaiting: list[Incident] = field(default_factory=list)
    """Whoever's: what waits for somebody to act."""
    arrived: list[Incident] = field(default_factory=list)
    """Created in the shift and not seen, or changed by others and not seen since."""
    more_arrived: int = 0
    more_mine: int = 0
    more_awaiting: int = 0


async def gather(queue: QueueReading, since: datetime, until: datetime | None = None) -> Handover:
    """What the cache and the outbox know of a shift.

    Args:
        since: When it began (aware).
        until: When it ends; now unless given.
    """
    end = until or queue.now()
    page = Handover(since, end, queue.me)
    done: dict[str, list[Edit]] = {}
    in_shift, undone = set(), set()
    for edit in await queue.history():
        if edit.state == "confirmed":
            if since <= (edit.settled or edit.created) <= end:
                done.setdefault(edit.incident_id, []).append(edit)
                in_shift.add(edit.id)
                if edit.undoes in in_shift:
                    # What was done and taken back in one shift is nothing to hand over.
                    undone |= {edit.undoes, edit.id}
        else:
            known = await queue.incident(edit.incident_id) or Incident(edit.incident_id)
            page.waiting.append((known, edit))
    for incident_id, edits in reversed(done.items()):
        kept = tuple(edit for edit in edits if edit.id not in undone)
        if not kept:
            continue
        incident = await queue.incident(incident_id) or Incident(incident_id)
        _place(page, Done(incident, kept))
    if queue.me:
        mine, page.more_mine = await _found(queue, "assigned:me status:open", _MOST_OPEN)
        page.still_mine = mine
    waits = await _found(queue, "status:awaitingAction", _MOST_OPEN)
    page.awaiting, page.more_awaiting = waits
    unread = await queue.unread()
    page.more_arrived = max(0, len(unread) - _MOST_ARRIVED)
    for incident_id in unread[:_MOST_ARRIVED]:
        if (unseen := await queue.incident(incident_id)) is not None:
            page.arrived.append(unseen)
    return page


def _place(page: Handover, done: Done) -> None:
    me = (page.me or "").casefold()
    statuses = [e.change.status for e in done.edits if e.change.status is not UNSET]
    owners = [e.change.assigned_to for e in done.edits if e.change.assigned_to is not UNSET]
    if statuses and statuses[-1] == "resolved":
        page.closed.append(done)
    elif owners and owners[-1] and (owners[-1].casefold() == me or not me):
        page.taken.append(done)
    else:
        page.changed.append(done)


async def _found(queue: QueueReading, text: str, most: int) -> tuple[list[Incident], int]:
    source = queue.source(["id"])
    await source.filter(text)
    rows = await source.window(0, most)
    found = [await queue.incident(row.key) for row in rows]
    more = max(0, await source.count() - most)
    return [one for one in found if one is not None], more


def to_markdown(page: Handover) -> str:
    """The page as Markdown; service text in it is escaped and defanged."""
    start, end = page.since.astimezone(UTC), page.until.astimezone(UTC)
    until = f"{end:%H:%M}" if start.date() == end.date() else f"{end:%Y-%m-%d %H:%M}"
    who = f" of {escaped(visible(page.me))}" if page.me else ""
    lines = [
        f"# Handover{who}, {start:%Y-%m-%d %H:%M} to {until} UTC",
        "",
        _totals(page),
    ]
    for title, group in (
        ("Closed", page.closed),
        ("Taken", page.taken),
        ("Changed", page.changed),
    ):
        if group:
            lines += ["", f"## {title}", ""]
            lines += [f"- {_line(done.incident)}: {_done(done.edits)}" for done in group]
    if page.waiting:
        lines += ["", "## Waiting", ""]
        lines += [f"- {_line(incident)}: {_waiting(edit)}" for incident, edit in page.waiting]
    if page.still_mine:
        lines += ["", "## Still open with me", ""]
        lines += [
            f"- {_line(incident)}{_age(incident, page.until)}" for incident in page.still_mine
        ]
        lines += [f"- and {page.more_mine} more"] if page.more_mine else []
    if page.awaiting:
        lines += ["", "## Awaiting action", ""]
        lines += [f"- {_line(one)}: {_with(one, page)}" for one in page.awaiting]
        lines += [f"- and {page.more_awaiting} more"] if page.more_awaiting else []
    if page.arrived:
        lines += ["", "## Arrived or changed, unread", ""]
        lines += [f"- {_line(one)}{_age(one, page.until)}" for one in page.arrived]
        lines += [f"- and {page.more_arrived} more"] if page.more_arrived else []
    return "\n".join(lines) + "\n"


def _totals(page: Handover) -> str:
    counts = (
        (len(page.closed), "closed"),
        (len(page.taken), "taken"),
        (len(page.changed), "changed"),
        (len(page.waiting), "waiting"),
        (len(page.arrived) + page.more_arrived, "unread"),
    )
    said = [f"{count} {word}" for count, word in counts if count]
    return f"{', '.join(said)}." if said else "Nothing was done and nothing arrived."


def _line(incident: Incident) -> str:
    name = escaped(defanged_prose(visible(incident.name)))[:300]
    number = escaped(visible(incident.id))
    grave = f" ({escaped(visible(incident.severity))})" if incident.severity != "unknown" else ""
    return f"**{number}** {name}{grave}" if name else f"**{number}**"


def _done(edits: Sequence[Edit]) -> str:
    said = [_words(edit) for edit in edits]
    last = edits[-1].settled or edits[-1].created
    return f"{'; '.join(dict.fromkeys(said))} ({last.astimezone(UTC):%H:%M})"


def _words(edit: Edit) -> str:
    if edit.change.comment is not UNSET:
        text = defanged_prose(visible(" ".join(edit.change.comment.split())))
        return f"commented “{escaped(text[:_COMMENT])}{'…' * (len(text) > _COMMENT)}”"
    return escaped(visible(describe(edit.change)))


def _waiting(edit: Edit) -> str:
    state = {"failed": "refused", "conflict": "in conflict"}.get(edit.state, "not sent yet")
    why = escaped(defanged_prose(visible(edit.why)))
    return f"{_words(edit)}, {state}{f': {why}' if why else ''}"


def _with(incident: Incident, page: Handover) -> str:
    owner = incident.assigned_to
    if owner and page.me and owner.casefold() == page.me.casefold():
        whom = "with me"
    else:
        whom = f"with {escaped(visible(owner))}" if owner else "with nobody"
    if incident.updated is None:
        return whom
    return f"{whom}, unchanged for {span_words(page.until - incident.updated)}"


def _age(incident: Incident, now: datetime) -> str:
    parts: list[str] = []
    if incident.created is not None:
        parts.append(f"{span_words(now - incident.created)} old")
    if incident.assigned_to is None:
        parts.append("nobody's")
    return f", {', '.join(parts)}" if parts else ""


async def handover(queue: QueueReading, since: datetime, until: datetime | None = None) -> str:
    """The page of a shift as Markdown; see `gather` and `to_markdown`."""
    return to_markdown(await gather(queue, since, until))
