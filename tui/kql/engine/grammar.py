"""Reading a query with duckdb-kql's grammar, and the forms that this grammar lacks.

The forms are put right among the tokens, between lexer and parser: a token put in takes the
place of its neighbour, so that every place in the query stays true.
"""

from __future__ import annotations

import json
from typing import Any

from antlr4 import CommonTokenStream  # type: ignore[import-untyped]
from antlr4.error.ErrorListener import ErrorListener  # type: ignore[import-untyped]
from antlr4.error.Errors import ParseCancellationException  # type: ignore[import-untyped]
from duckdb_kql._antlr.KqlParser import KqlParser

from tui.kql.engine import soft_words, walks
from tui.kql.engine.quick_lexer import tokens_of
from tui.kql.engine.quick_rules import RuleParser
from tui.kql.engine.state import breathe

_OPENING = frozenset({"(", "[", "{"})
_CLOSING = frozenset({")", "]", "}"})
_ENDS = frozenset({"|", ";", "<EOF>"})

Token = Any


class _First(ErrorListener):  # type: ignore[misc]  # ANTLR's runtime is untyped
    """Keeps the first complaint, and how far the parser had read by then."""

    def __init__(self) -> None:
        self.place: tuple[int, int] | None = None
        self.stream: Any = None

    def syntaxError(
        self, recognizer: Any, symbol: Any, line: int, column: int, msg: str, e: Any
    ) -> None:
        """ANTLR tells of an error."""
        del recognizer, msg, e
        if self.place is not None:
            return
        self.place = (line, column)
        # A pipe is complained of when what is behind it fits no operator: the fault is there.
        if symbol is not None and symbol.text == "|" and self.stream is not None:
            furthest = self.stream.tokens[-1]
            if furthest.line > line or furthest.column > column:
                self.place = (furthest.line, furthest.column)


class _Tokens:
    """Hands the parser's stream tokens that are at hand already, one by one."""

    def __init__(self, lexer: Any, tokens: list[Token]) -> None:
        self._lexer = lexer
        self._tokens = tokens
        self._next = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._lexer, name)

    def nextToken(self) -> Token:
        """The next token; the last one, which ends the text, again and again."""
        breathe()
        token = self._tokens[min(self._next, len(self._tokens) - 1)]
        self._next += 1
        return token


def read(text: str) -> tuple[Any, tuple[int, int] | None]:
    """The syntax tree of a query, and where it stops being one (line from 1, column from 0)."""
    listener = _First()
    source, tokens = tokens_of(text, listener)
    tokens = _changed(tokens)
    if listener.place is None:
        try:
            # Without looking for a way on behind a fault.
            parser: Any = RuleParser(tokens)
            tree = parser.top()
            setattr(tree, walks.KINDS, set(map(walks.rule_name, parser.met)))
            return tree, None
        except ParseCancellationException:
            pass
    parser = _parser(source.lexer, tokens)
    listener.stream = parser.getTokenStream()
    parser.addErrorListener(listener)
    tree = parser.top()
    return tree, listener.place


def _parser(lexer: Any, tokens: list[Token]) -> Any:
    parser: Any = KqlParser(CommonTokenStream(_Tokens(lexer, tokens)))
    parser.removeErrorListeners()
    return parser


def first_fault(text: str) -> tuple[int, int]:
    """Line (from 1) and column (from 0) of the first place that fits no query."""
    return read(text)[1] or (1, 0)


def _changed(tokens: list[Token]) -> list[Token]:
    tokens = _without_settings(tokens)
    visible = [t for t in tokens if t.channel == 0]
    words = {t.text for t in visible}
    if words & {"between", "!between"}:
        tokens = _bounds_bracketed(tokens)
    if "parse-kv" in words:
        tokens = _parse_kv(tokens)
    if "count" in words and "as" in words:
        tokens = _count_as(tokens)
    if "count" in words:
        _counted(tokens)
    if "make-series" in words:
        tokens = _named_measures(tokens)
    if words & soft_words.ALL:
        soft_words.named(tokens)
    return _plain_names(tokens) if words & {"datatable", "let", "evaluate"} else tokens


