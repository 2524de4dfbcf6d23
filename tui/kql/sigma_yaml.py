"""The part of YAML that Sigma rules are written in.

Maps and lists by indentation or in brackets, plain and quoted values, `|` and `>` blocks,
comments. Anchors, tags and keys over several lines are not of it.
"""

from __future__ import annotations

import re

Value = dict[str, "Value"] | list["Value"] | str | None
"""A map, a list, a text as it is written, or nothing."""

_KEY = re.compile(
    r"""("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#"'\[\]{},&*!%@`|>-](?:[^#]*?[^\s#])??"""
    r"""|-?[\w|.]+)\s*:(?=\s|$)"""
)
_QUOTED = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^']|'')*')\s*(?:#.*)?$""")
_MOST = 5000
_DEEPEST = 30
_LONGEST = 20_000
"""Characters of a value that goes on over lines: each line is weighed with all before it."""
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "e": "\x1b", "a": "\a", "b": "\b"}


class NotYaml(Exception):
    """It is written in a way that is not read here."""


def read(text: str) -> dict[str, Value]:
    """The first document of a text.

    Raises:
        NotYaml: It is no map, or written in a way that is not read here.
    """
    lines = text.replace("\t", "    ").splitlines()
    if len(lines) > _MOST:
        raise NotYaml("too long")
    reader = _Reader(lines)
    value = reader.block(0, 0)
    if not isinstance(value, dict):
        raise NotYaml("no map")
    return value


class _Reader:
    """Reads lines one after the other."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.at = 0
        while self.at < len(lines) and (self._idle(lines[self.at]) or lines[self.at] == "---"):
            self.at += 1

    def _idle(self, line: str) -> bool:
        return not line.strip() or line.lstrip().startswith("#")

    def _next(self) -> tuple[int, str] | None:
        """Indent and text of the line to come; None where the document ends."""
        while self.at < len(self.lines) and self._idle(self.lines[self.at]):
            self.at += 1
        if self.at >= len(self.lines) or self.lines[self.at].rstrip() in ("---", "..."):
            return None
        line = self.lines[self.at]
        return len(line) - len(line.lstrip(" ")), line.strip()

    def block(self, least: int, depth: int) -> Value:
        """What is indented by at least so much."""
        if depth > _DEEPEST:
            raise NotYaml("too deep")
        coming = self._next()
        if coming is None or coming[0] < least:
            return None
        indent, line = coming
        if line == "-" or line.startswith("- "):
            return self._list(indent, depth)
        if _KEY.match(line):
            return self._map(indent, depth)
        self.at += 1
        return self._plain(line, indent)

    def _list(self, indent: int, depth: int) -> Value:
        found: list[Value] = []
        while (coming := self._next()) is not None and coming[0] == indent:
            line = coming[1]
            if line != "-" and not line.startswith("- "):
                break
            rest = line[1:].strip()
            if not rest or rest.startswith("#"):
                self.at += 1
                found.append(self.block(indent + 1, depth + 1))
            elif _KEY.match(rest) and not _QUOTED.match(rest):
                # A map that begins on the line of its dash.
                at = self.lines[self.at].index("-") + 1
                self.lines[self.at] = " " * at + self.lines[self.at][at:]
                found.append(self.block(indent + 1, depth + 1))
            else:
                self.at += 1
                found.append(self._value(rest, indent, depth))
        return found

    def _map(self, indent: int, depth: int) -> Value:
        found: dict[str, Value] = {}
        while (coming := self._next()) is not None and coming[0] == indent:
            key = _KEY.match(coming[1])
            if key is None:
                raise NotYaml(f"line {self.at + 1}")
            self.at += 1
            rest = coming[1][key.end() :].strip()
            name = str(_scalar(key[1]) or "")
            if rest and not rest.startswith("#"):
                found[name] = self._value(rest, indent, depth)
                continue
            below = self._next()
            # A list may stand as far left as its key.
            listed = below is not None and below[0] == indent and below[1].startswith("-")
            found[name] = self.block(indent if listed else indent + 1, depth + 1)
        if coming is not None and coming[0] > indent:
            raise NotYaml(f"line {self.at + 1}")
        return found

    def _value(self, rest: str, indent: int, depth: int) -> Value:
        if re.fullmatch(r"[|>][+-]?\d?\s*(#.*)?", rest):
            return self._literal(indent, rest[0])
        if rest[0] in "[{":
            pieces, left = [rest], _left_open(rest)
            while left > 0 and (coming := self._next()) is not None:
                self.at += 1
                pieces.append(coming[1])
                left += _left_open(coming[1])
            value, _ = _flow(" ".join(pieces), 0, depth)
            return value
        return self._plain(rest, indent)

    def _plain(self, rest: str, indent: int) -> Value:
        """A value that may go on in lines that are deeper."""
        while rest[0] not in "\"'" or not _QUOTED.match(rest):
            coming = self._next()
            if coming is None or coming[0] <= indent:
                break
            self.at += 1
            rest += " " + coming[1]
            if len(rest) > _LONGEST:
                raise NotYaml("too long")
        return _scalar(rest)

    def _literal(self, indent: int, kind: str) -> str:
        found: list[str] = []
        deep: int | None = None
        while self.at < len(self.lines):
            line = self.lines[self.at]
            here = len(line) - len(line.lstrip(" "))
            if line.strip() and here <= indent:
                break
            if deep is None and line.strip():
                deep = here
            found.append(line[deep or 0 :])
            self.at += 1
        return ("\n" if kind == "|" else " ").join(found).strip()


def _scalar(text: str) -> str | None:
    text = text.strip()
    quoted = _QUOTED.match(text)
    if quoted is not None:
        body = quoted[1][1:-1]
        if quoted[1][0] == "'":
            return body.replace("''", "'")
        return re.sub(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", _unescaped, body)
    text = re.sub(r"(?<!\s)\s+#.*$", "", text)
    return None if text in ("", "~", "null", "Null", "NULL") else text


def _unescaped(match: re.Match[str]) -> str:
    code = match[1]
    return chr(int(code[1:], 16)) if len(code) > 1 else _ESCAPES.get(code, code)


def _left_open(line: str) -> int:
    """How many more brackets a line opens than it closes."""
    bare = re.sub(r""""(?:[^"\\]|\\.)*"|'(?:[^']|'')*'""", "", line)
    return sum(bare.count(one) for one in "[{") - sum(bare.count(one) for one in "]}")


def _flow(text: str, at: int, depth: int) -> tuple[Value, int]:
    """A list or a map in brackets, and where it ends."""
    if depth > _DEEPEST:
        raise NotYaml("too deep")
    closing = "]" if text[at] == "[" else "}"
    items: list[Value] = []
    named: dict[str, Value] = {}
    at += 1
    while at < len(text):
        at += len(text[at:]) - len(text[at:].lstrip(" ,"))
        if at >= len(text):
            break
        if text[at] == closing:
            return (named if closing == "}" else items), at + 1
        name = ""
        if closing == "}":
            key = _KEY.match(text, at)
            if key is None:
                break
            name, at = str(_scalar(key[1]) or ""), key.end()
            at += len(text[at:]) - len(text[at:].lstrip())
        value: Value
        if at < len(text) and text[at] in "[{":
            value, at = _flow(text, at, depth + 1)
        else:
            word = re.compile(r"""\s*("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^,\[\]{}]*)""").match(
                text, at
            )
            value = _scalar(word[1]) if word else None
            at = word.end() if word and word.end() > at else at + 1
        if closing == "}":
            named[name] = value
        else:
            items.append(value)
    raise NotYaml("a bracket is not closed")
