"""Bodies that stream into files, and calls that end in their midst."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path

import pytest

from tests.api.helpers import PATH, asking
from tests.api.test_transport import Make
from tests.faults.server import (
    Answer,
    FaultServer,
    bomb,
    drip,
    error,
    gzipped,
    reset,
    silent,
)
from tui.errors import (
    Problem,
    Unreachable,
)


async def test_a_body_is_streamed_into_a_private_file(
    server: FaultServer, bench: Make, tmp_path: Path
) -> None:
    body = b'{"results": [' + b"1," * 400_000 + b"1]}"
    server.on("POST", "/q", gzipped(body))
    told: list[int] = []
    answer = await bench().transport.download(
        asking(server, "POST", "/q", body={}), tmp_path / "body", told.append
    )
    assert (tmp_path / "body").read_bytes() == body
    assert stat.S_IMODE((tmp_path / "body").stat().st_mode) == 0o600
    assert told == sorted(told)
    assert told[-1] == answer.size == len(body)


@pytest.mark.parametrize("fault", [bomb(3), reset(), error(400, "B", "m")])
async def test_a_failed_download_leaves_no_file(
    server: FaultServer, bench: Make, tmp_path: Path, fault: Answer
) -> None:
    server.on("POST", "/q", fault)
    request = asking(server, "POST", "/q", body={}, limit=2**20)
    with pytest.raises(Problem):
        await bench().transport.download(request, tmp_path / "body")
    assert not (tmp_path / "body").exists()


async def test_a_cancelled_download_closes_the_connection_and_leaves_no_file(
    server: FaultServer, bench: Make, tmp_path: Path
) -> None:
    server.on("POST", "/q", drip({"results": ["x" * 500]}, pause=0.01))
    begun = asyncio.Event()
    request = asking(server, "POST", "/q", body={})
    task = asyncio.create_task(
        bench().transport.download(request, tmp_path / "body", lambda _: begun.set())
    )
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not (tmp_path / "body").exists()
    await asyncio.wait_for(server.left.wait(), 60)


async def test_closing_ends_calls_under_way_with_a_sentence(
    server: FaultServer, bench: Make
) -> None:
    server.on("GET", PATH, silent())
    one = bench()
    task = asyncio.create_task(one.transport.json(asking(server)))
    await server.asked_once.wait()
    await one.transport.close()
    with pytest.raises(Unreachable, match="closed"):
        await task
    with pytest.raises(Unreachable, match="closed"):
        await one.transport.json(asking(server))
