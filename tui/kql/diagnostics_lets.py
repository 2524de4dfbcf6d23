"""A `let` that is not ended by `;`: everything behind it is misread, so it is said first."""

from __future__ import annotations

from collections.abc import Iterator

from tui.kql.scope_model import Analysis, Tok

_SOURCES = frozenset(
    {"join", "lookup", "union", "search", "find", "invoke", "evaluate", "partition", "fork",
     "facet", "kind", "in", "view"}
)  # fmt: skip
"""Words of a stage behind which a table may stand on a line of its own."""
_ENDS = frozenset({"string", "number", "timespan", "datetime", "table", "column", "name", "let"})


def unended(found: Analysis, text: str) -> Iterator[tuple[Tok, Tok]]:
    """Where `;` is missing: the last token of each such `let`, and the one that begins anew."""
    tokens, partner = found.tokens, found.partner
    at, begun, stage = 0, -1, set[str]()
    while at < len(tokens):
        token = tokens[at]
        before = tokens[at - 1] if at else None
        fresh = before is None or "\n" in text[before.end : token.start]
        if token.text == ";":
            begun = -1
        elif token.text == "let" and token.kind == "keyword" and fresh:
            if begun >= 0 and before is not None and at > begun + 3 and _is_end(before):
                yield before, token
            begun, stage = at, set()
        elif (
            begun >= 0
            and before is not None
            and fresh
            and at > begun + 3
            and token.kind == "table"
            and _is_end(before)
            and not stage & _SOURCES
        ):
            yield before, token
            begun = -1
        if token.text == "|":
            stage = set()
        elif begun >= 0:
            stage.add(token.text)
        at = partner[at] + 1 if partner.get(at, -1) > at else at + 1


def _is_end(token: Tok) -> bool:
    return token.kind in _ENDS or token.text in (")", "]", "}")
