"""Settings of the shift: how soon incidents are answered, sets of edits, what is watched."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Literal

from msgspec import Struct

from tui.config.key import Key

Desktop = Literal["off", "auto", "osc9", "osc777", "command"]


class SlaRule(Struct, frozen=True):
    """`[[sla]]`: how soon what a filter keeps must be answered. The first rule that fits counts."""

    filter: str
    respond: timedelta | None = None
    """From its creation until somebody owns it or works on it."""
    resolve: timedelta | None = None
    """From its creation until it is closed."""


class Template(Struct, frozen=True):
    """`[[templates]]`: edits made together, under a name and perhaps a key."""

    name: str
    key: str = ""
    status: str | None = None
    assigned_to: str | None = None
    """`me`, `none`, or whom."""
    classification: str | None = None
    determination: str | None = None
    severity: str | None = None
    comment: str | None = None
    tags_add: tuple[str, ...] = ()
    tags_remove: tuple[str, ...] = ()


class WatchSettings(Struct, frozen=True):
    """`[watch]`: how often is looked, and what is told of how."""

    every: timedelta = timedelta(minutes=1)
    notify: str = ""
    """A filter: new incidents that pass are told of; empty tells of none."""
    bell: bool = True
    """Ring the terminal's bell for them."""
    desktop: Desktop = "off"
    """Show them on the desktop too, and by which way."""
    title: bool = True
    """Keep counts in the terminal's title."""


SPAN_PATTERN = "^[1-9][0-9]{0,4} ?(s|m|min|h|d|w)$"
_UNITS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400, "w": 604800}

SLA: Mapping[str, Key] = MappingProxyType(
    {
        "filter": Key("text", "What the rule is for, as typed after / in the queue.", needed=True),
        "respond": Key("span", "Time until somebody takes it, such as 1h."),
        "resolve": Key("span", "Time until it is closed, such as 3d."),
    }
)
TEMPLATE: Mapping[str, Key] = MappingProxyType(
    {
        "name": Key("text", "What the menu and the palette call it.", needed=True),
        "key": Key("text", "The key that begins it in the queue, such as f6."),
        "status": Key("choice", "The status to set.", ("active", "inProgress", "resolved")),
        "assigned_to": Key("text", "me, none, or whom to assign it to."),
        "classification": Key(
            "choice",
            "The classification to set.",
            ("truePositive", "informationalExpectedActivity", "falsePositive"),
        ),
        "determination": Key("text", "A determination of that classification."),
        "severity": Key(
            "choice",
            "The severity to set (Microsoft Graph alone can).",
            ("high", "medium", "low", "informational"),
        ),
        "comment": Key("text", "A comment to send."),
        "tags_add": Key("texts", "Tags to add."),
        "tags_remove": Key("texts", "Tags to take away."),
    }
)
WATCH: Mapping[str, Key] = MappingProxyType(
    {
        "every": Key("span", "Time between two looks at the service.", default="1m"),
        "notify": Key("text", "A filter: new incidents that pass are told of."),
        "bell": Key("flag", "Ring the terminal's bell for them.", default=True),
        "desktop": Key(
            "choice",
            "Show them on the desktop: through the terminal, or by the system's own command.",
            ("off", "auto", "osc9", "osc777", "command"),
            default="off",
        ),
        "title": Key("flag", "Keep counts in the terminal's title.", default=True),
    }
)


def span_of(text: str) -> timedelta:
    """`30s`, `90m`, `1h`, `3d` or `1w` as a span of time."""
    found = re.fullmatch(r"(\d+) ?(s|m|min|h|d|w)", text)
    if found is None:
        raise ValueError(text)
    return timedelta(seconds=int(found[1]) * _UNITS[found[2]])


def span_text(span: timedelta) -> str:
    """A span as the settings write it."""
    seconds = int(span.total_seconds())
    for unit in ("w", "d", "h", "m"):
        if seconds % _UNITS[unit] == 0:
            return f"{seconds // _UNITS[unit]}{unit}"
    return f"{seconds}s"


def _optional(table: Mapping[str, Any], name: str) -> timedelta | None:
    return span_of(table[name]) if name in table else None


def sla_rules(tables: list[Mapping[str, Any]]) -> tuple[SlaRule, ...]:
    """`[[sla]]` of a checked document."""
    return tuple(
        SlaRule(one["filter"], _optional(one, "respond"), _optional(one, "resolve"))
        for one in tables
    )


def templates_of(tables: list[Mapping[str, Any]]) -> tuple[Template, ...]:
    """`[[templates]]` of a checked document."""
    made: list[Template] = []
    for one in tables:
        given: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in one.items()
        }
        made.append(Template(**given))
    return tuple(made)


def watch_of(table: Mapping[str, Any]) -> WatchSettings:
    """`[watch]` of a checked document."""
    given = dict(table)
    if "every" in given:
        given["every"] = span_of(given["every"])
    return WatchSettings(**given)
