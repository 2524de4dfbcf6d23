"""Service text made displayable.

Attackers choose file names, command lines and mail subjects. Whatever came from a
service passes through `visible` (or `visible_lines`) before it reaches a terminal, a
clipboard, a table or a CSV file, so that no escape sequence acts and no character hides.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_PICTURES = {code: chr(0x2400 + code) for code in range(0x20)} | {0x7F: "␡"}
_SUSPECT = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202f\u205f-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\ud800-\udfff"
    "\ue000-\uf8ff\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U0001f3fb-\U0001f3ff\U000e0000-\U0010ffff]"
)
_KEPT_SPACES = {0x202F: " ", 0x205F: " "}


def _mark(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code in _PICTURES:
        return _PICTURES[code]
    if code in _KEPT_SPACES:
        return _KEPT_SPACES[code]
    if code == 0xFFFD:
        return "\ufffd"
    return f"⟨{code:02X}⟩" if code < 0x100 else f"⟨{code:04X}⟩"


def visible(text: str) -> str:
    """One line of displayable text.

    Controls become their pictures (`␛`, `␊`), bidirectional overrides, zero-width and
    private characters, variation selectors, tags and lone surrogates become `⟨202E⟩`. So do
    skin tones and other modifiers whose width terminals do not agree on.
    The function is idempotent: its output holds nothing that it would change.
    """
    if text.isascii() and text.isprintable():
        return text
    return _SUSPECT.sub(_mark, text)


def visible_lines(text: str) -> str:
    """Displayable text that keeps its line breaks and turns tabs into spaces."""
    if text.isascii() and text.isprintable():
        return text
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(visible(line.replace("\t", "    ")) for line in lines)


_CAPITAL = re.compile("(?<=[a-z])(?=[A-Z])|(?<=[a-z0-9])(?=[A-Z][a-z])")


def spaced(name: str) -> str:
    """`multiStagedAttack` as words; what is written in capitals throughout stays so."""
    return " ".join(
        word if word[1:2].isupper() else word[:1].lower() + word[1:]
        for word in _CAPITAL.sub(" ", name).split()
    )


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    if match.group() == "\n":
        return "\n"
    if code < 0x10000:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"


def escape_json(encoded: str) -> str:
    """Encoded JSON with every character that does not show as itself written as an escape.

    A terminal is safe with it and a parser gets the characters back as they were. Line
    breaks, which within JSON stand between tokens only, stay.
    """
    if encoded.isascii() and encoded.isprintable():
        return encoded
    return _SUSPECT.sub(_escape, encoded)


@lru_cache(maxsize=4096)
def _is_combining(character: str) -> bool:
    return unicodedata.combining(character) != 0 or unicodedata.category(character) == "Mn"


def calm(text: str, limit: int = 4) -> str:
    """The text with stacks of combining marks cut to `limit` for each base character."""
    if text.isascii():
        return text
    kept: list[str] = []
    stacked = 0
    for character in text:
        stacked = stacked + 1 if _is_combining(character) else 0
        if stacked <= limit:
            kept.append(character)
    return "".join(kept)
