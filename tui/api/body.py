"""Bodies of answers: decoded piece by piece within a limit, and read as lenient JSON.

Only gzip is asked for, and unpacked here with a bound on every step: a small answer that
unpacks to gigabytes is stopped before it does.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import zlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from tui.errors import Problem
from tui.text import visible

if TYPE_CHECKING:
    import httpx

ACCEPT_ENCODING = "gzip"
_PIECE = 256 * 1024
_ERROR_LIMIT = 2**20
_AT_ONCE = 2**20
_GZIP_OR_ZLIB = 47
_GZIP_MAGIC = b"\x1f\x8b"


class BodyFault(Exception):
    """A body that is not what its headers say, or more than we take.

    Args:
        why: In words, as the end of a sentence.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


async def pieces(response: httpx.Response, limit: int) -> AsyncIterator[bytes]:
    """The body, unpacked, in pieces of at most 256 KB.

    Raises:
        BodyFault: More than `limit` bytes, or packed in a way that cannot be read.
    """
    size = 0
    async for piece in _unpacked(response):
        size += len(piece)
        if size > limit:
            raise BodyFault(f"it is larger than {limit // 2**20} MB, and was stopped there")
        yield piece


async def read(response: httpx.Response, limit: int) -> bytes:
    """The whole body, unpacked.

    Raises:
        BodyFault: As `pieces`.
    """
    return b"".join([piece async for piece in pieces(response, limit)])


async def error_body(response: httpx.Response) -> bytes:
    """As much of an error's body as came."""
    import httpx

    kept: list[bytes] = []
    try:
        async for piece in pieces(response, _ERROR_LIMIT):
            kept.append(piece)
    except (BodyFault, httpx.TransportError):
        pass
    return b"".join(kept)


async def into_file(
    response: httpx.Response,
    to: Path,
    limit: int,
    on_bytes: Callable[[int], None] | None,
) -> int:
    """Stream the body, unpacked, into a file of mode 0600.

    Returns:
        Its size in bytes.

    Raises:
        BodyFault: As `pieces`.
        Problem: The file cannot be written.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)
    size = 0
    try:
        with os.fdopen(os.open(to, flags, 0o600), "wb") as file:
            waiting = bytearray()
            try:
                async for piece in pieces(response, limit):
                    size += len(piece)
                    waiting += piece
                    if on_bytes is not None:
                        on_bytes(size)
                    if len(waiting) >= _AT_ONCE:
                        full, waiting = bytes(waiting), bytearray()
                        await asyncio.to_thread(file.write, full)
            finally:
                file.write(waiting)
    except OSError as error:
        if isinstance(error, TimeoutError):
            raise
        raise Problem(
            "The answer could not be kept",
            f"writing {to} failed: {os.strerror(error.errno or 0).lower()}",
            "Make room or name another place.",
        ) from None
    return size


async def _unpacked(response: httpx.Response) -> AsyncIterator[bytes]:
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding in ("", "identity"):
        async for raw in response.aiter_raw():
            yield raw
        return
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise BodyFault(f"it is packed as {visible(encoding[:40])}, which was not asked for")
    unpacker = zlib.decompressobj(_GZIP_OR_ZLIB)
    begun = False
    async for raw in response.aiter_raw():
        data = raw
        while data:
            if unpacker.eof:
                if not data.startswith(_GZIP_MAGIC):
                    break  # what pads the end says nothing
                unpacker = zlib.decompressobj(_GZIP_OR_ZLIB)  # one member ended, another follows
            try:
                piece = unpacker.decompress(data, _PIECE)
            except zlib.error:
                if begun or encoding != "deflate":
                    raise BodyFault(f"it says it is {encoding} and is not") from None
                # Some servers send deflate without the envelope that the word stands for.
                unpacker, begun = zlib.decompressobj(-zlib.MAX_WBITS), True
                continue
            begun = True
            data = unpacker.unconsumed_tail or unpacker.unused_data
            if piece:
                yield piece
            if data:
                await asyncio.sleep(0)
    if not unpacker.eof:
        raise BodyFault("its packed data ends too early")


def parse(body: bytes) -> Any:
    """The JSON of a body, read leniently.

    A byte order mark, control characters in texts, broken UTF-8, `NaN` and numbers beyond
    all bounds are tolerated; a lone surrogate becomes its visible mark, for such text can
    be neither stored nor sent on.

    Raises:
        BodyFault: It is no JSON; `why` says what it is.
    """
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    text = body.decode(json.detect_encoding(body), "replace")
    try:
        return _whole(json.loads(text, strict=False, parse_constant=lambda _: None))
    except (ValueError, RecursionError):
        raise BodyFault(describe(body)) from None


def encode(value: object) -> bytes:
    """JSON to send; text that no UTF-8 has is escaped."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return json.dumps(value).encode("ascii")


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return value if not _SURROGATE.search(value) else _SURROGATE.sub(_mark, value)
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if isinstance(value, dict):
        return {_whole(name): _whole(item) for name, item in value.items()}
    if isinstance(value, float) and not abs(value) < float("inf"):
        return None
    return value


_SURROGATE = re.compile("[\ud800-\udfff]")


def _mark(match: re.Match[str]) -> str:
    return visible(match.group())


_TITLE = re.compile(r"<title[^>]*>(.{1,300}?)</title", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<(?:script|style)\b.*?</(?:script|style)\s*>|<[^>]{0,2000}>", re.I | re.S)


def describe(body: bytes) -> str:
    """What a body that is no JSON seems to be, with its first words."""
    if not body.strip():
        return "an empty answer came"
    text = body[:8000].decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    if text[:1] == "<":
        title = _TITLE.search(text)
        words = _short(title.group(1) if title else _TAG.sub(" ", text))
        page = "an HTML page" if re.search("<(!doctype )?html", text[:1000], re.I) else "markup"
        return f"{page} came instead of JSON" + (f": “{words}”" if words else "")
    if text[:1] in "{[":
        return f"JSON came that is cut or malformed: “{_short(text)}”"
    return f"something came that is no JSON: “{_short(text)}”"


def misfit(value: object, body: bytes) -> str:
    """What JSON came where the service documents an object, with its first words."""
    if value is None:
        return "JSON null came instead of an object"
    kinds = {list: "array", str: "text", bool: "truth value"}
    text = body[:8000].decode("utf-8-sig", "replace").strip()
    return f"a JSON {kinds.get(type(value), 'number')} came instead of an object: “{_short(text)}”"


def _short(text: str, limit: int = 80) -> str:
    words = visible(" ".join(text[: limit * 10].split()))
    return words if len(words) <= limit else f"{words[: limit - 1]}…"
