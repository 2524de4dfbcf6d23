"""Several carets at once, pairs of brackets, and folding, by the keys that terminals send."""

from __future__ import annotations

import pytest

from tests.ui.conftest import Open
from tests.ui.support import Screens
from tests.ui.test_hunting import hunting
from tui.ui.widgets.query_editor import QueryEditor

NAMES = "DeviceEvents\n| where FileName has 'a'\n| project FileName, Folder = FileName\n| take 5"
FOLDS = """let big = 5;
let twice = (x: int) {
    print y = x
    | extend z = y * 2
};
// one
// two
DeviceEvents
| where FileName in (
    "a",
    "b"
)
| take 5"""


async def with_text(screens: Screens, text: str, at: tuple[int, int] = (0, 0)) -> QueryEditor:
    screen = await hunting(screens)
    editor = screen.tab.editor
    editor.load_text(text)
    editor.move_cursor(at)
    await screens.pilot.pause()
    return editor


@pytest.mark.parametrize("end", ["\r\n", "\r", "\u2028"])
async def test_lines_of_any_end_are_pasted_at_all_carets(open_app: Open, end: str) -> None:
    async with open_app() as screens:
        editor = await with_text(screens, "ab\ncd", (0, 2))
        await screens.press("ctrl+down")
        screens.app.copy_to_clipboard(f"1{end}2")
        await screens.press("ctrl+v")
        assert editor.text == "ab1\ncd2"
        await screens.press("x")
        assert editor.text == "ab1x\ncd2x"
        screens.app.copy_to_clipboard(f"3{end}4{end}")
        await screens.press("ctrl+v", "y")
        assert editor.text == "ab1x3\n4\ny\ncd2x3\n4\ny"


async def test_a_name_is_changed_wherever_it_stands(open_app: Open) -> None:
    async with open_app() as screens:
        editor = await with_text(screens, NAMES, (1, 10))
        await screens.press("ctrl+d")
        assert editor.selected_text == "FileName"
        await screens.press("ctrl+d", "ctrl+d")
        assert len(editor.carets) == 3
        await screens.sees("3 carets", "Esc leaves one")
        await screens.type("Fn")
        assert editor.text == NAMES.replace("FileName", "Fn")
        await screens.press("backspace", "delete", "x")
        assert "Fxhas" in editor.text
        assert "Fx Folder" in editor.text
        await screens.press("ctrl+z", "ctrl+z", "ctrl+z", "ctrl+z", "ctrl+z")
        assert editor.text == NAMES
        assert len(editor.carets) == 3
        await screens.press("escape")
        assert editor.carets == []
        assert screens.app.focused is editor


async def test_nowhere_else_and_around_the_end(open_app: Open) -> None:
    async with open_app() as screens:
        editor = await with_text(screens, "a b\na c", (1, 0))
        await screens.press("ctrl+d", "ctrl+d")
        assert [one.start for one in editor.carets] == [(1, 0), (0, 0)]
        await screens.press("ctrl+d")
        await screens.type("xy")
        assert editor.text == "xy b\nxy c"


async def test_carets_in_a_column_move_and_select_together(open_app: Open) -> None:
    async with open_app() as screens:
        editor = await with_text(screens, "alpha one\nbeta two\n\nz")
        await screens.press("ctrl+down", "ctrl+down", "ctrl+down")
        assert len(editor.carets) == 4
        await screens.type("// ")
        assert editor.text == "// alpha one\n// beta two\n// \n// z"
        await screens.press("end", "shift+left", "x")
        assert editor.text == "// alpha onx\n// beta twx\n//x\n// x"
        await screens.press("left", "up")
        await screens.press("escape", "ctrl+up")
        assert editor.selection.is_empty


async def test_lines_of_a_selection_are_edited_at_once(open_app: Open) -> None:
    async with open_app() as screens:
        editor = await with_text(screens, "a\nbb\nccc")
        await screens.press("shift+down", "shift+down", "shift+end", "ctrl+d")
        assert len(editor.carets) == 3
        await screens.press("comma", "home")
        await screens.type('"')
        assert editor.text == '"a,\n"bb,\n"ccc,'


async def test_what_was_copied_at_carets_is_pasted_at_carets(open_app: Open) -> None:
    async with open_app() as screens:
        editor = await with_text(screens, "one two\nsix ten")
        await screens.press("ctrl+down", "ctrl+shift+right", "ctrl+x", "end")
        await screens.press("space", "ctrl+v")
        assert editor.text == " two one\n ten six"


async def test_another_change_leaves_one_caret(open_app: Open) -> None:
    async with open_app() as screens:
        editor = await with_text(screens, "DeviceEvents|take 1\n|take 2")
        await screens.press("ctrl+down")
        assert editor.carets
        await screens.press("f8")
        assert editor.carets == []


