"""A demo tenant in a process of its own that writes down every change it makes.

Run as `python -m tests.incidents.journaled JOURNAL`; it says its origin on standard output.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

INCIDENTS = 12


def serve(journal: Path) -> None:
    """Answer until standard input ends."""
    from tui.demo.options import Options
    from tui.demo.server import DemoTenant
    from tui.demo.service import edits

    apply = edits.apply

    def journaled(record: Any, changes: dict[str, Any], **given: Any) -> None:
        apply(record, changes, **given)
        with journal.open("a") as file:
            file.write(json.dumps({"id": str(record.number), **changes}) + "\n")

    edits.apply = journaled
    with DemoTenant(Options(unlimited=True, incidents=INCIDENTS)) as demo:
        print(demo.base_url, flush=True)
        ended = threading.Event()
        threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
        ended.wait()


@contextlib.contextmanager
def served(journal: Path) -> Iterator[str]:
    """The tenant's origin, for as long as it runs."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.incidents.journaled", str(journal)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()
            process.wait(10)


def lines(journal: Path) -> list[dict[str, Any]]:
    """What happened at the service, in order."""
    if not journal.exists():
        return []
    return [json.loads(line) for line in journal.read_text().splitlines()]


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
