"""The filter language on one page: what is wrong with a line, the fields, how they combine."""

from __future__ import annotations

from tui.errors import Problem
from tui.text import visible
from tui.ui.page import Block, field, gap, text

_MARGIN = 14
_COMBINED = (
    ("word", "in names, tags, comments, alerts, entities"),
    ('"two words"', "quotes keep words together"),
    ("a b   a or b", "both, either"),
    ("-sev:low", "a minus negates"),
    ("(a or b) c", "parentheses combine"),
    ("sev:high,low", "one of several values"),
)


def fault_words(problem: Problem) -> str:
    """What is wrong with a filter, for where an arrow points at the place."""
    return " ".join(
        part if part.endswith((".", "?", "!")) else f"{part}."
        for part in (visible(problem.why or problem.what), visible(problem.remedy))
        if part
    )


def filter_blocks(problem: Problem | None) -> list[Block]:
    """The page, with what is wrong at its head."""
    from tui.incidents.completion import HINTS

    blocks: list[Block] = []
    if problem is not None:
        blocks += [text(fault_words(problem), "bad"), gap()]
    blocks.append(text("The filter", "bold"))
    blocks += [field(said, (means, ""), margin=_MARGIN) for said, means in _COMBINED]
    blocks += [gap(), text("Fields", "bold")]
    blocks += [field(f"{name}:", (means, ""), margin=_MARGIN) for name, means in HINTS.items()]
    return blocks
