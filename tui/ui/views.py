"""Saved views of the queue: a filter and an order under a name, each with a digit as its key."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from tui.rows import SortKey

KEYS = "456789"
"""Digits that places do not use; the first six views have one each."""


@dataclass(frozen=True, slots=True)
class View:
    """A way to look at the queue."""

    name: str
    filter: str
    order: tuple[SortKey, ...] = ()


STARTERS = (
    View("open, high or medium, nobody's", "status:open sev:high,medium assigned:none"),
    View("mine", "assigned:me -status:resolved"),
    View("new since yesterday", "age:<1d"),
)
"""Views that a newcomer finds."""


class Views:
    """The saved views. In memory only where nothing may be written.

    Args:
        on_disk: Keep them in the state directory.
    """

    def __init__(self, *, on_disk: bool) -> None:
        self._on_disk = on_disk
        self._kept: list[View] | None = None

    def all(self) -> list[View]:
        """All views; the starters where none were saved, or none can be read."""
        if self._kept is None:
            self._kept = (_read() if self._on_disk else None) or list(STARTERS)
        return self._kept

    def save(self, view: View) -> None:
        """Keep a view; one of the same name gives way."""
        self._kept = [*(one for one in self.all() if one.name != view.name), view]
        if self._on_disk:
            _write(self._kept)


def _read() -> list[View] | None:
    from tui.config import app_paths

    with suppress(OSError, ValueError, TypeError, KeyError):
        kept = json.loads((app_paths().state_dir / "views.json").read_text("utf-8"))
        return [
            View(
                str(one["name"]),
                str(one["filter"]),
                tuple(SortKey(str(key), bool(down)) for key, down in one["order"]),
            )
            for one in kept
        ]
    return None


def _write(views: Sequence[View]) -> None:
    from tui.config import app_paths, private_dir, write_private

    kept = [
        {
            "name": one.name,
            "filter": one.filter,
            "order": [[key.key, key.descending] for key in one.order],
        }
        for one in views
    ]
    with suppress(OSError):
        folder = private_dir(app_paths().state_dir)
        write_private(folder / "views.json", json.dumps(kept, indent=1, ensure_ascii=False))