def _without_settings(tokens: list[Token]) -> list[Token]:
    """The query behind `set …;` statements that change nothing here."""
    seen = [t for t in tokens if t.channel == 0]
    while len(seen) > 2 and seen[0].text == "set" and seen[1].text in _SETTINGS:
        end = next((i for i, t in enumerate(seen) if t.text == ";"), -1)
        if end < 0:
            break
        place = tokens.index(seen[end])
        tokens, seen = tokens[place + 1 :], seen[end + 1 :]
    return tokens


_SETTINGS = frozenset(
    """notruncation truncationmaxsize truncationmaxrecords query_datascope
    maxmemoryconsumptionperiterator max_memory_consumption_per_query_per_node
    best_effort servertimeout query_take_max_records""".split()  # noqa: SIM905
)


def _like(neighbour: Token, text: str, kind: int) -> Token:
    token = neighbour.clone()
    token.text = text
    token.type = kind
    token.channel = 0
    return token


def _close_of(tokens: list[Token], opened: int) -> int:
    depth = 0
    for index in range(opened, len(tokens)):
        text = tokens[index].text
        if tokens[index].type == KqlParser.STRINGLITERAL:
            continue
        if text in _OPENING:
            depth += 1
        elif text in _CLOSING:
            depth -= 1
            if depth == 0:
                return index
    return -1


def _next(tokens: list[Token], index: int) -> int:
    """The next token that is neither blank nor comment."""
    index += 1
    while index < len(tokens) and tokens[index].channel != 0:
        index += 1
    return index


def _bounds_bracketed(tokens: list[Token]) -> list[Token]:
    """`between (a - b .. c + d)`: the grammar takes only terms as bounds, so they get brackets."""
    before: dict[int, list[str]] = {}
    after: dict[int, list[str]] = {}
    for index, token in enumerate(tokens):
        if token.type not in (KqlParser.BETWEEN, KqlParser.NOT_BETWEEN):
            continue
        opened = _next(tokens, index)
        if opened >= len(tokens) or tokens[opened].text != "(":
            continue
        closed = _close_of(tokens, opened)
        depth, middle = 0, -1
        for position in range(opened, closed):
            if tokens[position].text in _OPENING:
                depth += 1
            elif tokens[position].text in _CLOSING:
                depth -= 1
            elif tokens[position].type == KqlParser.DOTDOT and depth == 1:
                middle = position
        if closed < 0 or middle < 0:
            continue
        for first, last in ((opened + 1, middle - 1), (middle + 1, closed - 1)):
            inside = [p for p in range(first, last + 1) if tokens[p].channel == 0]
            if len(inside) > 1:
                before.setdefault(inside[0], []).append("(")
                after.setdefault(inside[-1], []).append(")")
    if not before:
        return tokens
    result: list[Token] = []
    for index, token in enumerate(tokens):
        result += [_like(token, "(", KqlParser.OPENPAREN) for _ in before.get(index, [])]
        result.append(token)
        result += [_like(token, ")", KqlParser.CLOSEPAREN) for _ in after.get(index, [])]
    return result


def _parse_kv(tokens: list[Token]) -> list[Token]:
    """`parse-kv Expr as (…) with (…)`: read as a plugin with these arguments and columns."""
    tokens = [t for t in tokens if t.channel == 0]
    result: list[Token] = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        if token.text != "parse-kv":
            result.append(token)
            index += 1
            continue
        named = next(
            (
                p
                for p in range(index, len(tokens))
                if tokens[p].type == KqlParser.AS or tokens[p].text in _ENDS
            ),
            len(tokens) - 1,
        )
        opened = named + 1
        closed = _close_of(tokens, opened) if tokens[opened : opened + 1] else -1
        if tokens[named].type != KqlParser.AS or closed < 0:
            result.append(token)
            index += 1
            continue
        end, options = closed + 1, {}
        if tokens[end].text == "with" and tokens[end + 1].text == "(":
            last = _close_of(tokens, end + 1)
            if last > 0:
                options = _options(tokens[end + 2 : last])
                end = last + 1
        result.append(_like(token, "evaluate", KqlParser.EVALUATE))
        result.append(_like(token, "parse_kv", KqlParser.IDENTIFIER))
        result.append(_like(token, "(", KqlParser.OPENPAREN))
        result += tokens[index + 1 : named]
        kept = json.dumps(json.dumps(options))
        result.append(_like(tokens[named], ",", KqlParser.COMMA))
        result.append(_like(tokens[named], kept, KqlParser.STRINGLITERAL))
        result.append(_like(tokens[named], ")", KqlParser.CLOSEPAREN))
        result.append(_like(tokens[named], ":", KqlParser.COLON))
        result += tokens[opened : closed + 1]
        index = end
    return result


