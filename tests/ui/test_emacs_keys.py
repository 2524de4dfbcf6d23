"""The editor with the keys of emacs, as `editor_keys = "emacs"` gives them."""

from __future__ import annotations

from textual.command import CommandPalette

from tests.ui.conftest import Open
from tests.ui.test_hunting import hunting
from tui.config.settings import Settings, UiSettings
from tui.ui.keys import keymap_of
from tui.ui.screens.hunting import HuntingScreen
from tui.ui.widgets.emacs_editor import EmacsEditor

EMACS = Settings(ui=UiSettings(editor_keys="emacs"))
TEXT = "DeviceEvents\n| where A == 1\n| take 5"


async def test_moves_marks_kills_and_yanks(open_app: Open) -> None:
    async with open_app(settings=EMACS) as screens:
        screen = await hunting(screens)
        editor = screen.tab.editor
        assert isinstance(editor, EmacsEditor)
        editor.load_text(TEXT)
        await screens.press("ctrl+n", "ctrl+f", "ctrl+f", "ctrl+n", "ctrl+p", "ctrl+b")
        assert editor.cursor_location == (1, 1)
        await screens.press("alt+greater_than_sign")
        assert editor.cursor_location == (2, 8)
        await screens.press("alt+less_than_sign", "ctrl+e", "ctrl+a", "alt+f")
        assert editor.cursor_location == (0, 12)

        await screens.press("ctrl+a", "ctrl+k", "ctrl+k")
        assert editor.text == TEXT.partition("\n")[2]
        await screens.press("ctrl+y")
        assert editor.text == TEXT
        await screens.press("alt+less_than_sign", "ctrl+@", "alt+f")
        assert editor.selected_text == "DeviceEvents"
        await screens.press("alt+w")
        assert editor.selection.is_empty
        await screens.press("alt+greater_than_sign", "ctrl+y")
        assert editor.text == TEXT + "DeviceEvents"
        await screens.press("ctrl+underscore")
        assert editor.text == TEXT

        await screens.press("alt+less_than_sign", "ctrl+@", "down", "ctrl+w")
        assert editor.text == TEXT.partition("\n")[2]
        await screens.press("alt+d")
        assert editor.text.startswith("where A ==")
        await screens.press("ctrl+@", "ctrl+f", "ctrl+g")
        assert editor.selection.is_empty
        await screens.press("ctrl+f")
        assert editor.selection.is_empty


async def test_the_palette_is_on_alt_x_in_the_editor(open_app: Open) -> None:
    async with open_app(settings=EMACS) as screens:
        screen = await hunting(screens)
        await screens.press("ctrl+p")
        assert screens.app.screen is screen
        await screens.press("alt+x")
        await screens.until(lambda: isinstance(screens.app.screen, CommandPalette))
        await screens.press("escape")
        await screens.until(lambda: isinstance(screens.app.screen, HuntingScreen))
        screen.set_focus(None)
        await screens.press("ctrl+p")
        await screens.until(lambda: isinstance(screens.app.screen, CommandPalette))


async def test_what_gave_its_key_away_has_another(open_app: Open) -> None:
    async with open_app(settings=EMACS) as screens:
        screen = await hunting(screens)
        await screens.type("DeviceEvents\n| summ")
        await screens.until(lambda: screen.tab.editor.assist.is_open)
        await screens.press("escape")
        assert not screen.tab.editor.assist.is_open
        await screens.press("alt+slash")
        await screens.until(lambda: screen.tab.editor.assist.is_open)
        await screens.press("tab", "ctrl+s")
        await screens.until(lambda: screen.query_one("#find-text").has_class("-shown"))


def test_a_key_of_ones_own_goes_before_the_preset() -> None:
    assert keymap_of({"suggest": "ctrl+l"}, "emacs")["Suggest"] == "ctrl+l"
    assert keymap_of({}, "emacs")["FindText"] == "ctrl+s"
    assert keymap_of({}) == {}
