"""A strict reading of operators: each up to the end of its stage."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from tui.kql import signatures
from tui.kql.completion_words import CHARTS
from tui.kql.grammar_columns import article
from tui.kql.grammar_tables import TableOperators
from tui.kql.signatures import Value


class Operators(TableOperators):
    """The operators of a pipe."""

    def stage(self, name: str) -> None:
        """Read what stands behind an operator's name."""
        method = _METHODS.get(name)
        if method is None:
            self.at = self.end
            return
        method(self)
        self.whole()

    def series(self) -> None:
        """`make-series`."""
        self.parameters()

        def one() -> None:
            self._aggregate()
            if self.skip("default"):
                self.need("=")
                self.expression()

        self.some(one)
        self.need("on")
        if self.ahead() == "=":
            self.at += 2
        axis = self._sum()
        if axis.type in ("string", "bool", "guid", "dynamic"):
            self.report(axis.start, axis.end, f"{article(axis.type)} has no steps.", "")
        if self.skip("in"):
            self.need("range")
            self.at = self.bracket()[1] + 1
        else:
            for word in ("from", "to"):
                if self.skip(word):
                    self.expression()
            self.need("step")
            step = self.expression()
            if axis.type == "datetime" and step.type in signatures.NUMBERS:
                self.report(step.start, step.end, "The step of a datetime is a timespan.", "")
        if self.skip("by"):
            self.some(self._named_item)

    def render(self) -> None:
        """`render chart with (…)`."""
        if self.text not in CHARTS:
            raise self.fault(f"A chart must come here: {', '.join(CHARTS[:6])}, …")
        self.take()
        if self.text == "by":
            self.at = self.end
        while self.text in _PROPERTIES:
            self._property()
            self.skip(",")
        if not self.skip("with"):
            return
        if self.text != "(":
            raise self.fault("( … ) must come here.")
        with self.within(*self.bracket()):
            while self.at < self.end:
                self._property()
                self.skip(",")

    def _property(self) -> None:
        if self.text not in _PROPERTIES:
            raise self.fault(
                f"{self.text} is no property of a chart; {', '.join(_PROPERTIES)} are."
            )
        name = self.take().text
        self.need("=")
        if self.at >= self.end:
            raise self.fault("A value must come here.")
        values = _PROPERTIES[name]
        if values and self.text not in values:
            raise self.fault(f"{name} is one of {', '.join(values)}.")
        self.skip("-")
        self.take()
        while self.text == "," and self.ahead() not in _PROPERTIES and self.ahead():
            # Several columns.
            self.at += 2

    def search(self) -> None:
        """Words to look for, everywhere or in some tables."""
        self.parameters("search")
        if self.skip("in"):
            if self.text != "(":
                raise self.fault("( … ) must come here.")
            self._tables()
        self._searched()

    def _tables(self) -> None:
        with self.within(*self.bracket()):
            self.items(self._table)

    def _searched(self) -> None:
        self.searching = True
        try:
            if self.text == "*" and self.ahead() == "":
                self.take()
            else:
                value = self.expression()
                if value.form == "literal" and value.type not in ("", "string", "bool"):
                    message = f"search looks for a text, not {value.type}."
                    self.report(value.start, value.end, message, "")
        finally:
            self.searching = False

    def find(self) -> None:
        """The same, with a condition and columns."""
        self.parameters()
        if self.text == "in" and self.ahead() == "(":
            self.take()
            self._tables()
        self.skip("where")
        self._searched()
        if self.skip("project", "project-smart", "project-away") and self.at < self.end:
            self.some(self._found)

    def _found(self) -> None:
        if self.text == "pack" and self.ahead() == "(":
            self.at = self.partner.get(self.at + 1, self.end) + 1
            return
        self._pattern()
        if self.skip(":"):
            self._type()

    def plugin(self) -> None:
        """`evaluate plugin(…)`."""
        self.parameters()
        if self.at >= self.end or not self.tokens[self.at].is_name or self.ahead() != "(":
            raise self.fault("A plugin must come here: evaluate name(…).")
        token = self.take()
        lo, hi = self.bracket()
        self.aggregates = False
        values: list[Value] = []
        with self.within(lo, hi):
            if lo < hi:
                pivot = token.text == "pivot"
                self.some(lambda: values.append(self._plugin_argument(pivot=pivot)))
                self.whole()
        _, wrong = signatures.call("p", token.text, values)
        if wrong is not None and (wrong.at < 0 or values[wrong.at].form == "literal"):
            place = values[wrong.at] if wrong.at >= 0 else Value("", token.start, token.end)
            self.report(place.start, place.end, wrong.message, "")
        if self.skip(":"):
            self.declared(more=True)

    def _plugin_argument(self, *, pivot: bool) -> Value:
        if pivot and self.ahead() == "(":
            self.aggregates = True
        try:
            return self._argument()
        finally:
            self.aggregates = False

    def invoke(self) -> None:
        """`invoke function(…)`."""
        if self.at >= self.end or not self.tokens[self.at].is_name:
            raise self.fault("A function must come here: invoke name(…).")
        self.take()
        if self.text == ".":
            self.at = self.end
            return
        if self.text != "(":
            raise self.fault("The function's arguments must follow: name(…).")
        # What the function takes first are the rows.
        self.at = self.bracket()[1] + 1

    def name_it(self) -> None:
        """`as name`."""
        self.parameters()
        self._new_name()


_PROPERTIES: dict[str, tuple[str, ...]] = {
    "title": (),
    "kind": ("default", "unstacked", "stacked", "stacked100", "map"),
    "xcolumn": (),
    "ycolumns": (),
    "series": (),
    "xtitle": (),
    "ytitle": (),
    "xaxis": ("linear", "log"),
    "yaxis": ("linear", "log"),
    "legend": ("visible", "hidden"),
    "ysplit": ("none", "axes", "panels"),
    "ymin": (),
    "ymax": (),
    "xmin": (),
    "xmax": (),
    "accumulate": ("true", "false"),
    "anomalycolumns": (),
}
_Method = Callable[[Operators], None]
_METHODS: dict[str, _Method] = cast(
    "dict[str, _Method]",
    {
        **dict.fromkeys(("where", "filter"), Operators.where),
        **dict.fromkeys(("take", "limit", "sample"), Operators.number),
        **dict.fromkeys(("sort", "order"), Operators.sort),
        **dict.fromkeys(("mv-expand", "mvexpand"), Operators.expand),
        **dict.fromkeys(("mv-apply", "mvapply"), Operators.each),
        **dict.fromkeys(("parse", "parse-where"), Operators.parse),
        **dict.fromkeys(("getschema", "consume"), Operators.nothing),
        **dict.fromkeys(("project-away", "project-keep"), Operators.names),
        "top": Operators.top,
        "top-hitters": Operators.top_hitters,
        "top-nested": Operators.top_nested,
        "reduce": Operators.reduce,
        "sample-distinct": Operators.sample_of,
        "extend": Operators.extend,
        "serialize": Operators.serialize,
        "project": Operators.project,
        "project-reorder": Operators.reorder,
        "project-rename": Operators.rename,
        "distinct": Operators.distinct,
        "summarize": Operators.summarize,
        "count": Operators.count,
        "join": Operators.join,
        "lookup": Operators.lookup,
        "union": Operators.union,
        "search": Operators.search,
        "partition": Operators.partition,
        "parse-kv": Operators.pairs,
        "make-series": Operators.series,
        "render": Operators.render,
        "evaluate": Operators.plugin,
        "invoke": Operators.invoke,
        "as": Operators.name_it,
    },
)
