"""Processes of an alert as a tree: who started whom, as far as the evidence tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tui.api.records import Evidence
from tui.ui.incident_blocks import shown
from tui.ui.page import Block, Span, line

_DEEPEST = 12


@dataclass(slots=True)
class _Node:
    name: str
    command: str = ""
    verdict: str = "unknown"
    parent: tuple[str, str] | None = None


def _image(value: Any) -> str:
    return str(value.get("fileName") or "") if isinstance(value, dict) else ""


def _arguments(command: str, name: str) -> str:
    """The command line without the image it begins with."""
    rest = command.strip()
    if rest.startswith('"') and (end := rest.find('"', 1)) > 0:
        rest = rest[end + 1 :]
    elif rest.lower().startswith(name.lower()):
        rest = rest[len(name) :]
    elif name and (at := rest.lower().find(name.lower())) >= 0 and " " not in rest[:at]:
        rest = rest[at + len(name) :]
    return rest.strip()


def process_blocks(evidence: Sequence[Evidence]) -> list[Block]:
    """The tree, a line a process; empty where the alert names none."""
    nodes: dict[tuple[str, str], _Node] = {}
    for one in evidence:
        if one.kind != "process":
            continue
        fields = one.fields
        pid = str(fields.get("processId") or "")
        device = str(fields.get("mdeDeviceId") or "")
        name = _image(fields.get("imageFile")) or one.title
        key = (device, pid or f"{name}#{len(nodes)}")
        parent_pid = str(fields.get("parentProcessId") or "")
        parent = (device, parent_pid) if parent_pid and parent_pid != pid else None
        nodes[key] = _Node(name, str(fields.get("processCommandLine") or ""), one.verdict, parent)
        parent_name = _image(fields.get("parentProcessImageFile"))
        if parent is not None and parent not in nodes and parent_name:
            nodes[parent] = _Node(parent_name)
    blocks: list[Block] = []
    roots = [key for key, node in nodes.items() if node.parent not in nodes]
    drawn: set[tuple[str, str]] = set()

    def draw(key: tuple[str, str], depth: int) -> None:
        if key in drawn or depth > _DEEPEST:
            return
        drawn.add(key)
        node = nodes[key]
        tone = {"malicious": "badbold", "suspicious": "warnbold"}.get(node.verdict.lower(), "")
        lead = "   " * max(0, depth - 1) + ("└─ " if depth else "")
        parts: list[Span] = [(lead, "faint"), (shown(node.name), tone)]
        if node.command and (arguments := _arguments(node.command, node.name)):
            parts.append((f"  {shown(arguments)}", "faint"))
        blocks.append(line(*parts, indent=2))
        for child, other in nodes.items():
            if other.parent == key:
                draw(child, depth + 1)

    for root in roots:
        draw(root, 0)
    for key in nodes:
        draw(key, 0)
    return blocks
