"""The right name that a wrong one is near to."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(name: str, known: Iterable[str], most: int) -> list[str]:
    """The names that are nearest, where they are near enough.

    Args:
        name: What was written.
        known: The right names.
        most: Single changes that may part them; fewer where the name is short.
    """
    low = name.lower()
    most = min(most, max(1, len(name) // 4))
    best: list[tuple[int, str]] = []
    for candidate in known:
        if abs(len(candidate) - len(name)) > most:
            continue
        other = candidate.lower()
        distance = 0 if other == low else _distance(low, other, most)
        if distance <= most:
            best.append((distance, candidate))
    best.sort()
    return [candidate for distance, candidate in best if distance == best[0][0]][:3]


def _distance(one: str, other: str, most: int) -> int:
    """Changes, swaps included, from one to the other; more than `most` where there are more."""
    if one == other:
        return 0
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, character in enumerate(one, 1):
        former, row, older = row, [at], before
        for place, wanted in enumerate(other, 1):
            cost = min(
                former[place] + 1,
                row[place - 1] + 1,
                former[place - 1] + (character != wanted),
            )
            if older and place > 1 and character == other[place - 2] and one[at - 2] == wanted:
                cost = min(cost, older[place - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
        before = former
    return row[-1]
