"""Chance that falls the same way in every process.

`random.Random` costs more to seed than a whole incident costs to make, and promises its
sequence for some methods only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
_MASK = (1 << 64) - 1


def _mix(state: int) -> int:
    """Steele, Lea and Flood's SplitMix64 finaliser."""
    state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _MASK
    return state ^ (state >> 31)


class Dice:
    """A stream of choices that is a pure function of its keys."""

    __slots__ = ("_state",)

    def __init__(self, *keys: int) -> None:
        state = 0
        for key in keys:
            state = _mix((state ^ (key & _MASK)) + 0x9E3779B97F4A7C15 & _MASK)
        self._state = state

    def bits(self) -> int:
        """The next 64 bits."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        return _mix(self._state)

    def below(self, limit: int) -> int:
        """A number from 0 up to, but not including, `limit`."""
        return self.bits() % limit

    def between(self, low: int, high: int) -> int:
        """A number from `low` to `high`, both included."""
        return low + self.bits() % (high - low + 1)

    def fraction(self) -> float:
        """A number from 0 up to, but not including, 1."""
        return (self.bits() >> 11) / (1 << 53)

    def chance(self, share: float) -> bool:
        """True in that share of all throws."""
        return self.fraction() < share

    def pick(self, options: Sequence[T]) -> T:
        """One of them, each as likely."""
        return options[self.bits() % len(options)]

    def weighted(self, options: Sequence[tuple[int, T]]) -> T:
        """One of them, as likely as its weight."""
        throw = self.below(sum(weight for weight, _ in options))
        for weight, option in options:
            throw -= weight
            if throw < 0:
                return option
        raise AssertionError("weights are positive")


def digest(name: str, algorithm: str = "sha1") -> str:
    """A hash in hexadecimal that stands for the thing of that name."""
    return hashlib.new(algorithm, name.encode(), usedforsecurity=False).hexdigest()


def guid(name: str) -> str:
    """A GUID that stands for the thing of that name."""
    text = digest(name, "md5")
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"
