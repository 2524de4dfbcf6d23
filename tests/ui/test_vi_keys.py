"""The editor with the keys of vi, as `editor_keys = "vi"` gives them."""

from __future__ import annotations

import pytest

from tests.ui.conftest import Open
from tests.ui.test_hunting import hunting
from tui.config.settings import Settings, UiSettings
from tui.ui.widgets.vi_editor import ViEditor
from tui.ui.widgets.vi_motions import inner, motion

VI = Settings(ui=UiSettings(editor_keys="vi"))
TEXT = 'DeviceEvents\n| where A == "one two"\n| extend x = f(a, b)\n| take 5'

CASES = [
    # keys, text, place of the cursor
    ("jj", TEXT, (2, 0)),
    ("lll2h", TEXT, (0, 1)),
    ("jwww", TEXT, (1, 10)),
    ("je", TEXT, (1, 6)),
    ("jee", TEXT, (1, 8)),
    ("$", TEXT, (0, 11)),
    ("jw0", TEXT, (1, 0)),
    ("Gk^", TEXT, (2, 0)),
    ("3Gwb", TEXT, (2, 0)),
    ("Ggg", TEXT, (0, 0)),
    ("jfo", TEXT, (1, 14)),
    ("jfo;", TEXT, (1, 20)),
    ("jfo;,", TEXT, (1, 14)),
    ("jjf(%", TEXT, (2, 19)),
    ("x", TEXT[1:], (0, 0)),
    ("3x", TEXT[3:], (0, 0)),
    ("dd", TEXT.split("\n", 1)[1], (0, 0)),
    ("2dd", TEXT.split("\n", 2)[2], (0, 0)),
    ("ddp", '| where A == "one two"\nDeviceEvents\n| extend x = f(a, b)\n| take 5', (1, 0)),
    ("yyP", f"DeviceEvents\n{TEXT}", (0, 0)),
    ("yyGp", f"{TEXT}\nDeviceEvents", (4, 0)),
    ("jwdw", TEXT.replace("where ", ""), (1, 2)),
    ("jwD", TEXT.replace('where A == "one two"', ""), (1, 1)),
    ("dj", "| extend x = f(a, b)\n| take 5", (0, 0)),
    ("dG", "", (0, 0)),
    ('jfodi"', TEXT.replace("one two", ""), (1, 14)),
    ("jjfadi(", TEXT.replace("a, b", ""), (2, 15)),
    ("jjfada(", TEXT.replace("(a, b)", ""), (2, 13)),
    ("jwdiw", TEXT.replace("where", ""), (1, 2)),
    ("jwcwfilter{esc}", TEXT.replace("where", "filter"), (1, 7)),
    ("jwciwfilter{esc}", TEXT.replace("where", "filter"), (1, 7)),
    ("jccx{esc}", TEXT.replace('| where A == "one two"', "x"), (1, 0)),
    ("ox{esc}", TEXT.replace("Events\n", "Events\nx\n"), (1, 0)),
    ("jOx{esc}", TEXT.replace("Events\n", "Events\nx\n"), (1, 0)),
    ("Ax{esc}", TEXT.replace("Events\n", "Eventsx\n"), (0, 12)),
    ("jIx{esc}", TEXT.replace("| where", "x| where"), (1, 0)),
    ("ia{esc}", f"a{TEXT}", (0, 0)),
    ("rX", f"X{TEXT[1:]}", (0, 0)),
    ("~", f"d{TEXT[1:]}", (0, 1)),
    ("J", TEXT.replace("\n", " ", 1), (0, 12)),
    ("xxu", TEXT[1:], (0, 0)),
    ("xu{redo}", TEXT[1:], (0, 0)),
    ("x.", TEXT[2:], (0, 0)),
    ("jwcwab{esc}jb.", TEXT.replace("where", "ab").replace("extend", "ab"), (2, 3)),
    ("vlld", TEXT[3:], (0, 0)),
    ("Vjd", TEXT.split("\n", 2)[2], (0, 0)),
    ("vexiz{esc}", f"z{TEXT[12:]}", (0, 0)),
    (">>", f"    {TEXT}", (0, 4)),
    (">><<", TEXT, (0, 0)),
    ("Vj>", "    " + TEXT.replace("\n|", "\n    |", 1), (0, 4)),
    ("d{esc}x", TEXT[1:], (0, 0)),
    ("ylp", f"DD{TEXT[1:]}", (0, 1)),
]  # fmt: skip


