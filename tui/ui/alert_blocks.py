"""One alert in words."""

from __future__ import annotations

from collections.abc import Iterable

from tui.api.records import Alert, Evidence
from tui.text import visible_lines
from tui.ui import words
from tui.ui.incident_blocks import alert_time, comment_blocks, shown
from tui.ui.page import Block, Span, field, gap, line, spans, text
from tui.ui.process_tree import process_blocks

_SOURCES = {
    "microsoftDefenderForEndpoint": "Defender for Endpoint",
    "microsoftDefenderForIdentity": "Defender for Identity",
    "microsoftDefenderForCloudApps": "Defender for Cloud Apps",
    "microsoftDefenderForOffice365": "Defender for Office 365",
    "microsoft365Defender": "Defender XDR",
    "microsoftAppGovernance": "App governance",
    "dataLossPrevention": "Data loss prevention",
    "azureAdIdentityProtection": "Entra ID Protection",
    "microsoftDefenderForCloud": "Defender for Cloud",
    "microsoftSentinel": "Sentinel",
}


def source_words(value: str) -> str:
    """A service's name as people say it."""
    return _SOURCES.get(value) or words.spaced(value)


def _where(alert: Alert) -> Block | None:
    parts: list[Span] = []

    def first(kind: str) -> Evidence | None:
        return next((one for one in alert.evidence if one.kind == kind), None)

    for before, kind in (
        ("on ", "device"),
        ("by ", "user"),
        ("file ", "file"),
        ("mail ", "analyzedMessage"),
    ):
        if (found := first(kind)) is not None:
            parts += [(before, "faint"), (f"{shown(found.title)}   ", "")]
            if kind == "file" and found.verdict.lower() != "unknown":
                sign = words.verdict(found.verdict)
                parts += [("verdict ", "faint"), (f"{sign.word}   ", sign.tone)]
                parts += [
                    ("remediation ", "faint"),
                    (f"{words.spaced(found.remediation_status)}   ", ""),
                ]
    return spans(*parts, indent=2) if parts else None


def brief_blocks(
    alert: Alert,
    *,
    context: Iterable[Evidence] = (),
    place: int = 0,
    count: int = 0,
    airy: bool = True,
) -> list[Block]:
    """What the timeline says below its lanes.

    Args:
        context: The whole incident's evidence, which may tell what started the processes.
        place: Which alert it is in the order of time, from 0.
        count: How many there are.
        airy: Leave lines empty between its parts.
    """
    severity = words.severity(alert.severity)
    tone = f"{severity.tone}bold" if severity.tone in ("bad", "warn", "low") else "bold"
    techniques = ", ".join(shown(one) for one in alert.mitre_techniques)
    beside = [one for one in (techniques, source_words(alert.service_source)) if one]
    blocks: list[Block] = [
        line(
            (f"{severity.glyph} {words.clock(alert_time(alert))}   ", tone),
            (shown(alert.title) or "(no title)", "bold"),
        ),
        line(
            (f"{place + 1} of {count}   ", "faint") if count else ("", ""),
            ("   ".join([words.tactic(alert.category), *beside]), "faint"),
            indent=2,
        ),
    ]
    if airy:
        blocks.append(gap())
    if tree := process_blocks(alert.evidence, context):
        blocks += tree
    elif alert.description:
        blocks.append(text(_first_lines(alert.description), indent=2))
    if where := _where(alert):
        blocks += [gap(), where]
    if alert.recommended_actions:
        blocks += [
            gap(),
            field("  Do next", (_first_lines(alert.recommended_actions), "faint"), margin=12),
        ]
    return blocks


def _first_lines(value: str, most: int = 400) -> str:
    flat = " ".join(visible_lines(value).split())
    return flat if len(flat) <= most else flat[:most].rsplit(" ", 1)[0] + " …"


def alert_headline(alert: Alert, me: str | None, place: int, count: int) -> list[Block]:
    """The lines at the head of an alert's screen."""
    severity, status = words.severity(alert.severity), words.status(alert.status)
    owner, tone = words.owner(alert.assigned_to, me)
    whose = {"you": "yours", "–": "nobody's"}.get(owner, f"{owner}'s")
    bold = f"{severity.tone}bold" if severity.tone in ("bad", "warn", "low") else "bold"
    parts: list[Span] = [
        (f"{severity.glyph} {severity.word}", bold),
        (f"   {status.glyph} {status.word}", status.tone or "faint"),
        (f"   {whose}", tone if tone == "accent" else "faint"),
    ]
    if alert.classification.lower() != "unknown":
        said = words.spaced(alert.classification)
        if alert.determination.lower() != "unknown":
            said += f", {words.spaced(alert.determination)}"
        parts.append((f"   {said}", "faint"))
    return [
        line((f"{place + 1} of {count}  ", "faint"), (shown(alert.title) or "(no title)", "bold")),
        line(*parts),
    ]


def alert_blocks(alert: Alert, *, context: Iterable[Evidence] = ()) -> list[Block]:
    """What an alert says, but for its headline and its evidence.

    Args:
        context: The whole incident's evidence, which may tell what started the processes.
    """
    blocks: list[Block] = []
    if alert.description:
        blocks += [text(visible_lines(alert.description)), gap()]
    if alert.recommended_actions:
        blocks += [
            text("Do next", "bold"),
            text(visible_lines(alert.recommended_actions).strip()),
            gap(),
        ]
    if tree := process_blocks(alert.evidence, context):
        blocks += [text("Processes", "bold"), *tree, gap()]
    if alert.category:
        blocks.append(field("Tactic", (words.tactic(alert.category), ""), margin=15))
    for label, value in (
        ("Techniques", ", ".join(alert.mitre_techniques)),
        ("Reported by", source_words(alert.service_source) if alert.service_source else ""),
        ("Detected by", source_words(alert.detection_source) if alert.detection_source else ""),
        ("Threat", alert.threat or alert.threat_family),
        ("Actor", alert.actor),
        ("Investigation", words.spaced(alert.investigation_state)),
        ("Alert ID", alert.id),
    ):
        if value:
            blocks.append(field(label, (shown(value), ""), margin=15))
    for label, moment in (
        ("First seen", alert.first_activity),
        ("Last seen", alert.last_activity),
        ("Created", alert.created),
        ("Resolved", alert.resolved),
    ):
        if moment:
            blocks.append(
                field(
                    label,
                    (words.local(moment), ""),
                    (f"   {words.absolute(moment)}", "faint"),
                    margin=15,
                )
            )
    if alert.comments:
        blocks += [gap(), text("Comments", "bold"), *comment_blocks(alert.comments)]
    return blocks
