"""Which arguments functions take, and of which type their results are.

The data stand in `docs_signatures.txt` beside this file, made from the tables of Microsoft's
language service.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import NamedTuple

NUMBERS = ("int", "long", "real", "decimal")
"""Types of numbers, from the narrow to the wide."""
_SUMS = frozenset({*NUMBERS, "timespan", "datetime"})
_CLASSES: Mapping[str, frozenset[str]] = {
    "integer": frozenset({"int", "long"}),
    "fraction": frozenset({"real", "decimal"}),
    "text": frozenset({"string", "dynamic"}),
    "texts": frozenset({"string", "dynamic"}),
    "integers": frozenset({"int", "long", "dynamic"}),
    "array": frozenset({"dynamic"}),
    "bag": frozenset({"dynamic"}),
    "number": frozenset(NUMBERS),
    "numberbool": frozenset({*NUMBERS, "bool"}),
    "sum": _SUMS,
    "commonsum": _SUMS,
    "order": frozenset({*_SUMS, "string", "bool"}),
    "commonorder": frozenset({*_SUMS, "string", "bool"}),
    "discrete": frozenset({"int", "long", "decimal", "string", "timespan", "datetime", "guid",
                           "dynamic"}),
    "plain": frozenset({*_SUMS, "string", "bool", "guid"}),
    "notbool": frozenset({*_SUMS, "string", "guid", "dynamic"}),
}  # fmt: skip
_OPEN = frozenset({"any", "scalar", "common", "common2", "table", "type", "p0", "p1", "p2"})
_NAMES = {
    "integer": "a whole number",
    "fraction": "a real number",
    "text": "a string or a dynamic value",
    "texts": "a string or an array of strings",
    "integers": "a whole number or an array of them",
    "array": "a dynamic array",
    "bag": "a dynamic property bag",
    "number": "a number",
    "numberbool": "a number or a bool",
    "sum": "a number, a timespan or a datetime",
    "commonsum": "a number, a timespan or a datetime",
    "order": "a value that has an order",
    "commonorder": "a value that has an order",
    "discrete": "no real number and no bool",
    "plain": "a value that is not dynamic",
    "notbool": "no bool",
}


class Value(NamedTuple):
    """What is known of an expression."""

    type: str
    """A scalar type, `table` for rows, empty where it cannot be told."""
    start: int = 0
    """Where it stands in the text."""
    end: int = 0
    form: str = ""
    """`literal`, `constant`, `column`, `star`, `named`, or empty for anything else."""
    text: str = ""
    """The text of a string literal."""


class Complaint(NamedTuple):
    """Why a call is wrong."""

    at: int
    """The argument; -1 for the call as a whole."""
    message: str
    words: tuple[str, ...] = ()
    """What may stand there."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a signature."""

    types: str
    must_be: str
    """`column`, `literal`, `constant`, `star`, or empty."""
    values: tuple[str, ...]
    many: bool
    optional: bool


@dataclass(frozen=True, slots=True)
class Signature:
    """One way to call a function."""

    result: str
    least: int
    most: int
    parameters: tuple[Parameter, ...]

    def parameter(self, at: int, count: int) -> Parameter | None:
        """The parameter that takes an argument, of so many."""
        parameters = self.parameters
        many = [index for index, one in enumerate(parameters) if one.many]
        if not many:
            return parameters[at] if at < len(parameters) else None
        first, last = many[0], many[-1]
        behind = sum(not one.optional for one in parameters[last + 1 :])
        if at < first:
            return parameters[at]
        if at >= count - behind:
            needed = [one for one in parameters[last + 1 :] if not one.optional]
            return needed[at - (count - behind)]
        return parameters[first + (at - first) % (last - first + 1)]


def _parameter(word: str) -> Parameter:
    word, _, values = word.partition("=")
    types, _, must_be = word.partition("@")
    bare = types.rstrip("?*")
    known = tuple(values.split("/")) if values else ()
    return Parameter(bare, must_be, known, types.endswith("*"), "?" in types)


@cache
def signatures() -> Mapping[tuple[str, str], tuple[Signature, ...]]:
    """All signatures by kind (`f`, `a`, `p`) and name."""
    found: dict[tuple[str, str], tuple[Signature, ...]] = {}
    text = files(__package__).joinpath("docs_signatures.txt").read_text("utf-8")
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        kind, name, result, least, most, *parameters = line.split()
        one = Signature(result, int(least), int(most), tuple(map(_parameter, parameters)))
        found[kind, name] = (*found.get((kind, name), ()), one)
    return found


def accepts(types: str, type: str) -> bool:
    """Whether a parameter takes a value of this type."""
    if not type or types in _OPEN:
        return True
    known = _CLASSES.get(types)
    if known is not None:
        return type in known
    wanted = types.split("/")
    if type in wanted:
        return True
    if type == "dynamic":
        return "string" in wanted
    return type in NUMBERS and any(
        one in NUMBERS and NUMBERS.index(one) > NUMBERS.index(type) for one in wanted
    )


