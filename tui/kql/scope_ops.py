"""What each operator does to the columns that pass it."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase

from tui.kql import docs, schema, words
from tui.kql.scope_called import CalledOperators
from tui.kql.scope_expr import bare
from tui.kql.scope_model import Binding, Columns, Lets, merged, unknown
from tui.kql.scope_tables import table_columns

_SCHEMA = {
    "ColumnName": "string",
    "ColumnOrdinal": "int",
    "DataType": "string",
    "ColumnType": "string",
}


class Operators(CalledOperators):
    """The part of a walk that knows the operators."""

    def apply(self, lo: int, hi: int, columns: Columns, lets: Lets) -> Columns:
        """The columns behind an operator, which stands at `lo`."""
        name = self.tokens[lo].text
        token = self.tokens[lo]
        if self.text(lo + 1, hi) == "-" and self.tokens[lo + 1].start == token.end and lo + 2 < hi:
            # A word with a hyphen that is none of the operators.
            last = self.tokens[lo + 2]
            name = f"{name}-{last.text}"
            token = token._replace(text=name, end=last.end)
        method = _METHODS.get(name)
        if method is not None and lo + 1 >= hi and name in _INCOMPLETE:
            return self.unsure(lo, hi, columns, lets)
        if method is not None:
            return method(self, lo + 1, hi, columns, lets)
        if name not in _OPEN:
            self.ref("operator", token, columns, lets)
        return unknown()

    # Rows.

    def rows(self, lo: int, hi: int, columns: Columns, lets: Lets) -> Columns:
        """Operators that keep the columns."""
        self.expression(self.parameters(lo, hi), hi, columns, lets)
        return columns

    def search(self, lo: int, hi: int, columns: Columns, lets: Lets) -> Columns:
        """`search` looks everywhere, and tells in which table it found something."""
        self.searched(lo, hi, lets)
        result = columns.copy()
        result.add("$table", "string")
        return result

    def searched(self, lo: int, hi: int, lets: Lets) -> Columns:
        """The tables that a search names; their columns, where it names all it looks in."""
        tables: list[Columns] = []
        at = self.parameters(lo, hi)
        if self.text(at, hi) == "in" and self.text(at + 1, hi) == "(":
            for start, end in self.split(*self.inside(at + 1, hi)):
                if end - start == 1 and self.tokens[start].is_name:
                    name = self.text(start)
                    known = lets[name].columns if name in lets else None
                    if known is None and name in schema.known():
                        known = table_columns(name)
                    tables.append(known or unknown())
                    self.ref("table", self.tokens[start], columns=unknown(), lets=lets)
                else:
                    tables.append(unknown())
        if self.text(lo - 1) == "find":
            self._found_by(at, hi, merged(tables) if tables else unknown(), lets)
            return unknown()
        if not tables:
            return unknown()
        result = merged(tables)
        result.add("$table", "string")
        return result

    def _found_by(self, lo: int, hi: int, columns: Columns, lets: Lets) -> None:
        """The condition of `find`, and the columns that it gives."""
        where = self.find(lo, hi, "where")
        project = self.find(lo, hi, "project", "project-away", "project-smart")
        if where < project:
            self.expression(where + 1, project, columns, lets)
        if self.text(project, hi) == "project":
            for start, end in self.split(project + 1, hi):
                plain = end - start == 1 or self.text(start + 1, end) == ":"
                if plain and self.tokens[start].is_name:
                    self.ref("column", self.tokens[start], columns, lets)

    # Columns.

    def extend(self, lo: int, hi: int, columns: Columns, lets: Lets) -> Columns:
        """`extend`, `serialize`: more columns."""
        return self._with_items(lo, hi, columns, lets, columns.copy())

    def project(self, lo: int, hi: int, columns: Columns, lets: Lets) -> Columns:
        """`project`: these columns."""
        return self._with_items(lo, hi, columns, lets, Columns(tables=columns.tables))

    def _with_items(
        self, lo: int, hi: int, columns: Columns, lets: Lets, result: Columns
    ) -> Columns:
        fresh = not result.types
        unnamed = 0
        for names, start, end in self.items(lo, hi):
            self.expression(start, end, columns, lets)
            if self.text(start, end) == "*":
                for name, type in columns.types.items():
                    result.types.setdefault(name, type)
                result.sure &= columns.sure
                result.published |= columns.published
                continue
            type = self.type_of(start, end, columns, lets)
            if names:
                # What is given more values than names names the others itself.
                result.sure &= len(names) == 1
                for name in names:
                    result.add(name, type if len(names) == 1 else "")
                continue
            name, sure = self.auto_name(start, end)
            if not name and self._has_no_name(start, end):
                unnamed += 1
                name, sure = f"Column{unnamed}", True
            result.sure &= sure
            if name and fresh:
                result.add_beside(name, type)
            elif name:
                result.add(name, type)
        return result

    def _has_no_name(self, lo: int, hi: int) -> bool:
        """Whether it is one call, of a function whose results are only numbered."""
        name = self.text(lo, hi)
        function = docs.functions().get(name)
        if function is None or self.text(lo + 1, hi) != "(" or self.after(lo + 1, hi) != hi:
            return False
        return function.kind == "f" and function.naming == "-" and name[:7] != "series_"

    def summarize(self, lo: int, hi: int, columns: Columns, lets: Lets) -> Columns:
        """Keys, then aggregates."""
        lo = self.parameters(lo, hi)
        by = self.find(lo, hi, "by")
        result = self._with_items(by + 1, hi, columns, lets, Columns(tables=columns.tables))
        for names, start, end in self.items(lo, by):
            self.expression(start, end, columns, lets)
            function = self.text(start, end)
            if function in ("arg_max", "arg_min", "argmax", "argmin", "take_any", "any"):
                self._rows_of(names, start, end, columns, lets, result)
                continue
            type = self.type_of(start, end, columns, lets)
            if names:
                for name in names:
                    result.add(name, type if len(names) == 1 else "")
                continue
            if function == "percentiles" and self._percentiles(start, end, type, result):
                continue
            name, sure = self.auto_name(start, end)
            result.sure &= sure
            if name:
                result.add_beside(name, type)
        return result

    def _percentiles(self, start: int, end: int, type: str, result: Columns) -> bool:
        """A column for each percentile that is asked for; False where their names are not sure."""
        of, *numbers = self.split(*self.inside(start + 1, end))
        name, sure = self.auto_name(*of)
        if (
            not sure
            or not name
            or any(
                last - first != 1 or self.tokens[first].kind != "number" for first, last in numbers
            )
        ):
            return False
        for first, _ in numbers:
            result.add_beside(f"percentile_{name}_{self.text(first).replace('.', '_')}", type)
        return True

    def _rows_of(
        self, names: list[str], start: int, end: int, columns: Columns, lets: Lets, result: Columns
    ) -> None:
        """`arg_max` and its like give whole rows, or columns of them."""
        result.published |= columns.published
        given = iter(names)
        before = set(result.types)
        for lo, hi in self.split(*self.inside(start + 1, end)):
            if self.text(lo, hi) == "*":
                for name, type in columns.types.items():
                    result.types.setdefault(name, type)
                result.sure &= columns.sure
                continue
            name, sure = self.auto_name(lo, hi)
            other = next(given, "")
            result.sure &= sure or bool(other)
            type = self.type_of(lo, hi, columns, lets)
            if other or (name and name not in before):
                result.add(other or name, type)
            elif name:
                result.add_beside(name, type)
        if self.text(start).startswith(("arg", "any")) and self.text(start)[3:4] != "_":
            # The deprecated forms name their results otherwise.
            result.sure = False

    def distinct(self, lo: int, hi: int, columns: Columns, lets: Lets) -> Columns:
        """`distinct`: these columns, or all."""
        lo = self.parameters(lo, hi)
        if self.text(lo, hi) == "*":
            return columns
        return self.project(lo, hi, columns, lets)

    def _patterns(self, lo: int, hi: int, columns: Columns, lets: Lets) -> list[str]:
        """Names and wildcards of a list; the plain names are looked up."""
        found = []
        for start, end in self.split(lo, hi):
            while end > start and self.text(end - 1) in (
                "asc", "desc", "granny-asc", "granny-desc",
            ):  # fmt: skip
                end -= 1
            tokens = self.tokens[start:end]
            pattern = "".join(bare(token.text) for token in tokens if token.text not in "[]")
            found.append(pattern)
            if len(tokens) == 1 and tokens[0].is_name:
                self.ref("column", tokens[0], columns, lets)
        return found

    def away(self, lo: int, hi: int, columns: Columns, lets: Lets) -> Columns:
        """`project-away`: without these."""
        patterns = self._patterns(lo, hi, columns, lets)
        result = columns.copy()
        for name in list(result.types):
            if any(fnmatchcase(name, pattern) for pattern in patterns):
                del result.types[name]
        return result

    def keep(self, lo: int, hi: int, columns: Columns, lets: Lets) -> Columns:
        """`project-keep`: only these."""
        patterns = self._patterns(lo, hi, columns, lets)
        result = columns.copy()
        for name in list(result.types):
            if not any(fnmatchcase(name, pattern) for pattern in patterns):
                del result.types[name]
        return result

    def reorder(self, lo: int, hi: int, columns: Columns, lets: Lets) -> Columns:
        """`project-reorder`: these first."""
        result = columns.copy()
        result.types = {}
        pieces = self.split(lo, hi)
        for at, pattern in enumerate(self._patterns(lo, hi, columns, lets)):
            names = [name for name in columns.types if fnmatchcase(name, pattern)]
            if len(names) > 1 and self.text(pieces[at][1] - 1).endswith(("asc", "desc")):
                names.sort(reverse=self.text(pieces[at][1] - 1).endswith("desc"))
            for name in names:
                result.types.setdefault(name, columns.types[name])
        for name, type in columns.types.items():
            result.types.setdefault(name, type)
        return result

    def rename(self, lo: int, hi: int, columns: Columns, lets: Lets) -> Columns:
        """`project-rename`: other names in the same places."""
        names = {}
        for given, start, end in self.items(lo, hi):
            self.expression(start, end, columns, lets)
            former, sure = self.auto_name(start, end)
            if given and sure:
                names[former] = given[0]
        result = columns.copy()
        result.types = {names.get(name, name): type for name, type in columns.types.items()}
        if len(names) and not columns.sure:
            result.types.update(dict.fromkeys(names.values(), ""))
        return result

    def fixed(self, types: dict[str, str]) -> Columns:
        """Exactly these."""
        return Columns(dict(types))

    def count(self, lo: int, hi: int, columns: Columns, lets: Lets) -> Columns:
        """`count`: one number."""
        if self.text(lo, hi) == "as" and lo + 1 < hi:
            return self.fixed({self.text(lo + 1): "long"})
        return self.fixed({"Count": "long"})

    # The rest.

    def series(self, lo: int, hi: int, columns: Columns, lets: Lets) -> Columns:
        """`make-series`: arrays."""
        at = self.parameters(lo, hi)
        on = self.find(at, hi, "on")
        by = self.find(on, hi, "by")
        result = self._with_items(by + 1, hi, columns, lets, Columns(tables=columns.tables))
        for names, start, end in self.items(at, on):
            end = self.find(start, end, "default")
            self.expression(start, end, columns, lets)
            name = names[0] if names else self.auto_name(start, end)[0]
            if name:
                result.add(name, "dynamic")
        axis = min(self.find(on, by, "from", "to", "step", "in"), by)
        self.expression(on + 1, by, columns, lets)
        for names, start, end in self.items(on + 1, axis):
            name = names[0] if names else self.auto_name(start, end)[0]
            if name:
                result.add(name, "dynamic")
        return result

    def name_it(self, lo: int, hi: int, columns: Columns, lets: Lets) -> Columns:
        """`as`: a name for the rows so far."""
        if lo < hi and self.tokens[hi - 1].is_name:
            name = self.tokens[hi - 1]
            lets[name.text] = Binding(name.text, "table", columns=columns.copy(), start=name.start)
        return columns

    def sample_of(self, lo: int, hi: int, columns: Columns, lets: Lets) -> Columns:
        """`sample-distinct n of Column`."""
        of = self.find(lo, hi, "of")
        self.expression(of + 1, hi, columns, lets)
        name, sure = self.auto_name(of + 1, hi) if of + 1 < hi else ("", False)
        return Columns({name: columns.types.get(name, "")} if name else {}, sure=sure)

    def unsure(self, lo: int, hi: int, columns: Columns, lets: Lets) -> Columns:
        """Operators whose result is not followed; what stood before may go on."""
        result = columns.copy()
        result.sure = False
        return result

    def scan(self, lo: int, hi: int, columns: Columns, lets: Lets) -> Columns:
        """`scan`: more columns, those declared and the number of the match."""
        result = columns.copy()
        steps = self.find(lo, hi, "with")
        if steps >= hi:
            result.sure = False
        at = lo
        while at < steps:
            if self.text(at) == "with_match_id" and self.text(at + 1, steps) == "=":
                result.add(self.text(at + 2, steps), "long")
            elif self.text(at) == "declare" and self.text(at + 1, steps) == "(":
                for start, end in self.split(*self.inside(at + 1, steps)):
                    value = self.find(start, end, "=")
                    for name, type in self.declared(start, value).items():
                        result.add(name, type)
            at = self.after(at, steps)
        return result

    def reduce(self, lo: int, hi: int, columns: Columns, lets: Lets) -> Columns:
        """`reduce by`: patterns of a text."""
        if self.parameter(lo, hi, "kind"):
            return self.unsure(lo, hi, columns, lets)
        by = self.find(lo, hi, "by")
        self.expression(by + 1, self.find(by, hi, "with"), columns, lets)
        return self.fixed({"Pattern": "string", "Count": "long", "Representative": "string"})

    def render(self, lo: int, hi: int, columns: Columns, lets: Lets) -> Columns:
        """`render`, `consume`: the columns stay."""
        return columns


_Method = Callable[[Operators, int, int, Columns, Lets], Columns]
_METHODS: dict[str, _Method] = {
    **dict.fromkeys(
        ("where", "filter", "take", "limit", "sample", "top", "sort", "order"), Operators.rows
    ),
    **dict.fromkeys(("extend", "serialize"), Operators.extend),
    **dict.fromkeys(("join", "lookup"), Operators.join),
    **dict.fromkeys(("mv-expand", "mvexpand"), Operators.expand),
    **dict.fromkeys(("mv-apply", "mvapply"), Operators.each),
    **dict.fromkeys(("parse", "parse-where"), Operators.parse),
    **dict.fromkeys(("render", "consume"), Operators.render),
    "project": Operators.project,
    "project-away": Operators.away,
    "project-keep": Operators.keep,
    "project-reorder": Operators.reorder,
    "project-rename": Operators.rename,
    "summarize": Operators.summarize,
    "distinct": Operators.distinct,
    "count": Operators.count,
    "union": Operators.union,
    "search": Operators.search,
    "partition": Operators.partition,
    "parse-kv": Operators.pairs,
    "make-series": Operators.series,
    "make-graph": Operators.graph,
    "evaluate": Operators.plugin,
    "invoke": Operators.invoke,
    "as": Operators.name_it,
    "sample-distinct": Operators.sample_of,
    "getschema": lambda walk, *_: walk.fixed(_SCHEMA),
    "scan": Operators.scan,
    "reduce": Operators.reduce,
    "top-nested": Operators.nested,
    "top-hitters": Operators.hitters,
}
_INCOMPLETE = frozenset({"project", "project-keep", "summarize", "distinct", "join", "union"})
"""Operators that do nothing yet while nothing stands behind them."""
_OPEN = words.OPERATORS | {
    "assert-schema",
    "execute-and-cache",
    "graph-shortest-paths",
    "graph-where-edges",
    "graph-where-nodes",
}