@pytest.mark.parametrize(
    ("typed", "text", "at"),
    [
        ("print f(", "print f()", 8),
        ("print f(1)", "print f(1)", 10),
        ("print f(g(1))", "print f(g(1))", 13),
        ('print "a"', 'print "a"', 9),
        ("print x = \"it's", 'print x = "it\'s"', 15),
        ("// it's (here", "// it's (here", 13),
        ("print [1", "print [1]", 8),
        ("print 1)", "print 1)", 8),
    ],
)
async def test_what_opens_is_closed_and_typed_over(open_app: Open, typed, text, at) -> None:
    async with open_app() as screens:
        editor = await with_text(screens, "")
        await screens.type(typed)
        assert editor.text == text
        assert editor.cursor_location == (0, at)


async def test_pairs_are_taken_away_and_put_around(open_app: Open) -> None:
    async with open_app() as screens:
        editor = await with_text(screens, "")
        await screens.type("print (")
        await screens.press("backspace")
        assert editor.text == "print "
        await screens.type("ab")
        await screens.press("shift+left", "shift+left", "left_parenthesis")
        assert editor.text == "print (ab)"
        assert editor.selected_text == "ab"
        await screens.press("right", "enter")
        assert editor.text == "print (ab\n)"


async def test_a_new_line_keeps_the_indent(open_app: Open) -> None:
    async with open_app() as screens:
        editor = await with_text(screens, "")
        await screens.type("A | where B in (\n1,\n2")
        assert editor.text == "A | where B in (\n    1,\n    2\n)"


async def test_a_line_that_fits_is_shown_from_its_beginning(open_app: Open) -> None:
    async with open_app((80, 24)) as screens:
        editor = await with_text(screens, f"short\n{'x' * 200}")
        await screens.press("down", "end")
        await screens.until(lambda: editor.scroll_x > 0)
        await screens.press("up")
        await screens.until(lambda: editor.scroll_x == 0)


async def test_folding_and_going_over_what_is_folded(open_app: Open) -> None:
    async with open_app() as screens:
        editor = await with_text(screens, FOLDS, (3, 6))
        await screens.press("ctrl+right_square_bracket")
        await screens.sees("let twice = (x: int) {  ⋯ 3 lines", "▸▎ let twice")
        assert "extend z" not in screens.text()
        assert editor.text == FOLDS
        assert editor.cursor_location == (1, 22)
        await screens.press("down")
        assert editor.cursor_location == (5, 6)
        await screens.press("up", "end", "right")
        assert editor.cursor_location == (5, 0)
        await screens.press("left")
        assert editor.cursor_location == (1, 22)
        await screens.press("ctrl+right_square_bracket")
        await screens.sees("extend z")


async def test_folding_everything_but_here(open_app: Open) -> None:
    async with open_app() as screens:
        editor = await with_text(screens, FOLDS, (12, 3))
        await screens.press("ctrl+backslash")
        await screens.sees("twice = (x: int) {  ⋯ 3 lines", "// one  ⋯ 1 line", "| take 5")
        assert editor.shown_lines == len(FOLDS.split("\n")) - 6
        await screens.press("home")
        await screens.type("x")
        assert editor.document.get_line(12) == "x| take 5"
        await screens.press("ctrl+z", "ctrl+backslash")
        assert editor.shown_lines == len(FOLDS.split("\n"))


async def test_what_is_folded_opens_where_it_is_wanted(open_app: Open) -> None:
    async with open_app() as screens:
        editor = await with_text(screens, FOLDS, (2, 3))
        await screens.press("ctrl+right_square_bracket")
        await screens.sees("⋯ 3 lines")
        editor.show_fault(4, 7)
        await screens.sees("extend z")
        await screens.press("ctrl+right_square_bracket", "end", "delete")
        assert editor.document.get_line(1) == "let twice = (x: int) {    print y = x"
        await screens.press("ctrl+z")
        assert editor.text == FOLDS


async def test_lines_above_are_edited_and_folds_move_along(open_app: Open) -> None:
    async with open_app() as screens:
        editor = await with_text(screens, FOLDS, (9, 3))
        await screens.press("ctrl+right_square_bracket")
        await screens.sees("| where FileName in (  ⋯ 2 lines")
        await screens.press("ctrl+home", "enter", "enter")
        await screens.sees("  11▸▎ | where FileName in (  ⋯ 2 lines")
        await screens.press("ctrl+z", "ctrl+z", "down", "ctrl+shift+k")
        assert editor.hidden_below(7) == 2
