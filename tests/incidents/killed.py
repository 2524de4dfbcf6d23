"""Programs that are killed while they edit and sync, against a service that keeps a journal.

Run as `python -m tests.incidents.killed DIRECTORY SEED KILLS`: makes that many children, one
after the other, and ends each with SIGKILL at a random moment.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from tests.incidents.fakes import ME, PROFILE, FakeConnection, FakeService, incident
from tests.incidents.killing import kill_children
from tui.api.protocols import Page
from tui.api.records import Comment, Incident, IncidentChange
from tui.incidents.queue import Queue

INCIDENTS = 12
_STEPS = 8
_LONGEST = 0.12


class JournalService(FakeService):
    """The fake service, its state what a file says happened to it."""

    def __init__(self, journal: Path, chance: random.Random) -> None:
        super().__init__(page_size=5)
        self._journal = journal
        self._chance = chance
        self.read()

    def read(self) -> None:
        """Be what the journal says."""
        self.calls.clear()
        self.add(*(incident(number) for number in range(1, INCIDENTS + 1)))
        for line in self.lines():
            raw = dict(line)
            key = raw.pop("id")
            if "comment" in raw:
                held = self.incidents[key].raw["comments"]
                raw = {"comments": [*held, {"comment": raw["comment"]}]}
            self.change(key, **raw)

    def lines(self) -> list[dict[str, Any]]:
        """What happened, in order."""
        if not self._journal.exists():
            return []
        return [json.loads(line) for line in self._journal.read_text().splitlines()]

    def _write(self, **line: object) -> None:
        with self._journal.open("a") as file:
            file.write(json.dumps(line) + "\n")
        self.read()

    async def _travel(self) -> None:
        await asyncio.sleep(self._chance.random() * 0.004)

    async def pages(self, **given: Any) -> AsyncIterator[Page]:
        async for page in super().pages(**given):
            await self._travel()
            yield page

    async def get(self, incident_id: str) -> Incident:
        await self._travel()
        return await super().get(incident_id)

    async def update(self, incident_id: str, change: IncidentChange) -> Incident:
        await self._travel()
        fields = msgspec.to_builtins(change)
        if "tags" in fields:
            fields["customTags"] = fields.pop("tags")
        self._write(id=incident_id, **fields)
        await self._travel()
        return self.incidents[incident_id]

    async def comment(
        self, incident_id: str, text: str, *, tried: datetime | None = None
    ) -> tuple[Comment, ...]:
        await self._travel()
        held = self.incidents[incident_id].comments
        if tried is None or all(comment.text != text for comment in held):
            self._write(id=incident_id, comment=text)
        await self._travel()
        return self.incidents[incident_id].comments


async def opened(directory: Path, chance: random.Random) -> tuple[Queue, JournalService]:
    """The queue of a program that has just begun."""
    service = JournalService(directory / "journal", chance)
    connection = FakeConnection(service)
    queue = await Queue.open(connection, PROFILE, directory=directory / "cache", me=ME)  # type: ignore[arg-type]
    return queue, service


async def work(
    directory: Path, name: str, chance: random.Random, stepped: Callable[[], None]
) -> None:
    """Edit and sync without end; what the queue took is noted."""
    queue, _ = await opened(directory, chance)
    for number in range(10_000):
        text = f"{name}-{number}"
        keys = [str(chance.randrange(1, INCIDENTS + 1))]
        kind = chance.choice(("tags", "comment", "both", "sync"))
        if kind == "sync":
            await queue.sync()
            continue
        change = IncidentChange(
            tags=(f"tag-{text}",) if kind != "comment" else msgspec.UNSET,
            comment=f"comment-{text}" if kind != "tags" else msgspec.UNSET,
        )
        for edit in await queue.edit(keys, change):
            with (directory / "taken").open("a") as file:
                file.write(f"{edit}\n")
        stepped()
        await asyncio.sleep(chance.random() * 0.003)


def main(directory: Path, seed: int, kills: int) -> None:
    """Make children and kill them."""
    kill_children(kills, seed, partial(work, directory), steps=_STEPS, longest=_LONGEST)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
