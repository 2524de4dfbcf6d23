"""Forms of the language that the grammar lacks, put into forms that it has.

Everything is replaced by text of the same length, so that places in the query stay true.
"""

from __future__ import annotations

from collections.abc import Sequence

from tui.kql.lexer import Token, tokens

_ENDS = frozenset({"|", ")", ";", ""})


def prepared(text: str) -> str:
    """The query for the grammar.

    - `serialize` without expressions is left out: every row order is kept here anyway;
    - hints of `evaluate`, `partition` and `distinct` are left out: they change no result;
    - the braces of `partition by X { … }` become parentheses;
    - a view that takes nothing and is called as `v()` is named as `v`, and one with parameters is
      the function that it is.
    """
    if not any(word in text for word in _CHANGES):
        return text
    found = [token for token in tokens(text) if token.kind not in ("space", "comment")]
    letters: list[str] | None = None
    for index, token in enumerate(found):
        word = text[token.start : token.end]
        if word not in _CHANGES:
            continue
        before = text[found[index - 1].start : found[index - 1].end] if index else ""
        if before not in _BEFORE.get(word, _STARTS):
            continue
        letters = letters if letters is not None else list(text)
        _CHANGES[word](text, letters, found, index)
    return "".join(letters) if letters is not None else text


def _blank(letters: list[str], start: int, end: int) -> None:
    for position in range(start, end):
        if letters[position] not in "\r\n":
            letters[position] = " "


def _word(text: str, found: Sequence[Token], index: int) -> str:
    return text[found[index].start : found[index].end] if index < len(found) else ""


def _serialize(text: str, letters: list[str], found: Sequence[Token], index: int) -> None:
    if _word(text, found, index + 1) in _ENDS and index and _word(text, found, index - 1) == "|":
        _blank(letters, found[index - 1].start, found[index].end)


def _hints(text: str, letters: list[str], found: Sequence[Token], index: int) -> None:
    position = index + 1
    while _word(text, found, position) == "hint" and position + 4 < len(found):
        _blank(letters, found[position].start, found[position + 4].end)
        position += 5


def _partition(text: str, letters: list[str], found: Sequence[Token], index: int) -> None:
    _hints(text, letters, found, index)
    depth = 0
    opened = -1
    for position in range(index + 1, len(found)):
        word = _word(text, found, position)
        if word == "{":
            depth += 1
            opened = found[position].start if depth == 1 else opened
        elif word == "}":
            depth -= 1
            if depth == 0:
                letters[opened], letters[found[position].start] = "(", ")"
                return
        elif word in ("|", ";") and depth == 0:
            return


def _view(text: str, letters: list[str], found: Sequence[Token], index: int) -> None:
    if _word(text, found, index + 1) != "(":
        return
    if _word(text, found, index + 2) != ")":
        _blank(letters, found[index].start, found[index].end)
        return
    name = _word(text, found, index - 2)
    for position in range(index + 1, len(found) - 2):
        called = [_word(text, found, position + step) for step in range(3)]
        if called == [name, "(", ")"]:
            _blank(letters, found[position + 1].start, found[position + 2].end)


_STARTS = ("|", "", "(", ";", "{")
_BEFORE = {"view": ("=",)}
_CHANGES = {
    "view": _view,
    "serialize": _serialize,
    "evaluate": _hints,
    "distinct": _hints,
    "partition": _partition,
}
