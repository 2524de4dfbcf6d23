"""Where the motions and the objects of vi lead to, in a text counted by characters."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

_WORD = re.compile(r"\w+|[^\w\s]+")
_BIG = re.compile(r"\S+")
_PAIRS = {"(": "()", ")": "()", "b": "()", "[": "[]", "]": "[]", "{": "{}", "}": "{}", "B": "{}"}
_NEAR = 20_000
"""Characters that are looked through before the cursor, and for a partner."""


class Reach(NamedTuple):
    """Where a motion leads."""

    to: int
    inclusive: bool = False
    """An operator takes the character there too."""
    lines: bool = False
    """An operator takes whole lines."""


def line_span(text: str, at: int) -> tuple[int, int]:
    """Start and end of the line of a place, the newline not among it."""
    end = text.find("\n", at)
    return text.rfind("\n", 0, at) + 1, len(text) if end < 0 else end


def motion(text: str, at: int, key: str, count: int, given: bool) -> Reach | None:
    """Where a motion of one key leads; None where it is none, or leads nowhere.

    Args:
        text: The text.
        at: The cursor.
        key: The key as a character; `gg` for the first line.
        count: How many times.
        given: Whether the count was typed.
    """
    start, end = line_span(text, at)
    match key:
        case "h":
            return Reach(max(start, at - count))
        case "l" | " ":
            return Reach(min(end, at + count))
        case "0":
            return Reach(start)
        case "^" | "_":
            return Reach(first_letter(text, start))
        case "$":
            for _ in range(count - 1):
                end = line_span(text, min(len(text), end + 1))[1]
            return Reach(max(start, end - 1), inclusive=end > start)
        case "w" | "W":
            return Reach(_repeated(_forward, text, at, count, _BIG if key == "W" else _WORD))
        case "b" | "B":
            return Reach(_repeated(_back, text, at, count, _BIG if key == "B" else _WORD))
        case "e" | "E":
            pattern = _BIG if key == "E" else _WORD
            return Reach(_repeated(_end, text, at, count, pattern), inclusive=True)
        case "gg":
            return Reach(_line(text, count if given else 1), lines=True)
        case "G":
            return Reach(_line(text, count if given else text.count("\n") + 1), lines=True)
        case "j" | "\n" | "+":
            return _below(text, at, count, key != "j")
        case "k" | "-":
            return _above(text, at, count, key != "k")
        case "{":
            found = [one.start() + 1 for one in re.finditer(r"\n[ \t]*(?=\n)", text[:at])]
            return Reach(found[-count] if len(found) >= count else 0)
        case "}":
            later = [one.start() + 1 for one in re.finditer(r"\n[ \t]*(?=\n)", text[at:])]
            return Reach(at + later[count - 1] if len(later) >= count else len(text))
        case "%":
            return _partner(text, at, end)
    return None


def seek(text: str, at: int, key: str, character: str, count: int) -> Reach | None:
    """`f F t T` and a character, within the line."""
    start, end = line_span(text, at)
    place = at
    for _ in range(count):
        if key in "ft":
            place = text.find(character, place + 1, end)
        else:
            place = text.rfind(character, start, place)
        if place < 0:
            return None
    if key == "t":
        return Reach(place - 1, inclusive=True)
    if key == "T":
        return Reach(place + 1)
    return Reach(place, inclusive=key == "f")


def inner(text: str, at: int, key: str, around: bool) -> tuple[int, int] | None:
    """`iw`, `a(`, …: start and end of what is around the cursor."""
    start, end = line_span(text, at)
    if key in "wW":
        pattern = re.compile(r"\w+|[^\w\s]+|[^\S\n]+" if key == "w" else r"\S+|[^\S\n]+")
        for found in pattern.finditer(text, start, end):
            if found.start() <= at < found.end():
                first, last = found.span()
                if around:
                    blank = re.compile(r"[^\S\n]+").match(text, last, end)
                    last = blank.end() if blank else last
                return first, last
        return None
    if key in "\"'`":
        places = [one for one in range(start, end)
                  if text[one] == key and (one == start or text[one - 1] != "\\")]  # fmt: skip
        for first, last in zip(places[::2], places[1::2], strict=False):
            if at <= last:
                return (first, last + 1) if around else (first + 1, last)
        return None
    if key not in _PAIRS:
        return None
    pair = _PAIRS[key]
    opening, closing = pair[0], pair[1]
    depth = 0
    for first in range(at, max(-1, at - _NEAR), -1):
        depth += (text[first : first + 1] == closing and first != at) - (
            text[first : first + 1] == opening
        )
        if depth < 0:
            partner = _closing(text, first)
            if partner is None or partner < at:
                return None
            return (first, partner + 1) if around else (first + 1, partner)
    return None


def first_letter(text: str, start: int) -> int:
    """The first place of a line that is no blank."""
    end = line_span(text, start)[1]
    line = text[start:end]
    return start + len(line) - len(line.lstrip()) if line.strip() else start


_Step = Callable[[str, int, re.Pattern[str]], int]


def _repeated(step: _Step, text: str, at: int, count: int, pattern: re.Pattern[str]) -> int:
    for _ in range(min(count, 1000)):
        at = step(text, at, pattern)
    return at


def _forward(text: str, at: int, pattern: re.Pattern[str]) -> int:
    found = pattern.search(text, at)
    if found is not None and found.start() == at:
        found = pattern.search(text, found.end())
    return found.start() if found else len(text)


def _end(text: str, at: int, pattern: re.Pattern[str]) -> int:
    found = pattern.search(text, at + 1)
    return found.end() - 1 if found else max(0, len(text) - 1)


def _back(text: str, at: int, pattern: re.Pattern[str]) -> int:
    last = 0
    for found in pattern.finditer(text, max(0, line_span(text, max(0, at - _NEAR))[0]), at):
        last = found.start()
    return last


def _line(text: str, number: int) -> int:
    start = 0
    for _ in range(number - 1):
        newline = text.find("\n", start)
        if newline < 0:
            break
        start = newline + 1
    return first_letter(text, start)


def _below(text: str, at: int, count: int, to_letter: bool) -> Reach | None:
    start, end = line_span(text, at)
    column = at - start
    for _ in range(count):
        if end >= len(text):
            return None
        start, end = line_span(text, end + 1)
    to = first_letter(text, start) if to_letter else min(start + column, end)
    return Reach(to, lines=True)


def _above(text: str, at: int, count: int, to_letter: bool) -> Reach | None:
    start, end = line_span(text, at)
    column = at - start
    for _ in range(count):
        if start == 0:
            return None
        start, end = line_span(text, start - 1)
    to = first_letter(text, start) if to_letter else min(start + column, end)
    return Reach(to, lines=True)


def _partner(text: str, at: int, end: int) -> Reach | None:
    for place in range(at, end):
        if text[place] in "([{":
            to = _closing(text, place)
            return None if to is None else Reach(to, inclusive=True)
        if text[place] in ")]}":
            opening = _PAIRS[text[place]][0]
            depth = 0
            for back in range(place, max(-1, place - _NEAR), -1):
                depth += (text[back] == text[place]) - (text[back] == opening)
                if depth == 0:
                    return Reach(back, inclusive=True)
            return None
    return None


def _closing(text: str, at: int) -> int | None:
    pair = _PAIRS[text[at]]
    opening, closing = pair[0], pair[1]
    depth = 0
    for place in range(at, min(len(text), at + _NEAR)):
        depth += (text[place] == opening) - (text[place] == closing)
        if depth == 0:
            return place
    return None
