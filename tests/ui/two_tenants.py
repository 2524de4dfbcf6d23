"""Two tenants that a test tells apart, the first behind a gate that holds what is asked of it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from tui.demo.identity import TENANT_ID, applications

APP = applications()[0]


@dataclass
class Gate:
    """Passes bytes on to a server; while it is closed, requests stay on their way."""

    server: str
    """Its origin."""
    open: asyncio.Event = field(default_factory=asyncio.Event)
    held: asyncio.Event = field(default_factory=asyncio.Event)
    """A request waits at the closed gate."""
    origin: str = ""

    async def _pass(self, client: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", int(self.server.rpartition(":")[2])
        )

        async def forth() -> None:
            while piece := await client.read(65536):
                if not self.open.is_set():
                    self.held.set()
                    await self.open.wait()
                writer.write(piece)
                await writer.drain()

        async def back() -> None:
            while piece := await reader.read(65536):
                answer.write(piece)
                await answer.drain()

        tasks = {asyncio.create_task(forth()), asyncio.create_task(back())}
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        with contextlib.suppress(OSError):
            writer.close()
            answer.close()

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[Gate]:
        """Open, until it is closed."""

        async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await self._pass(reader, writer)

        server = await asyncio.start_server(one, "127.0.0.1", 0)
        self.origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self.open.set()
        try:
            yield self
        finally:
            self.open.set()
            server.close()


def write_settings(path: Path, **origins: str) -> Path:
    """A settings file with a profile of the demo's first application at each origin."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        "".join(
            f'[profiles.{name}]\ntenant_id = "{TENANT_ID}"\nclient_id = "{APP.client_id}"\n'
            f'credential = "env"\n[profiles.{name}.cloud]\nauthority = "{origin}"\n\n'
            for name, origin in origins.items()
        )
    )
    path.chmod(0o600)
    return path
