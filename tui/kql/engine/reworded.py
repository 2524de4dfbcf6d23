"""What duckdb-kql and DuckDB refuse, in Kusto's words; none of their own reach the caller."""

from __future__ import annotations

import re

from tui.kql.engine import words
from tui.kql.engine.fault import KqlFault
from tui.kql.engine.functions_known import KNOWN
from tui.kql.engine.marks import unmarked
from tui.kql.engine.wordings import worded
from tui.kql.signatures import signatures

_CODE = re.compile(r"\b(SEM\d{4}|SYN\d{4}|CRT\d{4})\b")


def from_library(text: str, error: Exception) -> KqlFault:
    """What duckdb-kql refused, as the service would say it."""
    hint = str(getattr(error, "hint", "") or "")
    code = _CODE.search(hint)
    construct = str(getattr(error, "construct", "") or getattr(error, "name", "") or "")
    head, _, rest = construct.partition(":")
    if code and code.group() == "SEM0100" and rest:
        return words.unknown_column(text, rest, head)
    if code and code.group() == "SEM0079":
        line, column = words.place(text, rest)
        return KqlFault(
            f"Let with the same name was already used in current context: '{rest}'",
            code="SEM0079",
            line=line,
            column=column,
        )
    if code and code.group() == "SEM0034":
        line, column = words.place(text, construct)
        operator = re.search(r"`([a-z-]+)` names two", hint)
        return KqlFault(
            f"'{operator.group(1) if operator else 'project'}' operator: duplicate column name "
            f"'{construct}'",
            code="SEM0034",
            line=line,
            column=column,
        )
    span = getattr(error, "span", None)
    if head == "multi-statement":
        return KqlFault(
            "More than one tabular expression statement is not supported by this engine: run them "
            "one by one",
            kind="unsupported",
        )
    known = worded(construct, hint)
    if known is not None:
        if span is not None:
            known.line, known.column = span.line, span.column + 1
        else:
            known.line, known.column = words.place(
                text, head if head in text else rest or construct
            )
        return known
    if head in ("function", "aggregate"):
        name = rest.partition(" ")[0].removeprefix("kql_")
        if "argument" in hint:
            fault = KqlFault(
                f"{name}(): function called with a wrong number of arguments", code="SEM0219"
            )
        elif code:
            fault = KqlFault(f"{name}(): the arguments are not valid here", code=code.group())
        elif (
            head == "function"
            and name.lower() not in KNOWN
            and not any((kind, name.lower()) in signatures() for kind in "fap")
        ):
            fault = words.unknown_function(text, name)
        else:
            fault = words.unsupported(text, name)
        fault.line, fault.column = words.place(text, name)
        return fault
    what = _keyword(construct)
    if code:
        fault = KqlFault(f"'{what}': not valid in this place", code=code.group())
    else:
        fault = KqlFault(f"'{what}' is not supported by this engine", kind="unsupported")
    if span is not None:
        fault.line, fault.column = span.line, span.column + 1
    else:
        fault.line, fault.column = words.place(text, rest or construct)
    return fault


def _keyword(construct: str) -> str:
    head, _, rest = construct.partition(":")
    word = rest or head
    if word.endswith(("Operator", "Expression", "OperatorPart")):
        word = re.sub(r"(By)?(Operator|Expression|OperatorPart)$", "", word)
        word = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", word).lower()
    return word[:80]


_MISSING = re.compile(r'[Cc]olumn (?:named )?"([^"]+)"')


_COMPARED = re.compile(r"types? ([A-Z_]+(?:\[\])?)(?:\([^)]*\))? and (?:type )?([A-Z_]+(?:\[\])?)")


_CALLED = re.compile(r"function matches the given name and argument types '([^(]+)\(([^']*)\)'")


_TYPES = {
    "VARCHAR": "string",
    "TIMESTAMP": "datetime",
    "TIMESTAMP WITH TIME ZONE": "datetime",
    "BIGINT": "long",
    "HUGEINT": "long",
    "UBIGINT": "long",
    "INTEGER": "int",
    "DOUBLE": "real",
    "DECIMAL": "decimal",
    "BOOLEAN": "bool",
    "JSON": "dynamic",
    "INTERVAL": "timespan",
    "UUID": "guid",
}


_OF_VALUES = frozenset({"ConversionException", "OutOfRangeException", "InvalidInputException"})


_REGEX = re.compile(
    r"missing (?:\)|\]|argument)|unexpected \)|invalid escape|repetition op|invalid perl op|"
    r"invalid character class|invalid named capture|trailing \\|repetition size|invalid UTF-8"
)


def from_database(text: str, error: Exception) -> KqlFault:
    """What DuckDB refused, in Kusto's words; none of its own reach the caller."""
    kind = type(error).__name__
    said = str(error)
    if kind == "InterruptException":
        return KqlFault("Query was cancelled", kind="interrupted")
    if (
        kind == "OutOfMemoryException"
        or words.TOO_LARGE in said
        or "max_temp_directory_size" in said
    ):
        return words.out_of_memory()
    if kind == "BinderException":
        missing = _MISSING.search(said) if "not found" in said or "not have" in said else None
        if missing:
            return words.unknown_column(text, unmarked(missing.group(1)), "where")
        compared = _COMPARED.search(said)
        if compared:
            return words.incomparable(*(_TYPES.get(t, "dynamic") for t in compared.groups()))
        called = _CALLED.search(said)
        if called:
            given = [re.sub(r"\(.*", "", t.strip()) for t in called.group(2).split(",")]
            return words.wrong_types(*(_TYPES.get(t, "dynamic") for t in given))
        return KqlFault("The query has a semantic error: types do not match", code="SEM0001")
    if isinstance(error, IndexError):
        return words.too_few_arguments("")
    if kind == "InvalidInputException" and _REGEX.search(said):
        return words.ill_formed_regex()
    if "without selection list" in said:
        return KqlFault(
            "A result without any column is not supported by this engine", kind="unsupported"
        )
    if kind in _OF_VALUES or isinstance(error, ArithmeticError | ValueError):
        return KqlFault(
            "Query execution failed: a value is out of the range of its type or malformed",
            kind="runtime",
        )
    return KqlFault(
        "An unexpected error occurred during query execution. Please try again in a few minutes.",
        kind="runtime",
    )
