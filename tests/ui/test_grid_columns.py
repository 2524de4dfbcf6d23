"""Who gives way when a grid is narrow, and what the reader does to columns by hand."""

from __future__ import annotations

import pytest
from grid_support import COLUMNS, Column, GridApp, Source, lines, many
from textual.color import Color
from textual.geometry import Region

from tui.rows import Row, SortKey
from tui.ui.widgets.grid import Cell, Grid, next_order, paint_value
from tui.ui.widgets.grid_layout import Columns, Layout
from tui.ui.widgets.grid_paint import bar_of

QUEUE = {
    Column("id", "ID", pinned=True): 4,
    Column("severity", "Sev"): 3,
    Column("status", "Status", rank=2, least=1): 9,
    Column("name", "Name", fill=True, least=10): 45,
    Column("alerts", "Alerts", "number", rank=3): 3,
    Column("owner", "Owner", rank=1): 8,
    Column("age", "Age"): 3,
}


def arrange(width: int, *, short: int = 0) -> Layout:
    columns = Columns.of(list(QUEUE))
    for measure in columns.measures:
        measure.content = QUEUE[measure.column]
        measure.title = len(measure.column.title)
        measure.short = short if measure.column.key == "status" else 0
    return columns.arrange(width, 2)


def widths(layout: Layout) -> dict[str, int]:
    return {slot.column.key: slot.width for slot in layout.slots}


def test_filling_column_takes_what_is_left() -> None:
    wide = arrange(140)
    assert wide.width == 140
    assert widths(wide)["name"] > 45
    assert wide.gap == 2


def test_columns_give_way_from_the_highest_rank() -> None:
    assert list(widths(arrange(78))) == [column.key for column in QUEUE]
    gone = [[key.key for key in QUEUE if key.key not in widths(arrange(w))] for w in (58, 47, 40)]
    assert gone == [["alerts"], ["status", "alerts"], ["status", "alerts", "owner"]]
    assert widths(arrange(38)) == {"id": 4, "severity": 3, "name": 25, "age": 3}


@pytest.mark.parametrize("short", [0, 1])
def test_fitted_columns_only_scroll_below_what_they_can_live_with(short: int) -> None:
    least = 4 - 1 + 3 + 10 + 3 + 3
    for width in range(1, 140):
        layout = arrange(width, short=short)
        assert layout.width <= max(width, least)
        assert all(slot.width >= 1 for slot in layout.slots)
        ends = [slot.end for slot in layout.slots]
        assert all(end < slot.x for end, slot in zip(ends, layout.slots[1:], strict=False))


def test_short_form_is_taken_before_a_column_goes() -> None:
    assert widths(arrange(55, short=1))["status"] == 1


def test_tables_without_a_filling_column_scroll() -> None:
    columns = Columns.of([Column(str(at), "title", pinned=at == 0) for at in range(20)])
    for measure in columns.measures:
        measure.content = 12
    layout = columns.arrange(60, 2)
    assert layout.width == 20 * 14 - 2
    assert layout.pinned_width == 14


def test_pinned_columns_leave_room_for_the_others() -> None:
    columns = Columns.of([Column("a", "A", pinned=True), Column("b", "B")])
    columns.measures[0].content = columns.measures[1].content = 60
    assert columns.arrange(50, 2).slots[0].width == 30


async def test_numbers_stand_at_the_right_under_their_title() -> None:
    app = GridApp(Source(many(12)))
    async with app.run_test(size=(60, 14)):
        head, *rows = lines(app.grid)
        end = head.index("Alerts") + len("Alerts")
        assert rows[7][end - 1] == "7"
        assert rows[11][end - 2 : end] == "11"


async def test_title_stands_where_the_painter_stands_its_cells() -> None:
    def paint(column: Column, value: object, row: Row) -> Cell:
        if column.key == "owner":
            return Cell("six days", align="right")
        return paint_value(column, value, row)

    app = GridApp(Source(many(3)), Grid(paint))
    async with app.run_test(size=(60, 6)):
        head, first, *_ = lines(app.grid)
        assert head.rstrip().endswith("Owner")
        assert len(head.rstrip()) == len(first.rstrip())


async def test_columns_are_resized_hidden_and_brought_back() -> None:
    app = GridApp(Source(many(12)))
    async with app.run_test(size=(60, 14)) as pilot:
        grid = app.grid
        before = lines(grid)[0]
        await pilot.press("right", "right", "right", ">", ">")
        assert len(lines(grid)[0].rstrip()) < len(before.rstrip())
        await pilot.press("left", "_")
        assert "Alerts" not in lines(grid)[0]
        assert grid.cursor_column == COLUMNS[3]
        await pilot.press("left")
        grid.action_resize_column(-100)
        assert "i…" in lines(grid)[1]
        await pilot.press("*")
        assert lines(grid)[0] == before


