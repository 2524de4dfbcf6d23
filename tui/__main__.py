"""`python -m tui`: the same as the command `m365d-tui`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and end with its exit code."""
    from tui.cli.main import main as run

    code = run(sys.argv[1:])
    try:
        sys.stderr.flush()
    except OSError:
        # What the interpreter cannot write at its end would take the exit code's place.
        from tui.cli.exits import reader_left

        reader_left()
    sys.exit(code)


if __name__ == "__main__":
    main()
