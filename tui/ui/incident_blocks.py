"""An incident in words: what the pane, the summary and an alert's page are made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from tui.api.records import Alert, Comment, Evidence, Incident
from tui.incidents.entities import all_evidence
from tui.incidents.priority import priority_of
from tui.incidents.summary import Met, met, summary_of
from tui.incidents.tactics import TACTICS
from tui.text import calm, visible, visible_lines
from tui.ui import words
from tui.ui.page import Block, Choice, Span, field, gap, line, spans, text
from tui.ui.sparkline import sparkline

_LONGEST_STORY = 4_000
_LONGEST_NAME = 40
"""Of an owner in a line of other facts."""
_LONGEST_TAG, _MOST_TAGS = 80, 40
_LONGEST_VALUE = 400
_KEPT_FACTS = frozenset({"Activity", "Tags", "System tags"})
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


def place_of(alert: Alert, alerts: Sequence[Alert]) -> int | None:
    """Where an alert stands though its incident was read anew; several may have one id."""
    same = [at for at, one in enumerate(alerts) if one.id == alert.id]
    exact = [
        at for at in same if (alerts[at].created, alerts[at].title) == (alert.created, alert.title)
    ]
    return next(iter(exact or same), None)


def identity(evidence: Evidence) -> tuple[str, str]:
    """What makes two pieces of evidence one entity on a page."""
    return evidence.kind, evidence.title.casefold()


def entities(incident: Incident) -> list[Evidence]:
    """Every entity of the incident once, the most telling first."""
    return entities_of(met(all_evidence(incident)))


def entities_of(known: Met) -> list[Evidence]:
    """Entities that were met, the most telling first."""
    return sorted((one for one, _ in known.values()), key=_rank)


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
    whose = {"you": "yours", "–": "nobody's"}.get(owner, f"{words.brief(owner, _LONGEST_NAME)}'s")
    tone_bold = f"{severity.tone}bold" if severity.tone in ("bad", "warn", "low") else "bold"
    parts: list[Span] = [
        (f"{severity.glyph} {severity.word}", tone_bold),
        (f"   {status.glyph} {status.word}", "faint" if not status.tone else status.tone),
        (f"   {whose}", tone if tone == "accent" else "faint"),
    ]
    if incident.created:
        parts.append((f"   {words.age(incident.created, now)} old", "faint"))
    return parts


def _named(found: Sequence[Evidence], kind: str, most: int = 4) -> str:
    names = [shown(e.title) for e in found if e.kind == kind]
    if kind == "device":
        names = list(dict.fromkeys(name.split(".")[0] or name for name in names))
    rest = len(names) - most
    return "  ".join(names[:most]) + (f"  {rest} more" if rest > 0 else "")


def fact_blocks(
    incident: Incident, now: datetime, found: Sequence[Evidence] | None = None
) -> list[Block]:
    """Activity, tactics, assets and tags, where there are any."""
    found = entities(incident) if found is None else found
    blocks: list[Block] = []
    times = [moment for alert in incident.alerts if (moment := alert_time(alert))]
    times += [alert.last_activity for alert in incident.alerts if alert.last_activity]
    if times:
        first, last = min(times), max(times)
        # Within the last day a clock is enough, and stands on one line also past midnight.
        lately = timedelta(0) <= now - first < timedelta(days=1)
        same_day = words.here(first).date() == words.here(last).date()
        began = words.here(first).strftime("%H:%M") if lately else words.local(first, now)
        ended = words.here(last).strftime("%H:%M") if lately or same_day else words.local(last, now)
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
        if names := _named(found, kind):
            blocks.append(field(label, (names, "")))
    if incident.tags:
        blocks.append(field("Tags", (_tags(incident.tags), "tag")))
    if incident.system_tags:
        blocks.append(field("System tags", (_tags(incident.system_tags), "faint")))
    return blocks


def _tags(tags: Sequence[str]) -> str:
    rest = len(tags) - _MOST_TAGS
    named = [words.brief(shown(tag), _LONGEST_TAG) for tag in tags[:_MOST_TAGS]]
    return "  ".join([*named, f"{rest} more"] if rest > 0 else named)


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
        (f"{severity.glyph}  ", severity.tone),
        (f"{when}  ", "faint"),
        (shown(alert.title) or "(no title)", ""),
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
        text(words.brief(shown(incident.name), 240) or "(no name)", "bold"),
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


def _told_by_data(incident: Incident, known: Met | None = None) -> str:
    """What happened, made of alerts and evidence."""
    return summary_of(incident, known) if incident.alerts else ""


_ASSETS = ("device", "user", "mailbox", "cloudApplication", "oauthApplication", "azureResource")
_MOST_ASSETS = 12
_MOST_LINES = 12


def _reached(incident: Incident) -> Block | None:
    """The tactics of an attack in their order: letters where alerts are, dots where none is."""
    counts = Counter(alert.category for alert in incident.alerts if alert.category)
    if not counts:
        return None
    parts: list[Span] = []
    for category, (letters, _) in TACTICS.items():
        grave = category in ("Impact", "Exfiltration")
        tone = ("badbold" if grave else "bold") if category in counts else "faint"
        parts += [(letters if category in counts else "··", tone), (" ", "")]
    reached = sum(category in counts for category in TACTICS)
    parts.append((f"  {reached} of {len(TACTICS)}", "faint"))
    if others := sorted(category for category in counts if category not in TACTICS):
        parts.append((f", {', '.join(words.tactic(one) for one in others)}", "faint"))
    return field("Tactics", *parts)


def _value(value: str) -> str:
    return words.brief(shown(value), _LONGEST_VALUE)


def asset_blocks(incident: Incident, found: Sequence[Evidence]) -> list[Block]:
    """Devices, people, mailboxes and apps that are hit, those of most alerts first."""
    named: Counter[tuple[str, str]] = Counter()
    for alert in incident.alerts:
        named.update({identity(one) for one in alert.evidence if one.kind in _ASSETS})
    assets = [one for one in found if one.kind in _ASSETS]
    assets.sort(key=lambda one: (-named[identity(one)], _rank(one)))
    if not assets:
        return []
    blocks: list[Block] = [spans((f"Impacted assets {len(assets)}", "bold"))]
    for one in assets[:_MOST_ASSETS]:
        sign = words.verdict(one.verdict)
        known = [words.kind(one.kind), *(words.role(role) for role in one.roles[:2])]
        for name, said in (
            ("osPlatform", "{}"),
            ("riskScore", "{} risk"),
            ("healthStatus", "{}"),
        ):
            value = one.fields.get(name)
            if isinstance(value, str) and value and value.lower() not in ("none", "unknown"):
                plain = value if name == "osPlatform" else words.spaced(value)
                known.append(said.format(shown(plain)))
        alerts = words.counted(named[identity(one)], "alert")
        blocks.append(
            line(
                (f"{sign.glyph} ", sign.tone),
                (shown(one.title)[:60], ""),
                (f"   {alerts}, {', '.join(known)}", "faint"),
            )
        )
    if len(assets) > _MOST_ASSETS:
        rest = len(assets) - _MOST_ASSETS
        blocks.append(line((f"{rest} more in the Evidence tab", "faint"), indent=2))
    return blocks


def summary_blocks(
    incident: Incident, me: str | None, now: datetime, known: Met | None = None
) -> list[Block]:
    """The summary tab: what happened, whom it hit, how far it got, and what to do.

    Args:
        known: The incident's entities, where they are at hand.
    """
    if known is None:
        known = met(all_evidence(incident))
    found = entities_of(known)
    blocks: list[Block] = []
    if story := incident.summary or incident.description:
        blocks += [text(words.brief(visible_lines(story), _LONGEST_STORY)), gap()]
    told = _told_by_data(incident, known)
    if told and not story:
        blocks += [text(told), gap()]
    if reached := _reached(incident):
        blocks.append(reached)
    facts = [one for one in fact_blocks(incident, now, found) if one.label in _KEPT_FACTS]
    blocks += [*facts, *verdict_blocks(incident)]
    created, updated = words.local(incident.created), words.local(incident.updated)
    blocks.append(field("Created", (created, ""), ("   updated ", "faint"), (updated, "")))
    owner = _value(incident.assigned_to) if incident.assigned_to else "nobody"
    blocks.append(field("Assigned to", (owner, "accent" if owner == me else "")))
    if incident.last_modified_by:
        blocks.append(field("Changed by", (_value(incident.last_modified_by), "")))
    if incident.resolving_comment:
        blocks.append(field("Resolved", (_value(incident.resolving_comment), "")))
    if told and story:
        blocks += [gap(), text(told, "faint")]
    if incident.recommended_actions:
        blocks += [
            gap(),
            text("Do next", "bold"),
            text(visible_lines(incident.recommended_actions)),
        ]
    if assets := asset_blocks(incident, found):
        blocks += [gap(), *assets]
    if incident.alerts:
        alerts = in_order(incident.alerts)
        gravest = sorted(alerts, key=lambda alert: words.severity_rank(alert.severity))
        told_of = {id(alert) for alert in gravest[:_MOST_LINES]}
        blocks += [gap(), text(f"Alerts {len(alerts)}", "bold")]
        blocks += [alert_line(alert, now) for alert in alerts if id(alert) in told_of]
        if len(alerts) > _MOST_LINES:
            rest = len(alerts) - _MOST_LINES
            blocks.append(line((f"{rest} less grave in the Alerts tab", "faint"), indent=3))
    bad = [one for one in found if one.kind not in _ASSETS and _rank(one) < 2]
    if bad:
        blocks += [gap(), text(f"Malicious or suspicious {len(bad)}", "bold")]
        blocks += [evidence_line(evidence) for evidence in bad[:_MOST_LINES]]
        if len(bad) > _MOST_LINES:
            rest = len(bad) - _MOST_LINES
            blocks.append(line((f"{rest} more in the Evidence tab", "faint"), indent=2))
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
