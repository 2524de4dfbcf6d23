"""The names of columns that two tables bring into one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

_LEFT_ONLY = frozenset({"leftsemi", "leftanti"})
_RIGHT_ONLY = frozenset({"rightsemi", "rightanti"})


def joined(left: Sequence[str], right: Sequence[str], kind: str) -> list[str]:
    """The columns of a `join`."""
    if kind in _LEFT_ONLY:
        return list(left)
    if kind in _RIGHT_ONLY:
        return list(right)
    return [*left, *beside(left, right)]


def looked_up(left: Sequence[str], right: Sequence[str], keys: Collection[str]) -> list[str]:
    """The columns of a `lookup`, which has the keys once."""
    return [*left, *beside(left, [name for name in right if name not in keys])]


def beside(left: Iterable[str], right: Sequence[str]) -> list[str]:
    """The names that the right side's columns get.

    One that the left side has too gets the first number with which it is no column's name; a name
    that only the right side has is kept, and so is never given to another column.
    """
    ours = set(left)
    taken = ours.union(right)
    given = []
    for name in right:
        number = 0
        chosen = name
        while name in ours and chosen in taken:
            number += 1
            chosen = f"{name}{number}"
        taken.add(chosen)
        given.append(chosen)
    return given
