"""A small HTTP server on a real socket that answers as it is told, wrongly above all.

    async with FaultServer() as server:
        server.on("GET", "/api/incidents", throttled(retry_after=7), json_answer({"value": []}))
        ... ask server.url ...
        assert server.seen[0].headers["authorization"]

The answers of a route are given in order and the last one again and again. What no route
takes is answered with 404. `authority()` makes it a token endpoint too.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True)
class Seen:
    """A request that came."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """What goes back over the socket."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    length: int | None = None
    """The `Content-Length` claimed; None claims the true one."""
    piece: int = 0
    """Bytes sent at a time; 0 sends all at once."""
    pause: float = 0.0
    """Seconds between pieces."""
    reset: bool = False
    """Drop the connection where the body ends, instead of keeping it."""
    silent: bool = False
    """Say nothing at all until the other side leaves."""
    gate: asyncio.Event | None = None
    """Answer only after this is set."""
    raw: bytes | None = None
    """Sent as it is, instead of an HTTP answer."""


Script = Answer | Callable[[Seen], Answer]


def json_answer(value: Any, status: int = 200, **headers: str) -> Answer:
    return Answer(status, _headers(headers), json.dumps(value).encode())


def text_answer(text: str, status: int = 200, kind: str = "text/html") -> Answer:
    return Answer(status, {"content-type": kind}, text.encode())


def error(status: int, code: str, message: str, **headers: str) -> Answer:
    """A refusal in the classic API's body."""
    body = {"error": {"code": code, "message": message, "target": "|track-7.1."}}
    return json_answer(body, status, **headers)


def graph_error(status: int, code: str, message: str, **headers: str) -> Answer:
    """A refusal in Graph's body."""
    inner = {"date": "2026-11-01T00:00:00", "request-id": "graph-9", "client-request-id": "c"}
    return json_answer(
        {"error": {"code": code, "message": message, "innerError": inner}}, status, **headers
    )


def throttled(retry_after: object = None, message: str = "Too many requests") -> Answer:
    headers = {} if retry_after is None else {"retry_after": str(retry_after)}
    return error(429, "TooManyRequests", message, **headers)


def cut(value: Any, keep: int = 20) -> Answer:
    """Claims the whole body, sends its beginning and drops the connection."""
    body = json.dumps(value).encode()
    return Answer(body=body[:keep], length=len(body), reset=True)


def drip(value: Any, pause: float, piece: int = 1) -> Answer:
    return Answer(body=json.dumps(value).encode(), piece=piece, pause=pause)


def reset() -> Answer:
    return Answer(raw=b"", reset=True)


def silent() -> Answer:
    return Answer(silent=True)


def redirect(to: str, status: int = 302) -> Answer:
    return Answer(status, {"location": to})


def gzipped(body: bytes, *, cut_at: int | None = None) -> Answer:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = packer.compress(body) + packer.flush()
    return Answer(headers={"content-encoding": "gzip"}, body=packed[:cut_at])


def bomb(megabytes: int) -> Answer:
    """A small gzip body that unpacks to so many megabytes of one JSON text."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    blank = b" " * 2**20
    packed = b"".join(packer.compress(blank) for _ in range(megabytes)) + packer.flush()
    return Answer(headers={"content-encoding": "gzip"}, body=packed)


def unsigned_token(**claims: Any) -> str:
    """A JWT that nobody signed, valid for an hour."""

    def part(value: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    now = int(time.time())
    payload = {"iat": now, "nbf": now, "exp": now + 3600} | claims
    return f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(payload)}.c2lnbmF0dXJl"


class FaultServer:
    """See the module."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.asked_once = asyncio.Event()
        """Set when the first request came."""
        self.left = asyncio.Event()
        """Set when the other side left a connection on which an answer was due."""
        self.url = ""
        self._came = asyncio.Event()
        self._routes: dict[tuple[str, str], list[Script]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    def on(self, method: str, path: str, *answers: Script) -> None:
        """Answer requests for this path; a path that ends in `*` takes all that begin so."""
        self._routes[method, path] = list(answers)

    def authority(self, *roles: str, name: str = "Fault app") -> None:
        """Give tokens with these roles for whatever is asked, on both endpoints."""

        def give(seen: Seen) -> Answer:
            form = dict(pair.partition("=")[::2] for pair in seen.body.decode().split("&"))
            audience = unquote(form.get("resource") or form.get("scope", ""))
            token = unsigned_token(
                aud=audience.removesuffix("/.default"),
                roles=list(roles),
                app_displayname=name,
                tid=seen.path.split("/")[1],
                appid=form.get("client_id", ""),
            )
            return json_answer({"token_type": "Bearer", "expires_in": 3599, "access_token": token})

        self.on("POST", "*token", give)

    def asked(self, path: str) -> list[Seen]:
        """Requests for a path that came so far."""
        return [seen for seen in self.seen if seen.path == path]

    async def came(self) -> None:
        """Wait until another request comes."""
        self._came.clear()
        await self._came.wait()

    async def __aenter__(self) -> FaultServer:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while (seen := await self._read(reader)) is not None:
                self.seen.append(seen)
                self.asked_once.set()
                self._came.set()
                if not await self._answer(self._next(seen), reader, writer):
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            self.left.set()
        except asyncio.CancelledError:
            pass
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def _read(self, reader: asyncio.StreamReader) -> Seen | None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        method, target, _ = head[0].split(" ", 2)
        headers = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(":") for line in head[1:] if line)
        }
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        parts = urlsplit(target)
        return Seen(method, unquote(parts.path), unquote(parts.query), headers, body)

    def _next(self, seen: Seen) -> Answer:
        for (method, pattern), scripts in self._routes.items():
            if method != seen.method or not _takes(pattern, seen.path):
                continue
            script = scripts.pop(0) if len(scripts) > 1 else scripts[0]
            return script if isinstance(script, Answer) else script(seen)
        return error(404, "NotFound", "no route of this test")

    async def _answer(
        self, answer: Answer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Send it; False where the connection ends with it."""
        if answer.gate is not None:
            await answer.gate.wait()
        if answer.silent:
            await reader.read(1)
            self.left.set()
            return False
        if answer.raw is not None:
            writer.write(answer.raw)
        else:
            writer.write(_head(answer))
            pieces = (
                [
                    answer.body[at : at + answer.piece]
                    for at in range(0, len(answer.body), answer.piece)
                ]
                if answer.piece
                else [answer.body]
            )
            for piece in pieces:
                writer.write(piece)
                if answer.pause:
                    await writer.drain()
                    await asyncio.sleep(answer.pause)
        with contextlib.suppress(ConnectionError):
            await writer.drain()
        return not (answer.reset or answer.raw is not None)


def _headers(headers: Mapping[str, str]) -> dict[str, str]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return {"content-type": "application/json"} | named


def _head(answer: Answer) -> bytes:
    length = len(answer.body) if answer.length is None else answer.length
    headers = {"content-length": str(length)} | dict(answer.headers)
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {answer.status} Said\r\n{lines}\r\n".encode("latin-1")


def _takes(pattern: str, path: str) -> bool:
    if pattern.startswith("*"):
        return path.endswith(pattern[1:])
    return path.startswith(pattern[:-1]) if pattern.endswith("*") else path == pattern
