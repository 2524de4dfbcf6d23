"""Other people's programs that print what we need: no shell, a time limit, nothing logged."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from contextlib import suppress

from msgspec import Struct

LIMIT = 30.0
"""Seconds until a program must have ended."""
_OURS = frozenset({"M365D_CLIENT_SECRET", "M365D_CERTIFICATE_PASSWORD"})
_SHARED = "AZURE_CLIENT_SECRET"
"""Azure's own programs sign in with it, and so may a command that prints a secret."""
LARGEST = 65_536
"""Bytes; more than this is not what we asked for."""


class ToolFault(Exception):
    """A program did not print what it was asked for.

    Args:
        kind: `missing`, `refused`, `slow`, `failed`, `large`, `binary`.
        complaint: The last line it said, where that can be shown.
    """

    def __init__(self, kind: str, complaint: str = "", code: int = 0) -> None:
        self.kind = kind
        self.complaint = complaint
        self.code = code
        super().__init__(kind)


class Printed(Struct, frozen=True):
    """What a program printed."""

    text: str

    def __repr__(self) -> str:
        return "Printed([redacted])"


def child_environment(**more: str) -> dict[str, str]:
    """What programs that we start find in their environment: no secret that signs us in."""
    secrets = _OURS | {_SHARED}
    return {name: value for name, value in os.environ.items() if name not in secrets} | more


async def run_tool(argv: Sequence[str], *, limit: float = LIMIT) -> Printed:
    """Run a program without a shell and return its standard output.

    It has no standard input, does not inherit this program's own secrets, and is ended when the
    caller is cancelled.

    Raises:
        ToolFault: It cannot be started, failed, took too long or printed no text.
    """
    shared = {_SHARED: os.environ[_SHARED]} if _SHARED in os.environ else {}
    try:
        process = await asyncio.create_subprocess_exec(
            *argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=child_environment(**shared),
        )
    except FileNotFoundError:
        raise ToolFault("missing") from None
    except OSError:
        raise ToolFault("refused") from None
    try:
        async with asyncio.timeout(limit):
            output, errors = await asyncio.gather(_output(process), _last(process.stderr))
            await process.wait()
    except TimeoutError:
        raise ToolFault("slow") from None
    finally:
        await _end(process)
    if process.returncode != 0:
        raise ToolFault("failed", _complaint(errors, output), process.returncode or 0)
    try:
        return Printed(output.decode())
    except UnicodeDecodeError:
        raise ToolFault("binary") from None


async def _end(process: asyncio.subprocess.Process) -> None:
    """End a program, and let go of what it started: that may hold our pipes for ever."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
        with suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                await process.wait()
    # asyncio has no other way to close the pipes of a process that is gone.
    if (transport := getattr(process, "_transport", None)) is not None:
        transport.close()


async def _output(process: asyncio.subprocess.Process) -> bytes:
    """What it prints; one that prints without end is ended, for it would fill the memory."""
    found = bytearray()
    while process.stdout is not None and (piece := await process.stdout.read(LARGEST)):
        found += piece
        if len(found) > LARGEST:
            raise ToolFault("large")
    return bytes(found)


async def _last(stream: asyncio.StreamReader | None) -> bytes:
    """The end of what it complains."""
    found = bytearray()
    while stream is not None and (piece := await stream.read(LARGEST)):
        found = (found + piece)[-LARGEST:]
    return bytes(found)


def _complaint(errors: bytes, output: bytes) -> str:
    """The last line a failed program said, unless what it printed could be part of a secret."""
    from tui.text import visible

    lines = [line for line in errors.decode("utf-8", "replace").splitlines() if line.strip()]
    if not lines:
        return ""
    last = lines[-1].strip()[:300]
    printed = output.decode("utf-8", "replace").split()
    if any(len(word) >= 4 and word in last for word in printed):
        return ""
    return visible(last)
