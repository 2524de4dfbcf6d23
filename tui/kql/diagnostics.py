"""Faults of a query that are sure, with a fix where one is near, and hints of what it costs.

A valid query must never be blamed: what is not fully understood is not judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from tui.kql import diagnostics_pasted as pasted
from tui.kql import docs, grammar, schema, words
from tui.kql.completion_words import CHARTS, KINDS
from tui.kql.diagnostics_cost import costs
from tui.kql.diagnostics_lets import unended
from tui.kql.diagnostics_near import nearest
from tui.kql.scope import analyse
from tui.kql.scope_model import Analysis, Ref, Tok

MOST = 50
_FOREIGN = frozenset(
    """
    SigninLogs AADNonInteractiveUserSignInLogs AADServicePrincipalSignInLogs
    AADManagedIdentitySignInLogs AuditLogs AzureActivity AzureDiagnostics OfficeActivity
    SecurityEvent SecurityAlert SecurityIncident Syslog CommonSecurityLog WindowsEvent Heartbeat
    Event Perf Usage Watchlist ThreatIntelligenceIndicator ThreatIntelIndicators BehaviorAnalytics
    IdentityInfo UserPeerAnalytics AWSCloudTrail AWSGuardDuty DnsEvents StorageBlobLogs
    AADUserRiskEvents AADRiskyUsers MicrosoftGraphActivityLogs LAQueryLogs SentinelHealth
    SentinelAudit AppServiceHTTPLogs AZFWNetworkRule ASimDnsActivityLogs W3CIISLog
    AADSignInEventsBeta AADSpnSignInEventsBeta
    """.split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One remark about a query."""

    level: Literal["error", "warning", "hint"]
    """An error is sure; a warning is a name that the schema lacks; a hint is about cost."""
    start: int
    end: int
    message: str
    fix: str = ""
    """What to put in place of the text from start to end."""
    offer: str = ""
    """What the fix does, where that is not plain from its text."""


def diagnose(
    text: str, start: int = 0, end: int | None = None, *, seconds: float = 0.2
) -> list[Diagnostic]:
    """Remarks about one query, in the order of their places; none where the budget ends.

    Args:
        text: The whole text.
        start: Where the query begins.
        end: Where it ends; places in the answer are those of `text`.
        seconds: Time to take at most.
    """
    end = len(text) if end is None else end
    found = analyse(text, start, end, seconds=seconds)
    if not found.whole or not found.tokens:
        return []
    faults = list(_shape(found))
    faults += (Diagnostic("error", *one) for one in pasted.signs(text, found.tokens))
    faults += (
        Diagnostic("error", last.start, last.end, "A ; must end this let.", f"{last.text};")
        for last, _ in unended(found, text)
    )
    # What stands before the first bracket or text without an end is understood.
    until = min((fault.start for fault in faults), default=end)
    texts = {token.text for token in found.tokens}
    foreign = any(token.kind == "error" and token.text.isalpha() for token in found.tokens)
    for ref in found.refs:
        # Names beyond ASCII come in pieces; a fuzzy union names what may not exist.
        if foreign or ref.token.end > until or (ref.role == "table" and "isfuzzy" in texts):
            continue
        fault = _judge(ref)
        if fault is not None:
            faults.append(fault)
    if until == end:
        faults += _signs(found)
        faults += (Diagnostic("error", *one) for one in pasted.escapes(found.tokens))
        known = {fault.start for fault in faults}
        faults += (
            Diagnostic("error", *one) for one in grammar.read(found) if one.start not in known
        )
        faults += (
            Diagnostic("hint", token.start, token.end, message) for token, message in costs(found)
        )
    faults = _first(faults, text)
    unique = {(one.start, one.message): one for one in faults}
    return sorted(unique.values(), key=lambda one: one.start)[:MOST]


def _first(faults: list[Diagnostic], text: str) -> list[Diagnostic]:
    """Without what is only missed because a name before it is wrong."""
    mended: dict[str, int] = {}
    for one in faults:
        if one.fix:
            mended.setdefault(one.fix, one.start)
    return [one for one in faults
            if mended.get(text[one.start : one.end], one.start) >= one.start]  # fmt: skip


