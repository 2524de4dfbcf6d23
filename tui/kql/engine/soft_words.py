"""Words of the grammar that name columns in many queries: first, last, count, date and others.

duckdb-kql's grammar takes them for keywords wherever they stand. Where none can be meant they are
made plain names before the grammar sees them.
"""

from __future__ import annotations

from collections.abc import Sequence

from antlr4 import Token  # type: ignore[import-untyped]
from duckdb_kql._antlr.KqlParser import KqlParser

SOFT = frozenset(
    """first last count time date kind title flags table panels simple regex relaxed others string
    long int real datetime timespan double decimal withsource""".split()  # noqa: SIM905
)
OPERATORS = frozenset(
    """consume distinct extend filter getschema join limit order parse scan serialize sort summarize
    take top""".split()  # noqa: SIM905
)
"""Operators whose words the service takes for names too, where no pipe is before them."""
ALL = SOFT | OPERATORS
_NAMING = frozenset(
    """, ( extend project summarize by print let project-rename serialize distinct on
    make-series ; =>""".split()  # noqa: SIM905
)
_BEFORE_VALUES = _NAMING | frozenset(
    """where filter and or not == != <> < > <= >= + - * / % = =~ !~ in !in in~ !in~ has !has has_cs
    contains !contains startswith !startswith endswith !endswith has_any has_all .. of mv-expand
    project-away project-keep project-reorder [ between . {""".split()  # noqa: SIM905
)
_COUNTING = frozenset({"top", "take", "limit", "sample"})
_TAKING_WORDS = frozenset({"kind", "output", "flags", "bagexpansion", "strategy"})


def named(tokens: Sequence[Token]) -> None:
    """Make such words names where they stand for a column."""
    seen = [t for t in tokens if t.channel == 0]
    opened: list[str] = []
    texts = [t.text for t in seen]
    for index, token in enumerate(seen):
        text = texts[index]
        if text == "(":
            opened.append(texts[index - 1] if index else "")
        elif text == ")" and opened:
            opened.pop()
        elif (
            text in ALL
            and token.type != KqlParser.IDENTIFIER
            and _is_name(texts, index, within=opened[-1] if opened else "")
        ):
            token.type = KqlParser.IDENTIFIER


def _is_name(texts: list[str], index: int, within: str) -> bool:
    word = texts[index]
    before = texts[index - 1] if index else ""
    earlier = texts[index - 2] if index > 1 else ""
    behind = texts[index + 1] if index + 1 < len(texts) else ""
    if behind == "(" or within in ("with", "typeof"):
        return False
    if behind == "=":
        return before in _NAMING and not (before == "make-series" and word == "kind")
    if before == "=" and earlier in _TAKING_WORDS:
        return False
    if (word == "count" or word in OPERATORS) and before == "(" and _begins_pipe(texts, index):
        return False
    if word in OPERATORS and (before in ("", ";") or (before in _COUNTING and earlier == "|")):
        return True
    return before in _BEFORE_VALUES


def _begins_pipe(texts: list[str], index: int) -> bool:
    """Whether `(count` opens a pipeline of `fork`, `mv-apply` or `partition`."""
    earlier = texts[index - 2] if index > 1 else ""
    if earlier == "=" and index > 4:
        return "fork" in texts[: index - 2] and texts[index - 4] in ("fork", ")")
    return earlier in ("fork", "on", ")") or "partition" in texts[max(0, index - 6) : index]
