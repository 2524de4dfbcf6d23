"""Narrowing the queue: completion, facets, views, and what else an entity is in."""

from __future__ import annotations

from tests.ui.conftest import Open


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
        await screens.sees("save this view as")
        await screens.press("end", "enter")
        await screens.type("sprays")
        await screens.press("enter", "escape")
        await screens.sees("300 incidents")
        await screens.press("7")
        await screens.sees("/ spray", "of 300")


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
