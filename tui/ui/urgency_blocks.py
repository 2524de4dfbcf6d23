"""Why an incident stands where it does: its priority, and until when it must be answered."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tui.api.records import Incident
from tui.incidents.priority import priority_of
from tui.text import calm, visible
from tui.ui import words
from tui.ui.page import Block, field, gap, text

if TYPE_CHECKING:
    from tui.incidents.deadlines import Deadline


def urgency_blocks(incident: Incident, deadline: Deadline | None, now: datetime) -> list[Block]:
    """The explanation of the columns Prio and Due for one incident."""
    priority = priority_of(incident, now)
    name = calm(visible(incident.name)) or "(no name)"
    blocks = [text(name[:200], "bold"), gap(), field("Priority", (f"{priority.score} of 100", ""))]
    if priority.from_service:
        said = "Microsoft's own score of it. The order is by it; what is closed comes last."
        blocks.append(field("", (said, "faint")))
    else:
        blocks += [field("", (reason, "")) for reason in priority.reasons]
        said = (
            "This API sends no score, so this is the program's own: severity, the tactics "
            "reached, assets involved and age. The order is by it; what is closed comes last."
        )
        blocks.append(field("", (said, "faint")))
    if deadline is not None:
        state = deadline.state(now)
        left = words.ago(abs((deadline.due - now).total_seconds()))
        verb = "taken" if deadline.step == "respond" else "closed"
        said = f"{left} late" if state == "late" else f"{left} left"
        tone = {"late": "bad", "soon": "warn"}.get(state, "good")
        blocks += [
            gap(),
            field("Due", (said, tone), (f"   to be {verb} by {words.local(deadline.due)}", "")),
            field("", (f"By the rule [[sla]] filter = {visible(deadline.rule.filter)!r}", "faint")),
        ]
    return blocks
