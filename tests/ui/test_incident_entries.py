"""An alert and an entity on screens of their own."""

from __future__ import annotations

import sys
from contextlib import nullcontext

import pytest

from tests.ui.conftest import Open
from tests.ui.support import Screens
from tui.config import Lookup, Settings
from tui.errors import BadAnswer
from tui.ui.lend import editor_command
from tui.ui.widgets.grid import Grid


def said(screens: Screens) -> str:
    """What the program said at the corner of the screen."""
    return " ".join(note.message for note in screens.app._notifications)


async def go_to_evidence(screens: Screens, title: str) -> None:
    """Open the Evidence tab with the cursor on the entity of this title."""
    await open_tab(screens, 2)
    grid = screens.app.screen.query_one("#evidence-tab", Grid)
    await screens.until(lambda: grid.cursor_row is not None)
    while grid.cursor_row is None or grid.cursor_row.values[1] != title:
        await screens.press("j")


async def open_tab(screens: Screens, tab: int) -> None:
    await screens.sign_in()
    await screens.press("enter", *["]"] * tab)
    await screens.sees("Alerts 14")


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_an_alert_shows_evidence_and_what_to_do(open_app: Open, size) -> None:
    async with open_app(size) as screens:
        await open_tab(screens, 1)
        await screens.press("j", "j", "j", "enter")
        await screens.sees("4 of 14", "PowerShell ran a download", "Do next", "Evidence 5", "EXCEL")
        await screens.press("]")
        await screens.sees("5 of 14")
        await screens.press("[", "j", "enter")
        await screens.sees("powershell.exe (5892)", "4 alerts here")
        await screens.press("escape", "escape")
        await screens.sees("Summary", "JSON")


async def test_an_alert_is_edited_confirmed_and_undone(open_app: Open) -> None:
    async with open_app() as screens:
        await open_tab(screens, 1)
        await screens.press("enter", "s", "c")
        await screens.sees("✓ closed")
        queue = screens.app.workspace.queue
        await queue.delivered()
        at_service = await screens.app.workspace.connection.incidents.get("4711")
        first = min(at_service.alerts, key=lambda alert: alert.first_activity)
        assert first.status == "resolved"
        assert at_service.status == "active"
        await screens.press("c", "f", "enter")
        await screens.sees("false positive, not malicious")
        await screens.press("u", "u")
        await screens.sees("● new")
        await queue.delivered()
        at_service = await screens.app.workspace.connection.incidents.get("4711")
        assert {alert.status for alert in at_service.alerts} == {"new"}
        await screens.press("escape", "]", "]", "]", "]", "]")
        await screens.sees("alert “Malicious attachment", "takes back")


async def test_an_alert_is_commented_on(open_app: Open) -> None:
    async with open_app((80, 24)) as screens:
        await open_tab(screens, 1)
        await screens.press("enter", "m")
        await screens.sees("cannot be taken back")
        await screens.type("half")
        await screens.press("escape", "escape", "m")
        await screens.until(lambda: len(screens.app.screen_stack) > 2)
        assert "half" not in screens.text()  # the incident's own draft is another
        await screens.press("escape", "enter", "m")
        await screens.sees("half")
        await screens.type(" done")
        await screens.press("ctrl+s")
        queue = screens.app.workspace.queue
        await screens.until(lambda: "cannot be taken back" not in screens.text())
        await queue.delivered()
        assert await queue.outbox() == []
        for incident in (
            await screens.app.workspace.connection.incidents.get("4711"),
            await queue.incident("4711"),
        ):
            first = min(incident.alerts, key=lambda alert: alert.first_activity)
            assert [one.text for one in first.comments][-1:] == ["half done"]
            assert len(incident.comments) == 2


async def test_values_are_copied_defanged_unless_asked_otherwise(open_app: Open) -> None:
    async with open_app((80, 24)) as screens:
        await go_to_evidence(screens, "185.220.101.47")
        await screens.press("y")
        assert screens.app.clipboard == "185[.]220[.]101[.]47"
        await screens.press("Y")
        assert screens.app.clipboard == "185.220.101.47"
        await screens.press("enter")
        await screens.sees("3 alerts here", "Amsterdam")
        await screens.press("y")
        assert screens.app.clipboard == "185[.]220[.]101[.]47"
        await screens.press("l")
        await screens.until(lambda: "No look-ups are configured" in said(screens))


