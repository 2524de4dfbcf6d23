"""A newcomer's way through the screens, over the demo tenant."""

from __future__ import annotations

import pytest

from tests.ui.conftest import Open
from tui.api.waiting import Wait
from tui.ui.widgets.grid import Grid

SIZES = [(120, 40), (80, 24)]


@pytest.mark.parametrize("size", SIZES)
async def test_enter_signs_in_and_shows_the_queue(open_app: Open, size) -> None:
    async with open_app(size) as screens:
        await screens.sees("m365d-tui", "embedded tenant, no account", "Enter sign in")
        await screens.sign_in()
        await screens.sees("Contoso  demo", "300 incidents", "Human-operated ransomware")
        assert "◆ 5" in screens.text()


@pytest.mark.parametrize("size", SIZES)
async def test_a_filter_narrows_and_escape_takes_it_away(open_app: Open, size) -> None:
    async with open_app(size) as screens:
        await screens.sign_in()
        await screens.type("/sev:high")
        await screens.sees("of 300")
        await screens.press("enter")
        assert isinstance(screens.app.focused, Grid)
        grid = screens.app.focused
        await screens.until(lambda: grid.cursor_row is not None)
        await screens.press("escape")
        await screens.sees("300 incidents")


async def test_a_wrong_filter_says_what_is_known(open_app: Open) -> None:
    async with open_app() as screens:
        await screens.sign_in()
        await screens.type("/sev:nonsense")
        await screens.sees("high", "informational")


@pytest.mark.parametrize(
    ("size", "key", "shown", "status"),
    [(SIZES[0], "w", "◐ working", "inProgress"), (SIZES[1], "c", "", "resolved")],
)
async def test_a_status_is_shown_at_once_and_confirmed_by_the_service(
    open_app: Open, size, key, shown, status
) -> None:
    async with open_app(size) as screens:
        await screens.sign_in()
        queue = screens.app.workspace.queue
        await screens.press("s")
        await screens.sees("Status: Human-operated ransomware")
        await screens.press(key)
        if shown:
            await screens.sees(shown)
        else:
            # What is closed goes to the end, and the cursor on to the next.
            await screens.until(lambda: " 4711 " not in screens.text())
        await queue.delivered()
        incident = await queue.refresh_incident("4711")
        assert incident.status == status
        assert [edit.state for edit in await queue.history("4711")][-1] == "confirmed"
        await screens.press("u")
        await queue.delivered()


async def test_an_incident_has_its_tabs(open_app: Open) -> None:
    async with open_app() as screens:
        await screens.sign_in()
        await screens.press("enter")
        await screens.sees("Summary", "Alerts 14", "Timeline", "JSON", "Do next")
        await screens.press("]")
        await screens.sees("Files encrypted at high rate", "T1486")
        await screens.press("]")
        await screens.sees("malicious", "185.220.101.47")
        await screens.press("]")
        await screens.sees("Credential access", "Lateral movement", "comsvcs.dll")
        await screens.press("]")
        await screens.sees("wks-0142.contoso.com", "├─", "EXCEL.EXE")
        await screens.press("]")
        await screens.sees("SOC room 2")
        await screens.press("]")
        await screens.sees("Nothing was changed from here")
        await screens.press("]")
        await screens.sees('displayName  "Human-operated ransomware on WKS-0142"')
        await screens.press("escape")
        await screens.sees("300 incidents")


async def test_the_timeline_steps_from_alert_to_alert(open_app: Open) -> None:
    async with open_app() as screens:
        await screens.sign_in()
        await screens.press("enter", "]", "]", "]")
        await screens.sees("LSASS memory read")
        await screens.press("left")
        await screens.sees("Security principal reconnaissance")
        await screens.press("enter")
        await screens.sees("Detected by", "Alert ID")


