"""Look-ups elsewhere: addresses of other services in which a value of an entity is put."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from tui.config.key import Key

LOOKUP_KINDS = (
    "ip",
    "domain",
    "url",
    "hash",
    "sha256",
    "sha1",
    "md5",
    "file",
    "device",
    "user",
    "mail",
    "app_id",
)
"""What can be looked up; `hash` is the longest hash there is."""

TEMPLATE_PATTERN = r"^https://[^\s/?#{}@\\]+(/[^\s\\]*|\?[^\s\\]*)?\{value\}[^\s\\]*$"
"""An https address that names its host itself and has `{value}` behind it."""


class Lookup(Struct, frozen=True):
    """`[[lookups]]`: a service that knows more of some kinds of values."""

    name: str
    kinds: tuple[str, ...]
    url: str

    def address(self, value: str) -> str:
        """The address that looks a value up; everything special in it is percent-encoded."""
        safe = quote(value.encode("utf-8", "replace"), safe="")
        if safe.strip(".") == "":
            safe = safe.replace(".", "%2E")
        return self.url.replace("{value}", safe)


LOOKUP: Mapping[str, Key] = MappingProxyType(
    {
        "name": Key("text", "What the menu calls it.", needed=True),
        "kinds": Key("texts", "What it knows, such as ip and domain.", LOOKUP_KINDS, needed=True),
        "url": Key("text", "An https address with {value} in it.", needed=True),
    }
)


def url_fault(value: object) -> str:
    """What keeps a text from being the address of a look-up; empty where nothing does."""
    if not isinstance(value, str) or re.match(TEMPLATE_PATTERN, value):
        return ""
    if not value.startswith("https://"):
        return "is no https address"
    if "{value}" not in value:
        return "has no {value} in it"
    return "must name its host before {value}"


def lookups_of(tables: list[Mapping[str, Any]]) -> tuple[Lookup, ...]:
    """`[[lookups]]` of a checked document."""
    return tuple(Lookup(one["name"], tuple(one["kinds"]), one["url"]) for one in tables)
