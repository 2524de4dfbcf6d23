"""Refresh, filter, sort and selection: the grid keeps the reader's place."""

from __future__ import annotations

import asyncio

import pytest
from grid_support import GridApp, SlowSource, Source, cursor_line, lines, many, row

from tui.errors import UsageProblem
from tui.rows import Row, SortKey
from tui.ui.widgets.grid import Grid

SIZE = (60, 11)


async def test_rows_that_arrive_above_do_not_move_the_view() -> None:
    source = Source(many(200))
    app = GridApp(source)
    async with app.run_test(size=SIZE):
        grid = app.grid
        app.grid.move_to(15)
        before = lines(grid)
        source.rows[:0] = [row(900 + number) for number in range(7)]
        await grid.refresh_rows()
        assert lines(grid) == before
        assert grid.cursor_index == 22
        assert grid.cursor_row == row(15)


async def test_rows_that_arrive_above_a_scrolled_view_do_not_move_it_either() -> None:
    source = Source(many(200))
    app = GridApp(source)
    async with app.run_test(size=SIZE) as pilot:
        grid = app.grid
        await pilot.press("down", "down")
        grid.scroll_to(y=100, animate=False)
        await grid.ready()
        before = lines(grid)
        source.rows[:0] = [row(900)]
        source.rows.insert(50, row(901))
        await grid.refresh_rows()
        assert lines(grid) == before
        assert grid.cursor_row == row(2)


async def test_untouched_grid_shows_new_rows_at_the_top_and_keeps_its_cursor() -> None:
    source = Source(many(100))
    app = GridApp(source)
    async with app.run_test(size=SIZE):
        source.rows.insert(0, row(1000))
        await app.grid.refresh_rows()
        assert app.grid.cursor_row == row(0)
        assert lines(app.grid)[1].startswith("  #1000")
        assert cursor_line(app.grid) == 2


@pytest.mark.parametrize(
    ("gone", "expected", "line"),
    [([15], 16, 10), ([15, 16], 17, 10), ([14, 15], 16, 10), (range(15, 40), 14, 10)],
)
async def test_cursor_of_a_vanished_row_takes_its_neighbour(
    gone: list[int], expected: int, line: int
) -> None:
    source = Source(many(40))
    app = GridApp(source)
    async with app.run_test(size=SIZE):
        app.grid.move_to(15)
        source.rows = [each for each in source.rows if each.values[2] not in gone]
        await app.grid.refresh_rows()
        assert app.grid.cursor_row == row(expected)
        assert cursor_line(app.grid) == line


async def test_everything_may_vanish_and_come_back() -> None:
    source = Source(many(40))
    app = GridApp(source)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("end")
        source.rows = []
        await app.grid.refresh_rows()
        assert app.grid.cursor_row is None
        assert "Nothing here" in "\n".join(lines(app.grid))
        await pilot.press("down", "space", "enter", "y", "v", "ctrl+a", "pagedown")
        source.rows = many(5)
        await app.grid.refresh_rows()
        assert app.grid.cursor_row == row(0)


async def test_new_values_of_the_cursor_row_are_announced() -> None:
    source = Source(many(3))
    app = GridApp(source)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        source.rows[0] = Row("k0", ("#0", "renamed", 0, "you"))
        await app.grid.refresh_rows()
        await pilot.pause()
        assert app.heard_of(Grid.RowHighlighted)[-1].row.values[1] == "renamed"
        assert "renamed" in lines(app.grid)[1]


async def test_steps_taken_while_a_refresh_runs_count() -> None:
    source = SlowSource(many(100))
    app = GridApp(source)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press(*("down",) * 3)
        source.rows.insert(0, row(1000))
        source.gate.clear()
        source.asked.clear()
        running = asyncio.create_task(app.grid.refresh_rows())
        await source.asked.wait()
        await pilot.press("down", "down")
        source.gate.set()
        await running
        assert app.grid.cursor_row == row(5)


async def test_refreshes_asked_for_at_once_are_one_more() -> None:
    source = SlowSource(many(100))
    app = GridApp(source)
    async with app.run_test(size=SIZE):
        source.windows.clear()
        source.gate.clear()
        source.asked.clear()
        running = [asyncio.create_task(app.grid.refresh_rows()) for _ in range(20)]
        await source.asked.wait()
        source.gate.set()
        await asyncio.gather(*running)
        assert len(source.windows) == 2


async def test_source_that_shrinks_without_a_word_is_believed() -> None:
    source = Source(many(1000))
    app = GridApp(source)
    async with app.run_test(size=SIZE) as pilot:
        del source.rows[500:]
        await pilot.press("end")
        await app.grid.ready()
        await pilot.pause()
        await app.grid.ready()
        assert app.grid.cursor_index <= 500
        await pilot.press("end", "up")
        await app.grid.ready()
        assert app.grid.cursor_row is not None


async def test_later_show_wins_over_a_slower_one() -> None:
    slow, quick = SlowSource(many(5)), Source([row(77)])
    app = GridApp(None)
    async with app.run_test(size=SIZE):
        slow.gate.clear()
        first = asyncio.create_task(app.grid.show(slow))
        await slow.asked.wait()
        await app.grid.show(quick)
        slow.gate.set()
        await first
        assert app.grid.cursor_row == row(77)


