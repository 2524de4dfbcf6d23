"""Faults in the service's words, and where in the query they stand."""

from __future__ import annotations

from tui.kql import lexer
from tui.kql.engine.fault import KqlFault
from tui.kql.signatures import accepts, spelled

_SAYS_COLUMN = frozenset({"where", "search", "filter"})


def syntax(line: int, column: int) -> KqlFault:
    """A text that is no query; `line` from 1, `column` from 0."""
    return KqlFault(
        f"A recognition error occurred. [line:position={line}:{column}]",
        code="SYN0002",
        line=line,
        column=column + 1,
        kind="syntax",
    )


def no_statement() -> KqlFault:
    """Only comments and `let` statements: nothing to answer."""
    return KqlFault(
        "No tabular expression statement found", code="SYN0001", line=1, column=1, kind="syntax"
    )


def unknown_column(text: str, name: str, operator: str) -> KqlFault:
    """A name that is no column at this point of the pipe."""
    what = "column or scalar expression" if operator in _SAYS_COLUMN else "scalar expression"
    return _at(
        text,
        name,
        "SEM0100",
        f"'{operator}' operator: Failed to resolve {what} named '{name}'",
    )


def no_predicate(kind: str) -> KqlFault:
    """A `where` whose expression is neither true nor false."""
    return KqlFault(
        f"'where' operator: the predicate must be of type 'bool' and is of type '{kind}'",
        code="SEM0001",
    )


def no_rows(operator: str) -> KqlFault:
    """A number of rows that is none."""
    return KqlFault(
        f"'{operator}' operator: the number of rows must be a constant whole number",
        code="SEM0001",
    )


def no_chart(text: str, name: str) -> KqlFault:
    """A kind of `render` that nobody knows."""
    return _at(text, name, "SEM0001", f"'render' operator: '{name}' is no visualization")


def unknown_plugin(text: str, name: str) -> KqlFault:
    """A name behind `evaluate` that is no plugin."""
    return _at(text, name, "SEM0260", f"Unknown plugin: '{name}'")


def not_dynamic(text: str, name: str, operator: str, kind: str) -> KqlFault:
    """A column to expand, or to go into, that holds neither arrays nor bags."""
    return _at(
        text,
        name,
        "SEM0001",
        f"'{operator}' operator: '{name}' must be of type 'dynamic' and is of type '{kind}'",
    )


def dynamic_key(text: str, name: str, operator: str) -> KqlFault:
    """A key of rows that is dynamic, of which two are never compared."""
    line, column = place(text, name) if name else (None, None)
    return KqlFault(
        f"'{operator}' operator: group key '{name}' is of a 'dynamic' type. Please use an explicit "
        f"cast, such as tostring(), as grouping by a 'dynamic' type is not supported",
        code="SEM0001",
        line=line,
        column=column,
    )


def ill_formed_regex() -> KqlFault:
    """A pattern that is no regular expression."""
    return KqlFault("Regex pattern is ill-formed", code="SEM0420")


def unordered(op: str) -> KqlFault:
    """Text compared by order, which the language has no operator for."""
    return KqlFault(
        f"Cannot compare values of types string and string with '{op}'. Try adding explicit casts",
        code="SEM0064",
    )


def incomparable(left: str, right: str) -> KqlFault:
    """Values of two types that no operator compares."""
    return KqlFault(
        f"Cannot compare values of types {left} and {right}. Try adding explicit casts",
        code="SEM0064",
    )


def not_text(op: str, left: str, right: str) -> KqlFault:
    """Values beside an operator that compares texts, one of which is no text."""
    return KqlFault(
        f"Cannot compare values of types {left} and {right} with '{op}'. Try adding explicit casts",
        code="SEM0709",
    )


def no_members(kind: str) -> KqlFault:
    """A path into a value that has no members."""
    return KqlFault(
        f"Cannot access members of a value of type '{kind}': only dynamic values have them",
        code="SEM0001",
    )


def wrong_types(*given: str) -> KqlFault:
    """An operator or a function that has no meaning for such arguments."""
    return KqlFault(
        f"The operation is not valid for arguments of these types: ({', '.join(given)}). "
        "Try adding explicit casts",
        code="SEM0062",
    )


def twice(text: str, name: str, operator: str) -> KqlFault:
    """Two columns of one name."""
    return _at(
        text,
        name,
        "SEM0034",
        f"'{operator}' operator: duplicate column name '{name}'",
    )


def no_step() -> KqlFault:
    """A range that never moves."""
    return KqlFault("'range' operator: the step must not be 0", code="SEM0001")


