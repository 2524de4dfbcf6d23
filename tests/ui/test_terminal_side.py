"""What the terminal and the desktop are told: nothing that could command them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tui.api.records import Incident
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
