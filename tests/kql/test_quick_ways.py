"""The shorter ways to a query's tree and SQL lead where the long ones do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from antlr4 import CommonTokenStream, InputStream  # type: ignore[import-untyped]
from antlr4.error.Errors import ParseCancellationException  # type: ignore[import-untyped]
from duckdb_kql._antlr.KqlLexer import KqlLexer
from duckdb_kql._antlr.KqlParser import KqlParser
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kql.conftest import Ask
from tui.kql.engine.fusing import fused
from tui.kql.engine.quick_lexer import tokens_of
from tui.kql.engine.quick_rules import RuleParser
from tui.kql.engine.walks import collapse
from tui.kql.engine.warming import QUERIES

_CORPUS = [
    query
    for path in sorted(Path(__file__).with_name("corpus").glob("*.kql"))
    for query in path.read_text("utf-8").split("\n\n")
]


class _Deaf:
    def __getattr__(self, name: str) -> Any:
        return lambda *_args, **_named: None


def _plain_tokens(text: str) -> tuple[Any, list[Any]]:
    lexer = KqlLexer(InputStream(text))
    lexer.removeErrorListeners()
    stream = CommonTokenStream(lexer)
    stream.fill()
    return stream, [token for token in stream.tokens if token.channel == 0]


def _told(tokens: list[Any]) -> list[tuple[Any, ...]]:
    return [(t.type, t.text, t.channel, t.start, t.stop, t.line, t.column) for t in tokens]


def _shape(tree: Any) -> list[tuple[Any, ...]]:
    """A tree without rules that only hand on to another."""
    shape: list[tuple[Any, ...]] = []
    stack = [(tree, 0)]
    while stack:
        node, depth = stack.pop()
        symbol = getattr(node, "symbol", None)
        if symbol is not None:
            shape.append((depth, symbol.type, symbol.text, symbol.start, symbol.line))
            continue
        node = collapse(node)
        ends = (node.start and node.start.start, node.stop and node.stop.stop)
        shape.append((depth, type(node).__name__, *ends))
        stack.extend((child, depth + 1) for child in reversed(node.children or []))
    return shape


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n\tT\r\n| where\n  a == 1d and b == 2.5e3 // ü",
        "T | where x == 'é' and y has \"日本\" | extend z = @'a\\b', w = ```\nmany\nlines\n```",
        'T | where a == "open\n| take 1',
        "T | project-away a* | where b !in~ ('x', h'y') and c between (1 .. 2)",
        "print `x`, #, ¿",
    ],
)
def test_tokens_are_those_of_the_lexer(text: str) -> None:
    for _ in range(2):
        assert _told(tokens_of(text, _Deaf())[1]) == _told(_plain_tokens(text)[1])


@pytest.mark.parametrize("text", _CORPUS[::6])
def test_trees_are_those_of_the_parser(text: str) -> None:
    stream, tokens = _plain_tokens(text)
    plain: Any = KqlParser(stream)
    plain.removeErrorListeners()
    long_way = plain.top()
    mine = tokens_of(text, _Deaf())[1]
    assert _told(mine) == _told(tokens)
    if plain.getNumberOfSyntaxErrors():
        return  # A form that is put right among the tokens before the parser sees them.
    quick: Any = RuleParser(mine)
    assert _shape(quick.top()) == _shape(long_way)


_PIECES = """a in ~ ! has _cs ( ) 1 d 0x e . .. ' " @ h - project away matches regex long datetime
    hint strategy // = < > | é \\ ` ``` true [ ] $ _ ab12cd34 guid 5m"""
_LETTERS = st.lists(st.sampled_from([*_PIECES.split(), " ", "\n", "\u00a0"]), max_size=9)


@given(_LETTERS.map("".join))
@settings(max_examples=300, deadline=None)
def test_tokens_of_any_text_are_those_of_the_lexer(text: str) -> None:
    assert _told(tokens_of(text, _Deaf())[1]) == _told(_plain_tokens(text)[1])


_WORDS = """( ) [ ] . , = == and or in !in between .. - + * / < : has where extend by on asc kind
    bin count ; | 'x' 5 a toscalar dynamic let nulls first $left print true 1h not in~ has_any"""


