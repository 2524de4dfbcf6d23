"""The column `prio`: Microsoft's score or our own, which falls as an incident grows old."""

from __future__ import annotations

import sqlite3
import time
from datetime import UTC, datetime, timedelta

from tui.incidents.facts import Facts, moment, ticks
from tui.incidents.priority import AGES, OLD_POINTS, age_points, clamped
from tui.incidents.tables import transaction

AGED = "aged"
"""Name of what the cache keeps: the time for which the points for age are right."""


def prio_at(facts: Facts, now: datetime) -> int:
    """The score of an incident at a time."""
    if facts.priority is not None:
        return facts.priority
    created = None if facts.created is None else moment(facts.created)
    return clamped(facts.own + age_points(created, now))


def prio_sql(now: datetime) -> tuple[str, list[object]]:
    """The same as an expression over the table `incident`, and its parameters."""
    cases: list[str] = []
    values: list[object] = []
    for span, points in AGES:
        cases.append(f"WHEN created > ? THEN {points}")
        values.append(_before(now, span))
    points_sql = f"CASE {' '.join(cases)} ELSE {OLD_POINTS} END"
    return f"ifnull(priority, max(0, min(100, own + {points_sql})))", values


def aged_at(connection: sqlite3.Connection) -> datetime:
    """The time for which the column is right; a score is written for the same."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (AGED,)).fetchone()
    return moment(int(row[0])) if row else datetime.fromtimestamp(time.time(), UTC)


def age(connection: sqlite3.Connection, now: datetime) -> bool:
    """Bring the column up to this time; returns whether rows changed.

    Only rows that passed one of the spans since the last time are touched.
    """
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (AGED,)).fetchone()
    if row is not None and abs(ticks(now) - int(row[0])) < 60_000_000:
        return False
    expression, values = prio_sql(now)
    changed = 0
    with transaction(connection):
        if row is None or ticks(now) < int(row[0]):
            spans: list[tuple[int, int]] = [(-(2**62), 2**62)]
        else:
            then = moment(int(row[0]))
            spans = [(_before(then, span), _before(now, span)) for span, _ in AGES]
        for since, until in spans:
            changed += connection.execute(
                f"UPDATE incident SET prio = {expression}"
                f" WHERE created > ? AND created <= ? AND prio <> {expression}",
                [*values, since, until, *values],
            ).rowcount
        connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (AGED, ticks(now)))
    return changed > 0


def _before(now: datetime, span: timedelta) -> int:
    try:
        return ticks(now - span)
    except OverflowError:
        return -(2**62)
