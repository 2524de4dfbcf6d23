"""Ending a function in Python that does not look up from its work.

Most functions answer a row in microseconds, and a stopped query is noticed between two rows. A
series of a million numbers is one row: the interpreter is told to raise in the thread that
computes it.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Halted(BaseException):
    """Raised in the midst of a computation that was halted."""


class Halting:
    """Knows the thread that computes, while it does."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._thread: int | None = None

    @contextmanager
    def computing(self) -> Iterator[None]:
        """What runs within may be halted: pure functions, which leave nothing half done."""
        self._thread = threading.get_ident()
        try:
            yield
        finally:
            self._thread = None
            with self._guard:
                # One that was sent and has not struck must not strike what comes next.
                _send(threading.get_ident(), None)

    def halt(self) -> None:
        """Raise `Halted` in the thread that computes, if one does; from any other."""
        with self._guard:
            if self._thread is not None:
                _send(self._thread, Halted)


def _send(thread: int, exception: type[BaseException] | None) -> None:
    sent = None if exception is None else ctypes.py_object(exception)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), sent)
