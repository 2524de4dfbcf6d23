"""The grammar's rules for values, by hand; `quick_rules` has those around them.

Each makes the tree that the generated rule makes, without the nodes that only hand on to
another and that nothing asks for: between an expression and a name there are eighteen. What a
rule does not know here, the generated one reads; a fault ends both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from duckdb_kql._antlr.KqlParser import KqlParser

from tui.kql.engine.quick_parser import Leaf, QuickParser, fault
from tui.kql.engine.state import breathe

_K: Any = KqlParser
Node = Any

_EOF = -1
_ATN = _K.atn


def _first(rule: int) -> frozenset[int]:
    """The tokens that a rule may begin with."""
    found = _ATN.nextTokens(_ATN.ruleToStartState[rule])
    return frozenset(kind for part in found.intervals for kind in part)


_KEYWORDS = _first(_K.RULE_keywordName)
_STRING_SIGNS = _first(_K.RULE_stringBinaryOperator) | {_K.COLON}
_LISTED = frozenset({_K.IN, _K.NOT_IN, _K.IN_CI, _K.NOT_IN_CI, _K.HAS_ANY, _K.HAS_ALL})
_BETWEEN = frozenset({_K.BETWEEN, _K.NOT_BETWEEN})
LITERALS = {
    _K.LONGLITERAL: _K.LongLiteralExpressionContext,
    _K.INTLITERAL: _K.IntLiteralExpressionContext,
    _K.REALLITERAL: _K.RealLiteralExpressionContext,
    _K.DECIMALLITERAL: _K.DecimalLiteralExpressionContext,
    _K.DATETIMELITERAL: _K.DateTimeLiteralExpressionContext,
    _K.TIMESPANLITERAL: _K.TimeSpanLiteralExpressionContext,
    _K.BOOLEANLITERAL: _K.BooleanLiteralExpressionContext,
    _K.GUIDLITERAL: _K.GuidLiteralExpressionContext,
    _K.TYPELITERAL: _K.TypeLiteralExpressionContext,
}
_ALONE = frozenset({_K.IDENTIFIER, _K.STRINGLITERAL, *LITERALS})
_OR, _AND, _EQUALITY, _RELATION, _SUM, _PRODUCT, _TEXT = range(1, 8)
_STRENGTHS: dict[int, int] = {
    _K.OR: _OR,
    _K.AND: _AND,
    **dict.fromkeys((_K.EQUALEQUAL, _K.LESSTHAN_GREATERTHAN), _EQUALITY),
    **dict.fromkeys((_K.EXCLAIMATIONPOINT_EQUAL, *_LISTED, *_BETWEEN), _EQUALITY),
    **dict.fromkeys((_K.LESSTHAN, _K.LESSTHAN_EQUAL), _RELATION),
    **dict.fromkeys((_K.GREATERTHAN, _K.GREATERTHAN_EQUAL), _RELATION),
    **dict.fromkeys((_K.PLUS, _K.DASH), _SUM),
    **dict.fromkeys((_K.ASTERISK, _K.SLASH, _K.PERCENTSIGN), _PRODUCT),
    **dict.fromkeys(_STRING_SIGNS, _TEXT),
}
"""How strongly the operators between two values bind."""
_CHAINS = {
    _OR: (_K.LogicalOrExpressionContext, _K.LogicalOrOperationContext),
    _AND: (_K.LogicalAndExpressionContext, _K.LogicalAndOperationContext),
    _SUM: (_K.AdditiveExpressionContext, _K.AdditiveOperationContext),
    _PRODUCT: (_K.MultiplicativeExpressionContext, _K.MultiplicativeOperationContext),
    _TEXT: (_K.StringBinaryOperatorExpressionContext, _K.StringBinaryOperationContext),
}


class ValueParser(QuickParser):
    """Reads tokens like `QuickParser`, values by hand.

    A rule of a public name is one that generated rules ask for: it hangs what it has read on
    the node at hand. Those of private names leave that to whoever called them.
    """

    def unnamedExpression(self) -> Node:
        return self._hung(self._value(_OR))

    def relationalExpression(self) -> Node:
        if self._input.kinds[self._input.index] == _K.ASTERISK:
            return super().relationalExpression()
        return self._hung(self._value(_RELATION))

    def invocationExpression(self) -> Node:
        return self._hung(self._signed())

    def namedExpression(self) -> Node:
        return self._hung(self._named())

    def _hung(self, node: Node) -> Node:
        parent = self._ctx
        if parent is not None:
            node.parentCtx = parent
            if parent.children is None:
                parent.children = [node]
            else:
                parent.children.append(node)
        return node

    def _asked(self, rule: Callable[..., Node]) -> Node:
        """What the generated rule reads here."""
        outer = self._ctx
        self._ctx = holder = _K.TopContext(self)
        try:
            rule(self)
        finally:
            self._ctx = outer
        return holder.children[0]

    def _node(self, kind: Any, children: list[Node]) -> Node:
        node: Any = kind.__new__(kind)
        node.parentCtx = node.exception = None
        node.invokingState = -1
        node.children = children
        first, last = children[0], children[-1]
        node.start = first.symbol if type(first) is Leaf else first.start
        node.stop = last.symbol if type(last) is Leaf else last.stop
        for child in children:
            child.parentCtx = node
        self.met.add(kind)
        return node

    def _leaf(self, kind: int | None = None) -> Leaf:
        """The token at hand, which is passed; of this kind, where one is told.

        Raises:
            ParseCancellationException: It is of another.
        """
        seen = self._input
        index = seen.index
        if kind is not None and seen.kinds[index] != kind:
            raise fault()
        if seen.kinds[index] != _EOF:
            seen.index = index + 1
        return Leaf(seen.tokens[index])

    def _list(self, item: Callable[[], Node], parts: list[Node]) -> list[Node]:
        """The parts, and behind them items with commas between."""
        seen = self._input
        kinds = seen.kinds
        parts.append(item())
        while kinds[seen.index] == _K.COMMA:
            parts.append(self._leaf())
            parts.append(item())
        return parts

    def _named(self) -> Node:
        kinds, index = self._input.kinds, self._input.index
        kind = kinds[index]
        parts = []
        if kind == _K.IDENTIFIER:
            if kinds[index + 1] == _K.EQUAL:
                named = [self._name(), self._leaf()]
                parts.append(self._node(_K.NamedExpressionNameClauseContext, named))
        elif kind == _K.OPENBRACKET or (kind == _K.OPENPAREN and self._names_listed()):
            return self._asked(QuickParser.namedExpression)
        elif kind != _EOF and kinds[index + 1] == _K.EQUAL:
            parts.append(self._asked(QuickParser.namedExpressionNameClause))
        parts.append(self._value(_OR))
        return self._node(_K.NamedExpressionContext, parts)

    def _names_listed(self) -> bool:
        """Whether `(a, b) =` comes."""
        kinds, index = self._input.kinds, self._input.index
        while kinds[index] in (_K.OPENPAREN, _K.COMMA) and kinds[index + 1] != _EOF:
            index += 2
        return bool(kinds[index] == _K.CLOSEPAREN and kinds[index + 1] == _K.EQUAL)

    def _any(self) -> Node:
        return self._value(_OR)

    def _value(self, least: int) -> Node:
        """Values with operators between that bind at least so strongly."""
        seen = self._input
        kinds = seen.kinds
        if kinds[seen.index] == _K.ASTERISK and least <= _EQUALITY:
            left = self._asked(QuickParser.equalityExpression)
        else:
            left = self._signed()
        strength = _STRENGTHS.get(kinds[seen.index], 0)
        while strength >= least:
            if strength == _EQUALITY:
                if kinds[seen.index] in _LISTED and kinds[seen.index + 1] != _K.OPENPAREN:
                    return left  # The range of `make-series`: `on Timestamp in range(…)`.
                left = self._node(_K.EqualityExpressionContext, [left, self._compared()])
            elif strength == _RELATION:
                parts = [left, self._leaf(), self._value(_SUM)]
                left = self._node(_K.RelationalExpressionContext, parts)
            else:
                whole, part = _CHAINS[strength]
                parts = [left]
                while _STRENGTHS.get(kinds[seen.index]) == strength:
                    sign: Any = self._leaf()
                    if strength == _TEXT and sign.symbol.type != _K.COLON:
                        sign = self._node(_K.StringBinaryOperatorContext, [sign])
                    right = self._signed() if strength == _TEXT else self._value(strength + 1)
                    parts.append(self._node(part, [sign, right]))
                left = self._node(whole, parts)
            following = _STRENGTHS.get(kinds[seen.index], 0)
            if following >= strength:
                raise fault()
            strength = following
        return left

    def _compared(self) -> Node:
        """What is behind the left side of an equation, a list or a range."""
        seen = self._input
        kinds, start = seen.kinds, seen.index
        kind = kinds[start]
        parts: list[Node] = [self._leaf()]
        if kind in _BETWEEN:
            parts += [self._leaf(_K.OPENPAREN), self._signed(), self._leaf(_K.DOTDOT)]
            parts += [self._signed(), self._leaf(_K.CLOSEPAREN)]
            return self._node(_K.BetweenEqualityExpressionContext, parts)
        if kind not in _LISTED:
            parts.append(self._value(_RELATION))
            return self._node(_K.EqualsEqualityExpressionContext, parts)
        parts.append(self._leaf(_K.OPENPAREN))
        inside = seen.index
        while kinds[inside] == _K.OPENPAREN:
            inside += 1
        follows = kinds[inside + 1]
        if kinds[inside] not in _ALONE or follows not in (_K.COMMA, _K.CLOSEPAREN, _K.BAR):
            seen.index = start
            return self._asked(QuickParser.equalityExpressionTail)
        if inside == seen.index and follows == _K.COMMA:
            self._list(self._signed, parts)
        else:
            parts.append(self._pipe())
        parts.append(self._leaf(_K.CLOSEPAREN))
        return self._node(_K.ListEqualityExpressionContext, parts)

    def _signed(self) -> Node:
        kind = self._input.kinds[self._input.index]
        if kind in (_K.DASH, _K.PLUS):
            return self._node(_K.InvocationExpressionContext, [self._leaf(), self._path()])
        return self._path()

    def _path(self) -> Node:
        breathe()
        seen = self._input
        kinds, index = seen.kinds, seen.index
        kind = kinds[index]
        if kind in LITERALS:
            root = self._node(LITERALS[kind], [self._leaf()])
        elif kind == _K.STRINGLITERAL:
            parts = [self._leaf()]
            while kinds[seen.index] == _K.STRINGLITERAL:
                parts.append(self._leaf())
            root = self._node(_K.StringLiteralExpressionContext, parts)
        elif kind == _K.OPENPAREN:
            parts = [self._leaf(), self._expression(), self._leaf(_K.CLOSEPAREN)]
            root = self._node(_K.ParenthesizedExpressionContext, parts)
        elif kind == _K.IDENTIFIER or kind in _KEYWORDS or kind == _K.COUNT:
            follows = kinds[index + 1]
            if follows == _K.DATASCOPE or (kind == _K.COUNT and follows != _K.OPENPAREN):
                return self._asked(QuickParser.functionCallOrPathExpression)
            root = self._call(kind) if follows == _K.OPENPAREN else self._name()
        else:
            return self._asked(QuickParser.functionCallOrPathExpression)
        if kinds[seen.index] not in (_K.DOT, _K.OPENBRACKET):
            return root
        return self._stepped(root, index)

    def _stepped(self, root: Node, start: int) -> Node:
        """The value, and the steps of a path behind it."""
        seen = self._input
        kinds = seen.kinds
        steps = [root]
        while kinds[seen.index] in (_K.DOT, _K.OPENBRACKET):
            if kinds[seen.index] == _K.OPENBRACKET:
                parts = [self._leaf(), self._value(_OR), self._leaf(_K.CLOSEBRACKET)]
                steps.append(self._node(_K.FunctionCallOrPathElementOperationContext, parts))
                continue
            name, follows = kinds[seen.index + 1 : seen.index + 3]
            if follows == _K.OPENPAREN:
                seen.index = start
                return self._asked(QuickParser.functionCallOrPathExpression)
            if name == _K.IDENTIFIER or name in _KEYWORDS:
                parts = [self._leaf(), self._name()]
                steps.append(self._node(_K.FunctionCallOrPathPathOperationContext, parts))
            else:
                steps.append(self._asked(QuickParser.functionCallOrPathOperation))
        return self._node(_K.FunctionCallOrPathPathExpressionContext, steps)

    def _call(self, kind: int) -> Node:
        kinds, seen = self._input.kinds, self._input
        parts: list[Node] = [self._leaf() if kind == _K.COUNT else self._name(), self._leaf()]
        if kind == _K.COUNT and kinds[seen.index] != _K.CLOSEPAREN:
            parts.append(self._named())
        elif kinds[seen.index] != _K.CLOSEPAREN:
            self._list(self._argument, parts)
        parts.append(self._leaf(_K.CLOSEPAREN))
        if kind == _K.COUNT:
            return self._node(_K.CountExpressionContext, parts)
        return self._node(_K.NamedFunctionCallExpressionContext, parts)

    def _argument(self) -> Node:
        kinds, index = self._input.kinds, self._input.index
        if kinds[index] == _K.ASTERISK:
            return self._asked(QuickParser.argumentExpression)
        named = self._named()
        return named.children[0] if len(named.children) == 1 else named

    def _name(self) -> Node:
        kind = self._input.kinds[self._input.index]
        plain = _K.IdentifierNameContext if kind == _K.IDENTIFIER else _K.KeywordNameContext
        return self._node(plain, [self._leaf()])
