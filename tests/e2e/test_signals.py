"""Signals while a screen or a prompt is open: the terminal is given back as it was."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from tests.e2e.terminal import Terminal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")

SIGNALS = [signal.SIGTERM, signal.SIGHUP, signal.SIGINT]


@pytest.mark.parametrize("number", SIGNALS)
def test_the_screen_is_left(tmp_path: Path, number: int) -> None:
    with Terminal(["--demo"], tmp_path) as terminal:
        terminal.sees("embedded tenant", "Enter")
        os.kill(terminal.pid, number)
        assert terminal.ends() == 128 + number
        for off in (b"\x1b[?1049l", b"\x1b[?1000l", b"\x1b[?25h"):
            on = off[:-1] + (b"l" if off.endswith(b"h") else b"h")
            assert terminal.output.rfind(off) > terminal.output.rfind(on)


@pytest.mark.parametrize("number", SIGNALS)
def test_the_prompt_gives_its_echo_back(tmp_path: Path, number: int) -> None:
    file = tmp_path / "config" / "m365d-tui" / "config.toml"
    file.parent.mkdir(parents=True)
    guid = "5f0c8e2a-7b1d-4c3e-8f62-0a4d5e6c91d7"
    file.write_text(
        f'[profiles.a]\ntenant_id = "{guid}"\nclient_id = "{guid}"\ncredential = "prompt"\n'
        '[profiles.a.cloud]\nauthority = "http://127.0.0.1:9"\n'
    )
    with Terminal(["token"], tmp_path) as terminal:
        terminal.sees("Client secret of a")
        assert not terminal.echoes
        os.kill(terminal.pid, number)
        assert terminal.ends() == 128 + number
        assert terminal.echoes