async def test_the_last_column_cannot_be_hidden() -> None:
    app = GridApp(Source(many(3)))
    async with app.run_test(size=(60, 14)) as pilot:
        await pilot.press(*("_",) * 6)
        assert lines(app.grid)[0].split() == ["Owner"]


async def test_widths_stay_when_longer_text_comes() -> None:
    source = Source(many(300), [Column("id", "ID", pinned=True), Column("name", "Name")])
    app = GridApp(source)
    async with app.run_test(size=(80, 14)):
        width = app.grid.virtual_size.width
        source.rows[:10] = [type(each)(each.key, ("#1", "n" * 50)) for each in source.rows[:10]]
        await app.grid.refresh_rows()
        assert app.grid.virtual_size.width == width
        assert "…" in lines(app.grid)[1]


def test_order_of_a_column_turns_and_ends() -> None:
    name, hits = Column("name", "Name"), Column("hits", "Hits", "number")
    assert next_order([], name, too=False) == [SortKey("name")]
    assert next_order([SortKey("name")], name, too=False) == [SortKey("name", True)]
    assert next_order([SortKey("name", True)], name, too=False) == []
    assert next_order([SortKey("name")], hits, too=False) == [SortKey("hits", True)]
    both = next_order([SortKey("name")], hits, too=True)
    assert both == [SortKey("name"), SortKey("hits", True)]
    assert next_order(both, name, too=True) == [SortKey("name", True), SortKey("hits", True)]


async def test_painters_tone_and_marks_show() -> None:
    def paint(column: Column, value: object, row: Row) -> Cell:
        if column.key == "owner":
            return Cell(spans=(("▲", "bad"), (" H", "tag")))
        return paint_value(column, value, row)

    rows = many(3)
    rows[1] = type(rows[1])("k1", rows[1].values, frozenset({"failed"}))
    app = GridApp(Source(rows), Grid(paint, marks={"failed": ("!", "bad")}))
    async with app.run_test(size=(60, 8)):
        grid = app.grid
        assert "▲ H" in lines(grid)[1]
        assert lines(grid)[2][1] == "!"
        error = Color.parse(app.theme_variables["error"]).rich_color
        assert [each.style.color for each in grid.render_line(2) if "▲" in each.text] == [error]


async def test_every_theme_draws_and_without_colour_shapes_stay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = GridApp(Source(many(3)))
    async with app.run_test(size=(40, 6)) as pilot:
        looks = set()
        for theme in app.available_themes:
            app.theme = theme
            await pilot.pause()
            looks.add(tuple(each.style for each in app.grid.render_line(1)))
        assert len(looks) > 3
    monkeypatch.setenv("NO_COLOR", "1")
    app = GridApp(Source(many(3)), Grid(cursor_type="cell"))
    async with app.run_test(size=(40, 6)) as pilot:
        await pilot.press("space")
        strips = app.grid.render_lines(Region(0, 0, 40, 6))
        styles = [each.style for strip in strips for each in strip]
        for colour in {each for style in styles for each in (style.color, style.bgcolor)}:
            assert colour.triplet.red == colour.triplet.green == colour.triplet.blue
        assert strips[1].text.startswith(" ✓")
        assert strips[2].text.startswith("▌ ")
        assert any(each.style.reverse for each in strips[2])


@pytest.mark.parametrize(
    ("value", "cells"),
    [(8, "━━━━"), (4, "━━  "), (1, "╸   "), (0.01, "╸   "), (0, "    "), (-3, "    "),
     (None, "    "), ("8", "    "), (True, "    "), (9, "    "), (float("nan"), "    ")],
)  # fmt: skip
def test_a_bar_is_as_long_as_its_number(value: object, cells: str) -> None:
    assert bar_of(value, 8.0, 4) == cells


async def test_bars_stand_beside_numbers_where_there_is_room() -> None:
    columns = [Column("name", "Name"), Column("hits", "Hits", "number"), Column("last", "Last")]
    rows = [Row(str(n), (f"row {n}", n * 10, "x" * 20)) for n in range(1, 4)]
    app = GridApp(None, Grid(cursor_type="cell"))
    async with app.run_test(size=(70, 8)) as pilot:
        await app.grid.show(Source(rows, columns), bars=("hits", 30.0))
        await pilot.pause()
        head, one, _, three, *_ = lines(app.grid)
        assert three.split()[2:] == ["30", "━" * 24, "x" * 20]
        assert one.split()[3:] == ["10", "━" * 8, "x" * 20]
        assert head.index("Last") == three.index("x" * 20)
        await pilot.resize_terminal(40, 8)
        while "━" in "".join(lines(app.grid)):
            await pilot.pause()
        assert app.grid.size.width == 40
