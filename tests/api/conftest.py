from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from tests.api.helpers import Bench
from tests.faults.server import FaultServer


@pytest.fixture
async def server() -> AsyncIterator[FaultServer]:
    async with FaultServer() as running:
        yield running


@pytest.fixture
async def bench(server: FaultServer) -> AsyncIterator[Callable[..., Bench]]:
    made: list[Bench] = []

    def make(*roles: str, **options: Any) -> Bench:
        made.append(Bench(server, *roles, **options))
        return made[-1]

    yield make
    for one in made:
        await one.transport.close()
