"""JSON as lines that fold: what is seen of a value, where each line stands, and finding words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from tui.text import escape_json, visible

Path = tuple[str | int, ...]

_WORD = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_FEW = 12
"""Members up to which a value that stands at the top is open at first."""
_LONGEST = 2_000
_TITLES = ("title", "displayName", "name", "incidentName", "@odata.type", "comment", "id")


class Line(Struct, frozen=True):
    """One line: a member of an object, or an item of a list."""

    path: Path
    key: str
    """What stands before the value; empty for the whole."""
    value: str
    """The value on one line; of what is folded or open, what it is made of."""
    kind: str
    """`text`, `number`, `word` (true, false, null), `list` or `object`."""
    is_open: bool | None
    """Whether its members are seen; None where it has none."""


class JsonTree:
    """A value, and which parts of it are open."""

    def __init__(self, value: Any) -> None:
        self.value = value
        self._open: set[Path] = {()}
        for key, member in _members(value):
            if isinstance(member, (dict, list)) and 0 < len(member) <= _FEW:
                self._open.add((key,))

    def lines(self) -> list[Line]:
        """Every line that is seen, in order."""
        found: list[Line] = []
        stack: list[tuple[Path, str, Any]] = [((), "", self.value)]
        while stack:
            path, key, value = stack.pop()
            found.append(self._line(path, key, value))
            if path in self._open:
                members = [((*path, at), str(at), one) for at, one in _members(value)]
                stack.extend(reversed(members))
        return found

    def _line(self, path: Path, key: str, value: Any) -> Line:
        if isinstance(value, (dict, list)):
            has = bool(value)
            return Line(
                path,
                key,
                _outline(value),
                "list" if isinstance(value, list) else "object",
                (path in self._open) if has else None,
            )
        kind = "text"
        if value is None or isinstance(value, bool):
            kind = "word"
        elif isinstance(value, (int, float)):
            kind = "number"
        return Line(path, key, _short(value), kind, None)

    def set_open(self, path: Path, is_open: bool) -> None:
        """Open or fold what stands at a path."""
        if is_open and isinstance(self.at(path), (dict, list)):
            self._open.add(path)
        else:
            self._open.discard(path)

    def is_open(self, path: Path) -> bool:
        """Whether the members of what stands at a path are seen."""
        return path in self._open

    def open_below(self, path: Path, *, is_open: bool, most: int = 5_000) -> None:
        """Open or fold all that stands below a path, up to so many."""
        stack = [path]
        while stack and most:
            here = stack.pop()
            most -= 1
            self.set_open(here, is_open or here == ())
            stack += [
                (*here, key)
                for key, one in _members(self.at(here))
                if isinstance(one, (dict, list)) and one
            ]

    def reveal(self, path: Path) -> None:
        """Open all that a path passes through."""
        for length in range(len(path)):
            self._open.add(path[:length])

    def at(self, path: Path) -> Any:
        """The value at a path."""
        value = self.value
        for key in path:
            value = value[key]
        return value

    def text_at(self, path: Path) -> str:
        """The value at a path for the clipboard: a text as it is, all else as JSON."""
        value = self.at(path)
        if isinstance(value, str):
            return value
        return escape_json(json.dumps(value, ensure_ascii=False, indent=2, default=str))

    def find(self, words: str, after: Path, *, back: bool = False) -> Path | None:
        """The next place behind (or before) a path whose key or value has these words.

        Around the end to the beginning; None where they are nowhere.
        """
        wanted = words.casefold()
        places = [path for path, text in self._texts() if wanted in text.casefold()]
        if not places:
            return None
        order = [_order(path, self.value) for path in places]
        here = _order(after, self.value)
        if back:
            earlier = [at for at, one in enumerate(order) if one < here]
            return places[earlier[-1] if earlier else -1]
        later = [at for at, one in enumerate(order) if one > here]
        return places[later[0] if later else 0]

    def _texts(self) -> Iterator[tuple[Path, str]]:
        stack: list[tuple[Path, Any]] = [((), self.value)]
        while stack:
            path, value = stack.pop()
            key = str(path[-1]) if path and isinstance(path[-1], str) else ""
            if isinstance(value, (dict, list)):
                if key:
                    yield path, key
                members = [((*path, at), one) for at, one in _members(value)]
                stack.extend(reversed(members))
            else:
                yield path, f"{key} {value if isinstance(value, str) else _short(value)}"


def _members(value: Any) -> list[tuple[str | int, Any]]:
    if isinstance(value, dict):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, list) else []


def _order(path: Path, value: Any) -> tuple[int, ...]:
    """Places of a path's parts, which order paths as they are written."""
    found: list[int] = []
    for key in path:
        if isinstance(value, dict):
            found.append(list(value).index(key))
        else:
            assert isinstance(key, int)
            found.append(key)
        value = value[key]
    return tuple(found)


def _short(value: Any) -> str:
    if isinstance(value, str) and len(value) > _LONGEST:
        value = f"{value[:_LONGEST]}… {len(value) - _LONGEST:,} more characters"
    return escape_json(json.dumps(value, ensure_ascii=False, default=str))


def _outline(value: dict[str, Any] | list[Any]) -> str:
    """What stands for the members of a value: how many, and what they are called."""
    signs = "{}" if isinstance(value, dict) else "[]"
    if not value:
        return signs
    said = f"{signs[0]}{len(value):,}{signs[1]}"
    if isinstance(value, dict):
        for name in _TITLES:
            title = value.get(name)
            if isinstance(title, str) and title:
                kind = title[:200].rpartition("#microsoft.graph.security.")[2]
                return f"{said}  {visible(kind)}"
    return said


def path_text(path: Path) -> str:
    """A path as programs write it: `alerts[0].evidence[3].fileDetails.sha256`."""
    text = ""
    for key in path:
        if isinstance(key, int):
            text += f"[{key}]"
        elif _WORD.fullmatch(key):
            text += f".{key}" if text else key
        else:
            text += f"[{escape_json(json.dumps(key, ensure_ascii=False))}]"
    return text
