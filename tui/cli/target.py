"""Where data goes: standard output, or the file of `-o`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

from tui.cli.context import file_name
from tui.config import at_home
from tui.errors import Problem, UsageProblem
from tui.text import visible

if TYPE_CHECKING:
    from typing import BinaryIO


def add_output_option(parser: argparse.ArgumentParser) -> None:
    """`-o FILE`; `-` is standard output."""
    parser.add_argument(
        "-o", "--output", metavar="FILE", type=_target, help="write to a file (standard output)"
    )


def _target(text: str) -> Path | None:
    # Opened by its name, what standard output leads to would be cut to nothing first.
    return None if text in ("-", "/dev/stdout", "/dev/fd/1") else file_name(text)


def format_named(path: Path | None, known: Sequence[str]) -> str | None:
    """The format that a file's name ends in (`rows.csv`), where it is one of those known."""
    ending = path.suffix[1:].lower() if path is not None else ""
    return ending if ending in known else None


def check_target(path: Path | None) -> None:
    """Refuse a file that cannot be written before anything is asked of a service.

    Raises:
        UsageProblem: Its directory is missing, or it is a directory itself.
    """
    if path is None:
        return
    path = at_home(path)
    try:
        why = _fault_of(path)
    except OSError as error:
        why = (error.strerror or "it cannot be written").lower()
    if why:
        raise UsageProblem(f"Cannot write {visible(str(path))}", visible(why), "Check -o.")


def _fault_of(path: Path) -> str:
    if path.is_dir():
        return "it is a directory"
    if not path.parent.is_dir():
        return f"there is no directory {path.parent}"
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        return "it may not be written"
    return ""


@contextmanager
def output_to(path: Path | None) -> Iterator[None]:
    """Send what is printed to a file, which appears when it is whole.

    Raises:
        Problem: The file cannot be written.
    """
    if path is None:
        yield
        return
    with bytes_to(path) as raw:
        file = TextIOWrapper(raw, "utf-8", "backslashreplace", newline="\n")
        with redirect_stdout(file):
            yield
        file.flush()
        file.detach()


@contextmanager
def bytes_to(path: Path) -> Iterator[BinaryIO]:
    """A file to write, which appears when it is whole; its owner alone reads it.

    Raises:
        Problem: It cannot be written.
    """
    path = real_place(path)
    ordinary = not is_special(path)
    half = path.with_name(f".{path.name}.{os.getpid()}.part") if ordinary else path
    try:
        with open(half, "wb", opener=_private) as file:
            yield file
        if ordinary:
            half.replace(path)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise Problem(
            f"Writing {visible(str(path))} failed",
            (error.strerror or "the file cannot be written").lower(),
            "Choose another place.",
        ) from None
    finally:
        if ordinary:
            half.unlink(missing_ok=True)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def real_place(path: Path) -> Path:
    """Where a file is to be: what a link leads to is replaced, not the link."""
    path = at_home(path)
    return path if is_special(path) else path.resolve()


def is_special(path: Path) -> bool:
    """Whether a path is something that is written to in place: a pipe or a device."""
    return path.exists() and not path.is_file()


def on_a_terminal(path: Path | None) -> bool:
    """Whether data would go to a terminal."""
    return path is None and sys.stdout.isatty()
