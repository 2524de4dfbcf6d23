"""An answer's body on disk: where its parts are, and what can be read of a broken one.

Two readers. `find_envelope` looks at both ends of the file only and proves where the rows
begin and end, so that DuckDB can read them where they are. `read_leniently` goes through
the whole text: for bodies that are cut, hold what is no text, or repeat a name.

The shape of the answer: *Advanced hunting API* (`Stats`, `Schema`, `Results`) and
*runHuntingQuery* (`schema`, `results`).
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from tui.errors import BadAnswer
from tui.hunting.columns import Declared
from tui.text import visible

_HEAD = 1 << 20
_TAIL = 1 << 18
_CHUNK = 1 << 20
_LONGEST_REFUSAL = 1000
_ROWS = re.compile(rb'"results"\s*:\s*\[', re.IGNORECASE)
_ENDS = re.compile(rb'\](?=\s*(?:\}\s*\Z|,\s*"(?:schema|stats|@odata[^"]*)"\s*:))', re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\n]*")
_NESTING = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


@dataclass(slots=True)
class Envelope:
    """What surrounds the rows of an answer."""

    columns: tuple[Declared, ...] = ()
    stats: dict[str, Any] = field(default_factory=dict)
    first: int = 0
    """Offset of the rows' opening bracket."""
    last: int = 0
    """Offset behind the rows' closing bracket."""
    keys: tuple[str, ...] = ()
    """Names of the first row's values."""


