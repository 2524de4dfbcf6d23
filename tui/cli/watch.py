"""`m365d-tui incidents --watch`: what comes and changes, a line each, for pipes."""

from __future__ import annotations

import argparse
import asyncio
import json
import select
import sys
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tui.cli.context import analyst_of, open_connection, whole_number
from tui.cli.exits import DONE
from tui.cli.output import json_text, say
from tui.errors import BadAnswer, Problem, ServiceProblem, Unreachable, UsageProblem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui.api.records import Incident
    from tui.api.service import Connection
    from tui.incidents.filters import Filter, Seen

LEAST_SECONDS = 5
"""How often the service may be asked."""

_OVERLAP = timedelta(minutes=10)
_WAIT_MOST = 600.0


def add_watch_options(parser: argparse.ArgumentParser) -> None:
    """`--watch` and `--every`."""
    parser.add_argument(
        "--watch",
        action="store_true",
        help="do not list: write what comes or changes from now on, a line of JSON each",
    )
    parser.add_argument(
        "--every", metavar="SECONDS", type=whole_number, default=60, help="how often to look (60)"
    )


def check_watch(args: argparse.Namespace) -> None:
    """Refuse what does not go with `--watch`.

    Raises:
        UsageProblem: Another format, a file, or too often.
    """
    if args.format not in (None, "jsonl") or args.raw:
        raise UsageProblem("--watch writes lines of JSON", remedy="Give --format jsonl.")
    if args.output is not None:
        raise UsageProblem("--watch writes to standard output", remedy="Use > instead of -o.")
    if args.every < LEAST_SECONDS:
        raise UsageProblem(
            f"--every {args.every} is too often", remedy=f"Give {LEAST_SECONDS} or more."
        )


async def watch(args: argparse.Namespace, seen: Seen | None = None) -> int:
    """Write a line for each incident that comes or changes, until interrupted or nobody reads.

    A service that does not answer is asked again, ever more slowly.

    Args:
        seen: Values of earlier answers that the filter may name.

    Raises:
        Problem: What asking again does not help: sign-in, permissions, usage.
    """
    from tui.incidents.filters import parse

    async with open_connection(args, "incidents") as connection:
        wanted = parse(args.filter, analyst_of(connection), seen=seen)
        news = News(connection.session.now())
        wait = float(args.every)
        while True:
            try:
                await _look(connection, wanted, news)
                wait = float(args.every)
            except (Unreachable, ServiceProblem) as problem:
                if not _passes(problem):
                    raise
                say(f"{problem} Looking again in {wait:.0f} s.")
                if not await _rest(wait):
                    return DONE
                wait = min(wait * 2, max(_WAIT_MOST, args.every))
                continue
            if not await _rest(wait):
                return DONE


async def _rest(seconds: float) -> bool:
    """Let time pass; False as soon as nobody reads what is written any more."""
    while seconds > 0:
        if _reader_left():
            return False
        await asyncio.sleep(min(1.0, seconds))
        seconds -= 1.0
    return True


def _reader_left() -> bool:
    if not hasattr(select, "poll"):
        return False
    try:
        looked = select.poll()
        looked.register(sys.stdout.fileno(), 0)
        return any(event & select.POLLERR for _, event in looked.poll(0))
    except (AttributeError, OSError, ValueError):
        return False


def _passes(problem: Problem) -> bool:
    # What is no answer of the service (a proxy's page, a body cut short) may be one next time.
    status = getattr(problem, "status", 0)
    return isinstance(problem, Unreachable | BadAnswer) or status == 429 or status >= 500


class News:
    """What was seen already; the first look only remembers what is not of this run."""

    def __init__(self, began: datetime) -> None:
        self._began = began
        self._states: dict[str, object] = {}
        self.told: set[str] = set()
        self.since = began

    def event(self, incident: Incident) -> str | None:
        """`new`, `changed`, or None where nothing happened since the watch began."""
        state = (incident.updated, incident.status, incident.assigned_to, len(incident.alerts))
        former = self._states.get(incident.id)
        self._states[incident.id] = state
        if former == state:
            return None
        touched = incident.updated or incident.created
        if former is None and (touched is None or touched < self._began):
            return None
        if former is None and incident.created is not None and incident.created >= self._began:
            return "new"
        return "changed"


async def _look(connection: Connection, wanted: Filter, news: News) -> None:
    since, now = news.since - _OVERLAP, connection.session.now()
    found: list[Incident] = []
    async for page in connection.incidents.pages(updated_since=since):
        found += page.incidents
        for fault in page.faults:
            if fault not in news.told:
                news.told.add(fault)
                say(fault)
    for line in _lines(found, wanted, news, now):
        sys.stdout.write(line + "\n")
    sys.stdout.flush()
    news.since = now


def _lines(found: list[Incident], wanted: Filter, news: News, now: datetime) -> Iterator[str]:
    from tui.api.decode import records_to_json

    for incident in reversed(found):  # the oldest first, as a log has it
        event = news.event(incident)
        if event is not None and wanted.matches(incident, now):
            value = json.loads(json_text(records_to_json(incident)))
            yield json.dumps({"event": event, **value})
