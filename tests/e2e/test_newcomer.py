"""A newcomer's first minutes in a real terminal, at both sizes and without colour."""

from __future__ import annotations

import sys

import pytest

from tests.e2e.terminal import ENTER, ESCAPE, F5, Terminal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")

QUERY = "DeviceProcessEvents | summarize Hits=count() by FileName | top 10 by Hits"


@pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=["120x40", "80x24"])
def test_sign_in_filter_open_change_hunt_token_help_quit(tmp_path, size) -> None:
    with Terminal(["--demo"], tmp_path, size=size) as terminal:
        terminal.sees("embedded tenant, no account", "Enter sign in")
        terminal.send(ENTER)
        terminal.sees("300 incidents", "Human-operated ransomware")
        terminal.send("/sev:high")
        terminal.sees("of 300")
        terminal.send(ENTER)
        terminal.send(ENTER)
        terminal.sees("Summary", "Timeline", "● active")
        terminal.send("s")
        terminal.sees("Status:")
        terminal.send("w")
        terminal.sees("◐ working")
        terminal.until_gone("↑")
        terminal.send(ESCAPE)
        terminal.sees("of 300")
        terminal.send("2")
        terminal.sees("F5 run")
        terminal.send(QUERY)
        terminal.send(F5)
        terminal.sees("10 rows")
        terminal.send("\x1bOS")
        first = terminal.sees("What it may do", "✓  Read incidents", "◆")
        clock = first.split("◆")[1].split()[0]
        terminal.until_gone(clock)
        terminal.send("?")
        terminal.sees("Get a new token now")
        terminal.send(ESCAPE)
        terminal.until_gone("Get a new token now")
        terminal.send("q")
        assert terminal.ends() == 0
        assert terminal.output.rstrip().endswith(b"\x1b[?25h") or b"\x1b[?1049l" in terminal.output
        assert "Traceback" not in terminal.text()


def test_without_colour_nothing_is_lost(tmp_path) -> None:
    with Terminal(["--demo"], tmp_path, size=(120, 40), environment={"NO_COLOR": "1"}) as terminal:
        terminal.sees("Enter sign in")
        terminal.send(ENTER)
        terminal.sees("▲ H", "● active", "◆")
        terminal.send("q")
        assert terminal.ends() == 0


def test_a_terminal_of_forty_columns_works(tmp_path) -> None:
    with Terminal(["--demo"], tmp_path, size=(40, 10)) as terminal:
        terminal.sees("demo")
        terminal.send(ENTER)
        terminal.sees("4711", "▲ H")
        terminal.send(ENTER)
        terminal.sees("Human-operated")
        terminal.send("q")
        assert terminal.ends() == 0
