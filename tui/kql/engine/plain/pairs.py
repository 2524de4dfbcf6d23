"""Text of keys and values, as `parse-kv` reads it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from tui.kql.engine.plain.registry import function


@function("kql_key_values", 3, 3, "dynamic")
def _key_values(text: str, keys: list[str], options: dict[str, str]) -> dict[str, str]:
    """What `parse-kv` finds of these keys; an option given again has a number behind its name."""
    if "regex" in options:
        return _by_regex(text, keys, options["regex"])
    pair, middle = options.get("pair_delimiter"), options.get("kv_delimiter")
    if options.get("greedy") == "true":
        return _greedy(text, keys, pair or " ", middle or "=")
    reader = _Reader(_all(options, "quote"), _all(options, "escape"))
    if pair is None and middle is None:
        return _undelimited(list(reader.words(text)), keys)
    found: dict[str, str] = {}
    for piece in reader.split(text, pair or " "):
        parts = reader.split(piece, middle or "=")
        key = reader.bare(parts[0])
        if len(parts) > 1 and key in keys:
            found.setdefault(key, reader.bare((middle or "=").join(parts[1:])))
    return found


def _all(options: dict[str, str], name: str) -> list[str]:
    return [value for key, value in options.items() if key.partition("#")[0] == name and value]


def _by_regex(text: str, keys: list[str], pattern: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in re.finditer(pattern, text):
        groups = match.groups()
        if len(groups) >= 2 and (groups[0] or "").strip() in keys:
            found.setdefault(groups[0].strip(), (groups[1] or "").strip())
    return found


def _undelimited(words: list[str], keys: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for word, following in itertools.pairwise(words):
        if word in keys:
            found.setdefault(word, following)
    return found


class _Reader:
    """Reads text in which quotes keep delimiters, and escapes keep quotes."""

    def __init__(self, quotes: list[str], escapes: list[str]) -> None:
        self._closing = {quote[0]: quote[-1] for quote in quotes}
        self._escapes = escapes

    def _quoted(self, text: str, start: int) -> int:
        """Where a quotation that opens at `start` is over; the end of the text if never."""
        closing = self._closing[text[start]]
        position = start + 1
        while position < len(text):
            if text[position] in self._escapes:
                position += 2
                continue
            if text[position] == closing:
                return position + 1
            position += 1
        return len(text)

    def split(self, text: str, delimiter: str) -> list[str]:
        """The parts of a text between the delimiters outside of quotes."""
        pieces, start, position = [], 0, 0
        while position < len(text):
            if text[position] in self._closing:
                position = self._quoted(text, position)
            elif text.startswith(delimiter, position):
                pieces.append(text[start:position])
                position += len(delimiter)
                start = position
            else:
                position += 1
        return [*pieces, text[start:]]

    def bare(self, text: str) -> str:
        """A text without blanks around it, or what its quotes hold."""
        text = text.strip()
        if text[:1] in self._closing and len(text) > 1 and text[-1] == self._closing[text[0]]:
            text = text[1:-1]
            for escape in self._escapes:
                text = re.sub(re.escape(escape) + "(.)", r"\1", text, flags=re.DOTALL)
        return text

    def words(self, text: str) -> Iterator[str]:
        """The words and quotations of a text, everything else being a delimiter."""
        position = 0
        while position < len(text):
            letter = text[position]
            if letter in self._closing:
                end = self._quoted(text, position)
                yield self.bare(text[position:end])
                position = end
            elif letter.isalnum() or letter == "_":
                end = position
                while end < len(text) and (text[end].isalnum() or text[end] == "_"):
                    end += 1
                yield text[position:end]
                position = end
            else:
                position += 1


def _greedy(text: str, keys: list[str], pair: str, middle: str) -> dict[str, str]:
    places: list[tuple[int, int, str]] = []
    for key in keys:
        match = re.search(
            f"(?:^|{re.escape(pair)}|{re.escape(pair.strip())}){re.escape(key)}{re.escape(middle)}",
            text,
        )
        if match:
            places.append((match.start(), match.end(), key))
    places.sort()
    found = {}
    for index, (_, end, key) in enumerate(places):
        stop = places[index + 1][0] if index + 1 < len(places) else len(text)
        found[key] = text[end:stop]
    return found
