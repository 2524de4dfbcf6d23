"""The grammar's rules for statements and the most usual operators, by hand, like `quick_values`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from duckdb_kql._antlr.KqlParser import KqlParser

from tui.kql.engine.quick_parser import QuickParser, fault
from tui.kql.engine.quick_values import LITERALS, ValueParser
from tui.kql.engine.state import breathe

_K: Any = KqlParser
Node = Any

_EOF = -1
_OTHER_STATEMENTS = frozenset({_K.ALIAS, _K.DECLARE, _K.RESTRICT, _K.SET})
_OTHER_LETS = frozenset({_K.OPENPAREN, _K.VIEW, _K.MATERIALIZE, _K.ENTITYGROUP})
_VALUES = frozenset(
    {_K.IDENTIFIER, _K.STRINGLITERAL, _K.DYNAMIC, _K.DATATABLE, _K.OPENPAREN, *LITERALS}
)
"""What begins a value, and no operator that may stand before all pipes."""
_ENDS = frozenset({_K.BAR, _K.CLOSEPAREN, _K.CLOSEBRACE, _K.SEMICOLON, _EOF})


class RuleParser(ValueParser):
    """Reads tokens like `QuickParser`, statements and the usual operators by hand."""

    def query(self) -> Node:
        kinds = self._input.kinds
        parts = [self._statement()]
        while kinds[self._input.index] == _K.SEMICOLON:
            parts.append(self._leaf())
            if kinds[self._input.index] != _EOF:
                parts.append(self._statement())
            else:
                break
        parts.append(self._leaf(_EOF))
        made = self._node(_K.QueryContext, parts)
        made.stop = self._input.tokens[self._input.index - 1]
        return self._hung(made)

    def expression(self) -> Node:
        return self._hung(self._expression())

    def pipeExpression(self) -> Node:
        return self._hung(self._pipe())

    def afterPipeOperator(self) -> Node:
        return self._hung(self._operator())

    def orderedExpression(self) -> Node:
        return self._hung(self._ordered())

    def _statement(self) -> Node:
        kinds, index = self._input.kinds, self._input.index
        kind = kinds[index]
        if kind in _OTHER_STATEMENTS:
            return self._asked(QuickParser.statement)
        if kind != _K.LET:
            made = self._node(_K.QueryStatementContext, [self._expression()])
        elif kinds[index + 1 : index + 3] != [_K.IDENTIFIER, _K.EQUAL] or (
            kinds[index + 3] in _OTHER_LETS
        ):
            return self._asked(QuickParser.statement)
        else:
            parts = [self._leaf(), self._name(), self._leaf(), self._expression()]
            made = self._node(_K.LetVariableDeclarationContext, parts)
            made = self._node(_K.LetStatementContext, [made])
        return self._node(_K.StatementContext, [made])

    def _expression(self) -> Node:
        return self._node(_K.ExpressionContext, [self._pipe()])

    def _pipe(self) -> Node:
        kinds, index = self._input.kinds, self._input.index
        if kinds[index] in _VALUES and kinds[index + 1] != _K.DOT:
            first = self._node(_K.BeforePipeExpressionContext, [self._any()])
        else:
            first = self._asked(QuickParser.beforePipeExpression)
        parts = [first]
        while kinds[self._input.index] == _K.BAR:
            parts.append(self._node(_K.PipedOperatorContext, [self._leaf(), self._operator()]))
        return self._node(_K.PipeExpressionContext, parts)

    def _operator(self) -> Node:
        breathe()
        kind = self._input.kinds[self._input.index]
        rule = _OPERATORS.get(kind)
        made = rule(self) if rule is not None else None
        if made is None:
            return self._asked(QuickParser.afterPipeOperator)
        return self._node(_K.AfterPipeOperatorContext, [made])

    def _has_parameter(self) -> bool:
        """Whether something like `kind = inner` comes behind the token at hand."""
        kinds, index = self._input.kinds, self._input.index
        return bool(kinds[index + 1] != _EOF and kinds[index + 2] == _K.EQUAL)

    def _where(self) -> Node | None:
        if self._has_parameter():
            return None
        return self._node(_K.WhereOperatorContext, [self._leaf(), self._named()])

    def _take(self) -> Node | None:
        if self._has_parameter():
            return None
        return self._node(_K.TakeOperatorContext, [self._leaf(), self._named()])

    def _count(self) -> Node | None:
        if self._has_parameter():
            return None
        return self._node(_K.CountOperatorContext, [self._leaf()])

    def _extend(self) -> Node:
        return self._node(_K.ExtendOperatorContext, self._list(self._named, [self._leaf()]))

    def _project(self) -> Node:
        parts = [self._leaf()]
        if self._input.kinds[self._input.index] not in _ENDS:
            self._list(self._named, parts)
        return self._node(_K.ProjectOperatorContext, parts)

    def _summarize(self) -> Node | None:
        seen = self._input
        kinds, index = seen.kinds, seen.index
        if self._has_parameter() and kinds[index + 1] != _K.IDENTIFIER:
            return None
        parts = [self._leaf()]
        if kinds[seen.index] != _K.BY and kinds[seen.index] not in _ENDS:
            self._list(self._named, parts)
        if kinds[seen.index] == _K.BY:
            grouped = self._list(self._named, [self._leaf()])
            if kinds[seen.index] == _K.BIN:
                grouped.append(self._asked(QuickParser.summarizeOperatorLegacyBinClause))
            parts.append(self._node(_K.SummarizeOperatorByClauseContext, grouped))
        return self._node(_K.SummarizeOperatorContext, parts)

    def _sort(self) -> Node | None:
        if self._input.kinds[self._input.index + 1] != _K.BY:
            return None
        parts = [self._leaf(), self._leaf()]
        return self._node(_K.SortOperatorContext, self._list(self._ordered, parts))

    def _top(self) -> Node | None:
        if self._has_parameter():
            return None
        parts = [self._leaf(), self._named(), self._leaf(_K.BY), self._ordered()]
        return self._node(_K.TopOperatorContext, parts)

    def _distinct(self) -> Node | None:
        kinds, index = self._input.kinds, self._input.index
        if kinds[index + 1] != _K.IDENTIFIER or kinds[index + 2] == _K.EQUAL:
            return None
        keyword = self._leaf()
        columns = self._list(self._named, [])
        target = self._node(_K.DistinctOperatorColumnListTargetContext, columns)
        return self._node(_K.DistinctOperatorContext, [keyword, target])

    def _join(self) -> Node:
        seen = self._input
        kinds = seen.kinds
        lookup = kinds[seen.index] == _K.LOOKUP
        parts = [self._leaf()]
        while kinds[seen.index] != _EOF and kinds[seen.index + 1] == _K.EQUAL:
            parts.append(self._asked(QuickParser.relaxedQueryOperatorParameter))
        parts.append(self._any())
        if kinds[seen.index] == _K.ON:
            if kinds[seen.index + 1] in _ENDS:
                parts.append(self._asked(QuickParser.joinOperatorOnClause))
            else:
                keys = self._list(self._any, [self._leaf()])
                parts.append(self._node(_K.JoinOperatorOnClauseContext, keys))
        elif lookup:
            raise fault()
        elif kinds[seen.index] == _K.WHERE:
            parts.append(self._asked(QuickParser.joinOperatorWhereClause))
        kind = _K.LookupOperatorContext if lookup else _K.JoinOperatorContext
        return self._node(kind, parts)

    def _ordered(self) -> Node:
        value = self._named()
        kind = self._input.kinds[self._input.index]
        if kind in (_K.ASC, _K.DESC) and self._input.kinds[self._input.index + 1] != _K.NULLS:
            ordering = self._node(_K.SortOrderingContext, [self._leaf()])
        else:
            ordering = self._asked(QuickParser.sortOrdering)
        return self._node(_K.OrderedExpressionContext, [value, ordering])


_OPERATORS: dict[int, Callable[[RuleParser], Node | None]] = {
    _K.WHERE: RuleParser._where,
    _K.FILTER: RuleParser._where,
    _K.TAKE: RuleParser._take,
    _K.LIMIT: RuleParser._take,
    _K.COUNT: RuleParser._count,
    _K.EXTEND: RuleParser._extend,
    _K.PROJECT: RuleParser._project,
    _K.SUMMARIZE: RuleParser._summarize,
    _K.SORT: RuleParser._sort,
    _K.ORDER: RuleParser._sort,
    _K.TOP: RuleParser._top,
    _K.DISTINCT: RuleParser._distinct,
    _K.JOIN: RuleParser._join,
    _K.LOOKUP: RuleParser._join,
}
