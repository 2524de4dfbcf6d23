"""Saved queries: `.kql` files of the user's own, and the few that the program brings along.

A file begins with comments that describe it; what follows is the query. Placeholders stand
where a value is asked for when the query is taken up, without quotes, for each is written as
a whole literal:

    // name: Rare processes of a device
    // about: what ran there once or twice
    // parameter: device
    // parameter: days: timespan = 7d
    DeviceProcessEvents
    | where Timestamp > ago({{days}}) and DeviceName startswith {{device}}
    | summarize Times = count() by FileName
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Literal, get_args

from msgspec import Struct

from tui.config.paths import write_private
from tui.errors import Problem, UsageProblem
from tui.hunting import literals
from tui.text import visible

Type = Literal["string", "number", "timespan", "datetime"]

_HEADER = re.compile(r"\s*//\s*(name|about|parameter)\s*:\s*(.*?)\s*$", re.IGNORECASE)
_PARAMETER = re.compile(r"([A-Za-z_]\w*)\s*(?::\s*(\w+))?\s*(?:=\s*(.*))?$", re.ASCII)
_PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z_]\w*)\s*\}\}", re.ASCII)
_SHAPES: dict[Type, re.Pattern[str]] = {
    "number": re.compile(r"-?\d+(?:\.\d+)?", re.ASCII),
    "timespan": re.compile(r"\d+(?:\.\d+)?(?:d|h|m|s|ms)", re.ASCII),
    "datetime": re.compile(
        r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,7})?)?Z?)?", re.ASCII
    ),
}
_EXAMPLES = {
    "number": "such as 10",
    "timespan": "such as 7d or 12h",
    "datetime": "such as 2026-11-24 or 2026-11-24T05:22Z",
}
_LARGEST = 100_000
_MOST_FILES = 1000


class Parameter(Struct, frozen=True):
    """A value that is asked for."""

    name: str
    type: Type = "string"
    default: str = ""

    def fault_of(self, text: str) -> str:
        """What is wrong with a value, in words; empty where nothing is."""
        shape = _SHAPES.get(self.type)
        if shape is None or shape.fullmatch(text):
            return ""
        return f"{self.name} is a {self.type}, {_EXAMPLES[self.type]}."

    def literal(self, text: str) -> str:
        """A value without fault, as the language writes it."""
        if self.type == "string":
            return literals.string(text)
        return f"datetime({text})" if self.type == "datetime" else text


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """A query with a name."""

    name: str
    query: str
    about: str = ""
    parameters: tuple[Parameter, ...] = ()
    path: Path | None = field(default=None, compare=False)
    """Its file; None where the program brings it along."""

    def filled(self, values: Mapping[str, str]) -> str:
        """The query with these values, each a whole literal."""
        known = {one.name: one for one in self.parameters}
        return _PLACEHOLDER.sub(lambda match: known[match[1]].literal(values[match[1]]), self.query)


def parse(text: str, name: str = "", path: Path | None = None) -> SavedQuery:
    """Read a query with its header.

    Args:
        text: The file's text.
        name: Its name where the header gives none.
        path: Where it is from.

    Raises:
        UsageProblem: The header or a placeholder is wrong, or there is no query.
    """
    about = ""
    declared: dict[str, Parameter] = {}
    lines = text.splitlines()
    start = 0
    for start, line in enumerate(lines):
        if line.strip() and not line.lstrip().startswith("//"):
            break
        match = _HEADER.match(line)
        key = match[1].lower() if match else ""
        if match is None:
            continue
        if key == "name":
            name = match[2][:100] or name
        elif key == "about":
            about = match[2][:300]
        else:
            one = _parameter(path, start + 1, match[2])
            declared[one.name] = one
    else:
        raise _fault(path, None, "has no query under its header")
    query = "\n".join(lines[start:]).strip("\n")
    asked = dict.fromkeys(match[1] for match in _PLACEHOLDER.finditer(query))
    parameters = tuple(declared.get(each) or Parameter(each) for each in asked)
    _check_quotes(path, query, start)
    return SavedQuery(name, query, about, parameters, path)


def _parameter(path: Path | None, line: int, text: str) -> Parameter:
    match = _PARAMETER.fullmatch(text)
    if match is None:
        raise _fault(path, line, "a parameter is written NAME, NAME: TYPE or NAME: TYPE = VALUE")
    name, type, default = match[1], (match[2] or "string").lower(), (match[3] or "").strip()
    if type not in get_args(Type):
        raise _fault(
            path,
            line,
            f"'{type}' is no type of a parameter",
            f"Known: {', '.join(get_args(Type))}.",
        )
    found = Parameter(name, type, default)  # type: ignore[arg-type]
    if default and (fault := found.fault_of(default)):
        raise _fault(path, line, fault)
    return found


def _check_quotes(path: Path | None, query: str, before: int) -> None:
    from tui.kql.lexer import tokens

    if "{{" not in query:
        return
    strings = [(one.start, one.end) for one in tokens(query) if one.kind == "string"]
    for match in _PLACEHOLDER.finditer(query):
        if any(start <= match.start() < end for start, end in strings):
            line = before + query.count("\n", 0, match.start()) + 1
            raise _fault(
                path,
                line,
                f"{match[0]} stands within quotes",
                "Leave the quotes out: the value is written as a literal of its own.",
            )


def _fault(path: Path | None, line: int | None, what: str, remedy: str = "") -> UsageProblem:
    place = path.name if path else "of this name"
    place = visible(f"{place}:{line}" if line else place)
    return UsageProblem(f"The query {place} is left out", visible(what), remedy)


def read_saved(folder: Path) -> tuple[list[SavedQuery], list[UsageProblem]]:
    """The queries below a folder by name, and what is wrong with the others.

    A folder that is not there has none. Nothing is raised: one bad file hides no good one.
    """
    found: list[SavedQuery] = []
    faults: list[UsageProblem] = []
    try:
        paths = sorted(folder.glob("**/*.kql"))[:_MOST_FILES]
    except OSError:
        return [], []
    for path in paths:
        try:
            with path.open("rb") as stream:
                raw = stream.read(_LARGEST + 1)
            if len(raw) > _LARGEST:
                raise _fault(path, None, "is larger than 100,000 bytes: no query")
            name = path.relative_to(folder).with_suffix("").as_posix()
            found.append(parse(raw.decode("utf-8-sig"), name, path))
        except UsageProblem as problem:
            faults.append(problem)
        except UnicodeDecodeError:
            faults.append(_fault(path, None, "is not UTF-8 text"))
        except OSError as error:
            faults.append(_fault(path, None, (error.strerror or "cannot be read").lower()))
    return sorted(found, key=lambda one: one.name.casefold()), faults


@cache
def starters() -> tuple[SavedQuery, ...]:
    """The queries that the program brings along."""
    text = resources.files("tui.hunting").joinpath("starters.txt").read_text("utf-8")
    return tuple(parse(part) for part in text.split("\n---\n"))


def file_of(folder: Path, name: str) -> Path:
    """The file that a query of this name is saved in."""
    plain = re.sub(r"[^\w.-]+", "-", name.casefold()).strip("-.")[:80]
    return folder / f"{plain or 'query'}.kql"


def save(path: Path, name: str, query: str) -> None:
    """Write a query to its file (0600), under a header with its name.

    A query that brings a header of its own keeps it, but for the name.

    Raises:
        Problem: The file cannot be written.
    """
    kept: list[str] = []
    in_head = True
    for line in query.strip("\n").splitlines():
        in_head = in_head and (not line.strip() or line.lstrip().startswith("//"))
        match = _HEADER.match(line) if in_head else None
        if match is None or match[1].lower() != "name":
            kept.append(line)
    text = "\n".join([f"// name: {' '.join(visible(name).split())}", *kept]) + "\n"
    try:
        write_private(path, text.encode("utf-8", "replace").decode())
    except OSError as error:
        raise Problem(
            f"Saving the query to {visible(str(path))} failed",
            error.strerror or "the file cannot be written",
        ) from error


def fitting(queries: Iterable[SavedQuery], wanted: str) -> list[SavedQuery]:
    """The queries that hold all of the words in their name, description or text."""
    terms = wanted.casefold().split()
    return [
        one
        for one in queries
        if all(term in f"{one.name} {one.about} {one.query}".casefold() for term in terms)
    ]
