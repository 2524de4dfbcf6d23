"""How `reduce` groups texts: words that are frequent at their place stay, others become `*`.

Source: *reduce operator* (Kusto Query Language), and the paper that it names, R. Vaarandi's "A
Data Clustering Algorithm for Mining Patterns From Event Logs". What both leave open is settled
by the examples of that page: a word or a group must be more frequent than the threshold; words
of digits vary where a text has others; characters that were named as separators go with the
wildcard beside them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

_PLAIN = re.compile("([0-9A-Za-z]+)")
OTHERS = "others"
"""The pattern of texts that are like too few."""


def patterns(
    counted: Sequence[tuple[str, int]],
    threshold: float,
    characters: str | None,
    check: Callable[[], None] = lambda: None,
) -> list[str]:
    """The pattern of each text.

    Args:
        counted: Distinct texts, and how many rows have each.
        threshold: The share of all rows that a word, and a group, must exceed; one row is no group.
        characters: What parts words; None stands for all but ASCII letters and digits.
        check: Called now and then; may raise.
    """
    least = max(1.0, round(threshold * sum(count for _, count in counted), 6))
    words = re.compile(f"([^{re.escape(characters)}]+)") if characters else _PLAIN
    places: Counter[tuple[int, str]] = Counter()
    pieces: list[list[str]] = []
    for number, (text, count) in enumerate(counted):
        if number % 1024 == 0:
            check()
        # Words stand at odd places, what parts them at even ones.
        parts = words.split(text)
        pieces.append(parts)
        for place, word in _steady(parts):
            places[place, word] += count
    found: list[str | None] = []
    groups: Counter[str] = Counter()
    for number, (parts, (text, count)) in enumerate(zip(pieces, counted, strict=True)):
        if number % 1024 == 0:
            check()
        kept = {place for place, word in _steady(parts) if places[place, word] > least}
        pattern = _pattern(parts, kept, swallow=characters is not None) if kept else None
        if len(parts) == 1:
            pattern = text
        found.append(pattern)
        if pattern is not None:
            groups[pattern] += count
    return [OTHERS if one is None or groups[one] <= least else one for one in found]


def _steady(parts: list[str]) -> list[tuple[int, str]]:
    """The words that may stay, by place: those of digits only where there are no others."""
    words = list(enumerate(parts))[1::2]
    lettered = [item for item in words if not item[1].isdigit()]
    return lettered or words


def _pattern(parts: list[str], kept: set[int], *, swallow: bool) -> str:
    pattern = ""
    between = parts[0]
    open_star = False
    for place in range(1, len(parts), 2):
        if place in kept:
            if not (open_star and swallow):
                pattern += between
            pattern += parts[place]
            open_star = False
        elif not open_star:
            pattern += "*" if swallow and pattern else between + "*"
            open_star = True
        between = parts[place + 1]
    return pattern if open_star and swallow else pattern + between
