"""One entity in words: every field that the service gave it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tui.api.records import Evidence
from tui.ui import words
from tui.ui.incident_blocks import shown
from tui.ui.page import Block, Span, field, line, text

_LONGEST = 4_000
_MOST = 200


def _flat(fields: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for name, value in fields.items():
        if value in (None, "", [], {}) or name.startswith("@odata"):
            continue
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}.")
        elif isinstance(value, (list, tuple)):
            yield f"{before}{name}", ", ".join(str(one) for one in value)
        else:
            yield f"{before}{name}", str(value)


def evidence_headline(evidence: Evidence) -> list[Block]:
    """The lines at the head of an entity's screen."""
    sign = words.verdict(evidence.verdict)
    parts: list[Span] = [
        (f"{sign.glyph} {sign.word}", sign.tone),
        (f"   {words.kind(evidence.kind)}", "faint"),
    ]
    if evidence.roles:
        parts.append((f"   {', '.join(words.role(role) for role in evidence.roles)}", "faint"))
    if evidence.remediation_status.lower() not in ("none", "unknown", ""):
        parts.append((f"   {words.spaced(evidence.remediation_status)}", "faint"))
    if evidence.created:
        parts.append((f"   seen {words.local(evidence.created)}", "faint"))
    return [line((shown(evidence.title), "bold")), line(*parts)]


def evidence_blocks(evidence: Evidence) -> list[Block]:
    """Every field of an entity, whatever its kind is."""
    rows = list(_flat(evidence.fields))
    if evidence.tags:
        rows.append(("tags", ", ".join(evidence.tags)))
    margin = min(34, max((len(name) for name, _ in rows), default=10) + 2)
    blocks = [
        field(shown(name)[: margin - 1], (shown(value[:_LONGEST]), ""), margin=margin)
        for name, value in rows[:_MOST]
    ]
    if len(rows) > _MOST:
        blocks.append(text(f"{len(rows) - _MOST} more fields in the JSON tab", "faint"))
    return blocks or [text("The service says nothing more of it.", "faint")]
