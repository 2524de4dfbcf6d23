"""The entities of an incident as a tree: what was found on, in or by what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from msgspec import Struct

from tui.api.records import Alert, Evidence, Incident
from tui.rows import Column, Row, SortKey
from tui.ui import words
from tui.ui.incident_blocks import entities, identity, shown
from tui.ui.list_source import ListSource
from tui.ui.widgets.grid_cells import Cell, Tone

Key = tuple[str, str]

_DEEPEST = 90
"""Cells of branches, beyond which a tree is drawn no deeper."""
_FIRST = ("device", "user", "mailbox", "analyzedMessage")
"""Kinds that others belong to, in the order in which their trees stand."""


@dataclass(slots=True)
class Node:
    """One entity and what belongs to it."""

    evidence: Evidence
    children: list[Node] = field(default_factory=list)
    parent: Node | None = None


class Line(Struct, frozen=True):
    """One drawn line of the tree."""

    lead: str
    """Branches before the name."""
    evidence: Evidence
    below: int
    """How many entities stand below it."""


def _text(value: object) -> str:
    return str(value or "").casefold()


def _device(evidence: Evidence) -> str:
    return _text(evidence.fields.get("mdeDeviceId"))


def _person(evidence: Evidence) -> set[str]:
    """The names by which an entity names a person."""
    fields = evidence.fields
    account = fields.get("userAccount")
    names = {_text(fields.get(name)) for name in ("primaryAddress", "upn", "recipientEmailAddress")}
    if isinstance(account, dict):
        names |= {_text(account.get(name)) for name in ("userPrincipalName", "accountName")}
    if evidence.kind == "user":
        names.add(_text(evidence.title))
    return names - {""}


class _Builder:
    def __init__(self, incident: Incident) -> None:
        self.nodes: dict[Key, Node] = {identity(one): Node(one) for one in entities(incident)}
        self._alerts: dict[Key, list[Alert]] = {}
        for alert in incident.alerts:
            for one in alert.evidence:
                self._alerts.setdefault(identity(one), []).append(alert)
        self._devices = {
            key: node for node in self._of("device") if (key := _device(node.evidence))
        }
        self._people: dict[str, list[Node]] = {}
        for node in self._of("mailbox", "user"):
            for name in _person(node.evidence):
                self._people.setdefault(name, []).append(node)
        self._processes = {
            (_device(node.evidence), _text(node.evidence.fields.get("processId"))): node
            for node in self._of("process")
        }

    def _of(self, *kinds: str) -> list[Node]:
        return [node for node in self.nodes.values() if node.evidence.kind in kinds]

    def _together(self, node: Node, *kinds: str) -> Node | None:
        """An entity of one of these kinds that an alert names together with this one."""
        for alert in self._alerts.get(identity(node.evidence), ()):
            for one in alert.evidence:
                if one.kind in kinds and identity(one) != identity(node.evidence):
                    return self.nodes.get(identity(one))
        return None

    def _same_person(self, node: Node, *kinds: str) -> Node | None:
        names = _person(node.evidence)
        found = [
            other
            for name in names
            for other in self._people.get(name, ())
            if other.evidence.kind in kinds and other is not node
        ]
        return min(found, key=lambda other: kinds.index(other.evidence.kind), default=None)

    def parent_of(self, node: Node) -> Node | None:
        """Where an entity belongs."""
        one = node.evidence
        on = self._devices.get(_device(one))
        match one.kind:
            case "device" | "user":
                return None
            case "process":
                started_by = _text(one.fields.get("parentProcessId"))
                parent = self._processes.get((_device(one), started_by)) if started_by else None
                return parent or on or self._together(node, "device")
            case "mailbox":
                return self._same_person(node, "user")
            case "analyzedMessage":
                return self._same_person(node, "mailbox", "user") or self._together(node, "mailbox")
            case "url":
                return (
                    self._together(node, "analyzedMessage") or on or self._together(node, *_FIRST)
                )
            case "file":
                return on or self._together(node, "device", "analyzedMessage", "user")
        return on or self._together(node, *_FIRST)

    def roots(self) -> list[Node]:
        """Hang every node where it belongs; what belongs nowhere is a root."""
        for node in self.nodes.values():
            node.parent = self.parent_of(node)
        self._break_circles()
        for node in self.nodes.values():
            if node.parent is not None:
                node.parent.children.append(node)
        found = [node for node in self.nodes.values() if node.parent is None]
        return sorted(found, key=lambda node: _rank(node.evidence.kind))

    def _break_circles(self) -> None:
        """Let no node stand below itself, whatever the evidence says."""
        done: set[int] = set()
        for node in self.nodes.values():
            path: dict[int, Node] = {}
            at: Node | None = node
            while at is not None and id(at) not in done and id(at) not in path:
                path[id(at)] = at
                at = at.parent
            if at is not None and id(at) in path:
                at.parent = None
            done |= path.keys()


def _rank(kind: str) -> int:
    return _FIRST.index(kind) if kind in _FIRST else len(_FIRST)


def tree_lines(incident: Incident) -> list[Line]:
    """The tree, drawn: devices first, then people, mail, and what stands alone."""
    roots = _Builder(incident).roots()
    order: list[tuple[Node, str, str]] = []
    stack = [(root, "", "") for root in reversed(roots)]
    while stack:
        node, lead, branch = stack.pop()
        order.append((node, lead, branch))
        below = lead
        if branch and len(lead) < _DEEPEST:
            below += "   " if branch.startswith("└") else "│  "
        last = len(node.children) - 1
        for at in range(last, -1, -1):
            stack.append((node.children[at], below, "└─ " if at == last else "├─ "))
    counts: dict[int, int] = {}
    for node, _, _ in reversed(order):
        counts[id(node)] = sum(1 + counts[id(child)] for child in node.children)
    return [Line(lead + branch, node.evidence, counts[id(node)]) for node, lead, branch in order]


TREE_COLUMNS = (
    Column("tree", "Entity", least=20, most=4_000, fill=True),
    Column("kind", "Kind", least=4, most=16, rank=1),
    Column("roles", "Role", least=4, most=18, rank=2),
    Column("below", "Below", kind="number", least=5, most=6, rank=3),
)


class TreeSource(ListSource):
    """Lines of a tree, which have one order."""

    async def sort(self, order: Sequence[SortKey]) -> None:
        """A tree keeps its order."""


def tree_rows(lines: Sequence[Line]) -> list[Row]:
    """A row a line; its key is its place."""
    return [
        Row(
            str(at),
            (
                one,
                one.evidence.kind,
                ", ".join(words.role(role) for role in one.evidence.roles[:3]),
                one.below or None,
            ),
        )
        for at, one in enumerate(lines)
    ]


def paint_tree(column: Column, value: object, _row: Row) -> Cell:
    """Draws the tree's cells."""
    if isinstance(value, Line):
        lead, title = value.lead, value.evidence.title
        sign = words.verdict(value.evidence.verdict)
        tone: Tone = {"bad": "bad", "warn": "warn"}.get(sign.tone, "")  # type: ignore[assignment]
        glyph = f"{sign.glyph} " if tone else ""
        return Cell(spans=((lead, "faint"), (glyph, tone), (shown(title), tone)))
    if column.key == "kind":
        return Cell(words.kind(str(value)), "faint")
    return Cell("" if value is None else str(value), "faint")
