"""What the rooms above ask of the services, whichever dialect answers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from msgspec import Struct

from tui.api.records import Comment, Incident, IncidentChange

Dialect = Literal["graph", "classic"]
"""Which service speaks: Microsoft Graph security, or the classic Defender XDR API."""

RETIREMENT = "2027-02-01"
"""The day after which the classic API no longer answers (message centre MC1220762)."""


class Page(Struct, frozen=True):
    """A part of the list, in the order of the service."""

    incidents: tuple[Incident, ...]
    """Each has an id. One that came before comes again only where it changed meanwhile."""
    total: int | None = None
    """How many the service says there are; an estimate, None where it says nothing."""
    faults: tuple[str, ...] = ()
    """What of this page could not be read at all, in words."""
    more: bool = False
    """Whether the service has, or may have, more behind it."""
    bodies: tuple[bytes, ...] = ()
    """Of a bulk list: the service's own JSON of each incident; empty where one was read whole."""


class HuntAnswer(Struct, frozen=True):
    """A hunting answer at rest: the body, as it came, in a file that belongs to the caller."""

    path: Path
    dialect: Dialect
    status: int
    request_id: str
    seconds: float
    """From the request's first byte to the answer's last."""
    size: int = 0
    """Bytes of the body, decoded."""


class IncidentService(Protocol):
    """Incidents of one tenant.

    Every call raises `tui.errors.Problem` and nothing else: `SignInProblem`, `Forbidden`,
    `Throttled`, `Unreachable`, `NotFound`, `BadAnswer`, `ServiceProblem`.
    """

    dialect: Dialect
    supports: frozenset[str]
    """Fields of `IncidentChange` that this dialect can write."""

    def pages(
        self,
        *,
        updated_since: datetime | None = None,
        odata: str | None = None,
        top: int | None = None,
        expand_alerts: bool = True,
        newest_first: bool = True,
        bulk: bool = False,
    ) -> AsyncIterator[Page]:
        """The list to its end, page by page.

        Args:
            updated_since: Only incidents changed at this time or later (aware).
            odata: A further condition in the dialect's own OData.
            top: End after so many incidents; None goes to the end of the list.
            expand_alerts: Alerts within the incidents (the classic API always sends them).
            newest_first: Newest created first, where the service can be told.
            bulk: For keeping many: incidents come with what a list shows of them (no
                evidence, no texts, no `raw`) and their JSON beside them, and the next page
                is asked for while one is used. The iterator has to be closed then.

        Raises:
            BadAnswer: Besides answers that make no sense: pages that repeat without end,
                or a next page on another origin.
        """
        ...

    async def get(self, incident_id: str) -> Incident:
        """One incident with its alerts."""
        ...

    async def update(self, incident_id: str, change: IncidentChange) -> Incident:
        """Apply the change and return the incident as the service answers that it now is.

        Values are Graph's spelling for either dialect. A `comment` within is added too. The
        answer may lack the alerts, and need not have all other fields; that it has what was
        asked for is for the caller to see.

        Raises:
            UsageProblem: The dialect cannot write one of the fields.
        """
        ...

    async def comment(
        self,
        incident_id: str,
        text: str,
        *,
        tried: datetime | None = None,
        alert: str | None = None,
    ) -> tuple[Comment, ...]:
        """Add a comment and return those the incident, or its alert, then has.

        Args:
            alert: The id of the alert it is about; None is the incident itself.
            tried: When an earlier attempt whose fate is unknown began (a crash, a lost
                answer): the comment is looked for before it is sent again.
        """
        ...


class HuntingService(Protocol):
    """Advanced hunting of one tenant."""

    dialect: Dialect

    async def run(
        self,
        query: str,
        *,
        timespan: str | None = None,
        to: Path,
        on_bytes: Callable[[int], None] | None = None,
    ) -> HuntAnswer:
        """Run a query and stream the answer's body into the file `to`.

        The file is made with mode 0600 and removed again where the call fails or is
        cancelled; it is kept where the answer was cut on its way (`Unreachable`, stage
        `read`). Cancelling closes the connection. That the body begins like a JSON object
        is all that is known of it.

        Args:
            timespan: ISO 8601 (`P7D`, `start/end`, …); Graph alone has it.
            on_bytes: Told how many bytes there are so far, decoded.

        Raises:
            QueryProblem: The service refused the query; with its place where it named one.
            UsageProblem: A time span that is none, or one for the classic API.
            BadAnswer: More than 256 MB, or no JSON.
        """
        ...
