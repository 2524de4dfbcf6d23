"""What comes along when a query is copied from a page: typographic signs, paths with one \\."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tui.kql.scope_model import Tok

Remark = tuple[int, int, str, str]
"""Start, end, message and what to put there."""

_QUOTES = {"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'"}
_DASHES = frozenset("–—−‐‑")
_ESCAPE = re.compile(
    r"""\\(?: [tnrabfv\\"'0-7] | u[\dA-Fa-f]{4} | U[\dA-Fa-f]{8} | x[\dA-Fa-f]{2} | (?P<bad>.?))""",
    re.VERBOSE,
)


def signs(text: str, tokens: Sequence[Tok]) -> Iterator[Remark]:
    """Quotes and dashes that only look like those of the language."""
    until = -1
    for at, token in enumerate(tokens):
        if token.kind != "error" or token.start < until:
            continue
        if token.text in _DASHES:
            yield token.start, token.end, f"{token.text} is a dash: a minus is -.", "-"
            return
        plain = _QUOTES.get(token.text)
        if plain is None:
            continue
        closing = next(
            (t for t in tokens[at + 1 :] if t.kind == "error" and _QUOTES.get(t.text) == plain),
            None,
        )
        until = closing.end if closing else token.end
        inside = text[token.end : closing.start] if closing else None
        whole = inside is not None and "\n" not in inside and plain not in inside
        yield (
            token.start,
            until if whole else token.end,
            f"{token.text} is a typographic quote: texts stand in \" or '.",
            f"{plain}{inside}{plain}" if whole else "",
        )


def escapes(tokens: Sequence[Tok]) -> Iterator[Remark]:
    """A \\ in a text that begins no escape, as in a path or a pattern."""
    for token in tokens:
        if token.kind != "string" or "\\" not in token.text:
            continue
        lead = token.text[: len(token.text) - len(token.text.lstrip("hH@"))]
        body = token.text[len(lead) :]
        if "@" in lead or body[:3] in ("```", "~~~") or body[:1] not in "\"'":
            continue
        found = list(_ESCAPE.finditer(body))
        wrong = next((one for one in found if one["bad"] is not None), None)
        if wrong is None:
            continue
        spelled = any(one[0] in ("\\\\", '\\"', "\\'") for one in found)
        fixed = _ESCAPE.sub(_doubled, body) if spelled else f"@{body}"
        yield (
            token.start,
            token.end,
            f"\\{wrong['bad']} is no escape: a \\ is written \\\\, or the text begins with @.",
            lead + fixed,
        )


def _doubled(escape: re.Match[str]) -> str:
    return escape[0] if escape["bad"] is None else f"\\{escape[0]}"
