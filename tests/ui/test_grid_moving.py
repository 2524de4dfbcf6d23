"""Moving about in a grid of any length."""

from __future__ import annotations

import pytest
from grid_support import Column, GridApp, Row, SlowSource, Source, cursor_line, lines, many

from tui.errors import ServiceProblem
from tui.ui.widgets import grid_view
from tui.ui.widgets.grid import Grid

SIZE = (60, 11)
"""Ten rows below the titles."""


async def test_keys_reach_every_part_of_a_hundred_thousand_rows() -> None:
    source = Source(many(100_000))
    app = GridApp(source)
    async with app.run_test(size=SIZE) as pilot:
        grid = app.grid
        places = []
        for key in ("j", "down", "k", "pagedown", "ctrl+d", "ctrl+u", "G", "up", "pageup", "g"):
            await pilot.press(key)
            await grid.ready()
            places.append(grid.cursor_index)
            assert grid.cursor_row == source.rows[grid.cursor_index]
        assert places == [1, 2, 1, 11, 16, 11, 99_999, 99_998, 99_988, 0]
        await pilot.press("end")
        await grid.ready()
        assert lines(grid)[-1].startswith("▌ #99999")
        await pilot.press("home")
        await grid.ready()
        assert lines(grid)[1].startswith("▌ #0 ")


async def test_no_more_than_a_few_screens_are_ever_asked_for() -> None:
    source = Source(many(100_000))
    app = GridApp(source)
    async with app.run_test(size=SIZE) as pilot:
        source.windows.clear()
        for key in ("pagedown",) * 12 + ("end", "pageup", "home"):
            await pilot.press(key)
            await app.grid.ready()
    assert max(last - first for first, last in source.windows) <= 5 * 10
    assert len(source.windows) <= 15


async def test_moving_within_what_is_held_asks_nothing() -> None:
    source = Source(many(1000))
    app = GridApp(source)
    async with app.run_test(size=SIZE) as pilot:
        asked = len(source.windows)
        await pilot.press("down", "down", "up", "pagedown")
        assert len(source.windows) == asked


async def test_former_view_stays_until_the_rows_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grid_view, "HOLD", 3600)
    source = SlowSource(many(1000))
    app = GridApp(source)
    async with app.run_test(size=SIZE) as pilot:
        grid = app.grid
        await pilot.pause()
        before = lines(grid)
        source.gate.clear()
        await pilot.press("end")
        assert lines(grid) == before
        assert grid.cursor_row is None
        source.gate.set()
        await grid.ready()
        assert lines(grid)[-1].startswith("▌ #999")
        assert grid.cursor_row == source.rows[999]


async def test_places_are_marked_when_rows_take_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grid_view, "HOLD", 0)
    source = SlowSource(many(1000))
    app = GridApp(source)
    async with app.run_test(size=SIZE) as pilot:
        grid = app.grid
        source.gate.clear()
        await pilot.press("end")
        await pilot.pause()
        assert "incident" not in "".join(lines(grid)[1:])
        assert lines(grid)[-1].startswith("▌ ·")
        source.gate.set()
        await grid.ready()
        assert all("incident" in line for line in lines(grid)[1:])


async def test_a_burst_runs_one_fetch_at_a_time_and_drops_the_outdated() -> None:
    source = SlowSource(many(10_000))
    app = GridApp(source)
    async with app.run_test(size=SIZE) as pilot:
        source.gate.clear()
        await pilot.press(*("pagedown",) * 16)
        source.gate.set()
        await app.grid.ready()
        assert app.grid.cursor_row == source.rows[160]
    assert source.most_running == 1
    assert source.cancelled > 0


async def test_turning_back_drops_the_fetch_of_the_far_end() -> None:
    source = SlowSource(many(10_000))
    app = GridApp(source)
    async with app.run_test(size=SIZE) as pilot:
        grid = app.grid
        source.gate.clear()
        source.asked.clear()
        await pilot.press("end")
        await source.asked.wait()
        await pilot.press("home")
        source.gate.set()
        await grid.ready()
        await pilot.pause()
        assert lines(grid)[1].startswith("▌ #0 ")
        assert grid.cursor_row == source.rows[0]
    assert source.cancelled == 1


