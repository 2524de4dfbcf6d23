"""How parts of a filter are joined, and what each part can be asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from msgspec import Struct

from tui.incidents.facts import Facts

Sql = tuple[str, list[object]]
Few = Callable[[str, list[object]], "list[int] | None"]


class Setting(Struct, frozen=True):
    """Where and when a filter is asked."""

    now: datetime
    """What spans of time are counted back from."""
    indexed: bool = False
    """Whether the cache has an index of words."""
    few: Few | None = None
    """Asks the cache for the numbers that a query finds, where they are few."""


class Node:
    """A part of a filter. Spans of time in it are fixed by `fixed` before the rest is asked."""

    def test(self, facts: Facts) -> bool:
        """Whether an incident of these facts passes."""
        raise NotImplementedError

    def sql(self) -> Sql:
        """A condition over the table `incident` that is never NULL, and its parameters."""
        raise NotImplementedError

    def words(self, negated: bool) -> str:
        """The part in words, as a piece of a sentence about incidents."""
        raise NotImplementedError

    def odata(self, dialect: str) -> str | None:  # noqa: ARG002
        """The same for the service; None where the service cannot say it."""
        return None

    def odata_negated(self, dialect: str) -> str | None:  # noqa: ARG002
        """The contrary for the service; None where the service cannot say it."""
        return None

    def fixed(self, setting: Setting) -> Node:  # noqa: ARG002
        """The part as it is meant here and now."""
        return self


class All(Node, Struct, frozen=True):
    """Every part holds; with no parts, everything passes."""

    parts: tuple[Node, ...] = ()

    def test(self, facts: Facts) -> bool:
        return all(part.test(facts) for part in self.parts)

    def sql(self) -> Sql:
        return joined(" AND ", self.parts) if self.parts else ("1", [])

    def odata(self, dialect: str) -> str | None:
        """What the service can filter of it; the rest is for the caller."""
        said = [text for part in self.parts if (text := part.odata(dialect)) is not None]
        return " and ".join(said) or None

    def words(self, negated: bool) -> str:
        text = ", ".join(part.words(False) for part in self.parts)
        return f"not ({text})" if negated else text

    def fixed(self, setting: Setting) -> Node:
        return All(tuple(part.fixed(setting) for part in self.parts))


class Some(Node, Struct, frozen=True):
    """At least one part holds."""

    parts: tuple[Node, ...]

    def test(self, facts: Facts) -> bool:
        return any(part.test(facts) for part in self.parts)

    def sql(self) -> Sql:
        return joined(" OR ", self.parts)

    def odata(self, dialect: str) -> str | None:
        # An alternative that is said in part lets more through, which is allowed; one that
        # cannot be said at all makes the whole unsayable.
        said = [part.odata(dialect) for part in self.parts]
        return f"({' or '.join(f'({text})' for text in said)})" if all(said) else None

    def words(self, negated: bool) -> str:
        text = "; or ".join(part.words(False) for part in self.parts)
        return f"not ({text})" if negated else f"({text})"

    def fixed(self, setting: Setting) -> Node:
        return Some(tuple(part.fixed(setting) for part in self.parts))


class Not(Node, Struct, frozen=True):
    """The part does not hold."""

    part: Node

    def test(self, facts: Facts) -> bool:
        return not self.part.test(facts)

    def sql(self) -> Sql:
        condition, parameters = self.part.sql()
        return f"NOT ({condition})", parameters

    def odata(self, dialect: str) -> str | None:
        return self.part.odata_negated(dialect)

    def words(self, negated: bool) -> str:
        return self.part.words(not negated)

    def fixed(self, setting: Setting) -> Node:
        return Not(self.part.fixed(setting))


def joined(sign: str, parts: Sequence[Node]) -> Sql:
    """Conditions joined by a sign, and the parameters of all."""
    conditions: list[str] = []
    parameters: list[object] = []
    for part in parts:
        condition, more = part.sql()
        conditions.append(f"({condition})")
        parameters += more
    return sign.join(conditions), parameters


def among(query: Sql, numbers: Sequence[int] | None) -> Sql:
    """A condition for incidents whose row number a query finds.

    The plus keeps SQLite on the index of the order, so that the first rows are there at once
    and each candidate is looked at only when its turn comes; few numbers are better looked up.
    """
    if numbers is not None:
        return f"incident.n IN ({', '.join(map(str, numbers))})", []
    text, values = query
    return f"+incident.n IN ({text})", values
