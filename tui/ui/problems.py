"""A problem as a designed state: what failed, why, and the next step."""

from __future__ import annotations

from tui.errors import Problem
from tui.text import visible, visible_lines
from tui.ui.page import Block, line, spans, text


def problem_blocks(problem: Problem, *, next_step: str = "") -> list[Block]:
    """The page of a problem; `next_step` names the key that helps here."""
    blocks = [spans(("✗ ", "badbold"), (visible(problem.what), "badbold"))]
    if problem.why:
        blocks.append(text(visible_lines(problem.why), indent=2))
    if problem.remedy:
        blocks.append(text(visible_lines(problem.remedy), "bold", indent=2))
    support = " · ".join(
        part
        for part in (
            problem.code,
            f"request {problem.request_id}" if problem.request_id else "",
        )
        if part
    )
    if support:
        blocks.append(text(visible(support), "faint", indent=2))
    if next_step:
        blocks.append(line((next_step, "accent"), indent=2))
    return blocks


def sentence(problem: Problem) -> str:
    """The problem in one displayable sentence, for a notification."""
    return visible(str(problem))


def brief(problem: Problem) -> str:
    """What failed and why in as few words as possible, for what comes again and again."""
    why = problem.why.partition(";")[0].strip()
    why = f": {why}" if why else ""
    code = f" ({problem.code})" if problem.code else ""
    return visible(f"{problem.what}{why}"[:200] + code)
