"""A strict reading of a whole query: what is not of the language, and types that do not fit.

It says only what is sure: operators that are rare are not read beyond their names.
"""

from __future__ import annotations

from typing import NamedTuple

from tui.kql import signatures, words
from tui.kql.grammar_cursor import Fault
from tui.kql.grammar_ops import Operators
from tui.kql.scope_expr import OLD_TYPES
from tui.kql.scope_model import Analysis, Columns
from tui.kql.signatures import Value

_STARTS = frozenset({"print", "range", "union", "search", "find", "evaluate"})


class Wrong(NamedTuple):
    """A place that is wrong."""

    start: int
    end: int
    message: str
    fix: str = ""


def read(found: Analysis) -> list[Wrong]:
    """What is wrong with a query whose brackets all have partners."""
    wrong: list[Wrong] = []
    reader = Reader(found, lambda *one: wrong.append(Wrong(*one)))
    reader.statements(0, len(found.tokens))
    return wrong


class Reader(Operators):
    """Reads statements."""

    def statements(self, lo: int, hi: int) -> None:
        """Statements with `;` between them."""
        start = lo
        while start <= hi:
            stop = self._next(start, hi, ";")
            try:
                with self.within(start, stop):
                    if start == stop < hi:
                        raise self.fault("A statement must stand before ;.")
                    if start < stop:
                        self._statement()
                        self.whole()
            except Fault as fault:
                self.told(fault)
                self.end = hi
            start = stop + 1
            self.at = start
            self.end = hi

    def told(self, fault: Fault) -> None:
        """Report a fault that ended the reading of a piece."""
        if fault.message:
            self.report(fault.start, fault.end, fault.message, fault.fix)

    def _next(self, at: int, hi: int, mark: str) -> int:
        while at < hi:
            if self.tokens[at].text == mark and self.tokens[at].kind in ("punctuation", "pipe"):
                return at
            at = self.partner[at] + 1 if self.partner.get(at, -1) > at else at + 1
        return hi

    def _statement(self) -> None:
        word = self.text
        stage = self.stages.get(self.at)
        self.columns, self.right, self.aggregates = Columns(), None, False
        if stage is not None:
            self.lets = stage.lets
        if word == "let" and self.ahead() != "=":
            self._let()
        elif word == "declare" and self.ahead() == "query_parameters":
            self.at += 2
            self._declared_parameters()
        elif word in ("set", "declare", "alias", "restrict"):
            self.at = self.end
        else:
            self.pipeline()

    def _let(self) -> None:
        self.take()
        if self.text == "[":
            self.at = self.bracket()[1] + 1
        elif self.at < self.end and self.tokens[self.at].is_name:
            self.take()
        else:
            raise self.fault("A name must follow let.")
        self.need("=")
        if self.at >= self.end:
            raise self.fault("A value must follow =.")
        self.skip("view")
        if self.text == "(" and self._behind_bracket() == "{":
            self._function()
            return
        self.pipeline()

    def _declared_parameters(self) -> None:
        """`(name: type = value, Table: (name: type, …), …)`."""
        if self.text != "(":
            raise self.fault("( … ) must come here.")
        with self.within(*self.bracket()):
            if self.at < self.end:
                self.items(self._parameter)

    def _parameter(self) -> None:
        self._new_name()
        self.need(":")
        if self.text == "(":
            if self.ahead() == "*":
                self.at = self.bracket()[1] + 1
            else:
                self.declared()
            return
        type = self.text
        self._type()
        if self.skip("="):
            value = self.expression()
            given = "int" if value.type == "long" and value.form == "literal" else value.type
            if not signatures.accepts(OLD_TYPES.get(type, type), given):
                message = f"The value of a parameter of type {type} must come here."
                self.report(value.start, value.end, message, "")

    def _function(self) -> None:
        self._declared_parameters()
        lo, hi = self.bracket()
        state = self.columns, self.right, self.lets
        # Where the body is called from is not known: columns may come from there.
        with self.within(lo, hi):
            self.statements(lo, hi)
        self.columns, self.right, self.lets = state
        self.at = hi + 1

    # Pipes.

    def pipeline(self) -> Value:
        """A pipe, or only an expression."""
        piped = self._next(self.at, self.end, "|")
        if piped >= self.end and self.text not in _STARTS:
            return self.expression()
        state = self.columns, self.right, self.lets, self.aggregates
        self.aggregates = False
        end, start = self.end, self.at
        try:
            self.end = piped
            first = self.tokens[start].start if start < end else 0
            self.source()
            self.whole()
        except Fault as fault:
            self.told(fault)
        finally:
            self.end = end
        self.at = piped
        if self.at < self.end:
            self.at += 1
            self.operators()
        self.columns, self.right, self.lets, self.aggregates = state
        last = self.tokens[self.at - 1].end if self.at else 0
        return Value("table", first, last)

    def operators(self) -> None:
        """Operators with pipes between them, up to the end."""
        end = self.end
        while True:
            stop = self._next(self.at, end, "|")
            self.end = stop
            try:
                self._operator()
            except Fault as fault:
                self.told(fault)
            self.end = end
            self.at = stop
            if stop >= end:
                return
            self.at = stop + 1

    def _operator(self) -> None:
        if self.at >= self.end:
            raise self.fault("An operator must follow the pipe.")
        stage = self.stages.get(self.at)
        if stage is not None:
            self.columns, self.lets, self.right = stage.columns, stage.lets, stage.right
        else:
            self.columns, self.right = Columns(sure=False), None
        token = self.take()
        name = token.text
        if self.text == "-" and self.tokens[self.at].start == token.end and self.ahead():
            # A hyphened word that is no operator: the walk says which one is near.
            self.at = self.end
            return
        if name not in words.OPERATORS and name not in _RARE:
            if token.kind in ("punctuation", "operator", "string", "number", "error", "pipe"):
                raise Fault(token.start, token.end, "An operator must follow the pipe.")
            self.at = self.end
            return
        if name in ("print", "range", "datatable"):
            raise Fault(token.start, token.end, f"{name} begins a query; it follows no pipe.")
        self.stage(name)

    def source(self) -> Value:
        """What a pipe begins with."""
        stage = self.stages.get(self.at)
        if stage is not None and not stage.piped:
            self.lets = stage.lets
        if self.at >= self.end:
            raise self.fault("A table must come here.")
        word = self.text
        token = self.tokens[self.at]
        if word in ("search", "find"):
            self.take()
            self.columns = Columns(sure=False)
            (self.search if word == "search" else self.find)()
        elif word == "union":
            self.take()
            self.union()
        elif word == "evaluate":
            self.take()
            self.plugin()
        elif word == "print":
            self.take()
            self.columns = Columns()
            self._items_once()
        elif word == "range" and self.ahead() != "(":
            self._range()
        elif word in ("datatable", "externaldata"):
            self.made_table()
        else:
            self.columns = Columns(sure=False)
            value = self.expression()
            if value.form == "literal" and self.text == "":
                return value
            return value
        return Value("table", token.start, token.end)

    def _range(self) -> None:
        self.take()
        if self.at >= self.end or not self.tokens[self.at].is_name:
            raise self.fault("The name of a column must come here.")
        self.take()
        for word in ("from", "to", "step"):
            self.need(word)
            self.expression()

    def made_table(self) -> Value:
        """`datatable`, `externaldata`."""
        token = self.take()
        names = self.declared()
        if self.text != "[":
            raise self.fault("[ … ] must follow.")
        lo, hi = self.bracket()
        count = 0
        with self.within(lo, hi):
            if token.text == "datatable":
                while self.at < self.end:
                    self._json()
                    count += 1
                    if not self.skip(","):
                        break
                self.whole()
            else:
                self.at = self.end
        if token.text == "datatable" and names and count % len(names):
            closing = self.tokens[hi]
            self.report(closing.start, closing.end,
                        f"There are {count} values, which do not fill rows of {len(names)}.",
                        "")  # fmt: skip
        if self.skip("with") and self.text == "(":
            self.at = self.bracket()[1] + 1
        return Value("table", token.start, self.tokens[self.at - 1].end)


_RARE = frozenset(
    {"assert-schema", "execute-and-cache", "graph-shortest-paths", "graph-where-edges",
     "graph-where-nodes", "graph-mark-components"}
)  # fmt: skip
