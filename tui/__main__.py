"""`python -m tui`: the same as the command `m365d-tui`."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from contextlib import suppress


def main() -> None:
    """Run the command line and end with its exit code."""
    from tui.cli.endings import end_by_signals
    from tui.cli.main import main as run

    end_by_signals()
    code = run(sys.argv[1:])
    try:
        sys.stderr.flush()
    except OSError:
        # What the interpreter cannot write at its end would take the exit code's place.
        from tui.cli.exits import reader_left

        reader_left()
    others = [each for each in threading.enumerate() if each is not threading.current_thread()]
    if others and all(thread.daemon for thread in others):
        _leave(code)
    sys.exit(code)


def _leave(code: int) -> None:
    """End beside daemon threads at once.

    The interpreter's own end breaks such threads off, and one that is inside a C++ library, as
    while a module is still being loaded, takes the process down with SIGABRT.
    """
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
