"""The command `m365d-tui`: finds the command, loads only what it needs, and ends with a code."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMANDS: Mapping[str, tuple[str, str]] = {
    "profiles list": ("profiles", "list who can sign in where"),
    "profiles add": ("profiles", "add a profile to the settings"),
    "profiles remove": ("profiles", "remove a profile from the settings"),
    "profiles import": (
        "profiles_import",
        "make profiles of AZURE_* or MSTICPy's settings",
    ),
    "profiles consent": ("profiles_partner", "make the link for a customer's administrator"),
    "profiles migrate": ("profiles_partner", "compare with Microsoft Graph, and move there"),
    "login": ("login", "store the secret of a profile in the keyring"),
    "logout": ("login", "remove the secret, with --purge cache and history too"),
    "token": ("token", "sign in and show what the token says and allows"),
    "token decode": ("token_decode", "read any token, offline"),
    "incidents": ("incidents", "list incidents, newest first"),
    "incident": ("incident", "show one incident"),
    "handover": ("handover", "write what a shift did and leaves, as Markdown"),
    "hunt": ("hunt", "run a KQL query"),
    "demo serve": ("demo", "serve the embedded tenant until told to end"),
    "demo credentials": ("demo", "show who can sign in to the embedded tenant"),
    "config show": ("config", "show each setting and where it came from"),
    "config validate": ("config", "check the settings file"),
    "config schema": ("config", "print a JSON Schema of the settings file"),
    "config path": ("config", "print where the settings file is"),
    "doctor": ("doctor", "show what is where, and whether it works"),
}
"""Command → its module in this package, and what it does. Modules are loaded when chosen."""

_FLAGS = ("--demo", "--no-cache", "--version", "--help", "-h")
_WITH_VALUE = ("--profile", "--config", "--log")
_DASH_VALUES = ("--filter", "--timespan", "--since", "--listen")

_EXAMPLES = """\
examples:
  m365d-tui --demo                          look around, no account needed
  m365d-tui profiles add contoso            connect a tenant
  m365d-tui incidents --filter sev:high     list without a screen
  m365d-tui hunt query.kql --format csv     hunt without a screen

