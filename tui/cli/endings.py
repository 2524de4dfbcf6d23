"""SIGTERM and SIGHUP end a command as Ctrl+C does: what was begun is put away first."""

from __future__ import annotations

import os
import signal
from types import FrameType

_ended_by: list[int] = []


def end_by_signals() -> None:
    """From now on both signals interrupt what runs; one that the caller had ignored stays so.

    Half-written files go, a prompt gives the terminal its echo back, and the exit code is the
    one that a shell shows for the signal; see `exit_code`.
    """
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, _interrupt)


def exit_code(interrupted: int) -> int:
    """The code of a run that was broken off: 128 and the signal's number, or Ctrl+C's own."""
    return 128 + _ended_by[0] if _ended_by else interrupted


def _interrupt(number: int, frame: FrameType | None) -> None:
    if _ended_by:
        os._exit(128 + number)  # Asked twice: the first did not get through.
    _ended_by.append(number)
    # asyncio puts a handler of its own there while a loop runs, which cancels what runs in it.
    handler = signal.getsignal(signal.SIGINT)
    if callable(handler):
        handler(signal.SIGINT, frame)
    else:
        raise KeyboardInterrupt
