"""Processes as a tree: who started whom, as far as the evidence tells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tui.api.records import Evidence
from tui.ui.incident_blocks import shown
from tui.ui.page import Block, Span, line

_DEEPEST = 24
_MOST = 200
"""Lines of a tree; the rest is counted."""

Key = tuple[str, str]
"""Device and process ID, as the service spells them."""


@dataclass(slots=True)
class Process:
    """One process, as far as it is told of."""

    name: str
    command: str = ""
    verdict: str = "unknown"
    parent: Key | None = None
    own: bool = True
    """Whether the alert itself names it, not only its story before."""
    children: list[Process] = field(default_factory=list)


def image_name(value: Any) -> str:
    """The file name of an image; empty where there is none."""
    return str(value.get("fileName") or "") if isinstance(value, dict) else ""


def process_key(evidence: Evidence) -> Key | None:
    """What names a process on its device; None where it has no ID."""
    pid = evidence.fields.get("processId")
    return None if pid is None or pid == "" else (_device(evidence), str(pid))


def parent_key(evidence: Evidence) -> Key | None:
    """What names the process that started this one."""
    pid = evidence.fields.get("parentProcessId")
    if pid is None or pid == "" or str(pid) == str(evidence.fields.get("processId")):
        return None
    return _device(evidence), str(pid)


def _device(evidence: Evidence) -> str:
    return str(evidence.fields.get("mdeDeviceId") or "").casefold()


def arguments(command: str, name: str) -> str:
    """The command line without the image it begins with."""
    rest = command.strip()
    if rest.startswith('"') and (end := rest.find('"', 1)) > 0:
        rest = rest[end + 1 :]
    elif rest.lower().startswith(name.lower()):
        rest = rest[len(name) :]
    elif name and (at := rest.lower().find(name.lower())) >= 0 and " " not in rest[:at]:
        rest = rest[at + len(name) :]
    return rest.strip()


def process_forest(evidence: Iterable[Evidence], context: Iterable[Evidence] = ()) -> list[Process]:
    """The processes that evidence names, under those that started them.

    Args:
        evidence: Of an alert, or of a whole incident.
        context: Evidence from elsewhere that may tell who started them.
    """
    nodes: dict[Key, Process] = {}
    for one in evidence:
        _add(nodes, one, own=True)
    around: dict[Key, Process] = {}
    for one in context:
        _add(around, one, own=False)
    for key in list(nodes):
        _with_ancestors(nodes, around, key)
    roots: list[Process] = []
    for key, node in nodes.items():
        above = node.parent if node.parent in nodes else None
        if above is None or _reaches(nodes, above, key):
            roots.append(node)
        else:
            nodes[above].children.append(node)
    return roots


def _add(nodes: dict[Key, Process], one: Evidence, *, own: bool) -> None:
    if one.kind != "process":
        return
    name = image_name(one.fields.get("imageFile")) or one.title
    key = process_key(one) or ("", f"{name}#{len(nodes)}")
    command = str(one.fields.get("processCommandLine") or "")
    parent = parent_key(one)
    known = nodes.get(key)
    if known is None or not known.command:
        nodes[key] = Process(
            name, command, one.verdict, parent or (known.parent if known else None), own
        )
    parent_name = image_name(one.fields.get("parentProcessImageFile"))
    if parent is not None and parent not in nodes and parent_name:
        nodes[parent] = Process(parent_name, own=False)


def _with_ancestors(nodes: dict[Key, Process], around: Mapping[Key, Process], key: Key) -> None:
    """Take from the context what started a process, and what started that."""
    for _ in range(_DEEPEST):
        node = nodes[key]
        told = around.get(key)
        if told is not None and not node.own and not node.command:
            node.name, node.command, node.verdict = told.name, told.command, told.verdict
            node.parent = told.parent
        parent = node.parent
        if parent is None:
            return
        if parent not in nodes:
            if parent not in around:
                return
            other = around[parent]
            nodes[parent] = Process(other.name, other.command, other.verdict, other.parent, False)
        key = parent


def _reaches(nodes: Mapping[Key, Process], start: Key, wanted: Key) -> bool:
    """Whether going up from a process leads to another: they would start each other."""
    seen: set[Key] = set()
    at: Key | None = start
    while at is not None and at in nodes and at not in seen:
        if at == wanted:
            return True
        seen.add(at)
        at = nodes[at].parent
    return False


def process_blocks(evidence: Sequence[Evidence], context: Iterable[Evidence] = ()) -> list[Block]:
    """The tree, a line a process; empty where the evidence names none. See `process_forest`."""
    blocks: list[Block] = []
    stack = [(root, "", "") for root in reversed(process_forest(evidence, context))]
    while stack and len(blocks) < _MOST:
        node, lead, branch = stack.pop()
        tone = {"malicious": "badbold", "suspicious": "warnbold"}.get(node.verdict.lower(), "")
        glyph = {"malicious": "● ", "suspicious": "◎ "}.get(node.verdict.lower(), "")
        if not node.own and not tone:
            tone = "faint"
        parts: list[Span] = [(lead + branch, "faint"), (glyph, tone), (shown(node.name), tone)]
        if node.command and (said := arguments(node.command, node.name)):
            parts.append((f"  {shown(said[:600])}", "faint"))
        blocks.append(line(*parts, indent=2))
        if branch:
            lead += "   " if branch.startswith("└") else "│  "
        below = len(lead) < 3 * _DEEPEST
        for at, child in enumerate(reversed(node.children)):
            stack.append((child, lead, ("├─ " if at else "└─ ") if below else ""))
    if stack:
        blocks.append(line((f"{len(stack)} more", "faint"), indent=2))
    return blocks
