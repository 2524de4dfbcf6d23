"""Hunting queries of the user's own: `.kql` files that say which entities they are for.

A file begins with comments that describe it; what follows is the query. Placeholders stand
where a value goes, without quotes, for each is written as a whole literal:

    // name: Sign-ins of this user elsewhere
    // kinds: user, mailbox
    EntraIdSignInEvents
    | where Timestamp between ({{from}} .. {{to}})
    | where AccountUpn =~ {{user}}

Placeholders are the particulars of an entity (`ip`, `sha256`, `device`, …), `value` for the
first of them, `title`, and `from` and `to`, the time around the alert.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tui.api.records import Evidence
from tui.errors import UsageProblem
from tui.hunting import literals
from tui.hunting.entities import known_kinds
from tui.hunting.particulars import KINDS, of_kind, particulars
from tui.text import visible

_HEADER = re.compile(r"\s*//\s*([A-Za-z][\w -]*?)\s*:\s*(.*?)\s*$")
_PLACEHOLDER = re.compile(r"\{\{\s*([^{}\n]*?)\s*\}\}")
_ALSO = ("value", "title", "from", "to")
_LARGEST = 100_000
_MOST_FILES = 500
_KIND_NAMES = {
    "address": "ip",
    "domain": "dns",
    "hash": "filehash",
    "mail": "analyzedmessage",
    "message": "analyzedmessage",
    "app": "cloudapplication",
    "oauth": "oauthapplication",
}
"""How people name kinds beside the service's own names."""


@dataclass(frozen=True, slots=True)
class OwnPivot:
    """One query of the user's own."""

    name: str
    kinds: frozenset[str]
    """Kinds of evidence, folded; empty means any that has the particulars."""
    query: str
    path: Path

    def fits(self, evidence: Evidence) -> bool:
        """Whether it can be asked about an entity."""
        if self.kinds and evidence.kind.lower() not in self.kinds:
            return False
        return all(
            name in ("title", "from", "to") or _value(evidence, name) is not None
            for name in _PLACEHOLDER.findall(self.query)
        )

    def about(self, evidence: Evidence, first: datetime, last: datetime) -> str:
        """The query about an entity and a time, every value a literal."""
        times = {"from": first, "to": last}

        def literal(match: re.Match[str]) -> str:
            name = match.group(1)
            if name in times:
                return literals.moment(times[name])
            value = evidence.title if name == "title" else _value(evidence, name) or ""
            return value if name == "pid" and value.isdigit() else literals.string(value)

        return _PLACEHOLDER.sub(literal, self.query)


def _value(evidence: Evidence, name: str) -> str | None:
    if name == "value":
        known = particulars(evidence)
        return known[0].value if known else evidence.title
    return of_kind(evidence, name)


def read_own(folder: Path) -> tuple[list[OwnPivot], list[UsageProblem]]:
    """The queries of a folder by name, and what is wrong with the others.

    A folder that is not there has none. Nothing is raised: one bad file hides no good one.
    """
    found: list[OwnPivot] = []
    faults: list[UsageProblem] = []
    try:
        paths = sorted(folder.glob("*.kql"))[:_MOST_FILES]
    except OSError:
        return [], []
    for path in paths:
        try:
            found.append(_read(path))
        except UsageProblem as problem:
            faults.append(problem)
    return sorted(found, key=lambda one: one.name.casefold()), faults


def _read(path: Path) -> OwnPivot:
    try:
        with path.open("rb") as stream:
            raw = stream.read(_LARGEST + 1)
    except OSError as error:
        raise _fault(path, None, (error.strerror or "cannot be read").lower()) from None
    if len(raw) > _LARGEST:
        raise _fault(path, None, "is larger than 100,000 bytes: no query")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise _fault(path, line, "is not UTF-8 text") from None
    name, kinds, start = _header(path, text.splitlines())
    query = "\n".join(text.splitlines()[start:]).strip("\n")
    if not any(_is_code(line) for line in query.splitlines()):
        raise _fault(path, start + 1, "has no query under its header")
    _check_placeholders(path, text)
    return OwnPivot(name or path.stem, kinds, query, path)


def _is_code(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("//")


def _header(path: Path, lines: list[str]) -> tuple[str, frozenset[str], int]:
    name, kinds = "", frozenset[str]()
    for at, line in enumerate(lines):
        if _is_code(line):
            return name, kinds, at
        match = _HEADER.match(line)
        if match is None:
            continue
        key, value = match.group(1).lower(), match.group(2)
        if key == "name":
            name = value[:100]
        elif key == "kinds":
            kinds = frozenset(_kind(path, at + 1, one) for one in value.split(",") if one.strip())
        else:
            near = _near(key, ("name", "kinds"))
            if near:
                raise _fault(path, at + 1, f"'{key}' is no word of the header", near)
    return name, kinds, len(lines)


def _kind(path: Path, line: int, text: str) -> str:
    plain = "".join(text.split()).replace("-", "").replace("_", "").lower()
    known = known_kinds()
    kind = _KIND_NAMES.get(plain, plain)
    if kind not in known:
        names = sorted({*known, *_KIND_NAMES})
        raise _fault(path, line, f"'{text.strip()}' is no kind of entity", _near(plain, names))
    return kind


def _check_placeholders(path: Path, text: str) -> None:
    from tui.kql.lexer import tokens

    strings: list[tuple[int, int]] | None = None
    for match in _PLACEHOLDER.finditer(text):
        name = match.group(1)
        line = text.count("\n", 0, match.start()) + 1
        if name not in KINDS and name not in _ALSO:
            raise _fault(
                path,
                line,
                f"{{{{{name}}}}} is no placeholder",
                _near(name, (*KINDS, *_ALSO)) or f"Known: {', '.join((*KINDS, *_ALSO))}.",
            )
        if strings is None:
            strings = [(one.start, one.end) for one in tokens(text) if one.kind == "string"]
        if any(start <= match.start() < end for start, end in strings):
            raise _fault(
                path,
                line,
                f"{{{{{name}}}}} stands within quotes",
                "Leave the quotes out: the value is written as a literal of its own.",
            )


def _near(word: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word, list(known), 1, 0.6)
    return f"Did you mean {near[0]}?" if near else ""


def _fault(path: Path, line: int | None, what: str, remedy: str = "") -> UsageProblem:
    place = visible(f"{path.name}:{line}" if line else path.name)
    return UsageProblem(f"The query {place} is left out", visible(what), remedy)


def around(window: tuple[datetime, datetime] | None, hours: int) -> tuple[datetime, datetime]:
    """The time that `{{from}}` and `{{to}}` stand for: around a window, else the last 30 days."""
    if window is None:
        now = datetime.now(UTC)
        return now - timedelta(days=30), now
    margin = timedelta(hours=hours)
    return window[0] - margin, window[1] + margin
