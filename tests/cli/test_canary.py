"""No secret is left anywhere: every kind of credential, in every form that text takes."""

from __future__ import annotations

import base64
import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, quote_plus

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509 import load_pem_x509_certificate

from tests.auth.conftest import MemoryKeyring
from tests.auth.conftest import kept as write
from tests.auth.test_given import _GIVES as GIVES
from tests.auth.test_given import demo_token, fake_az
from tests.cli.conftest import Ended, Run
from tui.auth import device_code, secret
from tui.auth.session import Session
from tui.demo.assertions import certificate_pem, federated_token
from tui.demo.identity import TENANT_ID, applications, registrations
from tui.demo.server import DemoTenant
from tui.demo.service.machine import HEADER

APP = applications()[0]
AUTOMATION = next(one for one in registrations() if one.has_certificate)
PHRASE = 'pass/phrase+of "the" canary é'
_DUMP = "import json, os; json.dump([sys.argv, dict(os.environ)], open({path!r}, 'w'))\n"

Prepared = tuple[str, list[str], list[Path]]
"""More lines of the profile; secrets of it; the files that rightly hold them."""


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every secret that the program handles while the test runs."""
    values: list[str] = []
    original = secret.Secret.__init__

    def remember(self: secret.Secret, value: str) -> None:
        values.append(value)
        original(self, value)

    monkeypatch.setattr(secret.Secret, "__init__", remember)
    return values


@pytest.fixture
def heard() -> Iterator[list[str]]:
    """Everything that any library logs, at debug level."""
    lines: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(f"{record.name} {record.getMessage()} {record.exc_info}")

    root, listener = logging.getLogger(), Listener(logging.DEBUG)
    level = root.level
    root.addHandler(listener)
    root.setLevel(logging.DEBUG)
    ours = logging.getLogger("tui")
    ours.addHandler(listener)
    yield lines
    root.removeHandler(listener)
    root.setLevel(level)
    ours.removeHandler(listener)


def forms(value: str) -> set[str]:
    raw = value.encode()
    found = {
        value,
        quote(value, safe=""),
        quote_plus(value),
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        repr(value)[1:-1],
    }
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        # Within other text base64 begins at any of three places.
        found |= {
            encode(b"x" * at + raw).decode().rstrip("=")[4 if at else 0 : -4] for at in range(3)
        }
    if value.count(".") == 2 and value.startswith("eyJ"):
        found.add(value.rpartition(".")[2])
    return {one for one in found if len(one) >= 8}


def encrypted_pem() -> bytes:
    plain = certificate_pem()
    key = load_pem_private_key(plain, None)
    style = BestAvailableEncryption(PHRASE.encode())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, style)
    return pem + load_pem_x509_certificate(plain).public_bytes(Encoding.PEM)


def prepare(
    kind: str, tenant: DemoTenant, home: Path, monkeypatch: pytest.MonkeyPatch, ring: MemoryKeyring
) -> Prepared:
    if kind == "keyring":
        ring.kept["m365d-tui", f"127.0.0.1:{tenant.base_url.rpartition(':')[2]}/{TENANT_ID}/"
                  f"{APP.client_id}"] = APP.client_secret  # fmt: skip
        return "", [APP.client_secret], []
    if kind == "env":
        monkeypatch.setenv("M365D_CLIENT_SECRET", APP.client_secret)
        return "", [APP.client_secret], []
    if kind == "command":
        monkeypatch.setenv("M365D_CLIENT_SECRET", "canary-of-the-environment")
        script = f"#!{sys.executable}\nimport sys\n" + _DUMP.format(path=str(home / "child.json"))
        script += f"print({APP.client_secret!r})\n"
        program = write(home / "vault", script, 0o700)
        lines = f"secret_command = [{json.dumps(str(program))}]"
        return lines, [APP.client_secret, "canary-of-the-environment"], [program]
    if kind == "certificate":
        monkeypatch.setenv("M365D_CERTIFICATE_PASSWORD", PHRASE)
        pem = encrypted_pem()
        path = write(home / "app.pem", pem)
        body = certificate_pem().decode().splitlines()[1:6]
        return 'certificate_path = "../../app.pem"', [PHRASE, *body], [path]
    if kind == "federated":
        token = federated_token(datetime.now(UTC))
        path = write(home / "workload", token)
        return 'token_file = "../../workload"', [token], [path]
    if kind == "token-file":
        token = demo_token(tenant)
        path = write(home / "Latest-token.txt", token)
        return 'token_file = "../../Latest-token.txt"', [token], [path]
    if kind == "managed-identity":
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{tenant.base_url}/msi/token")
        monkeypatch.setenv("IDENTITY_HEADER", HEADER)
        return "", [HEADER], []
    if kind == "azure-cli":
        give = GIVES.format(client=APP.client_id, secret=APP.client_secret, origin=tenant.base_url)
        monkeypatch.setenv("M365D_CLIENT_SECRET", "canary-of-the-environment")
        (home / "bin").mkdir()
        fake_az(home / "bin", monkeypatch, _DUMP.format(path=str(home / "child.json")) + give)
        return "", [APP.client_secret, "canary-of-the-environment"], [home / "bin" / "az"]

    async def approve(_: float) -> None:
        async with httpx.AsyncClient() as client:
            for code in codes:
                await client.post(f"{tenant.base_url}/devicelogin", data={"code": code})

    codes: list[str] = []
    made = device_code.DeviceCode

    def remember(*args: str, **more: str) -> device_code.DeviceCode:
        codes.append(args[0])
        return made(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(device_code, "DeviceCode", remember)
    # Nobody waits five seconds between two polls here.
    usual = Session.__init__.__kwdefaults__ or {}
    monkeypatch.setattr(Session.__init__, "__kwdefaults__", {**usual, "sleep": approve})
    return "", [], []


KINDS = [
    "keyring", "env", "command", "certificate", "federated", "token-file", "managed-identity",
    "azure-cli", "device-code",
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_left(
    run: Run,
    home: Path,
    settings_at: Callable[..., Path],
    demo_tenant: DemoTenant,
    monkeypatch: pytest.MonkeyPatch,
    kept: MemoryKeyring,
    seen: list[str],
    heard: list[str],
    kind: str,
) -> None:
    monkeypatch.setattr("tui.auth.token_endpoint._DELAYS", ())
    lines, marks, holders = prepare(kind, demo_tenant, home, monkeypatch, kept)
    certain = kind in ("certificate", "federated")
    file = settings_at(demo_tenant.base_url)
    text = (
        f'[profiles.contoso]\ntenant_id = "{TENANT_ID}"\n'
        f'client_id = "{AUTOMATION.client_id if certain else APP.client_id}"\n'
        f'credential = "{kind}"\n{lines}\n'
        f'[profiles.contoso.cloud]\nauthority = "{demo_tenant.base_url}"\n'
    )
    file.write_text(text)
    log = str(home / "log.txt")
    ended: list[Ended] = []

    def ask(*argv: str, code: int = 0, stdin: str = "") -> None:
        ended.append(run(*argv, "--log", log, stdin=stdin))
        assert ended[-1].code == code, ended[-1].err

    if kind == "device-code":
        ask("login")
        assert any("/user" in name for _, name in kept.kept)
        marks += [value for value in kept.kept.values() if not value.startswith("m365d-tui:split")]
    ask("token", "--json")
    ask("incidents", "--top", "2")
    if kind != "token-file":  # One token, for one API: there is nothing to compare.
        ask("profiles", "migrate", "--check")
    ask("doctor")
    ask("config", "show")

    # Something breaks while the secrets are in hand: a refusal, no answer, a defect.
    def explode(*_: object, **__: object) -> None:
        raise RuntimeError(f"a defect that quotes {seen[-1]} and {[*seen]}")

    with monkeypatch.context() as broken:
        broken.setattr("tui.auth.session.Session._token_of", explode)
        ask("token", code=1)
    file.write_text(text.replace(TENANT_ID, "nobody.example"))
    ended.append(run("token", "--log", log))
    file.write_text(text.replace(demo_tenant.base_url, "http://127.0.0.1:9"))
    ended.append(run("token", "--log", log))

    everything = "".join(one.out + one.err for one in ended) + "\n".join(heard)
    written = [path for path in home.rglob("*") if path.is_file() and path not in holders]
    assert home / "log.txt" in written
    assert any(path.name == "defects.log" for path in written)
    if kind in ("command", "azure-cli"):
        assert home / "child.json" in written
    everything += "".join(path.read_text(errors="replace") for path in written)
    everything += Path(f"/proc/{os.getpid()}/cmdline").read_text() if os.name == "posix" else ""
    values = {value for value in (*marks, *seen) if len(value) >= 8}
    assert any(value.startswith("eyJ") for value in values)
    for value in values:
        for form in forms(value):
            assert form not in everything, f"a form of a secret of {len(value)} characters is left"