async def test_filter_keeps_a_row_that_passes_and_else_goes_to_the_top() -> None:
    app = GridApp(Source(many(100)))
    async with app.run_test(size=SIZE):
        grid = app.grid
        app.grid.move_to(42)
        await grid.filter("incident 4")
        assert grid.cursor_row == row(42)
        await grid.filter("incident 7")
        assert grid.cursor_row == row(7)
        await grid.filter("")
        assert grid.cursor_row == row(7)
        assert grid.row_count == 100


async def test_refused_filter_is_raised() -> None:
    class Strict(Source):
        async def filter(self, text: str) -> None:
            raise UsageProblem("No such word")

    app = GridApp(Strict(many(3)))
    async with app.run_test(size=SIZE):
        with pytest.raises(UsageProblem):
            await app.grid.filter("x:y")


async def test_space_selects_and_goes_on_and_again_drops() -> None:
    app = GridApp(Source(many(9)))
    async with app.run_test(size=SIZE) as pilot:
        grid = app.grid
        await pilot.press("space", "space", "up", "space")
        await pilot.pause()
        assert grid.selected == {"k0"}
        assert [line[1] for line in lines(grid)[1:4]] == ["✓", " ", " "]
        assert app.heard_of(Grid.SelectionChanged)[-1].keys == {"k0"}
        assert grid.clear_selection()
        assert not grid.clear_selection()
        assert grid.selected == frozenset()


async def test_shift_and_v_select_what_the_cursor_passes_and_give_it_back() -> None:
    app = GridApp(Source(many(50)))
    async with app.run_test(size=SIZE) as pilot:
        grid = app.grid
        await pilot.press("down", "shift+down", "shift+down")
        assert grid.selected == {"k1", "k2", "k3"}
        await pilot.press("shift+up")
        assert grid.selected == {"k1", "k2"}
        await pilot.press("end", "v", "up", "up")
        await pilot.pause()
        assert grid.selected == {"k1", "k2", "k49", "k48", "k47"}
        await pilot.press("v", "up")
        assert len(grid.selected) == 5


async def test_a_range_may_be_longer_than_what_is_held() -> None:
    app = GridApp(Source(many(5000)))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("v", "G")
        await app.workers.wait_for_complete()
        assert len(app.grid.selected) == 5000


async def test_select_all_takes_what_the_filter_lets_pass() -> None:
    app = GridApp(Source(many(5000)))
    async with app.run_test(size=SIZE) as pilot:
        await app.grid.filter("incident 49")
        await pilot.press("ctrl+a")
        await app.workers.wait_for_complete()
        assert len(app.grid.selected) == 111


async def test_rows_that_leave_leave_the_selection() -> None:
    app = GridApp(Source(many(200)))
    async with app.run_test(size=SIZE) as pilot:
        app.grid.select(["k3", "k13"])
        await app.grid.filter("incident 1")
        assert app.grid.selected == {"k13"}
        await app.grid.filter("")
        await pilot.press("ctrl+a")
        await app.workers.wait_for_complete()
        await app.grid.filter("incident 11")
        assert len(app.grid.selected) == 11


async def test_a_grid_without_selection_binds_none() -> None:
    app = GridApp(Source(many(3)), Grid(selectable=False))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("space", "ctrl+a", "shift+down")
        assert app.grid.selected == frozenset()
        assert lines(app.grid)[1].startswith("▌#0")


async def test_sort_key_goes_down_up_and_off() -> None:
    app = GridApp(Source(many(30)))
    async with app.run_test(size=SIZE) as pilot:
        grid = app.grid
        await pilot.press("right", "right", "down")
        heads = []
        for _ in range(3):
            await pilot.press("S")
            await app.workers.wait_for_complete()
            heads.append(lines(grid)[0].split()[2:])
            assert grid.cursor_index == 0
        assert heads == [["Alerts↓", "Owner"], ["Alerts↑", "Owner"], ["Alerts", "Owner"]]
        await pilot.pause()
        orders = [message.order for message in app.heard_of(Grid.SortChanged)]
        assert orders == [(SortKey("alerts", True),), (SortKey("alerts"),), ()]


async def test_titles_sort_and_with_shift_add_a_second_key() -> None:
    app = GridApp(Source(many(30)))
    async with app.run_test(size=SIZE) as pilot:
        head = lines(app.grid)[0]
        await pilot.click(Grid, offset=(head.index("Owner") + 1, 0))
        await app.workers.wait_for_complete()
        head = lines(app.grid)[0]
        await pilot.click(Grid, offset=(head.index("ID"), 0), shift=True)
        await app.workers.wait_for_complete()
        assert app.source.order == (SortKey("owner"), SortKey("id"))
        assert "Owner↑1" in lines(app.grid)[0]
        assert "ID↑2" in lines(app.grid)[0]


async def test_a_source_can_be_shown_at_a_key() -> None:
    app = GridApp(Source(many(1000)))
    async with app.run_test(size=SIZE):
        await app.grid.show(app.source, at="k321")
        assert app.grid.cursor_row == row(321)
