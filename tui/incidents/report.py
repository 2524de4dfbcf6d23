"""An incident as a report in Markdown or HTML.

All service text is hostile: it is made visible, escaped for its form, and indicators are
defanged. The HTML is one file without scripts, links to elsewhere or anything to load.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from tui.api.records import Incident
from tui.incidents.report_content import gather

Form = Literal["md", "html"]


def render(incident: Incident, form: Form, now: datetime | None = None) -> str:
    """The report of an incident as one text.

    Args:
        form: `md` for Markdown, `html` for a file of its own.
        now: When it is made.
    """
    content = gather(incident, now or datetime.now(UTC))
    if form == "html":
        from tui.incidents.report_html import to_html

        return to_html(content)
    from tui.incidents.report_markdown import to_markdown

    return to_markdown(content)
