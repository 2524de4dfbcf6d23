"""Links to the portal's hunting page: their queries, and what is no such link."""

from __future__ import annotations

import base64
import gzip

import pytest

from tui.hunting.portal_link import query_in

QUERY = "DeviceProcessEvents\r\n| where FileName == 'ü.exe'\r\n| take 5"


def link(text: bytes) -> str:
    packed = base64.urlsafe_b64encode(gzip.compress(text)).decode().rstrip("=")
    return f"https://security.microsoft.com/v2/advanced-hunting?tid=0-1&query={packed}&timeRangeId=week"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-8"])
def test_the_query_of_a_link(encoding: str) -> None:
    found = query_in(f"  {link(QUERY.encode(encoding))}\n")
    assert found == "DeviceProcessEvents\n| where FileName == 'ü.exe'\n| take 5"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "DeviceEvents | where RemoteUrl == 'https://example.net/hunting?query=x'",
        "https://security.microsoft.com/v2/advanced-hunting?tid=1",
        "https://security.microsoft.com/v2/advanced-hunting?query=AAAA",
        "https://security.microsoft.com/v2/advanced-hunting?query=%00%ff",
        link(QUERY.encode())[:-40],
        link(b"\0" * 5_000_000),
        link(b"a\xd8"[:1] + b"\xff" * 9),
    ],
)
def test_what_is_no_link_stays_text(text: str) -> None:
    assert query_in(text) is None
