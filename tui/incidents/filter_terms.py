"""The terms of the filter language: what each means in Python, SQL, OData and words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from tui.incidents.facts import Facts, fold, moment, ticks
from tui.incidents.filter_nodes import Node, Setting, Sql, among

_MOST_TRIGRAMS = 24


class Word(Node, Struct, frozen=True):
    """A text found anywhere in what the queue searches."""

    text: str
    indexed: bool = False
    candidates: tuple[int, ...] | None = None

    def test(self, facts: Facts) -> bool:
        return fold(self.text) in facts.search

    def sql(self) -> Sql:
        folded = fold(self.text)
        held = "instr((SELECT text FROM search WHERE search.n = incident.n), ?) > 0"
        if not self.indexed or len(folded) < 3:
            return f"ifnull({held}, 0)", [folded]
        found, values = among(self._candidates(), self.candidates)
        if len(folded) == 3:
            return found, values
        return f"{found} AND ifnull({held}, 0)", [*values, folded]

    def _candidates(self) -> Sql:
        return "SELECT rowid FROM words WHERE words MATCH ?", [_phrases(fold(self.text))]

    def words(self, negated: bool) -> str:
        return f"without “{self.text}”" if negated else f"with “{self.text}”"

    def fixed(self, setting: Setting) -> Node:
        numbers = None
        if setting.indexed and setting.few is not None and len(fold(self.text)) >= 3:
            numbers = setting.few(*self._candidates())
        return replace(
            self,
            indexed=setting.indexed,
            candidates=None if numbers is None else tuple(numbers),
        )


def _phrases(folded: str) -> str:
    """The trigrams of a word as the index is asked for them: all of them."""
    parts = dict.fromkeys(folded[at : at + 3] for at in range(len(folded) - 2))
    quoted = ['"{}"'.format(part.replace('"', '""')) for part in list(parts)[:_MOST_TRIGRAMS]]
    return " AND ".join(quoted)


_ODATA: dict[tuple[str, str], dict[str, str]] = {
    ("graph", "severity"): {name: name for name in ("high", "medium", "low", "informational")},
    ("graph", "status"): {
        name.lower(): name
        for name in ("active", "inProgress", "awaitingAction", "resolved", "redirected")
    },
    ("classic", "status"): {
        "active": "Active",
        "inprogress": "InProgress",
        "resolved": "Resolved",
        "redirected": "Redirected",
    },
}
"""What the services take in `$filter`, by folded value. An unknown severity is also one that the
service leaves empty, which a comparison would miss.

Source: *List incidents* (Graph v1.0), *List incidents API* (Microsoft Defender XDR)."""


class OneOf(Node, Struct, frozen=True):
    """A column holds one of several words."""

    column: Literal["severity", "status"]
    keys: tuple[str, ...]
    """Folded values."""
    said: tuple[str, ...]
    """The same in words, for the explanation."""

    def test(self, facts: Facts) -> bool:
        held = facts.severity_key if self.column == "severity" else facts.status_key
        return held in self.keys

    def sql(self) -> Sql:
        return f"+incident.{self.column}_key IN ({', '.join('?' * len(self.keys))})", list(
            self.keys
        )

    def odata(self, dialect: str) -> str | None:
        names = self._service_names(dialect)
        if names is None:
            return None
        text = " or ".join(f"{self.column} eq '{name}'" for name in names)
        return f"({text})" if len(names) > 1 else text

    def odata_negated(self, dialect: str) -> str | None:
        """The negation for the service, or None."""
        names = self._service_names(dialect)
        return " and ".join(f"{self.column} ne '{name}'" for name in names) if names else None

    def _service_names(self, dialect: str) -> list[str] | None:
        known = _ODATA.get((dialect, self.column), {})
        names = [known[key] for key in self.keys if key in known]
        return names if names and len(names) == len(self.keys) else None

    def words(self, negated: bool) -> str:
        return f"not {' or '.join(self.said)}" if negated else " or ".join(self.said)


class Assigned(Node, Struct, frozen=True):
    """An owner: nobody, exactly one, or one whose name holds a text.

    Whether the services compare owners with case, and how they keep "nobody", is
    documented nowhere: asking them could lose rows, so they are not asked.
    """

    nobody: bool
    exact: tuple[str, ...]
    parts: tuple[str, ...]

    def test(self, facts: Facts) -> bool:
        owner = facts.owner_key
        if not owner:
            return self.nobody
        return owner in self.exact or any(part in owner for part in self.parts)

    def sql(self) -> Sql:
        conditions = ["owner_key = ''"] if self.nobody else []
        conditions += ["owner_key = ?"] * len(self.exact)
        conditions += ["owner_key <> '' AND instr(owner_key, ?)"] * len(self.parts)
        return " OR ".join(f"({text})" for text in conditions), [*self.exact, *self.parts]

    def words(self, negated: bool) -> str:
        said = ["nobody's"] if self.nobody else []
        said += ["yours"] * bool(self.exact)
        said += [f"{part}'s" for part in self.parts]
        return f"not {' or '.join(said)}" if negated else " or ".join(said)


class Numbered(Node, Struct, frozen=True):
    """One of several ids."""

    ids: tuple[str, ...]

    def test(self, facts: Facts) -> bool:
        return facts.id in self.ids

    def sql(self) -> Sql:
        return f"id IN ({', '.join('?' * len(self.ids))})", list(self.ids)

    def words(self, negated: bool) -> str:
        return f"{'not ' if negated else ''}incident {' or '.join(self.ids)}"


_TIMES = {
    ("graph", "created"): "createdDateTime",
    ("graph", "updated"): "lastUpdateDateTime",
    ("classic", "created"): "createdTime",
    ("classic", "updated"): "lastUpdateTime",
}


Bound = datetime | timedelta | None
"""A moment, or a span counted back from now, or no bound."""


class Between(Node, Struct, frozen=True):
    """A time of the incident lies at or after `since` and before `until`."""

    column: Literal["created", "updated"]
    since: Bound
    until: Bound
    said: str
    said_negated: str

    def test(self, facts: Facts) -> bool:
        held = facts.created if self.column == "created" else facts.updated
        if held is None:
            return False
        since, until = _fixed(self.since), _fixed(self.until)
        return (since is None or held >= since) and (until is None or held < until)

    def sql(self) -> Sql:
        conditions: list[str] = []
        parameters: list[object] = []
        for sign, bound in ((">=", _fixed(self.since)), ("<", _fixed(self.until))):
            if bound is not None:
                conditions.append(f"ifnull({self.column} {sign} ?, 0)")
                parameters.append(bound)
        return " AND ".join(conditions), parameters

    def odata(self, dialect: str) -> str | None:
        field = _TIMES.get((dialect, self.column))
        if field is None:
            return None
        return " and ".join(
            f"{field} {sign} {moment(at).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"
            for sign, at in (("ge", _fixed(self.since)), ("lt", _fixed(self.until)))
            if at is not None
        )

    def words(self, negated: bool) -> str:
        return self.said_negated if negated else self.said

    def fixed(self, setting: Setting) -> Node:
        def at(bound: Bound) -> Bound:
            if not isinstance(bound, timedelta):
                return bound
            try:
                return setting.now - bound
            except OverflowError:
                return datetime.min.replace(tzinfo=UTC)

        return replace(self, since=at(self.since), until=at(self.until))


def _fixed(bound: Bound) -> int | None:
    assert not isinstance(bound, timedelta)
    return None if bound is None else ticks(bound)
