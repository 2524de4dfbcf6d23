"""The tenant's own tables, learned while hunting in the demo tenant."""

from __future__ import annotations

import pytest

from tests.ui.conftest import Open
from tests.ui.test_hunting import hunting
from tui.kql import schema
from tui.ui.screens.hunting import HuntingScreen


@pytest.fixture(autouse=True)
def _nothing_known():
    yield
    schema.use({})


class Watched:
    """The service, its queries noted."""

    dialect = "graph"

    def __init__(self, service) -> None:
        self.service = service
        self.queries: list[str] = []

    async def run(self, query, *, timespan=None, to, on_bytes=None):
        self.queries.append(query)
        return await self.service.run(query, timespan=timespan, to=to, on_bytes=on_bytes)


def watch(screens) -> Watched:
    connection = screens.app.workspace.connection
    connection.hunting = Watched(connection.hunting)
    return connection.hunting


async def test_a_table_is_asked_about_once_and_rows_of_its_own_tell_for_nothing(
    open_app: Open,
) -> None:
    async with open_app() as screens:
        screen = await hunting(screens)
        seen = watch(screens)
        editor = screen.tab.editor
        editor.load_text("DeviceInfo\n| summarize count()")
        await screens.press("f5")
        await screens.until(lambda: "DeviceInfo" in schema.known() and _learned("DeviceInfo"))
        assert seen.queries == [editor.text, "DeviceInfo\n| getschema"]
        published = schema.tables()["DeviceInfo"].columns
        assert schema.known()["DeviceInfo"].columns == published
        await screens.press("f5")
        await screens.until(lambda: len(seen.queries) == 3 and screen.tab.run is None)
        editor.load_text("AlertInfo\n| take 3")
        await screens.press("f5")
        await screens.until(lambda: _learned("AlertInfo"))
        assert seen.queries[3:] == ["AlertInfo\n| take 3"]
        assert schema.known()["AlertInfo"].columns == schema.tables()["AlertInfo"].columns


async def told(screens, words: str) -> None:
    notes = screens.app._notifications
    await screens.until(lambda: any(words in str(one.message) for one in notes))


def _learned(name: str) -> bool:
    return schema.known()[name].learned


async def test_nothing_is_asked_when_the_quota_runs_low(open_app: Open, monkeypatch) -> None:
    from tui.api.quota import Left

    async with open_app() as screens:
        screen = await hunting(screens)
        seen = watch(screens)
        connection = screens.app.workspace.connection
        monkeypatch.setattr(type(connection), "quota", lambda self, name: Left(20, 45, "a minute"))
        screen.tab.editor.load_text("DeviceInfo\n| count")
        await screens.press("f5")
        await screens.sees("1 row in")
        await screens.until(
            lambda: not any(one.group.startswith("run-") for one in screens.app.workers)
        )
        assert seen.queries == ["DeviceInfo\n| count"]


async def test_a_table_is_asked_about_by_command(open_app: Open) -> None:
    async with open_app() as screens:
        screen = await hunting(screens)
        seen = watch(screens)
        screen.tab.editor.load_text("EmailEvents\n| where")
        screen.action_learn_tables_command()
        await told(screens, "Read from the tenant: EmailEvents")
        assert seen.queries == ["EmailEvents\n| getschema"]
        screen.tab.editor.load_text("Nowhere_CL\n| take 3")
        screen.action_learn_tables_command()
        await told(screens, "Not all columns could be read")
        screen.tab.editor.load_text("print 1")
        screen.action_learn_tables_command()
        await told(screens, "names no table")


async def test_one_escape_too_many_stays_with_the_query(open_app: Open) -> None:
    async with open_app() as screens:
        screen = await hunting(screens)
        screen.tab.editor.load_text("print 1")
        await screens.press("escape")
        assert screens.app.screen is screen
        assert screens.app.focused is None
        await screens.press("f6")
        assert screens.app.focused is screen.tab.editor
        await screens.press("escape", "escape")
        await screens.until(lambda: not isinstance(screens.app.screen, HuntingScreen))
