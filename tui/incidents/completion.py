"""What can stand at the cursor of a filter: fields, then the values of a field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tui.api.records import DETERMINATIONS, SEVERITIES, STATUSES
from tui.incidents.facts import fold
from tui.incidents.filter_fields import ALIASES, FIELDS
from tui.incidents.filter_syntax import Seen, quoted_value
from tui.incidents.filter_words import (
    CLASS_ALIASES,
    CLASSES,
    SEVERITY_ALIASES,
    SOURCE_ALIASES,
    STATUS_ALIASES,
    say,
    say_class,
    source_words,
)
from tui.incidents.tactics import OTHER_CATEGORIES, TACTICS, words_of

_MOST = 12
_TERM = re.compile(r"-*(?:([A-Za-z_][A-Za-z0-9_]*):)?")
_PLAIN = re.compile(r"[^\s\"(),\\]+")
_BLANKS = frozenset(" \t\r\n\f\v")

HINTS = {
    "sev": "severity",
    "status": "state of work",
    "assigned": "owner: me, none or a name",
    "tag": "a tag",
    "class": "classification or determination",
    "tactic": "ATT&CK tactic reached",
    "technique": "ATT&CK technique, with what is below it",
    "source": "product that saw it",
    "device": "a part of a host name",
    "user": "a part of an account",
    "ip": "the beginning of an address",
    "file": "a part of a file's name or path",
    "sha": "the beginning of a hash",
    "url": "a part of a URL or domain",
    "mail": "a part of a sender or subject",
    "app": "a part of a cloud application's name",
    "age": "since it was created, as <4h or >30d",
    "created": "a span or a date",
    "updated": "a span or a date",
    "alerts": "how many alerts",
    "prio": "priority, 0 to 100",
    "tactics": "how many tactics",
    "devices": "how many devices",
    "users": "how many users",
    "id": "number of an incident",
}
"""The fields, and what can stand behind each."""
_SPANS = (("<1h", "the last hour"), ("<4h", "the last 4 hours"), ("<1d", "the last day"))
_MORE_SPANS = (("<7d", "the last week"), (">30d", "more than 30 days"))
_NUMBERS = {
    "alerts": (">1", ">10", ">50"),
    "prio": (">85", ">50", "<15"),
    "tactics": (">1", ">3"),
    "devices": (">1", ">5"),
    "users": (">1", ">5"),
}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something that can stand at the cursor."""

    start: int
    """Where in the text it begins, from 0; it replaces what stands up to `end`."""
    end: int
    text: str
    """What to put there; a field comes with its colon."""
    note: str = ""
    """What it means, in a few words."""
    cursor: int = 0
    """Where the cursor is then."""


def complete(text: str, cursor: int, seen: Seen | None = None) -> list[Suggestion]:
    """Suggestions for the filter at the cursor, the best first; few, and maybe none.

    Args:
        text: The line as it is.
        cursor: Between which characters the cursor is, from 0.
        seen: Values that the cache met (`await queue.seen()`).
    """
    cursor = max(0, min(cursor, len(text)))
    field, start, quoted = _place(text, cursor)
    typed = text[start:cursor].removeprefix('"') if quoted else text[start:cursor]
    end = _end(text, cursor, quoted)
    if not field:
        return [] if quoted else _fields(typed, start, end)
    name = ALIASES.get(field, field)
    if name not in FIELDS:
        return []
    given = _given(text[:start])
    found: dict[str, Suggestion] = {}
    for value, note in _ranked(_values(name, seen or Seen()), typed):
        plain = _PLAIN.fullmatch(value) is not None and not value.startswith("#")
        written = value if plain and not quoted else quoted_value(value)
        if value in found or fold(value) in given:
            continue
        found[value] = Suggestion(start, end, written, note, start + len(written))
        if len(found) == _MOST:
            break
    if len(found) == 1 and typed and fold(typed) == fold(next(iter(found))) and not quoted:
        return []
    return list(found.values())


