"""Addresses for a browser: opened where there is one, copied in any case."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

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


def browse(app: App[object], address: str) -> None:
    """Copy an address, open it where there is a browser, and say which of both happened."""
    app.copy_to_clipboard(address)
    if has_browser():
        app.open_url(address)
        app.notify(f"Opened and copied: {visible(address)}", markup=False)
    else:
        app.notify(f"Copied; there is no browser here: {visible(address)}", markup=False)
