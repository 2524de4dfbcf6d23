"""The canonical layout of a query."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tui.kql import lexer
from tui.kql.formatting import WIDTH, formatted

HERE = Path(__file__).parent


def meant(text: str) -> list[str]:
    return [
        text[token.start : token.end].rstrip()
        for token in lexer.tokens(text)
        if token.kind != "space"
    ]


def test_one_pipe_to_a_line() -> None:
    assert formatted("T|where A==1 and B  !=2|project A,B") == (
        "T\n| where A == 1 and B != 2\n| project A, B"
    )


def test_statements_and_inner_pipes_stand_by_themselves() -> None:
    text = "let a = 1;let f=(x:string){T|where A==x};T|join kind=inner (U|where B>1) on Id"
    assert formatted(text) == (
        "let a = 1;\n"
        "let f=(x:string){\n    T\n    | where A == x\n};\n"
        "T\n"
        "| join kind=inner (\n    U\n    | where B>1\n) on Id"
    )


def test_comments_stay_where_they_are() -> None:
    text = "// head\nT // tail\n  // own\n| take 1 // last"
    assert formatted(text) == "// head\nT // tail\n// own\n| take 1 // last"


def test_long_lines_are_broken_between_items() -> None:
    items = ", ".join(f"Column{at} = tostring(Field{at})" for at in range(8))
    lines = formatted(f"T | extend {items}").split("\n")
    assert all(len(line) <= WIDTH for line in lines)
    assert all(line.startswith("    Column") for line in lines[2:])


def test_rows_of_a_datatable_are_kept() -> None:
    text = 'datatable(A:string, B:int)[\n    "a", 1,\n    "b", 2\n]\n| take 1'
    assert formatted(text) == text


def test_what_is_not_balanced_is_left_alone() -> None:
    text = "T |where (A==1"
    assert formatted(text) == text


def test_the_corpus_is_laid_out_without_change() -> None:
    for path in (HERE / "diagnostics_valid.kql", *sorted((HERE / "corpus").glob("*.kql"))):
        text = path.read_text("utf-8")
        for start, end in lexer.statements(text):
            once = formatted(text[start:end])
            assert meant(once) == meant(text[start:end])
            assert formatted(once) == once


FRAGMENTS = st.sampled_from(
    ["T", "|", "where", "A", "==", '"x"', "(", ")", "[", "]", "{", "}", ",", ";", "\n", "\n\n",
     "// c\n", " ", "and", "by", "=", "let", "count()", "```a\n b```", "-", "*", "..", "in~",
     "!has",
     "project-away", "1h", "datatable", "\t", "'it", "@'", "/", "é", "AVeryLongNameIndeed" * 3]
)  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(st.lists(FRAGMENTS, max_size=40), st.booleans())
def test_twice_is_once_and_only_blanks_change(pieces: list[str], parted: bool) -> None:
    text = (" " if parted else "").join(pieces)
    once = formatted(text)
    assert formatted(once) == once
    assert meant(once) == meant(text)
