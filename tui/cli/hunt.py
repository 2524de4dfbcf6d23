"""`m365d-tui hunt`: a KQL query without a screen."""

from __future__ import annotations

import argparse
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

from tui.cli.context import add_wait_option, open_connection, read_settings, run_async
from tui.cli.exits import FAILED, report
from tui.cli.incidents import explain_wait
from tui.cli.output import say
from tui.cli.target import (
    add_output_option,
    bytes_to,
    check_target,
    format_named,
    is_special,
    on_a_terminal,
    real_place,
)
from tui.config import at_home
from tui.errors import Problem, QueryProblem, UsageProblem
from tui.text import escape_json, visible

if TYPE_CHECKING:
    from tui.api.service import Connection
    from tui.hunting.export import Format
    from tui.hunting.results import ResultSet
    from tui.hunting.scratch import Scratch

_FORMATS = ("table", "json", "csv", "parquet")


def configure(parser: argparse.ArgumentParser, command: str) -> None:
    """Arguments."""
    del command
    parser.add_argument("file", metavar="FILE", help="the query; - reads standard input")
    parser.add_argument(
        "--timespan", metavar="SPAN", help="ISO 8601, such as P7D; with Microsoft Graph only"
    )
    parser.add_argument(
        "--format", choices=_FORMATS, help="how to write the rows (as FILE of -o ends, else table)"
    )
    parser.add_argument(
        "--raw", action="store_true", help="the service's own answer instead of rows"
    )
    parser.add_argument(
        "--keep-formulas",
        action="store_true",
        help="in CSV, leave cells alone that a spreadsheet takes for formulas",
    )
    add_output_option(parser)
    add_wait_option(parser)
    parser.epilog = (
        "examples:\n"
        "  m365d-tui hunt query.kql -o rows.csv\n"
        "  echo 'DeviceInfo | take 5' | m365d-tui hunt - --timespan P7D --format json"
    )


def run(args: argparse.Namespace, command: str) -> int:
    """Hunt."""
    del command
    if args.raw and args.format not in (None, "json"):
        raise UsageProblem("--raw is JSON", remedy="Leave --format out, or give --format json.")
    args.format = args.format or format_named(args.output, _FORMATS)
    if args.format == "parquet" and on_a_terminal(args.output):
        raise UsageProblem(
            "Parquet is no text for a terminal", remedy="Name a file with -o, or use a pipe."
        )
    if args.timespan is not None:
        from tui.api.hunting import checked_timespan

        args.timespan = checked_timespan(args.timespan)
    check_target(args.output)
    query = read_query(args.file)
    if args.timespan is not None and not args.demo:
        _check_classic(args)
    return run_async(_hunt(args, query))


def _check_classic(args: argparse.Namespace) -> None:
    """Refuse a time span on the classic API before anything is asked of it."""
    from tui.api.classic import no_timespan
    from tui.auth.profiles import profile_named

    if profile_named(read_settings(args), args.profile).api == "classic":
        raise no_timespan()


def read_query(name: str) -> str:
    """The query of a file, or of standard input where the name is `-`.

    Raises:
        UsageProblem: It cannot be read, or there is none.
    """
    shown = "Standard input" if name == "-" else visible(name)
    if not name:
        raise UsageProblem("The file of the query has no name", remedy="Use - for standard input.")
    try:
        if name == "-":
            stream = getattr(sys.stdin, "buffer", None)
            content = stream.read() if stream is not None else sys.stdin.read().encode()
        else:
            content = at_home(Path(name)).read_bytes()
    except OSError as error:
        why = (error.strerror or "it cannot be read").lower()
        raise UsageProblem(f"{shown} cannot be read", why, "Check the file's name.") from None
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        query = content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        raise UsageProblem(
            f"{shown} is no text in UTF-8", remedy="Save the query as UTF-8."
        ) from None
    if "\0" in query:
        raise UsageProblem(f"{shown} is no text", "it holds NUL bytes", "Save the query as UTF-8.")
    if not query.strip():
        raise UsageProblem(f"{shown} holds no query", remedy="Write one, such as DeviceInfo.")
    return query.replace("\r\n", "\n")


