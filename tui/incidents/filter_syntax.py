"""The tokens of the filter language, and what is said when it is not understood.

A filter is words and `field:value,value` terms, all of which must hold. `-` before one
negates it, `or` stands between alternatives, parentheses group, and quotes keep blanks
and signs together (`\\"` and `\\\\` inside them).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from msgspec import Struct
from msgspec import field as new_field

from tui.errors import UsageProblem

TokenKind = Literal["term", "not", "or", "and", "open", "close"]

_BLANK = re.compile(r"\s+")
_FIELD = re.compile(r"([A-Za-z_][A-Za-z0-9_]*):")
_BARE = re.compile(r'[^\s"()]+')
_BARE_VALUE = re.compile(r'[^\s"(),]+')
_SIGN = re.compile(r"[<>]=?|=")
_QUOTED_MOST, _QUOTED_END = 120, 40
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


class FilterProblem(UsageProblem):
    """A filter that is not understood.

    Args:
        why: What is wrong, quoting the text.
        remedy: What could stand there instead.
        column: Where in the text the fault begins, from 1.
        length: How many characters it spans.
    """

    def __init__(self, why: str, remedy: str = "", *, column: int, length: int = 1) -> None:
        if len(why) > _QUOTED_MOST + _QUOTED_END:
            why = f"{why[:_QUOTED_MOST]}…{why[-_QUOTED_END:]}"
        super().__init__(f"The filter is not understood at column {column}", why, remedy)
        self.column = column
        self.length = length


class Seen(Struct, frozen=True):
    """Values found in answers, which a filter may name beside the documented ones."""

    severities: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()
    values: Mapping[str, tuple[str, ...]] = new_field(default_factory=dict)
    """By field (`assigned`, `tag`, `device`, …): the values met, the most frequent first."""


class Value(Struct, frozen=True):
    """One value of a term; a quoted one is never a keyword."""

    text: str
    quoted: bool
    column: int


class Token(Struct, frozen=True):
    """A sign, or a term: its field (empty for a word) and its values."""

    kind: TokenKind
    column: int
    end: int
    """Column after its last character."""
    field: str = ""
    values: tuple[Value, ...] = ()


def nearest(wrong: str, known: Iterable[str]) -> str | None:
    """The known name most like a wrong one, if any is."""
    from difflib import get_close_matches

    wanted, names = wrong.casefold(), [name for name in known if len(name) > 1]
    begun = [name for name in names if len(wanted) > 1 and name.startswith(wanted)]
    found = begun or get_close_matches(wanted, names, n=1, cutoff=0.6)
    return found[0] if found else None


def quoted_value(text: str) -> str:
    """A value in quotes, so that it is taken as it is."""
    return '"{}"'.format(text.replace("\\", "\\\\").replace('"', '\\"'))


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a filter, in order.

    Raises:
        FilterProblem: A quote is not closed, or a “-” stands alone.
    """
    at = 0
    while at < len(text):
        if blank := _BLANK.match(text, at):
            at = blank.end()
            continue
        character = text[at]
        if character in "()":
            kind: TokenKind = "open" if character == "(" else "close"
            yield Token(kind, at + 1, at + 2)
            at += 1
        elif character == "-":
            if not text[at + 1 : at + 2].strip():
                raise FilterProblem(
                    "“-” negates the term that it stands right before, and there is none",
                    "To search for the sign as text, put it in quotes.",
                    column=at + 1,
                )
            yield Token("not", at + 1, at + 2)
            at += 1
        elif field := _FIELD.match(text, at):
            values, end = _values(text, field.end())
            yield Token("term", at + 1, end + 1, field.group(1).lower(), values)
            at = end
        else:
            token = _word(text, at)
            yield token
            at = token.end - 1


def _word(text: str, at: int) -> Token:
    if text[at] == '"':
        word, end = _quoted(text, at)
        return Token("term", at + 1, end + 1, values=(Value(word, True, at + 1),))
    match = _BARE.match(text, at)
    assert match is not None
    word, end = match.group(), match.end()
    if word.lower() in ("or", "and"):
        return Token("or" if word.lower() == "or" else "and", at + 1, end + 1)
    return Token("term", at + 1, end + 1, values=(Value(word, False, at + 1),))


def _values(text: str, at: int) -> tuple[tuple[Value, ...], int]:
    values: list[Value] = []
    while at < len(text):
        if text[at] == ",":
            at += 1
        elif text[at] == '"':
            word, end = _quoted(text, at)
            values.append(Value(word, True, at + 1))
            at = end
        elif match := _BARE_VALUE.match(text, at):
            word, end = match.group(), match.end()
            if _SIGN.fullmatch(word) and text[end : end + 1] == '"':
                quoted, end = _quoted(text, end)
                word += quoted
            values.append(Value(word, False, at + 1))
            at = end
        else:
            break
    return tuple(values), at


def _quoted(text: str, at: int) -> tuple[str, int]:
    match = _QUOTED.match(text, at)
    if match is None:
        raise FilterProblem(
            "the quote is not closed",
            'Close it with ".',
            column=at + 1,
            length=len(text) - at,
        )
    return _ESCAPE.sub(r"\1", match.group(1)), match.end()
