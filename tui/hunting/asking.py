"""The parts that questions about an entity are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tui.hunting.literals import string

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Arm:
    """One table of a union, narrowed before the tables are joined.

    Tables give some columns the same name and another type or case (`ReportId`, `LogonId`):
    only columns that are wanted may meet.
    """

    table: str
    where: tuple[str, ...]
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """A question to the tables, before it is written out with a time."""

    name: str
    table: str = ""
    where: tuple[str, ...] = ()
    then: tuple[str, ...] = ()
    state: bool = False
    """The tables hold what is, not what happened: no time belongs in the query."""
    arms: tuple[Arm, ...] = ()
    """Instead of a table: several, each with its own condition."""
    wide: bool = False
    """It looks at the last 30 days, not at the time around the alert."""


def ask_all(name: str, *arms: Arm) -> Ask:
    """A question to several tables; those without a condition are left out."""
    return Ask(name, then=IN_ORDER, arms=tuple(arm for arm in arms if arm.where))


def text(fields: Fields, *path: str) -> str:
    """The text or number at a path of fields; empty where there is none."""
    value: object = fields
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    if isinstance(value, bool) or value is None:
        return ""
    return str(value).strip() if isinstance(value, (str, int)) else ""


def texts(fields: Fields, name: str) -> list[str]:
    """The texts of a list."""
    value = fields.get(name)
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def part(fields: Fields, name: str) -> Fields:
    """The nested object of this name; empty where there is none."""
    value = fields.get(name)
    if not isinstance(value, Mapping):
        return {}
    # A nested entity may come as evidence of its own or as its bare fields.
    inner = value.get("fields")
    return inner if isinstance(inner, Mapping) else value


def same(column: str, value: str) -> str:
    """Equality with the value, or nothing where there is no value."""
    return f"{column} == {string(value)}" if value else ""


def alike(column: str, value: str) -> str:
    """Equality whatever the case."""
    return f"{column} =~ {string(value)}" if value else ""


def has(column: str, value: str) -> str:
    """The value as a whole term of the column."""
    return f"{column} has {string(value)}" if value else ""


def number(column: str, value: str) -> str:
    """Equality with a whole number."""
    return f"{column} == {value}" if value.isascii() and value.isdigit() else ""


def any_of(*conditions: str) -> tuple[str, ...]:
    """One condition of those that are something, or none."""
    kept = [condition for condition in dict.fromkeys(conditions) if condition]
    return (" or ".join(kept),) if kept else ()


def all_of(*conditions: str) -> str:
    """The conditions that are something, together."""
    kept = [condition for condition in conditions if condition]
    if len(kept) > 1:
        return "(" + " and ".join(kept) + ")"
    return kept[0] if kept else ""


def in_order(*columns: str) -> tuple[str, ...]:
    """Stages that show these columns, oldest row first."""
    return (f"project {', '.join(columns)}", "sort by Timestamp asc")


IN_ORDER = ("sort by Timestamp asc",)


def counted(ask: Ask) -> list[Ask]:
    """How common that is what a question is about: is it new here, or does it happen daily?"""
    if ask.state:
        return []
    by = ", Source" if ask.arms else ""
    days = f"summarize Times = count() by Day = bin(Timestamp, 1d){by}"
    made = [replace(ask, name="day by day", then=(days, "sort by Day asc"), wide=True)]
    group = "Source" if ask.arms else "ActionType"
    if ask.arms or any("ActionType" in stage for stage in ask.then):
        ends = (
            f"summarize Times = count(), First = min(Timestamp), Last = max(Timestamp) by {group}"
        )
        name = "first and last seen" if ask.arms else "actions, how often each"
        made.append(replace(ask, name=name, then=(ends, "sort by Times desc"), wide=True))
    return made


PROCESS = (
    "Timestamp",
    "DeviceName",
    "AccountName",
    "FileName",
    "ProcessCommandLine",
    "InitiatingProcessFileName",
    "InitiatingProcessCommandLine",
)


def alerts(*conditions: str) -> Ask:
    """The alerts that name an entity."""
    return Ask(
        "alerts that name it",
        "AlertEvidence",
        any_of(*conditions),
        in_order("Timestamp", "AlertId", "Title", "Severity", "EntityType", "EvidenceRole"),
    )
