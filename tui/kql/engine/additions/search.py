"""`search`: text looked for in every column, of one pipeline or of many tables."""

from __future__ import annotations

import dataclasses
import fnmatch
import re
from collections.abc import Callable
from typing import Any

from duckdb_kql import ir, lower
from duckdb_kql.translate import quote_ident, quote_string
from duckdb_kql.translate.functions import term_match_sql

from tui.kql.engine.additions import sought, tree
from tui.kql.engine.additions.columns import Pattern as Name
from tui.kql.engine.additions.columns import Reorder
from tui.kql.engine.additions.stages import Columns, sql_of
from tui.kql.engine.state import current
from tui.kql.engine.trees import deep, expressions


@dataclasses.dataclass(frozen=True)
class AnyColumn(ir.Expr):
    """Whether a text stands in any column of the row."""

    value: ir.Expr
    exact_case: bool = False
    op: str = ""
    """How `* op "text"` compares each column; the search's own way where empty."""

    @property
    def text(self) -> str | None:
        """The text, where the query spells it out."""
        return str(self.value.value) if isinstance(self.value, ir.Literal) else None


@dataclasses.dataclass(frozen=True)
class Search(sought.Filter):
    """`search` over the rows of a pipeline."""

    predicate: ir.Expr
    types: tuple[tuple[str, str], ...] = ()
    """The types of the columns that are known: only text and dynamics are looked into."""

    keyword = "search"

    def columns(self, columns: Columns) -> Columns:
        return columns

    def sql(self, source: str, columns: Columns) -> str:
        kinds = dict(self.types)
        readable = [_readable(quote_ident(c), kinds.get(c)) for c in columns]
        haystack = f"concat_ws(chr(1), {', '.join(filter(None, readable)) or 'NULL'})"

        def found(expression: ir.Expr) -> ir.Expr:
            if isinstance(expression, AnyColumn) and expression.op in _WITHIN:
                whole = ir.RenderedAggregate("_kqltext")
                test = ir.BinaryOp(expression.op, whole, expression.value)
                return ir.RenderedAggregate(f"({_spared(expression.text)}{sql_of(test)})")
            if isinstance(expression, AnyColumn) and expression.op:
                return ir.RenderedAggregate(_any(columns, expression, kinds))
            if isinstance(expression, AnyColumn):
                spared = _spared((expression.text or "").strip("*"))
                return ir.RenderedAggregate(f"({spared}{_match('_kqltext', expression)})")
            return expression

        predicate = sql_of(deep(self.predicate, found))
        return (
            f"SELECT * EXCLUDE (_kqltext) FROM (SELECT *, {haystack} AS _kqltext FROM {source}) "
            f"WHERE {predicate}"
        )


@dataclasses.dataclass(frozen=True)
class Piped(Search):
    """`| search`, whose answer also names the table that the rows came from."""

    table: str = ""

    def expand(self, columns: Columns) -> list[ir.Operator]:
        found = Search(self.predicate, self.types)
        return [found] if "$table" in columns else [found, *_labelled(self.table, "$table")]


@dataclasses.dataclass(frozen=True)
class StarredWhere(Search):
    """`where` with a predicate that speaks of all columns."""

    keyword = "where"


_WITHIN = frozenset(
    """has has_cs contains contains_cs hasprefix hasprefix_cs hassuffix
    hassuffix_cs""".split()  # noqa: SIM905
)
"""Comparisons that one column passes where all of them, put together, do: a sign that is in no
word parts them."""


def _spared(text: str | None) -> str:
    """A quick test that spares most rows the slow one for words."""
    plain = text and not set(text) & set("%_\\*")
    return f"_kqltext ILIKE {quote_string(f'%{text}%')} AND " if plain else ""


def _readable(column: str, kind: str | None) -> str:
    """The text of a column in SQL; nothing where it holds none."""
    if kind is None:
        return (
            f"CASE WHEN typeof({column}) IN ('VARCHAR', 'JSON') THEN CAST({column} AS VARCHAR) END"
        )
    return {"string": column, "dynamic": f"CAST({column} AS VARCHAR)"}.get(kind, "")


def _any(columns: Columns, wanted: AnyColumn, kinds: dict[str, str]) -> str:
    """The comparison made with each column that holds text."""
    tests = []
    for column in columns:
        text = _readable(quote_ident(column), kinds.get(column))
        if not text:
            continue
        test = ir.BinaryOp(wanted.op, ir.RenderedAggregate(f"({text})"), wanted.value)
        tests.append(f"coalesce({sql_of(test)}, false)")
    return f"({' OR '.join(tests) or 'false'})"


def starred(node: tree.Node) -> AnyColumn:
    """`* has "text"` and `* == "text"`; the text may be what a `let` names."""
    words = [str(child.getText()) for child in node.children or []]
    op = words[1] if len(words) > 1 else "has"
    parts = tree.rules(node)
    if not parts or (tree.kind(node) == "StarEqualityExpression" and op not in ("==", ":")):
        raise lower._unsupported(node, "*")
    return AnyColumn(lower._lower_expr(parts[-1]), op="has" if op == ":" else op)


