"""duckdb-kql's parser on shorter ways through ANTLR's runtime, for queries without a fault.

The rules and their decisions are the generated ones, and so are the trees. What is spared:
listeners that nobody set, properties, and the general walk where the decision for these tokens
is known from an earlier query.
"""

from __future__ import annotations

from typing import Any

from antlr4 import ParserRuleContext, Token  # type: ignore[import-untyped]
from antlr4.atn.ATNSimulator import ATNSimulator  # type: ignore[import-untyped]
from antlr4.atn.ParserATNSimulator import ParserATNSimulator  # type: ignore[import-untyped]
from antlr4.atn.PredictionMode import PredictionMode  # type: ignore[import-untyped]
from antlr4.error.Errors import ParseCancellationException  # type: ignore[import-untyped]
from antlr4.error.ErrorStrategy import BailErrorStrategy  # type: ignore[import-untyped]
from antlr4.tree.Tree import TerminalNodeImpl  # type: ignore[import-untyped]
from duckdb_kql._antlr.KqlParser import KqlParser

from tui.kql.engine.state import breathe

_EOF: int = Token.EOF
_Parser: Any = KqlParser
_NOWHERE: Any = ATNSimulator.ERROR


class Leaf(TerminalNodeImpl):  # type: ignore[misc]  # ANTLR's runtime is untyped
    """A token in the tree."""

    __slots__ = ()
    __setattr__ = object.__setattr__


Leaf.__name__ = TerminalNodeImpl.__name__


class _Visible:
    """The tokens that rules see, the last of which ends the text."""

    def __init__(self, tokens: list[Any]) -> None:
        self.tokens = tokens
        # The end is repeated, so that rules may look ahead without counting.
        self.kinds: list[int] = [*(token.type for token in tokens), _EOF, _EOF, _EOF]
        self.index = 0
        for index, token in enumerate(tokens):
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


def fault() -> Exception:
    """What a rule raises that cannot go on."""
    return ParseCancellationException("no rule goes on here")  # type: ignore[no-any-return]


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


class QuickParser(_Parser):  # type: ignore[misc]
    """Reads tokens up to the first fault, which it raises as `ParseCancellationException`.

    Args:
        tokens: The tokens of a text that rules see.
    """

    state = -1

    def __init__(self, tokens: list[Any]) -> None:
        super().__init__(_Visible(tokens))
        self.met: set[type] = set()
        """The classes of the nodes that were made."""
        self.removeErrorListeners()
        self._errHandler = _AtFault()
        self._interp = _Predictor(self, self.atn, self.decisionsToDFA, self.sharedContextCache)
        self._interp.predictionMode = PredictionMode.SLL

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
        leaf = Leaf(token)
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
