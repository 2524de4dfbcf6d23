"""Changes to the text of config.toml that leave everything else as its author wrote it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from tui.config.scan import key_lines

Value = str | Sequence[str]
Entry = Value | Mapping[str, "Entry"]
"""What a key of a table holds; a mapping is a table below it."""


_ONE_LINE = re.compile(
    r"""(\s*[A-Za-z0-9_-]+\s*=\s*)(?:"(?!"")[^"\\]*"|'(?!'')[^']*'|\[[^\]#\n]*\])(\s*(?:#.*)?)$"""
)


_INLINE = re.compile(r"""(\s*[A-Za-z0-9_-]+\s*=\s*)\{[^{}#\n]*\}(\s*(?:#.*)?)$""")


class CannotEdit(Exception):
    """The file is written in a way that this module does not change; its author can."""


def _quoted(text: str) -> str:
    import json

    # JSON's escapes are TOML's, but TOML knows no lone surrogates and forbids a raw DEL.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _literal(value: Value) -> str:
    if isinstance(value, str):
        return _quoted(value)
    return "[" + ", ".join(_quoted(part) for part in value) + "]"


def _name(part: str) -> str:
    return part if re.fullmatch(r"[A-Za-z0-9_-]+", part) else _quoted(part)


def _header(place: Sequence[str]) -> str:
    return "[" + ".".join(_name(part) for part in place) + "]"


def table_text(place: Sequence[str], values: Mapping[str, Entry]) -> str:
    """A table with its sub-tables, as TOML."""
    own = [
        f"{_name(name)} = {_literal(value)}"
        for name, value in values.items()
        if not isinstance(value, Mapping)
    ]
    text = "\n".join([_header(place), *own]) + "\n" if own or not values else ""
    for name, value in values.items():
        if isinstance(value, Mapping):
            text += ("\n" if text else "") + table_text((*place, name), value)
    return text


def append_table(text: str, place: Sequence[str], values: Mapping[str, Entry]) -> str:
    """The text with a table at its end.

    Raises:
        CannotEdit: The result would not be TOML.
    """
    before = text if not text.strip() or text.endswith("\n") else text + "\n"
    gap = "\n" if before.strip() else ""
    return _checked(before + gap + table_text(place, values))


def update_table(text: str, place: Sequence[str], values: Mapping[str, Entry]) -> str:
    """The text with the values of a table that is there already; its comments stay.

    Raises:
        CannotEdit: The table is not there, or is written in a way that cannot be kept.
    """
    known = key_lines(text)
    lines = text.splitlines(keepends=True)
    start = known.get(tuple(place))
    if start is None or not re.match(r"\s*\[", lines[start - 1]):
        raise CannotEdit
    own = {key[-1]: line for key, line in known.items() if key[:-1] == tuple(place)}
    changes: dict[int, str] = {}
    added = ""
    for name, value in values.items():
        if isinstance(value, Mapping):
            continue
        new = f"{_name(name)} = {_literal(value)}"
        if name not in own:
            added += new + "\n"
            continue
        match = _ONE_LINE.match(lines[own[name] - 1])
        if match is None:
            raise CannotEdit
        changes[own[name]] = f"{match[1]}{_literal(value)}{match[2]}\n"
    for name, line in own.items():
        if name not in values and _ONE_LINE.match(lines[line - 1]):
            changes[line] = ""
    for line, new in changes.items():
        lines[line - 1] = new
    lines[start - 1] = lines[start - 1].rstrip("\n") + "\n" + added
    result = "".join(lines)
    table: object = _loads(result)
    for part in place:
        table = table.get(part) if isinstance(table, dict) else None
    if table != _plain(values):
        raise CannotEdit
    return result


def set_in_table(text: str, place: Sequence[str], name: str, value: Value) -> str:
    """The text with one value of a table changed or added; everything else stays.

    Raises:
        CannotEdit: The table is not there, or is written in a way that cannot be kept.
    """
    table: object = _loads(text)
    for part in place:
        table = table.get(part) if isinstance(table, dict) else None
    if not isinstance(table, dict):
        raise CannotEdit
    return update_table(text, place, {**table, name: value})


