"""Operators that bring two tables together, or make rows out of values."""

from __future__ import annotations

from fnmatch import fnmatchcase

from tui.kql import schema
from tui.kql.beside import beside
from tui.kql.scope_expr import OLD_TYPES, Expressions, bare
from tui.kql.scope_model import Columns, Lets, merged, unknown

_LEFT_ONLY = frozenset({"anti", "leftanti", "leftantisemi", "leftsemi"})
_RIGHT_ONLY = frozenset({"rightanti", "rightantisemi", "rightsemi"})


class TableOperators(Expressions):
    """Joins, unions and expansions."""

    def subpipe(self, lo: int, hi: int, columns: Columns, lets: Lets) -> Columns:
        """Walk a pipe whose first operator takes these columns."""
        raise NotImplementedError

    def source(self, lo: int, hi: int, lets: Lets) -> Columns:
        """Walk what a pipe begins with."""
        raise NotImplementedError

    def parameters(self, lo: int, hi: int) -> int:
        """Behind the `kind=…` and `hint.…=…` that an operator begins with."""
        while lo < hi:
            name = self.tokens[lo].text
            at = lo + 1
            if name == "hint" and self.text(at, hi) == ".":
                at += 2
            elif name not in (
                "kind", "bagexpansion", "with_itemindex", "withsource", "with_source", "isfuzzy",
                "flags",
            ):  # fmt: skip
                return lo
            if self.text(at, hi) != "=":
                return lo
            lo = min(at + 2, hi)
        return lo

    def parameter(self, lo: int, hi: int, name: str) -> str:
        """The value of such a parameter."""
        end = self.parameters(lo, hi)
        for at in range(lo, end - 2):
            if self.text(at) == name and self.text(at + 1) == "=":
                return self.text(at + 2)
        return ""

    # Two tables.

    def join(self, lo: int, hi: int, columns: Columns, lets: Lets) -> Columns:
        """Both sides; names that are taken get a number."""
        kind = self.parameter(lo, hi, "kind")
        at = self.parameters(lo, hi)
        stage = self.stage
        on = self.find(at, hi, "on")
        right = self.source(at, on, lets) if at < on else unknown()
        self.stage = stage
        if stage is not None:
            stage.right = right
        keys: list[str] = []
        for start, end in self.split(on + 1, hi):
            if end - start == 1 and self.tokens[start].is_name:
                keys.append(self.text(start))
                # A key must be on both sides: it is looked for where it is missing.
                name = self.text(start)
                missing = columns if name not in columns.types else right
                self.ref("column", self.tokens[start], missing, lets)
            else:
                self.expression(start, end, merged((columns, right)), lets)
                if self.text(end - 2) == "." and self.text(end - 3) == "$right":
                    keys.append(self.text(end - 1))
        if kind in _LEFT_ONLY:
            return columns
        if kind in _RIGHT_ONLY:
            return right
        result = columns.copy()
        result.sure &= right.sure
        result.published |= right.published
        result.tables |= right.tables
        lookup = stage is not None and stage.operator == "lookup"
        others = {n: t for n, t in right.types.items() if not (lookup and n in keys)}
        given = beside(columns.types, list(others))
        result.types.update(zip(given, others.values(), strict=True))
        return result

    def union(self, lo: int, hi: int, columns: Columns, lets: Lets) -> Columns:
        """All columns of all tables."""
        at = self.parameters(lo, hi)
        many = [columns]
        stage = self.stage
        for start, end in self.split(at, hi):
            pattern = "".join(token.text for token in self.tokens[start:end])
            if "*" in pattern and "(" not in pattern:
                names = [name for name in schema.known() if fnmatchcase(name, pattern)]
                many += [table_columns(name) for name in names]
                many.append(unknown())
            elif start < end:
                many.append(self.source(start, end, lets))
            elif start == len(self.tokens):
                self.found.last = stage
            self.stage = stage
        result = merged(many)
        source = self.parameter(lo, hi, "withsource") or self.parameter(lo, hi, "with_source")
        if source:
            result.add(source, "string")
        if self.parameter(lo, hi, "kind") == "inner":
            result.sure = False
        return result

    # Rows out of values.

    def expand(self, lo: int, hi: int, columns: Columns, lets: Lets) -> Columns:
        """`mv-expand`: a row for each element."""
        index = self.parameter(lo, hi, "with_itemindex")
        at = self.parameters(lo, hi)
        result = columns.copy()
        self._expanded(at, self.find(at, hi, "limit"), columns, lets, result)
        if index:
            result.add(index, "long")
        return result

    def _expanded(self, lo: int, hi: int, columns: Columns, lets: Lets, result: Columns) -> None:
        for names, start, end in self.items(lo, hi):
            to = self.find(start, end, "to")
            type = "dynamic"
            if to < end and self.text(to + 1, end) == "typeof":
                type = OLD_TYPES.get(self.text(to + 3, end), self.text(to + 3, end))
            self.expression(start, to, columns, lets)
            name, sure = self.auto_name(start, to)
            name = names[0] if names else name
            result.sure &= sure or bool(names)
            if name:
                result.add(name, type)

    def each(self, lo: int, hi: int, columns: Columns, lets: Lets) -> Columns:
        """`mv-apply`: a pipe over the elements of each row."""
        index = self.parameter(lo, hi, "with_itemindex")
        at = self.parameters(lo, hi)
        on = self.find(at, hi, "on")
        result = columns.copy()
        inner = columns.copy()
        self._expanded(at, min(self.find(at, on, "limit"), on), columns, lets, inner)
        if index:
            inner.add(index, "long")
        if self.text(on + 1, hi) in ("(", "{"):
            after = self.subpipe(*self.inside(on + 1, hi), inner, lets)
            result.types.update(after.types)
            result.sure &= after.sure
        else:
            result.sure = False
        return result

    def partition(self, lo: int, hi: int, columns: Columns, lets: Lets) -> Columns:
        """A pipe over the rows of each value."""
        at = self.find(lo, hi, "(", "{")
        self.expression(self.parameters(lo, hi), at, columns, lets)
        if at < hi and self.text(at) == "(":
            return self.subpipe(*self.inside(at, hi), columns, lets)
        return unknown()

    def parse(self, lo: int, hi: int, columns: Columns, lets: Lets) -> Columns:
        """`parse`: columns out of a text's pattern."""
        at = self.parameters(lo, hi)
        pattern = self.find(at, hi, "with")
        self.expression(at, pattern, columns, lets)
        result = columns.copy()
        for place in range(pattern + 1, hi):
            token = self.tokens[place]
            if token.kind == "string" or not token.is_name or self.text(place - 1) == ":":
                continue
            type = self.text(place + 2, hi) if self.text(place + 1, hi) == ":" else "string"
            result.add(token.text, OLD_TYPES.get(type, type))
        return result

    def pairs(self, lo: int, hi: int, columns: Columns, lets: Lets) -> Columns:
        """`parse-kv`: columns out of keys and values."""
        at = self.find(lo, hi, "as")
        self.expression(lo, at, columns, lets)
        result = columns.copy()
        if self.text(at + 1, hi) == "(":
            result.types.update(self.declared(*self.inside(at + 1, hi)))
        return result

    def declared(self, lo: int, hi: int) -> dict[str, str]:
        """Columns declared as `name:type, …`."""
        found = {}
        for start, end in self.split(lo, hi):
            colon = self.find(start, end, ":")
            name = "".join(bare(token.text) for token in self.tokens[start:colon])
            type = self.text(colon + 1, end)
            if name:
                found[name.strip("[]")] = OLD_TYPES.get(type, type)
        return found


def table_columns(name: str) -> Columns:
    """The columns of a table of the schema."""
    table = schema.known()[name]
    return Columns(
        {column.name: column.type for column in table.columns},
        published=True,
        tables=frozenset({name}),
    )
