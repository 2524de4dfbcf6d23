"""What the terminal and the desktop are told: nothing that could command them."""

from __future__ import annotations

import os
import select
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tui.api.records import Incident
from tui.auth.process import child_environment
from tui.auth.secret import Secret
from tui.config import app_paths
from tui.ui.browse import open_browser
from tui.ui.defects import log_defect
from tui.ui.screens.queue_watch import arrivals_words
from tui.ui.terminal import command_of, plain, sequence_of, way_of

HOSTILE = "a\x1b]0;gotcha\x07b\u202ec\nd\x9b31me; $(reboot) `id` \ud800"


def nowhere(_: str) -> None:
    return None


def test_no_control_character_reaches_the_terminal() -> None:
    shown = plain(HOSTILE)
    assert shown.isprintable()
    for way in ("osc9", "osc777"):
        for in_tmux in (False, True):
            made = sequence_of(way, plain("t"), shown, in_tmux=in_tmux)
            inner = made.removeprefix("\x1bPtmux;").removesuffix("\x1b\\")
            inner = inner.lstrip("\x1b").removesuffix("\x07")
            assert inner.isprintable(), inner
    assert len(plain("x" * 5000)) == 200


def test_texts_are_arguments_of_their_own_and_no_shell_sees_them() -> None:
    def there(name: str) -> str:
        return f"/usr/bin/{name}"

    title, text = plain("title"), plain(HOSTILE)
    linux = command_of(title, text, "linux", there)
    assert linux == ["notify-send", "--app-name=m365d-tui", "--", title, text]
    mac = command_of(title, text, "darwin", there)
    assert mac[-2:] == [title, text]
    assert text not in " ".join(mac[:-2])
    windows = command_of(title, text, "win32", there)
    assert not any(text in part for part in windows)
    assert command_of(title, text, "linux", nowhere) == []


@pytest.mark.parametrize(
    ("setting", "environment", "way"),
    [
        ("off", {"TERM_PROGRAM": "WezTerm"}, ""),
        ("osc777", {}, "osc777"),
        ("auto", {"TERM_PROGRAM": "iTerm.app"}, "osc9"),
        ("auto", {"VTE_VERSION": "7600"}, "osc777"),
        ("auto", {"TERM": "xterm", "SSH_CONNECTION": "1 2 3 4"}, "osc9"),
    ],
)
def test_the_way_is_as_set_or_what_works_here(
    setting: str, environment: dict[str, str], way: str
) -> None:
    assert way_of(setting, environment, "linux", nowhere) == way


def test_arrivals_are_named_briefly() -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    many = [Incident(str(n), name=f"n{n}\x1b", severity="high", created=now) for n in range(5)]
    said = arrivals_words(many)
    assert said.startswith("5 incidents: High: n0")
    assert said.endswith("2 more")
    assert said.isprintable()
    assert arrivals_words(many[:1]).startswith("High: n0")


def test_a_desktop_reads_no_markup_in_a_notice() -> None:
    command = command_of("t", "<a href='https://evil.example'>x</a> & <img/>", "linux", str)
    assert command[-1] == "&lt;a href='https://evil.example'&gt;x&lt;/a&gt; &amp; &lt;img/&gt;"


def test_what_is_started_finds_no_secret_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("M365D_CLIENT_SECRET", "s3cret")
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "s3cret")
    monkeypatch.setenv("M365D_CERTIFICATE_PASSWORD", "s3cret")
    monkeypatch.setenv("OTHER", "kept")
    found = child_environment(MORE="1")
    assert "s3cret" not in found.values()
    assert (found["OTHER"], found["MORE"]) == ("kept", "1")


@pytest.mark.skipif(sys.platform == "win32", reason="the browser of this test is a shell script")
def test_a_browser_finds_no_secret_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The browser writes into a pipe what it was given; its end is waited for there."""
    told = tmp_path / "told"
    os.mkfifo(told)
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\n{{ echo "$1"; env; }} > "{told}"\n')
    browser.chmod(0o700)
    monkeypatch.setenv("BROWSER", f"{browser} %s")
    for name in ("M365D_CLIENT_SECRET", "AZURE_CLIENT_SECRET", "M365D_CERTIFICATE_PASSWORD"):
        monkeypatch.setenv(name, "s3cret")
    (tmp_path / "webbrowser.py").write_text("raise SystemExit")
    monkeypatch.chdir(tmp_path)
    pipe = os.open(told, os.O_RDONLY | os.O_NONBLOCK)
    open_browser("https://security.example/incidents/1?tid=a&b=c")
    came = b""
    while select.select([pipe], [], [], 60)[0] and (piece := os.read(pipe, 65536)):
        came += piece
    os.close(pipe)
    lines = came.decode().splitlines()
    assert lines[0] == "https://security.example/incidents/1?tid=a&b=c"
    assert any(line.startswith("PATH=") for line in lines)
    assert not any("s3cret" in line for line in lines)


def test_no_terminal_acts_on_the_log_of_defects(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    app_paths.cache_clear()
    secret = Secret("a-secret-in-an-exception")
    try:
        raise ValueError(f"\x1b]0;owned\x07 \u202e {secret.reveal()}")
    except ValueError as error:
        written = log_defect(error).read_text("utf-8")
    app_paths.cache_clear()
    assert "owned" in written
    assert not {"\x1b", "\x07", "\u202e"} & set(written)
    assert secret.reveal() not in written
