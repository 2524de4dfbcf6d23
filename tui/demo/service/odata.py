"""OData's `$filter` and `$orderby`, as far as the services go, turned into functions.

Source: *OData Version 4.01, Part 2: URL Conventions*; the fields each list documents.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

T = TypeVar("T")
Value = str | float | bool | datetime | None
Test = Callable[[T], bool]


class ODataFault(Exception):
    """An expression that does not parse, or names what is not there."""


@dataclass(frozen=True)
class Field(Generic[T]):
    """A property that a filter may name.

    Args:
        read: Its value in one thing.
        kind: `text`, `enum`, `time`, `number`, or `texts` for a collection.
        members: Of an enum, the number of each value that may be compared with, by its name
            without case: values are ordered by it, not by their names.
    """

    read: Callable[[T], Any]
    kind: str = "text"
    members: Mapping[str, int] = field(default_factory=dict)

    def compared(self, thing: T) -> Any:
        """The value as comparisons and orders see it; None where there is none."""
        value = self.read(thing)
        if self.kind == "enum":
            return None if value is None else self.members.get(value.casefold(), -1)
        return _folded(value) if self.kind == "text" else value


_TOKEN = re.compile(
    r"""\s*(?:
      (?P<string>'(?:[^']|'')*')
    | (?P<time>\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)|(?![\w:-])))
    | (?P<number>-?\d+(?:\.\d+)?)(?![\w.])
    | (?P<word>[A-Za-z_][A-Za-z0-9_./]*)
    | (?P<mark>[(),:])
    )""",
    re.VERBOSE,
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda one, other: bool(one == other),
    "ne": lambda one, other: bool(one != other),
    "gt": lambda one, other: one is not None and other is not None and bool(one > other),
    "ge": lambda one, other: one is not None and other is not None and bool(one >= other),
    "lt": lambda one, other: one is not None and other is not None and bool(one < other),
    "le": lambda one, other: one is not None and other is not None and bool(one <= other),
}
_TEXT: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda text, part: part in text,
    "startswith": lambda text, part: text.startswith(part),
    "endswith": lambda text, part: text.endswith(part),
}
_CASE = frozenset({"tolower", "toupper"})
_DEPTH = 64


def parse_time(text: str) -> datetime:
    """An OData date and time; a date alone is its first moment.

    Raises:
        ODataFault: There is no such time.
    """
    whole, fraction, rest = text, "", ""
    found = re.fullmatch(r"(.*?:\d\d)\.(\d+)(.*)", text)
    if found:
        whole, fraction, rest = found.groups()
        text = f"{whole}.{fraction[:6].ljust(6, '0')}{rest}"
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ODataFault(f"Invalid date and time '{text}'") from None


class _Parser(Generic[T]):
    def __init__(self, text: str, fields: Mapping[str, Field[T]], type_name: str) -> None:
        self.text = text
        self.fields = fields
        self.type_name = type_name
        self.tokens: list[tuple[str, str, int]] = []
        place = 0
        text = text.rstrip()
        while place < len(text):
            found = _TOKEN.match(text, place)
            if not found or found.lastgroup is None:
                raise ODataFault(f"Syntax error at position {place} in '{self.text}'.")
            kind = found.lastgroup
            self.tokens.append((kind, found[kind], found.start(kind)))
            place = found.end()
        self.at = 0
        self.depth = 0

    def peek(self) -> tuple[str, str, int]:
        if self.at < len(self.tokens):
            return self.tokens[self.at]
        return ("end", "", len(self.text))

    def take(self) -> tuple[str, str, int]:
        token = self.peek()
        self.at += 1
        return token

    def wrong(self, token: tuple[str, str, int], wanted: str) -> ODataFault:
        found = f"'{token[1]}'" if token[0] != "end" else "the end"
        return ODataFault(
            f"{wanted} expected, found {found} at position {token[2]} in '{self.text}'."
        )

    def expect(self, mark: str) -> None:
        token = self.take()
        if token[1] != mark:
            raise self.wrong(token, f"'{mark}'")

    def parse(self) -> Test[T]:
        if not self.tokens:
            raise ODataFault("The $filter expression is empty.")
        test = self.either()
        token = self.peek()
        if token[0] != "end":
            raise self.wrong(token, "An operator or the end of the expression")
        return test

    def either(self) -> Test[T]:
        tests = [self.both()]
        while self.peek()[:2] == ("word", "or"):
            self.take()
            tests.append(self.both())
        return tests[0] if len(tests) == 1 else lambda thing: any(test(thing) for test in tests)

    def both(self) -> Test[T]:
        tests = [self.negated()]
        while self.peek()[:2] == ("word", "and"):
            self.take()
            tests.append(self.negated())
        return tests[0] if len(tests) == 1 else lambda thing: all(test(thing) for test in tests)

    def negated(self) -> Test[T]:
        self.depth += 1
        if self.depth > _DEPTH:
            raise ODataFault("The node count limit of the $filter expression has been exceeded.")
        try:
            if self.peek()[:2] == ("word", "not"):
                self.take()
                inner = self.negated()
                return lambda thing: not inner(thing)
            if self.peek()[1] == "(" and self.peek()[0] == "mark":
                self.take()
                inner = self.either()
                self.expect(")")
                return inner
            return self.condition()
        finally:
            self.depth -= 1

    def field(self, name: str) -> Field[T]:
        found = self.fields.get(name)
        if found is None:
            raise ODataFault(
                f"Could not find a property named '{name}' on type '{self.type_name}'."
            )
        return found

    def condition(self) -> Test[T]:
        token = self.take()
        kind, name, _ = token
        if kind != "word":
            raise self.wrong(token, "A property name")
        if self.peek()[1] == "(" and name.lower() in _TEXT:
            return self.text_function(name.lower())
        if self.peek()[1] == "(" and name.lower() in _CASE:
            self.at -= 1
            name = self.property_name()
        elif self.peek()[1] == "(":
            path, _, function = name.rpartition("/")
            if function in {"any", "all"} and path:
                return self.collection(path, function)
            raise ODataFault(f"An unknown function with name '{name}' was found.")
        field = self.field(name)
        return self.comparison(field, name)

    def comparison(self, field: Field[T], name: str) -> Test[T]:
        operator = self.take()
        if operator[:2] == ("word", "in"):
            return self.membership(field, name)
        compare = _COMPARE.get(operator[1]) if operator[0] == "word" else None
        if compare is None:
            raise self.wrong(operator, "A comparison (eq, ne, gt, ge, lt, le, in)")
        if field.kind == "texts":
            raise ODataFault(f"The collection '{name}' cannot be compared; use any().")
        wanted = self.value(field, name)
        return lambda thing: compare(field.compared(thing), wanted)

    def membership(self, field: Field[T], name: str) -> Test[T]:
        self.expect("(")
        wanted = {self.value(field, name)}
        while self.peek()[1] == ",":
            self.take()
            wanted.add(self.value(field, name))
        self.expect(")")
        return lambda thing: field.compared(thing) in wanted

    def value(self, field: Field[T], name: str) -> Value:
        token = self.take()
        kind, text, _ = token
        if kind == "word" and text == "null":
            return None
        if kind == "word" and self.peek()[0] == "string" and text.startswith("microsoft.graph"):
            kind, text, _ = self.take()
        if field.kind == "time":
            if kind != "time":
                raise self.mismatch(field, name, text)
            return parse_time(text)
        if field.kind == "number":
            if kind != "number":
                raise self.mismatch(field, name, text)
            return float(text)
        if kind != "string":
            raise self.wrong(token, "A quoted string or null")
        text = text[1:-1].replace("''", "'").casefold()
        if field.kind != "enum":
            return text
        if text not in field.members:
            raise ODataFault(f"The string '{text}' is not a valid enumeration type constant.")
        return field.members[text]

    def property_name(self) -> str:
        """The name of a property, itself or in lower or upper case: case counts nowhere here."""
        token = self.take()
        if token[0] != "word":
            raise self.wrong(token, "A property name")
        if self.peek()[1] == "(" and token[1].lower() in _CASE:
            self.take()
            inner = self.take()
            if inner[0] != "word":
                raise self.wrong(inner, "A property name")
            if self.field(inner[1]).kind != "text":
                raise ODataFault(f"No function signature for '{token[1]}' matches '{inner[1]}'.")
            self.expect(")")
            return inner[1]
        return token[1]

    def mismatch(self, field: Field[T], name: str, text: str) -> ODataFault:
        wanted = {"time": "Edm.DateTimeOffset", "number": "Edm.Int32"}[field.kind]
        return ODataFault(
            f"A binary operator with incompatible types was detected: '{name}' is of type "
            f"'{wanted}', and {text or 'nothing'} is not."
        )

    def text_function(self, name: str) -> Test[T]:
        self.expect("(")
        of = self.property_name()
        field = self.field(of)
        if field.kind not in {"text", "enum"}:
            raise ODataFault(f"No function signature for '{name}' matches '{of}'.")
        self.expect(",")
        part = self.take()
        if part[0] != "string":
            raise self.wrong(part, "A quoted string")
        self.expect(")")
        wanted = part[1][1:-1].replace("''", "'").casefold()
        function, read = _TEXT[name], field.read
        return lambda thing: function(_folded(read(thing)) or "", wanted)

    def collection(self, path: str, function: str) -> Test[T]:
        field = self.field(path)
        if field.kind != "texts":
            raise ODataFault(f"'{path}' is no collection, so it has no '{function}'.")
        read = field.read
        self.expect("(")
        if function == "any" and self.peek()[1] == ")":
            self.take()
            return lambda thing: bool(read(thing))
        variable = self.take()
        self.expect(":")
        element: Field[str] = Field(lambda text: text)
        inner = _Parser[str]("", {variable[1]: element}, "Edm.String")
        inner.text, inner.tokens, inner.at = self.text, self.tokens, self.at
        test = inner.either()
        self.at = inner.at
        self.expect(")")
        if function == "any":
            return lambda thing: any(test(text) for text in read(thing))
        return lambda thing: all(test(text) for text in read(thing))


def _folded(value: Any) -> str | None:
    return value.casefold() if isinstance(value, str) else None


def parse_filter(text: str, fields: Mapping[str, Field[T]], type_name: str) -> Test[T]:
    """A function that tells whether a thing passes the `$filter`.

    Raises:
        ODataFault: It does not parse, or names what is not there.
    """
    return _Parser(text, fields, type_name).parse()


def parse_order(
    text: str, fields: Mapping[str, Field[T]], type_name: str
) -> Callable[[Sequence[T]], list[T]]:
    """A function that sorts things as `$orderby` says.

    Raises:
        ODataFault: It names what is not there, or what cannot be sorted by.
    """
    keys: list[tuple[Callable[[T], Any], bool]] = []
    for part in text.split(","):
        words = part.split()
        if not words or len(words) > 2 or (len(words) == 2 and words[1] not in {"asc", "desc"}):
            raise ODataFault(f"Syntax error in the $orderby expression '{text}'.")
        field = fields.get(words[0])
        if field is None:
            raise ODataFault(f"Could not find a property named '{words[0]}' on type '{type_name}'.")
        if field.kind == "texts":
            raise ODataFault(f"The collection '{words[0]}' cannot be sorted by.")
        keys.append((field.compared, words[-1] == "desc"))

    def sort(things: Sequence[T]) -> list[T]:
        ordered = list(things)
        for read, descending in reversed(keys):
            ordered.sort(key=lambda thing: _rank(read(thing)), reverse=descending)
        return ordered

    return sort


def _rank(value: Any) -> tuple[bool, Any]:
    """Nothing sorts before everything, in any type."""
    return (value is not None, value if value is not None else "")
