"""The filter language: one line of words and fields."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tui.api.records import Incident


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter understood."""

    text: str

    def sql(self, now: datetime | None = None) -> tuple[str, list[object]]:
        raise NotImplementedError

    def odata(self, dialect: str, now: datetime | None = None) -> str | None:
        raise NotImplementedError

    def words(self) -> str:
        raise NotImplementedError

    def matches(self, incident: Incident, now: datetime | None = None) -> bool:
        raise NotImplementedError


def parse(text: str, me: str | None = None) -> Filter:
    raise NotImplementedError
