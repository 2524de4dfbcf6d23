"""The part of YAML that settings of other programs are written in: maps of names and texts.

Mappings by indentation or in braces, with plain or quoted values. Lists, anchors, tags and
texts over several lines are passed over: what is asked for never stands in them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_PAIR = re.compile(
    r"""( *)("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s"'#\[{&*!|>%@`-][^#]*?|[\w-]+)\s*:(?:\s+(.*))?$"""
)
_MOST = 20_000


@dataclass
class Node:
    """A mapping, and the line of each of its keys."""

    values: dict[str, Node | str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)

    def node(self, *names: str) -> Node:
        """The mapping below these names; an empty one where there is none."""
        here: Node | str = self
        for name in names:
            here = here.values.get(name, "") if isinstance(here, Node) else ""
        return here if isinstance(here, Node) else Node()

    def text(self, name: str) -> str:
        """The text of a name; empty where there is none."""
        value = self.values.get(name, "")
        return value if isinstance(value, str) else ""


def read_outline(text: str) -> Node:
    """The mappings of a YAML text.

    Raises:
        ValueError: It is indented with tabs, or far too long.
    """
    lines = text.splitlines()
    if len(lines) > _MOST:
        raise ValueError("it is far too long")
    top = Node()
    open_nodes: list[tuple[int, Node]] = [(-1, top)]
    skipped = -1
    for number, raw in enumerate(lines, 1):
        line = raw.rstrip()
        if not line.strip() or line.lstrip().startswith("#") or line in ("---", "..."):
            continue
        if line[: len(line) - len(line.lstrip())].count("\t"):
            raise ValueError(f"line {number} is indented with a tab")
        indent = len(line) - len(line.lstrip(" "))
        if skipped >= 0 and indent > skipped:
            continue
        skipped = -1
        match = _PAIR.match(line)
        if match is None:
            skipped = indent
            continue
        while open_nodes[-1][0] >= indent:
            open_nodes.pop()
        name, value = _scalar(match[2]), _without_comment(match[3] or "")
        parent = open_nodes[-1][1]
        parent.lines[name] = number
        if not value:
            parent.values[name] = child = Node()
            open_nodes.append((indent, child))
        elif value.startswith("{"):
            parent.values[name] = _braces(value, number)
        elif value[0] in "|>&*![":
            skipped = indent
        else:
            parent.values[name] = _scalar(value)
    return top


def _without_comment(value: str) -> str:
    match = re.match(r"""("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|(?:(?!\s#).)*)""", value.strip())
    return match[1].strip() if match and not value.strip().startswith("#") else ""


def _scalar(value: str) -> str:
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] == "'":
        return value[1:-1].replace("''", "'")
    if len(value) > 1 and value[0] == value[-1] == '"':
        return re.sub(r'\\(["\\/])', r"\1", value[1:-1])
    return "" if value in ("~", "null", "Null", "NULL") else value


def _braces(value: str, number: int) -> Node:
    node = Node()
    for part in value.strip("{} ").split(","):
        name, colon, rest = part.partition(":")
        if colon and name.strip():
            node.values[_scalar(name)] = _scalar(rest)
            node.lines[_scalar(name)] = number
    return node