def _options(tokens: list[Token]) -> dict[str, str]:
    found: dict[str, str] = {}
    key, signed = "", False
    for token in tokens:
        if token.text == ",":
            key, signed = "", False
        elif token.text == "=":
            signed = True
        elif signed:
            found[f"{key}#{len(found)}" if key in found else key] = token.text
        else:
            key = token.text
    return found


def _counted(tokens: list[Token]) -> None:
    """`count(x)`, which counts rows whatever `x` is: a function of its own for the grammar."""
    seen = [t for t in tokens if t.channel == 0]
    for index, token in enumerate(seen[:-2]):
        if (
            token.type == KqlParser.COUNT
            and seen[index + 1].text == "("
            and seen[index + 2].text != ")"
        ):
            token.type, token.text = KqlParser.IDENTIFIER, "kql_count"


def _named_measures(tokens: list[Token]) -> list[Token]:
    """`make-series Name = avg(x)`: the name in brackets, lest it be read as a parameter."""
    seen = [t for t in tokens if t.channel == 0]
    result: list[Token] = []
    for index, token in enumerate(seen):
        if (
            index
            and (
                seen[index - 1].text == "make-series"
                or [t.text for t in seen[max(0, index - 4) : index - 1]]
                == ["make-series", "kind", "="]
            )
            and token.text != "kind"
            and [t.text for t in seen[index + 1 : index + 2]] == ["="]
        ):
            result.append(_like(token, "[", KqlParser.OPENBRACKET))
            result.append(_like(token, json.dumps(token.text), KqlParser.STRINGLITERAL))
            result.append(_like(token, "]", KqlParser.CLOSEBRACKET))
        else:
            result.append(token)
    return result


def _count_as(tokens: list[Token]) -> list[Token]:
    """`| count as Name` is `| summarize Name = count()`."""
    result: list[Token] = []
    seen = [t for t in tokens if t.channel == 0]
    index = 0
    while index < len(seen):
        token = seen[index]
        following = [t.text for t in seen[index + 1 : index + 4]]
        if (
            token.type == KqlParser.COUNT
            and index
            and seen[index - 1].text == "|"
            and following[:1] == ["as"]
            and len(following) == 3
        ):
            name = seen[index + 2]
            result.append(_like(token, "summarize", KqlParser.SUMMARIZE))
            result += [name, _like(name, "=", KqlParser.EQUAL)]
            result.append(_like(name, "count", KqlParser.COUNT))
            result.append(_like(name, "(", KqlParser.OPENPAREN))
            result.append(_like(name, ")", KqlParser.CLOSEPAREN))
            index += 3
            continue
        result.append(token)
        index += 1
    return result


def _plain_names(tokens: list[Token]) -> list[Token]:
    """Words of the grammar that name a column in `(name: type, …)`, and the `*` of such a list."""
    seen = [t for t in tokens if t.channel == 0]
    starred: set[int] = set()
    for index in range(1, len(seen) - 1):
        token, before, behind = seen[index], seen[index - 1], seen[index + 1]
        if (
            behind.text == ":"
            and before.text in ("(", ",")
            and token.type not in (KqlParser.STRINGLITERAL, KqlParser.IDENTIFIER)
            and (token.text or "").replace("_", "").isalnum()
            and not token.text[0].isdigit()
        ):
            token.type = KqlParser.IDENTIFIER
        lists = before.text == "," and index > 2 and seen[index - 2].text in _TYPES
        opens = (
            before.text == "("
            and behind.text in (",", ")")
            and index > 2
            and seen[index - 2].text == ":"
        )
        if token.text == "*" and (lists or opens):
            token.type, token.text = KqlParser.IDENTIFIER, "kql_star"
            starred.add(id(token))
    if not starred:
        return tokens
    result: list[Token] = []
    for token in tokens:
        result.append(token)
        if id(token) in starred:
            result.append(_like(token, ":", KqlParser.COLON))
            result.append(_like(token, "string", KqlParser.STRING))
    return result


_TYPES = frozenset(
    [
        "string",
        "long",
        "int",
        "real",
        "double",
        "bool",
        "boolean",
        "datetime",
        "date",
        "timespan",
        "time",
        "dynamic",
        "guid",
        "decimal",
    ]
)
