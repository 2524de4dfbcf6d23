"""The log of `--log FILE`: what was asked and answered, never a secret."""

from __future__ import annotations

import logging
import os
import time
from pathlib import Path
from typing import TextIO

from tui.errors import UsageProblem


class _Redacting(logging.Formatter):
    """Formats a record, then strikes out every secret of this process, tracebacks included."""

    converter = staticmethod(time.gmtime)

    def format(self, record: logging.LogRecord) -> str:
        from tui.auth.secret import redact
        from tui.text import visible_lines

        try:
            text = super().format(record)
        except Exception:
            text = f"(a record of {record.name} that cannot be written)"
        return visible_lines(redact(text))


class _Calm(logging.StreamHandler[TextIO]):
    """Says once that the log cannot be written, and nothing of it after that."""

    def handleError(self, _: logging.LogRecord) -> None:
        """Called by `logging` where a record could not be written."""
        from tui.cli.output import say

        logging.getLogger("tui").handlers[:] = [logging.NullHandler()]
        say("The log cannot be written any further.")


def quiet_log() -> None:
    """Without `--log` nothing of ours reaches the terminal by way of logging."""
    logger = logging.getLogger("tui")
    logger.propagate = False
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    loop = logging.getLogger("asyncio")
    if not loop.handlers:
        loop.addHandler(logging.NullHandler())


def start_log(path: Path) -> None:
    """Append what happens to a file that only its owner reads.

    Raises:
        UsageProblem: The file cannot be written.
    """
    from tui.config import at_home

    try:
        handle = os.open(at_home(path), os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    except OSError as error:
        why = (error.strerror or "it cannot be written").lower()
        raise UsageProblem("The log cannot be written", f"{path}: {why}", "Check --log.") from None
    stream = os.fdopen(handle, "a", encoding="utf-8", errors="backslashreplace", buffering=1)
    handler = _Calm(stream)
    handler.setFormatter(
        _Redacting(
            "%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%S"
        )
    )
    logger = logging.getLogger("tui")
    logger.propagate = False
    logger.handlers[:] = [handler]
    logger.setLevel(logging.DEBUG)
