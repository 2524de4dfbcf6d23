"""Hunting as a user meets it, over the demo tenant."""

from __future__ import annotations

import pytest

from tests.ui.conftest import Open
from tui.ui.screens.hunting import HuntingScreen
from tui.ui.widgets.query_editor import QueryEditor

SIZES = [(120, 40), (80, 24)]
QUERY = 'range x from 1 to 10 step 1 | project Hits=x, FileName=strcat("f", tostring(x))'


async def hunting(screens) -> HuntingScreen:
    await screens.sign_in()
    await screens.press("2")
    await screens.sees("query 1")
    assert isinstance(screens.app.screen, HuntingScreen)
    await screens.until(lambda: isinstance(screens.app.focused, QueryEditor))
    return screens.app.screen


@pytest.mark.parametrize("size", SIZES)
async def test_a_typed_query_gives_rows(open_app: Open, size) -> None:
    async with open_app(size) as screens:
        await hunting(screens)
        await screens.type(QUERY)
        await screens.press("f5")
        await screens.sees("10 rows in", "Hits", "f10")
        print(screens.text())