def has_star(node: tree.Node) -> bool:
    """Whether a predicate speaks of all columns."""
    return bool(
        tree.find(node, "StringStarOperatorExpression") or tree.find(node, "StarEqualityExpression")
    )


def _match(haystack: str, wanted: AnyColumn) -> str:
    text = wanted.text
    if text is None:
        word = "has_cs" if wanted.exact_case else "has"
        return sql_of(ir.BinaryOp(word, ir.RenderedAggregate(haystack), wanted.value))
    inner = text.strip("*")
    if "*" in inner:
        pattern = ".*".join(re.escape(part) for part in text.split("*"))
        flags = "" if wanted.exact_case else "(?i)"
        return f"regexp_matches({haystack}, {quote_string(flags + pattern)})"
    lead, trail = not text.startswith("*"), not text.endswith("*")
    return term_match_sql(
        haystack,
        quote_string(inner),
        case_sensitive=wanted.exact_case,
        needle_text=inner or None,
        lead=lead,
        trail=trail,
    )


def _predicate(node: tree.Node, exact_case: bool) -> ir.Expr:
    inner = tree.bare(node)
    rule = tree.kind(inner)
    if inner.getText() == "*":
        return ir.Literal(True, "bool")
    if rule == "StringLiteralExpression":
        return AnyColumn(ir.Literal(lower._string_literal(inner), "string"), exact_case)
    if rule in ("LogicalAndExpression", "LogicalOrExpression"):
        word = "and" if rule == "LogicalAndExpression" else "or"
        first, *others = tree.rules(inner)
        result = _predicate(first, exact_case)
        for other in others:
            operand = tree.rules(other)[-1] if tree.kind(other).endswith("Operation") else other
            result = ir.BinaryOp(word, result, _predicate(operand, exact_case))
        return result
    if rule == "NamedFunctionCallExpression":
        name, *arguments = tree.rules(inner)
        if name.getText() == "not" and len(arguments) == 1:
            return ir.UnaryOp("not", _predicate(arguments[0], exact_case))
    if rule in ("StringStarOperatorExpression", "StarEqualityExpression"):
        return starred(inner)
    if rule == "StringBinaryOperatorExpression":
        column, *operations = tree.rules(inner)
        if operations and str(operations[0].children[0].getText()) == ":":
            needle = tree.find(operations[0], "StringLiteralExpression")
            if needle:
                text = lower._string_literal(needle[0])
                word = "has_cs" if exact_case else "has"
                if text.startswith("*") and text.endswith("*"):
                    word = word.replace("has", "contains")
                elif text.startswith("*"):
                    word = word.replace("has", "hassuffix")
                elif text.endswith("*"):
                    word = word.replace("has", "hasprefix")
                return ir.BinaryOp(
                    word, lower._lower_expr(column), ir.Literal(text.strip("*"), "string")
                )
    return lower._lower_expr(inner)


def _parts(node: tree.Node) -> tuple[bool, list[tree.Node], tree.Node]:
    exact_case = False
    scope: list[tree.Node] = []
    predicate = None
    for child in tree.rules(node):
        rule = tree.kind(child)
        if rule.endswith("Parameter"):
            exact_case = "case_sensitive" in child.getText().lower()
        elif rule == "SearchOperatorInClause":
            scope = tree.rules(child)
        else:
            predicate = child
    if predicate is None:
        raise lower._unsupported(node, "search")
    return exact_case, scope, predicate


def where(node: tree.Node) -> ir.Operator:
    """`| where` with a predicate that speaks of all columns."""
    return StarredWhere(lower._lower_expr(tree.rules(node)[-1]))


def find(node: tree.Node) -> ir.Query:
    """`find [withsource=Name] [in (Table, …)] where Predicate [project …]`."""
    source = "source_"
    scope: list[tree.Node] = []
    clause = next(iter(tree.find(node, "FindOperatorParametersWhereClause")), None)
    predicate = None
    project: tree.Node | None = None
    for child in [*(tree.rules(clause) if clause is not None else []), *tree.rules(node)]:
        rule = tree.kind(child)
        if rule.endswith("Parameter") and child.getText().startswith("withsource="):
            source = tree.name_of(tree.rules(child)[-1])
        elif rule == "FindOperatorInClause":
            scope = tree.rules(child)
        elif rule == "FindOperatorProjectClause":
            project = child
        elif rule.startswith("FindOperatorProject"):
            raise lower._unsupported(node, "find project-smart")
        elif rule not in ("FindOperatorParametersWhereClause",) and not rule.endswith("Parameter"):
            predicate = child
    if predicate is None:
        raise lower._unsupported(node, "find")
    condition = lower._lower_expr(predicate)
    state = current()
    chosen = _chosen(scope) if scope else state.table_names()
    columns = {name: dict(state.columns_of(name) or {}) for name in dict.fromkeys(chosen)}
    every, wanted = _wanted(condition, columns)
    if any(not known for known in columns.values()) and (len(columns) > 1 or _packs(project)):
        raise lower._unsupported(node, "find over tables of the query's own")
    found = [(name, known) for name, known in columns.items() if not known or wanted <= set(known)]
    if not found:
        # What a table lacks is empty in it; one that has all is looked into first.
        found = [(name, known) for name, known in columns.items() if wanted & set(known)]
    if not columns[found[0][0]] and project is None:
        name = found[0][0]
        return ir.Query(ir.TableRef(name), [Search(condition), *_labelled(name, source)])
    packs = project is None or _packs(project)
    if project is not None:
        kept = [tree.name_of(c) for c in tree.find(project, "FindOperatorColumnExpression")]
    else:
        common = [c for c in found[0][1] if all(c in known for _, known in found)]
        kept = [*common, *sorted(wanted - set(common))]
    packs = packs and any(set(known) - set(kept) for _, known in found)
    branches = [
        _found(name, known, _within(condition, known, every), source, kept, packs)
        for name, known in found
    ]
    first, *others = branches
    return ir.Query(
        first.source, [*first.operators, *([sought.Sought(tuple(others))] if others else [])]
    )