m365d-tui COMMAND --help explains a command."""


class CommandModule(Protocol):
    """What a module of commands offers."""

    def configure(self, parser: argparse.ArgumentParser, command: str) -> None:
        """Add arguments, description and examples for a command of the module."""

    def run(self, args: argparse.Namespace, command: str) -> int:
        """Do it and return the exit code; Problems are reported by the caller."""


class Parser(argparse.ArgumentParser):
    """A parser whose errors read like all the others of this program."""

    def print_help(self, file: object = None) -> None:
        """Write the help; argparse itself would not notice that nobody takes it."""
        del file
        sys.stdout.write(self.format_help())
        sys.stdout.flush()

    def error(self, message: str) -> NoReturn:
        from tui.errors import UsageProblem

        raise UsageProblem(f"Wrong usage: {message}", remedy=f"See `{self.prog} --help`.")


def _split(argv: Sequence[str]) -> tuple[str, list[str]]:
    """The command among the arguments ("" for the app), and the arguments without it.

    General options may stand anywhere; the first words that are none of them are the command.
    """
    rest = list(argv)
    at = 0
    words: list[int] = []
    while at < len(rest) and len(words) < 2:
        one = rest[at]
        if one in _WITH_VALUE:
            at += 2
        elif one.startswith("-") and one != "-":
            at += 1
        else:
            words.append(at)
            first = rest[words[0]]
            if not any(name.startswith(first + " ") for name in COMMANDS):
                break
            at += 1
    if not words:
        return "", rest
    command = " ".join(rest[place] for place in words)
    if command not in COMMANDS and rest[words[0]] in COMMANDS:
        # `token --resource graph`: a command that is also the first word of others.
        words = words[:1]
        command = rest[words[0]]
    if command not in COMMANDS:
        return command, rest
    for place in reversed(words):
        del rest[place]
    return command, rest


def _join_dash_values(argv: Sequence[str]) -> list[str]:
    """`--filter -status:resolved` as argparse understands it: `--filter=-status:resolved`."""
    joined: list[str] = []
    at = 0
    while at < len(argv):
        one = argv[at]
        following = argv[at + 1] if at + 1 < len(argv) else ""
        if one in _DASH_VALUES and re.match("-[^-]", following):
            joined.append(f"{one}={following}")
            at += 2
        else:
            joined.append(one)
            at += 1
    return joined


def _refuse_option_before(argv: Sequence[str], command: str) -> None:
    """An option that nobody knows is named before the word after it, which may be its value."""
    from tui.errors import UsageProblem
    from tui.text import visible

    for one in argv[: list(argv).index(command.split(" ")[0])]:
        name = one.partition("=")[0]
        if name.startswith("-") and name not in (*_FLAGS, *_WITH_VALUE):
            from difflib import get_close_matches

            near = get_close_matches(name, (*_FLAGS, *_WITH_VALUE), 1)
            raise UsageProblem(
                f"There is no option {visible(name)}",
                remedy=f"Did you mean {near[0]}?" if near else "See `m365d-tui --help`.",
            )


def _unknown(command: str) -> NoReturn:
    from difflib import get_close_matches

    from tui.errors import UsageProblem
    from tui.text import visible

    first = command.split(" ")[0]
    actions = [name.split(" ")[1] for name in COMMANDS if name.startswith(first + " ")]
    if actions:
        given = command[len(first) + 1 :]
        near = get_close_matches(given, actions, 1)
        raise UsageProblem(
            f"'{first}' has no command '{visible(given)}'"
            if given
            else f"'{first}' needs one more word",
            remedy=(f"Did you mean {first} {near[0]}? " if near else "")
            + f"Known are {', '.join(actions)}.",
        )
    firsts = list(dict.fromkeys(name.split(" ")[0] for name in COMMANDS))
    near = get_close_matches(first, firsts, 1)
    raise UsageProblem(
        f"There is no command '{visible(first)}'",
        remedy=(f"Did you mean {near[0]}? " if near else "") + f"Known are {', '.join(firsts)}.",
    )


def _load(command: str) -> CommandModule:
    from importlib import import_module
    from typing import cast

    return cast("CommandModule", import_module(f"tui.cli.{COMMANDS[command][0]}"))


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _parser(command: str) -> Parser:
    from tui.cli.context import add_global_options

    raw = argparse.RawDescriptionHelpFormatter
    if command:
        parser = Parser(
            prog=f"m365d-tui {command}",
            formatter_class=raw,
            allow_abbrev=False,
            description=_sentence(COMMANDS[command][1]),
        )
        _load(command).configure(parser, command)
    else:
        width = max(map(len, COMMANDS))
        listed = "\n".join(f"  {name:<{width}}  {text}" for name, (_, text) in COMMANDS.items())
        parser = Parser(
            prog="m365d-tui",
            formatter_class=raw,
            allow_abbrev=False,
            description="Incidents and hunting of Microsoft Defender XDR, in a terminal.\n"
            "Without a command it opens the app.",
            usage="m365d-tui [--demo | --profile NAME] [options] [COMMAND …]",
            epilog=f"commands:\n{listed}\n\n{_EXAMPLES}",
        )
    add_global_options(parser)
    return parser


def _open_app(args: argparse.Namespace) -> int:
    from tui.cli.context import demo_launcher, read_settings
    from tui.errors import UsageProblem

    settings = read_settings(args)
    if not (sys.stdin and sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageProblem(
            "There is no terminal to draw on",
            remedy="Without a screen use `m365d-tui incidents`, `incident`, `hunt` or `token`; "
            "see `m365d-tui --help`.",
        )
    if args.profile is not None:
        from tui.auth.profiles import profile_named

        profile_named(settings, args.profile)
    from tui.ui.app import M365dApp

    launcher = demo_launcher()
    try:
        code = M365dApp(
            settings,
            profile_name=args.profile,
            demo=launcher,
            use_demo=args.demo,
            no_cache=args.no_cache,
        ).run()
    finally:
        launcher.stop()
    return code or 0


def _run(argv: Sequence[str]) -> int:
    command, rest = _split(argv)
    if "--version" in rest and (not command or command in COMMANDS):
        from tui import __version__

        print(f"m365d-tui {__version__}")
        return 0
    if command and command not in COMMANDS:
        _refuse_option_before(argv, command)
        group = any(name.startswith(command + " ") for name in COMMANDS)
        if not (group and ("--help" in rest or "-h" in rest)):
            _unknown(command)
        command = ""
        rest = ["--help"]
    args = _parser(command).parse_args(_join_dash_values(rest))
    if args.profile == "":
        from tui.errors import UsageProblem

        raise UsageProblem("--profile names none", remedy="Give a name, or leave it out.")
    if args.demo and args.profile:
        from tui.errors import UsageProblem

        raise UsageProblem("--demo and --profile exclude each other", remedy="Leave one out.")
    if args.log is not None:
        from tui.cli.logs import start_log

        start_log(args.log)
    if command:
        return _load(command).run(args, command)
    return _open_app(args)


def main(argv: Sequence[str]) -> int:
    """Run a command line and return its exit code; see `tui.cli.exits` for their meaning."""
    from tui.cli.output import prepare_streams

    prepare_streams()
    try:
        from tui.cli.logs import quiet_log

        quiet_log()
        code = _run(argv)
        sys.stdout.flush()
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else 0
    except KeyboardInterrupt:
        from tui.cli.endings import exit_code
        from tui.cli.exits import INTERRUPTED

        return exit_code(INTERRUPTED)
    except BrokenPipeError:
        from tui.cli.exits import reader_left

        return reader_left()
    except Exception as error:
        from tui.cli.exits import report, report_defect, unwritable
        from tui.errors import Problem

        if isinstance(error, Problem):
            return report(error)
        return unwritable(error) or report_defect(error)
    return code
