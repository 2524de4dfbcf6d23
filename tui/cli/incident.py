"""`m365d-tui incident ID`: one incident without a screen."""

from __future__ import annotations

import argparse

from tui.cli.context import add_wait_option, open_connection, run_async
from tui.cli.exits import NO_ANSWER
from tui.cli.incident_rows import write_one
from tui.cli.incidents import add_format_options, chosen_format, explain_wait, say_faults
from tui.cli.target import add_output_option, check_target, output_to
from tui.errors import Problem, Unreachable, UsageProblem


def configure(parser: argparse.ArgumentParser, command: str) -> None:
    """Arguments."""
    del command
    parser.add_argument("id", metavar="ID", help="its number, as the list shows it")
    add_format_options(parser)
    parser.add_argument(
        "--report",
        choices=("md", "html"),
        nargs="?",
        const="md",
        help="write a report instead: Markdown, or one HTML file",
    )
    add_output_option(parser)
    add_wait_option(parser)
    parser.epilog = (
        "examples:\n"
        "  m365d-tui incident 924565\n"
        "  m365d-tui incident 924565 --format json | jq -r '.alerts[].title'\n"
        "  m365d-tui incident 924565 --report html -o incident.html"
    )


def run(args: argparse.Namespace, command: str) -> int:
    """Show."""
    del command
    if args.report and (args.format or args.raw):
        raise UsageProblem("--report has a form of its own", remedy="Leave --format and --raw out.")
    form = chosen_format(args)
    check_target(args.output)
    from tui.api.incident_service import checked_id

    args.id = checked_id(args.id.removeprefix("#"))
    return run_async(_show(args, form))


async def _show(args: argparse.Namespace, form: str) -> int:
    code = 0
    try:
        async with open_connection(args, "incidents") as connection:
            incident = await connection.incidents.get(args.id)
    except Problem as problem:
        explain_wait(problem, args)
        if not isinstance(problem, Unreachable):
            raise
        from tui.cli.offline import cached_incident

        cached = await cached_incident(args, problem, args.id)
        if cached is None:
            raise
        incident, code = cached, NO_ANSWER
    with output_to(args.output):
        if args.report:
            from tui.incidents.report import render

            print(render(incident, args.report), end="")
        else:
            write_one(incident, form, raw=args.raw)
    say_faults(incident)
    return code
