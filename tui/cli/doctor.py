"""`m365d-tui doctor`: what is where, and whether it works. Safe to paste into a ticket."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from tui.cli.output import write_json, write_table

Verdict = Literal["ok", "note", "bad"]
_MARKS = {"ok": "✓", "note": "·", "bad": "✗"}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    verdict: Verdict
    found: str


def configure(parser: argparse.ArgumentParser, command: str) -> None:
    """Arguments."""
    del command
    parser.add_argument("--json", action="store_true", help="a list of objects")
    parser.add_argument("--online", action="store_true", help="try to sign in as well")
    parser.epilog = (
        "It ends with 0 where nothing is wrong. No secret and no token is in what it prints.\n\n"
        "example:\n  m365d-tui doctor --online --profile contoso"
    )


def run(args: argparse.Namespace, command: str) -> int:
    """Look, and tell."""
    del command
    checks = [*_machine(), *_settings(args), *_keyring(), *_places()]
    code = 0
    if args.online:
        found, code = _online(args)
        checks.append(found)
    if args.json:
        write_json([asdict(check) for check in checks])
    else:
        write_table(
            ("", "WHAT", "FOUND"),
            [(_MARKS[check.verdict], check.name, check.found) for check in checks],
        )
    return code or (2 if any(check.verdict == "bad" for check in checks) else 0)


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
            yield Check("library", "bad", f"{name} is not installed")
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

    file = config_path(args.config)
    faults = validate_settings(args.config)
    if faults:
        yield Check("settings", "bad", str(faults[0]))
        return
    if not file.exists():
        yield Check("settings", "note", f"{file} (there is none: all is default)")
        return
    profiles = load_settings(args.config).profiles
    yield Check("settings", "ok", f"{file}, profiles: {', '.join(profiles) or 'none'}")


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

    paths = app_paths()
    for name, folder in (
        ("caches", paths.cache_dir),
        ("history and drafts", paths.state_dir),
        ("logs", paths.log_dir),
        ("scratch", paths.temp_dir),
    ):
        yield Check(name, "ok", f"{folder} {_size(folder)}")


def _online(args: argparse.Namespace) -> tuple[Check, int]:
    from tui.cli.context import open_session, run_async
    from tui.errors import Problem

    async def sign_in() -> str:
        from tui.auth.claims import summary

        async with open_session(args) as session:
            api = session.profile.api
            token = await session.token("graph" if api == "auto" else api)
            skew = f", clock {session.skew:+.0f} s" if abs(session.skew) > 1 else ""
            return (
                f"token from {session.profile.cloud.authority_host} in {token.seconds:.2f} s"
                f"{skew}, allows {token.resource}: {summary(token.claims, token.resource)}"
            )

    try:
        return Check("sign-in", "ok", run_async(sign_in())), 0
    except Problem as problem:
        return Check("sign-in", "bad", str(problem)), problem.exit_code
