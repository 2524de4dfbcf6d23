"""What a pipeline may begin with, and `let` functions that give tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from duckdb_kql import ir, lower
from duckdb_kql.errors import KqlUnsupportedError
from duckdb_kql.stored_functions import StoredFunction

from tui.kql.engine.additions import defender, search, tree
from tui.kql.engine.fault import KqlFault

Head = Callable[[tree.Node, list[tree.Node]], ir.Query]

_ELSEWHERE = {"workspace", "adx", "arg", "cluster", "app", "resource", "external_table"}


def lower_head(node: tree.Node, rest: list[tree.Node], library: Head) -> ir.Query:
    """The query of a pipeline's first element and the operators behind it."""
    head = lower._collapse(node)
    rule = tree.kind(head)
    if rule == "ParenthesizedExpression":
        inner = tree.bare(head)
        if tree.kind(inner) == "PipeExpression":
            first, *more = tree.rules(inner)
            return lower_head(first, more + rest, library)
        return lower_head(inner, rest, library)
    if rule == "NamedFunctionCallExpression":
        name = str(tree.rules(head)[0].getText())
        if name == "materialize" and len(tree.rules(head)) == 2:
            inner = tree.bare(tree.rules(head)[1])
            if tree.kind(inner) == "PipeExpression":
                first, *more = tree.rules(inner)
                return lower_head(first, more + rest, library)
            return lower_head(inner, rest, library)
        _refuse_elsewhere(name, head)
        defender.declare_service_function(name, lower._declare_let_function)
    if rule == "FunctionCallOrPathPathExpression":
        calls = tree.find(head, "NamedFunctionCallExpression")
        if calls:
            _refuse_elsewhere(str(tree.rules(calls[0])[0].getText()), head)
    if rule == "ExternalDataExpression":
        refuse_external(head)
    invoked = _invoked(rest)
    if invoked is not None:
        position, function, arguments = invoked
        before = lower_head(node, rest[:position], library)
        table = _bound(function.name, before)
        called = _call(rest[position], function, [table, *arguments])
        return ir.Query(called, lower._lower_operators(rest[position + 1 :]))
    named = _called_as(rest)
    if named is not None:
        position, name = named
        before = lower_head(node, rest[:position], library)
        scope = lower._FN_STATE.get()
        if scope is not None:
            scope.pending[-1].append((name, _with_lets(before)))
            lower._see_tabular(name)
            return ir.Query(ir.TableRef(name), lower._lower_operators(rest[position + 1 :]))
    if rule == "FindOperator":
        query = search.find(head)
        query.operators.extend(lower._lower_operators(rest))
        return query
    if rule == "SearchOperator":
        query = search.over_tables(head)
        query.operators.extend(lower._lower_operators(rest))
        return query
    return library(node, rest)


def _refuse_elsewhere(name: str, node: tree.Node) -> None:
    if name.lower() in _ELSEWHERE and lower._stored(name, None) is None:
        place = lower._span(node)
        raise KqlFault(
            f"Failed to resolve '{name}' reference: no such resource is connected to this tenant",
            code="SEM0139",
            line=place.line if place else None,
            column=place.column + 1 if place else None,
        )


def refuse_external(node: tree.Node) -> Any:
    """`externaldata` in the words of a service that may not reach the address."""
    place = lower._span(node)
    addresses = [lower._string_literal(item) for item in _literals(node)]
    target = addresses[0] if addresses else ""
    raise KqlFault(
        f"externaldata operator: access to the address '{target}' is denied by the callout "
        "policy of this service",
        code="SEM0180",
        line=place.line if place else None,
        column=place.column + 1 if place else None,
    )


def _literals(node: tree.Node) -> list[tree.Node]:
    return tree.find(node, "StringLiteralExpression")


EXPRESSIONS: dict[str, Callable[[tree.Node], ir.Expr]] = {
    "ExternalDataExpression": refuse_external,
    "StringStarOperatorExpression": search.starred,
    "StarEqualityExpression": search.starred,
    "TypeLiteralExpression": lambda node: ir.Literal(
        str(node.getText()).lower().removeprefix("typeof(").rstrip(")"), "string"
    ),
}
"""The grammar rules of expressions that we lower."""


def is_tabular(node: tree.Node) -> bool:
    """Whether the value of a `let` is a table in a form that the library takes for a scalar."""
    inner = tree.bare(node)
    rule = tree.kind(inner)
    if rule in ("SearchOperator", "FindOperator", "ExternalDataExpression"):
        return True
    if rule == "FunctionCallOrPathPathExpression":
        calls = tree.find(inner, "NamedFunctionCallExpression")
        return bool(calls) and str(tree.rules(calls[0])[0].getText()).lower() in _ELSEWHERE
    return rule == "NamedFunctionCallExpression" and (
        str(tree.rules(inner)[0].getText()) in ("materialize", *defender.SERVICE_FUNCTIONS)
    )


def declare(decl: tree.Node, scalars: Any, library: Callable[[Any, Any], None]) -> None:
    """Register a `let` function: a scalar one with the library, a tabular one to be expanded.

    The library expands *stored* functions at each call, in the caller's scope; a tabular `let`
    function is made one for the length of the query.
    """
    body = next((k for k in tree.rules(decl) if tree.kind(k) == "LetFunctionBody"), None)
    parameters = [p for k in tree.find(decl, "LetFunctionParameterList") for p in tree.rules(k)]
    tabular = [p for p in parameters if tree.kind(p) == "TabularParameter"]
    if not tabular:
        try:
            library(decl, scalars)
            return
        except KqlUnsupportedError as refused:
            if body is None or not _has_table(body):
                raise refused
    name = tree.name_of(tree.rules(decl)[0])
    scope = lower._FN_STATE.get()
    if scope is None or body is None:
        raise KqlUnsupportedError(f"let function:{name}")
    if scope.functions is None:
        scope.functions = {}
    scope.functions.setdefault(None, {})[name] = StoredFunction(
        name=name,
        database=None,
        parameters="",
        body=tree.text_of(body),
        folder="",
        docstring="",
        command=tree.text_of(decl),
        declaration=decl,
    )


