"""Incidents as tables, CSV and JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from tui.cli.output import cell_text, write_csv, write_json, write_table
from tui.text import visible, visible_lines

if TYPE_CHECKING:
    from tui.api.records import Incident

FORMATS = ("table", "json", "csv")
_STYLES = {"high": "red", "medium": "yellow", "low": "cyan", "resolved": "dim", "redirected": "dim"}
_CSV = (
    *("id", "name", "severity", "status", "classification", "determination", "assigned_to"),
    *("created", "updated", "tags", "priority", "alerts", "comments", "web_url"),
)


def write_list(incidents: Sequence[Incident], form: str, *, raw: bool) -> None:
    """Write a list to standard output; JSON is an array."""
    if raw:
        write_json([one.raw for one in incidents])
    elif form == "json":
        from tui.api.decode import records_to_json

        write_json([records_to_json(one) for one in incidents])
    elif form == "csv":
        write_csv(_CSV, [_csv_row(one) for one in incidents])
    else:
        _write_table(incidents)


def write_one(incident: Incident, form: str, *, raw: bool) -> None:
    """Write one incident to standard output; JSON is an object."""
    if raw:
        write_json(incident.raw)
    elif form == "json":
        from tui.api.decode import records_to_json

        write_json(records_to_json(incident))
    elif form == "csv":
        write_csv(_CSV, [_csv_row(incident)])
    else:
        _write_sheet(incident)


def _csv_row(incident: Incident) -> list[object]:
    values: dict[str, object] = {
        "created": _utc(incident.created),
        "updated": _utc(incident.updated),
        "tags": "; ".join(incident.tags),
        "alerts": len(incident.alerts),
        "comments": len(incident.comments),
    }
    return [values[name] if name in values else getattr(incident, name) for name in _CSV]


def _write_table(incidents: Sequence[Incident]) -> None:
    write_table(
        ("ID", "SEVERITY", "STATUS", "NAME", "ALERTS", "OWNER", "CREATED", "TAGS"),
        [
            (
                one.id,
                one.severity,
                one.status,
                one.name,
                len(one.alerts),
                one.assigned_to or "–",
                _short(one.created),
                one.tags,
            )
            for one in incidents
        ],
        right=(4,),
        style=lambda _, value: _STYLES.get(value, "") if isinstance(value, str) else "",
    )


def _write_sheet(incident: Incident) -> None:
    verdict = incident.classification
    if incident.determination != "unknown":
        verdict += f", {incident.determination}"
    facts = (
        ("severity", incident.severity),
        ("status", incident.status),
        ("owner", incident.assigned_to or "nobody"),
        ("classification", verdict),
        ("priority", incident.priority),
        ("created", _short(incident.created)),
        ("updated", _short(incident.updated)),
        ("tags", ", ".join((*incident.tags, *incident.system_tags))),
        ("merged into", incident.redirect_id),
        ("portal", incident.web_url),
    )
    print(visible(f"{incident.id}  {incident.name}"))
    for name, value in facts:
        if value not in (None, ""):
            print(f"  {name:<15} {cell_text(value)}")
    for text in (incident.summary or incident.description, incident.recommended_actions):
        if text.strip():
            print()
            print(visible_lines(text.strip()))
    if incident.alerts:
        _heading("ALERTS", len(incident.alerts))
        write_table(
            ("CREATED", "SEVERITY", "STATUS", "TITLE", "CATEGORY", "TECHNIQUES", "SOURCE"),
            [
                (
                    _short(one.created),
                    one.severity,
                    one.status,
                    one.title,
                    one.category,
                    one.mitre_techniques,
                    one.service_source,
                )
                for one in incident.alerts
            ],
            style=lambda _, value: _STYLES.get(value, "") if isinstance(value, str) else "",
        )
    entities = _entities(incident)
    if entities:
        _heading("EVIDENCE", len(entities))
        write_table(("KIND", "WHAT", "VERDICT", "ALERTS"), entities, right=(3,))
    if incident.comments:
        _heading("COMMENTS", len(incident.comments))
        for comment in incident.comments:
            print(visible(f"{_short(comment.created)}  {comment.author}"))
            print("  " + visible_lines(comment.text).replace("\n", "\n  "))


_VERDICTS = ("malicious", "suspicious")


def _entities(incident: Incident) -> list[tuple[str, str, str, int]]:
    """Each entity once, with its gravest verdict and how many alerts name it."""
    verdicts: dict[tuple[str, str], set[str]] = {}
    alerts: dict[tuple[str, str], set[int]] = {}
    for number, alert in enumerate((None, *incident.alerts)):
        for item in alert.evidence if alert is not None else incident.evidence:
            key = (item.kind, item.title)
            verdicts.setdefault(key, set()).add(item.verdict)
            alerts.setdefault(key, set()).update({number} if alert is not None else ())
    return [
        (
            *key,
            next((one for one in _VERDICTS if one in found), min(found)),
            len(alerts[key]),
        )
        for key, found in verdicts.items()
    ]


def _heading(title: str, count: int) -> None:
    print()
    print(f"{title} ({count})")


def _utc(moment: datetime | None) -> str | None:
    from tui.api.render import utc

    return None if moment is None else utc(moment)


def _short(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M}Z"
