"""How a run ends: one sentence on standard error, and a code that scripts rely on.

0 done; 1 the service answered and it was no success, or part of a list came; 2 wrong usage
or settings; 3 sign-in failed; 4 not permitted; 5 no answer; 130 interrupted.
"""

from __future__ import annotations

import errno
import logging
import os
import sys

from tui.cli.output import say
from tui.errors import Problem

DONE, FAILED, USAGE, SIGN_IN, FORBIDDEN, NO_ANSWER, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130

_FULL = {getattr(errno, name, 0) for name in ("ENOSPC", "EDQUOT", "EFBIG", "EIO", "EBADF")}

_log = logging.getLogger("tui.cli")


def report(problem: Problem) -> int:
    """Say what went wrong and return the exit code."""
    from tui.auth.secret import redact

    _log.error("%s", problem)
    say(f"m365d-tui: {redact(str(problem))}")
    return problem.exit_code


def report_defect(error: BaseException) -> int:
    """An error of this program: whole into a file, one sentence on the terminal."""
    from tui.ui.defects import log_defect

    where = log_defect(error)
    say(f"m365d-tui: Something went wrong inside this program. Details are in {where}.")
    return FAILED


def unwritable(error: Exception) -> int | None:
    """Says that the output could not be written, and returns the exit code for it.

    Returns:
        None where the error is another. Errors of writing to an open stream name no file.
    """
    if not isinstance(error, OSError) or error.filename is not None or error.errno not in _FULL:
        return None
    reader_left()
    why = (error.strerror or "it takes nothing").lower()
    return report(Problem("Writing the output failed", why))


def reader_left() -> int:
    """Whoever read our output has seen enough: nothing to say, nothing failed."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            try:
                os.dup2(devnull, stream.fileno())
            except (OSError, ValueError):
                continue
    return DONE
