"""The installed command in a real terminal: keys in, the screen out."""

from __future__ import annotations

import os
import re
import select
import signal
import struct
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pyte

_DEADLINE = 120.0
"""Seconds after which something that should show is given up; no test measures time."""


class Terminal:
    """A program on a pseudo-terminal of its own, read through a terminal emulator.

    Args:
        arguments: What follows `m365d-tui`.
        home: Where the program's settings, caches and state go.
        size: Columns and lines.
    """

    def __init__(
        self,
        arguments: list[str],
        home: Path,
        *,
        size: tuple[int, int] = (120, 40),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        import pty
        from fcntl import ioctl
        from termios import TIOCSWINSZ

        columns, lines = size
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self.screen)
        self.output = b""
        self._code: int | None = None
        given = {
            **{name: value for name, value in os.environ.items() if name != "NO_COLOR"},
            "TERM": "xterm-256color",
            "COLUMNS": str(columns),
            "LINES": str(lines),
            **{
                f"XDG_{n}_HOME": str(home / n.lower()) for n in ("CONFIG", "DATA", "STATE", "CACHE")
            },
            **(environment or {}),
        }
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            os.execvpe(sys.executable, [sys.executable, "-m", "tui", *arguments], given)
        ioctl(self._terminal, TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        if self._code is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self._terminal)

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._terminal], [], [], seconds)
        if not ready:
            return True
        try:
            piece = os.read(self._terminal, 65536)
        except OSError:
            return False
        self.output += piece
        # The emulator knows no private modes with intermediates; they draw nothing.
        self._stream.feed(re.sub(rb"\x1b\[[<>=?][0-9;]*[u$pqm]|\x1b\[\?[0-9;]*\$p", b"", piece))
        return bool(piece)

    def text(self) -> str:
        """The screen, line by line."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def sees(self, *words: str) -> str:
        """Read until the screen shows all of these words, and return it."""
        end = time.monotonic() + _DEADLINE
        while not all(word in self.text() for word in words):
            if time.monotonic() > end or not self._read(0.2):
                raise AssertionError(f"never saw {words}; the screen:\n{self.text()}")
        return self.text()

    def until_gone(self, words: str) -> None:
        """Read until the screen shows these words no longer."""
        end = time.monotonic() + _DEADLINE
        while words in self.text():
            if time.monotonic() > end or not self._read(0.2):
                raise AssertionError(f"still there: {words}; the screen:\n{self.text()}")

    @property
    def echoes(self) -> bool:
        """Whether the terminal shows what is typed."""
        import termios

        return bool(termios.tcgetattr(self._terminal)[3] & termios.ECHO)

    def send(self, keys: str) -> None:
        """Type these characters; escape sequences stand for the other keys."""
        os.write(self._terminal, keys.encode())

    def ends(self) -> int:
        """Read to the program's end and return its exit code."""
        end = time.monotonic() + _DEADLINE
        while self._read(0.2):
            if time.monotonic() > end:
                raise AssertionError(f"does not end; the screen:\n{self.text()}")
            done, status = os.waitpid(self.pid, os.WNOHANG)
            if done:
                self._code = os.waitstatus_to_exitcode(status)
                while self._read(0.05) and select.select([self._terminal], [], [], 0)[0]:
                    pass
                return self._code
        _, status = os.waitpid(self.pid, 0)
        self._code = os.waitstatus_to_exitcode(status)
        return self._code


F5 = "\x1b[15~"
ENTER = "\r"
ESCAPE = "\x1b"