def _shape(found: Analysis) -> Iterator[Diagnostic]:
    """Brackets without partners, strings without an end."""
    for token in found.tokens:
        if token.kind == "string" and not token.text.startswith("guid") and _is_open(token.text):
            yield Diagnostic(
                "error", token.start, token.end, "This text has no closing quote.",
                token.text + _quote(token.text),
            )  # fmt: skip
    for at in found.unbalanced[:3]:
        token = found.tokens[at]
        partner = {"(": ")", "[": "]", "{": "}", ")": "(", "]": "[", "}": "{"}[token.text]
        verb = "is never closed" if token.text in "([{" else f"closes nothing; no {partner} opens"
        yield Diagnostic("error", token.start, token.end, f"This {token.text} {verb}.")


def _quote(text: str) -> str:
    body = text.lstrip("hH@")
    return body[:3] if body[:3] in ("```", "~~~") else body[:1]


def _is_open(text: str) -> bool:
    body = text.lstrip("hH@")
    quote = _quote(text)
    if len(body) < 2 * len(quote) or not body.endswith(quote):
        return True
    if len(quote) == 1 and "@" not in text[: len(text) - len(body)]:
        inner = body[1:-1]
        return (len(inner) - len(inner.rstrip("\\"))) % 2 == 1
    return False


def _judge(ref: Ref) -> Diagnostic | None:
    name = ref.token.text
    if ref.role == "column":
        return _column(ref)
    if ref.role == "table":
        return _table(ref)
    if ref.role == "operator":
        return _wrong(ref.token, f"{name} is no operator.", nearest(name, words.OPERATORS, 2))
    functions = docs.functions()
    kinds = "p" if ref.role == "plugin" else "aft"
    if name in ref.lets or name in _OTHER_FUNCTIONS:
        return None
    if name in functions and (ref.role != "plugin" or "p" in functions[name].kind):
        return None
    known = [one.name for one in functions.values() if one.kind in kinds and not one.deprecated]
    near = nearest(name, [*known, *ref.lets, *_LONG_FUNCTIONS], 2)
    what = "plugin" if ref.role == "plugin" else "function"
    if near and len(name) > 3:
        return _wrong(ref.token, f"There is no {what} {name}.", near)
    message = f"{name} is no {what} that is published."
    return Diagnostic("warning", ref.token.start, ref.token.end, message)


def _column(ref: Ref) -> Diagnostic | None:
    name, columns = ref.token.text, ref.columns
    if name in columns.types or name in schema.known():
        return None
    if not columns.sure:
        return _bare_function(ref)
    if not columns.types:
        return _wrong(ref.token, f"There is no name {name} here.", nearest(name, ref.lets, 3))
    near = nearest(name, [*columns.types, *(one for one in ref.lets if one != name)], 3)
    if columns.published and not near:
        where = " and ".join(sorted(columns.tables)[:2]) or "this table"
        known = schema.known()
        said = (
            "in this tenant"
            if all(known[one].learned for one in columns.tables)
            else "that is published"
        )
        return Diagnostic(
            "warning", ref.token.start, ref.token.end, f"{name} is no column of {where} {said}."
        )
    if near:
        return _wrong(ref.token, f"There is no column {name} here.", near)
    some = ", ".join(list(columns.types)[:4]) + (", …" if len(columns.types) > 4 else "")
    message = f"There is no column {name} here; there are {some}."
    return Diagnostic("error", ref.token.start, ref.token.end, message)


def _bare_function(ref: Ref) -> Diagnostic | None:
    """A function without its arguments, where nobody knows which columns there are.

    A column may be called as a function is: only names that no column has are doubted.
    """
    name, token = ref.token.text, ref.token
    function = docs.functions().get(name)
    likely = "_" in name and not name.startswith(("hash_", "count_"))
    if function is None or not (likely or name == "percentiles") or name in ref.lets:
        return None
    if name in schema.known_columns() or not function.parameters:
        return None
    message = f"{name} is a function: its arguments must follow, {name}(…)."
    return Diagnostic("warning", token.start, token.end, message)


