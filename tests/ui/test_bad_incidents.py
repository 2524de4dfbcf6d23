"""Incidents that no page describes: every tab shows them, and nothing in them acts."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from textual.events import Paste

from tests.ui.conftest import Open
from tui.api.decode import decode_incident
from tui.api.records import Incident, IncidentChange
from tui.ui import words
from tui.ui.incident_blocks import pane_blocks, summary_blocks
from tui.ui.json_lines import JsonTree
from tui.ui.page import lay_out
from tui.ui.screens import edit_actions
from tui.ui.screens.incident import IncidentScreen
from tui.ui.screens.incident_tabs import TABS

NAME = "[red]x[/] \u202egnp.exe\x1b[31m \u05e9\u05dc\u05d5\u05dd 👩‍💻 " + "n" * 4000
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ODD = {"@odata.type": "#microsoft.graph.security.quantumLinkEvidence", "phase": {"a": [1, NAME]}}


def alert(number: int, **more: object) -> dict[str, object]:
    return {
        "id": f"a{number}",
        "title": NAME,
        "category": "SomethingNew",
        "severity": "extreme",
    } | more


HOSTILE = {
    "id": "not-a-number",
    "displayName": NAME,
    "severity": "extreme",
    "status": "sleeping",
    "assignedTo": NAME,
    "customTags": [NAME],
    "summary": NAME,
    "comments": [{"comment": NAME, "createdByDisplayName": NAME}],
    "alerts": [
        alert(1, firstActivityDateTime="9999-12-31T23:59:59Z", evidence=[ODD, ODD]),
        alert(2, firstActivityDateTime="1601-01-01T00:00:00Z", lastActivityDateTime="2031-01-01"),
        alert(3, firstActivityDateTime="2027-01-01T00:00:00Z", lastActivityDateTime="2026-01-01"),
        alert(4, evidence=[{"@odata.type": None, "x": NAME}, {}]),
        alert(4),
    ],
}
MANY = {
    "id": "500",
    "displayName": "Many",
    "alerts": [
        alert(
            number,
            createdDateTime=(NOW + timedelta(minutes=number % 97)).isoformat(),
            category=("Execution", "Impact", "Odd")[number % 3],
            evidence=[
                {
                    "@odata.type": "#microsoft.graph.security.analyzedMessageEvidence",
                    "networkMessageId": f"m{number}-{at}",
                    "subject": f"m{number}-{at}",
                    "recipientEmailAddress": f"u{at}@contoso.com",
                }
                for at in range(20)
            ],
        )
        for number in range(500)
    ],
}


@pytest.mark.parametrize(
    "incident",
    [Incident("1"), decode_incident({"id": "1"}), decode_incident(HOSTILE), decode_incident(MANY)],
    ids=["bare", "empty", "hostile", "many"],
)
@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_every_tab_shows_it(open_app: Open, incident: Incident, size, monkeypatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        async with open_app(size) as screens:
            await screens.sign_in()
            screen = IncidentScreen(incident.id)
            monkeypatch.setattr(screen, "_refresh_incident", lambda: None)
            await screens.app.push_screen(screen)
            await screen._show(incident)
            assert "Timeline" in screens.text()
            for _ in TABS:
                await screens.press("j", "enter")
                if screens.app.screen is not screen:
                    await screens.press("escape")
                shown = screens.text()
                assert not set("\x1b\u202e\u200d") & set(shown)
                assert screens.app.screen is screen
                await screens.press("]")
    finally:
        monkeypatch.undo()
        time.tzset()


def test_the_summary_of_hostile_text_is_one_page() -> None:
    lines = lay_out(summary_blocks(decode_incident(HOSTILE), None, NOW), 80)
    assert len(lines) < 200
    assert len(lay_out(pane_blocks(decode_incident(HOSTILE), None, NOW), 40)) < 60
    assert "[red]x[/]" in "\n".join(line.plain for line in lines)


def test_the_json_of_a_hostile_incident_shows_no_control() -> None:
    tree = JsonTree(HOSTILE)
    tree.open_below((), is_open=True)
    for line in tree.lines():
        assert not set("\x1b\u202e\u200d") & set(line.value)


def test_values_that_nobody_knows_read_as_words() -> None:
    assert words.spaced("noSensorDataImpairedCommunication") == (
        "no sensor data impaired communication"
    )
    assert words.spaced("DNSTunnel⟨202E⟩") == "DNSTunnel⟨202E⟩"
    assert words.spaced("SQL injection") == "SQL injection"


async def test_hostile_tags_are_edited_and_kept(open_app: Open, monkeypatch) -> None:
    evil = "\x1b]0;owned\x07\x1b[2J"
    incident = decode_incident(HOSTILE | {"customTags": [evil, "one, two", "tuned"]})
    sent: list[IncidentChange] = []

    async def send(incidents: object, change: IncidentChange, **more: object) -> bool:
        sent.append(change)
        return True

    async with open_app((80, 24)) as screens:
        await screens.sign_in()
        screen = IncidentScreen(incident.id)
        monkeypatch.setattr(screen, "_refresh_incident", lambda: None)
        monkeypatch.setattr(screen, "_send", send)
        await screens.app.push_screen(screen)
        await screen._show(incident)
        await screens.press("t")
        await screens.sees("All of them", "tuned")
        assert "\x1b" not in screens.text()
        await screens.press("enter")
        assert not sent
        await screens.press("t")
        await screens.sees("All of them")
        await screens.type("more")
        await screens.press("enter")
        await screens.until(lambda: bool(sent))
        assert sent == [IncidentChange(tags=(evil, "one, two", "tuned", "more"))]
        await screens.press("N")
        await screens.sees("Name of the incident")
        assert "\x1b" not in screens.text()
        await screens.press("enter")
        assert len(sent) == 1


async def test_pasted_controls_do_not_reach_the_terminal(open_app: Open) -> None:
    async with open_app((80, 24)) as screens:
        await screens.sign_in()
        await screens.press("/")
        screens.app.post_message(Paste("\x1b[2Jname:\u202ex"))
        await screens.sees("[2Jname:x")
        assert not set("\x1b\u202e") & set(screens.text())


async def test_an_odd_id_stays_one_part_of_the_portals_address(open_app: Open, monkeypatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(edit_actions, "browse", lambda app, link: opened.append(link))
    async with open_app((80, 24)) as screens:
        await screens.sign_in()
        screens.app.screen.open_link(Incident("../../odd id\x1b"))
    assert opened[0].split("?")[0].endswith("/incidents/..%2F..%2Fodd%20id%1B")
