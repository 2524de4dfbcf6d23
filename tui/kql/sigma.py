"""A Sigma rule as a query of advanced hunting.

After Sigma's specification (pages "Sigma detection format" and "Modifiers"). What has no
equal here is left out of the query and named in a comment at its head.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from tui.kql.sigma_fields import UNKNOWN, Source, source_of
from tui.kql.sigma_values import NoEqual, item
from tui.kql.sigma_yaml import NotYaml, Value, read

_LINE = re.compile(r"[A-Za-z_][\w-]*:(\s|$)|\s+\S|- |-$|#|\s*$|---$")
_WIDE = 96


@dataclass
class Node:
    """A condition: `leaf` with its text, or `and`, `or`, `not` of others."""

    kind: str
    text: str = ""
    parts: list[Node] = field(default_factory=list)
    loose: bool = False
    """A part of it could not be said: it is met by more rows than the rule means."""


def rules_in(text: str) -> list[tuple[int, int]]:
    """Where Sigma rules stand in a text, as starts and ends."""
    if "detection:" not in text or "condition:" not in text:
        return []
    lines = text.split("\n")
    begins = [0]
    for line in lines:
        begins.append(begins[-1] + len(line) + 1)
    found: list[tuple[int, int]] = []
    last = -1
    for number, line in enumerate(lines):
        if number <= last or line.rstrip() != "detection:":
            continue
        first = last = number
        while first > 0 and _LINE.match(lines[first - 1]) and lines[first - 1].rstrip() != "---":
            first -= 1
        while (
            last + 1 < len(lines)
            and _LINE.match(lines[last + 1])
            and lines[last + 1].rstrip() != "---"
        ):
            last += 1
        while not lines[first].strip():
            first += 1
        while not lines[last].strip():
            last -= 1
        piece = "\n".join(lines[first : last + 1])
        if re.search(r"^\s+condition:", piece, re.MULTILINE):
            found.append((begins[first], begins[last] + len(lines[last])))
    return found


def query_of(rule: str) -> str | None:
    """The query of a rule; None where it cannot be read as one."""
    try:
        found = read(rule)
        detection = found.get("detection")
        if not isinstance(detection, dict) or "condition" not in detection:
            return None
        return _Rule(found, detection).query()
    except (NotYaml, RecursionError):
        return None


class _Rule:
    """Makes the query of one rule."""

    def __init__(self, rule: dict[str, Value], detection: dict[str, Value]) -> None:
        self.rule = rule
        self.detection = detection
        self.notes: list[str] = []
        log = rule.get("logsource")
        log = log if isinstance(log, dict) else {}
        words = {name: _text(log.get(name)) for name in ("category", "product", "service")}
        known = source_of(words["category"], words["service"])
        self.source: Source = known or UNKNOWN
        if known is None:
            named = ", ".join(f"{name} {word}" for name, word in words.items() if word)
            self.note(f"No table holds logs of {named or 'no kind'}: put the right one in place.")

    def note(self, words: str) -> None:
        """Something that the reader must know."""
        if words not in self.notes:
            self.notes.append(words)

    def query(self) -> str:
        """Comments, the table, and the conditions."""
        conditions = self.detection["condition"]
        listed = conditions if isinstance(conditions, list) else [conditions]
        tails: list[str] = []
        nodes = []
        for one in listed:
            words, _, tail = _text(one).partition("|")
            nodes.append(_Condition(self, words).read())
            if tail.strip():
                tails += self._counted(tail)
        node = _joined("or", nodes)
        lines = [self.source.table, "| where Timestamp > ago(7d)"]
        if self.source.only:
            lines.append(f"| where {self.source.only}")
        if node is None:
            self.note("Nothing of its condition could be said: the query has none.")
        else:
            for part in node.parts if node.kind == "and" else [node]:
                lines += _where(part)
        return "\n".join([*self._head(), *lines, *tails])

    def _head(self) -> Iterator[str]:
        title = _text(self.rule.get("title"))
        more = [_text(self.rule.get(name)) for name in ("level", "id")]
        tags = self.rule.get("tags")
        listed = [_text(one) for one in tags] if isinstance(tags, list) else []
        techniques = [one[7:].upper() for one in listed if one.lower().startswith("attack.t")]
        yield _comment(f"Sigma: {title}" + "".join(f", {one}" for one in more if one))
        if techniques:
            yield _comment(f"ATT&CK {' '.join(techniques)}")
        wrong = self.rule.get("falsepositives")
        known = [_text(one) for one in wrong] if isinstance(wrong, list) else []
        known = [one for one in known if one.lower() not in ("unknown", "unlikely", "none", "")]
        if known:
            yield _comment(f"Known false positives: {'; '.join(known)}")
        for note in self.notes:
            yield _comment(f"Not as in the rule: {note}")

    def _counted(self, tail: str) -> list[str]:
        """`count() by Field > 5`, as rules before version 2 have it."""
        found = re.fullmatch(
            r"\s*count\(\s*([\w.]*)\s*\)\s*(?:by\s+([\w.]+)\s*)?(>=|<=|>|<|==?)\s*(\d+)\s*", tail
        )
        if found is None:
            self.note(f"the last part of its condition, {tail.strip()}, is left out.")
            return []
        counted, by = (self.source.columns.get(one or "", one or "") for one in found.group(1, 2))
        what = f"dcount({counted})" if counted else "count()"
        frame = _text(self.detection.get("timeframe"))
        groups = [by] if by else []
        if re.fullmatch(r"\d+[smhd]", frame):
            groups.append(f"bin(Timestamp, {frame})")
        sign = "==" if found[3] == "=" else found[3]
        grouped = f" by {', '.join(groups)}" if groups else ""
        return [f"| summarize Hits = {what}{grouped}", f"| where Hits {sign} {found[4]}"]

    # Selections.

    def selection(self, name: str) -> Node | None:
        """What one search of the rule asks for."""
        return self._search(self.detection.get(name))

    def names(self, pattern: str) -> list[str]:
        """The searches that a name with `*` in it, or `them`, stands for."""
        every = [name for name in self.detection if name not in ("condition", "timeframe")]
        if pattern == "them":
            return [name for name in every if not name.startswith("_")]
        fits = re.compile(re.escape(pattern).replace(r"\*", ".*"))
        return [name for name in every if fits.fullmatch(name)]

    def _search(self, value: Value) -> Node | None:
        if isinstance(value, dict):
            return _joined("and", [self._item(name, one) for name, one in value.items()])
        if isinstance(value, list):
            nodes = [
                self._search(one) if isinstance(one, dict) else self._item("", one) for one in value
            ]
            return _joined("or", nodes)
        return self._item("", value)

    def _item(self, name: str, value: Value) -> Node | None:
        values = value if isinstance(value, list) else [value]
        flat = [one if isinstance(one, str) else None for one in values]
        try:
            kind, texts = item(self.source, name, flat)
        except NoEqual as fault:
            self.note(str(fault))
            return None
        return _joined(kind, [Node("leaf", one) for one in texts])


class _Condition:
    """Reads `selection and not 1 of filter_*`."""

    def __init__(self, rule: _Rule, words: str) -> None:
        self.rule = rule
        self.words = re.findall(r"\(|\)|[^\s()]+", words)[:2000]
        self.at = 0

    def read(self) -> Node | None:
        """The whole condition."""
        node = self._any()
        if self.at < len(self.words):
            self.rule.note(f"its condition is not understood from {self.words[self.at]} on.")
        return node

    def _word(self) -> str:
        return self.words[self.at].lower() if self.at < len(self.words) else ""

    def _any(self) -> Node | None:
        nodes = [self._all()]
        while self._word() == "or":
            self.at += 1
            nodes.append(self._all())
        return _joined("or", nodes)

    def _all(self) -> Node | None:
        nodes = [self._one()]
        while self._word() == "and":
            self.at += 1
            nodes.append(self._one())
        return _joined("and", nodes)

    def _one(self) -> Node | None:
        word = self._word()
        if not word or word == ")":
            return None
        self.at += 1
        if word == "not":
            node = self._one()
            strict = _strict(node) if node else None
            if node is not None and strict != node:
                self.rule.note("what it excludes by such a part is not excluded here.")
            return Node("not", parts=[strict]) if strict else None
        if word == "(":
            node = self._any()
            if self._word() == ")":
                self.at += 1
            return node
        if word in ("1", "any", "all") and self._word() == "of":
            pattern = self.words[self.at + 1] if self.at + 1 < len(self.words) else "them"
            self.at += 2
            nodes = [self.rule.selection(name) for name in self.rule.names(pattern)]
            if not nodes:
                self.rule.note(f"no search is named {pattern}.")
            return _joined("and" if word == "all" else "or", nodes)
        name = self.words[self.at - 1]
        if name not in self.rule.detection:
            self.rule.note(f"no search is named {name}.")
            return None
        return self.rule.selection(name)


def _joined(kind: str, nodes: list[Node | None]) -> Node | None:
    """Conditions as one; those that could not be said are left out."""
    parts: list[Node] = []
    for node in nodes:
        if node is not None:
            parts += node.parts if node.kind == kind else [node]
    if not parts:
        return None
    loose = kind == "and" and (None in nodes or any(node and node.loose for node in nodes))
    made = parts[0] if len(parts) == 1 else Node(kind, parts=parts)
    return replace(made, loose=loose or made.loose)


def _strict(node: Node) -> Node | None:
    """A condition that no more rows meet than the rule means: for what is excluded."""
    if node.kind == "or":
        return _joined("or", [one for one in map(_strict, node.parts) if one is not None])
    return None if node.loose else node


def _flat(node: Node) -> str:
    """A condition on one line."""
    if node.kind == "leaf":
        return node.text
    if node.kind == "not":
        return f"not({_flat(node.parts[0])})"
    return f" {node.kind} ".join(
        f"({_flat(one)})" if one.kind in ("and", "or") else _flat(one) for one in node.parts
    )


def _where(node: Node) -> list[str]:
    """One line of the pipe; a long condition over several."""
    flat = _flat(node)
    if len(flat) <= _WIDE or node.kind == "leaf":
        return [f"| where {flat}"]
    lines = _laid(node, 1)
    return [f"| where {lines[0].strip()}", *lines[1:]]


def _laid(node: Node, depth: int) -> list[str]:
    indent = "    " * depth
    flat = _flat(node)
    if node.kind == "leaf" or len(indent) + len(flat) <= _WIDE:
        return [indent + flat]
    if node.kind == "not":
        return [f"{indent}not(", *_laid(node.parts[0], depth + 1), f"{indent})"]
    lines: list[str] = []
    for number, one in enumerate(node.parts):
        word = f"{node.kind} " if number else ""
        if one.kind in ("and", "or"):
            inner = _flat(one)
            if len(indent) + len(inner) + len(word) + 2 <= _WIDE:
                lines.append(f"{indent}{word}({inner})")
            else:
                lines += [f"{indent}{word}(", *_laid(one, depth + 1), f"{indent})"]
        else:
            laid = _laid(one, depth)
            lines += [f"{indent}{word}{laid[0].strip()}", *laid[1:]]
    return lines


def _comment(words: str) -> str:
    return "// " + " ".join(words.split())


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ""
