"""A tolerant reading of a query: what exists at each point of its pipes.

It understands any text as far as that can be understood, and says where it is not sure. It
answers within a budget of time; what is too long or too deep is left alone.
"""

from __future__ import annotations

from tui.kql import schema
from tui.kql.scope_expr import bare
from tui.kql.scope_model import (
    LONGEST,
    Analysis,
    Binding,
    Budget,
    Columns,
    GaveUp,
    Lets,
    Stage,
    read,
    unknown,
)
from tui.kql.scope_ops import Operators
from tui.kql.scope_tables import table_columns

_DEEPEST = 40


def analyse(
    text: str, start: int = 0, end: int | None = None, *, seconds: float = 0.05
) -> Analysis:
    """Read a query, or the beginning of one.

    Args:
        text: A text with the query in it.
        start: Where the query begins.
        end: Where it ends, or how far to read; places in the answer are those of `text`.
        seconds: Time to take at most.
    """
    end = len(text) if end is None else end
    if end - start > LONGEST:
        return Analysis(whole=False)
    found = read(text, start, end)
    walk = Walk(found, Budget(seconds))
    try:
        found.result = walk.statements(0, len(found.tokens), found.lets)
    except (GaveUp, RecursionError):
        found.whole = False
    return found


class Walk(Operators):
    """One reading of a query."""

    def statements(self, lo: int, hi: int, lets: Lets) -> Columns | None:
        """Walk statements; the columns of the last one that is a pipe."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise GaveUp
        result: Columns | None = None
        for start, end in self.split(lo, hi, ";"):
            word = self.text(start, end)
            if word == "let":
                self._let(start, end, lets)
            elif word == "declare":
                self._declare(start, end, lets)
            elif word in ("set", "alias", "restrict"):
                self._mark("statement", start, end, lets)
            elif start < end:
                result = self.pipeline(start, end, lets)
            elif end == len(self.tokens):
                self._mark("", start, end, lets)
        self.depth -= 1
        return result

    def _mark(self, operator: str, start: int, end: int, lets: Lets) -> Stage:
        stage = Stage(operator, start, end, Columns(), dict(lets))
        self.found.stages.append(stage)
        if end == len(self.tokens):
            self.found.last = stage
        return stage

    def _let(self, start: int, end: int, lets: Lets) -> None:
        self._mark("let", start, end, lets)
        if end - start < 4 or self.text(start + 2) != "=":
            return
        token = self.tokens[start + 1]
        at = start + 3
        if self.text(at, end) == "view":
            at += 1
        name = bare(token.text)
        body = self.after(at, end) if self.text(at, end) == "(" else end
        if self.text(body, end) == "{":
            lets[name] = self._function(name, at, body, end, lets)
        elif self.is_tabular(at, end, lets):
            columns = self.pipeline(at, end, lets)
            lets[name] = Binding(name, "table", columns=columns)
        else:
            self._mark("let", start, end, lets)
            self.expression(at, end, Columns(), lets)
            kind = "unknown" if end - at == 1 and self.tokens[at].kind == "name" else "scalar"
            type = self.type_of(at, end, Columns(), lets)
            lets[name] = Binding(name, kind, type)  # type: ignore[arg-type]
        lets[name].start = token.start

    def _function(self, name: str, at: int, body: int, end: int, lets: Lets) -> Binding:
        inner = dict(lets)
        parameters = []
        for lo, hi in self.split(*self.inside(at, end)):
            if lo >= hi:
                continue
            parameter = self.text(lo)
            parameters.append("".join(t.text for t in self.tokens[lo : min(hi, lo + 12)]))
            if self.text(lo + 2, hi) == "(":
                types = self.declared(*self.inside(lo + 2, hi))
                known = Columns(types, sure=bool(types))
                inner[parameter] = Binding(parameter, "table", columns=known)
            else:
                inner[parameter] = Binding(parameter, "scalar", self.text(lo + 2, hi))
        lo, hi = self.inside(body, end)
        pieces = self.split(lo, hi, ";")
        last = next(((s, e) for s, e in reversed(pieces) if s < e), (lo, lo))
        columns: Columns | None = None
        type = ""
        for start, stop in pieces:
            if (start, stop) == last and not self.is_tabular(start, stop, inner):
                self.expression(start, stop, Columns(), inner)
                type = self.type_of(start, stop, Columns(), inner)
            else:
                columns = self.statements(start, stop, inner) or columns
        if stop == len(self.tokens) and start >= stop:
            self._mark("", start, stop, inner)
        return Binding(name, "function", type, columns, tuple(parameters))

    def _declare(self, start: int, end: int, lets: Lets) -> None:
        at = self.find(start, end, "(")
        if at < end:
            for lo, hi in self.split(*self.inside(at, end)):
                if lo < hi:
                    name = self.text(lo)
                    lets[name] = Binding(name, "scalar", self.text(lo + 2, hi))

    # Pipes.

    def pipeline(self, lo: int, hi: int, lets: Lets) -> Columns:
        """Walk a pipe; its result's columns."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise GaveUp
        pieces = self.split(lo, hi, "|")
        columns = self.source(*pieces[0], lets)
        columns = self._stages(pieces[1:], columns, lets)
        self.depth -= 1
        return columns

    def subpipe(self, lo: int, hi: int, columns: Columns, lets: Lets) -> Columns:
        """Walk a pipe whose first operator takes these columns."""
        return self._stages(self.split(lo, hi, "|"), columns, lets)

    def _stages(self, pieces: list[tuple[int, int]], columns: Columns, lets: Lets) -> Columns:
        for start, end in pieces:
            self.budget.step()
            operator = self.text(start, end)
            stage = Stage(operator, start, end, columns, lets, piped=True)
            self.found.stages.append(stage)
            self.stage = stage
            if end == len(self.tokens):
                self.found.last = stage
            if start < end:
                columns = self.apply(start, end, columns, lets)
        return columns

    def source(self, lo: int, hi: int, lets: Lets) -> Columns:
        """Walk what a pipe begins with."""
        self.budget.step()
        stage = self._mark("", lo, hi, lets)
        stage.parent, self.stage = self.stage, stage
        if lo >= hi:
            return unknown()
        token = self.tokens[lo]
        name = token.text
        if name == "(":
            columns = self.pipeline(*self.inside(lo, hi), lets)
        elif name in ("print", "range", "union", "datatable", "externaldata", "evaluate"):
            stage.operator = name
            columns = self._made(name, lo, hi, lets)
        elif name in ("materialize", "view", "toscalar") and self.text(lo + 1, hi) == "(":
            columns = self.pipeline(*self.inside(lo + 1, hi), lets)
        elif name in ("search", "find"):
            stage.operator = name
            columns = self.searched(lo + 1, hi, lets)
        elif name == "[" and lo + 1 < hi and self.tokens[lo + 1].kind == "string":
            columns = self._named(bare(self.text(lo + 1)), lets)
        elif not token.is_name or token.kind == "string":
            columns = unknown()
        elif self.text(lo + 1, hi) == "(":
            columns = self._from_function(lo, hi, lets)
        else:
            columns = self._named(name, lets)
            if name not in lets and self.text(lo + 1, hi) not in (".", "*", "-"):
                self.ref("table", token, columns, lets)
        return columns

    def _named(self, name: str, lets: Lets) -> Columns:
        if name in lets:
            return lets[name].columns or unknown()
        return table_columns(name) if name in schema.known() else unknown()

    def _from_function(self, lo: int, hi: int, lets: Lets) -> Columns:
        name = self.text(lo)
        inner = self.inside(lo + 1, hi)
        if name in lets:
            self._call(lo + 1, hi, unknown(), lets)
            return lets[name].columns or unknown()
        if name not in ("adx", "arg", "database", "cluster", "workspace", "app", "resource"):
            self.ref("function", self.tokens[lo], unknown(), lets)
        self.expression(*inner, unknown(), lets)
        if name == "table" and inner[0] < inner[1]:
            return self._named(bare(self.text(inner[0])), lets)
        return unknown()

    def _printed(self, lo: int, hi: int, lets: Lets) -> Columns:
        result = Columns()
        for at, (names, start, end) in enumerate(self.items(lo, hi)):
            self.expression(start, end, Columns(), lets)
            type = self.type_of(start, end, Columns(), lets)
            for name in names or [f"print_{at}"]:
                result.add(name, type if len(names) < 2 else "")
        return result

    def _made(self, name: str, lo: int, hi: int, lets: Lets) -> Columns:
        if name == "print":
            return self._printed(lo + 1, hi, lets)
        if name == "union":
            return self.union(lo + 1, hi, Columns(), lets)
        if name == "evaluate":
            return self.plugin(lo + 1, hi, unknown(), lets)
        if name == "range":
            self.expression(self.find(lo, hi, "from") + 1, hi, Columns(), lets)
            start = self.find(lo, hi, "from") + 1
            type = self.type_of(start, self.find(start, hi, "to"), Columns(), lets)
            return Columns({self.text(lo + 1, hi): type})
        at = self.find(lo, hi, "(")
        return Columns(self.declared(*self.inside(at, hi)) if at < hi else {})


__all__ = ["Analysis", "Walk", "analyse"]
