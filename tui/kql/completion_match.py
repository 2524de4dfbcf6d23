"""Whether what was typed means a name: by prefix, by camel humps, by what it contains."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_HUMP = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[A-Z]")


class Match(NamedTuple):
    """How well a name fits: the smaller, the better."""

    rank: int
    """0 begins so, 1 begins so in other case, 2 by humps, 3 contains it."""
    typed: tuple[int, ...]
    """The characters of the name that were typed."""


@lru_cache(maxsize=8192)
def _humps(name: str) -> tuple[tuple[int, int], ...]:
    return tuple(found.span() for found in _HUMP.finditer(name))


def match(typed: str, name: str) -> Match | None:
    """How a name fits what was typed; None where it does not."""
    length = len(typed)
    if not length:
        return Match(0, ())
    if name.startswith(typed):
        return Match(0, tuple(range(length)))
    low, wanted = name.lower(), typed.lower()
    if low.startswith(wanted):
        return Match(1, tuple(range(length)))
    if length > 1:
        places = _by_humps(wanted, low, _humps(name))
        if places is not None:
            return Match(2, places)
        at = low.find(wanted)
        if at > 0:
            return Match(3, tuple(range(at, at + length)))
    return None


def _by_humps(wanted: str, name: str, humps: tuple[tuple[int, int], ...]) -> tuple[int, ...] | None:
    if not humps or name[humps[0][0]] != wanted[0] or len(wanted) > 40:
        return None
    return _from(wanted, 0, name, humps, 0, ())


def _from(
    wanted: str,
    at: int,
    name: str,
    humps: tuple[tuple[int, int], ...],
    hump: int,
    found: tuple[int, ...],
) -> tuple[int, ...] | None:
    """Take as much of a hump as fits, then less, then go on with a later one."""
    if at == len(wanted):
        return found
    for index in range(hump, len(humps)):
        start, end = humps[index]
        most = 0
        while at + most < len(wanted) and start + most < end:
            if name[start + most] != wanted[at + most]:
                break
            most += 1
        if index and len(humps) - index > 12:
            return None
        for taken in range(most, 0, -1):
            rest = _from(
                wanted,
                at + taken,
                name,
                humps,
                index + 1,
                (*found, *range(start, start + taken)),
            )
            if rest is not None:
                return rest
        if not index:
            return None
    return None
