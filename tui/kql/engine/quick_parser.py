"""duckdb-kql's parser on shorter ways through ANTLR's runtime, for queries without a fault.

The rules and their decisions are the generated ones, and so are the trees. What is spared:
tokens that no rule sees, listeners that nobody set, properties, and the general walk where
the decision for these tokens is known from an earlier query.
"""

from __future__ import annotations

from typing import Any

from antlr4 import InputStream, ParserRuleContext, Token  # type: ignore[import-untyped]
from antlr4.atn.ATNSimulator import ATNSimulator  # type: ignore[import-untyped]
from antlr4.atn.LexerAction import LexerChannelAction  # type: ignore[import-untyped]
from antlr4.atn.LexerATNSimulator import LexerATNSimulator  # type: ignore[import-untyped]
from antlr4.atn.ParserATNSimulator import ParserATNSimulator  # type: ignore[import-untyped]
from antlr4.atn.PredictionMode import PredictionMode  # type: ignore[import-untyped]
from antlr4.error.ErrorStrategy import BailErrorStrategy  # type: ignore[import-untyped]
from antlr4.Token import CommonToken  # type: ignore[import-untyped]
from antlr4.tree.Tree import TerminalNodeImpl  # type: ignore[import-untyped]
from duckdb_kql._antlr.KqlLexer import KqlLexer
from duckdb_kql._antlr.KqlParser import KqlParser

from tui.kql.engine.state import breathe

_EOF: int = Token.EOF
_Parser: Any = KqlParser
_NOWHERE: Any = ATNSimulator.ERROR
_NO_TOKEN: Any = LexerATNSimulator.ERROR


class _Leaf(TerminalNodeImpl):  # type: ignore[misc]  # ANTLR's runtime is untyped
    """A token in the tree."""

    __slots__ = ()
    __setattr__ = object.__setattr__


_Leaf.__name__ = TerminalNodeImpl.__name__


class _Visible:
    """The tokens that rules see, the last of which ends the text."""

    def __init__(self, tokens: list[Any]) -> None:
        self.tokens = [token for token in tokens if token.channel == 0]
        self.kinds: list[int] = [token.type for token in self.tokens]
        self.index = 0
        for index, token in enumerate(self.tokens):
            token.tokenIndex = index

    def LT(self, k: int) -> Any:
        """The token `k` places ahead, the one at hand being the first, or that many behind."""
        place = self.index + k - (k > 0)
        return self.tokens[min(place, len(self.tokens) - 1)] if place >= 0 else None

    def LA(self, k: int) -> int:
        """The kind of the token `k` places ahead."""
        return self.kinds[min(self.index + k - 1, len(self.kinds) - 1)]

    def get(self, index: int) -> Any:
        """The token at a place of the text."""
        return self.tokens[index]

    def consume(self) -> None:
        """Go on by one token."""
        breathe()
        self.index = min(self.index + 1, len(self.tokens) - 1)

    def seek(self, index: int) -> None:
        """Go to a token."""
        self.index = index

    def mark(self) -> int:
        """ANTLR asks that nothing be forgotten from here on; nothing is."""
        return 0

    def release(self, marker: int) -> None:
        """ANTLR asks no longer."""


class _AtFault(BailErrorStrategy):  # type: ignore[misc]
    """Ends at the first fault, whose words nobody reads."""

    def reportError(self, recognizer: Any, e: Any) -> None:
        """ANTLR would word it."""


class _Predictor(ParserATNSimulator):  # type: ignore[misc]
    """Follows a decision that was taken before without the general machinery."""

    def adaptivePredict(self, input: Any, decision: int, outerContext: Any) -> Any:
        dfa = self.decisionToDFA[decision]
        state = None if dfa.precedenceDfa else dfa.s0
        kinds, place = input.kinds, input.index
        while state is not None:
            kind, edges = kinds[place], state.edges
            if edges is None or kind + 1 >= len(edges):
                break
            state = edges[kind + 1]
            if state is None or state is _NOWHERE:
                break
            if state.isAcceptState:
                if state.predicates is None:
                    return state.prediction
                break
            if kind != _EOF:
                place += 1
        return super().adaptivePredict(input, decision, outerContext)


_ALONE = frozenset(
    {
        KqlParser.IDENTIFIER,
        KqlParser.STRINGLITERAL,
        KqlParser.LONGLITERAL,
        KqlParser.REALLITERAL,
        KqlParser.BOOLEANLITERAL,
        KqlParser.DATETIMELITERAL,
        KqlParser.TIMESPANLITERAL,
    }
)
_BEHIND_ALL = frozenset(
    {KqlParser.BAR, KqlParser.COMMA, KqlParser.CLOSEPAREN, KqlParser.SEMICOLON, _EOF}
)
_BEHIND_SIDE = _BEHIND_ALL | {
    KqlParser.AND,
    KqlParser.OR,
    KqlParser.EQUALEQUAL,
    KqlParser.EXCLAIMATIONPOINT_EQUAL,
}
_BEHIND_SUM = _BEHIND_SIDE | {
    KqlParser.GREATERTHAN,
    KqlParser.GREATERTHAN_EQUAL,
    KqlParser.LESSTHAN,
    KqlParser.LESSTHAN_EQUAL,
}
_BEHIND_WORD = _BEHIND_SUM | {
    KqlParser.EQUALTILDE,
    KqlParser.EXCLAIMATIONPOINT_TILDE,
    KqlParser.HAS,
    KqlParser.CONTAINS,
    KqlParser.PLUS,
    KqlParser.SLASH,
}


