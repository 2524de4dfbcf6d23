"""What makes a query dear: hints, each with its reason."""

from __future__ import annotations

from collections.abc import Iterator

from tui.kql import schema
from tui.kql.scope_expr import bare
from tui.kql.scope_model import Analysis, Stage, Tok

_BIG = frozenset(
    {
        "DeviceProcessEvents", "DeviceNetworkEvents", "DeviceFileEvents", "DeviceEvents",
        "DeviceRegistryEvents", "DeviceImageLoadEvents", "DeviceLogonEvents", "CloudAppEvents",
        "IdentityLogonEvents", "IdentityQueryEvents", "EmailEvents", "EmailUrlInfo",
        "EntraIdSignInEvents", "GraphAPIAuditEvents",
    }
)  # fmt: skip


def costs(found: Analysis) -> Iterator[tuple[Tok, str]]:
    """Places that cost, with the reason."""
    for stage in found.stages:
        if stage.operator in ("where", "filter"):
            yield from _contains(found, stage)
        elif stage.operator == "join":
            yield from _join(found, stage)
        elif stage.operator == "search" and not stage.piped:
            behind = found.tokens[stage.start + 1 : stage.start + 2]
            if behind and behind[0].text != "in":
                yield (
                    found.tokens[stage.start],
                    ("search reads every column of every table; search in (Table) reads less."),
                )
    yield from _times(found)


def _contains(found: Analysis, stage: Stage) -> Iterator[tuple[Tok, str]]:
    for at in range(stage.start, min(stage.end, len(found.tokens)) - 1):
        token, value = found.tokens[at], found.tokens[at + 1]
        if token.text not in ("contains", "!contains") or value.kind != "string":
            continue
        text = bare(value.text)
        if len(text) > 3 and text.isalnum():
            better = token.text.replace("contains", "has")
            yield token, (f"{better} finds whole words by the index; {token.text} reads every row.")


def _join(found: Analysis, stage: Stage) -> Iterator[tuple[Tok, str]]:
    tokens = found.tokens[stage.start : stage.end]
    texts = [token.text for token in tokens]
    if "on" in texts and texts[texts.index("on") + 1 :][:1] == ["*"]:
        yield tokens[texts.index("on") + 1], "A join on all columns compares every column."


def _times(found: Analysis) -> Iterator[tuple[Tok, str]]:
    """Big tables of events that nothing limits in time."""
    if any(token.kind in ("timespan", "datetime") for token in found.tokens):
        return
    if any(token.text in ("ago", "ingestion_time", "between", "now") for token in found.tokens):
        return
    if any(stage.operator in ("take", "limit", "getschema", "sample") for stage in found.stages):
        return
    tables = schema.known()
    for ref in found.refs:
        if ref.role == "table" and ref.token.text in _BIG and tables[ref.token.text].time_column:
            time = tables[ref.token.text].time_column
            yield ref.token, f"No filter on {time}: the whole time range is read."
            return
