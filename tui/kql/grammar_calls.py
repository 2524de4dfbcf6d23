"""A strict reading of calls: how many arguments, of which types, and what they give."""

from __future__ import annotations

from tui.kql import docs, signatures, words
from tui.kql.grammar_cursor import shown
from tui.kql.grammar_expr import FIXED, Expressions, normal
from tui.kql.scope_expr import OLD_TYPES
from tui.kql.scope_model import Tok
from tui.kql.signatures import Value


class Calls(Expressions):
    """Reads calls, and the JSON of `dynamic(…)`."""

    def _call(self) -> Value:
        token = self.take()
        name = token.text
        lo, hi = self.bracket()
        end = self.tokens[hi].end if hi < len(self.tokens) else token.end
        if name == "dynamic":
            with self.within(lo, hi):
                self._json()
                self.whole()
            return Value("dynamic", token.start, end, "literal")
        if name == "typeof" or (name in words.TYPES and name not in ("dynamic", "time", "date")):
            self.at = hi + 1
            type = "type" if name == "typeof" else OLD_TYPES.get(name, name)
            return Value(type, token.start, end, "literal")
        if name in ("datetime", "time", "timespan", "date", "guid"):
            self.at = hi + 1
            return Value(OLD_TYPES.get(name, name), token.start, end, "literal")
        if name in ("toscalar", "materialize", "view"):
            with self.within(lo, hi):
                state = self.columns, self.right, self.aggregates
                self.aggregates = False
                value = self.pipeline()
                self.whole()
                self.columns, self.right, self.aggregates = state
            form = "constant"
            type = "" if value.type == "table" and name == "toscalar" else value.type
            return Value(type, token.start, end, form)
        if name in ("datatable", "externaldata"):
            self.at -= 1
            return self.made_table()
        values = self._arguments(name, lo, hi)
        if self.searching:
            return Value("", token.start, end)
        return self._judged(token, end, values)

    def made_table(self) -> Value:
        """`datatable`, `externaldata`."""
        raise NotImplementedError

    def _kind(self, name: str) -> str:
        known = signatures.signatures()
        if self.aggregates and ("a", name) in known:
            return "a"
        return "f" if ("f", name) in known else "a" if ("a", name) in known else ""

    def _arguments(self, name: str, lo: int, hi: int) -> list[Value]:
        values: list[Value] = []
        aggregates = self.aggregates
        self.aggregates = aggregates and self._kind(name) == "f" and name not in self.lets
        with self.within(lo, hi):
            if lo < hi:
                self.some(lambda: values.append(self._argument()))
                self.whole()
        self.aggregates = aggregates
        return values

    def _argument_of_any(self) -> None:
        self._argument()

    def _argument(self) -> Value:
        if self.text == "*" and self.ahead() in ("", ","):
            token = self.take()
            return Value("", token.start, token.end, "star")
        if self.at < self.end and self.tokens[self.at].is_name and self.ahead() == "=":
            self.at += 2
            value = self.expression()
            return value._replace(form="named")
        return self.expression()

    def _judged(self, token: Tok, end: int, values: list[Value]) -> Value:
        name = token.text
        binding = self.lets.get(name)
        if binding is not None:
            return self._own(token, end, values)
        kind = self._kind(name)
        if kind == "a" and not self.aggregates:
            self.report(token.start, token.end, f"{name} aggregates: it stands in summarize.", "")
            return Value("", token.start, end)
        function = docs.functions().get(name)
        if not kind and ("p", name) in signatures.signatures():
            message = f"{name} is a plugin: it stands behind evaluate."
            self.report(token.start, token.end, message, "")
        if not kind:
            tabular = function is not None and function.kind == "t"
            return Value("table" if tabular else "", token.start, end)
        type, wrong = signatures.call(kind, name, values)
        if wrong is not None:
            place = values[wrong.at] if wrong.at >= 0 else Value("", token.start, token.end)
            self.report(place.start, place.end, wrong.message, "")
        fixed = all(value.form in FIXED for value in values)
        if name in ("column_ifexists", "column_if_exists") and values:
            type = self.columns.types.get(values[0].text, type)
        return Value(type, token.start, end, "constant" if fixed else "")

    def _own(self, token: Tok, end: int, values: list[Value]) -> Value:
        """A function that the query binds by `let`."""
        binding = self.lets[token.text]
        type = "table" if binding.columns is not None else normal(binding.type)
        if binding.kind != "function":
            if binding.kind == "scalar":
                self.report(token.start, token.end, f"{token.text} is a value, no function.", "")
            return Value("", token.start, end)
        most = len(binding.parameters)
        least = sum("=" not in one for one in binding.parameters)
        named = any(value.form == "named" for value in values)
        if not least <= len(values) <= most and not named:
            count = f"{most}" if least == most else f"{least} to {most}"
            plural = "argument" if count == "1" else "arguments"
            self.report(token.start, token.end, f"{token.text} takes {count} {plural}.", "")
        for value, parameter in zip(values, binding.parameters, strict=False):
            wanted = normal(parameter.partition(":")[2].partition("=")[0])
            if value.form == "named" or not value.type or wanted not in words.TYPES:
                continue
            if value.type == "table":
                self.report(value.start, value.end, f"{token.text} takes a {wanted} here.", "")
        return Value(type, token.start, end, "constant")

    # JSON in `dynamic(…)`.

    def _json(self) -> None:
        if self.at >= self.end:
            raise self.fault("A value must come here.")
        token = self.tokens[self.at]
        if token.text in ("[", "{") and token.kind == "punctuation":
            lo, hi = self.bracket()
            with self.within(lo, hi):
                if lo < hi:
                    self.items(self._pair if token.text == "{" else self._json)
            return
        if token.text == "-":
            self.take()
            token = self.tokens[self.at] if self.at < self.end else token
            if token.kind not in ("number", "timespan") and token.text not in ("nan", "inf"):
                raise self.fault("A number must come here.")
        if token.text == "dynamic" and self.ahead() == "(":
            self.take()
            with self.within(*self.bracket()):
                self._json()
                self.whole()
        elif token.kind == "string":
            self._string()
        elif token.kind in _VALUES or token.text in ("true", "false", "null", "nan", "inf"):
            self.take()
        elif token.is_name and self.ahead() == "(":
            self.take()
            self.at = self.bracket()[1] + 1
        else:
            raise self.fault(f"{shown(token.text)} is no value of JSON.")

    def _pair(self) -> None:
        if self.at >= self.end or self.tokens[self.at].kind != "string":
            raise self.fault("A name in quotes must come here.")
        self.take()
        self.need(":")
        self._json()


_VALUES = frozenset({"string", "number", "timespan", "datetime"})
