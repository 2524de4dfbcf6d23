"""Expressions: the names they use, the type and the name of their result."""

from __future__ import annotations

from collections.abc import Iterator

from tui.kql import docs, schema, words
from tui.kql.scope_model import (
    OPENING,
    Analysis,
    Budget,
    Columns,
    GaveUp,
    Lets,
    Ref,
    Stage,
    Tok,
)

_NO_NAMES = (
    words.KEYWORDS
    | words.WORD_OPERATORS
    | words.NEGATED_OPERATORS
    | words.CONSTANTS
    | words.TYPES
    | words.JOIN_KINDS
    | {"default", "with", "kind", "hint", "typeof", "null", "_"}
)
_COMPARES = words.WORD_OPERATORS | {
    "==", "!=", "=~", "!~", "<>", "<", ">", "<=", ">=", "in~", "!in~",
}  # fmt: skip
_LITERALS = {
    "string": "string",
    "timespan": "timespan",
    "datetime": "datetime",
}
_DEEPEST = 60
_TABULAR_WORDS = frozenset(
    {"union", "datatable", "externaldata", "print", "search", "find", "materialize"}
)
OLD_TYPES = {
    "boolean": "bool",
    "date": "datetime",
    "double": "real",
    "int32": "int",
    "int64": "long",
    "time": "timespan",
    "uuid": "guid",
    "uniqueid": "guid",
}
_NUMBERS = frozenset({"int", "long", "real", "decimal"})