def find_envelope(path: Path) -> Envelope | None:
    """The envelope of a sound body, or None where only a full reading can tell.

    Only the ends of the file are read. A place within a string or within a row cannot be
    taken for the rows' bracket: the text before it, closed by a brace, must be an object.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_HEAD)
        file.seek(max(0, size - _TAIL))
        tail = file.read()
    around: dict[str, Any] = {}
    first = -1
    for match in _ROWS.finditer(head):
        before = _object(head[: match.end() - 1] + b"null}")
        if before is not None:
            around, first = before, match.end() - 1
            break
    if first < 0:
        return None
    base = size - len(tail)
    for match in _ENDS.finditer(tail):
        if base + match.start() <= first:
            continue
        after = _object(b'{"":null' + tail[match.end() :])
        if after is not None:
            around |= after
            if any(name.lower() == "error" for name in around):
                return None
            row = _first_row(head[first + 1 :])
            return _envelope(around, first, base + match.end(), row)
    return None


def _object(text: bytes) -> dict[str, Any] | None:
    try:
        decoded = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return decoded if isinstance(decoded, dict) else None


def _first_row(text: bytes) -> tuple[str, ...]:
    try:
        row, _ = json.JSONDecoder().raw_decode(text.decode("utf-8", "replace").lstrip())
    except (ValueError, RecursionError):
        return ()
    return tuple(row) if isinstance(row, dict) else ()


def _envelope(
    around: dict[str, Any], first: int = 0, last: int = 0, keys: tuple[str, ...] = ()
) -> Envelope:
    named = {name.lower(): value for name, value in around.items()}
    stats = named.get("stats")
    return Envelope(
        columns=declared(named.get("schema")),
        stats=stats if isinstance(stats, dict) else {},
        first=first,
        last=last,
        keys=keys,
    )


def declared(schema: object) -> tuple[Declared, ...]:
    """The columns of an answer's schema, in either dialect's spelling of it."""
    found: list[Declared] = []
    for entry in schema if isinstance(schema, list) else []:
        if not isinstance(entry, dict):
            continue
        fields = {str(name).lower(): value for name, value in entry.items()}
        name = fields.get("name")
        if isinstance(name, str):
            found.append(Declared(name, str(fields.get("type") or "String")))
    return tuple(found)


def bad_answer(path: Path, refusal: str = "") -> BadAnswer:
    """The problem of a body that holds no result, in words that say what it holds instead."""
    with path.open("rb") as file:
        start = file.read(400).decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    what = "Reading the result failed"
    if not start:
        return BadAnswer(what, "the answer is empty", "Run the query again.")
    if start.startswith("<"):
        title = re.search(r"<title[^>]*>([^<]{1,80})", start, re.IGNORECASE)
        page = f' titled "{visible(title[1].strip())}"' if title else ""
        return BadAnswer(
            what,
            f"an HTML page{page} came instead of JSON",
            "A proxy or a sign-in page may stand between; check the profile's hosts.",
        )
    if refusal:
        return BadAnswer(what, f"the service says {refusal}", "Run the query again.")
    if not start.startswith("{"):
        shown = visible(start[:60])
        return BadAnswer(what, f'the answer is no JSON object, it begins "{shown}"', _AGAIN)
    return BadAnswer(what, "the answer is JSON, but holds no rows that can be read", _AGAIN)


_AGAIN = "Run the query again; if it stays so, tell support what came."


@dataclass(slots=True)
class Reading:
    """What a lenient reading found."""

    columns: tuple[Declared, ...]
    stats: dict[str, Any]
    rows: int
    faults: list[str]
    cut: bool
    """The body ends before its rows do."""
    listed: bool = True
    """It has a list of rows, be it empty."""
    refusal: str = ""
    """The error that the service put beside the rows, or in their place."""


def read_leniently(
    path: Path, write: Callable[[list[str | None]], None], stop: Callable[[], bool]
) -> Reading:
    """Read all that can be read of a body.

    Args:
        path: The body.
        write: Takes each row: a text or None for each column, in the order of `columns`
            of the answer.
        stop: Asked now and then; true ends the reading.

    Returns:
        What was found.

    Raises:
        BadAnswer: The body holds no result at all.
    """
    first = _pass(path, None, None, stop)
    if not (first.columns or first.found) or (first.refusal and not first.rows):
        raise bad_answer(path, first.refusal)
    columns = list(first.columns)
    names = {column.name for column in columns}
    columns += [Declared(name, "String") for name in first.seen if name not in names]
    second = _pass(path, [column.name for column in columns], write, stop)
    return Reading(
        tuple(columns),
        first.stats,
        first.rows,
        second.faults,
        first.cut,
        first.found,
        first.refusal,
    )


@dataclass(slots=True)
class _Pass:
    columns: tuple[Declared, ...] = ()
    stats: dict[str, Any] = field(default_factory=dict)
    seen: dict[str, None] = field(default_factory=dict)
    rows: int = 0
    cut: bool = False
    found: bool = False
    refusal: str = ""
    faults: list[str] = field(default_factory=list)


def _pass(
    path: Path,
    names: list[str] | None,
    write: Callable[[list[str | None]], None] | None,
    stop: Callable[[], bool],
) -> _Pass:
    result = _Pass()
    with path.open("rb") as file:
        reader = _Reader(file)
        if not reader.take("{"):
            return result
        try:
            _members(reader, result, names, write, stop)
            if reader.peek() and not stop():
                result.faults.append("something follows the end of the answer")
        except _Cut:
            result.cut = True
    return result


def _members(
    reader: _Reader,
    result: _Pass,
    names: list[str] | None,
    write: Callable[[list[str | None]], None] | None,
    stop: Callable[[], bool],
) -> None:
    while not reader.take("}"):
        key = str(reader.value()).lower()
        if not reader.take(":"):
            raise _Cut
        if key == "results" and reader.take("["):
            result.found = True
            for row in _rows(reader):
                if result.rows % 500 == 0 and stop():
                    return
                _keep(row, result, names, write)
        else:
            value = reader.value()
            if key == "schema":
                result.columns = declared(value)
            elif key == "stats" and isinstance(value, dict):
                result.stats = value
            elif key == "error" and value is not None:
                result.refusal = _refusal(value)
        if not reader.take(",") and reader.peek() != "}":
            raise _Cut


def _refusal(error: object) -> str:
    """An error within an answer, as its code and its text (OData's form, or any other)."""
    if not isinstance(error, dict):
        return visible(str(error))[:_LONGEST_REFUSAL]
    said = [str(error[name]) for name in ("code", "message") if error.get(name)]
    return visible(": ".join(said) or "error")[:_LONGEST_REFUSAL]


def _keep(
    row: object,
    result: _Pass,
    names: list[str] | None,
    write: Callable[[list[str | None]], None] | None,
) -> None:
    result.rows += 1
    if row is _TOO_DEEP:
        result.faults.append(f"row {result.rows:,} is nested too deeply to be read")
        row = {}
    if not isinstance(row, dict):
        row = {"Value": row}
    if names is None:
        result.seen.update(dict.fromkeys(map(_clean, row)))
    elif write is not None:
        write([_text(row.get(name)) for name in names])


def _rows(reader: _Reader) -> Iterator[object]:
    while not reader.take("]"):
        yield reader.value()
        if not reader.take(",") and reader.peek() != "]":
            raise _Cut


def _text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        return _clean(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    return str(value)


def _clean(text: str) -> str:
    """The text with what UTF-8 cannot hold written as an escape."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode()
    return text


class _Cut(Exception):
    """The text ends, or stops to be JSON, before the value does."""


_TOO_DEEP = object()


def _integer(text: str) -> object:
    return int(text) if len(text) < 1000 else text


class _Reader:
    """JSON values one after the other, from a file of any length."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._codec = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._decode = json.JSONDecoder(strict=False, parse_int=_integer).raw_decode
        self._text = ""
        self._at = 0
        self._ended = False
        self._chunk = _CHUNK
        self._more()
        self._text = self._text.removeprefix("\ufeff")

    def _more(self) -> bool:
        if self._ended:
            return False
        data = self._file.read(self._chunk)
        self._ended = not data
        self._text = self._text[self._at :] + self._codec.decode(data, final=self._ended)
        self._at = 0
        return True

    def peek(self) -> str:
        """The next character that is no space; empty at the end."""
        while True:
            match = _SPACE.match(self._text, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def take(self, character: str) -> bool:
        """Step over the character if it comes next."""
        if self.peek() != character:
            return False
        self._at += 1
        return True

    def value(self) -> Any:
        """The next value.

        Raises:
            _Cut: It is not whole, or no JSON.
        """
        if not self.peek():
            raise _Cut
        while True:
            try:
                value, end = self._decode(self._text, self._at)
            except RecursionError:
                value, end = _TOO_DEEP, self._skip()
            except ValueError:
                end = -1
                value = None
            if end >= 0 and (end < len(self._text) or self._ended):
                self._at = end
                self._chunk = _CHUNK
                return value
            if not self._more():
                raise _Cut
            self._chunk = min(self._chunk * 2, 1 << 26)

    def _skip(self) -> int:
        depth = 0
        for match in _NESTING.finditer(self._text, self._at):
            mark = match.group()
            if mark in "[{":
                depth += 1
            elif mark in "]}":
                depth -= 1
                if depth == 0:
                    return match.end()
        return -1
