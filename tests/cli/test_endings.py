"""SIGTERM and SIGHUP at every stage of a command: an end like Ctrl+C's, with its own code."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.cli.services import Machine

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")

SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@asynccontextmanager
async def silent() -> AsyncIterator[tuple[str, asyncio.Event]]:
    """A server that takes a request and never answers; the event says that one came."""
    asked = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        asked.set()
        await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked


@asynccontextmanager
async def answering() -> AsyncIterator[tuple[str, asyncio.Event]]:
    """An authority that gives a token, and a service that begins its answer and then waits."""
    asked = asyncio.Event()
    token = b'{"token_type": "Bearer", "expires_in": 3600, "access_token": "opaque"}'

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                size = int(head.lower().partition(b"content-length: ")[2].split()[0])
                await reader.readexactly(size)
                start = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                if b"/token " in head:
                    writer.write(start + str(len(token)).encode() + b"\r\n\r\n" + token)
                    continue
                writer.write(start + b'99\r\n\r\n{"schema": [')
                await writer.drain()
                asked.set()
        except asyncio.IncompleteReadError:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def end(process: asyncio.subprocess.Process, number: int) -> tuple[int | None, bytes, bytes]:
    process.send_signal(number)
    out, err = await process.communicate()
    return process.returncode, out, err


@pytest.mark.parametrize("number", SIGNALS)
async def test_while_the_authority_is_asked(tmp_path: Path, number: int) -> None:
    machine = Machine(tmp_path)
    async with silent() as (origin, asked):
        machine.connect(origin, "graph")
        target = tmp_path / "out.json"
        process = await machine.start("incidents", "--format", "json", "-o", str(target))
        await asked.wait()
        assert await end(process, number) == (128 + number, b"", b"")
    assert not any("out" in name for name in names_in(tmp_path))


@pytest.mark.parametrize("number", SIGNALS)
async def test_nothing_of_a_hunt_is_left(tmp_path: Path, number: int) -> None:
    machine = Machine(tmp_path)
    async with answering() as (origin, asked):
        machine.connect(origin, "graph")
        query = tmp_path / "q.kql"
        query.write_text("DeviceInfo")
        process = await machine.start("hunt", str(query))
        await asked.wait()
        assert await end(process, number) == (128 + number, b"", b"")
    assert names_in(tmp_path / "cache" / "m365d-tui" / "spill") == []
