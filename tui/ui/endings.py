"""Signals that tell the program to end: it closes what is open and gives the terminal back."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.app import App


def end_by_signals(app: App[Any]) -> None:
    """Leave on SIGINT, SIGTERM and SIGHUP, with the exit code that a shell shows for each.

    Nothing is asked: edits that are not delivered are in the cache, and drafts are saved as
    they are typed. Where the loop takes no signals (Windows) they end the program as ever.
    """
    loop = asyncio.get_running_loop()
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is None or signal.getsignal(number) == signal.SIG_IGN:
            continue
        with suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(number, app.exit, 128 + number, 128 + number)