async def _hunt(args: argparse.Namespace, query: str) -> int:
    from tui.hunting.scratch import Scratch

    try:
        with Scratch() as scratch:
            async with open_connection(args, "hunting") as connection:
                if args.raw:
                    return await _raw(connection, args, query, scratch)
                return await _rows(connection, args, query, scratch)
    except QueryProblem as problem:
        report(problem)
        _show_place(query, problem)
        return problem.exit_code
    except Problem as problem:
        explain_wait(problem, args)
        raise


async def _raw(
    connection: Connection, args: argparse.Namespace, query: str, scratch: Scratch
) -> int:
    import asyncio
    import shutil

    answer = await connection.hunting.run(
        query, timespan=args.timespan, to=scratch.new_file(".json")
    )

    def copy() -> None:
        with answer.path.open("rb") as body:
            if args.output is not None:
                with bytes_to(args.output) as out:
                    shutil.copyfileobj(body, out)
            elif sys.stdout.isatty():
                # On a terminal no byte of an answer may act; a pipe gets them as they came.
                for line in TextIOWrapper(body, "utf-8", "replace", newline="\n"):
                    sys.stdout.write(escape_json(line))
                sys.stdout.write("\n")
            else:
                shutil.copyfileobj(body, sys.stdout.buffer)
                sys.stdout.buffer.write(b"\n")

    await asyncio.to_thread(copy)
    if await asyncio.to_thread(_is_whole, answer.path):
        return 0
    say("The answer is no whole JSON: it breaks off.")
    return FAILED


def _is_whole(path: Path) -> bool:
    """Whether a body ends as a JSON object does."""
    with path.open("rb") as body:
        body.seek(max(0, path.stat().st_size - 1000))
        return body.read().rstrip().endswith(b"}")


async def _rows(
    connection: Connection, args: argparse.Namespace, query: str, scratch: Scratch
) -> int:
    from tui.hunting.results import ROW_LIMIT
    from tui.hunting.run import Run

    running = Run(connection.hunting, query, scratch=scratch, timespan=args.timespan)
    result = await running.execute()
    try:
        await _write(result, args)
        for note in result.notes:
            say(_sentence(note))
        # What could not be read is missing from the rows.
        code = FAILED if result.notes else 0
        if result.truncated is None:
            return code
        say(_sentence(result.truncated))
        # The service's limit is a result; an answer that broke off is part of one.
        return code if result.count >= ROW_LIMIT else FAILED
    finally:
        result.close()


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."


async def _write(result: ResultSet, args: argparse.Namespace) -> None:
    from tui.hunting.export import write

    form: Format = args.format or "table"
    guard = not args.keep_formulas
    if args.output is None:
        sys.stdout.flush()
        await write(result, sys.stdout.buffer, form, guard_formulas=guard)
        sys.stdout.buffer.flush()
        return
    target = real_place(args.output)
    if is_special(target):
        with bytes_to(target) as special:
            count = await write(result, special, form, guard_formulas=guard)
    else:
        count = await write(result, target, form, guard_formulas=guard)
    say(f"{count:,} row{'' if count == 1 else 's'} in {visible(str(at_home(args.output)))}.")


def _show_place(query: str, problem: QueryProblem) -> None:
    """The line of the query that the service found fault with, and a mark below the place."""
    lines = query.split("\n")
    if problem.line is None or not 1 <= problem.line <= len(lines):
        return
    line = lines[problem.line - 1].replace("\t", " ")
    number = f"{problem.line:>5} │ "
    start = 0
    if problem.column is not None and problem.column > 60:
        start = problem.column - 40
    say(f"{number}{line[start : start + 100]}")
    if problem.column is not None and problem.column <= len(line) + 1:
        say(" " * (len(number) + len(visible(line[start : problem.column - 1]))) + "▲")
