"""Saved views of the queue: filter, order and columns under a name and a digit."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from tui.rows import Placed, SortKey

KEYS = "456789"
"""Digits that places do not use; the first six views have one each."""


class View(Struct, frozen=True):
    """A way to look at the queue."""

    name: str
    """Empty for the queue without a view."""
    filter: str
    order: tuple[SortKey, ...] = ()
    """Empty is the order of the queue."""
    columns: tuple[Placed, ...] = ()
    """Empty is the columns of the queue."""


STARTERS = (
    View("open, high or medium, nobody's", "status:open sev:high,medium assigned:none"),
    View("mine", "assigned:me -status:resolved"),
    View("new since yesterday", "age:<1d", (SortKey("age", descending=True),)),
    View("new, high, nobody's", "sev:high assigned:none age:<1d"),
)
"""Views that a newcomer finds."""


@dataclass(slots=True)
class _Kept:
    views: list[View] = field(default_factory=lambda: list(STARTERS))
    default: str = ""
    plain: View = field(default_factory=lambda: View("", ""))


class Views:
    """The saved views. In memory only where nothing may be written.

    Args:
        on_disk: Keep them in the state directory.
    """

    def __init__(self, *, on_disk: bool) -> None:
        self._on_disk = on_disk
        self._read: _Kept | None = None

    @property
    def _kept(self) -> _Kept:
        if self._read is None:
            self._read = (_read() if self._on_disk else None) or _Kept()
        return self._read

    def all(self) -> list[View]:
        """All views; the starters where none were saved, or none can be read."""
        return list(self._kept.views)

    @property
    def plain(self) -> View:
        """How the queue looks without a view: its order and its columns."""
        return self._kept.plain

    @property
    def default(self) -> View | None:
        """The view that is shown first, where one was chosen."""
        name = self._kept.default
        return next((one for one in self._kept.views if one.name == name), None) if name else None

    def save(self, view: View) -> None:
        """Keep a view in the place of the one of the same name; without a name, the plain one."""
        kept = self._kept
        names = [one.name for one in kept.views]
        if not view.name:
            kept.plain = replace(view, filter="")
        elif view.name in names:
            kept.views[names.index(view.name)] = view
        else:
            kept.views.append(view)
        self._write()

    def drop(self, name: str) -> None:
        """Forget a view."""
        kept = self._kept
        kept.views = [one for one in kept.views if one.name != name]
        if kept.default == name:
            kept.default = ""
        self._write()

    def make_default(self, name: str) -> None:
        """Show this view first from now on; an empty name shows the whole queue."""
        self._kept.default = name
        self._write()

    def _write(self) -> None:
        if self._on_disk:
            _write(self._kept)


def _read() -> _Kept | None:
    from tui.config import app_paths

    with suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
        kept = json.loads((app_paths().state_dir / "views.json").read_text("utf-8"))
        if isinstance(kept, list):
            # As the first version wrote it.
            kept = {"views": kept}
        return _Kept(
            [_view(one) for one in kept["views"]],
            str(kept.get("default", "")),
            _view({"name": "", "filter": "", **kept.get("plain", {})}),
        )
    return None


def _view(one: Mapping[str, Any]) -> View:
    return View(
        str(one["name"]),
        str(one["filter"]),
        tuple(SortKey(str(key), bool(down)) for key, down in one.get("order", ())),
        tuple(
            Placed(
                str(key),
                None if width is None else int(width),
                None if pinned is None else bool(pinned),
            )
            for key, width, pinned in one.get("columns", ())
        ),
    )


def _plain(view: View) -> dict[str, object]:
    return {
        "name": view.name,
        "filter": view.filter,
        "order": [[key.key, key.descending] for key in view.order],
        "columns": [[one.key, one.width, one.pinned] for one in view.columns],
    }


def _write(kept: _Kept) -> None:
    from tui.config import app_paths, private_dir, write_private

    written: dict[str, object] = {
        "default": kept.default,
        "plain": _plain(kept.plain),
        "views": _all_plain(kept.views),
    }
    with suppress(OSError):
        folder = private_dir(app_paths().state_dir)
        write_private(folder / "views.json", json.dumps(written, indent=1, ensure_ascii=False))


def _all_plain(views: Sequence[View]) -> list[dict[str, object]]:
    return [_plain(one) for one in views]
