"""duckdb-kql's lexer on shorter ways: the same tokens, those left out that no rule sees.

One pattern reads what hunters write most, where the letter behind it shows that the token ends
there. Elsewhere the lexer's own tables say which token it is, if it has met all that leads to it
before, and else the lexer is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from antlr4 import InputStream, Token  # type: ignore[import-untyped]
from antlr4.atn.LexerAction import LexerChannelAction  # type: ignore[import-untyped]
from antlr4.atn.LexerATNSimulator import LexerATNSimulator  # type: ignore[import-untyped]
from antlr4.Token import CommonToken  # type: ignore[import-untyped]
from duckdb_kql._antlr.KqlLexer import KqlLexer
from duckdb_kql._antlr.KqlParser import KqlParser

from tui.kql.engine.state import breathe

_EOF: int = Token.EOF
_NO_TOKEN: Any = LexerATNSimulator.ERROR
_KINDS: dict[str, int] = {
    spelled[1:-1]: kind for kind, spelled in enumerate(KqlParser.literalNames) if spelled[0] == "'"
}
_KINDS.update(dict.fromkeys(("true", "True", "TRUE"), KqlParser.BOOLEANLITERAL))
_KINDS.update(dict.fromkeys(("false", "False", "FALSE"), KqlParser.BOOLEANLITERAL))
_FOLLOWING = dict.fromkeys(
    """bool date datetime decimal double guid int int32 int64 long real time timespan typeof
    uniqueid uuid""".split(),  # noqa: SIM905
    "(",
) | {"hint": ".", "matches": ""}
"""Words that may go on behind what follows at once: `datetime(2026-01-01)` is one token."""


def _alternatives(fits: Callable[[str], bool]) -> str:
    return "|".join(map(re.escape, sorted(filter(fits, _KINDS), key=len, reverse=True)))


_SIGNS = _alternatives(lambda word: not any(c.isalnum() or c == "@" for c in word))
_LONG_WORDS = _alternatives(lambda word: word[0].isalpha() and not word.isidentifier())
"""`project-away`, `matches regex`, `in~`."""
_TOKEN = re.compile(
    r"(?:[ \t\r\n]+|//[^\r\n\u2028\u2029]*)*+"
    rf"(?:(?P<long>{_LONG_WORDS})(?=[\s(|,=]|\Z)"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_]*)(?=[\s,().|;=<>!*/+%:\[\]{}]|\Z)"
    r"|(?P<text>\"[^\"\\\r\n]*\"|'[^'\\\r\n]*'|@\"[^\"\r\n]*\"(?!\")|@'[^'\r\n]*'(?!'))"
    r"|(?P<whole>[0-9]+)(?=[\s,)|;\]]|\Z)"
    r"|(?P<real>[0-9]+\.[0-9]+)(?=[\s,)|;\]]|\Z)"
    r"|(?P<span>[0-9]+[smhd])(?=[\s,)|;\]]|\Z)"
    r"|(?P<not>![a-z_]+~?)(?=[\s(\"'])"
    rf"|(?P<sign>{_SIGNS}))?"
)
_OF_GROUP = {
    "text": KqlParser.STRINGLITERAL,
    "whole": KqlParser.LONGLITERAL,
    "real": KqlParser.REALLITERAL,
    "span": KqlParser.TIMESPANLITERAL,
}


class _Source:
    """The text that tokens are of, and the lexer for what the pattern does not know."""

    def __init__(self, text: str, listener: Any) -> None:
        self.strdata = text
        self.size = len(text)
        self._listener = listener
        self._lexer: Any = None

    @property
    def lexer(self) -> Any:
        """The lexer; where it is, depends on who used it last."""
        if self._lexer is None:
            self._lexer = KqlLexer(InputStream(self.strdata))
            self._lexer.removeErrorListeners()
            self._lexer.addErrorListener(self._listener)
        return self._lexer

    def getText(self, start: int, stop: int) -> str:
        """The letters from one place to another, both included."""
        return self.strdata[start : stop + 1]

    def place(self, start: int) -> tuple[int, int]:
        """Line (from 1) and column (from 0) of a letter."""
        before = self.strdata.rfind("\n", 0, start) + 1
        return self.strdata.count("\n", 0, start) + 1, start - before


class _Token(CommonToken):  # type: ignore[misc]
    """A token that knows its text, and looks up its line when it is asked."""

    def __init__(self, source: _Source, kind: int, start: int, end: int, text: str) -> None:
        self.source = (None, source)
        self.type = kind
        self.channel = 0
        self.start, self.stop = start, end - 1
        self.tokenIndex = -1
        self._text = text

    @property
    def line(self) -> int:
        """From 1."""
        return int(self.source[1].place(self.start)[0])

    @property
    def column(self) -> int:
        """From 0."""
        return int(self.source[1].place(self.start)[1])

    def clone(self) -> _Token:
        """A token of its own at the same place."""
        return _Token(self.source[1], self.type, self.start, self.stop + 1, self._text)


def tokens_of(text: str, listener: Any) -> tuple[Any, list[Any]]:
    """The source of a text's tokens, which has its `lexer`, and the tokens that rules see.

    Args:
        text: A query.
        listener: Is told of letters that begin no token.
    """
    source = _Source(text, listener)
    tokens: list[Any] = []
    place, matching = 0, _TOKEN.match
    while True:
        breathe()
        found: Any = matching(text, place)
        group = found.lastgroup
        place = found.end()
        kind: int | None = None
        if group is not None:
            start = found.start(group)
            written = text[start:place]
            if group == "word":
                follows = _FOLLOWING.get(written)
                if follows is None or not text.startswith(follows, place):
                    kind = _KINDS.get(written) or KqlParser.IDENTIFIER
            else:
                kind = _OF_GROUP.get(group) or _KINDS.get(written)
            if kind is None:
                place = start
        token: Any = None
        if kind is not None:
            token = _Token(source, kind, start, place, written)
        else:
            token, place = _asked(source, place)
        if token is not None:
            token.tokenIndex = len(tokens)
            tokens.append(token)
            if token.type == _EOF:
                return source, tokens


def _asked(source: _Source, place: int) -> tuple[_Token | None, int]:
    """The lexer's token at a place, None where no rule sees it, and the place behind it."""
    if place >= source.size:
        return _Token(source, _EOF, place, place, "<EOF>"), place
    lexer = source.lexer
    letters = lexer.inputStream
    letters.seek(place)
    found = _met(lexer._interp.decisionToDFA[lexer._mode].s0, letters.data, place)
    if found is None:
        lexer._interp.line, lexer._interp.column = source.place(place)
        token = lexer.nextToken()
        kind, channel, start, end = token.type, token.channel, token.start, token.stop + 1
    else:
        kind, channel, end = found
        start = place
    if kind == _EOF:
        return _Token(source, _EOF, source.size, source.size, "<EOF>"), source.size
    if channel != 0:
        return None, end
    return _Token(source, kind, start, end, source.strdata[start:end]), end


def _met(state: Any, letters: list[int], place: int) -> tuple[int, int, int] | None:
    """Kind, channel and end of the token at a place; None where the tables do not say."""
    found, end, size = None, place, len(letters)
    while state is not None and state.edges is not None and place < size:
        letter = letters[place]
        if letter >= len(state.edges):
            return None
        state = state.edges[letter]
        if state is _NO_TOKEN:
            if found is None:
                return None
            executor = found.lexerActionExecutor
            if executor is None:
                return found.prediction, 0, end
            actions = executor.lexerActions
            if len(actions) == 1 and isinstance(actions[0], LexerChannelAction):
                return found.prediction, actions[0].channel, end
            return None
        place += 1
        if state is not None and state.isAcceptState:
            found, end = state, place
    return None
