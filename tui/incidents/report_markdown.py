"""A report in Markdown, in which no service text is markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tui.incidents.report_content import Report, stamp


def escaped(text: str) -> str:
    """A line of text as Markdown that shows it as it is."""
    text = " ".join(text.split())
    safe = re.sub(r"[\\`*_\[\]<>#|~&!$]", lambda match: f"\\{match.group()}", text)
    # At the start of a line more signs act, as a list, a rule, a number or a quote.
    return re.sub(r"^(\s*)([-+=:]|\d+[.)])", r"\1\\\2", safe)


def to_markdown(report: Report) -> str:
    """The report as one text."""
    lines = [f"# Incident {escaped(report.id)}: {escaped(report.title)}", ""]
    lines += [f"- **{name}:** {escaped(value)}" for name, value in report.facts]
    lines += ["", "## Summary", ""]
    if report.story:
        lines += [escaped(report.story), ""]
    lines.append(escaped(report.summary))
    lines += ["", "## Timeline", ""]
    if report.alerts:
        lines += table(
            ("Time", "Tactic", "Alert", "Severity", "Techniques", "Source"),
            (
                (
                    stamp(one.when) or "unknown",
                    one.tactic,
                    one.title,
                    one.severity,
                    one.techniques,
                    one.source,
                )
                for one in report.alerts
            ),
        )
    else:
        lines.append("No alerts.")
    lines += ["", "## Evidence", ""]
    if report.evidence:
        lines += table(
            ("Kind", "Entity", "Verdict", "Remediation", "Roles", "Named"),
            (
                (one.kind, one.title, one.verdict, one.remediation, one.roles, str(one.times))
                for one in report.evidence
            ),
        )
        if report.left_out:
            lines += ["", f"And {report.left_out} more, of no worse verdict."]
    else:
        lines.append("None.")
    if report.indicators:
        lines += ["", "## Indicators", "", "Of what is malicious or suspicious; defanged.", ""]
        lines += table(("Kind", "Indicator"), report.indicators)
    if report.comments:
        lines += ["", "## Comments", ""]
        for when, author, text in report.comments:
            lines.append(f"- **{escaped(author)}**{f', {when}' if when else ''}: {escaped(text)}")
    lines += ["", f"Made {report.made}."]
    return "\n".join(lines) + "\n"


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table, its cells escaped."""
    lines = [f"| {' | '.join(titles)} |", f"|{' --- |' * len(titles)}"]
    lines += [f"| {' | '.join(escaped(cell) for cell in row)} |" for row in rows]
    return lines
