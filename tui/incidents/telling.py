"""Who is told that rows changed, and when: bursts are told once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from weakref import WeakSet

from tui.incidents.changes import QueueChanged
from tui.incidents.source import QueueSource

_SOON = 0.1


class Teller:
    """Tells sources first, so that whoever listens finds them up to date."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._sources: WeakSet[QueueSource] = WeakSet()
        self._watchers: list[Callable[[QueueChanged], None]] = []
        self._collected: set[str] = set()
        self._timer: asyncio.TimerHandle | None = None

    def add_source(self, source: QueueSource) -> None:
        """Keep a source up to date for as long as somebody uses it."""
        self._sources.add(source)

    def subscribe(self, callback: Callable[[QueueChanged], None]) -> Callable[[], None]:
        """Tell this one too; returns the way out."""
        self._watchers.append(callback)

        def leave() -> None:
            if callback in self._watchers:
                self._watchers.remove(callback)

        return leave

    def tell(self, ids: frozenset[str] | None) -> None:
        """Tell at once; None stands for any row."""
        for source in list(self._sources):
            source.changed()
        for callback in list(self._watchers):
            callback(QueueChanged(ids))

    def tell_soon(self, ids: frozenset[str]) -> None:
        """Tell within a moment, together with what else changes until then."""
        self._collected |= ids
        if self._timer is None:
            self._timer = self._loop.call_later(_SOON, self.flush)

    def flush(self) -> None:
        """Tell now what was to be told soon."""
        if self._timer is None:
            return
        self._timer.cancel()
        self._timer = None
        ids, self._collected = frozenset(self._collected), set()
        self.tell(ids)

    def stop(self) -> None:
        """Tell nobody any more."""
        self._watchers.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