async def test_burst_of_highlights_ends_with_the_last() -> None:
    app = GridApp(Source(many(100)))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press(*("down",) * 7)
        await pilot.pause()
        assert app.heard_of(Grid.RowHighlighted)[-1].row.key == "k7"


async def test_enter_and_double_click_open() -> None:
    app = GridApp(Source(many(100)))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("down", "enter")
        await pilot.click(Grid, offset=(6, 6), times=2)
        await pilot.pause()
        assert [message.row.key for message in app.heard_of(Grid.RowOpened)] == ["k1", "k5"]


async def test_click_moves_the_cursor_and_the_wheel_only_the_view() -> None:
    app = GridApp(Source(many(100)))
    async with app.run_test(size=SIZE) as pilot:
        grid = app.grid
        await pilot.click(Grid, offset=(6, 4))
        assert grid.cursor_index == 3
        await pilot._post_mouse_events([_wheel_down()], Grid, offset=(6, 4))
        await pilot.pause()
        assert grid.scroll_offset.y > 0
        assert grid.cursor_index == 3


def _wheel_down() -> type:
    from textual.events import MouseScrollDown

    return MouseScrollDown


async def test_column_cursor_scrolls_wide_results_and_pinned_stay() -> None:
    columns = [Column(f"c{at}", f"Column{at}", pinned=at == 0) for at in range(45)]
    rows = [Row(str(n), tuple(f"v{n}.{at}" for at in range(45))) for n in range(50)]
    app = GridApp(Source(rows, columns), Grid(cursor_type="cell"))
    async with app.run_test(size=(80, 10)) as pilot:
        grid = app.grid
        assert "Column44" not in lines(grid)[0]
        await pilot.press("$")
        assert lines(grid)[0].split()[0] == "Column0"
        assert "Column44" in lines(grid)[0]
        assert grid.cursor_value == "v0.44"
        await pilot.press("left", "down")
        assert grid.cursor_value == "v1.43"
        await pilot.press("0")
        assert lines(grid)[0].split()[:2] == ["Column0", "Column1"]


async def test_only_a_focused_grid_looks_focused() -> None:
    app = GridApp(Source(many(3)))
    async with app.run_test(size=SIZE) as pilot:
        grid = app.grid
        focused = grid.render_line(1)
        grid.blur()
        await pilot.pause()
        assert grid.render_line(1).text == focused.text
        assert [each.style for each in grid.render_line(1)] != [each.style for each in focused]


async def test_empty_and_failed_are_words_with_a_next_step() -> None:
    class Failing(Source):
        async def count(self) -> int:
            raise ServiceProblem("The rows could not be read", "disk is full", "Free some space")

    app = GridApp(None, Grid(empty="No incidents yet"))
    async with app.run_test(size=SIZE) as pilot:
        grid = app.grid
        assert "No incidents yet" in "\n".join(lines(grid))
        await grid.show(Source([]))
        grid.say("Nothing matches", "Esc clears the filter")
        assert [line.strip() for line in lines(grid)[2:4]] == [
            "Nothing matches",
            "Esc clears the filter",
        ]
        await grid.show(Failing([]))
        await pilot.pause()
        assert "disk is full" in "\n".join(lines(grid))
        assert "Free some space" in "\n".join(lines(grid))
        assert len(app.heard_of(Grid.LoadFailed)) == 1
        await grid.show(Source(many(2)))
        assert "incident 1" in "\n".join(lines(grid))


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (5, 3), (40, 10), (300, 60)])
async def test_any_size_is_drawn(size: tuple[int, int]) -> None:
    app = GridApp(Source(many(100)))
    async with app.run_test(size=size) as pilot:
        await pilot.press("down", "end", "right", "pageup")
        await app.grid.ready()
        assert {len(line) for line in lines(app.grid)} == {size[0]}


async def test_cursor_line_is_in_view_after_the_screen_shrinks() -> None:
    app = GridApp(Source(many(100)))
    async with app.run_test(size=(60, 30)) as pilot:
        app.grid.move_to(20)
        await pilot.resize_terminal(60, 10)
        await app.grid.ready()
        assert lines(app.grid)[cursor_line(app.grid)].startswith("▌ #20")
