"""XML as a dynamic."""

from __future__ import annotations

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
