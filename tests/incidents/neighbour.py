"""Another program on the same cache and tenant, in a process of its own.

Run as `python -m tests.incidents.neighbour DIRECTORY ORIGIN API`; does what each line of
standard input says and answers with a line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.incidents.killed_http import opened
from tui.api.records import IncidentChange


async def serve(directory: Path, origin: str, api: str) -> None:
    """Do what is said until standard input ends."""
    async with opened(directory, origin, api) as queue:
        print(json.dumps("ready"), flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            word, *given = json.loads(line)
            answer: Any = None
            if word == "sync":
                answer = (await queue.sync()).fetched
            elif word == "edit":
                answer = await queue.edit(given[0], IncidentChange(tags=(given[1],)))
            elif word == "comment":
                answer = await queue.edit(given[0], IncidentChange(comment=given[1]))
            elif word == "delivered":
                await queue.delivered()
            elif word == "tags":
                one = await queue.incident(given[0])
                answer = one and one.tags
            elif word == "outbox":
                answer = [edit.state for edit in await queue.outbox()]
            elif word == "undo":
                answer = await queue.undo()
            print(json.dumps(answer), flush=True)


class Neighbour:
    """That program, as a test talks to it."""

    def __init__(self, directory: Path, origin: str, api: str) -> None:
        self._command = [
            sys.executable,
            "-m",
            "tests.incidents.neighbour",
            str(directory),
            origin,
            api,
        ]
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Neighbour:
        self._process = await asyncio.create_subprocess_exec(
            *self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert await self._heard() == "ready"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()

    def kill(self) -> None:
        """End it with SIGKILL."""
        assert self._process is not None
        self._process.kill()

    async def ask(self, *words: object) -> Any:
        """Have it do something; what it answers."""
        self.tell(*words)
        return await self._heard()

    def tell(self, *words: object) -> None:
        """Have it begin something."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(words).encode() + b"\n")

    async def _heard(self) -> Any:
        assert self._process is not None
        assert self._process.stdout is not None
        return json.loads(await self._process.stdout.readline())


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), sys.argv[2], sys.argv[3]))
