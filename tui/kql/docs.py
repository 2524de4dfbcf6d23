"""What is known of the language's words: signatures, explanations, values that columns take.

The data stand in `docs_functions.txt`, `docs_words.txt` and `docs_values.txt` beside this file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Function:
    """A function, an aggregate or a plugin."""

    name: str
    kind: str
    """`f` scalar, `a` aggregate, `p` plugin of evaluate, `t` gives a table."""
    result: str
    """A scalar type; `first` the first argument's; `-` not fixed."""
    naming: str
    """How an unnamed result is called: `sum_` and the argument, `a` as the argument, `-`."""
    parameters: tuple[str, ...]
    """`name:type`, with `?` where it may be left out and `*` where it may be repeated."""
    deprecated: bool

    @property
    def signature(self) -> str:
        """Name and parameters as people write them."""
        return f"{self.name}({', '.join(shown(one) for one in self.parameters)})"


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a word means."""

    kind: str
    """`op`, `fn`, `table`, `col` or `word`."""
    name: str
    summary: str
    example: str


def shown(parameter: str) -> str:
    """A parameter as people write it: `[length]`, `value, …`."""
    name = parameter.partition(":")[0]
    if name.endswith("?*"):
        return f"[{name[:-2]}, …]"
    if name.endswith("?"):
        return f"[{name[:-1]}]"
    return f"{name[:-1]}, …" if name.endswith("*") else name


def _lines(name: str) -> Iterator[str]:
    text = files(__package__).joinpath(name).read_text("utf-8")
    return (line for line in text.splitlines() if line.strip() and not line.startswith("#"))


@cache
def functions() -> Mapping[str, Function]:
    """Every function by its name."""
    found = {}
    for line in _lines("docs_functions.txt"):
        kind, name, result, naming, *parameters = line.split()
        found[name] = Function(
            name, kind.lower(), result, naming, tuple(parameters), kind.isupper()
        )
    return MappingProxyType(found)


@cache
def explanations() -> Mapping[tuple[str, str], Explanation]:
    """What is explained, by kind and name."""
    found = {}
    for line in _lines("docs_words.txt"):
        head, summary, *rest = (part.strip() for part in line.split("||"))
        kind, _, names = head.partition(" ")
        for name in names.split():
            found[kind, name] = Explanation(kind, name, summary, rest[0] if rest else "")
    return MappingProxyType(found)


def summary(kind: str, name: str) -> str:
    """The one line of a word; empty where there is none."""
    found = explanations().get((kind, name))
    return found.summary if found else ""


@cache
def _values() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in _lines("docs_values.txt"):
        heads, _, values = line.partition("=")
        known = tuple(value.strip() for value in values.split(";") if value.strip())
        for head in heads.split():
            found[head] = found.get(head, ()) + known
    return MappingProxyType(found)


def values(column: str, table: str = "") -> tuple[str, ...]:
    """Values that a column is known to take, as documented; none where that is not known."""
    known = _values()
    return known.get(f"{table}.{column}") or known.get(column, ())
