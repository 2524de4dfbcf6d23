"""Keys of the settings file, as Textual's keymap."""

from __future__ import annotations

import re
from collections.abc import Mapping

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")
_NAMES = {
    "esc": "escape",
    "return": "enter",
    "?": "question_mark",
    "/": "slash",
    "[": "left_square_bracket",
    "]": "right_square_bracket",
    "=": "equals_sign",
    "!": "exclamation_mark",
    "|": "vertical_line",
    "+": "plus",
    "-": "minus",
}


def command_id(name: str) -> str:
    """`set-status`, `set_status`, `Set status` or `SetStatus`, as the command's own name."""
    if re.fullmatch(r"(?:[A-Z][a-z0-9]*)+", name):
        return name
    return "".join(word.capitalize() for word in _WORDS.findall(name))


def key_id(key: str) -> str:
    """`Ctrl+S`, `^s`, `F5`, `?`: as Textual names the key; several are parted by commas."""
    names = []
    for part in key.split(",") if key != "," else ["comma"]:
        part = part.strip()
        if part.startswith("^") and len(part) == 2:
            part = f"ctrl+{part[1]}"
        if len(part) > 1:
            part = part.lower()
        names.append(_NAMES.get(part, part))
    return ",".join(names)


EMACS = {
    "Suggest": "alt+slash",
    "FindText": "ctrl+s",
    "GoToLine": "alt+g",
    "AddCaret": "alt+n",
    "SelectText": "alt+a",
}
"""Commands whose keys the editor has for something else in its emacs form."""
VI = {"AddCaret": "ctrl+k"}
"""The same in its form of vi."""


def keymap_of(keys: Mapping[str, str], editor_keys: str = "standard") -> dict[str, str]:
    """The settings' `[keys]` as a keymap: command's name to key; they go before the preset."""
    preset = {"emacs": EMACS, "vi": VI}.get(editor_keys, {})
    return {**preset, **{command_id(name): key_id(key) for name, key in keys.items()}}
