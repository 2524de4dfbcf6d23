"""What one query's translation carries besides duckdb-kql's own state."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Translation:
    """State of one query while it is translated."""

    text: str
    """The query as written."""
    render: tuple[str, dict[str, str]] | None = None
    """Kind and properties of the last `render` that was met."""
    relations: dict[str, str] = field(default_factory=dict)
    """For a table, the SQL to read it by (a time range, renamed columns); others read plainly."""
    columns_of: Callable[[str], Mapping[str, str] | None] = lambda _: None
    """The columns of a table with their Kusto types, made in the database when first asked."""
    table_names: Callable[[], list[str]] = list
    """All tables that a wildcard or a `search` may mean."""
    marks: Mapping[str, str] = field(default_factory=dict)
    """For names that differ from others only in case, how they are spelled here."""
    counter: int = 0
    lets: bool = True
    """Whether names of `let`s are left in the query, for values that a column may hide."""
    stages: list[list[str]] = field(default_factory=list)
    """For each query that is being rendered, the outermost first, what its stages became."""
    contents: dict[int, Any] = field(default_factory=dict)
    """By identity, operators and expressions with what is in them; see `trees.contents`."""
    types: dict[int, tuple[object, str | None]] = field(default_factory=dict)
    """By identity, expressions and the Kusto type that was found for them."""
    check: Callable[[], None] = lambda: None
    """Raises when the query has been stopped."""
    computing: Callable[[], AbstractContextManager[None]] = nullcontext
    """Within it, a computation in Python can be halted in its midst."""

    def fresh(self, stem: str) -> str:
        """A name that no query can spell."""
        self.counter += 1
        return f"{stem}()~{self.counter}"


_CURRENT: ContextVar[Translation | None] = ContextVar("kql translation", default=None)


@contextmanager
def translating(state: Translation) -> Iterator[Translation]:
    """Make `state` the one that the additions see."""
    token = _CURRENT.set(state)
    try:
        yield state
    finally:
        _CURRENT.reset(token)


def current() -> Translation:
    """The translation that is under way.

    Raises:
        LookupError: None is.
    """
    state = _CURRENT.get()
    if state is None:
        raise LookupError("no translation is under way")
    return state


def current_or_none() -> Translation | None:
    """The translation that is under way, or None outside the engine."""
    return _CURRENT.get()


def breathe() -> None:
    """Stop here if the query that is translated has been stopped.

    A short query can ask for a long translation (functions that call each other twice):
    whatever walks over it passes here.

    Raises:
        KqlFault: It has.
    """
    state = _CURRENT.get()
    if state is not None:
        state.check()