def _place(text: str, cursor: int) -> tuple[str, int, bool]:
    """The field whose value the cursor is in (else empty), where that begins, if in quotes."""
    at, field, start, quoted = 0, "", 0, False
    while at < cursor:
        sign = text[at]
        if quoted:
            if sign == "\\":
                at += 1
            elif sign == '"':
                quoted = False
        elif sign in _BLANKS or sign in "()":
            field, start = "", at + 1
            term = _TERM.match(text, at + 1, cursor)
            if term is not None:
                start, field = term.end(), (term.group(1) or "").lower()
                at = max(at, term.end() - 1)
        elif sign == '"':
            quoted, start = True, at
        elif sign == "," and field:
            start = at + 1
        elif at == 0:
            term = _TERM.match(text, 0, cursor)
            if term is not None and term.end():
                start, field = term.end(), (term.group(1) or "").lower()
                at = term.end() - 1
        at += 1
    return field, min(start, cursor), quoted


def _end(text: str, cursor: int, quoted: bool) -> int:
    if quoted:
        closing = text.find('"', cursor)
        return len(text) if closing < 0 else closing + 1
    rest = _PLAIN.match(text, cursor)
    return rest.end() if rest else cursor


def _given(before: str) -> frozenset[str]:
    """The values that the term at the cursor has already, folded."""
    term = re.split(r"[\s()]", before)[-1]
    values = term.partition(":")[2].split(",")
    return frozenset(fold(value.strip('"')) for value in values if value)


def _fields(typed: str, start: int, end: int) -> list[Suggestion]:
    wanted = fold(typed)
    names = [name for name in FIELDS if name.startswith(wanted)]
    names += [
        field
        for alias, field in ALIASES.items()
        if wanted and alias.startswith(wanted) and field not in names
    ]
    return [
        Suggestion(start, end, f"{name}:", HINTS[name], start + len(name) + 1)
        for name in dict.fromkeys(names)
    ][: len(FIELDS) if not typed else _MOST]


def _ranked(values: Iterable[tuple[str, str]], typed: str) -> Iterator[tuple[str, str]]:
    """Values that begin with what is typed, then those that hold it, else in their order."""
    wanted = fold(typed)
    noted: list[tuple[str, str]] = []
    within: list[tuple[str, str]] = []
    for value, note in values:
        folded = fold(value)
        if folded.startswith(wanted):
            yield value, note
        elif fold(note).startswith(wanted):
            noted.append((value, note))
        elif wanted in folded or wanted in fold(note):
            within.append((value, note))
    yield from noted
    yield from within


def _others(
    aliases: Mapping[str, tuple[str, ...]],
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Other words for values, without mere beginnings of them."""
    for alias, values in aliases.items():
        if len(values) == 1 and not values[0].startswith(alias):
            yield alias, values


def _values(name: str, seen: Seen) -> Iterator[tuple[str, str]]:
    met = seen.values.get(name, ())
    match name:
        case "sev":
            yield from ((value, "") for value in SEVERITIES)
            yield from ((value, "met in an answer") for value in sorted(seen.severities))
            yield from ((alias, values[0]) for alias, values in _others(SEVERITY_ALIASES))
        case "status":
            yield "open", "all that is not closed or merged"
            yield from ((value, say("status", fold(value))) for value in STATUSES)
            yield from ((value, "met in an answer") for value in sorted(seen.statuses))
            yield from ((alias, values[0]) for alias, values in _others(STATUS_ALIASES))
        case "assigned":
            yield "me", "you"
            yield "none", "nobody's"
        case "class":
            yield from ((value, say_class(value)) for value in CLASSES)
            for group in DETERMINATIONS.values():
                yield from ((value, say_class(value)) for value in group)
            yield from ((alias, say_class(value)) for alias, value in CLASS_ALIASES.items())
        case "tactic":
            yield from ((value, f"{ltrs} {words}") for value, (ltrs, words) in TACTICS.items())
            yield from ((value, words_of(value)) for value in OTHER_CATEGORIES)
        case "source":
            yield from ((alias, source_words(names[0])) for alias, names in SOURCE_ALIASES.items())
            named = {name for names in SOURCE_ALIASES.values() for name in names}
            met = tuple(value for value in met if value not in named)
        case "age":
            yield from (*_SPANS, *_MORE_SPANS)
        case "created" | "updated":
            yield from (*_SPANS, *_MORE_SPANS)
        case _ if name in _NUMBERS:
            yield from ((value, "") for value in _NUMBERS[name])
    yield from ((value, "") for value in met)
