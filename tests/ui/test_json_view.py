"""The JSON tab: lines that fold, words that are found, paths that are copied."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from tests.ui.conftest import Open
from tui.ui.json_lines import JsonTree, path_text

VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=30,
)


@given(VALUES)
def test_every_line_names_its_value_and_folds_back(value: object) -> None:
    tree = JsonTree(value)
    tree.open_below((), is_open=True)
    lines = tree.lines()
    assert len({line.path for line in lines}) == len(lines)
    for line in lines:
        assert tree.at(line.path) is not NotImplemented
        if line.kind in ("number", "word", "text"):
            assert json.loads(line.value) == tree.at(line.path)
    tree.open_below((), is_open=False)
    assert len(tree.lines()) <= len(lines)


def test_words_are_found_in_order_and_around_the_end() -> None:
    tree = JsonTree({"a": [{"x": "Evil"}, {"y": 1}], "evil": 2, "b": {"c": "EVIL"}})
    first = tree.find("evil", ())
    assert first == ("a", 0, "x")
    assert tree.find("evil", first) == ("evil",)
    assert tree.find("evil", ("b", "c")) == first
    assert tree.find("evil", first, back=True) == ("b", "c")
    assert tree.find("nowhere", ()) is None
    tree.reveal(("a", 0, "x"))
    assert ("a", 0, "x") in [line.path for line in tree.lines()]


def test_paths_are_written_as_programs_write_them() -> None:
    assert path_text(("alerts", 0, "@odata.type")) == 'alerts[0]["@odata.type"]'
    assert path_text(("a", "b", 2)) == "a.b[2]"


async def test_it_is_searched_folded_and_copied(open_app: Open) -> None:
    async with open_app((80, 24)) as screens:
        await screens.sign_in()
        await screens.press("enter", *["]"] * 7)
        await screens.sees("JSON", "displayName")
        await screens.press("/")
        await screens.type("comsvcs")
        await screens.press("enter")
        await screens.sees("processCommandLine")
        await screens.press("enter")
        await screens.sees("MiniDump")
        await screens.press("escape", "Y")
        assert screens.app.clipboard.startswith("alerts[")
        assert screens.app.clipboard.endswith("processCommandLine")
        await screens.press("y")
        assert "comsvcs.dll, MiniDump" in screens.app.clipboard
        await screens.press("left", "left")
        await screens.until(lambda: "processCommandLine" not in screens.text())
        await screens.press("g", "enter")
        await screens.until(lambda: "displayName" not in screens.text())