@given(st.sampled_from(_CORPUS), st.data())
@settings(max_examples=150, deadline=None)
def test_a_damaged_query_is_read_or_refused_as_by_the_parser(text: str, data: Any) -> None:
    words = [token.text for token in tokens_of(text, _Deaf())[1][:-1]][:60]
    place = data.draw(st.integers(0, len(words)))
    words[place : place + data.draw(st.integers(0, 1))] = data.draw(
        st.lists(st.sampled_from(_WORDS.split()), max_size=2)
    )
    damaged = " ".join(words)
    plain: Any = KqlParser(_plain_tokens(damaged)[0])
    plain.removeErrorListeners()
    long_way = plain.top()
    quick: Any = RuleParser(tokens_of(damaged, _Deaf())[1])
    if plain.getNumberOfSyntaxErrors():
        with pytest.raises(ParseCancellationException):
            quick.top()
    else:
        assert _shape(quick.top()) == _shape(long_way)


def _rendered(*stages: str, before: str = "") -> str:
    listed = ",\n     ".join(f"_s{i} AS ({text})" for i, text in enumerate(stages))
    return f"WITH {before}{listed}\nSELECT * FROM _s{len(stages) - 1}"


@pytest.mark.parametrize(
    ("stages", "whole"),
    [
        (
            ['SELECT * FROM "T"', "SELECT * FROM _s0 WHERE a", "SELECT b FROM _s1 GROUP BY b"],
            'SELECT b FROM "T" WHERE a GROUP BY b',
        ),
        (
            ['SELECT * FROM "T"', "SELECT * FROM _s0 ORDER BY a", "SELECT * FROM _s1 LIMIT 5"],
            'SELECT * FROM "T" ORDER BY a LIMIT 5',
        ),
        (
            ['SELECT * FROM "T"', "SELECT * FROM _s0 LIMIT 5", "SELECT * FROM _s1 WHERE a"],
            'SELECT * FROM (SELECT * FROM "T" LIMIT 5) WHERE a',
        ),
        (
            ['SELECT * FROM "T"', "SELECT * FROM _s0 WHERE a", "SELECT * FROM _s1 WHERE b OR c"],
            'SELECT * FROM "T" WHERE (a) AND (b OR c)',
        ),
        (
            ['SELECT * FROM "T"', "SELECT * FROM _s0 WHERE a", "SELECT * FROM _s1, _s1 AS x"],
            'WITH _s1 AS (SELECT * FROM "T" WHERE a)\nSELECT * FROM _s1, _s1 AS x',
        ),
        (
            ['SELECT * FROM "T"', "SELECT * FROM _s0 WHERE a", "SELECT x FROM _s1 QUALIFY y"],
            'SELECT x FROM (SELECT * FROM "T" WHERE a) QUALIFY y',
        ),
    ],
)
def test_stages_become_one_select_where_they_may(stages: list[str], whole: str) -> None:
    assert fused(_rendered(*stages), stages, frozenset()) == whole
    before = '"l" AS (SELECT 1)'
    head = fused(_rendered(*stages, before=f"{before},\n     "), stages, frozenset())
    assert head is not None
    assert head.startswith(f"WITH {before}")


def test_what_is_not_made_of_these_stages_stays() -> None:
    stages = ['SELECT * FROM "T"', "SELECT * FROM _s0 WHERE a"]
    assert fused(_rendered(*stages, "SELECT 1"), stages, frozenset()) is None


@pytest.mark.parametrize(
    ("kql", "rows"),
    [
        ("T | sort by v desc | take 2 | where v < 3", [(2,)]),
        ("T | where v > 1 | extend v = v * 10 | where v > 20 | project v", [(30,)]),
        ("T | where v > 1 | summarize v = sum(v)", [(5,)]),
        ("T | take 3 | sort by v asc | top 1 by v", [(3,)]),
        ("T | where v > 1 | project v = -v | sort by v asc", [(-3,), (-2,)]),
        ("T | where v == 1 or v == 2 | where v == 2 or v == 3", [(2,)]),
        ("T | extend _s0 = '_s1' | where v == 1 | where _s0 == '_s1' | project v", [(1,)]),
    ],
)
def test_a_pipe_in_fewer_selects_answers_the_same(
    ask: Ask, kql: str, rows: list[tuple[int, ...]]
) -> None:
    assert list(ask(f"let T = datatable(v: long) [1, 2, 3]; {kql}").rows()) == rows


@pytest.mark.parametrize("kql", QUERIES)
def test_queries_that_warm_the_engine_are_answered(ask: Ask, kql: str) -> None:
    assert ask(kql).columns
