"""On a machine with nothing configured: a profile is made, and from then on Enter signs in."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.e2e.terminal import ENTER, Terminal
from tui.demo.identity import applications
from tui.demo.options import Options
from tui.demo.server import DemoTenant

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")

DOWN, TAB, LEFT, SAVE = "\x1b[B", "\t", "\x1b[D", "\x13"
APP = applications()[0]


def test_create_a_profile_sign_in_and_sign_in_again_with_one_enter(tmp_path) -> None:
    size = (80, 24)
    environment = {
        "PYTHON_KEYRING_BACKEND": "tests.e2e.file_keyring.FileKeyring",
        "TEST_KEYRING": str(tmp_path / "keyring.json"),
        "HOME": str(tmp_path),
    }
    with DemoTenant(Options(unlimited=True)) as tenant:
        with Terminal([], tmp_path, size=size, environment=environment) as terminal:
            terminal.sees("create a profile", "embedded tenant, no account")
            terminal.send(DOWN)
            terminal.send(ENTER)
            terminal.sees("New profile")
            terminal.send("lab" + TAB + APP.tenant_id + TAB + APP.client_id + TAB + TAB)
            terminal.sees("it goes into the keyring")
            terminal.send(APP.client_secret + TAB + LEFT)
            terminal.sees("hosts of your own")
            terminal.send(TAB + tenant.base_url)
            terminal.sees(tenant.base_url)
            terminal.send(SAVE)
            terminal.sees("m365d  lab", "300 incidents", "Human-operated ransomware", "◆")
            terminal.send("q")
            assert terminal.ends() == 0
            assert APP.client_secret not in terminal.output.decode("utf-8", "replace")

        with Terminal([], tmp_path, size=size, environment=environment) as terminal:
            terminal.sees("lab", "secret in the keyring", "Enter sign in")
            terminal.send(ENTER)
            terminal.sees("m365d  lab", "300 incidents", "◆")
            terminal.send("q")
            assert terminal.ends() == 0
    written = [one for one in tmp_path.rglob("*") if one.is_file() and one.name != "keyring.json"]
    assert any(one.name == "config.toml" for one in written)
    for one in written:
        assert APP.client_secret.encode() not in one.read_bytes(), one


def test_a_locked_keyring_is_named_and_nothing_is_written(tmp_path) -> None:
    environment = {
        "PYTHON_KEYRING_BACKEND": "tests.e2e.file_keyring.FileKeyring",
        "HOME": str(tmp_path),
    }
    with Terminal([], tmp_path, environment=environment) as terminal:
        terminal.sees("create a profile")
        terminal.send("n")
        terminal.sees("New profile")
        terminal.send("lab" + TAB + "contoso.com" + TAB + APP.client_id + TAB + TAB)
        terminal.sees("it goes into the keyring")
        terminal.send(APP.client_secret + SAVE)
        terminal.sees("is locked", "Nothing was written", "contoso.com", APP.client_id)
    assert not list(tmp_path.rglob("config.toml"))
    listed = subprocess.run(
        [sys.executable, "-m", "tui", "profiles", "list", "--json"],
        env={"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "config")},
        capture_output=True,
        check=True,
    )
    assert listed.stdout.strip() == b"[]"
