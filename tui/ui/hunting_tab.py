"""One tab of the Hunting editor: its text, its run and its rows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.errors import Problem, QueryProblem
from tui.text import calm, visible
from tui.ui import words
from tui.ui.widgets.sheet import Block, Span, gap, line, text

if TYPE_CHECKING:
    from tui.hunting.results import ResultSet
    from tui.hunting.run import Run
    from tui.hunting.source import ResultSource
    from tui.ui.widgets.query_editor import QueryEditor
    from tui.ui.workspace import Workspace

_DURATIONS = {
    "PT1H": "last hour",
    "P1D": "last 24 hours",
    "P3D": "last 3 days",
    "P7D": "last 7 days",
    "P30D": "last 30 days",
    "P90D": "last 90 days",
}
RANGES = (None, "PT1H", "P1D", "P3D", "P7D", "P90D")
"""Time ranges to choose from; None is the service's own of 30 days."""


@dataclass(slots=True, eq=False)
class QueryTab:
    """A tab; what it shows belongs to it, also while another tab is in front."""

    name: str
    editor: QueryEditor
    timespan: str | None = None
    run: Run | None = None
    """The run under way; None otherwise."""
    result: ResultSet | None = None
    source: ResultSource | None = None
    problem: Problem | None = None
    """Why the last run gave no rows; None where it did, or was cancelled."""
    cancelled: bool = False
    waiting: str = ""
    """What the run waits for, in words: a countdown's text without its number."""
    waits_until: float = 0.0
    row: str | None = None
    """Key of the row under the cursor, to come back to."""

    def close(self) -> None:
        """Stop the run and let the rows go."""
        if self.run is not None:
            self.run.cancel()
        if self.result is not None:
            self.result.close()
            self.result = self.source = None


def range_words(timespan: str | None) -> str:
    """A time range in words."""
    if timespan is None:
        return "last 30 days"
    known = _DURATIONS.get(timespan)
    if known:
        return known
    days = re.fullmatch(r"P(\d+)D", timespan)
    if days:
        return f"last {days[1]} days"
    return visible(timespan.replace("/", " – ").replace("T", " ").replace(":00Z", ""))


def size_words(size: int) -> str:
    """A number of bytes in words."""
    if size < 1_000_000:
        return f"{size / 1000:,.0f} KB"
    return f"{size / 1_000_000:,.1f} MB"


def rule_words(tab: QueryTab, now: float) -> list[Span]:
    """What the rule says at its left: the run under way, or what the rows are."""
    run = tab.run
    if run is not None:
        return _run_words(tab, run, now)
    if tab.cancelled:
        return [("cancelled", "warn"), *_kept(tab)]
    if tab.problem is not None:
        refused = isinstance(tab.problem, QueryProblem)
        return [("refused" if refused else "failed", "bad"), *_kept(tab)]
    if tab.result is None:
        return [("no results yet", "faint")]
    return [*_rows(tab.result, tab.source), *_remarks(tab.result)]


def _run_words(tab: QueryTab, run: Run, now: float) -> list[Span]:
    seconds = int(run.seconds)
    if tab.waits_until > now:
        left = max(1, round(tab.waits_until - now))
        return [(f"{tab.waiting}: {left} s", "warn"), ("   Esc stops", "faint")]
    if run.state == "loading":
        return [("reading the rows", "accent"), (f"   {size_words(run.received)}", "faint")]
    if run.state == "reading":
        return [
            ("receiving", "accent"),
            (f"   {size_words(run.received)}   {seconds} s   Esc cancels", "faint"),
        ]
    return [("running", "accent"), (f"   {seconds} s   Esc cancels", "faint")]


def _kept(tab: QueryTab) -> list[Span]:
    if tab.result is None or not tab.result.count:
        return []
    return [(f"   below: the {words.counted(tab.result.count, 'row')} from before", "faint")]


def _rows(result: ResultSet, source: ResultSource | None) -> list[Span]:
    shown = source.shown if source is not None else result.count
    if shown == result.count:
        head = words.counted(result.count, "row")
    else:
        head = f"{shown:,} of {result.count:,} rows"
    return [(head, "bold"), (f" in {result.seconds:.2f} s", "faint")]


def cpu_seconds(stats: object) -> float | None:
    """What a run took of the tenant's CPU allocation, where the answer tells (classic API)."""
    for name in ("resource_usage", "cpu", "total cpu"):
        stats = stats.get(name) if isinstance(stats, dict) else None
    parts = re.fullmatch(r"(?:(\d+)\.)?(\d+):(\d\d):(\d\d(?:\.\d+)?)", str(stats), re.ASCII)
    if parts is None:
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in parts.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def _remarks(result: ResultSet) -> list[Span]:
    remarks: list[Span] = []
    cpu = cpu_seconds(result.stats)
    if cpu is not None:
        remarks.append((f", {cpu:.2f} s of CPU", "faint"))
    if result.truncated:
        remarks.append((f"   {result.truncated}", "warn"))
    remarks += [(f"   {visible(note)}", "warn") for note in result.notes[:2]]
    return remarks


def sort_words(tab: QueryTab) -> list[Span]:
    """What the rule says at its right: order and filter."""
    source = tab.source
    if source is None:
        return []
    titles = {column.key: column.title for column in source.columns}
    order = ", ".join(
        f"{calm(visible(titles[key.key]))} {'↓' if key.descending else '↑'}"
        for key in source.order
        if key.key in titles
    )
    filtered = source.filter_text
    return [
        (f"sorted by {order}" if order else "in the order of the answer", "faint"),
        ("   ", ""),
        (
            f"filter {visible(filtered)}" if filtered else "filter off",
            "accent" if filtered else "faint",
        ),
    ]


def first_words() -> list[Block]:
    """The page that stands where results will be, before there are any."""
    return [
        line(("F5", "accent"), (" runs the query under the cursor; blank lines part queries.", "")),
        line(
            ("^r", "accent"),
            (" lists what ran before, ", ""),
            ("^o", "accent"),
            (" saved queries and some to start with, ", ""),
            ("^n", "accent"),
            (" opens another tab.", ""),
        ),
        line(
            ("Esc", "accent"),
            (" leaves the editor for the results, ", ""),
            ("F6", "accent"),
            (" comes back.", ""),
        ),
        gap(),
        text("What is typed here is kept, whatever happens.", "faint"),
    ]


def missing_role(workspace: Workspace) -> list[Block]:
    """What to grant, where the token already shows that hunting is not permitted."""
    from tui.auth import claims

    connection, session = workspace.connection, workspace.session
    if connection is None or session is None:
        return [line(("Offline: the queue is cached, hunting needs the service.", "warn"))]
    resource = connection.hunting.dialect
    token = session.current(resource)
    if token is None or token.claims is None:
        return []
    for feature in claims.features(resource):
        if feature.name == "Advanced hunting" and not claims.allowed(token.claims, feature):
            return [
                line(("✗ This application may not hunt.", "badbold")),
                text(f"It needs the role {' or '.join(feature.any_of)}.", indent=2),
                text(claims.how_to_grant(feature, token.claims), "bold", indent=2),
            ]
    return []
