"""Small choices that outlive a session: the last profile and the like."""

from __future__ import annotations

import json
from contextlib import suppress


def _all() -> dict[str, str]:
    from tui.config import app_paths

    with suppress(OSError, ValueError):
        kept = json.loads((app_paths().state_dir / "remembered.json").read_text("utf-8"))
        if isinstance(kept, dict):
            return {str(name): value for name, value in kept.items() if isinstance(value, str)}
    return {}


def recall(name: str) -> str | None:
    """What was remembered under this name; None where nothing is, or nothing can be read."""
    return _all().get(name)


def remember(name: str, value: str) -> None:
    """Remember a value; a folder that cannot be written is no reason to stop anyone."""
    from tui.config import app_paths, private_dir, write_private

    kept = _all()
    if kept.get(name) == value:
        return
    kept[name] = value
    with suppress(OSError):
        folder = private_dir(app_paths().state_dir)
        write_private(folder / "remembered.json", json.dumps(kept, indent=1))