class _Token(CommonToken):  # type: ignore[misc]
    """A token that knows its text."""

    def __init__(self, source: Any, kind: int, start: int, end: int, text: str) -> None:
        self.source = source
        self.type = kind
        self.channel = 0
        self.start, self.stop = start, end - 1
        self.tokenIndex = -1
        self._text = text


def tokens_of(text: str, listener: Any) -> tuple[Any, list[Any]]:
    """The lexer, and all tokens of a text, those included that no rule sees.

    Where the lexer has met all that leads to a token before, its own tables say which it is;
    elsewhere it is asked.
    """
    letters = InputStream(text)
    lexer = KqlLexer(letters)
    lexer.removeErrorListeners()
    lexer.addErrorListener(listener)
    state, source = lexer._interp, (lexer, letters)
    tables = state.decisionToDFA
    tokens: list[Any] = []
    while not tokens or tokens[-1].type != _EOF:
        breathe()
        start = letters.index
        found = _met(tables[lexer._mode].s0, letters.data, start)
        if found is None:
            token = lexer.nextToken()
        else:
            kind, channel, end = found
            written = text[start:end]
            token = _Token(source, kind, start, end, written)
            token.channel, token.line, token.column = channel, state.line, state.column
            letters.seek(end)
            lines = written.count("\n")
            state.line += lines
            state.column = (
                end - start - written.rindex("\n") - 1 if lines else state.column + end - start
            )
        token.tokenIndex = len(tokens)
        tokens.append(token)
    return lexer, tokens


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


class QuickParser(_Parser):  # type: ignore[misc]
    """Reads tokens up to the first fault, which it raises as `ParseCancellationException`.

    Args:
        tokens: All tokens of a text, those included that no rule sees.
    """

    # Between an expression and a name there are twelve rules, one for each strength of operators,
    # and nothing asks for one that has a single child: where the token behind a name leaves no
    # operator to come, they are passed over.

    state = -1

    def __init__(self, tokens: list[Any]) -> None:
        super().__init__(_Visible(tokens))
        self.met: set[type] = set()
        """The classes of the nodes that were made."""
        self.removeErrorListeners()
        self._errHandler = _AtFault()
        self._interp = _Predictor(self, self.atn, self.decisionsToDFA, self.sharedContextCache)
        self._interp.predictionMode = PredictionMode.SLL

    def _leads(self, behind: frozenset[int]) -> bool:
        """Whether a name or a constant comes, and behind it one of these tokens."""
        seen = self._input
        place = seen.index
        return seen.kinds[place] in _ALONE and seen.kinds[place + 1] in behind

    def logicalOrExpression(self) -> Any:
        if self._leads(_BEHIND_ALL):
            return self.primaryExpression()
        return super().logicalOrExpression()

    def relationalExpression(self) -> Any:
        if self._leads(_BEHIND_SIDE):
            return self.primaryExpression()
        return super().relationalExpression()

    def additiveExpression(self) -> Any:
        if self._leads(_BEHIND_SUM):
            return self.primaryExpression()
        return super().additiveExpression()

    def invocationExpression(self) -> Any:
        if self._leads(_BEHIND_WORD):
            return self.primaryExpression()
        return super().invocationExpression()

    def enterRule(self, localctx: Any, state: int, ruleIndex: int) -> None:
        del ruleIndex
        self.state = state
        self._ctx = localctx
        seen = self._input
        localctx.start = seen.tokens[seen.index]
        parent = localctx.parentCtx
        if parent is not None:
            _put(parent, localctx)

    def exitRule(self) -> None:
        context, seen = self._ctx, self._input
        context.stop = seen.tokens[seen.index - 1] if seen.index else None
        self.state = context.invokingState
        self._ctx = context.parentCtx
        self.met.add(type(context))

    def enterOuterAlt(self, localctx: Any, altNum: int) -> None:
        if self._ctx is not localctx:
            super().enterOuterAlt(localctx, altNum)

    def match(self, ttype: int) -> Any:
        seen = self._input
        if seen.kinds[seen.index] != ttype:
            self._errHandler.recoverInline(self)
        return self.consume()

    def consume(self) -> Any:
        seen = self._input
        token = seen.tokens[seen.index]
        leaf = _Leaf(token)
        leaf.parentCtx = self._ctx
        _put(self._ctx, leaf)
        if token.type != _EOF:
            seen.consume()
        return token


def _put(parent: Any, child: Any) -> None:
    if parent.children is None:
        parent.children = [child]
    else:
        parent.children.append(child)


def _context(self: Any, parent: Any = None, invokingStateNumber: Any = None) -> None:
    self.parentCtx = parent
    self.invokingState = invokingStateNumber
    self.children = self.start = self.stop = self.exception = None


def install() -> None:
    """Let nodes be made without the constructors of the classes they descend from."""
    ParserRuleContext.__init__ = _context
