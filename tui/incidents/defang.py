"""Indicators written so that nobody follows them by accident."""

from __future__ import annotations

import re

_SCHEME = re.compile(r"\b(?:http|ftp)(?=s?:)", re.IGNORECASE)
_URL = re.compile(r"\b(?:(?:https?|ftps?)://|www\.)[^\s<>\"'|]+", re.IGNORECASE)
_DOT = re.compile(r"\.(?=[^.\s])")
_ADDRESS = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?!\w|\.\w)")


def defanged(indicator: str) -> str:
    """An address, URL, domain or mail address as `hxxps://evil[.]test`, `a[@]evil[.]test`."""
    text = _SCHEME.sub(_other_scheme, indicator)
    head, slashes, rest = text.partition("://")
    if not slashes:
        head, rest = "", text
    host, slash, path = rest.partition("/")
    host = _DOT.sub("[.]", host).replace("@", "[@]")
    if not slashes and ":" in host and "." not in host:
        host = host.replace(":", "[:]")  # an IPv6 address
    return f"{head}{slashes}{host}{slash}{path}"


def defanged_prose(text: str) -> str:
    """A text in which URLs and addresses of version 4 are defanged and the rest is as it was."""
    text = _URL.sub(lambda match: defanged(match.group()), text)
    return _ADDRESS.sub(lambda match: match.group().replace(".", "[.]"), text)


def _other_scheme(match: re.Match[str]) -> str:
    scheme = match.group()
    return scheme.replace("t", "x").replace("T", "X")
