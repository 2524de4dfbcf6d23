"""What duckdb-kql refuses as unknown to it and the service as wrong: in the service's words."""

from __future__ import annotations

import re
from collections.abc import Callable

from tui.kql.engine.fault import KqlFault

_JOIN_KINDS = (
    "inner, innerunique, leftouter, rightouter, fullouter, leftsemi, leftanti, leftantisemi, "
    "anti, rightsemi, rightanti, rightantisemi"
)


def worded(construct: str, hint: str) -> KqlFault | None:
    """The fault for a construct that duckdb-kql named, or None where it is only not supported."""
    for pattern, make in _WRONG:
        found = re.search(pattern, construct)
        if found:
            return make(found, hint)
    return None


def _join_kind(found: re.Match[str], hint: str) -> KqlFault:
    del hint
    known = _JOIN_KINDS if found[1] == "join" else "leftouter, inner"
    return KqlFault(
        f"'{found[1]}' operator: '{found[2]}' is no kind; it must be one of: {known}",
        code="SEM0001",
    )


def _no_condition(found: re.Match[str], hint: str) -> KqlFault:
    del hint
    return KqlFault(f"'{found[1]}' operator: 'on' with its keys is missing", code="SEM0001")


def _join_key(found: re.Match[str], hint: str) -> KqlFault:
    del found, hint
    return KqlFault(
        "join: the condition must be a column of both sides or $left.Column == $right.Column",
        code="SEM0001",
    )


def _values(found: re.Match[str], hint: str) -> KqlFault | None:
    del found
    counts = re.search(r"(\d+) values do not divide into (\d+)", hint)
    if counts is None:
        return None
    return KqlFault(
        f"datatable: {counts[1]} values do not fill rows of {counts[2]} columns", code="SEM0001"
    )


def _called(found: re.Match[str], hint: str) -> KqlFault | None:
    counts = re.search(r"takes (\d+)\.\.(\d+) argument", hint)
    if counts is None:
        return None
    least, most = counts.groups()
    count = least if least == most else f"between {least} and {most}"
    return KqlFault(f"{found[1]}(): function expects {count} argument(s).", code="SEM0219")


def _aggregate(found: re.Match[str], hint: str) -> KqlFault:
    del hint
    name = found[1] if found.lastindex else ""
    what = f"'{name}'" if name else "an expression"
    return KqlFault(
        f"'summarize' operator: {what} stands outside an aggregation function", code="SEM0001"
    )


def _type(found: re.Match[str], hint: str) -> KqlFault | None:
    del hint
    if found[1] in ("decimal", "guid"):
        return None
    return KqlFault(f"'{found[1]}' is not a valid type name here", code="SEM0001")


def _branches(found: re.Match[str], hint: str) -> KqlFault:
    types = re.search(r"got ([a-z, ]+)", hint)
    given = f" ({types[1].strip()})" if types else ""
    return KqlFault(
        f"{found[1]}(): all values must be of one type{given}. Try adding explicit casts",
        code="SEM0525",
    )


_WRONG: tuple[tuple[str, Callable[[re.Match[str], str], KqlFault | None]], ...] = (
    (r"^(join|lookup) kind:(\w+)$", _join_kind),
    (r"^(join|lookup)$", _no_condition),
    (r"^(?:join|lookup) key", _join_key),
    (r"^datatable$", _values),
    (r"^let function:(\w+)", _called),
    (r"^summarize: column '([^']*)' outside", _aggregate),
    (r"^summarize$", _aggregate),
    (r"^mv-expand to typeof\((\w+)\)", _type),
    (r"^typeof\((\w+)\)", _type),
    (r"^(\w+):mixed-types$", _branches),
)