def set_texts(text: str, place: Sequence[str], values: Mapping[str, str]) -> str:
    """The text with a table of texts changed, added, or without values removed.

    Raises:
        CannotEdit: The table is written in a way that cannot be kept.
    """
    wanted = _loads(text)
    inner: object = wanted
    for part in place[:-1]:
        inner = inner.get(part) if isinstance(inner, dict) else None
    if not isinstance(inner, dict):
        raise CannotEdit
    there = place[-1] in inner
    if values:
        inner[place[-1]] = dict(values)
    else:
        inner.pop(place[-1], None)
    known = key_lines(text)
    line = known.get(tuple(place)) if there else None
    lines = text.splitlines(keepends=True)
    match = _INLINE.match(lines[line - 1]) if line else None
    if line and match:
        pairs = ", ".join(f"{_name(name)} = {_quoted(value)}" for name, value in values.items())
        lines[line - 1] = f"{match[1]}{{ {pairs} }}{match[2]}\n" if values else ""
        text = "".join(lines)
    elif not there:
        text = append_table(text, place, values) if values else text
    elif not values:
        text = remove_table(text, place)
    else:
        own = {key[-1]: at for key, at in known.items() if key[:-1] == tuple(place)}
        last = max(own.values(), default=line or 1)
        lines[last - 1] = lines[last - 1].rstrip("\n") + "\n"
        for name, value in values.items():
            if name not in own:
                lines[last - 1] += f"{_name(name)} = {_quoted(value)}\n"
        text = "".join(
            one
            for at, one in enumerate(lines, 1)
            if not any(at == of for name, of in own.items() if name not in values)
        )
    if _loads(text) != wanted:
        raise CannotEdit
    return text


def _plain(value: Entry) -> object:
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    return value if isinstance(value, str) else list(value)


def remove_table(text: str, place: Sequence[str]) -> str:
    """The text without a table and its sub-tables; comments above the next table stay.

    Raises:
        CannotEdit: The table is written inline or with dotted keys.
    """
    wanted = _loads(text)
    inner: object = wanted
    for part in place[:-1]:
        inner = inner.get(part) if isinstance(inner, dict) else None
    if not isinstance(inner, dict) or place[-1] not in inner:
        return text
    del inner[place[-1]]
    lines = text.splitlines(keepends=True)
    headers = _headers(text, lines)
    gone: set[int] = set()
    for number, (line, key) in enumerate(headers):
        if key[: len(place)] != tuple(place):
            continue
        following = headers[number + 1] if number + 1 < len(headers) else None
        end = len(lines) if following is None else following[0] - 1
        if following is not None and following[1][: len(place)] != tuple(place):
            while end > line and re.match(r"\s*(#|$)", lines[end - 1]):
                end -= 1
        start = line - 1
        while start and not lines[start - 1].strip():
            start -= 1
        gone.update(range(start, end))
    lines = [one for number, one in enumerate(lines) if number not in gone]
    result = "".join(lines)
    left = _loads(result)
    if _without_empty(left) != _without_empty(wanted):
        raise CannotEdit
    return result


def _headers(text: str, lines: Sequence[str]) -> list[tuple[int, tuple[str, ...]]]:
    """Line and full name of each header."""
    found: dict[int, tuple[str, ...]] = {}
    for key, line in key_lines(text).items():
        if re.match(r"\s*\[", lines[line - 1]) and len(key) > len(found.get(line, ())):
            found[line] = key
    return sorted(found.items())


def set_top(text: str, name: str, value: str | None) -> str:
    """The text with a text value before all tables, or without it.

    Raises:
        CannotEdit: The value is written over several lines.
    """
    lines = text.splitlines(keepends=True)
    line = key_lines(text).get((name,))
    if line is not None:
        comment = re.search(r"""=\s*(?:"[^"\\]*"|'[^']*')(\s*#.*)$""", lines[line - 1].rstrip())
        kept = comment[1] if comment else ""
        new = [] if value is None else [f"{name} = {_quoted(value)}{kept}\n"]
        lines[line - 1 : line] = new
    elif value is not None:
        at = next((n for n, one in enumerate(lines) if re.match(r"\s*\[", one)), len(lines))
        while at and re.match(r"\s*(#|$)", lines[at - 1]):
            at -= 1
        lines.insert(at, f"{name} = {_quoted(value)}\n" + ("\n" if at == 0 and lines else ""))
    result = "".join(lines)
    if _loads(result).get(name) != value:
        raise CannotEdit
    return result


def _loads(text: str) -> dict[str, object]:
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise CannotEdit from None


def _checked(text: str) -> str:
    _loads(text)
    return text


def _without_empty(document: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in document.items() if value != {}}
