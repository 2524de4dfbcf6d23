"""An incident in words: what the pane, the summary and an alert's page are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from tui.api.records import Alert, Comment, Evidence, Incident
from tui.incidents.priority import priority_of
from tui.incidents.tactics import TACTICS
from tui.text import calm, visible, visible_lines
from tui.ui import words
from tui.ui.page import Block, Choice, Span, field, gap, line, spans, text
from tui.ui.sparkline import sparkline

_VERDICT_ORDER = {"malicious": 0, "suspicious": 1, "unknown": 2, "nothreatsfound": 3}


def shown(value: str) -> str:
    """One line of service text for the screen."""
    return calm(visible(value))


def alert_time(alert: Alert) -> datetime | None:
    """When an alert's activity began, or the nearest to it that is known."""
    return alert.first_activity or alert.created or alert.last_activity


def in_order(alerts: Iterable[Alert]) -> list[Alert]:
    """Alerts by time; those without one come last."""
    return sorted(
        alerts,
        key=lambda alert: (
            (moment := alert_time(alert)) is None,
            moment.timestamp() if moment else 0.0,
        ),
    )


def identity(evidence: Evidence) -> tuple[str, str]:
    """What makes two pieces of evidence one entity on a page."""
    return evidence.kind, evidence.title.casefold()


def entities(incident: Incident) -> list[Evidence]:
    """Every entity of the incident once, the most telling first."""
    found: dict[tuple[str, str], Evidence] = {}
    for alert in incident.alerts:
        for evidence in alert.evidence:
            known = found.get(identity(evidence))
            if known is None or _rank(evidence) < _rank(known):
                found[identity(evidence)] = evidence
    return sorted(found.values(), key=_rank)


def _rank(evidence: Evidence) -> int:
    return _VERDICT_ORDER.get(evidence.verdict.lower(), 2)


def tactics(incident: Incident) -> list[str]:
    """The tactics reached, in the order of an attack; other categories after them."""
    return sorted({a.category for a in incident.alerts if a.category}, key=words.tactic_rank)


def _tactic_spans(incident: Incident) -> list[Span]:
    parts: list[Span] = []
    reached = tactics(incident)
    for category in reached:
        letters = TACTICS.get(category)
        if parts:
            parts.append((" · " if len(reached) <= 6 else " ", "faint"))
        grave = category in ("Impact", "Exfiltration")
        parts.append(
            (letters[0] if letters else words.tactic(category), "badbold" if grave else "")
        )
    return parts


def headline(incident: Incident, me: str | None, now: datetime) -> list[Span]:
    """Severity, status, owner and age, as one line."""
    severity, status = words.severity(incident.severity), words.status(incident.status)
    owner, tone = words.owner(incident.assigned_to, me)
    whose = {"you": "yours", "–": "nobody's"}.get(owner, f"{owner}'s")
    tone_bold = f"{severity.tone}bold" if severity.tone in ("bad", "warn", "low") else "bold"
    parts: list[Span] = [
        (f"{severity.glyph} {severity.word}", tone_bold),
        (f"   {status.glyph} {status.word}", "faint" if not status.tone else status.tone),
        (f"   {whose}", tone if tone == "accent" else "faint"),
    ]
    if incident.created:
        parts.append((f"   {words.age(incident.created, now)} old", "faint"))
    return parts


def _named(incident: Incident, kind: str, most: int = 4) -> str:
    names = [shown(e.title) for e in entities(incident) if e.kind == kind]
    if kind == "device":
        names = list(dict.fromkeys(name.split(".")[0] or name for name in names))
    rest = len(names) - most
    return "  ".join(names[:most]) + (f"  {rest} more" if rest > 0 else "")


def fact_blocks(incident: Incident, now: datetime) -> list[Block]:
    """Activity, tactics, assets and tags, where there are any."""
    blocks: list[Block] = []
    times = [moment for alert in incident.alerts if (moment := alert_time(alert))]
    times += [alert.last_activity for alert in incident.alerts if alert.last_activity]
    if times:
        first, last = min(times), max(times)
        today = now if first.astimezone().date() == last.astimezone().date() else None
        began = words.local(first, now)
        ended = words.local(last, now) if today is None else last.astimezone().strftime("%H:%M")
        blocks.append(
            field("Activity", (sparkline(times), "accent"), (f"  {began} → {ended}", "faint"))
        )
    if parts := _tactic_spans(incident):
        blocks.append(field("Tactics", *parts))
    for label, kind in (
        ("Devices", "device"),
        ("Users", "user"),
        ("Mailboxes", "mailbox"),
        ("Apps", "oauthApplication"),
    ):
        if names := _named(incident, kind):
            blocks.append(field(label, (names, "")))
    if incident.tags:
        blocks.append(field("Tags", ("  ".join(shown(tag) for tag in incident.tags), "tag")))
    if incident.system_tags:
        blocks.append(
            field("System tags", ("  ".join(shown(tag) for tag in incident.system_tags), "faint"))
        )
    return blocks


def verdict_blocks(incident: Incident) -> list[Block]:
    """How it was classified, where it was; the priority and where it went."""
    blocks: list[Block] = []
    if incident.classification.lower() != "unknown":
        said = words.spaced(incident.classification)
        if incident.determination.lower() != "unknown":
            said += f", {words.spaced(incident.determination)}"
        blocks.append(field("Classified", (said, "")))
    priority = priority_of(incident)
    tone = "bad" if priority.score > 85 else "warn" if priority.score >= 15 else "faint"
    why = " of 100" if priority.from_service else f" of 100, ours: {', '.join(priority.reasons)}"
    blocks.append(field("Priority", (str(priority.score), tone), (why, "faint")))
    if incident.redirect_id:
        blocks.append(field("Merged into", (shown(incident.redirect_id), "accent")))
    return blocks