def _has_table(body: tree.Node) -> bool:
    last = tree.bare(tree.rules(body)[-1])
    return (
        is_tabular(last)
        or lower._is_tabular_value(last, {})
        or tree.kind(last) in ("NamedFunctionCallExpression", "PipeExpression")
    )


def _tabular_parameters(function: StoredFunction) -> list[str]:
    found = []
    for group in tree.find(function.declaration, "LetFunctionParameterList"):
        for parameter in tree.rules(group):
            if tree.kind(parameter) == "TabularParameter":
                found.append(tree.name_of(tree.find(parameter, "ParameterName")[0]))
    return found


def expand_call(
    node: tree.Node, function: StoredFunction, arguments: Sequence[Any], library: Any
) -> ir.TableRef:
    """One call of a tabular function: its tables bound first, its scalars left to the library."""
    tables = _tabular_parameters(function)
    scope = lower._FN_STATE.get()
    if scope is None:
        raise KqlUnsupportedError(f"function:{function.name}")
    scalars = []
    for position, argument in enumerate(arguments):
        if position < len(tables):
            bound = (
                ir.Query(argument)
                if isinstance(argument, ir.TableRef)
                else lower._lower_query_node(argument)
            )
            scope.pending[-1].append((tables[position], _with_lets(bound)))
            lower._see_tabular(tables[position])
        else:
            scalars.append(argument)
    result: ir.TableRef = library(node, function, scalars)
    return result


def scalar_parameters(function: StoredFunction) -> list[tuple[str, ir.Expr | None]]:
    """The scalar parameters of a function with their defaults."""
    found = []
    for group in tree.find(function.declaration, "LetFunctionParameterList"):
        found += [
            lower._lower_let_parameter(parameter)
            for parameter in tree.rules(group)
            if tree.kind(parameter) == "ScalarParameter"
        ]
    return found


def _called_as(rest: list[tree.Node]) -> tuple[int, str] | None:
    """Where the rows get a name with `as` that operators behind it may read."""
    for position, node in enumerate(rest):
        inner = node
        while tree.kind(inner) in (
            "PipedOperator",
            "AfterPipeOperator",
            "BeforeOrAfterPipeOperator",
        ):
            inner = tree.rules(inner)[0]
        if tree.kind(inner) == "AsOperator":
            name = tree.name_of(tree.rules(inner)[-1])
            if any(_mentions(later, name) for later in rest[position + 1 :]):
                return position, name
    return None


def _mentions(node: tree.Node, name: str) -> bool:
    return any(
        str(part.getText()) == name
        for part in tree.walk(node)
        if tree.kind(part) in ("IdentifierName", "EscapedName", "KeywordName")
    )


def _invoked(rest: list[tree.Node]) -> tuple[int, StoredFunction, list[tree.Node]] | None:
    for position, node in enumerate(rest):
        inner = node
        while tree.kind(inner) in ("PipedOperator", "AfterPipeOperator"):
            inner = tree.rules(inner)[0]
        if tree.kind(inner) != "InvokeOperator":
            continue
        calls = tree.find(inner, "NamedFunctionCallExpression")
        if not calls:
            continue
        parts = tree.rules(calls[0])
        name = tree.name_of(parts[0])
        function = lower._stored(name, None)
        if function is not None:
            return position, function, parts[1:]
    return None


def _bound(stem: str, query: ir.Query) -> ir.TableRef:
    scope = lower._FN_STATE.get()
    assert scope is not None
    name = lower._fresh_name(f"{stem}.input")
    scope.pending[-1].append((name, _with_lets(query)))
    return ir.TableRef(name)


def _with_lets(query: ir.Query) -> ir.Query:
    """The query with the scalar `let`s around the place of a call."""
    scope = lower._FN_STATE.get()
    assert scope is not None
    result: ir.Query = lower._substitute_query(query, lower._pipeline_scope(scope.scalars))
    return result


def _call(node: tree.Node, function: StoredFunction, arguments: list[Any]) -> ir.TableRef:
    result: ir.TableRef = lower._expand(node, function, arguments)
    return result


_NUMBERED = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2}))")
_CONTROLS = {"\\a": "\a", "\\b": "\b", "\\f": "\f", "\\v": "\v"}


def string_value(text: str, library: Callable[[str], str]) -> str:
    """The value of a string literal, its hidden and multi-line forms included."""
    body = text[1:] if text[:1] in ("h", "H") and text[1:2] in tuple("@'\"`~") else text
    if body[:3] in ("```", "~~~"):
        return body[3:-3]
    if body.startswith("@") or "\\" not in body:
        return library(body)
    pieces = re.split(r"(\\\\)", body)
    for index, piece in enumerate(pieces):
        if piece == "\\\\":
            continue
        piece = _NUMBERED.sub(lambda m: chr(int(next(filter(None, m.groups())), 16)), piece)
        for escape, control in _CONTROLS.items():
            piece = piece.replace(escape, control)
        pieces[index] = piece
    return library("".join(pieces))
