"""Why a sign-in was refused, in words for the screen and for a ticket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tui.text import visible, visible_lines
from tui.ui import words
from tui.ui.page import Block, Span, gap, line, spans, text
from tui.ui.problems import problem_blocks

if TYPE_CHECKING:
    from tui.auth.credentials import DeviceCode
    from tui.auth.profiles import Profile
    from tui.errors import Problem

CONSENT_CODES = frozenset({"AADSTS65001", "AADSTS90094", "AADSTS700016", "AADSTS501051"})
"""Codes after which an administrator's consent may be what is missing."""

_BACKGROUND: Mapping[str, str] = {
    **dict.fromkeys(
        ("AADSTS53003", "AADSTS53000", "AADSTS53001", "AADSTS53002", "AADSTS53004"),
        "Conditional Access is the tenant's own set of rules: who may sign in, from which places "
        "and devices. Nothing here can lift them; the tenant's sign-in log shows which rule it "
        "was, under that request ID.",
    ),
    **dict.fromkeys(
        ("AADSTS50076", "AADSTS50079", "AADSTS50078"),
        "Conditional Access wants a second factor of the user. A device code asks for it in the "
        "browser; a stored sign-in cannot show it.",
    ),
}


def refusal_blocks(problem: Problem, profile: Profile | None) -> list[Block]:
    """What failed, why, what to do, and what stands behind it."""
    blocks = problem_blocks(problem)
    if said := _BACKGROUND.get(problem.code):
        blocks.append(text(said, "faint", indent=2))
    digits = problem.code.removeprefix("AADSTS")
    if profile is not None and digits.isdigit():
        page = f"login.microsoftonline.com/error?code={digits}"
        if page not in problem.remedy:
            blocks.append(line((f"https://{page}", "faint"), indent=2))
    return blocks


def key_block(keys: Sequence[tuple[str, str]]) -> Block:
    """Keys and what they do, as the last paragraph of a page."""
    parts: list[Span] = []
    for key, does in keys:
        parts += [(f"{'   ' if parts else ''}{key}", "accent"), (f" {does}", "faint")]
    return spans(*parts, indent=2)


def ticket(problem: Problem, time: datetime) -> str:
    """A refusal as support wants it: no secret, no token, only what the service said."""
    lines = [f"{problem.what}: {problem.why}" if problem.why else problem.what]
    lines += [f"code: {problem.code}"] if problem.code else []
    lines += [f"request: {problem.request_id}"] if problem.request_id else []
    lines.append(f"time: {time:%Y-%m-%d %H:%M:%S} UTC")
    return visible_lines("\n".join(lines))


def code_blocks(code: DeviceCode, left: timedelta) -> list[Block]:
    """A device code, large, with the address and the time it still serves."""
    apart = "  ".join(visible(code.user_code))
    wide = "─" * (len(apart) + 4)
    return [
        spans(("Open  ", "faint"), (visible(code.address), "accentbold")),
        text("in any browser and type this code:", "faint"),
        gap(),
        line((f"┌{wide}┐", "accent"), indent=2),
        line(("│  ", "accent"), (apart, "bold"), ("  │", "accent"), indent=2),
        line((f"└{wide}┘", "accent"), indent=2),
        gap(),
        spans(
            (words.span(left), "warnbold" if left < timedelta(minutes=2) else "bold"),
            (" left", "faint"),
        ),
        key_block([("y", "copies the code"), ("a", "the address"), ("Esc", "stops")]),
    ]
