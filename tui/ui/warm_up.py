"""Heavy modules, loaded in a thread while the sign-in screen waits for a key."""

from __future__ import annotations

import gc
from contextlib import suppress
from importlib import import_module

_MODULES = (
    "tui.auth.http",
    "httpx",
    "httpcore",
    "h11",
    "anyio._backends._asyncio",
    "httpcore._backends.anyio",
    "truststore",
    "tui.auth.token_endpoint",
    "tui.auth.vault",
    "tui.auth.session",
    "tui.api.service",
    "tui.api.classic",
    "tui.api.graph",
    "tui.incidents.queue",
    "tui.ui.widgets.dialogs",
    "tui.ui.screens.incidents",
    "tui.ui.screens.incident",
    "tui.ui.screens.hunting",
    "tui.ui.screens.token",
)
_HUNTING = ("tui.kql.completion", "tui.kql.diagnostics", "duckdb", "tui.hunting.results")


def warm_up() -> None:
    """Load what the next key press needs, and sweep up what a crash left behind.

    What cannot be loaded will say so when it is used.
    """
    from tui.config import app_paths
    from tui.hunting.scratch import sweep

    _load(_MODULES)
    with suppress(Exception):
        sweep(app_paths().temp_dir)


def warm_up_hunting() -> None:
    """Load what the first result needs; who never hunts is spared its 25 MB of memory."""
    _load(_HUNTING)


def _load(names: tuple[str, ...]) -> None:
    for name in names:
        with suppress(Exception):
            import_module(name)
    # Modules stay for good. Left out of collections, they no longer make each of those hold
    # the event loop for a tenth of a second.
    gc.freeze()
