"""What can be typed next: names, words and values that fit the place of the cursor."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from tui.kql import docs
from tui.kql.completion_match import match
from tui.kql.completion_names import Candidate, candidates, known_values
from tui.kql.completion_place import Place, place_at
from tui.kql.habits import NONE, Habits

MOST = 60
"""Candidates that are offered at most."""


@dataclass(frozen=True, slots=True)
class Completion:
    """What a list shows, and which part of the text it would replace."""

    start: int
    end: int
    prefix: str
    candidates: tuple[Candidate, ...]
    want: str
    naming: bool = False
    """A new name may be typed here as well."""

    @property
    def whole(self) -> bool:
        """What was typed is one of the candidates already."""
        return bool(self.prefix) and any(one.label == self.prefix for one in self.candidates)


@dataclass(frozen=True, slots=True)
class Signature:
    """A function whose arguments are being typed."""

    name: str
    parameters: tuple[str, ...]
    at: int
    """The parameter under the cursor."""
    summary: str


def look(
    text: str, offset: int, start: int = 0, *, asked: bool = False, habits: Habits = NONE
) -> tuple[Completion | None, Signature | None]:
    """What can come at the cursor, and the function whose arguments stand there.

    Args:
        text: The whole text.
        offset: The cursor.
        start: Where its query begins.
        asked: The user wants a list, also where nothing is typed yet.
        habits: What the user uses, and the values that answers held.
    """
    place = place_at(text, offset, start)
    if place is None:
        return None, None
    place.seen = habits.values(place.compared) if place.compared else ()
    return _complete(place, text, offset, asked, habits), _signature(place)


def complete(
    text: str, offset: int, start: int = 0, *, asked: bool = False, habits: Habits = NONE
) -> Completion | None:
    """What can come at the cursor; None where nothing can, or nothing is to be offered."""
    return look(text, offset, start, asked=asked, habits=habits)[0]


def _complete(
    place: Place, text: str, offset: int, asked: bool, habits: Habits
) -> Completion | None:
    if place.want == "nothing" or place.prefix[:1].isdigit():
        return None
    if not (place.prefix or place.quote or asked or _by_itself(text, offset, place)):
        return None
    found: list[tuple[tuple[int, ...], Candidate]] = []
    seen: set[str] = set()
    for group, one in candidates(place):
        if one.label in seen:
            continue
        fits = match(place.prefix, one.label)
        if fits is None:
            continue
        seen.add(one.label)
        used = -(one.label in place.used)
        order = (max(1, fits.rank), group, fits.rank, used, -habits.weight(one.label), len(found))
        found.append((order, replace(one, typed=fits.typed)))
    found.sort(key=lambda pair: pair[0])
    if not found:
        return None
    exact = any(one.label == place.prefix for _, one in found)
    # Who has typed a word whole has no use for pieces that begin with it.
    chosen = [
        one for order, one in found[:MOST] if not exact or (order[0] < 2 and one.kind != "snippet")
    ]
    if exact and len(chosen) == 1 and not asked:
        return None
    end = offset
    if place.quote and text.startswith(place.quote[-1], offset):
        end += 1
    elif not place.quote:
        while end < len(text) and (text[end].isalnum() or text[end] == "_"):
            end += 1
        if end > offset and not asked:
            return None
    return Completion(place.start, end, place.prefix, tuple(chosen), place.want, place.naming)


def _by_itself(text: str, offset: int, place: Place) -> bool:
    """Whether a list opens although nothing is typed: right behind a pipe, or for values."""
    before = text[:offset].rstrip(" ")
    if len(before) == offset:
        return False
    if place.want == "operator":
        return before.endswith("|")
    if offset - len(before) > 1:
        return False
    if place.want == "follow":
        # What may be done with a column, until something is done with it.
        return place.operator in ("where", "filter") and place.type not in ("", "bool")
    if place.compared:
        return bool(known_values(place))
    word = _LAST_WORD.search(before)
    return word is not None and word.group() in _OPENS and not place.naming


_LAST_WORD = re.compile(r"[\w-]+\Z")
_OPENS = frozenset(
    {"where", "project", "project-away", "project-keep", "project-reorder", "summarize",
     "distinct", "by", "on", "join", "lookup", "union", "mv-expand", "mv-apply", "render",
     "evaluate", "invoke", "and", "or", "sort", "order", "kind="}
)  # fmt: skip
"""Words behind which a list opens by itself."""


def _signature(place: Place) -> Signature | None:
    for name, at in reversed(place.calls):
        if name in place.lets and place.lets[name].kind == "function":
            parameters = place.lets[name].parameters
            return Signature(name, parameters, min(at, max(0, len(parameters) - 1)), "")
        function = docs.functions().get(name)
        if function is not None:
            shown = tuple(docs.shown(one) for one in function.parameters)
            last = len(shown) - 1
            if at > last and shown and not shown[last].endswith(("…", "…]")):
                at = -1
            return Signature(name, shown, min(at, last), docs.summary("fn", name))
    return None
