"""An analyst's shift by keyboard at 80x24: every step by hand, its keys counted.

`SHIFT.md` beside this file has the table; a way that grew longer fails here. Written anew by
running the test with `M365D_WRITE_SHIFT=1`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.e2e.terminal import ENTER, ESCAPE, Terminal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")

SHIFT = Path(__file__).with_name("SHIFT.md")
CTRL_A, CTRL_S = "\x01", "\x13"
_NAMES = {ENTER: "Enter", ESCAPE: "Esc", CTRL_A: "Ctrl+A", CTRL_S: "Ctrl+S", " ": "space"}
HEAD = """\
# A shift, in keys

Counted by `test_shift.py` in a real terminal of 80x24, on the embedded tenant. A text that is
typed (a comment, a file's name) counts as one.

| step | keys | count |
| --- | --- | ---: |
"""


class Shift:
    """Presses keys and counts them."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self.rows: list[tuple[str, str, int]] = []

    def step(self, what: str) -> None:
        """The keys that follow are for this."""
        self.rows.append((what, "", 0))

    def press(self, *keys: str) -> None:
        """Press keys; each is shown and counted."""
        what, shown, count = self.rows[-1]
        for key in keys:
            self.terminal.send(key)
            shown += f" `{_NAMES.get(key, key)}`"
        self.rows[-1] = (what, shown.strip(), count + len(keys))

    def type(self, text: str) -> None:
        """Type a text."""
        what, shown, count = self.rows[-1]
        self.terminal.send(text)
        self.rows[-1] = (what, f"{shown} *{text}*".strip(), count + 1)

    def table(self) -> str:
        """All steps and their sum."""
        lines = [
            f"| {what} | {shown.replace('|', chr(92) + '|')} | {n} |"
            for what, shown, n in self.rows
        ]
        total = sum(n for _, _, n in self.rows)
        return HEAD + "\n".join([*lines, f"| **all of it** | | **{total}** |"]) + "\n"


def test_a_shift_by_keyboard(tmp_path) -> None:
    with Terminal(["--demo"], tmp_path, size=(80, 24)) as terminal:
        shift = Shift(terminal)
        terminal.sees("Enter sign in")

        shift.step("sign in")
        shift.press(ENTER)
        terminal.sees("300 incidents", "4711")

        shift.step("find the high-severity unassigned from the last day (a saved view)")
        shift.press("7")
        terminal.sees("1 of 300", "4711")

        shift.step("open it and take it")
        shift.press(ENTER)
        terminal.sees("Summary", "nobody's")
        shift.press("a")
        terminal.sees("m  yourself")
        shift.press("m")
        terminal.sees("yours")

        shift.step("read its timeline, and one alert of it")
        shift.press("]", "]", "]")
        terminal.sees("10 of 14   Credential access", "←→ step")
        shift.press(ENTER)
        terminal.sees("10 of 14  LSASS memory read by rundll32.exe")
        shift.press(ESCAPE)
        terminal.sees("Initial access", "step")

        shift.step("see the user's other incidents")
        shift.press("x")
        choice = terminal.sees("with whom or what?", "k.larsen@contoso.com")
        line = next(one for one in choice.split("\n") if "k.larsen@contoso.com" in one)
        shift.press(next(part for part in line.split() if part.isdigit()))
        terminal.sees("with k.larsen@contoso.com", "Impossible travel")
        shift.press(ESCAPE)
        terminal.until_gone("with k.larsen@contoso.com")

        shift.step("hunt on a device, and come back")
        shift.press("h")
        choice = terminal.sees("Hunt on which entity?", "wks-0142.contoso.com")
        line = next(one for one in choice.split("\n") if "wks-0142" in one)
        shift.press(next(part for part in line.split() if part.isdigit()))
        terminal.sees("processes on it")
        shift.press(ENTER)
        terminal.sees("rows in", "powershell.exe")
        shift.press("\x1bOQ")
        terminal.sees("4711  Human-operated", "Timeline")

        shift.step("comment")
        shift.press("m")
        terminal.sees("cannot be taken back")
        shift.type("Isolated WKS-0142.")
        terminal.sees("Isolated WKS-0142.")
        shift.press(CTRL_S)
        terminal.sees("Comments 3")

        shift.step("close it as true positive with its determination")
        shift.press("X")
        terminal.sees("Close as", "true positive")
        shift.press("t")
        terminal.sees("multi staged attack")
        shift.press("1")
        terminal.sees("✓ closed")

        shift.step("go back to the whole queue")
        shift.press(ESCAPE)
        terminal.sees("0 of 300")
        shift.press(ESCAPE)
        terminal.sees("300 incidents")

        shift.step("save a view of what is noise today")
        shift.press("/")
        shift.type("status:active -sev:high")
        terminal.sees("30 of 300")
        shift.press(ENTER, "V")
        terminal.sees("saves what is shown")
        shift.press("s")
        terminal.sees("Save this view as")
        shift.type("noise")
        shift.press(ENTER)
        terminal.until_gone("Save this view as")

        shift.step("bulk-close 30 false positives from the saved view")
        shift.press("8")
        terminal.sees("30 of 300")
        shift.press(CTRL_A)
        terminal.sees("30 selected")
        shift.press("X")
        terminal.sees("Close as")
        shift.press("f")
        terminal.sees("not malicious")
        shift.press("1")
        terminal.sees("30 incidents: status closed", "changes 30 incidents")
        shift.press("y")
        terminal.sees("30 sent", "0 of 300")

        shift.step("undo five of them")
        shift.press("u")
        terminal.sees("Take back on 30 incidents")
        shift.press(*" " * 5)
        shift.press(ENTER)
        terminal.sees("5 of 300")

        shift.step("export the report")
        shift.press("/")
        shift.type("\x15" + "4711")
        terminal.sees("1 of 300")
        shift.press(ENTER)
        shift.press(ENTER)
        terminal.sees("Human-operated", "Summary")
        shift.press("w")
        terminal.sees("Report", "Markdown")
        shift.press("m")
        terminal.sees("writes a file")
        shift.press("w")
        terminal.sees("Write it to")
        shift.type("\x15" + str(tmp_path / "report.md"))
        shift.press(ENTER)
        terminal.sees("Written:")
        report = (tmp_path / "report.md").read_text("utf-8")
        assert "Isolated WKS-0142." in report
        terminal.send(ESCAPE)
        terminal.until_gone("writes a file")
        terminal.send("q")
        assert terminal.ends() == 0
        assert b"open \xc2\xb7 Contoso \xc2\xb7 m365d\x07" in terminal.output
        assert terminal.output.index(b"\x1b[22;0t") < terminal.output.index(b"\x1b[23;0t")

    table = shift.table().replace("\x15", "").replace("`\x1bOQ`", "`F2`")
    table = table.replace(str(tmp_path / "report.md"), "report.md")
    if os.environ.get("M365D_WRITE_SHIFT"):
        SHIFT.write_text(table, "utf-8")
    assert SHIFT.read_text("utf-8") == table
