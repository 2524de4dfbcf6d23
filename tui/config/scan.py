"""Lines of keys in a TOML text: tomllib tells values, but not where they stand.

The scanner reads texts that tomllib has accepted; for others its answer is a best guess.
"""

from __future__ import annotations

import re

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPE = re.compile(r'\\(?:(["\\bfnrte])|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))')
_SHORT = {'"': '"', "\\": "\\", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "e": "\x1b"}


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[tuple[str, ...], int] = {}
        self._starts = [match.end() for match in re.finditer("\n", text)]

    def line(self) -> int:
        from bisect import bisect_right

        return bisect_right(self._starts, self.at) + 1

    def skip(self, characters: str) -> None:
        while self.at < len(self.text):
            if self.text[self.at] in characters:
                self.at += 1
            elif self.text[self.at] == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
                if "\n" not in characters:
                    return
            else:
                return

    def string(self) -> str:
        quote = self.text[self.at]
        if self.text.startswith(quote * 3, self.at):
            self.at += 3
            start = self.at
            while self.at < len(self.text) and not self.text.startswith(quote * 3, self.at):
                self.at += 2 if self.text[self.at] == "\\" and quote == '"' else 1
            value = self.text[start : self.at]
            self.at += 3
            while self.at < len(self.text) and self.text[self.at] == quote:
                self.at += 1
            return value
        start = self.at = self.at + 1
        while self.at < len(self.text) and self.text[self.at] not in (quote, "\n"):
            self.at += 2 if self.text[self.at] == "\\" and quote == '"' else 1
        value = self.text[start : self.at]
        self.at += 1
        return _ESCAPE.sub(_unescape, value) if quote == '"' else value

    def key(self) -> tuple[str, ...]:
        parts: list[str] = []
        while self.at < len(self.text):
            self.skip(" \t")
            if self.text[self.at : self.at + 1] in ('"', "'"):
                parts.append(self.string())
            elif match := _BARE.match(self.text, self.at):
                parts.append(match.group())
                self.at = match.end()
            else:
                break
            self.skip(" \t")
            if self.text[self.at : self.at + 1] != ".":
                break
            self.at += 1
        return tuple(parts)

    def pair(self, table: tuple[str, ...]) -> None:
        line, key = self.line(), self.key()
        for length in range(1, len(key) + 1):
            self.lines.setdefault(table + key[:length], line)
        self.skip(" \t")
        if self.text[self.at : self.at + 1] == "=":
            self.at += 1
            self.value(table + key)

    def value(self, path: tuple[str, ...]) -> None:
        self.skip(" \t")
        character = self.text[self.at : self.at + 1]
        if character in ('"', "'"):
            self.string()
        elif character == "{":
            self.at += 1
            self.inside("}", path, pairs=True)
        elif character == "[":
            self.at += 1
            self.inside("]", path, pairs=False)
        else:
            while self.at < len(self.text) and self.text[self.at] not in ",]}#\n":
                self.at += 1

    def inside(self, end: str, path: tuple[str, ...], *, pairs: bool) -> None:
        while True:
            self.skip(" \t\r\n,")
            if self.at >= len(self.text) or self.text[self.at] == end:
                self.at += 1
                return
            before = self.at
            if pairs:
                self.pair(path)
            else:
                self.value(path)
            if self.at == before:
                self.at += 1

    def document(self) -> None:
        table: tuple[str, ...] = ()
        counts: dict[tuple[str, ...], int] = {}
        while True:
            self.skip(" \t\r\n\ufeff")
            if self.at >= len(self.text):
                return
            before = self.at
            if self.text[self.at] == "[":
                line = self.line()
                several = self.text.startswith("[[", self.at)
                while self.text[self.at : self.at + 1] == "[":
                    self.at += 1
                table = self.key()
                for length in range(1, len(table) + 1):
                    self.lines.setdefault(table[:length], line)
                if several:
                    counts[table] = number = counts.get(table, -1) + 1
                    table = (*table, str(number))
                    self.lines.setdefault(table, line)
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            else:
                self.pair(table)
            if self.at == before:
                self.at += 1


def _unescape(match: re.Match[str]) -> str:
    short, four, eight = match.groups()
    if short:
        return _SHORT[short]
    code = int(four or eight, 16)
    return chr(code) if code < 0x110000 else "\ufffd"


def key_lines(text: str) -> dict[tuple[str, ...], int]:
    """Path of each table and key of a TOML text → the line (from 1) where it stands first.

    Tables of a list (`[[sla]]`) have their number in it, from 0, as a part of their path.
    """
    scanner = _Scanner(text)
    scanner.document()
    return scanner.lines
