"""What can go wrong, as a user hears it: what failed, why, and what to do next.

Every error that is meant for a person derives from `Problem`. The command line
turns it into one sentence and an exit code, the screens into a designed state.
Anything else that is raised is a defect of this program.
"""

from __future__ import annotations

from typing import ClassVar


class Problem(Exception):
    """A failure explained.

    Args:
        what: What failed, as the start of a sentence ("Signing in to contoso failed").
        why: The reason; the service's own words are quoted here.
        remedy: What the reader can do next; empty where nothing helps but waiting.
        code: The service's own code (`AADSTS7000215`, `Forbidden`), for support.
        request_id: The service's own name of the request, for support.
    """

    exit_code: ClassVar[int] = 1
    """What the command line ends with; DESIGN's contract of exit codes."""

    def __init__(
        self,
        what: str,
        why: str = "",
        remedy: str = "",
        *,
        code: str = "",
        request_id: str = "",
    ) -> None:
        self.what = what
        self.why = why
        self.remedy = remedy
        self.code = code
        self.request_id = request_id
        super().__init__(what, why, remedy)

    def __str__(self) -> str:
        parts = [self.what + (f": {self.why}" if self.why else "")]
        known = self.what + self.why
        support = [
            text
            for text in (
                self.code if self.code not in known else "",
                f"request {self.request_id}"
                if self.request_id and self.request_id not in known
                else "",
            )
            if text
        ]
        if support:
            parts[0] = f"{parts[0].rstrip('.')} ({', '.join(support)})"
        if self.remedy:
            parts.append(self.remedy)
        return " ".join(part if part.endswith((".", "?", "!")) else f"{part}." for part in parts)


class UsageProblem(Problem):
    """Wrong usage or settings: nothing was asked of any service."""

    exit_code = 2


class SignInProblem(Problem):
    """No token could be had: the authority refused, or a secret is missing."""

    exit_code = 3


class Forbidden(Problem):
    """The service knows us and says no (403), or the token lacks the role."""

    exit_code = 4


class Unreachable(Problem):
    """No answer: name, connection, TLS, time-out or a cut answer.

    Args:
        host: The host that was asked.
        stage: How far it got: `name`, `connect`, `tls`, `send`, `wait`, `read`.
    """

    exit_code = 5

    def __init__(
        self, what: str, why: str = "", remedy: str = "", *, host: str = "", stage: str = ""
    ) -> None:
        super().__init__(what, why, remedy)
        self.host = host
        self.stage = stage


class ServiceProblem(Problem):
    """The service answered, and it was no success.

    Args:
        status: The HTTP status; 0 where the answer was no HTTP error but no sense either.
    """

    def __init__(
        self,
        what: str,
        why: str = "",
        remedy: str = "",
        *,
        status: int = 0,
        code: str = "",
        request_id: str = "",
    ) -> None:
        super().__init__(what, why, remedy, code=code, request_id=request_id)
        self.status = status


class NotFound(ServiceProblem):
    """The thing asked for is not there (404), or this API is gone (410)."""


class Conflict(ServiceProblem):
    """Somebody else changed the thing meanwhile (409, 412)."""


class BadAnswer(ServiceProblem):
    """The answer is not what the service documents: HTML, cut JSON, too large."""


class Throttled(ServiceProblem):
    """429 beyond what we were willing to wait.

    Args:
        retry_after: Seconds the service asked to wait; None where it did not say.
    """

    def __init__(
        self,
        what: str,
        why: str = "",
        remedy: str = "",
        *,
        retry_after: float | None = None,
        code: str = "",
        request_id: str = "",
    ) -> None:
        super().__init__(what, why, remedy, status=429, code=code, request_id=request_id)
        self.retry_after = retry_after


class QueryProblem(ServiceProblem):
    """The service refused the query for what it says.

    Args:
        line: Line in the query as sent, from 1; None where the service names no place.
        column: Column in that line, from 1; None likewise.
    """

    def __init__(
        self,
        what: str,
        why: str = "",
        remedy: str = "",
        *,
        line: int | None = None,
        column: int | None = None,
        code: str = "",
        request_id: str = "",
    ) -> None:
        super().__init__(what, why, remedy, status=400, code=code, request_id=request_id)
        self.line = line
        self.column = column
