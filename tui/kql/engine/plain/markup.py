"""XML as a dynamic, and key-value text."""

from __future__ import annotations

import re
from typing import Any
from xml.parsers import expat

from tui.kql.engine.plain.registry import function

_DEEPEST = 100


@function("parse_xml", 1, 1, "dynamic")
def _parse_xml(text: str) -> Any:
    root: dict[str, Any] = {}
    stack: list[tuple[str, dict[str, Any], list[str]]] = [("", root, [])]

    def start(name: str, attributes: dict[str, str]) -> None:
        if len(stack) > _DEEPEST:
            raise ValueError("too deep")
        stack.append((name, {f"@{key}": value for key, value in attributes.items()}, []))

    def data(piece: str) -> None:
        stack[-1][2].append(piece)

    def end(name: str) -> None:
        _, node, pieces = stack.pop()
        content = "".join(pieces).strip()
        value: Any = node
        if not node:
            value = content
        elif content:
            node["#text"] = content
        parent = stack[-1][1]
        if name in parent:
            several = parent[name]
            if not isinstance(several, _Several):
                several = parent[name] = _Several([several])
            several.append(value)
        else:
            parent[name] = value

    def refuse(*_: Any) -> None:
        raise ValueError("entities are not read")

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = data
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise ValueError from error
    return root


class _Several(list[Any]):
    """Elements of one name, in a list that no element's own content is."""


@function("kql_key_values", 3, 3, "dynamic")
def _key_values(text: str, keys: list[str], options: dict[str, str]) -> dict[str, str]:
    """What `parse-kv` finds of these keys."""
    pair = options.get("pair_delimiter", " ")
    middle = options.get("kv_delimiter", "=")
    quote = options.get("quote", "")
    if options.get("greedy") == "true":
        return _greedy(text, keys, pair, middle)
    if "regex" in options:
        wanted = set(keys)
        found: dict[str, str] = {}
        for match in re.finditer(options["regex"], text):
            groups = match.groups()
            if len(groups) >= 2 and groups[0] in wanted:
                found.setdefault(groups[0], groups[1] or "")
        return found
    found = {}
    for piece in _pieces(text, pair, quote):
        key, sign, value = piece.partition(middle)
        key = key.strip()
        if sign and key in keys:
            value = value.strip() if value[:1] != quote or not quote else value
            if quote and len(value) > 1 and value[0] == quote[0] and value[-1] == quote[-1]:
                value = value[1:-1]
            found.setdefault(key, value)
    return found


def _pieces(text: str, pair: str, quote: str) -> list[str]:
    if not quote:
        return text.split(pair)
    pieces, start, position, inside = [], 0, 0, ""
    while position < len(text):
        letter = text[position]
        if inside:
            inside = "" if letter == inside else inside
        elif letter == quote[0]:
            inside = quote[-1]
        elif text.startswith(pair, position):
            pieces.append(text[start:position])
            position += len(pair)
            start = position
            continue
        position += 1
    return [*pieces, text[start:]]


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
