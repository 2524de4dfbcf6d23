"""Where a name that `let` binds is used, to give it another."""

from __future__ import annotations

from tui.kql.scope import analyse
from tui.kql.scope_model import Analysis


def uses(text: str, start: int, end: int, offset: int) -> list[tuple[int, int]]:
    """All places of the bound name under the cursor, its binding among them.

    What only looks the same is not among them: columns, properties, names given by `extend`,
    parameters of functions and what is bound anew.

    Args:
        text: The whole text.
        start: Where the query begins.
        end: Where it ends.
        offset: The cursor.

    Returns:
        Starts and ends, in order; nothing where the cursor is on no such name.
    """
    found = analyse(text, start, end, seconds=1.0)
    tokens = found.tokens
    at = next(
        (i for i, one in enumerate(tokens) if one.is_name and one.start <= offset <= one.end), None
    )
    if at is None:
        return []
    name = tokens[at].text
    same = [i for i, one in enumerate(tokens) if one.text == name and one.is_name]
    bindings = [i for i in same if i and tokens[i - 1].text == "let"]
    if not bindings:
        return []
    first = max((i for i in bindings if i <= at), default=bindings[0])
    last = min((i for i in bindings if i > first), default=len(tokens))
    hidden = _shadows(found, name)
    if any(lo <= at < hi for lo, hi in hidden):
        return []
    places = [
        i
        for i in same
        if first <= i < last
        and not any(lo <= i < hi for lo, hi in hidden)
        and (i == first or _is_use(found, i, name))
    ]
    return [(tokens[i].start, tokens[i].end) for i in places] if at in places else []


def _shadows(found: Analysis, name: str) -> list[tuple[int, int]]:
    """Functions with a parameter of this name: their parameters and bodies."""
    tokens, partner = found.tokens, found.partner
    hidden = []
    for at, token in enumerate(tokens):
        if token.text != "(" or partner.get(at, -1) < at:
            continue
        body = partner[at] + 1
        if body >= len(tokens) or tokens[body].text != "{":
            continue
        if any(
            tokens[i].text == name and tokens[i + 1].text == ":" for i in range(at + 1, partner[at])
        ):
            hidden.append((at, partner.get(body, len(tokens)) + 1))
    return hidden


def _is_use(found: Analysis, at: int, name: str) -> bool:
    tokens = found.tokens
    before = tokens[at - 1].text if at else ""
    behind = tokens[at + 1].text if at + 1 < len(tokens) else ""
    if before == ".":
        return False
    inside = [one for one in found.stages if one.start <= at < one.end]
    stage = max(inside, key=lambda one: one.start, default=None)
    if behind == "=" and (before in ("(", ",") or (stage is not None and at == stage.start + 1)):
        return False
    return stage is None or not stage.piped or name not in stage.columns.types
