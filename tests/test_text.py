"""Service text made displayable: nothing acts, nothing hides, nothing is lost silently."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.text import calm, visible, visible_lines

ANY_TEXT = st.text(alphabet=st.characters(codec=None, categories=None), max_size=60)


def every_character() -> str:
    return "".join(map(chr, range(0x110000)))


def is_control(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")


def test_no_character_of_all_is_a_control_afterwards() -> None:
    assert not [hex(ord(each)) for each in visible(every_character()) if is_control(each)]


def test_no_format_character_without_width_is_left() -> None:
    left = {
        hex(ord(each))
        for each in visible(every_character())
        if unicodedata.category(each) == "Cf" and cell_len(each) == 0
    }
    assert not left


@given(ANY_TEXT)
def test_what_was_made_visible_stays_as_it_is(text: str) -> None:
    once = visible(text)
    assert visible(once) == once
    assert not any(is_control(each) for each in once)


@given(ANY_TEXT)
def test_lines_keep_nothing_but_their_breaks(text: str) -> None:
    assert not any(is_control(each) for each in visible_lines(text) if each != "\n")


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain text", "plain text"),
        ("\x1b[31mred", "␛[31mred"),
        ("a\nb\tc\x7f", "a␊b␉c␡"),
        ("invoice\u202efdp.exe", "invoice⟨202E⟩fdp.exe"),
        ("zero\u200bwidth", "zero⟨200B⟩width"),
        ("\ud800 alone", "⟨D800⟩ alone"),
        ("\x9b31m", "⟨9B⟩31m"),
        ("👍🏽", "👍⟨1F3FD⟩"),
        ("漢字 ñ é", "漢字 ñ é"),
        ("[bold]no markup[/]", "[bold]no markup[/]"),
    ],
)
def test_hostile_text_is_seen_for_what_it_is(raw: str, shown: str) -> None:
    assert visible(raw) == shown


def test_stacked_marks_are_cut_and_others_stay() -> None:
    assert calm("e" + "\u0301" * 40, limit=4) == "e" + "\u0301" * 4
    assert calm("né́ plain") == "né́ plain"
