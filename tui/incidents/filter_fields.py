"""The fields of the filter language: which values each takes, and the term it makes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Literal

from msgspec import Struct

from tui.api.records import DETERMINATIONS, SEVERITIES, STATUSES
from tui.incidents.entities import Kind
from tui.incidents.facts import fold
from tui.incidents.filter_held import Compared, Counted, Held, How, Wanted
from tui.incidents.filter_nodes import Node
from tui.incidents.filter_syntax import FilterProblem, Seen, Token, Value, nearest
from tui.incidents.filter_terms import Assigned, Numbered, OneOf
from tui.incidents.filter_times import moment_term
from tui.incidents.filter_words import (
    CLASS_ALIASES,
    CLASSES,
    SEVERITY_ALIASES,
    SOURCE_ALIASES,
    SPELLED,
    STATUS_ALIASES,
    say,
    say_class,
    source_words,
)
from tui.incidents.tactics import OTHER_CATEGORIES, TACTICS, tactic_named, words_of

FIELDS: dict[str, str] = {
    "sev": "sev:high,medium",
    "status": "status:active,inProgress",
    "assigned": "assigned:me, assigned:none or assigned:k.larsen",
    "tag": "tag:ransomware",
    "class": "class:truePositive or class:phishing",
    "tactic": "tactic:CredentialAccess or tactic:CA",
    "technique": "technique:T1059",
    "source": "source:endpoint",
    "device": "device:wks-0142",
    "user": "user:k.larsen",
    "ip": "ip:203.0.113.7",
    "file": "file:invoice.docm",
    "sha": "sha:3f5a1c",
    "url": "url:contoso.com",
    "mail": "mail:billing@fabrikam.com",
    "app": "app:eM.Client",
    "age": "age:<7d",
    "created": "created:>2026-11-01",
    "updated": "updated:<4h",
    "alerts": "alerts:>10",
    "prio": "prio:>85",
    "tactics": "tactics:>3",
    "devices": "devices:>5",
    "users": "users:>5",
    "id": "id:4711",
}
"""The fields that are known, each with an example."""

ALIASES = {
    "severity": "sev",
    "state": "status",
    "owner": "assigned",
    "tags": "tag",
    "classification": "class",
    "determination": "class",
    "host": "device",
    "machine": "device",
    "account": "user",
    "address": "ip",
    "hash": "sha",
    "sha1": "sha",
    "sha256": "sha",
    "md5": "sha",
    "mitre": "technique",
    "domain": "url",
    "priority": "prio",
    "product": "source",
}
"""Other names of fields."""


class Context(Struct, frozen=True):
    """What a filter's values are understood by."""

    me: str | None
    seen: Seen


def term(name: str, token: Token, context: Context) -> Node:
    """The term of a field of `FIELDS`.

    Raises:
        FilterProblem: A value is none of the field.
    """
    return _FIELDS[name](name, token, context)


def _unknown(value: Value, noun: str, known: Iterable[str], *more: str) -> FilterProblem:
    names = list(known)
    near = nearest(fold(value.text), [*map(fold, names), *more])
    return FilterProblem(
        f"“{value.text}” is no {noun}",
        (f"Did you mean “{SPELLED.get(near, near)}”? " if near else "")
        + f"Known: {', '.join(names)}; in quotes, any other.",
        column=value.column,
        length=len(value.text),
    )


def _one_of(
    token: Token,
    column: Literal["severity", "status"],
    names: Iterable[str],
    aliases: Mapping[str, tuple[str, ...]],
) -> Node:
    known = {fold(name): SPELLED.get(fold(name), fold(name)) for name in names}
    keys: dict[str, None] = {}
    said: dict[str, None] = {}
    for value in token.values:
        wanted = fold(value.text)
        if value.quoted or wanted in known:
            found: tuple[str, ...] | None = (wanted,)
        else:
            found = aliases.get(wanted)
        if found is None:
            raise _unknown(value, column, known.values(), *aliases)
        keys |= dict.fromkeys(found)
        said |= dict.fromkeys(["open"] if wanted == "open" else [say(column, k) for k in found])
    return OneOf(column, tuple(keys), tuple(said))


def _severity(_: str, token: Token, context: Context) -> Node:
    names = [*SEVERITIES, *sorted(context.seen.severities)]
    return _one_of(token, "severity", names, SEVERITY_ALIASES)


def _status(_: str, token: Token, context: Context) -> Node:
    names = [*STATUSES, *sorted(context.seen.statuses)]
    return _one_of(token, "status", names, STATUS_ALIASES)


def _assigned(_: str, token: Token, context: Context) -> Node:
    nobody = False
    exact: list[str] = []
    parts: list[str] = []
    for value in token.values:
        word = "" if value.quoted else fold(value.text)
        if word in ("none", "nobody", "unassigned") or not value.text.strip():
            nobody = True
        elif word in ("me", "you"):
            if not context.me:
                raise FilterProblem(
                    "who “me” is is not known: an application signs in here",
                    "Name the owner, as in assigned:k.larsen.",
                    column=value.column,
                    length=len(value.text),
                )
            exact.append(fold(context.me))
        else:
            parts.append(fold(value.text))
    return Assigned(nobody, tuple(exact), tuple(parts))


def _either(texts: Iterable[str]) -> str:
    return " or ".join(dict.fromkeys(texts))


def _holding(kinds: tuple[Kind, ...], how: How, words: str) -> Callable[..., Node]:
    """A field whose values are parts of keys; in quotes, whole keys."""

    def make(_: str, token: Token, __: Context) -> Node:
        wanted = tuple(
            Wanted(kinds, value.text, "whole" if value.quoted else how) for value in token.values
        )
        return Held(wanted, f"{words} {_either(value.text for value in token.values)}")

    return make