def _table(ref: Ref) -> Diagnostic | None:
    name = ref.token.text
    if name in schema.known() or name in ref.lets or name in _FOREIGN or name.endswith("_CL"):
        return None
    near = nearest(name, [*schema.known(), *ref.lets], 2)
    if near or name in docs.functions() or name in words.OPERATORS | words.TYPES:
        return _wrong(ref.token, f"There is no table {name}.", near)
    return Diagnostic(
        "warning", ref.token.start, ref.token.end, f"{name} is no table that is published."
    )


def _wrong(token: Tok, message: str, near: list[str]) -> Diagnostic:
    fix = near[0] if len(near) == 1 else ""
    asked = f" Is it {' or '.join(near)}?" if near else ""
    return Diagnostic("error", token.start, token.end, message + asked, fix)


def _signs(found: Analysis) -> Iterator[Diagnostic]:
    """Signs of other languages, and words that nearly are operators."""
    tokens = found.tokens
    for stage in found.stages:
        yield from _choices(tokens[stage.start : stage.end], stage.operator)
        if stage.operator not in ("where", "filter"):
            continue
        at = stage.start + 1
        while at < stage.end and at < len(tokens):
            token = tokens[at]
            if token.text in "([{" and at in found.partner and token.kind == "punctuation":
                at = found.partner[at] + 1
                continue
            if token.text == "=" and _between_operands(tokens, at):
                yield Diagnostic(
                    "error", token.start, token.end, "Equality is ==; = gives a name.", "=="
                )
            if token.text == "&" or (token.kind == "error" and token.text == "&"):
                pair = at + 1 < len(tokens) and tokens[at + 1].text == "&"
                end = tokens[at + 1].end if pair else token.end
                yield Diagnostic("error", token.start, end, "Both conditions: and.", "and")
                at += 1 if pair else 0
            at += 1
    for token in found.tokens:
        if token.kind == "error" and token.text.startswith("!") and len(token.text) > 3:
            near = nearest(token.text, words.NEGATED_OPERATORS, 2)
            if near:
                yield _wrong(token, f"{token.text} is no operator.", near)


def _choices(tokens: list[Tok], operator: str) -> Iterator[Diagnostic]:
    """Words of which there are only a few: kinds of joins, charts."""
    known: tuple[str, ...] = ()
    if operator == "render" and len(tokens) > 1:
        token, known = tokens[1], CHARTS
    elif operator in ("join", "lookup", "parse", "parse-where"):
        texts = [token.text for token in tokens[:8]]
        if "kind" in texts[1:] and texts[texts.index("kind") + 1 :][:1] == ["="]:
            at = texts.index("kind") + 2
            if at < len(tokens):
                token = tokens[at]
                known = (*words.JOIN_KINDS,) if operator == "join" else KINDS[operator]
    if known and token.is_name and token.text not in known:
        near = nearest(token.text, known, 2)
        if near:
            yield _wrong(token, f"There is no {token.text} of {operator}.", near)


def _between_operands(tokens: list[Tok], at: int) -> bool:
    before = tokens[at - 1]
    behind = tokens[at + 1] if at + 1 < len(tokens) else None
    if behind is None or (before.end == tokens[at].start and tokens[at].end == behind.start):
        # `a=b` may yet be a named argument.
        return behind is not None and before.is_name and behind.kind in ("string", "number")
    return (before.is_name or before.text in ")]") and (
        behind.is_name or behind.kind in ("string", "number", "timespan", "datetime")
    )


_LONG_FUNCTIONS = ("materialize", "toscalar", "typeof", "datatable", "externaldata")
_OTHER_FUNCTIONS = frozenset(
    {"materialize", "toscalar", "typeof", "dynamic", "view", "datatable", "externaldata", "any",
     "column_if_exists", "kind", "with", "hint", "on", "by", "to"}
)  # fmt: skip


def messages(found: Iterable[Diagnostic]) -> list[str]:
    """Their sentences."""
    return [one.message for one in found]
