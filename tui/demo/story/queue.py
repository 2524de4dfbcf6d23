"""The queue of a month and more: the stories, the noise around them, and what lies before."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from datetime import datetime

from tui.demo.story.noise import noise
from tui.demo.story.record import Record, Told
from tui.demo.story.tales import tales

_KEPT = 512


class Queue:
    """Every incident of the tenant, newest first.

    Args:
        length: How many there are.
        seed: Chooses the noise.
        now: What the times are relative to.
    """

    def __init__(self, length: int, seed: int, now: datetime) -> None:
        fixed = tales(now)
        rest = noise(max(0, length - len(fixed)), seed, now, taken={one.number for one in fixed})
        records = sorted([*fixed, *rest], key=lambda one: one.created, reverse=True)
        self.records: list[Record] = records[:length]
        """Newest first."""
        self._by_number = {record.number: record for record in self.records}
        self._told: OrderedDict[int, list[Told]] = OrderedDict()

    def __len__(self) -> int:
        return len(self.records)

    def __iter__(self) -> Iterator[Record]:
        return iter(self.records)

    def get(self, number: int) -> Record | None:
        """The incident of that number; None where there is none."""
        return self._by_number.get(number)

    def told(self, record: Record) -> list[Told]:
        """The alerts of an incident as they were raised; not to be changed."""
        kept = self._told.get(record.number)
        if kept is None:
            kept = self._told[record.number] = record.tell_alerts()
            if len(self._told) > _KEPT:
                self._told.popitem(last=False)
        else:
            self._told.move_to_end(record.number)
        return kept

    def alerts(self, record: Record) -> list[Told]:
        """The alerts of an incident as they are now, newest first."""
        return record.alerts(self.told(record))
