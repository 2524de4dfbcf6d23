"""Operators whose rows are made by something called: plugins, functions, graphs, rankings."""

from __future__ import annotations

from tui.kql.scope_model import Columns, Lets, unknown
from tui.kql.scope_tables import TableOperators

_PROFILE = {
    "GlobalPrevalence": "long",
    "GlobalFirstSeen": "datetime",
    "GlobalLastSeen": "datetime",
    "Signer": "string",
    "Issuer": "string",
    "SignerHash": "string",
    "IsCertificateValid": "bool",
    "IsRootSignerMicrosoft": "bool",
    "SignatureState": "string",
    "IsExecutable": "bool",
    "ThreatName": "string",
    "Publisher": "string",
    "SoftwareName": "string",
    "ProfileAvailability": "string",
}


class CalledOperators(TableOperators):
    """What `evaluate`, `invoke`, `make-graph` and `top-nested` give, as far as that is known."""

    def plugin(self, lo: int, hi: int, columns: Columns, lets: Lets) -> Columns:
        """`evaluate`: what comes is known only when it ran."""
        lo = self.parameters(lo, hi)
        if lo >= hi:
            return unknown()
        name = self.text(lo)
        if self.text(lo + 1, hi) == "(":
            self.ref("plugin", self.tokens[lo], columns, lets)
            self.expression(lo + 1, min(self.after(lo + 1, hi), hi), columns, lets)
        if name == "ipv4_lookup":
            self._key_of_table(lo + 1, hi, lets)
        if name == "narrow":
            return Columns({"Row": "long", "Column": "string", "Value": "string"})
        result = unknown() if name == "pivot" else columns.copy()
        if name == "bag_unpack":
            result.types.pop(self.text(lo + 2, hi), None)
        result.sure = False
        return result

    def _key_of_table(self, lo: int, hi: int, lets: Lets) -> None:
        """The key of `ipv4_lookup` is a column of the table that is looked into."""
        arguments = list(self.split(*self.inside(lo, hi)))
        if len(arguments) < 3:
            return
        (start, end), _, (key, behind) = arguments[:3]
        table = lets.get(self.text(start)) if end - start == 1 else None
        if table is not None and table.columns is not None and behind - key == 1:
            self.ref("column", self.tokens[key], table.columns, lets)

    def graph(self, lo: int, hi: int, columns: Columns, lets: Lets) -> Columns:
        """`make-graph Source --> Target with …`: what it gives is no table."""
        arrow = self.find(lo, hi, ">")
        ends = (self.parameters(lo, hi), arrow + 1)
        for at in ends:
            if at < hi and self.tokens[at].is_name and self.text(at) != "with":
                self.ref("column", self.tokens[at], columns, lets)
        return unknown()

    def invoke(self, lo: int, hi: int, columns: Columns, lets: Lets) -> Columns:
        """`invoke`: a function over the rows."""
        result = columns.copy()
        result.sure = False
        name = self.text(lo, hi)
        if lo < hi and self.tokens[lo].is_name and name not in lets:
            self.ref("function", self.tokens[lo], columns, lets)
        if name == "FileProfile":
            result.types.update(_PROFILE)
        elif name in lets:
            after = lets[name].columns
            if after is None:
                return unknown()
            given = after.copy()
            if any(":(" in parameter for parameter in lets[name].parameters):
                # Rows have more columns than the function declares, and keep them.
                for column, type in columns.types.items():
                    given.types.setdefault(column, type)
                given.sure = False
            return given
        return result

    def nested(self, lo: int, hi: int, columns: Columns, lets: Lets) -> Columns:
        """`top-nested`: a column and its aggregate for each level."""
        self.expression(lo, hi, columns, lets)
        result = Columns()
        for start, end in self.split(lo, hi):
            of, by = self.find(start, end, "of"), self.find(start, end, "by")
            if not of < by < end or self.find(start, end, "with") < end:
                return unknown()
            levels = list(self.items(of + 1, by))
            aggregates = list(self.items(by + 1, self.find(by, end, "asc", "desc")))
            if len(levels) != 1 or len(aggregates) != 1:
                return unknown()
            (names, first, last), (made, _, _) = levels[0], aggregates[0]
            name, sure = self.auto_name(first, last)
            name = names[0] if names else name
            if not name or not (sure or names):
                return unknown()
            result.add(name, self.type_of(first, last, columns, lets))
            result.add(made[0] if made else f"aggregated_{name}", "")
        return result

    def hitters(self, lo: int, hi: int, columns: Columns, lets: Lets) -> Columns:
        """`top-hitters`: names are looked up, the result is not followed."""
        self.expression(lo, hi, columns, lets)
        return unknown()