def _class(_: str, token: Token, __: Context) -> Node:
    wanted: list[Wanted] = []
    said: list[str] = []
    names: dict[str, list[str]] = {"classification": [], "determination": []}
    determinations = {name: None for group in DETERMINATIONS.values() for name in group}
    known = {fold(name): name for name in (*CLASSES, *determinations)}
    for value in token.values:
        text = fold(value.text)
        name = value.text if value.quoted else known.get(text) or CLASS_ALIASES.get(text)
        if name is None:
            raise _unknown(value, "classification", known.values(), *CLASS_ALIASES)
        kinds: list[Kind] = []
        if name not in determinations:
            kinds.append("class")
        if name not in CLASSES:
            kinds.append("determination")
        wanted.append(Wanted(tuple(kinds), name, "whole"))
        said.append(say_class(name))
        field = "classification" if name in CLASSES else "determination"
        names[field].append("" if name == "unknown" or len(kinds) > 1 else name)
    fields = [field for field, given in names.items() if given]
    sayable = len(fields) == 1 and all(names[fields[0]])
    field, told = (fields[0], tuple(dict.fromkeys(names[fields[0]]))) if sayable else ("", ())
    return Held(tuple(wanted), f"classified as {_either(said)}", field, told)


def _tactic(_: str, token: Token, context: Context) -> Node:
    wanted: list[Wanted] = []
    said: list[str] = []
    seen = {fold(name): name for name in context.seen.values.get("tactic", ())}
    for value in token.values:
        name = value.text if value.quoted else tactic_named(value.text)
        name = name or seen.get(fold(value.text))
        if name is None:
            known = [*TACTICS, *OTHER_CATEGORIES]
            raise _unknown(value, "tactic", known, *(letters for letters, _ in TACTICS.values()))
        wanted.append(Wanted(("tactic",), name, "whole"))
        said.append(words_of(name))
    return Held(tuple(wanted), f"that reached {_either(said)}")


_TECHNIQUE = re.compile(r"[Tt]\d{4}(\.\d{1,3})?")


def _technique(name: str, token: Token, _: Context) -> Node:
    for value in token.values:
        if not value.quoted and not _TECHNIQUE.fullmatch(value.text):
            raise FilterProblem(
                f"“{value.text}” is no technique of ATT&CK",
                f"For example {FIELDS[name]}, which T1059.001 is a part of.",
                column=value.column,
                length=len(value.text),
            )
    wanted = tuple(
        Wanted(("technique",), value.text, "whole" if value.quoted else "below")
        for value in token.values
    )
    return Held(wanted, f"with technique {_either(v.text.upper() for v in token.values)}")


def _source(_: str, token: Token, __: Context) -> Node:
    wanted: list[Wanted] = []
    said: list[str] = []
    for value in token.values:
        names = () if value.quoted else SOURCE_ALIASES.get(fold(value.text), ())
        how: How = "whole" if value.quoted or names else "part"
        wanted += [Wanted(("source",), name, how) for name in names or (value.text,)]
        said.append(source_words(names[0] if names else value.text))
    return Held(tuple(wanted), f"seen by {_either(said)}")


_NUMBER = re.compile(r"(>=|<=|>|<|=)?(\d{1,9})")


def _number(column: Counted) -> Callable[..., Node]:
    def make(name: str, token: Token, _: Context) -> Node:
        value = _only(name, token)
        found = _NUMBER.fullmatch(value.text)
        if found is None:
            raise FilterProblem(
                f"“{value.text}” is no number",
                f"For example {FIELDS[name]}; signs are >, >=, <, <= and =.",
                column=value.column,
                length=len(value.text),
            )
        return Compared(column, found.group(1) or "=", int(found.group(2)))

    return make


def _only(name: str, token: Token) -> Value:
    if len(token.values) > 1:
        raise FilterProblem(
            f"“{token.field}:” takes one value",
            f"For example {FIELDS[name]}.",
            column=token.values[1].column,
            length=len(token.values[1].text),
        )
    return token.values[0]


def _time(name: str, token: Token, _: Context) -> Node:
    return moment_term(name, _only(name, token), FIELDS[name])


def _tag(_: str, token: Token, __: Context) -> Node:
    wanted = tuple(Wanted(("tag",), value.text, "whole") for value in token.values)
    return Held(wanted, f"tagged {_either(value.text for value in token.values)}")


def _id(_: str, token: Token, __: Context) -> Node:
    return Numbered(tuple(value.text.removeprefix("#") for value in token.values))


_FIELDS: dict[str, Callable[[str, Token, Context], Node]] = {
    "sev": _severity,
    "status": _status,
    "assigned": _assigned,
    "tag": _tag,
    "class": _class,
    "tactic": _tactic,
    "technique": _technique,
    "source": _source,
    "device": _holding(("device",), "part", "on device"),
    "user": _holding(("user",), "part", "with user"),
    "ip": _holding(("ip",), "start", "with address"),
    "file": _holding(("file",), "part", "with file"),
    "sha": _holding(("hash",), "start", "with hash"),
    "url": _holding(("url",), "part", "with URL"),
    "mail": _holding(("mail",), "part", "with mail"),
    "app": _holding(("app",), "part", "with application"),
    "age": _time,
    "created": _time,
    "updated": _time,
    "alerts": _number("alerts"),
    "prio": _number("prio"),
    "tactics": _number("tactic_count"),
    "devices": _number("devices"),
    "users": _number("users"),
    "id": _id,
}
