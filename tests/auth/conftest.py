"""A token endpoint that says what a test tells it, and a keyring in memory."""

from __future__ import annotations

import asyncio
import json
import ssl
import subprocess
import sys
from collections import deque
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import jwt
import keyring
import pytest
from keyring.backend import KeyringBackend

from tui.auth.clouds import custom_cloud
from tui.auth.profiles import Profile
from tui.auth.secret import Secret
from tui.config import HostTable
from tui.demo.identity import TENANT_ID, registrations

TENANT = "11111111-2222-3333-4444-555555555555"
CLIENT = "66666666-7777-8888-9999-000000000000"


@dataclass
class Asked:
    """One request as it arrived."""

    path: str
    form: dict[str, str]
    headers: dict[str, str]


@dataclass
class Authority:
    """A server over a real socket; answers are raw bytes, sent in the order they were queued."""

    origin: str = ""
    asked: list[Asked] = field(default_factory=list)
    answers: deque[bytes] = field(default_factory=deque)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    """Answers wait for it; open unless a test closes it."""
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def queue(
        self, body: object, status: int = 200, *, kind: str = "application/json", **headers: str
    ) -> None:
        """Queue an answer; anything but text and bytes becomes JSON."""
        raw = (
            body
            if isinstance(body, bytes)
            else (body.encode() if isinstance(body, str) else json.dumps(body).encode())
        )
        lines = [f"HTTP/1.1 {status} X", f"Content-Type: {kind}", f"Content-Length: {len(raw)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.answers.append("\r\n".join([*lines, "Connection: close", "", ""]).encode() + raw)

    def queue_token(self, token: str | None = None, /, **more: Any) -> str:
        """Queue a token; returns it."""
        value = token or make_token(n=len(self.asked) + len(self.answers))
        self.queue({"token_type": "Bearer", "expires_in": 3599, "access_token": value} | more)
        return value

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection."""
        first = await reader.read(1)
        if first in (b"", b"\x16"):  # Nothing, or TLS, which this server does not speak.
            writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n" if first else b"")
            writer.close()
            return
        head = (first + await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
        body = (await reader.readexactly(int(headers.get("content-length", 0)))).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        self.asked.append(Asked(head[0].split(" ")[1], form, headers))
        self.arrived.set()
        await self.gate.wait()
        if self.answers:
            writer.write(self.answers.popleft())
        writer.close()


def make_token(**claims: Any) -> str:
    """A token that can be decoded; its signature means nothing."""
    base = {"tid": TENANT, "appid": CLIENT, "roles": ["SecurityIncident.Read.All"]}
    return jwt.encode(base | claims, "k" * 32, algorithm="HS256")


@pytest.fixture
async def authority() -> AsyncIterator[Authority]:
    one = Authority()
    one.gate.set()
    server = await asyncio.start_server(one.serve, "127.0.0.1", 0)
    one.origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield one
    one.gate.set()
    server.close()


def profile_at(origin: str, **more: Any) -> Profile:
    """A profile with a given secret, so that no test asks a keyring by accident."""
    base: dict[str, Any] = {
        "name": "contoso",
        "tenant_id": TENANT,
        "client_id": CLIENT,
        "cloud": custom_cloud(HostTable(authority=origin)),
        "given_secret": Secret("s3cret~of-the-tests"),
    }
    return Profile(**(base | more))


class MemoryKeyring(KeyringBackend):
    """Keeps secrets in a dictionary; counts what it is asked."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.longest = 10_000
        super().__init__()

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if len(password) > self.longest:
            raise keyring.errors.PasswordSetError("too long")
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if (service, username) not in self.kept:
            raise keyring.errors.PasswordDeleteError("none")
        del self.kept[service, username]


@dataclass(frozen=True)
class Served:
    """`demo serve --tls` in a process of its own."""

    origin: str
    certificate: Path
    """What it shows, as a file to trust."""


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tui", "demo", "serve", "--tls", "--unlimited", "--port", "0"],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        origin = process.stderr.readline().split()[-1]
        host, _, port = origin.removeprefix("https://").rpartition(":")
        certificate = tmp_path_factory.mktemp("served") / "shown.pem"
        certificate.write_text(ssl.get_server_certificate((host, int(port)), timeout=60))
        yield Served(origin, certificate)
    finally:
        process.terminate()
        process.communicate(timeout=60)


@pytest.fixture
def memory_keyring() -> Iterator[MemoryKeyring]:
    former = keyring.get_keyring()
    backend = MemoryKeyring()
    keyring.set_keyring(backend)
    yield backend
    keyring.set_keyring(former)


def at_demo(origin: str, credential: str, app: str = "soc-automation", **more: Any) -> Profile:
    """A profile of the demo tenant, with any kind of credential."""
    client = next(one.client_id for one in registrations() if one.name == app)
    base: dict[str, Any] = {
        "name": "contoso",
        "tenant_id": TENANT_ID,
        "client_id": client,
        "cloud": custom_cloud(HostTable(authority=origin)),
        "credential": credential,
    }
    return Profile(**(base | more))


def kept(path: Path, data: str | bytes, mode: int = 0o600) -> Path:
    """Write a file of that mode."""
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    path.chmod(mode)
    return path
