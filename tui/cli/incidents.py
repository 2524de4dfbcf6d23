"""`m365d-tui incidents`: the queue without a screen."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from tui.cli.context import (
    add_wait_option,
    analyst_of,
    open_connection,
    run_async,
    whole_number,
)
from tui.cli.exits import FAILED, NO_ANSWER, report
from tui.cli.incident_rows import FORMATS, write_list
from tui.cli.output import say
from tui.cli.target import add_output_option, check_target, format_named, output_to
from tui.cli.watch import add_watch_options, check_watch, watch
from tui.errors import Problem, ServiceProblem, Throttled, Unreachable, UsageProblem

if TYPE_CHECKING:
    from tui.api.records import Incident
    from tui.api.service import Connection
    from tui.incidents.filters import Filter, Seen

_ME = "\0me"
_NOT_THIS_FILTER = (400, 414, 431, 501)
"""Statuses by which a service refuses a condition that it does not know, or that is too long."""


def configure(parser: argparse.ArgumentParser, command: str) -> None:
    """Arguments."""
    del command
    parser.add_argument(
        "--filter", metavar="EXPR", default="", help="only incidents that match, see below"
    )
    parser.add_argument(
        "--top",
        metavar="N",
        type=whole_number,
        default=50,
        help="at most so many, newest first (50)",
    )
    add_format_options(parser, "jsonl")
    add_watch_options(parser)
    add_output_option(parser)
    add_wait_option(parser)
    parser.epilog = (
        "filter: words, and fields such as sev:high,medium status:open assigned:none tag:vip\n"
        "class:tp tactic:CA technique:T1059 source:endpoint device:wks-0142 user:k.larsen\n"
        "ip:203.0.113.7 file:x.exe sha:3f5a age:<7d updated:<4h alerts:>10 prio:>85; - before a\n"
        "term negates it, or stands between alternatives, ( ) group.\n\n"
        "examples:\n"
        "  m365d-tui incidents --filter 'sev:high -status:resolved'\n"
        "  m365d-tui incidents --top 500 --format json | jq -r '.[].name'\n"
        "  m365d-tui incidents --watch --filter sev:high --format jsonl"
    )


def add_format_options(parser: argparse.ArgumentParser, *more: str) -> None:
    """`--format`, with formats of the command's own, and `--raw`."""
    formats = (*FORMATS, *more)
    parser.add_argument(
        "--format", choices=formats, help="how to write it (as FILE of -o ends, else table)"
    )
    parser.add_argument(
        "--raw", action="store_true", help="the service's own JSON instead of the model's"
    )


def chosen_format(args: argparse.Namespace) -> str:
    """The format asked for.

    Raises:
        UsageProblem: `--raw` with anything but JSON.
    """
    if args.raw and args.format not in (None, "json"):
        raise UsageProblem("--raw is JSON", remedy="Leave --format out, or give --format json.")
    named = "json" if args.raw else format_named(args.output, FORMATS)
    return args.format or named or "table"


def run(args: argparse.Namespace, command: str) -> int:
    """List."""
    del command
    if args.top < 1:
        raise UsageProblem(f"--top {args.top} would show nothing", remedy="Give 1 or more.")
    if args.watch:
        check_watch(args)
        return run_async(_watch(args))
    form = chosen_format(args)
    if form == "jsonl":
        raise UsageProblem("--format jsonl goes with --watch", remedy="A list has --format json.")
    check_target(args.output)
    return run_async(_list(args, form))


async def _watch(args: argparse.Namespace) -> int:
    return await watch(args, await _understood(args))


class _Found:
    """What came of the list, in its order."""

    def __init__(self) -> None:
        self.incidents: dict[str, Incident] = {}
        self.unread: list[str] = []
        self.more = False
        self.came = False
        """Whether any page did."""


async def _list(args: argparse.Namespace, form: str) -> int:
    found = _Found()
    code = 0
    seen = await _understood(args)
    try:
        async with open_connection(args, "incidents") as connection:
            await _collect(connection, args, seen, found)
    except Problem as problem:
        explain_wait(problem, args)
        if found.incidents:
            code = FAILED
            report(problem)
            many = len(found.incidents)
            say(f"Only part of the list came: {many:,} incident{'' if many == 1 else 's'}.")
        elif isinstance(problem, Unreachable):
            from tui.cli.offline import cached_list

            cached = await cached_list(args, problem, args.filter, args.top)
            if cached is None:
                raise
            code = NO_ANSWER
            found.incidents = {one.id: one for one in cached}
        else:
            raise
    incidents = list(found.incidents.values())
    with output_to(args.output):
        write_list(incidents, form, raw=args.raw)
    for words in found.unread:
        code = FAILED
        say(words)
    for one in incidents:
        say_faults(one)
    if found.more and code == 0:
        say(f"The newest {len(incidents)} only, there may be more: --top shows them.")
    return code


async def _understood(args: argparse.Namespace) -> Seen | None:
    """Check the filter before anything is asked of a service.

    Returns:
        Values of earlier answers, where the filter names one of them.

    Raises:
        UsageProblem: It is none.
    """
    from tui.incidents.filters import FilterProblem, parse

    try:
        parse(args.filter, _ME)
    except FilterProblem:
        from tui.cli.offline import seen_values

        seen = await seen_values(args)
        parse(args.filter, _ME, seen=seen)
        return seen
    return None


async def _collect(
    connection: Connection, args: argparse.Namespace, seen: Seen | None, found: _Found
) -> None:
    from tui.incidents.filters import parse

    wanted = parse(args.filter, analyst_of(connection), seen=seen)
    odata = wanted.odata(connection.dialect) if wanted else None
    try:
        await _follow(connection, wanted, odata, args.top, found)
    except ServiceProblem as problem:
        if odata is None or problem.status not in _NOT_THIS_FILTER or found.came:
            raise
        # What it would have left out is left out here anyway.
        await _follow(connection, wanted, None, args.top, found)


async def _follow(
    connection: Connection, wanted: Filter, odata: str | None, top: int, found: _Found
) -> None:
    async for page in connection.incidents.pages(odata=odata, top=None if wanted else top):
        found.came = True
        found.unread += [fault for fault in page.faults if fault not in found.unread]
        for number, incident in enumerate(page.incidents):
            if not _matches(wanted, incident, connection):
                found.incidents.pop(incident.id, None)
                continue
            found.incidents[incident.id] = incident
            if len(found.incidents) >= top:
                found.more = page.more or number + 1 < len(page.incidents)
                return


def _matches(wanted: Filter, incident: Incident, connection: Connection) -> bool:
    return not wanted or wanted.matches(incident, connection.session.now())


def explain_wait(problem: Problem, args: argparse.Namespace) -> None:
    """Name `--wait` to whom a throttled service turned away."""
    if isinstance(problem, Throttled) and not args.wait:
        problem.remedy = f"{problem.remedy} Or give --wait.".strip()


def say_faults(incident: Incident) -> None:
    """Name what could not be read of an incident."""
    for fault in incident.faults:
        say(f"incident {incident.id}: {fault}")
