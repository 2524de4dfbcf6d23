"""doctor behind a proxy that opens TLS: the company's certificate is recognised as such."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

GUID = "5f0c8e2a-7b1d-4c3e-8f62-0a4d5e6c91d7"
HOSTS = ("login.microsoftonline.com", "graph.microsoft.com", "api.security.microsoft.com")


def name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "Example Web Filter Ltd"),
            x509.NameAttribute(x509.NameOID.COMMON_NAME, common),
        ]
    )


def certificates(folder: Path) -> tuple[Path, Path]:
    """The company's authority, and a chain with its key for Microsoft's hosts."""
    now = datetime.now(UTC)
    authority_key, key = (
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP256R1()),
    )

    def made(subject: str, public: ec.EllipticCurvePublicKey, *more: x509.ExtensionType) -> bytes:
        builder = (
            x509.CertificateBuilder()
            .subject_name(name(subject))
            .issuer_name(name("Example root"))
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
        )
        for one in more:
            builder = builder.add_extension(one, critical=isinstance(one, x509.BasicConstraints))
        return builder.sign(authority_key, hashes.SHA256()).public_bytes(Encoding.PEM)

    identifier = x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key())
    usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
    root = made(
        "Example root", authority_key.public_key(), x509.BasicConstraints(True, None), usage,
        identifier,
    )  # fmt: skip
    leaf = made(
        "opened",
        key.public_key(),
        x509.SubjectAlternativeName([x509.DNSName(host) for host in HOSTS]),
        x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier),
    )
    (folder / "root.pem").write_bytes(root)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "leaf.pem").write_bytes(leaf + private)
    return folder / "root.pem", folder / "leaf.pem"


@dataclass(frozen=True)
class Proxy:
    """A proxy that answers for every host itself, over TLS."""

    url: str
    root: Path
    seen: list[bytes]
    """First lines and headers of what was asked inside."""


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[Proxy]:
    root, leaf = certificates(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(leaf)
    loop = asyncio.new_event_loop()
    seen: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, EOFError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
            await writer.drain()
            await writer.start_tls(context)
            seen.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            await writer.drain()
        writer.close()

    server = loop.run_until_complete(asyncio.start_server(serve, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield Proxy(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", root, seen)
    loop.call_soon_threadsafe(server.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)


def doctor(home: Path, proxy: Proxy, **environ: str) -> tuple[int, list[dict[str, str]]]:
    file = home / "config.toml"
    file.write_text(
        f'[profiles.customer-x]\ntenant_id = "{GUID}"\nclient_id = "{GUID}"\ncredential = "env"\n'
    )
    ended = subprocess.run(
        [sys.executable, "-m", "tui", "doctor", "--json", "--config", str(file)],
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            "HOME": str(home),
            "HTTPS_PROXY": proxy.url,
            "M365D_CLIENT_SECRET": "a-secret-of-the-test",
            **environ,
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    for mark in (GUID, "customer-x", "a-secret-of-the-test"):
        assert mark not in ended.stdout + ended.stderr
    return ended.returncode, json.loads(ended.stdout)


def test_a_companys_certificate_that_is_not_trusted(tmp_path: Path, proxy: Proxy) -> None:
    code, found = doctor(tmp_path, proxy)
    assert code == 5
    first = next(one for one in found if one["verdict"] == "bad")
    assert first["name"] == "TLS"
    assert "a proxy opens the traffic, with a certificate of Example Web Filter" in first["found"]
    assert "SSL_CERT_FILE" in first["found"]
    assert "HTTPS_PROXY set" in next(one["found"] for one in found if one["name"] == "way out")
    assert not any(b"secret" in one or b"authorization" in one.lower() for one in proxy.seen)


def test_a_companys_certificate_that_is_trusted(tmp_path: Path, proxy: Proxy) -> None:
    code, found = doctor(tmp_path, proxy, SSL_CERT_FILE=str(proxy.root))
    tls = [one for one in found if one["name"] == "TLS"]
    assert [one["verdict"] for one in tls] == ["note"] * 3
    assert "certificate of Example Web Filter Ltd: a proxy opens the traffic" in tls[0]["found"]
    first = next(one for one in found if one["verdict"] == "bad")
    assert (code, first["name"]) == (3, "token")


def test_a_certificate_file_that_is_not_there(tmp_path: Path, proxy: Proxy) -> None:
    code, found = doctor(tmp_path, proxy, SSL_CERT_FILE=str(tmp_path / "none.pem"))
    first = next(one for one in found if one["verdict"] == "bad")
    assert (code, first["name"]) == (5, "way out")
    assert "SSL_CERT_FILE names what is not there" in first["found"]
