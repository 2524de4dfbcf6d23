import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.kql import lexer

_BITS = st.sampled_from(
    ["let x = ", "| where ", "has_any (", '"a\\"b"', "@'c:\\x'", "```", "~~~", "\n\n", ";", "//c\n",
     "DeviceInfo", "1.5h", "datetime(2024-01-01)", "!in~", "..", "\ud800", "é", "\x00",
     "'", "(", "}"]
)  # fmt: skip
_TEXTS = st.one_of(st.text(), st.lists(_BITS).map("".join))


def kinds(text: str) -> list[tuple[str, str]]:
    return [(text[t.start : t.end], t.kind) for t in lexer.tokens(text) if t.kind != "space"]


@given(_TEXTS)
def test_tokens_tile_any_text(text: str) -> None:
    position = 0
    for token in lexer.tokens(text):
        assert token.start == position
        assert token.end > token.start
        position = token.end
    assert position == len(text)


@given(_TEXTS)
def test_lines_are_coloured_like_the_whole(text: str) -> None:
    lines = text.replace("\r", " ").split("\n")
    inside: lexer.Fence = ""
    for line in lines:
        found, inside = lexer.line_tokens(line, inside)
        assert "".join(line[t.start : t.end] for t in found) == line


@given(_TEXTS, st.integers(min_value=0, max_value=200))
def test_statement_at_lies_within_the_text(text: str, offset: int) -> None:
    start, end = lexer.statement_at(text, min(offset, len(text)))
    assert 0 <= start <= end <= len(text)
    assert not text[start:end].startswith((" ", "\t", "\n"))


@given(_TEXTS)
def test_statements_do_not_overlap(text: str) -> None:
    last = 0
    for start, end in lexer.statements(text):
        assert last <= start < end
        last = end


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("where", "keyword"),
        ("project-away", "keyword"),
        ("innerunique", "keyword"),
        ("DeviceInfo", "table"),
        ("DeviceName", "column"),
        ("nonsense", "name"),
        ("has_any", "operator"),
        ("!in~", "operator"),
        ("in~", "operator"),
        ("=~", "operator"),
        ('"text \\" more"', "string"),
        ("@'c:\\'", "string"),
        ('h"secret"', "string"),
        ("```two\n\nlines```", "string"),
        ("1.5h", "timespan"),
        ("30m", "timespan"),
        ("time(1.02:03:04)", "timespan"),
        ("datetime(2024-01-01)", "datetime"),
        ("0x1F", "number"),
        ("1e5", "number"),
        ("// words", "comment"),
        ("|", "pipe"),
        ("string", "type"),
    ],
)
def test_kinds_of_tokens(text: str, kind: str) -> None:
    assert kinds(text) == [(text, kind)]


def test_names_bound_by_let_are_known_from_then_on() -> None:
    found = kinds("let hosts = 1; T | where x in (hosts)")
    assert found[1] == ("hosts", "let")
    assert found[-2] == ("hosts", "let")


def test_a_path_into_a_dynamic_is_no_column() -> None:
    assert kinds("d.DeviceName")[-1] == ("DeviceName", "name")


def test_functions_are_told_from_operators_by_their_bracket() -> None:
    assert ("count", "function") in kinds("T | summarize count()")
    assert ("count", "keyword") in kinds("T | count")
    assert ("has_any", "operator") in kinds("x has_any (1)")


def query(text: str) -> str:
    offset = text.index("§")
    text = text.replace("§", "")
    start, end = lexer.statement_at(text, offset)
    return text[start:end]


def test_blank_lines_part_queries() -> None:
    assert query("A | take 1\n\nB | ta§ke 2\n\nC") == "B | take 2"
    assert query("§A | take 1\n \t \nB") == "A | take 1"


def test_a_cursor_between_queries_takes_the_one_before() -> None:
    assert query("A\n§\nB") == "A"
    assert query("§\n\nA") == "A"
    assert query("A\n\n§") == "A"


def test_blank_lines_inside_a_long_string_part_nothing() -> None:
    assert query("print ```a\n\nb``` | ta§ke 1") == "print ```a\n\nb``` | take 1"


def test_a_let_block_belongs_to_its_query() -> None:
    text = "let a = 1;\nlet b = 2;\n\nT | wh§ere x == a"
    assert query(text) == text.replace("§", "")
    assert query("T | take 1;\n\nU | ta§ke 2") == "U | take 2"


def test_a_comment_belongs_to_the_query_behind_it() -> None:
    assert query("// what\n\nT§") == "// what\n\nT"


@pytest.mark.parametrize("piece", ['"', "`", "(", "a", '"\\', "`x", "!a", "1.", "h@"])
def test_long_and_odd_texts_are_tokenized_in_linear_steps(piece: str) -> None:
    text = "```" + piece * 40_000
    for whole in (text, text[3:]):
        assert lexer.tokens(whole)[-1].end == len(whole)
        assert len(lexer.statements(whole)) == 1
