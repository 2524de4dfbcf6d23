"""A report as one HTML file that loads nothing and runs nothing."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from tui.incidents.report_content import AlertLine, Report, stamp
from tui.incidents.tactics import TACTICS, place_of, words_of

_STYLE = """
:root { color-scheme: light dark; --faint: #6b7280; --line: #d1d5db; --bad: #b91c1c;
  --warn: #b45309; --low: #1d4ed8; --info: #6b7280; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
h1, h2, td, dd, p { overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; }
dt, .faint { color: var(--faint); } dd { margin: 0; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .25rem .5rem;
  border-bottom: 1px solid var(--line); }
td.code { font-family: ui-monospace, monospace; }
.high, .malicious { color: var(--bad); } .medium, .suspicious { color: var(--warn); }
.low { color: var(--low); } .comment { white-space: pre-wrap; }
svg { width: 100%; height: auto; font: 11px system-ui, sans-serif; }
svg text { fill: currentColor; } svg line { stroke: var(--line); }
svg .mark { fill: var(--info); } svg .lasts { opacity: .45; } svg .mark.high { fill: var(--bad); }
svg .mark.medium { fill: var(--warn); } svg .mark.low { fill: var(--low); }
@media print { body { margin: 0; max-width: none; } h2 { break-after: avoid; }
  tr { break-inside: avoid; } }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_SEVERITIES = frozenset({"high", "medium", "low", "informational"})
_WIDTH, _LEFT, _RIGHT, _LANE, _TOP = 900, 150, 20, 26, 26
_MOST_MARKS = 2000
_MOST_LINES = 8
_STEPS = (
    *(timedelta(minutes=n) for n in (1, 5, 15, 30)),
    *(timedelta(hours=n) for n in (1, 3, 6, 12)),
    *(timedelta(days=n) for n in (1, 2, 7, 30, 90, 365)),
)
_SHAPES = {
    "high": "M0 -6L6 5H-6Z",
    "medium": "M-5 -5H5V5H-5Z",
    "low": "M0 6L6 -5H-6Z",
}
_DOT = "M-4 0A4 4 0 1 0 4 0A4 4 0 1 0 -4 0Z"


def to_html(report: Report) -> str:
    """The report as one text."""
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="referrer" content="no-referrer">',
        '<meta name="viewport" content="width=device-width">',
        f"<title>Incident {_text(report.id)}: {_text(report.title)}</title>",
        f"<style>{_STYLE}</style></head><body>",
        f"<h1>Incident {_text(report.id)}: {_text(report.title)}</h1>",
        "<dl>",
        *(f"<dt>{name}</dt><dd>{_text(value)}</dd>" for name, value in report.facts),
        "</dl>",
        "<h2>Summary</h2>",
        *([f'<p class="comment">{_text(report.story)}</p>'] if report.story else []),
        f"<p>{_text(report.summary)}</p>",
        "<h2>Timeline</h2>",
        *_timeline(report.alerts),
        *_alerts(report.alerts),
        "<h2>Evidence</h2>",
        *_evidence(report),
    ]
    if report.indicators:
        parts.append("<h2>Indicators</h2>")
        parts.append('<p class="faint">Of what is malicious or suspicious; defanged.</p>')
        rows = ([_cell(kind), _cell(value, "code")] for kind, value in report.indicators)
        parts += _table(("Kind", "Indicator"), rows)
    if report.comments:
        parts.append("<h2>Comments</h2>")
        parts += [
            f"<p><b>{_text(author)}</b> <span class=faint>{_text(when)}</span><br>"
            f'<span class="comment">{_text(text)}</span></p>'
            for when, author, text in report.comments
        ]
    parts.append(f'<p class="faint">Made {_text(report.made)}.</p></body></html>')
    return "\n".join(parts) + "\n"


def _text(text: str) -> str:
    return html.escape(text, quote=True)


def _cell(text: str, classes: str = "") -> str:
    return f'<td class="{classes}">{_text(text)}</td>' if classes else f"<td>{_text(text)}</td>"


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    head = "".join(f"<th>{title}</th>" for title in titles)
    body = [f"<tr>{''.join(cells)}</tr>" for cells in rows]
    return [f"<table><thead><tr>{head}</tr></thead><tbody>", *body, "</tbody></table>"]


def _severity(value: str) -> str:
    return value if value in _SEVERITIES else ""


