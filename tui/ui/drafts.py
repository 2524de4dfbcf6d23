"""Texts begun and not sent: kept as they are typed, so that no error or crash loses them."""

from __future__ import annotations

import json
from contextlib import suppress


class Drafts:
    """Unsent comments by their place. In memory only where nothing may be written.

    Args:
        on_disk: Keep them in the state directory too (0600).
    """

    def __init__(self, *, on_disk: bool) -> None:
        self._on_disk = on_disk
        self._kept: dict[str, str] | None = None

    def _all(self) -> dict[str, str]:
        if self._kept is None:
            self._kept = {}
            if self._on_disk:
                from tui.config import app_paths

                with suppress(OSError, ValueError):
                    path = app_paths().state_dir / "drafts.json"
                    read = json.loads(path.read_text("utf-8"))
                    if isinstance(read, dict):
                        self._kept = {str(place): str(text) for place, text in read.items()}
        return self._kept

    def read(self, place: str) -> str:
        """The draft left at this place; empty where there is none."""
        return self._all().get(place, "")

    def keep(self, place: str, text: str) -> None:
        """Keep what stands there now."""
        kept = self._all()
        if text.strip():
            kept[place] = text
        else:
            kept.pop(place, None)
        self._write()

    def drop(self, place: str) -> None:
        """It was sent."""
        if self._all().pop(place, None) is not None:
            self._write()

    def _write(self) -> None:
        if not self._on_disk:
            return
        from tui.config import app_paths, private_dir, write_private

        with suppress(OSError):
            folder = private_dir(app_paths().state_dir)
            write_private(folder / "drafts.json", json.dumps(self._all(), indent=1))
