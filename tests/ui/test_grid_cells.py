"""How values are written, cut and copied; whatever they hold."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from grid_support import Column, GridApp, Row, Source, lines, many
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style

from tui.text import visible
from tui.ui.widgets.grid import Cell, Grid, copied_text, paint_value
from tui.ui.widgets.grid_cells import fit, local_text, span_text
from tui.ui.widgets.grid_layout import Columns
from tui.ui.widgets.grid_look import Palette
from tui.ui.widgets.grid_note import wrap
from tui.ui.widgets.grid_paint import LinePainter, drop_left

ANY_TEXT = st.text(alphabet=st.characters(codec=None, categories=None), max_size=40)
HARD_TEXT = st.text(
    alphabet="ab 漢字🎉e\u0301\u0301\u200d\ufe0f\U0001f3fd🇩🇪\x1b\n\ud800한", max_size=30
)
PLAIN = Palette(Style.null(), {}, {}, {})
ROW = Row("k", ())


@pytest.fixture(autouse=True)
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    local_text.cache_clear()
    yield
    monkeypatch.undo()
    time.tzset()
    local_text.cache_clear()


def shown(value: object, kind: str = "text") -> str:
    return paint_value(Column("c", "C", kind), value, ROW).text  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        ("powershell.exe", "text", "powershell.exe"),
        ("", "text", ""),
        (None, "text", "–"),
        (12, "number", "12"),
        (2.5, "number", "2.5"),
        (3.0, "number", "3"),
        (float("nan"), "number", "NaN"),
        (float("-inf"), "number", "-Infinity"),
        (True, "bool", "true"),
        (0, "bool", "false"),
        (timedelta(days=1, hours=2, minutes=3, seconds=4), "span", "1.02:03:04"),
        ({"a": [1, None]}, "dynamic", '{"a":[1,null]}'),
        (["é", "漢"], "dynamic", '["é","漢"]'),
        (datetime(2026, 11, 24, 4, 22, 7, tzinfo=UTC), "time", "2026-11-24 05:22:07"),
        (datetime(2026, 11, 24, 4, 22, 7, 113000, UTC), "time", "2026-11-24 05:22:07.113"),
        ("2026-11-24T04:22:07.1130000Z", "time", "2026-11-24 05:22:07.113"),
        ("2026-11-24T04:22:07.1234567Z", "time", "2026-11-24 05:22:07.1234567"),
        ("2026-11-24T04:22:07.1200300Z", "time", "2026-11-24 05:22:07.1200300"),
        ("2026-06-01T00:00:00Z", "time", "2026-06-01 02:00:00"),
        ("0001-01-01T00:00:00Z", "time", "0001-01-01 00:00:00Z"),
        ("9999-12-31T23:59:59.9999999Z", "time", "9999-12-31 23:59:59.9999999Z"),
        ("tomorrow", "time", "tomorrow"),
        ("12.5.2026", "time", "12.5.2026"),
    ],
)
def test_values_are_written_as_people_read_them(value: object, kind: str, text: str) -> None:
    assert shown(value, kind) == text


def test_deeply_nested_value_is_still_a_cell() -> None:
    nested: list[object] = []
    for _ in range(100_000):
        nested = [nested]
    assert shown(nested, "dynamic") == "[…]"


def test_spans_of_time_have_sign_and_fraction() -> None:
    assert span_text(timedelta(seconds=-1, milliseconds=-500)) == "-00:00:01.5000000"


def test_copies_are_whole_in_utc_and_displayable() -> None:
    column = Column("c", "C")
    assert copied_text(column, "x" * 5000) == "x" * 5000
    assert copied_text(column, "a\tb\x1b[0m") == "a␉b␛[0m"
    assert copied_text(column, None) == ""
    at = datetime(2026, 11, 24, 6, tzinfo=timezone(timedelta(hours=2)))
    assert copied_text(column, at) == "2026-11-24T04:00:00Z"
    assert copied_text(column, datetime.max.replace(tzinfo=timezone(-timedelta(hours=5))))


@given(st.one_of(ANY_TEXT, HARD_TEXT), st.integers(0, 30), st.booleans())
def test_a_cell_takes_exactly_its_width(text: str, width: int, right: bool) -> None:
    made = "".join(part for part, _ in fit(Cell(text), width, right=right))
    assert cell_len(made) == width
    assert visible(made) == made


@given(HARD_TEXT, HARD_TEXT, HARD_TEXT, st.integers(1, 20))
def test_several_spans_and_a_short_form_fit_too(one: str, two: str, short: str, width: int) -> None:
    cell = Cell(spans=((one, "bad"), (two, "")), short=((short, "bad"),), align="right")
    assert cell_len("".join(part for part, _ in fit(cell, width, right=False))) == width


def test_what_is_cut_says_so_and_wide_characters_stay_whole() -> None:
    assert fit(Cell("漢字漢字"), 6, right=False) == [("漢字…", ""), (" ", "")]
    assert fit(Cell("ransomware"), 6, right=False) == [("ranso…", "")]
    assert fit(Cell("active", short=(("●", "good"),)), 3, right=False)[0] == ("●", "good")
    assert fit(Cell("12"), 4, right=True) == [("  ", ""), ("12", "")]


@given(st.one_of(ANY_TEXT, HARD_TEXT), st.integers(1, 20), st.integers(0, 20), st.booleans())
def test_a_cell_half_scrolled_away_keeps_its_edge(
    text: str, width: int, drop: int, right: bool
) -> None:
    left = drop_left(fit(Cell(text), width, right=right), min(drop, width))
    assert cell_len("".join(part for part, _ in left)) == width - min(drop, width)


def test_a_number_half_scrolled_away_is_not_another_number() -> None:
    assert drop_left(fit(Cell("12345"), 5, right=True), 2) == [("…", ""), ("45", "")]
    assert drop_left(fit(Cell("12"), 5, right=True), 2) == [(" ", ""), ("12", "")]


def test_a_mark_does_not_join_the_cell_before_it() -> None:
    assert fit(Cell("\u0301x"), 3, right=False)[0] == ("◌\u0301x", "")


@settings(deadline=None)
@given(
    values=st.lists(st.one_of(ANY_TEXT, HARD_TEXT), min_size=1, max_size=6),
    pinned=st.integers(0, 3),
    filling=st.booleans(),
    width=st.integers(0, 60),
    scroll=st.integers(0, 80),
    gutter=st.integers(1, 2),
)
def test_every_line_is_exactly_as_wide_as_the_grid(
    values: list[str], pinned: int, filling: bool, width: int, scroll: int, gutter: int
) -> None:
    columns = Columns.of(
        [
            Column(str(at), value, pinned=at < pinned, fill=filling and at == 1)
            for at, value in enumerate(values)
        ]
    )
    for measure, value in zip(columns.measures, values, strict=True):
        measure.content = cell_len(visible(value))
    line = LinePainter(
        layout=columns.arrange(width - gutter, 2),
        palette=PLAIN,
        painter=paint_value,
        gutter=gutter,
        width=width,
        full=width + 1,
        scroll=scroll,
    )
    row = Row("k", tuple(values))
    for strip in (
        line.row(row),
        line.row(row, ground="cursor", cell=1, selected=True),
        line.absent(),
        line.header((), 0),
        line.text(values[0], "bad"),
        line.blank(),
    ):
        assert cell_len(strip.text) == width + 1
        assert strip.cell_length == width + 1
        assert not any(unicodedata.category(each) in ("Cc", "Cs") for each in strip.text)
        assert visible(strip.text) == strip.text


async def test_hostile_rows_are_drawn_to_the_width_and_never_as_markup() -> None:
    hostile = ["\x1b]0;title\x07", "[red]x[/]", "a\u202egpj.exe", "\ud83d", "漢" * 50, "\n\r\t"]
    rows = [Row(f"k\x1b{at}", (text, text, at, text)) for at, text in enumerate(hostile)]
    app = GridApp(Source(rows))
    async with app.run_test(size=(50, 10)):
        drawn = lines(app.grid)
        assert {cell_len(line) for line in drawn} == {50}
        assert "[red]x[/]" in drawn[2]
        assert visible("".join(drawn)) == "".join(drawn)


async def test_row_is_copied_as_tabs_and_cell_as_it_is() -> None:
    rows = [Row("a", ("#1", "C:\\x\ty", 3, None)), Row("b", ("#2", "b", 4, "you"))]
    app = GridApp(Source(rows))
    async with app.run_test(size=(60, 8)) as pilot:
        await pilot.press("y")
        assert app.clipboard == "#1\tC:\\x␉y\t3\t"
        await pilot.press("ctrl+a", "y")
        await app.workers.wait_for_complete()
        assert app.clipboard == "#1\tC:\\x␉y\t3\t\n#2\tb\t4\tyou"
        await pilot.pause()
        assert [message.what for message in app.heard_of(Grid.Copied)] == ["the row", "2 rows"]
    app = GridApp(Source(rows), Grid(cursor_type="cell"))
    async with app.run_test(size=(60, 8)) as pilot:
        await pilot.press("right", "y")
        assert app.clipboard == "C:\\x␉y"


async def test_selected_rows_far_apart_are_copied_in_their_order() -> None:
    app = GridApp(Source(many(5000)))
    async with app.run_test(size=(60, 8)) as pilot:
        app.grid.select(["k4000", "k3", "k70"])
        await pilot.press("y")
        await app.workers.wait_for_complete()
        assert [line.split("\t")[0] for line in app.clipboard.split("\n")] == ["#3", "#70", "#4000"]


def test_words_of_a_note_stay_whole() -> None:
    assert wrap("Nothing matches this filter", 10) == ["Nothing", "matches", "this", "filter"]
    assert wrap("one\ntwo", 10) == ["one", "two"]
