"""The timeline: where marks stand, what the keys do, and what odd times do to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.ui.conftest import Open
from tui.api.decode import decode_incident
from tui.api.records import Alert, Evidence, Incident
from tui.ui.alert_blocks import brief_blocks
from tui.ui.process_tree import process_forest
from tui.ui.screens.incident import IncidentScreen
from tui.ui.timeline_axis import axis_of, can_leave_out
from tui.ui.timeline_lanes import Window, lane, mark_of

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def alert(minutes: float, severity: str = "low", lasts: float = 0) -> Alert:
    began = NOON + timedelta(minutes=minutes)
    return Alert(
        f"a{minutes}",
        severity=severity,
        category="Execution",
        first_activity=began,
        last_activity=began + timedelta(minutes=lasts),
    )


def drawn(*alerts: Alert, width: int = 21, first: int = 0) -> str:
    marks = [mark_of(one) for one in alerts]
    times = [time for mark in marks for time in (mark.began, mark.ended) if time is not None]
    window = Window(axis_of(times, width), first, width)
    spans = lane(marks, window, chosen=None, ruler=None, chosen_tone="")
    return "".join(text for text, _ in spans).replace("·", " ")


def test_alerts_stand_by_their_time_and_reach_as_far_as_they_lasted() -> None:
    text = drawn(alert(0, "high"), alert(10, "medium", lasts=10)).strip()
    assert text.startswith("▲")
    assert text.endswith("■─────────")


def test_alerts_of_one_cell_are_counted_and_the_gravest_is_seen() -> None:
    text = drawn(alert(0), alert(0.01, "high"), alert(0.02), alert(60, "informational"))
    assert text.strip().startswith("▲³")


@given(
    st.lists(st.floats(-62_000_000_000, 253_000_000_000, allow_nan=False), min_size=1, max_size=40),
    st.integers(10, 300),
    st.booleans(),
)
def test_every_time_has_a_column_in_order_and_labels_fit(
    times: list[float], width: int, busy: bool
) -> None:
    axis = axis_of(times, width, busy=busy)
    places = [axis.place(time) for time in sorted(times)]
    assert all(place is not None and 0 <= place < width for place in places)
    assert places == sorted(places)
    if len(axis.stretches) == 1:
        for at, label in axis.ticks(0, width):
            assert at >= 0
            assert at + len(label) <= width


def test_long_pauses_can_be_left_out() -> None:
    times = [mark_of(alert(at)).began or 0.0 for at in (0, 1, 2, 600, 601)]
    assert can_leave_out(times)
    breaks = axis_of(times, 60, busy=True).breaks()
    assert len(breaks) == 1
    assert 590 * 60 < breaks[0][1] < 600 * 60


def process(pid: int, parent: int | None, name: str, **more: object) -> Evidence:
    fields = {"mdeDeviceId": "d", "processId": pid, "imageFile": {"fileName": name}, **more}
    return Evidence("process", name, fields | ({"parentProcessId": parent} if parent else {}))


def test_who_started_a_process_is_found_in_the_whole_incident() -> None:
    own = [process(3, 2, "c.exe")]
    context = [process(2, 1, "b.exe"), process(1, None, "a.exe"), process(9, 1, "other.exe")]
    (root,) = process_forest(own, context)
    assert (root.name, root.children[0].name, root.children[0].children[0].name) == (
        "a.exe",
        "b.exe",
        "c.exe",
    )
    assert len(root.children) == 1


@given(
    st.lists(
        st.builds(process, st.integers(1, 5), st.integers(1, 5), st.sampled_from("ab")), max_size=9
    ),
    st.lists(
        st.builds(process, st.integers(1, 5), st.integers(1, 5), st.sampled_from("cd")), max_size=9
    ),
)
def test_circles_of_processes_end(own: list[Evidence], context: list[Evidence]) -> None:
    blocks = brief_blocks(Alert("a", evidence=tuple(own)), context=context)
    assert len(blocks) < 100


async def test_of_alerts_with_one_id_the_chosen_one_opens_and_stays(
    open_app: Open, monkeypatch
) -> None:
    def twins() -> Incident:
        # Read anew, no alert is the same object as before.
        return decode_incident(
            {
                "id": "77",
                "alerts": [
                    {
                        "id": "twin",
                        "title": f"twin {n}",
                        "createdDateTime": f"2026-11-24T1{n}:00:00Z",
                    }
                    for n in range(4)
                ],
            }
        )

    async with open_app((80, 24)) as screens:
        await screens.sign_in()
        screen = IncidentScreen("77", "timeline")
        monkeypatch.setattr(screen, "_refresh_incident", lambda: None)
        await screens.app.push_screen(screen)
        await screen._show(twins())
        await screens.press("end")
        await screens.sees("4 of 4")
        await screen._show(twins())
        await screens.sees("4 of 4", "twin 3")
        await screens.press("enter")
        await screens.sees("4 of 4  twin 3")


async def test_the_keys_step_zoom_and_open(open_app: Open) -> None:
    async with open_app((80, 24)) as screens:
        await screens.sign_in()
        await screens.press("enter", "]", "]", "]")
        await screens.sees("10 of 14", "Impact", "LSASS memory read")
        await screens.press("right")
        await screens.sees("11 of 14", "Lateral movement by SMB")
        await screens.press("up")
        await screens.sees("9 of 14", "LDAP")
        await screens.press("+", "+")
        await screens.sees("4×", "‹", "›")
        await screens.press("0", "z")
        await screens.sees("┊")
        await screens.press("end", "enter")
        await screens.sees("Files encrypted at high rate", "Do next", "Evidence 7")
