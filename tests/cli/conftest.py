"""A home of its own for each test, and the command line called in this process."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import keyring
import pytest

from tests.auth.conftest import MemoryKeyring
from tui.cli.main import main
from tui.config import paths
from tui.demo.identity import applications
from tui.demo.server import DemoTenant


@dataclass(frozen=True)
class Ended:
    """How a run ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    for name in ("M365D_CONFIG", "M365D_CLIENT_SECRET", "AZURE_CLIENT_SECRET", "AZURE_CLIENT_ID"):
        monkeypatch.delenv(name, raising=False)
    paths.app_paths.cache_clear()
    yield tmp_path
    paths.app_paths.cache_clear()
    logging.getLogger("tui").handlers.clear()
    logging.getLogger("tui").propagate = True


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    def one(*argv: str, stdin: str = "") -> Ended:
        piped = io.BytesIO(stdin.encode("utf-8", "surrogateescape"))
        text = io.TextIOWrapper(piped, encoding="utf-8", errors="surrogateescape")
        monkeypatch.setattr(sys, "stdin", text)
        capfd.readouterr()
        code = main(argv)
        sys.stdout.flush()
        out, err = capfd.readouterr()
        return Ended(code, out, err)

    return one


@pytest.fixture
def kept() -> Iterator[MemoryKeyring]:
    former = keyring.get_keyring()
    backend = MemoryKeyring()
    keyring.set_keyring(backend)
    yield backend
    keyring.set_keyring(former)


@pytest.fixture
def settings_at(home: Path) -> Callable[..., Path]:
    """Writes config.toml with profiles at an origin: name → application, with more lines."""

    def write(origin: str, more: str = "", **profiles: str) -> Path:
        apps = {app.name: app for app in applications()}
        text = more
        for name, app_name in profiles.items():
            app = apps[app_name]
            text += (
                f'\n[profiles.{name}]\ntenant_id = "{app.tenant_id}"\n'
                f'client_id = "{app.client_id}"\ncredential = "env"\n'
                f'[profiles.{name}.cloud]\nauthority = "{origin}"\n'
            )
        file = home / "config" / "m365d-tui" / "config.toml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    return write


@pytest.fixture
def contoso(
    settings_at: Callable[..., Path], demo_tenant: DemoTenant, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A profile that signs in to the demo tenant with all rights."""
    monkeypatch.setenv("M365D_CLIENT_SECRET", applications()[0].client_secret)
    return settings_at(demo_tenant.base_url, contoso="soc-terminal")
