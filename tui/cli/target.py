"""Where data goes: standard output, or the file of `-o`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

from tui.errors import Problem, UsageProblem
from tui.text import visible


def add_output_option(parser: argparse.ArgumentParser) -> None:
    """`-o FILE`."""
    parser.add_argument(
        "-o", "--output", metavar="FILE", type=Path, help="write to a file (standard output)"
    )


def check_target(path: Path | None) -> None:
    """Refuse a file that cannot be written before anything is asked of a service.

    Raises:
        UsageProblem: Its directory is missing, or it is a directory itself.
    """
    if path is None:
        return
    path = path.expanduser()
    why = ""
    if path.is_dir():
        why = "it is a directory"
    elif not path.parent.is_dir():
        why = f"there is no directory {path.parent}"
    elif not os.access(path if path.exists() else path.parent, os.W_OK):
        why = "it may not be written"
    if why:
        raise UsageProblem(f"Cannot write {visible(str(path))}", visible(why), "Check -o.")


@contextmanager
def output_to(path: Path | None) -> Iterator[None]:
    """Send what is printed to a file, which appears when it is whole.

    Raises:
        Problem: The file cannot be written.
    """
    if path is None:
        yield
        return
    path = path.expanduser()
    ordinary = not is_special(path)
    half = path.with_name(f".{path.name}.{os.getpid()}.part") if ordinary else path
    try:
        with half.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            with redirect_stdout(file):
                yield
            file.flush()
        if ordinary:
            half.replace(path)
    except OSError as error:
        raise Problem(
            f"Writing {visible(str(path))} failed",
            (error.strerror or "the file cannot be written").lower(),
            "Choose another place.",
        ) from None
    finally:
        if ordinary:
            half.unlink(missing_ok=True)


def is_special(path: Path) -> bool:
    """Whether a path is something that is written to in place: a pipe, a device, a link."""
    return path.is_symlink() or (path.exists() and not path.is_file())


def on_a_terminal(path: Path | None) -> bool:
    """Whether data would go to a terminal."""
    return path is None and sys.stdout.isatty()
