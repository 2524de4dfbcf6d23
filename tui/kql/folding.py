"""Which lines of a text can be folded away: what stands below a line and belongs to it."""

from __future__ import annotations

from bisect import bisect_right

from tui.kql.lexer import tokens
from tui.kql.scope_blocks import statements

_CLOSING = {")": "(", "]": "[", "}": "{"}


def regions(text: str) -> dict[int, int]:
    """The lines that can be folded: the line that stays, and the last that goes; from 0.

    A statement goes up to its `;`, a bracket up to the line before the one that closes it,
    comments on lines of their own up to the last in a row, a text of several lines to its end.
    """
    rows = [0]
    for line in text.split("\n"):
        rows.append(rows[-1] + len(line) + 1)
    found: dict[int, int] = {}

    def add(head: int, last: int) -> None:
        if last > head:
            found[head] = max(last, found.get(head, last))

    row = 0
    opened: list[tuple[str, int]] = []
    comments: tuple[int, int] | None = None
    ends: list[int] = []
    code_row = -1
    for token in tokens(text):
        while token.start >= rows[row + 1]:
            row += 1
        if token.kind == "space":
            continue
        if token.kind == "comment":
            if code_row != row:
                goes_on = comments is not None and comments[1] == row - 1
                comments = (comments[0] if goes_on and comments else row, row)
                add(*comments)
            continue
        shown = text[token.start : token.end]
        if token.kind == "punctuation":
            if shown in "([{":
                opened.append((shown, row))
            elif shown in _CLOSING and opened and opened[-1][0] == _CLOSING[shown]:
                _, head = opened.pop()
                add(head, row if code_row == row else row - 1)
            elif shown == ";" and not opened:
                ends.append(token.end)
        code_row = row
        if token.kind == "string" and "\n" in shown:
            add(row, row + shown.count("\n"))
            code_row = row + shown.count("\n")
    for start, end in statements(text):
        at = start
        for stop in [*(one for one in ends if start < one < end), end]:
            while at < stop and text[at].isspace():
                at += 1
            while text.startswith("//", at):
                at = text.find("\n", at) + 1 or stop
                while at < stop and text[at].isspace():
                    at += 1
            if at < stop:
                add(_row(rows, at), _row(rows, stop - 1))
            at = stop
    return found


def _row(rows: list[int], index: int) -> int:
    return bisect_right(rows, index) - 1
