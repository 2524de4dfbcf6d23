"""One entity in words: every field that the service gave it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tui.api.records import Evidence
from tui.ui import words
from tui.ui.incident_blocks import shown
from tui.ui.page import Block, field, gap, line, spans, text


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


def evidence_blocks(evidence: Evidence) -> list[Block]:
    """The page of one entity."""
    sign = words.verdict(evidence.verdict)
    blocks: list[Block] = [
        spans((f"{sign.glyph} ", sign.tone), (shown(evidence.title), "bold")),
        text(words.kind(evidence.kind), "faint"),
        gap(),
        field("Verdict", (sign.word, sign.tone), margin=16),
        field("Remediation", (words.spaced(evidence.remediation_status), ""), margin=16),
    ]
    if evidence.roles:
        said = ", ".join(words.role(role) for role in evidence.roles)
        blocks.append(field("Role", (said, ""), margin=16))
    if evidence.created:
        blocks.append(field("Seen", (words.local(evidence.created), ""), margin=16))
    blocks.append(gap())
    rows = list(_flat(evidence.fields))
    margin = min(34, max((len(name) for name, _ in rows), default=10) + 2)
    for name, value in rows:
        blocks.append(field(shown(name)[: margin - 1], (shown(value), ""), margin=margin))
    blocks += [
        gap(),
        line(
            ("h", "accent"),
            (" in the table hunts on it   ", "faint"),
            ("Esc", "accent"),
            (" closes", "faint"),
        ),
    ]
    return blocks
