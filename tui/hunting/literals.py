"""Values as KQL literals. What an attacker wrote stays a value, whatever it holds.

Source: *The string data type* (Kusto Query Language).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from tui.text import visible

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def string(text: str) -> str:
    """A text as a string literal on one line.

    Paths are written verbatim (`@"C:\\Windows"`), as hunters do; everything that does not
    show as itself is written as an escape.
    """
    if visible(text) != text:
        return '"' + "".join(map(_escaped, text)) + '"'
    if "\\" in text:
        return '@"' + text.replace('"', '""') + '"'
    return '"' + text.replace('"', '\\"') + '"'


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if visible(character) == character:
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def moment(time: datetime) -> str:
    """A time as a datetime literal in UTC, to the second."""
    return f"datetime({time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ})"


def name(text: str) -> str:
    """A column's name where a name is wanted: bracketed unless it is a plain word."""
    return text if re.fullmatch(r"[A-Za-z_]\w*", text, re.ASCII) else f"[{string(text)}]"
