"""What one key of a table of the settings takes."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Shape = Literal[
    "text",
    "choice",
    "guid",
    "tenant",
    "origin",
    "resource",
    "path",
    "argv",
    "host",
    "span",
    "flag",
    "texts",
]
"""`tenant`: GUID or domain. `origin`: scheme and host. `resource`: a URI. `span`: 90m, 1h, 3d.
`flag`: true or false. `texts`: a list of texts."""


class Key(Struct, frozen=True):
    """One key of a table."""

    shape: Shape
    help: str
    choices: tuple[str, ...] = ()
    needed: bool = False
    default: str | bool | None = None