@pytest.mark.parametrize("size", SIZES)
async def test_the_token_panel_tells_claims_and_roles(open_app: Open, size) -> None:
    async with open_app(size) as screens:
        await screens.sign_in()
        await screens.press("3")
        await screens.sees(
            "What it may do", "✓  Read incidents", "app_displayname", "soc-terminal", "renews by"
        )
        token = screens.app.workspace.session.current("graph").value.reveal()
        assert token not in screens.text()


async def test_help_names_the_keys_of_the_screen(open_app: Open) -> None:
    async with open_app() as screens:
        await screens.sign_in()
        await screens.press("?")
        await screens.sees("Set the status", "Filter the queue")
        await screens.sees("j k scroll", "Esc closes")
        await screens.press("G")
        await screens.sees("Sort by this column", "Choose columns")
        await screens.press("escape")
        await screens.sees("300 incidents")


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_who_knows_no_key_finds_the_first_ones_on_the_screen(open_app: Open, size) -> None:
    async with open_app(size) as screens:
        await screens.sign_in()
        await screens.sees("Enter open", "s status", "? help")
        await screens.press("slash")
        await screens.sees("sev:  status:  assigned:", "Tab takes the first", "Enter to the rows")
        assert "Enter open" not in screens.text()
        await screens.press("escape", "enter")
        await screens.sees("[ ] tabs", "Esc back", "s status")
        await screens.press(*["]"] * 5)
        await screens.sees("m comment  [ ] tabs  Esc back")


async def test_a_comment_is_kept_as_a_draft_until_it_is_sent(open_app: Open) -> None:
    async with open_app() as screens:
        await screens.sign_in()
        await screens.press("m")
        await screens.sees("cannot be taken back")
        await screens.type("half a thought")
        await screens.press("escape", "m")
        await screens.sees("half a thought")
        await screens.type(" ends")
        await screens.press("ctrl+s")
        queue = screens.app.workspace.queue
        await queue.delivered()
        key = screens.app.screen.query_one(Grid).cursor_row.key
        incident = await queue.incident(key)
        assert incident is not None
        assert incident.comments[-1].text == "half a thought ends"
        await screens.press("m")
        await screens.sees("cannot be taken back")
        await screens.until(lambda: "half a thought" not in screens.text())


async def test_escape_leads_back_from_a_pivot_to_the_incident(open_app: Open) -> None:
    async with open_app() as screens:
        await screens.sign_in()
        await screens.press("enter", "]", "]")
        await screens.sees("185.220.101.47")
        await screens.press(*["j"] * 23, "h")
        await screens.sees("Hunt on 185.220.101.47")
        await screens.press("enter")
        await screens.sees("rows in")
        for _ in range(4):
            if "Evidence 3" in screens.text():
                break
            await screens.press("escape")
        await screens.sees("Evidence 3")


async def test_severity_and_name_change_where_the_dialect_can(open_app: Open) -> None:
    async with open_app() as screens:
        await screens.sign_in()
        queue = screens.app.workspace.queue
        await screens.press("j", "e")
        await screens.sees("Severity:")
        await screens.press("h")
        await screens.until(lambda: len(screens.app.screen_stack) == 1)
        await screens.press("N")
        await screens.sees("Name of the incident")
        await screens.type(" again")
        await screens.press("enter")
        await screens.sees("again")
        await queue.delivered()
        key = screens.app.screen.query_one(Grid).cursor_row.key
        incident = await queue.refresh_incident(key)
        assert incident.severity == "high"
        assert incident.name.endswith(" again")


async def test_a_throttled_sync_counts_down_and_escape_stops_it(open_app: Open) -> None:
    async with open_app() as screens:
        await screens.sign_in()
        connection = screens.app.workspace.connection
        screens.app.screen._syncing = True
        for listener in connection.transport._listeners:
            listener(Wait(42.0, "throttled", "127.0.0.1"))
        await screens.sees("throttled: 4", "Esc stops")
        for listener in connection.transport._listeners:
            listener(Wait(0.0, "throttled", "127.0.0.1"))
        screens.app.screen._syncing = False
        await screens.sees("synced")
