"""The entities of an incident as a tree: what was found on, in or by what."""

from __future__ import annotations

from dataclasses import dataclass, field

from tui.api.records import Alert, Evidence, Incident
from tui.ui import words
from tui.ui.incident_blocks import entities, identity, shown
from tui.ui.page import Choice

Key = tuple[str, str]

_FIRST = ("device", "user", "mailbox", "analyzedMessage")
"""Kinds that others belong to, in the order in which their trees stand."""


@dataclass(slots=True)
class Node:
    """One entity and what belongs to it."""

    evidence: Evidence
    children: list[Node] = field(default_factory=list)
    parent: Node | None = None


@dataclass(frozen=True, slots=True)
class Line:
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
        return next((other for other in self._of(*kinds) if names & _person(other.evidence)), None)

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
            parent = self.parent_of(node)
            above = parent
            while above is not None and above is not node:
                above = above.parent
            if parent is not None and above is None:
                node.parent = parent
                parent.children.append(node)
        found = [node for node in self.nodes.values() if node.parent is None]
        return sorted(found, key=lambda node: _rank(node.evidence.kind))


def _rank(kind: str) -> int:
    return _FIRST.index(kind) if kind in _FIRST else len(_FIRST)


def _below(node: Node) -> int:
    return sum(1 + _below(child) for child in node.children)


def tree_lines(incident: Incident) -> list[Line]:
    """The tree, drawn: devices first, then people, mail, and what stands alone."""
    lines: list[Line] = []

    def draw(node: Node, lead: str, branch: str) -> None:
        lines.append(Line(lead + branch, node.evidence, _below(node)))
        if branch:
            lead += "   " if branch.startswith("└") else "│  "
        for at, child in enumerate(node.children):
            last = at == len(node.children) - 1
            draw(child, lead, "└─ " if last else "├─ ")

    for root in _Builder(incident).roots():
        draw(root, "", "")
    return lines


def tree_choice(key: str, one: Line) -> Choice:
    """A line of the tree as something to stand on."""
    verdict = words.verdict(one.evidence.verdict)
    tone = {"bad": "badbold", "warn": "warn"}.get(verdict.tone, "")
    glyph = f"{verdict.glyph} " if tone else ""
    known = [words.kind(one.evidence.kind)]
    known += [words.role(role) for role in one.evidence.roles[:2]]
    return Choice(
        key,
        (
            (one.lead, "faint"),
            (glyph, tone),
            (shown(one.evidence.title), tone),
            (f"   {', '.join(known)}", "faint"),
        ),
    )
