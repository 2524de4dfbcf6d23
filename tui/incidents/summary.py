"""What happened in an incident, in a few sentences made of its data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from tui.api.records import Alert, Evidence, Incident
from tui.incidents.entities import all_evidence
from tui.incidents.filter_words import source_words
from tui.incidents.priority import tactics_of
from tui.incidents.tactics import words_of
from tui.text import visible

_NAMED = 3
_BADNESS = {"malicious": 0, "suspicious": 1, "unknown": 2}


Met = dict[tuple[str, str], tuple[Evidence, int]]
"""Entities by kind and folded title, in order of appearance: the worst of each, and how often."""


def met(evidence: Iterable[Evidence]) -> Met:
    """Entities that are the same thing as one."""
    found: Met = {}
    for one in evidence:
        key = (one.kind, one.title.casefold())
        known = found.get(key)
        if known is None:
            found[key] = (one, 1)
        else:
            worst = one if _badness(one) < _badness(known[0]) else known[0]
            found[key] = (worst, known[1] + 1)
    return found


def summary_of(incident: Incident, known: Met | None = None) -> str:
    """One paragraph: when, seen by whom, how far it got, on what, and what is known of it.

    Service text in it is made visible. An incident without alerts says so.

    Args:
        known: `met` of its entities, where that is at hand.
    """
    if known is None:
        known = met(all_evidence(incident))
    said = [_opening(incident)]
    if reached := tactics_of(incident):
        said.append(f"It reached {_listed([words_of(name) for name in reached])}.")
    assets = [
        text
        for noun, kinds in (("device", ("device",)), ("user", ("user",)), ("mailbox", ("mailbox",)))
        if (text := _assets(noun, _titles(known, kinds)))
    ]
    if assets:
        said.append(f"Involved {'is' if _one(known) else 'are'} {_listed(assets)}.")
    if verdicts := _verdicts(known):
        said.append(verdicts)
    return " ".join(said)


def span_of(incident: Incident) -> tuple[datetime, datetime] | None:
    """From the first activity to the last; None where no alert says when."""
    times = [
        at
        for alert in incident.alerts
        for at in (alert.first_activity, alert.last_activity, alert.created)
        if at is not None
    ]
    if not times:
        return None
    active = [
        at
        for alert in incident.alerts
        for at in (alert.first_activity, alert.last_activity)
        if at is not None
    ]
    return min(active or times), max(active or times)


def began(alert: Alert) -> datetime | None:
    """When what an alert tells of began, as far as it says."""
    return alert.first_activity or alert.created or alert.last_activity


def different(evidence: Iterable[Evidence]) -> list[tuple[Evidence, int]]:
    """Entities that are the same thing as one, with how often it was named; the worst first."""
    return sorted(met(evidence).values(), key=lambda pair: _badness(pair[0]))


def span_words(span: timedelta) -> str:
    """A span in words: "1 h 28 min", "3 days 4 h"."""
    minutes = max(0, round(span.total_seconds() / 60))
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} day{'s' if days > 1 else ''}{f' {hours} h' if hours else ''}"
    if hours:
        return f"{hours} h{f' {minutes} min' if minutes else ''}"
    return f"{minutes} min" if minutes else "less than a minute"


def _opening(incident: Incident) -> str:
    count = len(incident.alerts)
    if not count:
        return "No alerts came with this incident."
    alerts = "One alert" if count == 1 else f"{count} alerts"
    sources = list(
        dict.fromkeys(
            visible(source_words(alert.service_source))
            for alert in incident.alerts
            if alert.service_source not in ("", "unknown")
        )
    )
    by = f" of {_listed(sources)}" if sources else ""
    span = span_of(incident)
    if span is None:
        return f"{alerts}{by} tell{'s' if count == 1 else ''} of it, without saying when."
    first, last = span
    if last - first < timedelta(minutes=1):
        return f"{alerts}{by} told of it on {first:%Y-%m-%d at %H:%M} UTC."
    until = f"{last:%H:%M}" if first.date() == last.date() else f"{last:%Y-%m-%d %H:%M}"
    when = f"between {first:%Y-%m-%d %H:%M} and {until} UTC ({span_words(last - first)})"
    return f"{alerts}{by} told of it {when}."


def _one(known: Met) -> bool:
    return len(_titles(known, ("device", "user", "mailbox"))) == 1


def _titles(known: Met, kinds: Sequence[str]) -> list[str]:
    return list(
        {folded: one.title for (kind, folded), (one, _) in known.items() if kind in kinds}.values()
    )


def _assets(noun: str, titles: Sequence[str]) -> str:
    if not titles:
        return ""
    plural = {"mailbox": "mailboxes"}.get(noun, f"{noun}s")
    names = ", ".join(visible(title)[:80] for title in titles[:_NAMED])
    if len(titles) == 1:
        return f"the {noun} {names}"
    more = ", …" if len(titles) > _NAMED else ""
    return f"{len(titles):,} {plural} ({names}{more})"


def _verdicts(known: Met) -> str:
    found = [one for one, _ in known.values()]
    if not found:
        return ""
    verdicts = Counter(one.verdict for one in found)
    bad = [f"{verdicts[v]} {v}" for v in ("malicious", "suspicious") if verdicts[v]]
    done = sum(
        one.remediation_status in ("remediated", "prevented", "blocked")
        for one in found
        if one.verdict in ("malicious", "suspicious")
    )
    things = "1 entity" if len(found) == 1 else f"{len(found):,} entities"
    if not bad:
        return f"None of its {things} is found malicious." if len(found) > 1 else ""
    after = f"; {done} of these remediated, prevented or blocked" if done else "; none remediated"
    return f"Of {things}, {_listed(bad)}{after}."


def _badness(one: Evidence) -> int:
    return _BADNESS.get(one.verdict, 3)


def _listed(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
