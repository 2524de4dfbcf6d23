"""What the report of an incident says: its texts made visible and defanged, not yet escaped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tui.api.records import Alert, Comment, Evidence, Incident
from tui.incidents.defang import defanged, defanged_prose
from tui.incidents.edits import spaced
from tui.incidents.entities import all_evidence
from tui.incidents.filter_words import source_words
from tui.incidents.priority import priority_of
from tui.incidents.summary import began, different, summary_of
from tui.incidents.tactics import words_of
from tui.text import visible, visible_lines

MOST_EVIDENCE = 500
"""Rows of the evidence table; how many were left out is said."""

_INDICATORS = {
    "ip": "address",
    "url": "URL",
    "dns": "domain",
    "fileHash": "hash",
}
_KIND_WORDS = {
    "ip": "address",
    "url": "URL",
    "analyzedMessage": "mail",
    "mailCluster": "group of mails",
    "fileHash": "hash",
    "dns": "domain",
}


@dataclass(frozen=True, slots=True)
class AlertLine:
    """An alert of the report; texts are visible, not escaped."""

    when: datetime | None
    until: datetime | None
    """The end of its activity, where that is later."""
    title: str
    severity: str
    category: str
    tactic: str
    techniques: str
    source: str
    description: str


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """An entity of the report."""

    kind: str
    title: str
    verdict: str
    remediation: str
    roles: str
    times: int
    """How often alerts name it."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a report says, in order; all texts are visible and defanged, none is escaped."""

    id: str
    title: str
    facts: tuple[tuple[str, str], ...]
    story: str
    """What the service or a person wrote of it; may be empty."""
    summary: str
    """What its data say."""
    alerts: tuple[AlertLine, ...]
    evidence: tuple[EvidenceLine, ...]
    left_out: int
    indicators: tuple[tuple[str, str], ...]
    comments: tuple[tuple[str, str, str], ...]
    """When, by whom, and what."""
    made: str


def gather(incident: Incident, now: datetime) -> Report:
    """What the report of an incident says."""
    told = different(all_evidence(incident))
    never = datetime.max.replace(tzinfo=UTC)
    alerts = sorted(incident.alerts, key=lambda alert: began(alert) or never)
    return Report(
        id=visible(incident.id),
        title=defanged_prose(visible(incident.name)) or f"Incident {visible(incident.id)}",
        facts=_facts(incident, now),
        story=defanged_prose(visible_lines(incident.summary or incident.description)).strip(),
        summary=defanged_prose(summary_of(incident)),
        alerts=tuple(_alert(alert) for alert in alerts),
        evidence=tuple(_evidence(one, count) for one, count in told[:MOST_EVIDENCE]),
        left_out=max(0, len(told) - MOST_EVIDENCE),
        indicators=_indicators([one for one, _ in told]),
        comments=tuple(map(_comment, incident.comments)),
        made=stamp(now),
    )


def stamp(at: datetime | None) -> str:
    """A time as reports write it."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if at else ""


def _facts(incident: Incident, now: datetime) -> tuple[tuple[str, str], ...]:
    priority = priority_of(incident, now)
    classified = spaced(incident.classification)
    if incident.determination != "unknown":
        classified += f", {spaced(incident.determination)}"
    given = (
        ("Severity", incident.severity),
        ("Status", spaced(incident.status)),
        ("Assigned to", incident.assigned_to or "nobody"),
        ("Classification", classified),
        ("Priority", f"{priority.score} of 100: {', '.join(priority.reasons)}"),
        ("Created", stamp(incident.created)),
        ("Updated", stamp(incident.updated)),
        ("Tags", ", ".join((*incident.tags, *incident.system_tags))),
        ("Merged into", incident.redirect_id or ""),
    )
    return tuple((name, visible(value)) for name, value in given if value)


def _alert(alert: Alert) -> AlertLine:
    return AlertLine(
        when=(when := began(alert)),
        until=alert.last_activity
        if when and alert.last_activity and alert.last_activity > when
        else None,
        title=defanged_prose(visible(alert.title)) or visible(alert.id),
        severity=visible(alert.severity),
        category=alert.category,
        tactic=visible(words_of(alert.category)) if alert.category else "uncategorised",
        techniques=visible(", ".join(alert.mitre_techniques)),
        source=visible(source_words(alert.service_source)),
        description=defanged_prose(visible_lines(alert.description)).strip(),
    )


def _evidence(one: Evidence, times: int) -> EvidenceLine:
    return EvidenceLine(
        kind=visible(_KIND_WORDS.get(one.kind, spaced(one.kind))),
        title=_title(one),
        verdict=visible(spaced(one.verdict)) if one.verdict != "unknown" else "no verdict",
        remediation=visible(spaced(one.remediation_status)),
        roles=visible(", ".join(spaced(role) for role in one.roles)),
        times=times,
    )


def _title(one: Evidence) -> str:
    title = visible(one.title)
    return defanged(title) if one.kind in ("ip", "url", "dns") else defanged_prose(title)


def _indicators(evidence: Sequence[Evidence]) -> tuple[tuple[str, str], ...]:
    """Addresses, URLs, hashes and senders of what is malicious or suspicious, each once."""
    found: dict[tuple[str, str], None] = {}
    for one in evidence:
        if one.verdict not in ("malicious", "suspicious"):
            continue
        if kind := _INDICATORS.get(one.kind):
            found[kind, defanged(visible(one.title))] = None
        for group in ("fileDetails", "imageFile"):
            inner = one.fields.get(group)
            if isinstance(inner, dict):
                for name in ("sha256", "sha1", "md5"):
                    if isinstance(inner.get(name), str) and inner[name]:
                        found[name.upper(), visible(inner[name])] = None
                        break
        for name in ("p1Sender", "p2Sender"):
            sender = one.fields.get(name)
            address = sender.get("emailAddress") if isinstance(sender, dict) else None
            if isinstance(address, str) and address:
                found["sender", defanged(visible(address))] = None
    return tuple(found)


def _comment(comment: Comment) -> tuple[str, str, str]:
    text = defanged_prose(visible_lines(comment.text)).strip()
    return stamp(comment.created), visible(comment.author) or "somebody", text
