"""Where the queries of a text are, found again quickly after a change.

The answer is the lexer's own; blocks that did not change since are not read again.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from tui.kql import lexer

_BLANK = re.compile(r"\n[ \t\r\f\v\u00a0\ufeff]*\n")


class _Block(NamedTuple):
    """Code between two blank lines; places are within it."""

    start: int
    """Of its first token; -1 where there is none."""
    end: int
    piped: bool
    """It begins with a pipe."""
    code: tuple[str, ...]


@lru_cache(maxsize=2048)
def _read(text: str) -> _Block:
    start = end = -1
    piped = False
    code: list[str] = []
    for token in lexer.tokens(text):
        if token.kind == "space":
            continue
        if start < 0:
            start, piped = token.start, token.kind == "pipe"
        end = token.end
        if token.kind != "comment":
            code.append("''" if token.kind == "string" else text[token.start : token.end])
    return _Block(start, end, piped, tuple(code))


def statements(text: str) -> list[tuple[int, int]]:
    """All queries of a text as (start, end), in order."""
    if "```" in text or "~~~" in text:
        # A string of several lines may hold blank ones.
        return lexer.statements(text)
    found: list[tuple[int, int]] = []
    start = end = -1
    code: list[str] = []
    for first, last in _blocks(text):
        block = _read(text[first:last])
        if block.start < 0:
            continue
        if start < 0:
            start = found.pop()[0] if block.piped and found else first + block.start
        code += block.code
        end = first + block.end
        if lexer.is_whole(code):
            found.append((start, end))
            start, code = -1, []
    if start >= 0:
        found.append((start, end))
    return found


def _blocks(text: str) -> list[tuple[int, int]]:
    places = []
    at = 0
    while True:
        blank = _BLANK.search(text, at)
        if blank is None:
            places.append((at, len(text)))
            return places
        places.append((at, blank.start()))
        at = blank.end() - 1
