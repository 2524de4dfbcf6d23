"""Queues over a fake service, closed at the end of each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.incidents.fakes import ME, PROFILE, FakeConnection, FakeService, OpenQueue, incident
from tui.incidents.queue import Queue


@pytest.fixture
def service() -> FakeService:
    """A service with three incidents, 1 the newest."""
    service = FakeService()
    service.add(incident(1, severity="high"), incident(2), incident(3, assignedTo=ME))
    return service


@pytest.fixture
async def open_queue(service: FakeService, tmp_path: Path) -> AsyncIterator[OpenQueue]:
    """Opens queues on the same cache directory; `offline=True` has no connection."""
    queues: list[Queue] = []

    async def open_queue(*, offline: bool = False, memory: bool = False) -> Queue:
        connection = None if offline else FakeConnection(service)
        queue = await Queue.open(
            connection,  # type: ignore[arg-type]
            PROFILE,
            memory=memory,
            directory=tmp_path / "queue",
            me=ME,
        )
        queues.append(queue)
        return queue

    yield open_queue
    for queue in queues:
        await queue.close()


@pytest.fixture
async def queue(open_queue: OpenQueue) -> Queue:
    """A queue that is in sync with the service."""
    queue = await open_queue()
    await queue.sync()
    return queue
