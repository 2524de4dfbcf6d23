"""A value that must not be seen, and the search for such values in text that will be."""

from __future__ import annotations

import base64
import hmac
import json
import re
from typing import Never
from urllib.parse import quote, quote_plus

_MARK = "[redacted]"
_SHORTEST = 6
"""Shorter values are not searched for: replacing them would shred innocent text."""

_known: dict[str, tuple[str, ...]] = {}

_SHAPES = re.compile(
    r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]*)?"
    r"|(?i:(?<=bearer )[A-Za-z0-9._~+/=-]{8,})"
    r"|(?i:(?<=client_secret=)[^&\s\"']+)"
    r"|(?i:(?<=client_assertion=)[^&\s\"']+)"
    r"|(?i:(?<=refresh_token=)[^&\s\"']+)"
)


_LONGEST = 4_000
"""Characters; the authority's own secrets have about forty."""


def fault_of_typed(value: str) -> str:
    """Why a typed or pasted line is neither a client secret nor a pass phrase; else empty."""
    if not value.isprintable():
        return "it holds line breaks or control characters"
    if len(value) > _LONGEST:
        return f"it has {len(value):,} characters"
    return ""


class Secret:
    """Text that never shows itself: neither printed, formatted, pickled nor compared in time.

    Its value is remembered by this process so that `redact` finds it in logs.
    """

    __hash__ = None  # type: ignore[assignment]
    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value
        if len(value) >= _SHORTEST and value not in _known:
            _known[value] = _forms(value)

    def reveal(self) -> str:
        """The value itself, for the one call that needs it."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret({_MARK})"

    def __str__(self) -> str:
        return _MARK

    def __format__(self, spec: str) -> str:
        return format(_MARK, spec)

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        ours = self._value.encode("utf-8", "surrogatepass")
        return hmac.compare_digest(ours, other._value.encode("utf-8", "surrogatepass"))

    def __reduce_ex__(self, protocol: object) -> Never:
        raise TypeError("a secret is not stored")

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self


def _forms(value: str) -> tuple[str, ...]:
    raw = value.encode("utf-8", "surrogatepass")
    plain = value.encode("utf-8", "replace").decode()
    forms = {
        value,
        quote(plain, safe=""),
        quote_plus(plain),
        json.dumps(value)[1:-1],
        repr(value)[1:-1],
        base64.b64encode(raw).decode().rstrip("="),
        base64.urlsafe_b64encode(raw).decode().rstrip("="),
    }
    return tuple(sorted(forms, key=len, reverse=True))


def redact(text: str) -> str:
    """The text without any secret of this process, nor anything shaped like a token."""
    for forms in list(_known.values()):
        for form in forms:
            if form in text:
                text = text.replace(form, _MARK)
    return _SHAPES.sub(_MARK, text)
