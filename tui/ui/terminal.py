"""What the terminal and the desktop are told beside the screen: a title, a bell, a notice.

Sources: *XTerm Control Sequences* (OSC 0, CSI 22 t and 23 t), the terminals' own pages on
OSC 9 and OSC 777, tmux(1) on passthrough. Texts are made displayable here once more: no
control character reaches the terminal, and no shell sees them.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Literal

from textual.app import App

from tui.auth.process import child_environment
from tui.text import calm, visible

Way = Literal["osc9", "osc777", "command", ""]

_LONGEST = 200
_PATIENCE = 5.0
"""Seconds after which a command that shows a notice is given up."""
_OSC9 = {"iterm.app", "wezterm", "ghostty", "warpterminal"}
_APPLESCRIPT = (
    "on run argv\ndisplay notification (item 2 of argv) with title (item 1 of argv)\nend run"
)
_TOAST = (
    "[Windows.UI.Notifications.ToastNotificationManager,Windows.UI.Notifications,"
    "ContentType=WindowsRuntime]|Out-Null;"
    "$x=[Windows.UI.Notifications.ToastNotificationManager]::GetTemplateContent(1);"
    "$t=$x.GetElementsByTagName('text');"
    "$t.Item(0).AppendChild($x.CreateTextNode($env:M365D_NOTICE_TITLE))|Out-Null;"
    "$t.Item(1).AppendChild($x.CreateTextNode($env:M365D_NOTICE_TEXT))|Out-Null;"
    "[Windows.UI.Notifications.ToastNotificationManager]::CreateToastNotifier('m365d-tui')"
    ".Show([Windows.UI.Notifications.ToastNotification]::new($x))"
)


def plain(text: str) -> str:
    """A text on one line that is safe between control sequences and in arguments."""
    shown = " ".join(calm(visible(text)).split())
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"


def way_of(
    setting: str,
    environment: Mapping[str, str] | None = None,
    platform: str = sys.platform,
    which: Callable[[str], str | None] = shutil.which,
) -> Way:
    """How a notice reaches the desktop: as the setting says, or what most likely works here."""
    if setting in ("osc9", "osc777", "command"):
        return setting  # type: ignore[return-value]
    if setting != "auto":
        return ""
    here = os.environ if environment is None else environment
    program = here.get("TERM_PROGRAM", here.get("LC_TERMINAL", "")).casefold()
    if program in _OSC9 or "KITTY_WINDOW_ID" in here or "WT_SESSION" in here:
        return "osc9"
    if "VTE_VERSION" in here or here.get("TERM", "").startswith(("foot", "rxvt")):
        return "osc777"
    far = "SSH_CONNECTION" in here
    if not far and command_of("", "", platform, which):
        return "command"
    return "osc9"


def command_of(
    title: str,
    text: str,
    platform: str = sys.platform,
    which: Callable[[str], str | None] = shutil.which,
) -> list[str]:
    """The system's own command for a notice and its arguments; empty where there is none."""
    if platform == "darwin" and which("osascript"):
        return ["osascript", "-e", _APPLESCRIPT, "--", title, text]
    if platform == "win32" and which("powershell"):
        return ["powershell", "-NoProfile", "-NonInteractive", "-Command", _TOAST]
    if which("notify-send"):
        # Desktops read the text as markup: links and pictures of an attacker's choice.
        from html import escape  # with all names of HTML, for those who want notices

        return ["notify-send", "--app-name=m365d-tui", "--", title, escape(text, quote=False)]
    return []


def sequence_of(way: Way, title: str, text: str, *, in_tmux: bool) -> str:
    """The control sequence of a notice."""
    if way == "osc777":
        made = f"\x1b]777;notify;{title.replace(';', ',')};{text.replace(';', ',')}\x07"
    else:
        made = f"\x1b]9;{title}: {text}\x07"
    if in_tmux:
        made = "\x1bPtmux;" + made.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    return made


class TerminalSide:
    """The terminal's title and notices of one application.

    Args:
        app: The application that owns the terminal.
    """

    def __init__(self, app: App[int]) -> None:
        self._app = app
        self._title = ""
        self._running: set[asyncio.Task[None]] = set()

    def _write(self, sequence: str) -> bool:
        driver = self._app._driver
        if driver is None or driver.is_headless or driver.is_web or driver.is_inline:
            return False
        driver.write(sequence)
        return True

    def title(self, text: str) -> None:
        """Give the terminal a title; its own is kept for the end."""
        text = plain(text)
        if text == self._title:
            return
        keep = "" if self._title else "\x1b[22;0t"
        if self._write(f"{keep}\x1b]0;{text}\x07"):
            self._title = text

    def restore(self) -> None:
        """Give the terminal its own title back."""
        if self._title and self._write("\x1b]0;\x07\x1b[23;0t"):
            self._title = ""

    def notice(self, setting: str, title: str, text: str) -> None:
        """Show a notice on the desktop in the way of the setting; never waits for it."""
        title, text = plain(title), plain(text)
        way = way_of(setting)
        if way == "command":
            task = asyncio.create_task(_run(command_of(title, text), title, text))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        elif way:
            self._write(sequence_of(way, title, text, in_tmux="TMUX" in os.environ))


async def _run(command: list[str], title: str, text: str) -> None:
    if not command:
        return
    environment = child_environment(M365D_NOTICE_TITLE=title, M365D_NOTICE_TEXT=text)
    with suppress(OSError, ValueError):
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            env=environment,
        )
        try:
            await asyncio.wait_for(process.wait(), _PATIENCE)
        except (TimeoutError, asyncio.CancelledError):
            with suppress(ProcessLookupError):
                process.kill()