async def test_an_entity_leads_to_the_other_incidents_with_it(open_app: Open) -> None:
    async with open_app() as screens:
        await go_to_evidence(screens, "k.larsen@contoso.com")
        await screens.press("enter")
        await screens.sees("other incident")
        await screens.press("end", "enter")
        await screens.sees("Summary", "Evidence")
        assert "4711 " not in screens.text().splitlines()[2]


async def test_a_look_up_opens_or_copies_the_address(open_app: Open, monkeypatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "WSL_DISTRO_NAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SSH_CONNECTION", "yes")
    settings = Settings(lookups=(Lookup("Intel", ("ip", "hash"), "https://intel.example/{value}"),))
    async with open_app(settings=settings) as screens:
        await go_to_evidence(screens, "185.220.101.47")
        await screens.press("l")
        await screens.until(lambda: "there is no browser here" in said(screens))
        assert screens.app.clipboard == "https://intel.example/185.220.101.47"


async def test_queries_of_the_users_own_come_first(open_app: Open, tmp_path) -> None:
    folder = tmp_path / "pivots"
    folder.mkdir()
    (folder / "mine.kql").write_text("// name: My own look\n// kinds: ip\nX\n| where a == {{ip}}\n")
    (folder / "bad.kql").write_text("// name: x\n// kinds: ipp\nX\n")
    async with open_app(settings=Settings(path=tmp_path / "config.toml")) as screens:
        await go_to_evidence(screens, "185.220.101.47")
        await screens.press("h")
        await screens.sees("My own look   yours", "bad.kql:2")


async def test_a_comment_can_be_written_in_an_editor_and_waits_as_a_draft(
    open_app: Open, tmp_path, monkeypatch
) -> None:
    script = tmp_path / "my editor.py"
    script.write_text("import sys; open(sys.argv[1], 'a').write(' and more\\n')")
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f"{sys.executable} '{script}'")
    async with open_app((80, 24)) as screens:
        monkeypatch.setattr(screens.app, "suspend", nullcontext)
        await open_tab(screens, 5)
        await screens.press("m")
        await screens.sees("F7")
        await screens.type("begun")
        await screens.press("f7")
        await screens.sees("begun and more")
        await screens.press("escape")
        await screens.press("m")
        await screens.sees("begun and more")
        monkeypatch.setenv("EDITOR", "'unclosed")
        await screens.press("f7")
        await screens.until(lambda: "did not run" in said(screens))
        await screens.press("ctrl+s")
        await screens.sees("Comments 3", "begun and more")


def test_editors_are_named_as_the_system_names_them(monkeypatch) -> None:
    monkeypatch.setenv("VISUAL", "code --wait")
    assert editor_command() == ["code", "--wait"]
    monkeypatch.delenv("VISUAL")
    monkeypatch.delenv("EDITOR", raising=False)
    monkeypatch.setattr(sys, "platform", "win32")
    assert editor_command() == ["notepad"]
    monkeypatch.setenv("EDITOR", r'"C:\Program Files\np.exe" -x')
    assert editor_command() == [r"C:\Program Files\np.exe", "-x"]


async def test_an_incident_that_could_not_be_fetched_says_so_until_it_is(
    open_app: Open, monkeypatch
) -> None:
    async with open_app((80, 24)) as screens:
        await screens.sign_in()
        queue = screens.app.workspace.queue

        async def refused(incident_id: str) -> None:
            raise BadAnswer("Loading it failed", "an HTML page came instead of JSON")

        with monkeypatch.context() as patched:
            patched.setattr(queue, "refresh_incident", refused)
            await screens.press("enter")
            await screens.sees("Not fresh: Loading it failed", "Summary", "Alerts 14")
            await screens.press("]")
            await screens.sees("Not fresh: Loading it failed")
        await screens.press("R")
        await screens.until(lambda: "Not fresh" not in screens.text())
