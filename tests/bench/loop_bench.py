"""The longest that the event loop of the running application is held.

Run from the project's root: `python tests/bench/loop_bench.py`. The demo tenant runs in a
process of its own; the application is the real one, drawn without a terminal. A task that
sleeps a millisecond at a time measures how late it wakes: during a sync of 10,000 incidents,
and while a result of 100,000 rows arrives, is loaded and shown. On a machine with other work
it also wakes late because the process had no processor: what of a hold this process itself
computed, in all of its threads, is told beside it, and bounds what a quiet machine would show.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

INCIDENTS = 10_000
ROWS = 100_000
QUERY = (
    f"range Number from 1 to {ROWS} step 1 "
    "| extend Name=strcat('file', Number, '.exe'), Time=ago(Number * 1s), Even=Number % 2 == 0, "
    "Half=Number / 2.0, Path=strcat('C:\\\\\\\\Windows\\\\\\\\', Number)"
)


class Lag:
    """How late a task wakes that wants to wake every millisecond."""

    def __init__(self) -> None:
        self.worst = 0.0
        self.computing = 0.0
        self.late = 0

    async def watch(self) -> None:
        """Measure until cancelled."""
        while True:
            before, used = time.perf_counter(), time.process_time()
            await asyncio.sleep(0.001)
            lag = time.perf_counter() - before - 0.001
            computing = min(lag, time.process_time() - used)
            self.worst = max(self.worst, lag)
            self.computing = max(self.computing, computing)
            self.late += computing > 0.05


@contextmanager
def served():
    """A demo tenant in a process of its own; yields its origin."""
    with subprocess.Popen(
        [sys.executable, "-m", "tui", "demo", "serve", "--port", "8799", "--unlimited",
         "--incidents", str(INCIDENTS)],
        stderr=subprocess.PIPE, text=True,
    ) as server:  # fmt: skip
        assert server.stderr is not None
        server.stderr.readline()
        try:
            yield "http://127.0.0.1:8799"
        finally:
            server.terminate()


async def until(true: Callable[[], bool]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(30):
        while not true():
            await asyncio.sleep(0.02)


async def measured(app, pilot, work) -> tuple[float, float, float, int]:
    """Seconds of the work, the worst lag and the worst of computing in ms, those over 50."""
    gc.collect()
    lag = Lag()
    watcher = asyncio.create_task(lag.watch())
    began = time.perf_counter()
    await work()
    seconds = time.perf_counter() - began
    watcher.cancel()
    return seconds, lag.worst * 1000, lag.computing * 1000, lag.late


def first_application() -> dict[str, str]:
    """The demo application that has all rights."""
    listed = subprocess.run(
        [sys.executable, "-m", "tui", "demo", "credentials", "--json"],
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(listed.stdout)[0]


async def main() -> None:
    """Print the table."""
    from tests.ui.support import Screens
    from tui.config import load_settings
    from tui.ui.app import M365dApp

    credentials = first_application()
    rows = []
    with tempfile.TemporaryDirectory() as home, served() as origin:
        for name in ("CONFIG", "DATA", "STATE", "CACHE"):
            os.environ[f"XDG_{name}_HOME"] = home
        os.environ["M365D_CLIENT_SECRET"] = credentials["client_secret"]
        settings = Path(home) / "config.toml"
        settings.write_text(
            f'default_profile = "lab"\n[profiles.lab]\ntenant_id = "{credentials["tenant_id"]}"\n'
            f'client_id = "{credentials["client_id"]}"\ncredential = "env"\n'
            f'[profiles.lab.cloud]\nauthority = "{origin}"\n'
        )
        app = M365dApp(load_settings(settings), profile_name="lab")
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.pause()
            # A person takes longer to press Enter than the modules take to load.
            await until(lambda: any(one.group == "warm-up" for one in app.workers))
            loading = [one for one in app.workers if one.group == "warm-up"]
            await app.workers.wait_for_complete(loading)

            async def synced() -> None:
                await pilot.press("enter")
                await Screens(app, pilot).sees("synced")

            rows.append((f"sign-in and sync of {INCIDENTS:,}", *await measured(app, pilot, synced)))

            async def hunted() -> None:
                await app.hunt(QUERY, "bench")
                await Screens(app, pilot).sees(f"{ROWS:,} rows")

            rows.append((f"result of {ROWS:,} rows", *await measured(app, pilot, hunted)))
    print("| while | seconds | worst hold of the loop | worst by computing | these over 50 ms |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for label, seconds, worst, computing, late in rows:
        print(f"| {label} | {seconds:.1f} | {worst:.0f} ms | {computing:.0f} ms | {late} |")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    asyncio.run(main())