def alert_line(alert: Alert, now: datetime) -> Block:
    """One alert: sign, time, title."""
    severity = words.severity(alert.severity)
    moment = alert_time(alert)
    when = words.local(moment, now) if moment else "no time"
    return line(
        (f"{severity.glyph}  ", severity.tone), (f"{when}  ", "faint"), (shown(alert.title), "")
    )


def evidence_line(evidence: Evidence) -> Block:
    """One entity: sign, name, kind and what is known of it."""
    verdict = words.verdict(evidence.verdict)
    known = [words.kind(evidence.kind)]
    if verdict.word != "no verdict":
        known.append(verdict.word)
    if "commandandcontrol" in [role.lower() for role in evidence.roles]:
        known.append("C2")
    if evidence.remediation_status.lower() not in ("none", "unknown", ""):
        known.append(words.spaced(evidence.remediation_status))
    return line(
        (f"{verdict.glyph} ", verdict.tone),
        (shown(evidence.title), ""),
        ("   " + ", ".join(known), "faint"),
    )


def pane_blocks(incident: Incident, me: str | None, now: datetime) -> list[Block]:
    """The pane beside the queue."""
    blocks: list[Block] = [
        line(*headline(incident, me, now)),
        text(shown(incident.name) or "(no name)", "bold"),
        gap(),
    ]
    story = incident.summary or incident.description or _told_by_data(incident)
    if story:
        blocks += [text(_short(visible_lines(story)), "faint"), gap()]
    facts = fact_blocks(incident, now) + verdict_blocks(incident)
    if facts:
        blocks += [*facts, gap()]
    alerts = list(reversed(in_order(incident.alerts)))
    blocks.append(spans((f"Alerts {len(alerts)}", "bold")))
    blocks += [alert_line(alert, now) for alert in alerts[:5]]
    if len(alerts) > 5:
        blocks.append(line((f"{len(alerts) - 5} more", "faint"), indent=3))
    found = entities(incident)
    blocks += [gap(), spans((f"Evidence {len(found)}", "bold"))]
    blocks += [evidence_line(evidence) for evidence in found[:6]]
    if len(found) > 6:
        blocks.append(line((f"{len(found) - 6} more", "faint"), indent=2))
    if incident.comments:
        last = incident.comments[-1]
        blocks += [
            gap(),
            spans((f"Comments {len(incident.comments)}", "bold")),
            line((f"{shown(last.author)}  ", "faint"), (_short(shown(last.text)), "")),
        ]
    for fault in incident.faults:
        blocks.append(text(f"Not readable: {shown(fault)}", "warn"))
    return blocks


def _short(words_: str, most: int = 420) -> str:
    return words_ if len(words_) <= most else words_[:most].rsplit(" ", 1)[0] + " …"


def _told_by_data(incident: Incident) -> str:
    """What happened, where the service tells no story: made of alerts and evidence."""
    from tui.incidents.summary import summary_of

    return summary_of(incident) if incident.alerts else ""


def summary_blocks(incident: Incident, me: str | None, now: datetime) -> list[Block]:
    """The summary tab: the whole of what the incident says about itself."""
    blocks: list[Block] = []
    story = incident.summary or incident.description or _told_by_data(incident)
    if story:
        blocks += [text(visible_lines(story)), gap()]
    blocks += [*fact_blocks(incident, now), *verdict_blocks(incident)]
    created, updated = words.local(incident.created), words.local(incident.updated)
    blocks.append(field("Created", (created, ""), ("   updated ", "faint"), (updated, "")))
    owner = shown(incident.assigned_to) if incident.assigned_to else "nobody"
    blocks.append(field("Assigned to", (owner, "accent" if owner == me else "")))
    if incident.last_modified_by:
        blocks.append(field("Changed by", (shown(incident.last_modified_by), "")))
    if incident.resolving_comment:
        blocks.append(field("Resolved", (shown(incident.resolving_comment), "")))
    if incident.recommended_actions:
        blocks += [
            gap(),
            text("Do next", "bold"),
            text(visible_lines(incident.recommended_actions)),
        ]
    if incident.alerts:
        blocks += [gap(), text(f"Alerts {len(incident.alerts)}", "bold")]
        blocks += [alert_line(alert, now) for alert in in_order(incident.alerts)]
    found = entities(incident)
    if found:
        blocks += [gap(), text(f"Evidence {len(found)}", "bold")]
        blocks += [evidence_line(evidence) for evidence in found[:40]]
        if len(found) > 40:
            blocks.append(line((f"{len(found) - 40} more in the Evidence tab", "faint"), indent=2))
    for fault in incident.faults:
        blocks.append(text(f"Not readable: {shown(fault)}", "warn"))
    return blocks


def comment_blocks(comments: Sequence[Comment]) -> list[Block]:
    """The thread of comments, oldest first."""
    if not comments:
        return [
            text("No comments yet.", "faint"),
            gap(),
            line(("m", "accent"), (" writes one", "faint")),
        ]
    blocks: list[Block] = []
    for comment in comments:
        blocks += [
            spans(
                (shown(comment.author) or "somebody", "bold"),
                (f"   {words.local(comment.created)}", "faint"),
            ),
            text(visible_lines(comment.text), indent=2),
            gap(),
        ]
    return blocks


def incident_choice(incident: Incident, now: datetime) -> Choice:
    """An incident as something to pick."""
    severity, status = words.severity(incident.severity), words.status(incident.status)
    return Choice(
        incident.id,
        (
            (f"{severity.glyph} ", severity.tone),
            (f"{status.glyph} ", status.tone),
            (f"{shown(incident.name)[:44]:<45}", ""),
            (words.age(incident.created, now), "faint"),
        ),
    )
