"""The terminal lent to the user's own editor, for one text."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from tui.auth.process import child_environment
from tui.text import visible

if TYPE_CHECKING:
    from textual.app import App


def editor_command() -> list[str]:
    """The command of `$VISUAL`, else of `$EDITOR`, else what the system has.

    Raises:
        ValueError: The variable is no command line.
    """
    given = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    windows = sys.platform == "win32"
    if not given:
        return ["notepad" if windows else "vi"]
    return [part.strip('"') for part in shlex.split(given, posix=not windows)]


def edit_outside(app: App[object], text: str, name: str) -> str | None:
    """The text as it comes back from the user's editor; None, and why is said, where none ran.

    Args:
        text: What the editor is given.
        name: What the file is called, whose ending tells the editor what it is.
    """
    with tempfile.TemporaryDirectory(prefix="m365d-") as folder:
        path = Path(folder) / name
        path.write_text(text, encoding="utf-8")
        command = [""]
        try:
            command = editor_command()
            with app.suspend():
                subprocess.run([*command, str(path)], check=True, env=child_environment())  # noqa: S603
            fresh = path.read_text("utf-8", "replace")
        except SuspendNotSupported:
            app.notify("This terminal cannot be lent to another program.", timeout=4)
            return None
        except (OSError, ValueError, IndexError, subprocess.CalledProcessError):
            app.notify(
                f"{visible(Path(command[0] if command else '').name) or 'The editor'} did not run;"
                " the text is as it was.\n$VISUAL or $EDITOR names the editor.",
                severity="warning",
                markup=False,
            )
            return None
    return fresh.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
