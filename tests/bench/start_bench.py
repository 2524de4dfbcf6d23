"""Start to first frame, in a real terminal, against a bare Textual app.

Run from the project's root: `python tests/bench/start_bench.py [RUNS]`. Both programs are
started in turn, A B A B …, so that a machine whose speed drifts leaves the ratio alone. The
first pair is not counted: it leaves the modules' bytecode behind, as an installation does.
"""

from __future__ import annotations

import os
import pty
import select
import signal
import statistics
import struct
import sys
import tempfile
import time
from fcntl import ioctl
from pathlib import Path
from termios import TIOCSWINSZ

sys.path.insert(0, str(Path(__file__).parent))

from queue_cache import build_cache

from tui.auth.profiles import profile_named
from tui.config import load_settings
from tui.incidents.cache import path_for

BARE = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("first frame")
Bare().run()
"""


def first_frame(argv: list[str], mark: bytes, environment: dict[str, str]) -> float:
    """Seconds from the start of a process to `mark` on its terminal."""
    began = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvpe(argv[0], argv, environment)
    ioctl(terminal, TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    seen = b""
    try:
        while mark not in seen:
            ready, _, _ = select.select([terminal], [], [], 30)
            if not ready:
                raise TimeoutError(f"no {mark!r} within 30 s: {seen[-500:]!r}")
            seen += os.read(terminal, 65536)
        return time.perf_counter() - began
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(terminal)


def environment_in(folder: Path) -> dict[str, str]:
    """An environment whose settings and caches lie in this folder."""
    inherited = {
        name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
    }
    return {
        **inherited,
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        **{
            f"XDG_{name}_HOME": str(folder / name.lower())
            for name in ("CONFIG", "DATA", "STATE", "CACHE")
        },
    }


def main(runs: int) -> None:
    """Print the table."""
    rows = []
    for label, incidents in (("empty cache", 0), ("100,000 incidents cached", 100_000)):
        with tempfile.TemporaryDirectory() as kept:
            folder = Path(kept)
            environment = environment_in(folder)
            settings = folder / "config.toml"
            settings.write_text(
                'default_profile = "lab"\n[profiles.lab]\n'
                'tenant_id = "contoso.example"\n'
                'client_id = "00000000-0000-0000-0000-000000000001"\n'
                'credential = "env"\n'
            )
            if incidents:
                profile = profile_named(load_settings(settings))
                cache = path_for(profile, folder / "data" / "m365d-tui" / "queue", "graph")
                assert cache is not None
                cache.parent.mkdir(parents=True)
                build_cache(cache, incidents)
            ours = [sys.executable, "-m", "tui", "--config", str(settings)]
            bare = [sys.executable, "-c", BARE]
            pairs = []
            for run in range(runs + 1):
                a = first_frame(ours, b"contoso.example", environment)
                b = first_frame(bare, b"first frame", environment)
                if run:
                    pairs.append((a, b))
            a, b = (statistics.median(side) for side in zip(*pairs, strict=True))
            ratio = statistics.median(one / other for one, other in pairs)
            rows.append((label, a, b, ratio))
    print("| start to first frame | m365d-tui | bare Textual app | ratio |")
    print("| --- | ---: | ---: | ---: |")
    for label, a, b, ratio in rows:
        print(f"| {label} | {a * 1000:.0f} ms | {b * 1000:.0f} ms | {ratio:.2f} |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
