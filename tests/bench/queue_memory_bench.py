"""Memory of the program with a long queue, against a bare Textual app.

Run from the project's root: `python tests/bench/queue_memory_bench.py [incidents]`. Each is
measured in a process of its own, drawn without a terminal: the bare application with one line
on it, and ours signed in to a demo tenant (in yet another process) with its queue shown,
walked to its end, filtered by a word and sorted. Resident memory is what the system says. A run
before these leaves the modules' bytecode behind, as an installation does: compiling them would
take memory of its own.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

PORT = 8796
SIZE = (120, 40)
NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"


def resident() -> int:
    """Bytes that this process holds in memory."""
    gc.collect()
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) * 1024
    raise OSError("no VmRSS")


async def bare() -> int:
    """A bare application."""
    from textual.app import App, ComposeResult
    from textual.widgets import Static

    class Bare(App[None]):
        def compose(self) -> ComposeResult:
            yield Static("first frame")

    async with Bare().run_test(size=SIZE) as pilot:
        await pilot.pause()
        return resident()


async def ours(settings: str) -> int:
    """Our program, its queue used."""
    from tests.ui.support import Screens
    from tui.config import load_settings
    from tui.ui.app import M365dApp

    app = M365dApp(load_settings(Path(settings)), profile_name="lab")
    async with app.run_test(size=SIZE) as pilot:
        screens = Screens(app, pilot)
        await screens.press("enter")
        await screens.sees("synced")
        await screens.press("G")
        await screens.press("g")
        await screens.press("slash")
        await screens.type("ransomware")
        await screens.press("enter")
        await screens.sees("ransomware")
        await pilot.pause(0.5)
        return resident()


@contextmanager
def served():
    """A short demo tenant in a process of its own."""
    with subprocess.Popen(
        [sys.executable, "-m", "tui", "demo", "serve", "--port", str(PORT), "--unlimited",
         "--incidents", "40"],
        stderr=subprocess.PIPE, text=True,
    ) as server:  # fmt: skip
        assert server.stderr is not None
        server.stderr.readline()
        try:
            yield f"http://127.0.0.1:{PORT}"
        finally:
            server.terminate()


def measured(*argv: str, **environment: str) -> int:
    """The bytes that a child says it holds."""
    inherited = {name: value for name, value in os.environ.items() if name != NO_BYTECODE}
    done = subprocess.run(
        [sys.executable, __file__, *argv],
        check=True,
        capture_output=True,
        text=True,
        env={**inherited, **environment},
    )
    return int(done.stdout.split()[-1])


def main(count: int) -> None:
    """Print the table."""
    from queue_cache import build_cache

    from tui.auth.profiles import profile_named
    from tui.config import load_settings
    from tui.demo.identity import applications
    from tui.incidents.cache import path_for

    app = applications()[0]
    for _ in range(2):
        plain = measured("--bare")
    print("| memory | MB | against a bare Textual app (MB) | ratio |")
    print("| --- | ---: | ---: | ---: |")
    for run, cached in enumerate((0, 0, count)):
        with tempfile.TemporaryDirectory() as home, served() as origin:
            settings = Path(home) / "config.toml"
            settings.write_text(
                f'default_profile = "lab"\n[profiles.lab]\ntenant_id = "{app.tenant_id}"\n'
                f'client_id = "{app.client_id}"\ncredential = "env"\napi = "graph"\n'
                f"[profiles.lab.cloud]\nauthority = {json.dumps(origin)}\n"
            )
            if cached:
                profile = profile_named(load_settings(settings))
                path = path_for(profile, Path(home) / "m365d-tui" / "queue", "graph")
                assert path is not None
                path.parent.mkdir(parents=True)
                build_cache(path, cached)
            used = measured(
                "--ours",
                str(settings),
                M365D_CLIENT_SECRET=app.client_secret,
                **{f"XDG_{name}_HOME": home for name in ("CONFIG", "DATA", "STATE", "CACHE")},
            )
        ratio = used / plain
        if run:
            print(f"| {cached:,} cached | {used / 2**20:.0f} | {plain / 2**20:.0f} | {ratio:.2f} |")


if __name__ == "__main__":
    if "--bare" in sys.argv:
        print(asyncio.run(bare()))
    elif "--ours" in sys.argv:
        print(asyncio.run(ours(sys.argv[2])))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
