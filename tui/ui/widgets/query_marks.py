"""Colours of a line of KQL, as TextArea's highlight map has them: spans in bytes."""

from __future__ import annotations

from tui.kql.lexer import Fence, line_tokens
from tui.text import visible

Mark = tuple[int, int | None, str]
"""Start and end in bytes of a line, and the name of a style."""

NAMES = {
    "keyword": "keyword",
    "operator": "keyword",
    "let": "name",
    "table": "table",
    "function": "function",
    "type": "function",
    "datetime": "number",
    "timespan": "number",
    "number": "number",
    "string": "string",
    "comment": "comment",
    "pipe": "faint",
    "punctuation": "faint",
    "error": "error",
}


def coloured(line: str, inside: Fence, names: frozenset[str]) -> list[Mark]:
    """The colours of a line, by what its tokens are."""
    found, _ = line_tokens(line, inside, lets=names)
    plain = line.isascii()
    places = [] if plain else _places(line)
    spans: list[Mark] = []
    for token in found:
        name = NAMES.get(token.kind)
        if name is not None:
            start, end = token.start, token.end
            if not plain:
                start, end = places[start], places[end]
            spans.append((start, end, name))
    return spans


def _places(line: str) -> list[int]:
    """Where each character begins, in bytes."""
    places = [0]
    for character in line:
        code = ord(character)
        size = 1 if code < 0x80 else 2 if code < 0x800 else 3 if code < 0x10000 else 4
        places.append(places[-1] + size)
    return places


def in_bytes(line: str, index: int) -> int:
    """The place of a character, counted in bytes."""
    return index if line.isascii() else len(line[:index].encode("utf-8", "surrogatepass"))


def fault_mark(line: str, column: int) -> Mark:
    """The word that a fault stands at."""
    end = column
    while end < len(line) and (line[end].isalnum() or line[end] == "_"):
        end += 1
    end = max(end, column + 1)
    return in_bytes(line, column), in_bytes(line, min(end, len(line))), "fault"


def drawable(character: str) -> str:
    """A character as it is drawn: itself, or a mark of one cell."""
    if character == "\t":
        return character
    shown = visible(character)
    return shown if len(shown) == 1 else "�"
