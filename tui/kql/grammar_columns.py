"""A strict reading of operators that take rows and columns: what may stand behind each."""

from __future__ import annotations

from fnmatch import fnmatchcase

from tui.kql import words
from tui.kql.completion_words import KINDS
from tui.kql.grammar_calls import Calls
from tui.kql.grammar_cursor import Fault
from tui.kql.grammar_expr import RESERVED
from tui.kql.signatures import Value

_PARAMETERS = frozenset(
    {"kind", "bagexpansion", "with_itemindex", "withsource", "with_source", "isfuzzy", "flags",
     "bin_legacy", "decodeblocks", "expandoutput"}
)  # fmt: skip
_HINTS = frozenset(
    {"concurrency", "distribution", "materialized", "num_partitions", "pass_filters",
     "pass_filters_column", "progressive_top", "remote", "shufflekey", "spread", "strategy"}
)  # fmt: skip
_KINDS = {**KINDS, "join": tuple(sorted(words.JOIN_KINDS))}


class ColumnOperators(Calls):
    """Operators that take rows and columns."""

    def parameters(self, operator: str = "") -> None:
        """The `kind=…` and `hint.…=…` that an operator begins with."""
        while self.at < self.end:
            if self.text == "hint" and self.ahead() == ".":
                self.at += 2
                if self.text not in _HINTS:
                    raise self.fault(f"There is no hint.{self.text}.")
                self.take()
            elif self.text in _PARAMETERS and self.ahead() == "=":
                self.at += 1
            else:
                return
            name = self.tokens[self.at - 1].text
            self.need("=")
            if self.at >= self.end:
                raise self.fault("A value must come here.")
            value = self.take()
            known = _KINDS.get(operator, ())
            if name == "kind" and known and value.text not in known:
                raise Fault(value.start, value.end,
                            f"There is no kind {value.text} of {operator}; there are "
                            f"{', '.join(known)}.")  # fmt: skip

    # Rows.

    def where(self) -> None:
        """A condition."""
        self.parameters()
        value = self.expression()
        if self.text == "=":
            raise self.fault("Equality is ==; = gives a name.", "==")
        if value.type not in ("", "bool"):
            self.report(value.start, value.end,
                        f"A condition must come here, not {article(value.type)}.", "")  # fmt: skip

    def number(self) -> None:
        """How many rows."""
        self.parameters()
        value = self.expression()
        if value.form == "column" or value.type not in ("", "int", "long"):
            self.report(value.start, value.end, "A whole number must come here.", "")

    def sample_of(self) -> None:
        """`sample-distinct 5 of Column`."""
        self.number()
        self.need("of")
        self.expression()

    def top_hitters(self) -> None:
        """`top-hitters 5 of Column by Weight`."""
        self.sample_of()
        if self.skip("by"):
            self.expression()

    def top_nested(self) -> None:
        """`top-nested 5 of Column by aggregate, …`."""

        def one() -> None:
            if self.text in ("top-nested",):
                self.take()
            if self.text != "of":
                self.number()
            self.need("of")
            self._named_item()
            if self.skip("with"):
                self.need("others")
                self.need("=")
                self.expression()
            self.need("by")
            self._aggregate()
            self.skip("asc", "desc")

        self.some(one)

    def reduce(self) -> None:
        """`reduce by Column with …`."""
        self.parameters()
        self.need("by")
        self.expression()
        if self.skip("with"):
            while self.at < self.end:
                self.take()
                self.need("=")
                self.expression()
                self.skip(",")

    def top(self) -> None:
        """`top 5 by Column`."""
        self.number()
        self.need("by")
        self._ordered()

    def sort(self) -> None:
        """`sort by …`."""
        self.parameters()
        self.need("by")
        self.some(self._ordered)

    def _ordered(self) -> None:
        value = self._named_item()
        if value.type == "dynamic":
            self.report(value.start, value.end, "A dynamic value has no order; tostring() has.", "")
        self.skip("asc", "desc", "granny-asc", "granny-desc")
        if self.skip("nulls") and not self.skip("first", "last"):
            raise self.fault("first or last must follow nulls.")

    # Columns.

    def extend(self) -> None:
        """Columns with or without names."""
        self.parameters()
        self._items_once()

    def serialize(self) -> None:
        """The same, or nothing."""
        self.parameters()
        if self.at < self.end:
            self._items_once()

    def project(self) -> None:
        """Columns with or without names."""
        if self.at < self.end:
            self._items_once(plain=True)

    def _items_once(self, *, plain: bool = False) -> None:
        names: set[str] = set()

        def one() -> None:
            given = self._given_names()
            start = self.tokens[self.at].start if self.at < self.end else 0
            value = self._named_item()
            if not given and plain and value.form == "column" and value.text not in ("", "$left"):
                given = [value.text]
            for name in given:
                if name in names:
                    self.report(start, value.end, f"{name} is made twice here.", "")
                names.add(name)

        self.some(one)

    def _given_names(self) -> list[str]:
        if self.at < self.end and self.tokens[self.at].is_name and self.ahead() == "=":
            return [self.text]
        return []

    def _named_item(self) -> Value:
        """An expression, perhaps with a name or names before it."""
        if self.at < self.end and self.ahead() == "=" and self._is_name(self.at):
            self.at += 2
        elif self.text in ("(", "[") and self._behind_bracket() == "=":
            lo, hi = self.bracket()
            several = self.text == "("
            place = self.tokens[self.at]
            if several:
                with self.within(lo, hi):
                    self.items(self._new_name)
            self.at = hi + 2
            value = self.expression()
            if several and hi - lo > 1 and value.type not in ("", "dynamic"):
                self.report(place.start, self.tokens[hi].end, "There is one value, not many.", "")
            return value
        return self.expression()

    def _new_name(self) -> None:
        if self.text == "[":
            self.at = self.bracket()[1] + 1
        elif self.at < self.end and self.tokens[self.at].is_name:
            self.take()
        else:
            raise self.fault("A name must come here.")

    def _is_name(self, at: int) -> bool:
        token = self.tokens[at]
        if not token.is_name or token.kind == "string":
            return False
        if token.text in RESERVED:
            raise Fault(token.start, token.end,
                        f"{token.text} is a word of the language; a name is ['{token.text}'].",
                        f"['{token.text}']")  # fmt: skip
        return True

    def _behind_bracket(self) -> str:
        hi = self.partner.get(self.at, self.end)
        return self.tokens[hi + 1].text if hi + 1 < self.end else ""

    def names(self) -> None:
        """Names of columns, with wildcards."""
        if self.at < self.end:
            self.some(self._pattern)

    def reorder(self) -> None:
        """The same, with an order."""

        def one() -> None:
            self._pattern()
            self.skip("asc", "desc", "granny-asc", "granny-desc")

        self.some(one)

    def _pattern(self) -> None:
        """A name, or pieces of one with `*` between."""
        if self.text == "[":
            hi = self.bracket()[1]
            self.at = hi + 1
            return
        start = self.at
        while self.at < self.end:
            token = self.tokens[self.at]
            if self.at > start and token.start != self.tokens[self.at - 1].end:
                break
            if not (token.text == "*" or token.is_name or token.kind == "number"):
                break
            self.at += 1
        if self.at == start:
            raise self.fault("The name of a column must come here.")
        pieces = self.tokens[start : self.at]
        pattern = "".join(token.text for token in pieces)
        known = self.columns.types
        sure = "*" in pattern and self.columns.sure and known
        if sure and not any(fnmatchcase(name, pattern) for name in known):
            self.report(pieces[0].start, pieces[-1].end, f"No column is called {pattern}.", "")

    def rename(self) -> None:
        """`New = Old`."""

        def one() -> None:
            if self.text == "[":
                self.at = self.bracket()[1] + 1
            elif self.at < self.end and self.tokens[self.at].is_name:
                self.take()
            else:
                raise self.fault("A new name must come here.")
            self.need("=")
            value = self.expression()
            if value.form not in ("column", "name"):
                self.report(value.start, value.end, "The name of a column must come here.", "")

        self.some(one)

    def distinct(self) -> None:
        """Columns, or `*`."""
        self.parameters()
        if self.text == "*" and self.ahead() == "":
            self.take()
            return
        self.some(self._key)

    def _key(self) -> None:
        value = self._named_item()
        if value.type == "dynamic":
            self.report(value.start, value.end,
                        "A dynamic value cannot be a key; tostring() can.", "")  # fmt: skip

    def summarize(self) -> None:
        """Aggregates, and what they are by."""
        self.parameters()
        names: set[str] = set()

        def one() -> None:
            given = self._given_names()
            start = self.tokens[self.at].start if self.at < self.end else 0
            value = self._aggregate()
            for name in given:
                if name in names:
                    self.report(start, value.end, f"{name} is made twice here.", "")
                names.add(name)

        if self.at < self.end and self.text != "by":
            self.some(one)
        if self.skip("by"):
            keys: set[str] = set()

            def key() -> None:
                at = self.at
                self._key()
                if self.at == at + 1 and self.tokens[at].is_name:
                    token = self.tokens[at]
                    if token.text in keys:
                        self.report(token.start, token.end, f"{token.text} stands twice.", "")
                    keys.add(token.text)

            self.some(key)
            self.skip_range()

    def skip_range(self) -> None:
        """Forms that the service no longer documents."""

    def _aggregate(self) -> Value:
        self.aggregates = True
        try:
            return self._named_item()
        finally:
            self.aggregates = False

    def count(self) -> None:
        """`count`, perhaps with a name."""
        if self.skip("as"):
            self.take()

    def nothing(self) -> None:
        """Nothing may follow."""


def article(type: str) -> str:
    """A type with its article."""
    return f"{'an' if type[:1] in 'aeiou' else 'a'} {type}"
