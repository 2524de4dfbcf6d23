"""A hunter writes a query with the editor's help, in a real terminal; a crash loses nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.e2e.terminal import ENTER, F5, Terminal
from tui.demo.identity import applications
from tui.demo.options import Options
from tui.demo.server import DemoTenant

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")

TAB = "\t"
APP = applications()[0]
F8, F9 = "\x1b[19~", "\x1b[20~"
STEPS = (
    ("DPE", "DeviceProcessEvents"),
    (ENTER + "| ", "where"),
    ("FN", "FileName"),
    (" ", "=="),
    ('"powershell.exe"' + ENTER + "| su", "summarize"),
    ("co", "count"),
    (" b", "by"),
    ("DN", "DeviceName"),
    (ENTER + "| so", "sort"),
    ("b", "by"),
    ("co", "count_"),
    (" d", "desc"),
    (ENTER + "| ta", "take"),
    ("5" + ENTER + "| pr", "project"),
    ("DN", "DeviceName"),
)
"""What is typed, and what then stands first in the list, to be taken by Tab."""
QUERY = """DeviceProcessEvents
| where FileName == "powershell.exe"
| summarize count() by DeviceName
| sort by count_ desc
| take 5
| project DeviceName"""


def hunting(terminal: Terminal) -> None:
    """Go to the Hunting place of the demo tenant."""
    terminal.sees("Enter sign in")
    terminal.send(ENTER)
    terminal.sees("300 incidents", "Human-operated")
    terminal.send("2")
    terminal.sees("F5 run")


def shown(terminal: Terminal) -> list[str]:
    """The lines of the editor, without their numbers."""
    lines = terminal.text().splitlines()
    return [line.partition("▎ ")[2].rstrip() for line in lines if "▎" in line]


@pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=["120x40", "80x24"])
def test_five_stages_by_completion_a_fix_a_layout_and_an_error(tmp_path: Path, size) -> None:
    with Terminal(["--demo"], tmp_path, size=size) as terminal:
        hunting(terminal)
        keys = 0
        for text, wanted in STEPS:
            terminal.send(text)
            terminal.sees("Tab takes it", f"▌ {wanted}")
            terminal.send(TAB)
            terminal.sees(wanted)
            terminal.until_gone(f"▌ {wanted} ")
            keys += len(text) + 1
        assert keys < len(QUERY) * 0.66
        terminal.sees("project DeviceName")
        terminal.send(F5)
        terminal.sees(" rows in ")

        # A typo: said, and mended by one key.
        terminal.send("\x1b[F" + ENTER + "| where DevceName != ''")
        terminal.sees("There is no column DevceName here", "DeviceName?")
        terminal.send(F9)
        terminal.sees("| where DeviceName != ''")

        # Untidy, then laid out.
        terminal.send(" | extend   x=1")
        terminal.sees("extend   x=1")
        terminal.send(F8)
        terminal.sees("| extend x=1")

        # A wrong one that the service refuses: the cursor goes to the place.
        terminal.send(ENTER + "| where (x > ) | take 1")
        terminal.sees("An expression must come here")
        terminal.send(F5)
        terminal.sees("✗ line 9")


def test_a_crash_while_typing_loses_nothing(tmp_path: Path) -> None:
    environment = {
        "PYTHON_KEYRING_BACKEND": "tests.e2e.file_keyring.FileKeyring",
        "TEST_KEYRING": str(tmp_path / "keyring.json"),
        "HOME": str(tmp_path),
    }
    with DemoTenant(Options(unlimited=True)) as tenant:
        with Terminal([], tmp_path, environment=environment) as terminal:
            terminal.sees("create a profile")
            terminal.send("n")
            terminal.sees("New profile")
            terminal.send("lab" + TAB + APP.tenant_id + TAB + APP.client_id + TAB + TAB)
            terminal.sees("it goes into the keyring")
            terminal.send(APP.client_secret + TAB + "\x1b[D")
            terminal.sees("hosts of your own")
            terminal.send(TAB + tenant.base_url)
            terminal.sees(tenant.base_url)
            terminal.send("\x13")
            terminal.sees("300 incidents", "◆")
            terminal.send("2")
            terminal.sees("F5 run")
            terminal.send("// every key is kept" + ENTER + "DeviceEvents | take 42")
            terminal.sees("take 42")
            # What is typed is on the disk before long, and no sooner does the crash come.
            for _ in range(400):
                drafts = list(tmp_path.rglob("hunting-drafts.json"))
                if drafts and b"take 42" in drafts[0].read_bytes():
                    break
                terminal._read(0.05)
            terminal.send(" // the last")
        with Terminal([], tmp_path, environment=environment) as terminal:
            terminal.sees("lab", "Enter sign in")
            terminal.send(ENTER)
            terminal.sees("300 incidents", "◆")
            terminal.send("2")
            terminal.sees("// every key is kept", "DeviceEvents | take 42")
