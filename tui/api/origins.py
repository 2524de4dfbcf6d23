"""The rule that keeps tokens at home: each is shown to one origin only."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from tui.config.origins import is_loopback
from tui.errors import BadAnswer, UsageProblem
from tui.text import visible

_PORTS = {"https": 443, "http": 80}
_LONGEST = 32_000
"""Characters of an address; longer ones are refused by proxies and libraries alike."""


def origin(url: str) -> str:
    """Scheme, host and port of a URL in one spelling; empty where it has none.

    A URL that carries a user's name has no origin here: `https://good@evil/` is a trick.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in _PORTS or not parts.hostname or "@" in parts.netloc:
        return ""
    if any(sign in parts.netloc for sign in "\\ \t\r\n"):
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}:{_PORTS[parts.scheme] if port is None else port}"


def host(url: str) -> str:
    """Host and port of a URL, to name it to people."""
    try:
        parts = urlsplit(url)
        return visible(parts.netloc.rpartition("@")[2]) or visible(url[:80])
    except ValueError:
        return visible(url[:80])


def check_origin(url: str, allowed: str, what: str) -> None:
    """Refuse to send a token anywhere but to the origin of its resource.

    Raises:
        UsageProblem: The URL is elsewhere, or the origin is not encrypted.
    """
    home = origin(allowed)
    if not home or origin(url) != home:
        raise UsageProblem(
            f"{what} was stopped",
            f"the address is at {host(url)}, and the token is for {host(allowed)} alone",
            "Check the hosts of this profile's cloud in config.toml.",
        )
    parts = urlsplit(allowed)
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        raise UsageProblem(
            f"{what} was stopped",
            f"{host(allowed)} is not encrypted (http), and a token would be readable on the way",
            "Use https; http is for loopback addresses only.",
        )


def next_page(link: str, current: str, allowed: str, what: str) -> str:
    """The address of a next page, where it is on the origin that the token is for.

    Raises:
        BadAnswer: The service names another origin, or what is no address.
    """
    link = link.strip()
    if len(link) > _LONGEST or any(ord(sign) < 0x20 or ord(sign) == 0x7F for sign in link):
        raise BadAnswer(
            f"{what} was stopped",
            f"{host(allowed)} names a next page at what is no address: “{visible(link[:60])}”",
            "Try again; what came so far is kept.",
        )
    try:
        resolved = urljoin(current, link)
    except ValueError:
        resolved = ""
    if origin(resolved) != origin(allowed) or not origin(resolved):
        raise BadAnswer(
            f"{what} was stopped",
            f"{host(allowed)} names a next page at {host(resolved or link)}, "
            "and the token is shown to no other origin",
            "If that host belongs to the service, make it the profile's host in config.toml.",
        )
    return resolved
