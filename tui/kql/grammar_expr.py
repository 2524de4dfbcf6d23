"""A strict reading of expressions: what is not of the language, and types that do not fit."""

from __future__ import annotations

from collections.abc import Callable

from tui.kql import docs, schema, words
from tui.kql import grammar_types as types
from tui.kql.grammar_cursor import Cursor, shown
from tui.kql.scope_expr import OLD_TYPES, bare
from tui.kql.scope_model import Columns, Tok
from tui.kql.signatures import Value

RESERVED = frozenset(
    """
    and or between contains_cs endswith endswith_cs has_any has_all has_cs hasprefix hasprefix_cs
    hassuffix hassuffix_cs in~ kind like make-series mv-apply mv-expand parse-where
    parse-kv project project-away project-keep project-rename project-reorder startswith
    startswith_cs union asc desc
    """.split()  # noqa: SIM905
)
"""Words that cannot name a column unless in brackets."""
_FREE_TYPES = frozenset({"date", "time", "guid", "bool"})
"""Types that name a column all the same."""
_STATEMENT_WORDS = frozenset({"by", "on", "with", "to", "of"})
_CLOSING = frozenset(")]}")


class Expressions(Cursor):
    """Reads expressions."""

    # Operators, from the loose to the tight.

    def expression(self) -> Value:
        """One expression."""
        return self._chain(("or",), self._and)

    def _and(self) -> Value:
        return self._chain(("and",), self._equality)

    def _chain(self, signs: tuple[str, ...], inner: Callable[[], Value]) -> Value:
        left = inner()
        while self.text in signs and self.tokens[self.at].kind == "operator":
            token = self.take()
            left = self._checked(token, left, inner())
        return left

    def _equality(self) -> Value:
        left = self._relation()
        sign = self.text
        if sign in types.EQUAL:
            return self._checked(self.take(), left, self._relation())
        if sign in types.LISTS:
            return self._list(self.take(), left)
        if sign in types.BETWEEN:
            return self._between(self.take(), left)
        return left

    def _relation(self) -> Value:
        left = self._sum()
        if self.text in types.ORDER and self.tokens[self.at].kind == "operator":
            return self._checked(self.take(), left, self._sum())
        return left

    def _sum(self) -> Value:
        return self._chain(("+", "-"), self._product)

    def _product(self) -> Value:
        return self._chain(("*", "/", "%"), self._texts)

    def _texts(self) -> Value:
        left = self._unary()
        sign = self.text
        if sign == "matches" and self.ahead() == "regex":
            self.take()
        elif sign == "regex":
            return left
        sign = self.text
        if sign == ":" and self.searching:
            self.take()
            self._unary()
            return Value("bool", left.start, self.tokens[self.at - 1].end)
        if sign in types.STRING and self.tokens[self.at].kind in ("operator", "keyword", "name"):
            token = self.take()
            right = self._unary()
            literal = right.type == "dynamic" and right.form == "literal"
            if literal and left.type == "string" and "has" in token.text:
                message = f"{token.text} looks for a text, not dynamic."
                self.report(right.start, right.end, message, "")
            return self._checked(token, left, right)
        return left

    def _unary(self) -> Value:
        if self.text in ("-", "+") and self.tokens[self.at].kind == "operator":
            token = self.take()
            if self.text in ("-", "+") and self.tokens[self.at].kind == "operator":
                raise self.fault("A value must come here.")
            value = self._unary()
            if value.type in ("string", "bool", "guid"):
                self.report(token.start, token.end, f"{token.text} takes no {value.type}.", "")
            return value._replace(start=token.start)
        return self._path(self._primary())

    def _checked(self, sign: Tok, left: Value, right: Value) -> Value:
        for side in (left, right):
            if side.type == "table":
                self.report(side.start, side.end, "A value must come here, not a table.", "")
        shown = "matches regex" if sign.text == "regex" else sign.text
        type = types.result(sign.text, _scalar(left.type), _scalar(right.type))
        if type is None and self.searching and sign.text in ("and", "or"):
            type = "bool"
        if type is None:
            pair = f"{_named(left.type)} and {_named(right.type)}"
            self.report(sign.start, sign.end, f"{shown} does not take {pair}.", "")
            type = "" if sign.text in "+-*/%" else "bool"
        constant = left.form in FIXED and right.form in FIXED
        return Value(type, left.start, right.end, "constant" if constant else "")

    def _list(self, sign: Tok, left: Value) -> Value:
        if self.text != "(":
            raise self.fault(f"{sign.text} takes a list in brackets: {sign.text} (…).")
        lo, hi = self.bracket()
        with self.within(lo, hi):
            if lo == hi:
                raise self.fault("The list is empty.")
            self.items(self.pipeline)
        if types.result(sign.text, _scalar(left.type), "") is None:
            self.report(sign.start, sign.end, f"{sign.text} does not take {left.type}.", "")
        return Value("bool", left.start, self.tokens[self.at - 1].end)

    def _between(self, sign: Tok, left: Value) -> Value:
        if self.text != "(":
            raise self.fault(f"{sign.text} takes (low .. high).")
        with self.within(*self.bracket()):
            low = self.expression()
            self.need("..")
            high = self.expression()
            self.whole()
        if not types.between(left.type, low.type, high.type):
            message = f"{sign.text} does not take {_named(left.type)} with {_named(low.type)} .. "
            self.report(sign.start, sign.end, message + f"{_named(high.type)}.", "")
        return Value("bool", left.start, self.tokens[self.at - 1].end)

    # Operands.

    def _primary(self) -> Value:
        if self.at >= self.end:
            raise self.fault("An expression must come here.")
        token = self.tokens[self.at]
        kind, text = token.kind, token.text
        if kind == "string":
            return self._string()
        if text == "*" and self.ahead() in types.EQUAL | types.STRING | {"matches"}:
            self.take()
            return Value("", token.start, token.end, "star")
        if kind in ("number", "timespan", "datetime"):
            self.take()
            type = kind if kind != "number" else "real" if _is_real(text) else "long"
            return Value(type, token.start, token.end, "literal")
        if text == "(" and kind == "punctuation":
            lo, hi = self.bracket()
            with self.within(lo, hi):
                value = self.pipeline()
                self.whole()
            return value._replace(start=token.start, end=self.tokens[self.at - 1].end)
        if text == "[" and kind == "punctuation":
            lo, hi = self.bracket()
            if hi - lo != 1 or self.tokens[lo].kind != "string":
                raise self.unexpected()
            self.at = hi + 1
            return self._column(bare(self.tokens[lo].text), token)
        if token.is_name and kind != "operator":
            return self._name(token)
        if kind == "operator" and self.ahead() == "(" and token.is_name and text not in RESERVED:
            return self._name(token)
        if kind == "operator" and text in ("has", "contains", "in", "matches", "regex"):
            return self._name(token)
        raise self.fault(
            f"An expression must come here, not {shown(text)}."
            if kind in ("operator", "pipe") or text in _CLOSING | {","}
            else f"{shown(text)} does not belong here."
        )

    def _string(self) -> Value:
        first = token = self.take()
        while self.at < self.end and self.tokens[self.at].kind == "string":
            token = self.take()
        type = "guid" if first.text.startswith("guid") else "string"
        return Value(type, first.start, token.end, "literal", bare(first.text))

    def _name(self, token: Tok) -> Value:
        text = token.text
        if (self.ahead() == "(" and token.kind != "keyword") or (
            self.ahead() == "(" and text in _CALLABLE
        ):  # fmt: skip
            return self._call()
        if text in RESERVED or (text in words.TYPES and text not in _FREE_TYPES):
            if text in self.columns.types:
                raise self.fault(f"{text} is a word of the language: ['{text}'] is the column.",
                                 f"['{text}']")  # fmt: skip
            raise self.fault(f"An expression must come here, not {text}.")
        if text in _STATEMENT_WORDS and text not in self.columns.types:
            raise self.fault(f"An expression must come here, not {text}.")
        self.take()
        if text in ("true", "false"):
            return Value("bool", token.start, token.end, "literal")
        if text in ("$left", "$right"):
            return self._side(token)
        return self._column(text, token)

    def _side(self, token: Tok) -> Value:
        self.need(".")
        if self.at >= self.end:
            raise self.fault("The name of a column must come here.")
        name = self.take()
        if name.text == "[":
            self.at -= 1
            lo, hi = self.bracket()
            self.at = hi + 1
            name = self.tokens[lo]
        side = self.columns if token.text == "$left" else self.right or Columns(sure=False)
        type = side.types.get(bare(name.text), "")
        return Value(type, token.start, name.end, "column", token.text)

    def _column(self, name: str, token: Tok) -> Value:
        end = self.tokens[self.at - 1].end
        if name in self.columns.types:
            if self.aggregates:
                self.report(
                    token.start, end, f"{name} must stand in an aggregate or behind by.", ""
                )
            return Value(self.columns.types[name], token.start, end, "column", name)
        binding = self.lets.get(name)
        if binding is not None:
            type = "table" if binding.kind == "table" else normal(binding.type)
            if binding.kind == "function":
                if self.ahead(0) not in ("", "|", ")", ",", ";"):
                    return Value("", token.start, end)
                type = "table" if binding.columns is not None else type
            return Value(type, token.start, end, "constant", name)
        if name in schema.known() and (self.columns.sure or not self.columns.types):
            return Value("table", token.start, end, "", name)
        if name in docs.functions() and self.columns.sure and len(name) > 2:
            kind = docs.functions()[name].kind
            if kind in "fa":
                self.report(token.start, end, f"{name} is a function: {name}(…).", "")
        return Value("", token.start, end, "name", name)

    def _path(self, value: Value) -> Value:
        while self.at < self.end:
            if self.text == ".":
                self.take()
                if self.text == "[":
                    self.at = self.bracket()[1] + 1
                elif self.at < self.end and self.tokens[self.at].is_name:
                    token = self.take()
                    if self.text == "(":
                        with self.within(*self.bracket()):
                            if self.at < self.end:
                                self.items(self._argument_of_any)
                        value = Value("", value.start, token.end)
                        continue
                else:
                    raise self.fault("The name of a property must come here.")
                value = self._member(value)
            elif self.text == "[" and self.tokens[self.at].kind == "punctuation":
                lo, hi = self.bracket()
                opening = self.tokens[self.at]
                with self.within(lo, hi):
                    aggregates, self.aggregates = self.aggregates, False
                    index = self.expression()
                    self.aggregates = aggregates
                    if index.type not in _INDEX and index.form == "literal":
                        self.report(index.start, index.end,
                                    "A number or a name must come here.", "")  # fmt: skip
                    self.whole()
                if _has_no_members(value):
                    self.report(opening.start, self.tokens[self.at - 1].end,
                                f"{_named(value.type)} has no elements; parse_json() gives them.",
                                "")  # fmt: skip
                value = Value("dynamic", value.start, self.tokens[self.at - 1].end)
            else:
                break
        return value

    def _member(self, value: Value) -> Value:
        token = self.tokens[self.at - 1]
        if value.type == "table" or value.form == "name":
            return Value("", value.start, token.end)
        if _has_no_members(value):
            self.report(token.start, token.end,
                        f"{_named(value.type)} has no properties; parse_json() gives them.",
                        "")  # fmt: skip
        return Value(
            "dynamic", value.start, token.end, value.form if value.form != "column" else ""
        )

    def _call(self) -> Value:
        """A call of a function."""
        raise NotImplementedError

    def _argument_of_any(self) -> None:
        """An argument of a function that is not known."""
        raise NotImplementedError


_INDEX = frozenset({"", "dynamic", "int", "long", "string"})
FIXED = frozenset({"literal", "constant"})
"""Forms whose value does not depend on a row."""
_CALLABLE = frozenset(
    {"count", "range", "materialize", "toscalar", "typeof", "datatable", "externaldata", "view",
     "dynamic"}
) | words.TYPES  # fmt: skip


def _scalar(type: str) -> str:
    return "" if type in ("table", "type") else type


def _named(type: str) -> str:
    return type or "this"


def normal(type: str) -> str:
    """The name of a type that is not an older spelling."""
    return OLD_TYPES.get(type, type)


def _is_real(text: str) -> bool:
    return not text.lower().startswith("0x") and ("." in text or "e" in text.lower())


def _has_no_members(value: Value) -> bool:
    """Texts of the schema may hold JSON that the service reads by itself."""
    if value.type in ("", "dynamic", "table", "type"):
        return False
    return value.type != "string" or value.text not in ("AdditionalFields", "RawEventData")