def unlike_keys(left: str, right: str) -> KqlFault:
    """Keys of two types."""
    return KqlFault(
        f"Inconsistent data types for join keys: ({left}, {right})",
        code="SEM0001",
    )


def unknown_table(text: str, name: str, operator: str) -> KqlFault:
    """A name that is no table."""
    return _at(
        text,
        name,
        "SEM0100",
        f"'{operator}' operator: Failed to resolve table or column expression named '{name}'",
    )


def unknown_function(text: str, name: str) -> KqlFault:
    """A name that is no function."""
    return _at(text, name, "SEM0260", f"Unknown function: '{name}'")


def too_few_arguments(name: str) -> KqlFault:
    """A function is called without something that it needs."""
    called = f"{name}(): the function" if name else "A function"
    return KqlFault(f"{called} expects more arguments than it is given.", code="SEM0219")


def missing_parameter(name: str) -> KqlFault:
    """A declared parameter without a default, which nobody gave a value."""
    return KqlFault(
        f"Query parameter '{name}' was declared without a default and has no value", code="SEM0180"
    )


def wrong_count(text: str, name: str, least: int, most: int) -> KqlFault:
    """A function called with more or fewer arguments than it takes."""
    count = f"{least}" if least == most else f"between {least} and {most}"
    return _at(text, name, "SEM0219", f"{name}(): function expects {count} argument(s).")


_NUMBER_TYPES = frozenset({"number", "integer", "fraction", "sum", "int", "long", "real"})


def wrong_argument(
    text: str, name: str, position: int, wanted: str, given: str, values: tuple[str, ...]
) -> KqlFault:
    """An argument that the function does not take; `wanted` as the signatures write it."""
    line, column = place(text, name)
    if values:
        said = f"must be one of the values: {', '.join(values)}"
    elif given and not accepts(wanted, given):
        said = f"expected to be {spelled(wanted)}, not {given}"
    elif wanted == "string":
        said = "expected to be a string literal"
    else:
        said = "is not valid here"
    code = "SEM0235" if values else "SEM0201" if wanted in _NUMBER_TYPES else "SEM0062"
    return KqlFault(f"{name}(): argument #{position} {said}", code=code, line=line, column=column)


def aggregate_here(text: str, name: str, operator: str) -> KqlFault:
    """An aggregate among the rows, where there is nothing to aggregate."""
    return _at(
        text,
        name,
        "SEM0001",
        f"'{operator}' operator: Function '{name}' cannot be invoked in current context: it is an "
        "aggregation function",
    )


def no_aggregate(text: str, name: str) -> KqlFault:
    """Something among the aggregates of `summarize` that is none."""
    line, column = place(text, name) if name else (None, None)
    what = f"'{name}'" if name else "the expression"
    return KqlFault(
        f"'summarize' operator: {what} is not an aggregation; only 'by' takes plain expressions",
        code="SEM0001",
        line=line,
        column=column,
    )


def unsupported(text: str, what: str) -> KqlFault:
    """A construct of the language that this engine knows of and does not run."""
    line, column = place(text, what)
    return KqlFault(
        f"'{what}' is not supported by this engine", line=line, column=column, kind="unsupported"
    )


def _at(text: str, name: str, code: str, said: str) -> KqlFault:
    """A fault where a name stands in the text."""
    line, column = place(text, name)
    return KqlFault(said, code=code, line=line, column=column)


def place(text: str, name: str) -> tuple[int | None, int | None]:
    """Line and column (from 1) where the query first writes this name, strings aside."""
    for token in lexer.tokens(text):
        if token.kind in ("string", "comment", "space"):
            continue
        if text[token.start : token.end] == name:
            line = text.count("\n", 0, token.start) + 1
            return line, token.start - (text.rfind("\n", 0, token.start) + 1) + 1
    return None, None


TOO_LARGE = "kql~size"
"""What the SQL raises where a value would grow beyond measure."""

LONGEST_TEXT = 16_000_000
"""Characters of one text that a function makes of others."""


def out_of_memory() -> KqlFault:
    """The memory limit was reached."""
    return KqlFault("Query stopped due to excessive resource consumption.", kind="limit")


def out_of_time() -> KqlFault:
    """The time limit was reached."""
    return KqlFault("Query exceeded the timeout period.", kind="limit")


def too_deep() -> KqlFault:
    """A query nested or sized beyond what the translator takes."""
    return KqlFault(
        "The query cannot run because it exceeds the allowed size limit when processed.",
        kind="limit",
    )
