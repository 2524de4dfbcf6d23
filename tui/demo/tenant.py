"""The tenant that the services serve: its clock, its queue, its quotas and its tables."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from tui.demo.options import Clock, Options
from tui.demo.quotas import Quotas
from tui.demo.story.queue import Queue
from tui.demo.telemetry import Telemetry


class Tenant:
    """The state behind one demo tenant; what callers change lives here, and dies with it."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.clock = Clock(options.now)
        self.quotas = Quotas(unlimited=options.unlimited)
        self._endings: list[Callable[[], None]] = []

    @cached_property
    def queue(self) -> Queue:
        """The incidents."""
        return Queue(self.options.incidents, self.options.seed, self.clock.start)

    @cached_property
    def telemetry(self) -> Telemetry:
        """The tables that hunters query."""
        return Telemetry(self.options.seed, self.clock.start, queue=self.queue)

    def on_close(self, ending: Callable[[], None]) -> None:
        """Have something called when the tenant closes, such as the end of running queries."""
        self._endings.append(ending)

    def close(self) -> None:
        """End what runs; called from any thread, more than once."""
        for ending in self._endings:
            ending()
