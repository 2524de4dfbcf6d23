"""The query in a link to the portal's hunting page.

The link's `query=` is the text as UTF-16LE, packed with gzip, as base64url.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from urllib.parse import parse_qs, urlsplit

_MOST = 2_000_000
"""Bytes that a link's query may unpack to."""
_LINK = re.compile(r"https://[^\s?]+hunting\S*[?&]query=\S+\Z", re.IGNORECASE)


def query_in(text: str) -> str | None:
    """The query of a link; None where the text is no such link, or cannot be read as one."""
    link = text.strip()
    if len(link) > 100_000 or not _LINK.match(link):
        return None
    try:
        packed = parse_qs(urlsplit(link).query).get("query", [""])[0]
    except ValueError:
        return None
    # A plus was a blank to the reader of the address.
    packed = packed.replace(" ", "+").replace("+", "-").replace("/", "_")
    try:
        raw = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
        unpacking = zlib.decompressobj(wbits=31)
        plain = unpacking.decompress(raw, _MOST)
    except (binascii.Error, ValueError, zlib.error):
        return None
    if not unpacking.eof:
        return None
    wide = len(plain) % 2 == 0 and b"\0" in plain[:200]
    try:
        query = plain.decode("utf-16-le" if wide else "utf-8")
    except UnicodeDecodeError:
        return None
    return query.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n") or None
