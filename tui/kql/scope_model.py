"""What an analysis of a query says: columns, names, stages, and the places that name them."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from tui.kql import lexer

OPENING = frozenset("([{")
_CLOSES = {")": "(", "]": "[", "}": "{"}
_LITERAL = frozenset({"string", "timespan", "datetime", "number"})
LONGEST = 120_000
"""Characters of a query beyond which nothing is said of it."""


class GaveUp(Exception):
    """The query is too long, too deep, or took too much time."""


class Tok(NamedTuple):
    """A token that means something: no blanks, no comments."""

    kind: lexer.Kind
    text: str
    start: int
    end: int

    @property
    def is_name(self) -> bool:
        """Whether it is written like a name."""
        return self.kind not in _LITERAL and (self.text[:1].isalnum() or self.text[:1] in "_$")


class Columns:
    """The columns that exist at a point, in order.

    Args:
        types: Name to scalar type; empty where the type is not known.
        sure: Whether there are no others.
        published: They come from the published schema, beside which a tenant may have more.
    """

    __slots__ = ("published", "sure", "tables", "types")

    def __init__(
        self,
        types: dict[str, str] | None = None,
        *,
        sure: bool = True,
        published: bool = False,
        tables: frozenset[str] = frozenset(),
    ) -> None:
        self.types = types if types is not None else {}
        self.sure = sure
        self.published = published
        self.tables = tables

    def copy(self) -> Columns:
        """The same, to be changed."""
        return Columns(
            dict(self.types), sure=self.sure, published=self.published, tables=self.tables
        )

    def add(self, name: str, type: str) -> None:
        """Another column, or another type for it; its place is kept."""
        self.types[name] = type

    def add_beside(self, name: str, type: str) -> None:
        """A column of a join's other side: a number follows where the name is taken."""
        given = name
        number = 1
        while given in self.types:
            given = f"{name}{number}"
            number += 1
        self.types[given] = type


def unknown() -> Columns:
    """Columns of which nothing is known."""
    return Columns(sure=False)


@dataclass(slots=True)
class Binding:
    """What a name bound by `let`, or a parameter, stands for."""

    name: str
    kind: Literal["scalar", "table", "function", "unknown"]
    type: str = ""
    columns: Columns | None = None
    parameters: tuple[str, ...] = ()
    start: int = 0
    """Where the name stands."""


Lets = dict[str, Binding]


@dataclass(slots=True)
class Stage:
    """One operator of a pipe, or its source."""

    operator: str
    """Empty for a source."""
    start: int
    """Index of its first token, the operator itself."""
    end: int
    columns: Columns
    """What exists before it."""
    lets: Lets
    right: Columns | None = None
    """The other side of a join."""
    parent: Stage | None = None
    """For a source: the stage that it is an argument of."""
    piped: bool = False
    """Rows come in: it is no source."""


class Ref(NamedTuple):
    """A place that names something."""

    role: Literal["column", "function", "table", "plugin", "operator"]
    token: Tok
    columns: Columns
    lets: Lets
    stage: Stage | None


@dataclass(slots=True)
class Analysis:
    """All that one walk found."""

    tokens: list[Tok] = field(default_factory=list)
    partner: dict[int, int] = field(default_factory=dict)
    """Index of a bracket to that of its partner; both ways."""
    unbalanced: list[int] = field(default_factory=list)
    """Brackets without a partner."""
    stages: list[Stage] = field(default_factory=list)
    refs: list[Ref] = field(default_factory=list)
    in_comment: bool = False
    """The text ends within a comment."""
    last: Stage | None = None
    """The innermost stage that reaches the end of the text."""
    lets: Lets = field(default_factory=dict)
    result: Columns | None = None
    whole: bool = True
    """False where the walk gave up."""

    def pair(self) -> None:
        """Find the brackets' partners."""
        self.partner.clear()
        waiting: list[int] = []
        unbalanced: list[int] = []
        for at, token in enumerate(self.tokens):
            if token.kind != "punctuation":
                continue
            if token.text in OPENING:
                waiting.append(at)
            elif token.text in _CLOSES:
                if waiting and self.tokens[waiting[-1]].text == _CLOSES[token.text]:
                    other = waiting.pop()
                    self.partner[at], self.partner[other] = other, at
                else:
                    unbalanced.append(at)
        self.unbalanced = unbalanced + waiting


def read(text: str, start: int = 0, end: int | None = None) -> Analysis:
    """Tokens and brackets of a piece of a text; places are those of the whole text."""
    piece = text[start:end]
    found = Analysis()
    tokens = found.tokens
    kind: lexer.Kind = "space"
    for kind, first, last in lexer.tokens(piece):
        if kind != "space" and kind != "comment":
            tokens.append(Tok(kind, piece[first:last], first + start, last + start))
    found.in_comment = kind == "comment"
    found.pair()
    return found


class Budget:
    """Time that a walk may take, in seconds."""

    __slots__ = ("_steps", "_until")

    def __init__(self, seconds: float) -> None:
        self._until = time.perf_counter() + seconds
        self._steps = 0

    def step(self) -> None:
        """One more step.

        Raises:
            GaveUp: The time is over.
        """
        self._steps += 1
        if self._steps % 32 == 0 and time.perf_counter() > self._until:
            raise GaveUp


def merged(many: Iterable[Columns]) -> Columns:
    """What a union of these has."""
    result = Columns()
    found: dict[str, list[str]] = {}
    for one in many:
        result.sure &= one.sure
        result.published |= one.published
        result.tables |= one.tables
        for name, type in one.types.items():
            types = found.setdefault(name, [])
            if type not in types:
                types.append(type)
    for name, types in found.items():
        if len(types) == 1:
            result.types[name] = types[0]
        elif "" in types:
            result.sure = False
            result.types[name] = ""
        else:
            # Several columns then, named after their types.
            result.types.update({f"{name}_{type}": type for type in types})
    return result
