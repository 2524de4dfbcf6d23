"""What a service still allows: calls spaced before the service has to refuse them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a limit now."""

    left: int
    limit: int
    period: str
    """`a minute`, `an hour`."""

    def __str__(self) -> str:
        return f"{self.left} of {self.limit} {self.period}"