@pytest.mark.parametrize("half", [0, 1])
async def test_what_vi_does(open_app: Open, half: int) -> None:
    async with open_app(settings=VI) as screens:
        screen = await hunting(screens)
        editor = screen.tab.editor
        assert isinstance(editor, ViEditor)
        for keys, text, place in CASES[half::2]:
            editor.load_text(TEXT)
            editor._lines_held = editor._done = ""
            rest = keys
            while rest:
                if rest.startswith("{esc}"):
                    await screens.pilot.press("escape")
                    rest = rest[5:]
                elif rest.startswith("{redo}"):
                    await screens.pilot.press("ctrl+r")
                    rest = rest[6:]
                else:
                    await screens.type(rest[0])
                    rest = rest[1:]
            await screens.pilot.pause()
            assert (editor.text, editor.cursor_location) == (text, place), keys
            assert editor.mode == "normal", keys


async def test_the_mode_is_told_and_escape_stays(open_app: Open) -> None:
    async with open_app((80, 24), settings=VI) as screens:
        screen = await hunting(screens)
        await screens.sees("NORMAL")
        await screens.press("i")
        await screens.sees("INSERT")
        await screens.type("DeviceProc")
        await screens.until(lambda: screen.tab.editor.assist.is_open)
        await screens.press("tab")
        assert screen.tab.editor.text == "DeviceProcessEvents"
        await screens.press("escape", "escape", "escape")
        await screens.sees("NORMAL")
        assert screens.app.focused is screen.tab.editor
        await screens.press("2")
        await screens.sees("NORMAL 2")
        await screens.press("escape", "v")
        await screens.sees("VISUAL")


async def test_search_goes_there_and_n_goes_on(open_app: Open) -> None:
    async with open_app(settings=VI) as screens:
        screen = await hunting(screens)
        editor = screen.tab.editor
        editor.load_text("a b\nb a\nb")
        await screens.press("slash")
        await screens.until(lambda: screens.app.focused is screen.query_one("#find-text"))
        await screens.press("b", "enter")
        await screens.until(lambda: screens.app.focused is editor)
        assert editor.cursor_location == (0, 2)
        await screens.press("n")
        await screens.until(lambda: editor.cursor_location == (1, 0))
        await screens.press("N")
        await screens.until(lambda: editor.cursor_location == (0, 2))
        assert editor.selection.is_empty


async def test_what_is_seen_runs(open_app: Open) -> None:
    async with open_app(settings=VI) as screens:
        screen = await hunting(screens)
        editor = screen.tab.editor
        editor.load_text("print 1\nprint 22")
        await screens.press("j", "V")
        wanted = editor.wanted
        assert wanted is not None
        assert (wanted.query, wanted.line, wanted.column) == ("print 22", 1, 0)
        await screens.press("escape", "0", "v", "e")
        assert editor.wanted is not None
        assert editor.wanted.query == "print"


def test_objects_and_motions_where_there_are_none() -> None:
    assert inner("", 0, "w", False) is None
    assert inner("a", 0, "(", False) is None
    assert inner('a "b', 3, '"', True) is None
    for key in ("h", "l", "w", "b", "e", "$", "G", "gg", "{", "}", "%", "j", "k"):
        reach = motion("", 0, key, 3, True)
        assert reach is None or reach.to == 0
