"""Refusals, in the words and bodies of each service.

Source: *Common REST API error codes* (Microsoft Defender XDR); *Microsoft Graph error
responses and resource types*.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class ServiceFault(Exception):
    """An answer that is no success; the application turns it into the dialect's body.

    Args:
        status: The HTTP status.
        code: The service's word for it (`Forbidden`, `TooManyRequests`).
        message: The service's sentence about it.
        headers: More headers of the answer, such as `Retry-After`.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})
        super().__init__(status, code, message)


def dialect_of(path: str) -> str:
    """Which service a path belongs to: `graph` or `classic`."""
    return "graph" if path.lower().startswith(("/v1.0", "/beta")) else "classic"


def fault_body(
    fault: ServiceFault, dialect: str, *, request_id: str, client_request_id: str, now: datetime
) -> dict[str, Any]:
    """The JSON that goes with a refusal."""
    if dialect == "graph":
        return {
            "error": {
                "code": fault.code,
                "message": fault.message,
                "innerError": {
                    "date": now.strftime("%Y-%m-%dT%H:%M:%S"),
                    "request-id": request_id,
                    "client-request-id": client_request_id or request_id,
                },
            }
        }
    target = f"|{request_id}.{uuid.uuid4().hex[:8]}."
    return {"error": {"code": fault.code, "message": fault.message, "target": target}}


def not_found(what: str, dialect: str) -> ServiceFault:
    """404 for a thing that is not there."""
    if dialect == "graph":
        return ServiceFault(404, "NotFound", f"{what} was not found.")
    return ServiceFault(404, "ResourceNotFound", f"{what} was not found")


def bad_request(message: str, *, code: str = "BadRequest") -> ServiceFault:
    """400 for a request that makes no sense to the service."""
    return ServiceFault(400, code, message)
