"""A secret typed at a prompt, on the command line and on the screen, is left nowhere."""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from tests.e2e.terminal import ENTER, Terminal
from tui.demo.identity import applications
from tui.demo.server import DemoTenant

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")

APP = applications()[0]
WRONG = 'typed/by+mistake "and" much too long é'


@pytest.fixture
def home(tmp_path: Path, demo_tenant: DemoTenant) -> Path:
    file = tmp_path / "config" / "m365d-tui" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text(
        f'[profiles.contoso]\ntenant_id = "{APP.tenant_id}"\nclient_id = "{APP.client_id}"\n'
        f'credential = "prompt"\n[profiles.contoso.cloud]\nauthority = "{demo_tenant.base_url}"\n'
    )
    return tmp_path


def assert_not_left(home: Path, output: bytes, *values: str) -> None:
    everything = output + b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    for value in values:
        raw = value.encode()
        forms = {value, quote(value, safe=""), quote_plus(value), json.dumps(value)[1:-1]}
        forms |= {base64.b64encode(raw).decode()[:-4], base64.urlsafe_b64encode(raw).decode()[:-4]}
        for form in forms:
            assert form.encode() not in everything


def test_typed_for_a_command(home: Path) -> None:
    arguments = ["token", "--log", str(home / "log.txt")]
    with Terminal(arguments, home) as terminal:
        terminal.sees("Client secret of contoso")
        terminal.send(WRONG + "\n")
        assert terminal.ends() == 3
        assert "AADSTS7000215" in terminal.text()
        assert_not_left(home, terminal.output, WRONG)
    with Terminal(arguments, home) as terminal:
        terminal.sees("Client secret of contoso")
        arguments_seen = Path(f"/proc/{terminal.pid}/cmdline")
        terminal.send(APP.client_secret + "\n")
        if arguments_seen.exists():
            assert APP.client_secret.encode() not in arguments_seen.read_bytes()
        assert terminal.ends() == 0
        assert "token" in (home / "log.txt").read_text()
        assert_not_left(home, terminal.output, APP.client_secret, WRONG)


@pytest.mark.parametrize("secret", [APP.client_secret, WRONG])
def test_typed_on_the_screen(home: Path, secret: str) -> None:
    with Terminal(["--log", str(home / "log.txt")], home) as terminal:
        terminal.sees("contoso", "Enter sign in")
        terminal.send(ENTER)
        terminal.sees("Client secret of contoso")
        terminal.send(secret)
        terminal.sees("•" * 20)
        terminal.send(ENTER)
        if secret == WRONG:
            terminal.sees("AADSTS7000215")
        else:
            terminal.sees("incidents", "◆")
        terminal.send("\x11")
        terminal.ends()
        assert_not_left(home, terminal.output, secret)
