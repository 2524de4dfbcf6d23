"""`m365d-tui handover`: a shift's end as Markdown."""

from __future__ import annotations

import argparse
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tui.cli.context import add_wait_option, chosen_profile, open_connection, run_async
from tui.cli.exits import DONE
from tui.cli.incidents import explain_wait
from tui.cli.offline import say_notices
from tui.cli.output import say
from tui.cli.target import add_output_option, check_target, output_to
from tui.errors import ServiceProblem, Unreachable, UsageProblem

if TYPE_CHECKING:
    from tui.api.service import Connection
    from tui.auth.profiles import Profile

_SPAN = re.compile(r"(\d{1,4})(m|h|d)")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def configure(parser: argparse.ArgumentParser, command: str) -> None:
    """Arguments."""
    del command
    parser.add_argument(
        "--since", metavar="WHEN", default="8h", help="when the shift began: a span or a time (8h)"
    )
    parser.add_argument("--offline", action="store_true", help="ask the cache alone")
    add_output_option(parser)
    add_wait_option(parser)
    parser.description = (
        "What this program closed, took and changed since then, what waits to be sent, and what"
        " arrived unread, as Markdown."
    )
    parser.epilog = (
        "examples:\n"
        "  m365d-tui handover --since 8h\n"
        "  m365d-tui handover --since 2026-11-24T06:00 -o handover.md"
    )


def run(args: argparse.Namespace, command: str) -> int:
    """Write the page."""
    del command
    now = datetime.now(UTC)
    since = began(args.since, now)
    if since > now:
        raise UsageProblem(
            f"--since {args.since} is yet to come", remedy="Give when the shift began."
        )
    check_target(args.output)
    return run_async(_write(args, since))


def began(text: str, now: datetime) -> datetime:
    """The moment of `--since`: a span counted back, or a time, local unless it says so.

    Raises:
        UsageProblem: It is neither.
    """
    if span := _SPAN.fullmatch(text):
        return now - int(span.group(1)) * _UNITS[span.group(2)]
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageProblem(
            f"--since {text} is no span and no time",
            remedy="For example 8h, 90m, 2d or 2026-11-24T06:00.",
        ) from None


async def _write(args: argparse.Namespace, since: datetime) -> int:
    from tui.incidents.handover import handover
    from tui.incidents.queue import Queue

    code = DONE

    def instead(problem: Unreachable | ServiceProblem) -> None:
        nonlocal code
        explain_wait(problem, args)
        say(f"{problem} This is what the cache knows.")
        code = problem.exit_code

    async def told(profile: Profile, connection: Connection | None) -> str:
        queue = await Queue.open(
            connection, profile, memory=args.no_cache, me=profile.analyst, deliver=False
        )
        try:
            if connection is not None:
                try:
                    await queue.sync()
                except (Unreachable, ServiceProblem) as problem:
                    instead(problem)
            return await handover(queue, since)
        finally:
            say_notices(queue)
            await queue.close()

    page = ""
    if not args.offline:
        try:
            async with open_connection(args, "incidents") as connection:
                page = await told(connection.session.profile, connection)
        except Unreachable as problem:
            instead(problem)
    if not page:
        with chosen_profile(args) as profile:
            page = await told(profile, None)
    with output_to(args.output):
        print(page, end="")
    return code