def _found(
    name: str,
    columns: dict[str, str],
    condition: ir.Expr,
    source: str,
    kept: list[str],
    packs: bool,
) -> ir.Query:
    items = [ir.NamedExpr(ir.Literal(name, "string"), source)]
    items += [ir.NamedExpr(ir.ColumnRef(c), c) for c in kept if c in columns or not columns]
    if packs:
        pairs: list[ir.Expr] = []
        for column in columns:
            if column not in kept:
                pairs += [ir.Literal(column, "string"), ir.ColumnRef(column)]
        # Without a column that is left over there is no bag of them, save where others have some.
        bag = ir.FunctionCall("bag_pack", tuple(pairs)) if pairs else ir.Literal("{}", "dynamic")
        items.append(ir.NamedExpr(bag, "pack_"))
    found = Search(condition, tuple(columns.items()))
    return ir.Query(ir.TableRef(name), [found, ir.Project(tuple(items))])


def _packs(project: tree.Node | None) -> bool:
    return project is not None and "pack(" in project.getText()


def _labelled(table: str, column: str) -> list[ir.Operator]:
    """What puts a column with the name of the table before its own."""
    name = ir.NamedExpr(ir.Literal(table, "string"), column)
    return [ir.Extend((name,)), Reorder((Name(column, False),))]


def _chosen(scope: list[tree.Node]) -> list[str]:
    state = current()
    chosen: list[str] = []
    for item in scope:
        wild = tree.find(item, "WildcardedName")
        if wild:
            pattern = wild[0].getText()
            chosen += [name for name in state.table_names() if fnmatch.fnmatchcase(name, pattern)]
        else:
            chosen.append(tree.name_of(item))
    return chosen


def piped(node: tree.Node, library: Callable[[], Any]) -> ir.Operator:
    """`| search "text"`."""
    del library
    exact_case, _, predicate = _parts(node)
    return Piped(_predicate(predicate, exact_case))


def _wanted(
    predicate: ir.Expr, tables: dict[str, dict[str, str]]
) -> tuple[dict[str, str], set[str]]:
    """The columns of all tables with their types, and those of them that the predicate names."""
    every = {column: kind for known in tables.values() for column, kind in known.items()}
    named = {e.name for e in expressions(predicate) if isinstance(e, ir.ColumnRef)}
    return every, named & set(every)


def _within(predicate: ir.Expr, known: dict[str, str], every: dict[str, str]) -> ir.Expr:
    """The predicate for one table: what only the others have is empty in it."""

    def empty(expression: ir.Expr) -> ir.Expr:
        if not isinstance(expression, ir.ColumnRef) or expression.name in known:
            return expression
        kind = every.get(expression.name)
        return expression if kind is None else ir.Literal("" if kind == "string" else None, kind)

    changed: ir.Expr = deep(predicate, empty) if known else predicate
    return changed


def over_tables(node: tree.Node) -> ir.Query:
    """`search [in (Table, …)] "text"` at the head of a query.

    A column that only some of the tables have is empty in the others, as in a union of them.
    """
    exact_case, scope, condition = _parts(node)
    predicate = _predicate(condition, exact_case)
    state = current()
    chosen = _chosen(scope) if scope else state.table_names()
    columns = {name: dict(state.columns_of(name) or {}) for name in dict.fromkeys(chosen)}
    every, wanted = _wanted(predicate, columns)
    if isinstance(predicate, ir.ColumnRef) and not wanted:
        predicate = AnyColumn(predicate, exact_case)
    anywhere = any(isinstance(e, AnyColumn) for e in expressions(predicate))
    tables = [
        name
        for name, known in columns.items()
        if not known or not wanted or anywhere or wanted & set(known)
    ]
    branches = [
        ir.Query(
            ir.TableRef(name),
            [
                Search(_within(predicate, columns[name], every), tuple(columns[name].items())),
                *_labelled(name, "$table"),
            ],
        )
        for name in tables
    ]
    first, *others = branches
    if not others:
        return first
    return ir.Query(first.source, [*first.operators, sought.Sought(tuple(others))])
