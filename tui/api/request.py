"""What is asked of a service, and what comes back."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

PAGE_LIMIT = 64 * 2**20
"""Bytes of a decoded page."""
HUNT_LIMIT = 256 * 2**20
"""Bytes of a decoded hunting answer."""


class Timeouts(Struct, frozen=True):
    """Seconds for each stage of an exchange."""

    connect: float = 10.0
    """Until a connection stands, TLS included."""
    send: float = 30.0
    wait: float = 60.0
    """Of silence, before and within an answer."""
    whole: float = 300.0
    """Of one exchange in all: an answer that drips is stopped here."""


PATIENT = Timeouts(wait=620.0, whole=1200.0)
"""For hunting: the service is silent until the query is done, up to ten minutes."""


class Request(Struct, frozen=True):
    """One thing to ask of a service."""

    method: str
    url: str
    resource: str
    """Whose token: `graph`, `classic` or `endpoint`."""
    what: str
    """The call as a phrase: `Listing incidents`."""
    feature: str = ""
    """Name of the feature of `tui.auth.claims.features` that allows it."""
    quota: str = ""
    """Name of the quota that it counts against; empty where none is known."""
    body: object = None
    """Sent as JSON; None sends nothing."""
    headers: Mapping[str, str] = field(default_factory=dict)
    idempotent: bool | None = None
    """Whether sending it twice does no more than once; None asks the method."""
    is_query: bool = False
    """A 400 to it is the query's fault."""
    missing: str = ""
    """What to do about a 404, where the thing itself may be missing; empty where a 404
    means that the API is not there."""
    limit: int = PAGE_LIMIT
    timeouts: Timeouts | None = None

    @property
    def repeatable(self) -> bool:
        """Whether it may be sent again although the service may have seen it."""
        if self.idempotent is not None:
            return self.idempotent
        return self.method in ("GET", "HEAD", "PUT", "DELETE")


class Answer(Struct, frozen=True):
    """A success."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    """Decoded; empty where it went into a file."""
    request_id: str
    seconds: float
    size: int
