"""Narrowing the queue: completion, facets, views, and what else an entity is in."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from tests.ui.conftest import Open
from tui.config import Settings, SlaRule
from tui.incidents.changes import QueueChanged
from tui.ui.screens.incidents import IncidentsScreen
from tui.ui.screens.queue_views import narrowed
from tui.ui.widgets.filter_bar import FilterBar
from tui.ui.widgets.grid import Grid


async def test_a_filter_is_completed_as_it_is_typed(open_app: Open) -> None:
    async with open_app((80, 24)) as screens:
        await screens.sign_in()
        await screens.type("/se")
        await screens.sees("sev:", "Tab takes the first")
        await screens.press("tab")
        await screens.type("h")
        await screens.press("tab")
        await screens.sees("sev:high", "of 300")
        await screens.press("enter")
        await screens.until(lambda: "Tab takes" not in screens.text())


async def test_a_line_that_is_no_filter_leaves_the_rows_of_the_one_before(open_app: Open) -> None:
    async with open_app((80, 24)) as screens:
        await screens.sign_in()
        await screens.type("/sev:high )")
        await screens.sees("3 of 300", "F1 what it can say")
        await screens.press("f1")
        await screens.sees("nothing is open here", "classification or determination")
        await screens.press("escape", "enter")
        await screens.sees("↑ nothing is open here")
        grid = screens.app.screen.query_one("#queue")
        assert grid.row_count == 3
        await screens.press("slash", "backspace", "backspace")
        await screens.sees("Enter to the rows")
        await screens.until(lambda: "nothing is open" not in screens.text())


async def test_facets_divide_the_queue_and_narrow_it(open_app: Open) -> None:
    async with open_app() as screens:
        await screens.sign_in()
        await screens.press("F")
        await screens.sees("What these incidents are", "▲ High", "severity", "tactic")
        await screens.press("enter")
        await screens.sees("of 300", "sev:")


async def test_a_view_is_saved_and_shown_by_its_digit(open_app: Open) -> None:
    async with open_app() as screens:
        await screens.sign_in()
        await screens.press("4")
        await screens.sees("status:open sev:high", "open, high or medium, nobody's", "of 300")
        await screens.press("escape")
        await screens.sees("300 incidents")
        await screens.type("/spray")
        await screens.sees("of 300")
        await screens.press("enter", "V")
        await screens.sees("saves what is shown")
        await screens.press("s")
        await screens.sees("Save this view as")
        await screens.type("sprays")
        await screens.press("enter", "escape")
        await screens.sees("300 incidents")
        await screens.press("8")
        await screens.sees("/ spray", "of 300")


async def test_a_filter_taken_away_while_it_is_drawn_leaves_the_whole_queue(
    open_app: Open, monkeypatch
) -> None:
    async with open_app() as screens:
        await screens.sign_in()
        screen = screens.app.screen
        count, drawn = screen.counted, asyncio.Event()

        async def never() -> None:
            drawn.set()
            await asyncio.Event().wait()

        monkeypatch.setattr(screen, "counted", never)
        bar = screen.query_one(FilterBar)
        bar.put("spray")
        await asyncio.wait_for(drawn.wait(), 60)
        monkeypatch.setattr(screen, "counted", count)
        bar.put("")
        await screens.until(lambda: screen.query_one(Grid).row_count == 300)
        await screens.sees("300 incidents")


async def test_other_incidents_with_an_entity_are_listed(open_app: Open) -> None:
    async with open_app() as screens:
        await screens.sign_in()
        await screens.press("enter", "]", "]")
        await screens.sees("k.larsen@contoso.com")
        row = next(
            at
            for at, one in enumerate(screens.app.screen._entities)
            if (one.kind, one.title) == ("user", "k.larsen@contoso.com")
        )
        await screens.press(*["j"] * row, "x")
        await screens.sees("with k.larsen@contoso.com", "Impossible travel")
        await screens.press("enter")
        await screens.until(lambda: len(screens.app.screen_stack) == 3)


async def test_columns_are_chosen_and_stay_with_their_view(open_app: Open) -> None:
    async with open_app((160, 40)) as screens:
        await screens.sign_in()
        assert "IA EX PE" in screens.text()
        await screens.press("C")
        await screens.sees("Columns", "✓ Tactics", "Devices", "{ } moves")
        await screens.press("end", "k", "k", "space", "enter")
        await screens.until(lambda: len(screens.app.screen_stack) == 1)
        grid = screens.app.screen.query_one("#queue")
        shown = [one.key for one in grid.arrangement]
        assert len(shown) == 11
        await screens.press("4")
        await screens.sees("open, high or medium", "of 300")
        await screens.press("right", "right", "_")
        narrow = [one.key for one in grid.arrangement]
        assert len(narrow) == 10
        await screens.press("escape")
        await screens.sees("300 incidents")
        assert [one.key for one in grid.arrangement] == shown
        await screens.press("4")
        await screens.sees("of 300")
        assert [one.key for one in grid.arrangement] == narrow
        await screens.press("*")
        assert len(grid.arrangement) == 10


async def test_a_column_is_moved_and_pinned(open_app: Open) -> None:
    async with open_app() as screens:
        await screens.sign_in()
        grid = screens.app.screen.query_one("#queue")
        await screens.press("right", "}")
        assert [one.key for one in grid.arrangement][:3] == ["id", "prio", "severity"]
        await screens.press("|")
        assert [one.key for one in grid.arrangement][:2] == ["id", "severity"]
        assert grid.arrangement[1].pinned
        await screens.press("*")


async def test_the_default_view_is_shown_first(open_app: Open) -> None:
    async with open_app() as screens:
        await screens.sign_in()
        await screens.press("V", "end", "k", "d")
        await screens.until(lambda: screens.app.views.default is not None)
        views = screens.app.views
        assert views.default is not None
        assert views.default.name == "new since yesterday"
    async with open_app() as screens:
        screens.app.views = views
        await screens.press("enter")
        await screens.sees("/ age:<1d", "new since yesterday: ", "of 300")


async def test_the_priority_is_explained(open_app: Open) -> None:
    async with open_app() as screens:
        await screens.sign_in()
        await screens.press("f1")
        await screens.sees("98 of 100", "Microsoft's own score")


async def test_rules_mark_what_is_late(open_app: Open) -> None:
    rules = (
        SlaRule("sev:high", timedelta(hours=1), timedelta(days=3)),
        SlaRule("sev:nonsense", timedelta(hours=1)),
    )
    async with open_app(settings=Settings(sla=rules)) as screens:
        await screens.press("enter")
        await screens.sees("synced", "Due", "[[sla]]", "nonsense")
        line = next(line for line in screens.text().split("\n") if " 4711 " in line)
        assert "!1h" in line
        assert "!2h" in line
        await screens.press("f1")
        await screens.sees("h late", "to be taken by")


def test_facets_narrow_a_filter_that_has_alternatives() -> None:
    assert narrowed("sev:high or tag:vip", "status:active") == (
        "(sev:high or tag:vip) status:active"
    )
    assert narrowed("", "status:active") == "status:active"


async def test_news_before_the_queue_is_composed_are_no_defect(open_app: Open) -> None:
    async with open_app() as screens:
        await screens.sign_in()
        early = IncidentsScreen()
        await early.redrawn(QueueChanged(None))