def spelled(types: str) -> str:
    """What a parameter takes, in words."""
    wanted = _NAMES.get(types, types.replace("/", " or "))
    return wanted if " " in wanted else f"a {wanted}"


def call(kind: str, name: str, values: Sequence[Value]) -> tuple[str, Complaint | None]:
    """The type of a call's result, and what is wrong with the call."""
    known = signatures().get((kind, name))
    if known is None:
        return "", None
    count = len(values)
    able = [one for one in known if one.least <= count <= one.most]
    if not able or (name in ("bag_pack", "pack", "pack_dictionary") and count % 2) or (
        name == "case" and not count % 2
    ):  # fmt: skip
        return _result(known[0], values), Complaint(-1, f"{name} takes {_counts(name, known)}.")
    first: Complaint | None = None
    for one in able:
        wrong = _wrong(one, name, values)
        if wrong is None:
            return _result(one, values), None
        if first is None or wrong.at > first.at:
            first = wrong
    if len(able) > 1 and first is not None and not first.words:
        types = ", ".join(value.type or "?" for value in values)
        first = Complaint(first.at, f"{name} does not take ({types}).")
    return _result(able[0], values), first


def _counts(name: str, known: Sequence[Signature]) -> str:
    if name in ("bag_pack", "pack", "pack_dictionary"):
        return "pairs of a name and a value"
    if name == "case":
        return "pairs of a condition and a value, and a last value"
    least = min(one.least for one in known)
    most = max(one.most for one in known)
    if least == most:
        return "no argument" if not most else "one argument" if most == 1 else f"{most} arguments"
    if most >= 16:
        return f"at least {least} argument{'s' if least != 1 else ''}"
    return f"{least} to {most} arguments"


def _wrong(one: Signature, name: str, values: Sequence[Value]) -> Complaint | None:
    common = ""
    for at, value in enumerate(values):
        parameter = one.parameter(at, len(values))
        if parameter is None:
            continue
        if value.form == "star":
            if parameter.must_be != "star":
                return Complaint(at, f"{name} takes no * here.")
            continue
        given = value.type
        if given == "dynamic" and value.form == "literal" and parameter.types == "string":
            given = "an array or a bag"
        if not accepts(parameter.types, given):
            last = one.parameters[-1]
            spared = last.optional and last.types != "scalar"
            if at == len(values) - 1 and spared and accepts(last.types, value.type):
                continue
            return Complaint(at, f"{name} takes {spelled(parameter.types)} here, not {given}.")
        if parameter.types.startswith("common") and parameter.types != "common2" and value.type:
            wider = _wider(common, value.type)
            if wider is None:
                return Complaint(at, f"{name} takes values of one type, not {common} and "
                                     f"{value.type}.")  # fmt: skip
            common = wider
        if parameter.types in ("p0", "p1") and value.type:
            other = values[int(parameter.types[1])].type
            if other and other != value.type:
                return Complaint(at, f"{name} takes {other} here, not {value.type}.")
        wrong = _form(parameter, name, value, at)
        if wrong is not None:
            return wrong
    return None


def _form(parameter: Parameter, name: str, value: Value, at: int) -> Complaint | None:
    must_be, form = parameter.must_be, value.form
    if must_be == "constant" and form == "column":
        return Complaint(at, f"{name} takes a constant here, not a column.")
    if must_be == "literal" and form == "column":
        return Complaint(at, f"{name} takes a literal here, not a column.")
    if must_be == "column" and form == "literal":
        return Complaint(at, f"{name} takes a column here.")
    literal = form == "literal" and value.type == "string"
    if parameter.values and literal and value.text.lower() not in parameter.values:
        some = ", ".join(parameter.values)
        return Complaint(at, f"{name} knows {some}.", parameter.values)
    return None


def _wider(one: str, other: str) -> str | None:
    if not one or one == other:
        return other
    if one in NUMBERS and other in NUMBERS:
        return NUMBERS[max(NUMBERS.index(one), NUMBERS.index(other))]
    return None


def _result(one: Signature, values: Sequence[Value]) -> str:
    result = one.result
    if result == "-":
        return ""
    if result[0] == "$":
        at = int(result[1])
        type = values[at].type if at < len(values) else ""
        return "long" if type == "int" and result.endswith("+") else type
    if result in "=~":
        common = ""
        for at, value in enumerate(values):
            parameter = one.parameter(at, len(values))
            if result == "=" and parameter is not None and "common" not in parameter.types:
                continue
            if not value.type:
                return ""
            if value.type == "dynamic" and common:
                continue
            wider = _wider("" if common == "dynamic" else common, value.type)
            if wider is None:
                return "dynamic" if result == "=" else ""
            common = wider
        return common
    return result
