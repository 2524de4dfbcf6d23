"""What the address of a service may look like in the settings."""

from __future__ import annotations

import re
from urllib.parse import urlsplit


def is_loopback(host: str) -> bool:
    """Whether a host can only be this machine."""
    if host.lower() == "localhost":
        return True
    from ipaddress import ip_address

    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


_HOST = re.compile(
    r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
    r"|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*"
)
"""A name whose parts DNS can hold, or an address of IPv6."""


def origin_fault(value: str) -> str:
    """What keeps a text from being the origin of a host; empty where nothing does."""
    if any(sign <= " " or sign in "\\#\x7f" for sign in value):
        return "is no address such as https://host.example"
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return "is no address of a host"
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host:
        return "is no address such as https://host.example"
    if parts.username is not None or parts.password is not None or "@" in value:
        return "holds a user name, which an address of a service has not"
    if parts.path not in ("", "/") or parts.query or parts.fragment or "?" in value:
        return "holds more than scheme, host and port"
    if port == 0 or not _HOST.fullmatch(host) or len(host) > 253:
        return "is no address of a host"
    if parts.scheme == "http" and not is_loopback(host):
        return "is http, which would show tokens to the network"
    return ""
