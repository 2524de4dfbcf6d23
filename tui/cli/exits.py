"""How a run ends: one sentence on standard error, and a code that scripts rely on.

0 done; 1 the service answered and it was no success, or part of a list came; 2 wrong usage
or settings; 3 sign-in failed; 4 not permitted; 5 no answer; 130 interrupted.
"""

from __future__ import annotations

import logging
import os
import sys

from tui.cli.output import say
from tui.errors import Problem

DONE, FAILED, USAGE, SIGN_IN, FORBIDDEN, NO_ANSWER, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130

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
