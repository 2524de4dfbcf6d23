"""Addresses for a browser: opened where there is one, copied in any case."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING

from tui.auth.process import child_environment
from tui.text import visible

if TYPE_CHECKING:
    from textual.app import App


def has_browser(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> bool:
    """Whether a browser can show itself here: not over SSH, and not without a display."""
    if environment.get("SSH_CONNECTION") or environment.get("SSH_TTY"):
        return bool(environment.get("BROWSER"))
    if platform in ("win32", "darwin"):
        return True
    named = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "WSL_DISTRO_NAME")
    return any(environment.get(name) for name in named)


def open_browser(address: str) -> None:
    """Open an address in the user's browser, which finds none of our secrets; never waits for it.

    `webbrowser` starts browsers with the environment of its own process, and some with the
    terminal of it: so it gets a process, without the folder of the moment on its path.
    """
    command = [sys.executable, "-I", "-m", "webbrowser", "--", address]

    def run() -> None:
        with suppress(OSError, ValueError):
            subprocess.run(  # noqa: S603
                command,
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=child_environment(),
                start_new_session=True,
            )

    Thread(target=run, name="browser", daemon=True).start()


def browse(app: App[object], address: str) -> None:
    """Copy an address, open it where there is a browser, and say which of both happened."""
    app.copy_to_clipboard(address)
    if has_browser():
        open_browser(address)
        app.notify(f"Opened and copied: {visible(address)}", markup=False)
    else:
        app.notify(f"Copied; there is no browser here: {visible(address)}", markup=False)
