"""Programs that are killed while they edit and sync over HTTP.

Run as `python -m tests.incidents.killed_http DIRECTORY ORIGIN API SEED KILLS`: makes that
many children, one after the other, and ends each with SIGKILL at a random moment.
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path

import httpx  # noqa: F401  (loaded once, before there are children)
import msgspec

from tests.incidents.fakes import ME
from tests.incidents.faulty import profile_at
from tests.incidents.killing import kill_children
from tui.api.records import IncidentChange
from tui.api.service import connect
from tui.auth.session import Session
from tui.errors import Problem
from tui.incidents.queue import Queue

_STEPS = 8
_LONGEST = 0.25


@asynccontextmanager
async def opened(directory: Path, origin: str, api: str) -> AsyncIterator[Queue]:
    """The queue of a program that has just begun."""
    profile = profile_at(origin, api)
    session = Session(profile)
    connection = await connect(session, spaced=False, wait_limit=0)
    queue = await Queue.open(connection, profile, directory=directory / "cache", me=ME)
    try:
        yield queue
    finally:
        await queue.close()
        await connection.close()
        await session.close()


async def work(
    directory: Path,
    origin: str,
    api: str,
    name: str,
    chance: random.Random,
    stepped: Callable[[], None],
) -> None:
    """Edit and sync without end; what the queue took is noted."""
    async with opened(directory, origin, api) as queue:
        await queue.sync()
        keys = await queue.source().keys()
        for number in range(10_000):
            text = f"{name}-{number}"
            kind = chance.choice(("tags", "comment", "both", "sync", "whole"))
            if kind in ("sync", "whole"):
                with suppress(Problem):
                    await queue.sync(whole=kind == "whole")
                continue
            change = IncidentChange(
                tags=(f"tag-{text}",) if kind != "comment" else msgspec.UNSET,
                comment=f"comment-{text}" if kind != "tags" else msgspec.UNSET,
            )
            for edit in await queue.edit([chance.choice(keys)], change):
                with (directory / "taken").open("a") as file:
                    file.write(f"{edit}\n")
            stepped()
            await asyncio.sleep(chance.random() * 0.01)


def main(directory: Path, origin: str, api: str, seed: int, kills: int) -> None:
    """Make children and kill them."""
    worker = partial(work, directory, origin, api)
    kill_children(kills, seed, worker, steps=_STEPS, longest=_LONGEST)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