def _alerts(alerts: Sequence[AlertLine]) -> list[str]:
    if not alerts:
        return ["<p>No alerts.</p>"]
    rows = (
        [
            _cell(stamp(one.when) or "unknown"),
            _cell(one.tactic),
            f"<td>{_text(one.title)}"
            + (f'<br><span class="faint">{_text(one.description)}</span>' * bool(one.description))
            + "</td>",
            _cell(one.severity, _severity(one.severity)),
            _cell(one.techniques),
            _cell(one.source),
        ]
        for one in alerts
    )
    return _table(("Time", "Tactic", "Alert", "Severity", "Techniques", "Source"), rows)


def _evidence(report: Report) -> list[str]:
    if not report.evidence:
        return ["<p>None.</p>"]
    rows = (
        [
            _cell(one.kind),
            _cell(one.title, "code"),
            _cell(one.verdict, one.verdict if one.verdict in ("malicious", "suspicious") else ""),
            _cell(one.remediation),
            _cell(one.roles),
            _cell(str(one.times)),
        ]
        for one in report.evidence
    )
    lines = _table(("Kind", "Entity", "Verdict", "Remediation", "Roles", "Named"), rows)
    if report.left_out:
        lines.append(f"<p>And {report.left_out} more, of no worse verdict.</p>")
    return lines


def _timeline(alerts: Sequence[AlertLine]) -> list[str]:
    """A lane for each tactic, a mark for each alert, over the time of the incident.

    Severity is told by shape as well as by colour, for printers have one.
    """
    timed = [(one.when, one) for one in alerts if one.when is not None][:_MOST_MARKS]
    if not timed:
        return []
    first = timed[0][0]
    last = max(max(when, one.until or when) for when, one in timed)
    span = max(last - first, timedelta(minutes=1))
    lanes = sorted({one.category for _, one in timed}, key=place_of)
    height = _TOP + _LANE * len(lanes) + 30
    room = _WIDTH - _LEFT - _RIGHT
    parts = [
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="Alerts by tactic over time">'
    ]
    for place, lane in enumerate(lanes):
        y = _TOP + _LANE * place + _LANE // 2
        name = words_of(lane) if lane in TACTICS else (lane or "uncategorised")
        parts.append(f'<line x1="{_LEFT}" y1="{y}" x2="{_WIDTH - _RIGHT}" y2="{y}"/>')
        parts.append(f'<text x="{_LEFT - 10}" y="{y + 4}" text-anchor="end">{_lane(name)}</text>')
    parts += _hours(first, span, height)
    for when, one in timed:
        x = _LEFT + room * ((when - first) / span)
        y = _TOP + _LANE * lanes.index(one.category) + _LANE // 2
        kind = _severity(one.severity)
        if one.until is not None:
            wide = room * ((one.until - when) / span)
            parts.append(
                f'<rect class="mark lasts {kind}" x="{x:.1f}" y="{y - 1.5}" '
                f'width="{wide:.1f}" height="3"/>'
            )
        told = _text(f"{stamp(when)}: {one.title}")
        parts.append(
            f'<path class="mark {kind}" transform="translate({x:.1f} {y})" '
            f'd="{_SHAPES.get(kind, _DOT)}"><title>{told}</title></path>'
        )
    y = height - 8
    parts.append(f'<text x="{_LEFT}" y="{y}">{stamp(first)}</text>')
    if last > first:
        end = _WIDTH - _RIGHT
        parts.append(f'<text x="{end}" y="{y}" text-anchor="end">{stamp(last)}</text>')
    parts += ["</svg>", '<p class="faint">▲ high ■ medium ▼ low ● other; a bar is how long.</p>']
    return parts


def _hours(first: datetime, span: timedelta, height: int) -> list[str]:
    """Lines through all lanes at round times, with their labels above."""
    step = next((one for one in _STEPS if span / one <= _MOST_LINES), span)
    start = first.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    parts: list[str] = []
    number = -(-(first - start) // step)
    while step * number <= first - start + span and len(parts) < 2 * _MOST_LINES + 2:
        try:
            at = start + step * number
        except OverflowError:  # the last day of the calendar
            break
        x = _LEFT + (_WIDTH - _LEFT - _RIGHT) * ((at - first) / span)
        label = f"{at:%m-%d}" if step >= timedelta(days=1) or at == start else f"{at:%H:%M}"
        parts.append(f'<line x1="{x:.1f}" y1="{_TOP - 6}" x2="{x:.1f}" y2="{height - 30}"/>')
        parts.append(f'<text x="{x:.1f}" y="{_TOP - 12}" text-anchor="middle">{label}</text>')
        number += 1
    return parts


def _lane(name: str) -> str:
    from tui.text import visible

    shown = visible(name)
    return _text(shown if len(shown) <= 24 else f"{shown[:23]}…")
