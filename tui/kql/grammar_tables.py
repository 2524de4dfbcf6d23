"""A strict reading of operators that bring tables together or take texts apart."""

from __future__ import annotations

from fnmatch import fnmatchcase

from tui.kql import schema, words
from tui.kql.grammar_columns import ColumnOperators, article
from tui.kql.grammar_cursor import Fault
from tui.kql.scope_expr import bare
from tui.kql.scope_model import Columns
from tui.kql.signatures import Value


class TableOperators(ColumnOperators):
    """Operators that take tables, texts and arrays."""

    # Tables.

    def join(self) -> None:
        """The other side, and the keys."""
        self._joined("join")

    def lookup(self) -> None:
        """The same."""
        self._joined("lookup")

    def _joined(self, operator: str) -> None:
        stage = self.stages.get(self.at - 1)
        self.parameters(operator)
        columns = self.columns
        self._table()
        self.columns = columns
        self.right = stage.right if stage is not None else None
        if self.at >= self.end:
            raise self.fault(f"on and the keys must follow: {operator} … on Column.")
        if self.skip("where"):
            self.expression()
            return
        self.need("on")
        self.some(self._condition)

    def _condition(self) -> None:
        start = self.at
        value = self.expression()
        tokens = self.tokens[start : self.at]
        texts = [token.text for token in tokens]
        if value.form == "column" and "$" not in value.text:
            self._same_types(value)
            return
        if len(tokens) == 1 or (texts[0] == "[" and len(tokens) == 3):
            return
        sides = texts.count("$left"), texts.count("$right")
        pairs = texts.count("==")
        if not pairs or sides != (pairs, pairs) or set(texts) & {"or", "<", ">", "(", "!="}:
            if sides == (0, 0) and set(texts) & {"(", "or"} == {"("}:
                return
            self.report(tokens[0].start, tokens[-1].end,
                        "A key is a column of both sides, or $left.A == $right.B.", "")  # fmt: skip

    def _same_types(self, value: Value) -> None:
        if self.right is None or not self.right.sure:
            return
        other = self.right.types.get(value.text, "")
        if other and value.type and other != value.type and "dynamic" not in (other, value.type):
            self.report(value.start, value.end,
                        f"{value.text} is {value.type} here and {other} on the other side.",
                        "")  # fmt: skip

    def _table(self) -> None:
        """A table, a call, or a pipe in brackets."""
        if self.at >= self.end:
            raise self.fault("A table must come here.")
        if self._wildcard():
            return
        if self.tokens[self.at].kind in ("string", "number", "timespan", "datetime", "operator"):
            raise self.fault("A table must come here.")
        state = self.columns, self.lets
        self.columns = Columns(sure=False)
        try:
            self.source()
        finally:
            self.columns, self.lets = state

    def source(self) -> Value:
        """What a pipe begins with."""
        raise NotImplementedError

    def _wildcard(self) -> bool:
        start = self.at
        while self.at < self.end and (
            self.text == "*" or (self.tokens[self.at].is_name and self.at > start) or
            (self.tokens[self.at].is_name and self.ahead() == "*")
        ):  # fmt: skip
            if self.at > start and self.tokens[self.at].start != self.tokens[self.at - 1].end:
                break
            self.at += 1
        pieces = self.tokens[start : self.at]
        if any(token.text == "*" for token in pieces):
            pattern = "".join(token.text for token in pieces)
            known = (*schema.known(), *self.lets)
            if not any(fnmatchcase(name, pattern) for name in known):
                self.report(pieces[0].start, pieces[-1].end, f"No table is called {pattern}.", "")
            return True
        self.at = start
        return False

    def union(self) -> None:
        """Tables."""
        self.parameters("union")
        self.some(self._table)

    def expand(self) -> None:
        """`mv-expand`."""
        self.parameters("mv-expand")
        self.some(self._expanded)
        if self.skip("limit"):
            self.number()

    def _expanded(self) -> None:
        value = self._named_item()
        if value.type not in ("", "dynamic"):
            self.report(value.start, value.end,
                        f"Only dynamic values are expanded, not {article(value.type)}.",
                        "")  # fmt: skip
        if self.skip("to"):
            self._typeof()

    def _typeof(self) -> None:
        self.need("typeof", "typeof(…)")
        if self.text != "(":
            raise self.fault("typeof(…) needs a type.")
        with self.within(*self.bracket()):
            self._type()
            self.whole()

    def _type(self) -> None:
        if self.text not in _TYPES:
            raise self.fault(f"{self.text or 'Nothing'} is no type; string, long, real, … are.")
        self.take()

    def each(self) -> None:
        """`mv-apply`."""
        self.parameters()
        self.some(self._expanded)
        if self.skip("limit"):
            self.expression()
        self.need("on", "on ( … )")
        self._subpipe()

    def partition(self) -> None:
        """A pipe for each value."""
        self.parameters()
        self.need("by")
        if self.at < self.end and self.tokens[self.at].is_name:
            # What stands in the bracket behind it are no arguments.
            self.take()
        else:
            self.expression()
        if self.text == "in":
            self.at = self.end
            return
        self._subpipe()

    def _subpipe(self) -> None:
        if self.text not in ("(", "{"):
            raise self.fault("( … ) with operators must come here.")
        if self.text == "{":
            self.at = self.bracket()[1] + 1
            return
        state = self.columns, self.right, self.lets
        with self.within(*self.bracket()):
            self.operators()
        self.columns, self.right, self.lets = state

    def operators(self) -> None:
        """Operators with pipes between them, up to the end."""
        raise NotImplementedError

    # Texts.

    def parse(self) -> None:
        """`parse … with pattern`."""
        self.parameters("parse")
        self.expression()
        self.need("with")
        before = ""
        while self.at < self.end:
            token = self.take()
            if token.text == "*":
                part = "star"
            elif token.kind == "string":
                part = "text"
            elif token.is_name or (token.text == "[" and self._is_bracketed()):
                part = "name"
                if self.skip(":"):
                    self._type()
            else:
                raise Fault(token.start, token.end, f"{token.text} does not belong in a pattern.")
            if part == before == "name":
                raise Fault(token.start, token.end,
                            "A text must stand between two columns.")  # fmt: skip
            if before == "star" and part != "text":
                raise Fault(token.start, token.end, "A text must follow *.")
            before = part

    def _is_bracketed(self) -> bool:
        """Go past the rest of a name in brackets, `['a name']`, where it is one."""
        if self.at + 1 >= self.end or self.tokens[self.at].kind != "string":
            return False
        if self.tokens[self.at + 1].text != "]":
            return False
        self.at += 2
        return True

    def pairs(self) -> None:
        """`parse-kv`."""
        self.expression()
        self.need("as")
        self.declared()
        if self.skip("with"):
            if self.text != "(":
                raise self.fault("( … ) must come here.")
            with self.within(*self.bracket()):
                while self.at < self.end:
                    if self.text not in _PAIRS:
                        raise self.fault(f"{self.text} is none of {', '.join(_PAIRS)}.")
                    option = self.take().text
                    self.need("=")
                    value = self.expression()
                    wanted = "bool" if option == "greedy" else "string"
                    if value.type not in ("", wanted):
                        words = "true or false" if wanted == "bool" else "a text"
                        self.report(value.start, value.end, f"{option} takes {words}.", "")
                    self.skip(",")

    def declared(self, *, more: bool = False) -> list[str]:
        """`(name:type, …)`; the names. With `more`, `*` may stand among them."""
        if self.text != "(":
            raise self.fault("(name: type, …) must come here.")
        names: list[str] = []

        def one() -> None:
            if more and self.skip("*"):
                return
            start = self.at
            if self.text == "[":
                lo, hi = self.bracket()
                names.append(bare(self.tokens[lo].text))
                self.at = hi + 1
            elif self.at < self.end and self.tokens[self.at].is_name:
                names.append(self.take().text)
            else:
                raise self.fault("The name of a column must come here.")
            if names[-1] in names[:-1]:
                token = self.tokens[start]
                self.report(token.start, token.end, f"{names[-1]} is declared twice.", "")
            self.need(":")
            self._type()

        with self.within(*self.bracket()):
            if self.at < self.end:
                self.items(one)
        return names


_TYPES = words.TYPES
_PAIRS = ("pair_delimiter", "kv_delimiter", "quote", "escape", "greedy")
