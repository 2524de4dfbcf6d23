"""`m365d-tui config show|validate|schema|path`."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from tui.cli.output import say, write_json
from tui.text import visible

if TYPE_CHECKING:
    from tui.config import Fault

_EXAMPLES = {
    "config show": "m365d-tui config show",
    "config validate": "m365d-tui config validate --config ./config.toml",
    "config schema": "m365d-tui config schema > m365d-tui.schema.json",
    "config path": 'vi "$(m365d-tui config path)"',
}


def configure(parser: argparse.ArgumentParser, command: str) -> None:
    """Arguments: none of their own, but for JSON."""
    parser.epilog = f"example:\n  {_EXAMPLES[command]}"
    if command == "config show":
        parser.add_argument("--json", action="store_true", help="a list of objects")


def run(args: argparse.Namespace, command: str) -> int:
    """Show, check or locate the settings."""
    from tui.config import config_path

    if command == "config path":
        # As the file system has it: a shell must find the file by it.
        sys.stdout.buffer.write(os.fsencode(config_path(args.config)) + b"\n")
        return 0
    if command == "config schema":
        from tui.config import settings_schema

        write_json(settings_schema())
        return 0
    return _validate(args) if command == "config validate" else _show(args)


def _validate(args: argparse.Namespace) -> int:
    from tui.config import config_path, load_settings, validate_settings

    file = config_path(args.config)
    faults = validate_settings(args.config) or _keys_unknown(args)
    for fault in faults:
        print(visible(str(fault)))
    if faults:
        return 2
    from tui.auth.profiles import profiles_of

    settings = load_settings(args.config)
    if settings.path is None:
        say(f"There is no settings file {file}: all is default.")
    else:
        count = len(profiles_of(settings))
        say(f"{file} is fine: {count} profile{'' if count == 1 else 's'}.")
    return 0


def _keys_unknown(args: argparse.Namespace) -> list[Fault]:
    """Names in `[keys]` that are no commands; only the screens know what they are called."""
    from tui.config import Fault, load_settings

    settings = load_settings(args.config)
    if settings.path is None or not settings.keys:
        return []
    from tui.ui.commands.known import unknown_names

    found = []
    for name in settings.keys:
        for said in unknown_names([name]):
            origin = settings.origins.get(f"keys.{name}")
            message, _, near = said.partition(". ")
            found.append(
                Fault(settings.path, origin.line if origin else None, message.rstrip("."), near)
            )
    return found


def _show(args: argparse.Namespace) -> int:
    from tui.cli.context import read_settings
    from tui.config.show import shown_values

    values = shown_values(read_settings(args))
    if args.json:
        write_json(
            [
                {
                    "name": one.name,
                    "value": one.value,
                    "file": None if one.origin.path is None else str(one.origin.path),
                    "line": one.origin.line,
                }
                for one in values
            ]
        )
        return 0
    width = max(len(one.name) + len(one.text) + 3 for one in values)
    for one in values:
        print(visible(f"{f'{one.name} = {one.text}':<{width}}  # {one.origin}"))
    return 0
