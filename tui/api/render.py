"""Records as JSON for scripts: snake case, Graph's spelling of values, UTC times with `Z`."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

import msgspec

from tui.api.records import Incident
from tui.text import visible

_LEFT_OUT = frozenset({"raw"})
_NOT_PLAIN = re.compile("[^\x00-\x7e]")


def records_to_json(incident: Incident) -> dict[str, Any]:
    """The incident as plain JSON values, without the service's own object.

    Every field of the model is there in every incident, so that a script can rely on it.
    """
    rendered = _plain(incident)
    assert isinstance(rendered, dict)
    return rendered


def json_text(value: object, *, indent: int | None = 2) -> str:
    """JSON that is safe to print: whatever acts on a terminal or hides is escaped.

    Values that JSON has no word for (not a number, infinity) become null.
    """
    written = json.dumps(_finite(value), indent=indent, ensure_ascii=False, default=str)
    return _NOT_PLAIN.sub(_escaped, written)


def utc(moment: datetime) -> str:
    """A time as exports write it: UTC with `Z`, a fraction only where there is one."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _plain(value: object) -> object:
    if isinstance(value, msgspec.Struct):
        return {
            name: _plain(getattr(value, name))
            for name in value.__struct_fields__
            if name not in _LEFT_OUT
        }
    if isinstance(value, datetime):
        return utc(value)
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(name): _plain(item) for name, item in value.items()}
    return value


def _finite(value: object) -> object:
    if isinstance(value, float):
        return value if abs(value) <= 1.7976931348623157e308 else None
    if isinstance(value, dict):
        return {str(name): _finite(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value


def _escaped(match: re.Match[str]) -> str:
    character = match.group()
    if character != "\x7f" and visible(character) == character:
        return character
    code = ord(character)
    if code < 0x10000:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