class Expressions:
    """The part of a walk that reads expressions.

    Args:
        found: Tokens and brackets; what is found is added to it.
        budget: Time to take.
    """

    def __init__(self, found: Analysis, budget: Budget) -> None:
        self.found = found
        self.tokens = found.tokens
        self.partner = found.partner
        self.budget = budget
        self.depth = 0
        self.stage: Stage | None = None
        self.quiet = False
        """Names are not collected: what they may mean here is not known."""

    def pipeline(self, lo: int, hi: int, lets: Lets) -> Columns:
        """Walk a pipe; its result's columns."""
        raise NotImplementedError

    # Tokens.

    def text(self, at: int, hi: int | None = None) -> str:
        """The text of a token; empty beyond the end."""
        if at < 0 or at >= (len(self.tokens) if hi is None else hi):
            return ""
        return self.tokens[at].text

    def after(self, at: int, hi: int) -> int:
        """The index behind a token, or behind the bracket that it opens."""
        if self.tokens[at].text in OPENING and self.tokens[at].kind == "punctuation":
            return min(self.partner.get(at, hi), hi) + 1
        return at + 1

    def split(self, lo: int, hi: int, mark: str = ",") -> list[tuple[int, int]]:
        """The pieces between marks outside of brackets."""
        pieces = []
        at = start = lo
        while at < hi:
            if self.tokens[at].text == mark:
                pieces.append((start, at))
                start = at + 1
            at = self.after(at, hi)
        pieces.append((start, hi))
        return pieces

    def find(self, lo: int, hi: int, *marks: str) -> int:
        """Where the first of these words stands outside of brackets; `hi` where none does."""
        at = lo
        while at < hi:
            if self.tokens[at].text in marks:
                return at
            at = self.after(at, hi)
        return hi

    def inside(self, at: int, hi: int) -> tuple[int, int]:
        """What stands in the bracket that opens here."""
        return at + 1, min(self.partner.get(at, hi), hi)

    # Names.

    def ref(self, role: str, token: Tok, columns: Columns, lets: Lets) -> None:
        """A place that names something."""
        if not self.quiet:
            self.found.refs.append(
                Ref(role, token, columns, lets, self.stage)  # type: ignore[arg-type]
            )

    def is_tabular(self, lo: int, hi: int, lets: Lets, columns: Columns | None = None) -> bool:
        """Whether this is a pipe or a table, and no scalar."""
        if lo >= hi:
            return False
        if self.find(lo, hi, "|") < hi:
            return True
        first = self.tokens[lo]
        name = first.text
        if name == "(":
            inner = self.inside(lo, hi)
            return self.after(lo, hi) >= hi and self.is_tabular(*inner, lets, columns)
        if columns is not None and name in columns.types:
            return False
        if name in lets:
            binding = lets[name]
            return binding.columns is not None and binding.kind in ("table", "function")
        if name == "range":
            return self.text(lo + 2, hi) == "from"
        if name in schema.known() or name in _TABULAR_WORDS:
            return True
        function = docs.functions().get(name)
        return function is not None and function.kind == "t" and self.text(lo + 1, hi) == "("

    def expression(self, lo: int, hi: int, columns: Columns, lets: Lets) -> None:
        """Collect the names of an expression, and walk the pipes in it."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise GaveUp
        tokens = self.tokens
        at = lo
        while at < hi:
            token = tokens[at]
            kind = token.kind
            if kind == "punctuation":
                if token.text == "(":
                    self._bracket(at, hi, columns, lets)
                    at = self.after(at, hi)
                    continue
                if token.text == "." and at + 1 < hi and tokens[at + 1].is_name:
                    at += 1
                if token.text == "[" and (at == lo or self._opens_operand(at - 1)):
                    at = self._bracketed(at, hi, columns, lets)
                    continue
            elif token.is_name:
                at = self._name(at, lo, hi, columns, lets)
                continue
            at += 1
        self.depth -= 1

    def _opens_operand(self, at: int) -> bool:
        """Whether an operand comes behind this token, and no element of the one before."""
        token = self.tokens[at]
        return token.kind == "operator" or token.text in "(,=" or token.text in ("by", "on")

    def _bracketed(self, at: int, hi: int, columns: Columns, lets: Lets) -> int:
        """`['a name']`."""
        lo, end = self.inside(at, hi)
        if end - lo != 1 or self.tokens[lo].kind != "string" or self.text(end + 1, hi) == "=":
            return at + 1
        name = bare(self.tokens[lo].text)
        if name not in lets and end < len(self.tokens):
            token = Tok("name", name, self.tokens[at].start, self.tokens[end].end)
            self.ref("column", token, columns, lets)
        return end + 1

    def _name(self, at: int, lo: int, hi: int, columns: Columns, lets: Lets) -> int:
        token = self.tokens[at]
        name = token.text
        following = self.text(at + 1, hi)
        if name in ("$left", "$right") and following == ".":
            stage = self.stage
            if stage is not None and stage.right is not None and at + 2 < hi:
                side = stage.columns if name == "$left" else stage.right
                if self.tokens[at + 2].is_name:
                    self.ref("column", self.tokens[at + 2], side, {})
            return at + 3
        if following == "(" and token.kind != "operator":
            if name in ("dynamic", "typeof") or (
                name in words.TYPES and name not in docs.functions()
            ):
                return self.after(at + 1, hi)
            if name in ("datatable", "externaldata"):
                after = self.after(at + 1, hi)
                return self.after(after, hi) if self.text(after, hi) == "[" else after
            if name not in lets and token.kind != "keyword":
                self.ref("function", token, columns, lets)
            if name in lets and len(self.split(*self.inside(at + 1, hi))) > 1:
                return self._call(at + 1, hi, columns, lets)
            return at + 1
        if following == "=" and (at == lo or self.text(at - 1) in ("(", ",", "by", "of")):
            return at + 2
        if token.kind == "operator" or name in _NO_NAMES or name[0] == "$" or "-" in name:
            return at + 1
        if name not in lets:
            self.ref("column", token, columns, lets)
        return at + 1

    def _call(self, at: int, hi: int, columns: Columns, lets: Lets) -> int:
        """The arguments of a function of the query's own: tables or scalars, told apart."""
        for lo, end in self.split(*self.inside(at, hi)):
            if self.find(lo, end, "|") < end:
                # A comma may part arguments or the items of a stage.
                continue
            if not self.is_tabular(lo, end, lets, columns):
                self.expression(lo, end, columns, lets)
        return self.after(at, hi)

    def _bracket(self, at: int, hi: int, columns: Columns, lets: Lets) -> None:
        lo, end = self.inside(at, hi)
        if self.is_tabular(lo, end, lets, columns):
            stage = self.stage
            self.pipeline(lo, end, lets)
            self.stage = stage
        else:
            self.expression(lo, end, columns, lets)

    # Types.

    def type_of(self, lo: int, hi: int, columns: Columns, lets: Lets) -> str:
        """The scalar type of an expression; empty where it cannot be told."""
        while hi - lo > 2 and self.text(lo) == "(" and self.after(lo, hi) == hi:
            lo, hi = lo + 1, hi - 1
        if lo >= hi:
            return ""
        types: list[str] = []
        signs: set[str] = set()
        at = lo
        while at < hi:
            token = self.tokens[at]
            if token.text in _COMPARES or (token.kind == "operator" and token.text[0] == "!"):
                return "bool"
            if token.kind == "operator" and token.text in "+-*/%":
                signs.add(token.text)
                at += 1
                continue
            type, at = self._operand(at, hi, columns, lets)
            types.append(type)
        return _combined(types, signs)

    def _operand(self, at: int, hi: int, columns: Columns, lets: Lets) -> tuple[str, int]:
        token = self.tokens[at]
        name = token.text
        type = _LITERALS.get(token.kind, "")
        after = self.after(at, hi)
        if token.kind == "string" and name.startswith("guid"):
            type = "guid"
        elif token.kind == "number":
            type = "real" if "." in name or "e" in name.lower().removeprefix("0x") else "long"
        elif name == "(":
            type = self.type_of(*self.inside(at, hi), columns, lets)
        elif token.is_name and not type:
            if self.text(at + 1, hi) == "(":
                type = self._called(at, hi, columns, lets)
                after = self.after(at + 1, hi)
            elif name in ("true", "false"):
                type = "bool"
            elif name in columns.types:
                type = columns.types[name]
            elif name in lets:
                type = lets[name].type
        while self.text(after, hi) in ("[", "."):
            type = "dynamic"
            after = self.after(after, hi) if self.text(after) == "[" else after + 2
        return type, after

    def _called(self, at: int, hi: int, columns: Columns, lets: Lets) -> str:
        name = self.tokens[at].text
        if name in words.TYPES:
            return OLD_TYPES.get(name, name)
        if name in lets:
            return lets[name].type
        function = docs.functions().get(name)
        if function is None:
            return ""
        place = {"iff": 1, "iif": 1, "case": 1, "coalesce": 0, "bin": 0, "floor": 0}.get(name)
        if name in ("avg", "avgif", "sum", "sumif") and self.text(at + 2, hi) != ")":
            place = 0
        if place is None and function.result not in ("first", "-"):
            return function.result
        arguments = self.split(*self.inside(at + 1, hi))
        if name in ("iff", "iif", "case"):
            chosen = [*arguments[1:-1:2], arguments[-1]]
            kinds = {self.type_of(*one, columns, lets) for one in chosen}
            if len(kinds) > 1 and "" not in kinds and not kinds <= _NUMBERS:
                # Values of different types become dynamic ones.
                return "dynamic"
        if function.result == "first" or place is not None:
            place = place or 0
            if place < len(arguments):
                type = self.type_of(*arguments[place], columns, lets)
                if name in ("sum", "sumif"):
                    return "long" if type == "int" else type
                if name in ("avg", "avgif"):
                    return type if type in ("timespan", "datetime", "decimal", "") else "real"
                return type
        return ""

    # Names of results.

    def items(self, lo: int, hi: int) -> Iterator[tuple[list[str], int, int]]:
        """The items of a list as (names given, start, end of the expression)."""
        for start, end in self.split(lo, hi):
            if start >= end:
                continue
            names, at = self._given(start, end)
            yield names, at, end

    def _given(self, start: int, end: int) -> tuple[list[str], int]:
        first = self.tokens[start]
        if first.is_name and self.text(start + 1, end) == "=":
            return [first.text], start + 2
        if first.text in ("(", "["):
            after = self.after(start, end)
            if self.text(after, end) == "=":
                inner = self.tokens[start + 1 : after - 1]
                return [
                    bare(token.text) for token in inner if token.is_name or token.kind == "string"
                ], after + 1
        return [], start

    def auto_name(self, lo: int, hi: int) -> tuple[str, bool]:
        """The name of an expression that was given none, and whether that is sure."""
        if hi - lo == 1 and self.tokens[lo].is_name:
            return self.tokens[lo].text, True
        if hi - lo == 3 and self.text(lo) == "[" and self.tokens[lo + 1].kind == "string":
            return bare(self.text(lo + 1)), True
        if self.text(lo + 1, hi) == "(" and self.after(lo + 1, hi) == hi:
            function = docs.functions().get(self.text(lo))
            if function is not None and function.naming != "-":
                arguments = self.split(*self.inside(lo + 1, hi))
                argument, sure = ("", True)
                if arguments[0][0] < arguments[0][1]:
                    argument, sure = self.auto_name(*arguments[0])
                if function.naming == "a":
                    return argument, sure and bool(argument)
                return function.naming + argument, sure
        path = [token.text for token in self.tokens[lo:hi]]
        if path[1::2] == ["."] * (len(path) // 2) and len(path) % 2:
            return "_".join(path[::2]), False
        return "", False


def bare(text: str) -> str:
    """A string literal or a bracketed name without its quotes."""
    body = text.lstrip("hH@")
    if body[:3] in ("```", "~~~"):
        return body[3:].removesuffix(body[:3])
    return body[1:].removesuffix(body[:1]) if body[:1] in "\"'" and body else text


def _combined(types: list[str], signs: set[str]) -> str:
    if len(types) == 1:
        return types[0]
    if not types or not signs:
        return ""
    kinds = set(types)
    if "datetime" in kinds:
        return "timespan" if types.count("datetime") == 2 else "datetime"
    if "timespan" in kinds:
        return "real" if types.count("timespan") == 2 and "/" in signs else "timespan"
    if "" in kinds or "dynamic" in kinds:
        return ""
    return "real" if "real" in kinds or "decimal" in kinds else "long"
