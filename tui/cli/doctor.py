"""`m365d-tui doctor`: what is where, and whether it works. Safe to paste into a ticket."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from tui.cli.doctor_words import Check, Scrubber
from tui.cli.output import write_json, write_table

_LITTLE = 5_000_000
"""Bytes free below which an answer of any use finds no place."""
_MARKS = {"ok": "✓", "note": "·", "bad": "✗"}


def configure(parser: argparse.ArgumentParser, command: str) -> None:
    """Arguments."""
    del command
    parser.add_argument("--json", action="store_true", help="a list of objects")
    parser.add_argument("--offline", action="store_true", help="ask nothing of any network")
    parser.add_argument("--online", action="store_true", help=argparse.SUPPRESS)
    parser.epilog = (
        "It signs in and reads a little of each API, and ends with 0 where all is well, else\n"
        "with the code of the first thing that is not. No secret, no token and nothing of the\n"
        "tenant is in what it prints.\n\n"
        "example:\n  m365d-tui doctor --profile contoso"
    )


def run(args: argparse.Namespace, command: str) -> int:
    """Look, and tell."""
    del command
    checks = [*_machine(), *_settings(args), *_keyring(), *_places()]
    if not args.offline and not any(one.name == "settings" and one.code for one in checks):
        from tui.cli.doctor_online import online_checks

        checks += online_checks(args)
    if args.json:
        write_json(
            [
                {name: value for name, value in asdict(one).items() if name != "code"}
                for one in checks
            ]
        )
    else:
        write_table(
            ("", "WHAT", "FOUND"), [(_MARKS[one.verdict], one.name, one.found) for one in checks]
        )
    return next((one.code for one in checks if one.code), 0)


def _machine() -> Iterator[Check]:
    from importlib.metadata import PackageNotFoundError, version

    from tui import __version__

    python = ".".join(map(str, sys.version_info[:3]))
    yield Check("program", "ok", f"m365d-tui {__version__}, Python {python}, {sys.platform}")
    parts: list[str] = []
    for name in ("textual", "httpx", "duckdb", "duckdb-kql", "keyring", "PyJWT"):
        try:
            parts.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            yield Check("library", "bad", f"{name} is not installed", 2)
    yield Check("libraries", "ok", ", ".join(parts))
    if not sys.stdout.isatty():
        yield Check("terminal", "note", "standard output is none")
        return
    size = os.get_terminal_size(sys.stdout.fileno())
    term, colours = os.environ.get("TERM", "?"), os.environ.get("COLORTERM", "")
    bare = ", NO_COLOR" if os.environ.get("NO_COLOR") else ""
    small = size.columns < 80 or size.lines < 24
    yield Check(
        "terminal",
        "note" if small else "ok",
        f"{size.columns}x{size.lines}, {term} {colours}{bare}".rstrip()
        + (": it works best from 80x24" if small else ""),
    )


def _settings(args: argparse.Namespace) -> Iterator[Check]:
    from tui.config import config_path, load_settings, validate_settings

    scrub = Scrubber()
    file = config_path(args.config)
    faults = validate_settings(args.config)
    if faults:
        more = f", and {len(faults) - 1} more" if len(faults) > 1 else ""
        first = scrub.quoted(f"{faults[0].place}: {faults[0].message}")
        yield Check("settings", "bad", f"{first}{more}; see `m365d-tui config validate`", 2)
        return
    if not file.exists():
        yield Check("settings", "note", f"{scrub(str(file))} (there is none: all is default)")
        return
    profiles = load_settings(args.config).profiles
    kinds = ", ".join(sorted({one.credential for one in profiles.values()}))
    number = f"{len(profiles)} profile{'' if len(profiles) == 1 else 's'}"
    yield Check("settings", "ok", f"{scrub(str(file))}, {number}{f' ({kinds})' if kinds else ''}")


def _keyring() -> Iterator[Check]:
    from tui.auth.keychain import backend_name

    name, usable = backend_name()
    yield Check(
        "keyring",
        "ok" if usable else "note",
        name if usable else f'{name}; use credential "env", "command" or "prompt"',
    )


def _size(folder: Path) -> str:
    if not folder.is_dir():
        return "(nothing there yet)"
    files = [path for path in folder.rglob("*") if path.is_file()]
    total = sum(path.stat().st_size for path in files)
    unit = f"{total / 1_000_000:.1f} MB" if total >= 100_000 else f"{total / 1_000:.1f} kB"
    return f"({len(files)} file{'' if len(files) == 1 else 's'}, {unit})"


def _places() -> Iterator[Check]:
    from tui.config import app_paths

    scrub = Scrubber()
    paths = app_paths()
    for name, folder in (
        ("caches", paths.cache_dir),
        ("history and drafts", paths.state_dir),
        ("logs", paths.log_dir),
        ("scratch", paths.temp_dir),
    ):
        if why := _unwritable(folder):
            yield Check(name, "bad", f"{scrub(str(folder))} cannot be written: {why}", 2)
        else:
            yield Check(name, "ok", f"{scrub(str(folder))} {_size(folder)}")


def _unwritable(folder: Path) -> str:
    """Why nothing can be kept in a folder, which may still have to be made; else empty."""
    import shutil

    place = next((one for one in (folder, *folder.parents) if one.exists()), folder)
    if not place.is_dir():
        return "a file stands in its way"
    if not os.access(place, os.W_OK | os.X_OK):
        return "no permission, or a read-only file system"
    free = shutil.disk_usage(place).free
    return f"only {free / 1_000_000:.1f} MB are free there" if free < _LITTLE else ""
