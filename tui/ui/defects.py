"""Errors of this program: written whole to a file, secrets struck out."""

from __future__ import annotations

import os
import traceback
from datetime import UTC, datetime
from pathlib import Path


def log_defect(error: BaseException) -> Path:
    """Append the error's traceback to the log of defects; returns the log's path.

    The file is readable by its owner alone. Where it cannot be written, the path is that
    of the folder that refused it.
    """
    from tui.auth.secret import redact
    from tui.config import app_paths, private_dir
    from tui.text import visible_lines

    words = "".join(traceback.format_exception(error))
    try:
        folder = private_dir(app_paths().state_dir)
        path = folder / "defects.log"
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "a", encoding="utf-8", errors="backslashreplace") as log:
            log.write(f"--- {datetime.now(UTC).isoformat()}\n{visible_lines(redact(words))}\n")
    except OSError:
        return app_paths().state_dir
    return path
