"""Until when incidents must be answered, by rules of the settings.

The first rule whose filter lets an incident through counts. Time runs from its creation: to
`respond` until somebody owns it or works on it, to `resolve` until it is closed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

from tui.api.records import Incident
from tui.config import SlaRule
from tui.errors import UsageProblem
from tui.incidents.asking import understood
from tui.incidents.facts import moment, ticks

if TYPE_CHECKING:
    from tui.incidents.cache import Cache
    from tui.incidents.filters import Filter

CLOSED = ("resolved", "redirected")
"""Statuses (folded) of incidents that nobody has to answer any more."""
_SOON = 4
"""The last of so many equal parts of a time is soon over."""


class Deadline(Struct, frozen=True):
    """Until when one incident must be answered."""

    due: datetime
    span: timedelta
    """From its creation until then."""
    step: str
    """`respond` or `resolve`."""
    rule: SlaRule

    def state(self, now: datetime) -> str:
        """`late`, `soon` or `good`."""
        return state_of(self.due, self.span, now)


def state_of(due: datetime, span: timedelta, now: datetime) -> str:
    """`late`, `soon` (in the last quarter of the time) or `good`."""
    if now >= due:
        return "late"
    return "soon" if due - now <= span / _SOON else "good"


class Deadlines(Struct, frozen=True):
    """Rules understood."""

    rules: tuple[tuple[SlaRule, Filter], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.rules)

    def sql(self, now: datetime) -> tuple[str, list[object]]:
        """The microseconds from creation to the deadline over the table `incident`, or NULL."""
        values: list[object] = []
        cases: list[str] = []
        for rule, chosen in self.rules:
            where, given = chosen.sql(now)
            values += given
            resolve = "NULL" if rule.resolve is None else str(_microseconds(rule.resolve))
            open_span = min(span for span in (rule.respond, rule.resolve) if span is not None)
            respond = str(_microseconds(open_span))
            cases.append(
                f"WHEN {where} THEN iif(incident.status_key = 'active'"
                f" AND incident.owner_key = '', {respond}, {resolve})"
            )
        closed = ", ".join(f"'{status}'" for status in CLOSED)
        return (
            f"CASE WHEN incident.status_key IN ({closed}) THEN NULL {' '.join(cases)} END",
            values,
        )

    def of(self, incident: Incident, now: datetime) -> Deadline | None:
        """The deadline of an incident; None where there is none."""
        if incident.created is None or incident.status.casefold() in CLOSED:
            return None
        waits = incident.status.casefold() == "active" and not incident.assigned_to
        for rule, chosen in self.rules:
            if not chosen.matches(incident, now):
                continue
            spans = {"resolve": rule.resolve, "respond": rule.respond if waits else None}
            known = {step: span for step, span in spans.items() if span is not None}
            if not known:
                return None
            step = min(known, key=lambda name: known[name])
            due = moment(ticks(incident.created) + _microseconds(known[step]))
            return Deadline(due, known[step], step, rule)
        return None


def _microseconds(span: timedelta) -> int:
    return span // timedelta(microseconds=1)


async def deadlines_of(
    cache: Cache, rules: Sequence[SlaRule], me: str | None
) -> tuple[Deadlines, list[UsageProblem]]:
    """Understand rules; those whose filter is none are left out, and why is told."""
    made: list[tuple[SlaRule, Filter]] = []
    problems: list[UsageProblem] = []
    for rule in rules:
        try:
            made.append((rule, await understood(cache, rule.filter, me)))
        except UsageProblem as problem:
            problems.append(problem)
    return Deadlines(tuple(made)), problems
