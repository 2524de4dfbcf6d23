"""Hosts that look like ours: none of them is ever shown a token or a secret."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from msgspec import structs

from tests.auth.conftest import Authority, profile_at
from tui.api.origins import check_origin, next_page
from tui.api.request import Request
from tui.api.transport import Transport
from tui.auth.clouds import CLOUDS, cloud_named, custom_cloud
from tui.auth.session import Session
from tui.config import HostTable
from tui.config.hosts import REGIONS, mixed_hosts
from tui.config.origins import origin_fault
from tui.errors import BadAnswer, Problem, UsageProblem

GRAPH = "https://graph.microsoft.com"

LOOK_ALIKES = [
    # suffix and prefix
    "https://graph.microsoft.com.evil.example/v1.0",
    "https://graph.microsoft.com.evil.example:443/v1.0",
    "https://graph.microsoft.comevil.example/",
    "https://graph-microsoft.com/",
    "https://evilgraph.microsoft.com/",
    "https://graph.microsoft.co/",
    "https://graph.microsoft.com.",
    "https://graph.microsoft.com./v1.0",
    "https://x.graph.microsoft.com/",
    "https://microsoft.com/",
    "https://graph.microsoft.us/",
    "https://dod-graph.microsoft.us/",
    "https://microsoftgraph.chinacloudapi.cn/",
    "https://graph.microsoft.com%2eevil.example/",
    "https://graph.microsoft.com%00.evil.example/",
    "https://evil.example/graph.microsoft.com/",
    "https://evil.example/?https://graph.microsoft.com",
    "https://evil.example/#https://graph.microsoft.com",
    # user names
    "https://graph.microsoft.com@evil.example/",
    "https://graph.microsoft.com:443@evil.example/",
    "https://graph.microsoft.com%40evil.example/",
    "https://user@graph.microsoft.com/",
    "https://user:pass@graph.microsoft.com/",
    "https://@graph.microsoft.com/",
    "https://evil.example@graph.microsoft.com@evil.example/",
    "https://graph.microsoft.com\\@evil.example/",
    "https://evil.example\\.graph.microsoft.com/",
    # ports
    "https://graph.microsoft.com:8443/",
    "https://graph.microsoft.com:80/",
    "https://graph.microsoft.com:0/",
    "https://graph.microsoft.com:65536/",
    "https://graph.microsoft.com:-443/",
    "https://graph.microsoft.com:443evil/",
    "https://graph.microsoft.com:four/",
    # schemes
    "http://graph.microsoft.com/",
    "http://graph.microsoft.com:443/",
    "ftp://graph.microsoft.com/",
    "file://graph.microsoft.com/etc/passwd",
    "ws://graph.microsoft.com/",
    "javascript://graph.microsoft.com/%0aalert(1)",
    "data:text/html,https://graph.microsoft.com",
    "https:/graph.microsoft.com/",
    "https:graph.microsoft.com/",
    "//evil.example/",
    "https:///graph.microsoft.com/",
    "graph.microsoft.com",
    "",
    # letters that look the same, and punycode
    "https://grаph.microsoft.com/",
    "https://graph.micrоsoft.com/",
    "https://ɡraph.microsoft.com/",
    "https://xn--grph-53d.microsoft.com/",
    "https://graph.xn--microsft-sbh.com/",
    "https://graph.microsоft.com/",
    "https://graph。microsoft。com/",
    "https://ｇraph.microsoft.com/",
    "https://graph\u200b.microsoft.com/",
    "https://graph.microsoft.com\u202e/",
    "https://graph.microsoft.com℀evil.example/",
    # white space and line breaks
    "https://graph.microsoft.com .evil.example/",
    "https:// graph.microsoft.com/",
    "https://graph.microsoft.com\r\nHost: evil.example/",
    "https://graph.microsoft.com\t.evil.example/",
    "https://graph.microsoft.com\\.evil.example/",
    "https:\\\\graph.microsoft.com/",
    "https://[::1%25graph.microsoft.com]/",
    "https://graph.microsoft.com;.evil.example/",
    "https://graph.microsoft.com,evil.example/",
    # addresses
    "https://20.190.159.0/",
    "https://[::ffff:20.190.159.0]/",
    "https://127.0.0.1/",
    "https://localhost/",
    "https://0x7f000001/",
]


def test_there_are_enough_of_them() -> None:
    assert len(set(LOOK_ALIKES)) >= 60


@pytest.mark.parametrize("url", LOOK_ALIKES)
def test_request_to_a_look_alike_is_refused(url: str) -> None:
    with pytest.raises(UsageProblem):
        check_origin(url, GRAPH, "Listing incidents")


@pytest.mark.parametrize("url", [one for one in LOOK_ALIKES if "://" in one and one[:4] == "http"])
def test_next_page_at_a_look_alike_is_refused(url: str) -> None:
    resolved = f"{GRAPH}/v1.0/security/incidents?$skip=1"
    if url == "https:///graph.microsoft.com/":
        return  # Joined to the page before it, this is a path on the right host.
    with pytest.raises(BadAnswer):
        next_page(url, resolved, GRAPH, "Listing incidents")


@pytest.mark.parametrize(
    "url",
    [
        "https://graph.microsoft.com/v1.0",
        "https://GRAPH.microsoft.com/v1.0",
        "https://graph.microsoft.com:443/v1.0",
    ],
)
def test_the_right_host_in_any_spelling(url: str) -> None:
    check_origin(url, GRAPH, "Listing incidents")


@pytest.mark.parametrize("home", ["http://127.evil.example", "http://localhost.evil.example"])
def test_names_that_begin_like_loopback_are_not_sent_a_token_in_the_clear(home: str) -> None:
    with pytest.raises(UsageProblem, match="not encrypted"):
        check_origin(f"{home}/v1.0", home, "Listing incidents")


# Settings: the hosts of a profile belong to one cloud

_LOGIN, _LOGIN_US = "https://login.microsoftonline.com", "https://login.microsoftonline.us"


@pytest.mark.parametrize(
    "table",
    [
        {"authority": _LOGIN, "graph": "https://graph.microsoft.us"},
        {"authority": _LOGIN, "graph": "https://graph.microsoft.com.evil.example"},
        {"authority": _LOGIN, "graph": "https://graph.microsoft.com:8443"},
        {"authority": _LOGIN, "graph": "http://127.0.0.1:8765"},
        {"authority": _LOGIN, "classic": "https://api-gov.security.microsoft.us"},
        {"authority": _LOGIN, "classic": "https://xx.api.security.microsoft.com"},
        {"authority": _LOGIN, "endpoint": "https://graph.microsoft.com"},
        {"authority": _LOGIN, "portal": "https://security.microsoft.us"},
        {"authority": _LOGIN, "portal": "https://evil.example"},
        {"authority": _LOGIN_US, "graph": "https://graph.microsoft.com"},
        {"authority": _LOGIN_US, "graph": "https://dod-graph.microsoft.us",
         "portal": "https://security.microsoft.us"},
        {"authority": _LOGIN, "classic": "https://api-gcc.security.microsoft.us",
         "endpoint": "https://api.securitycenter.microsoft.com"},
        {"authority": "https://login.windows.net", "classic":
         "https://api-gcc.security.microsoft.us"},
        {"authority": "https://evil.example", "graph": "https://graph.microsoft.com"},
        {"authority": "https://login.microsoftonline.com.evil.example",
         "classic": "https://api.security.microsoft.com"},
        {"authority": "https://login.microsoftonline.co", "graph": "https://GRAPH.microsoft.com:443"},
        {"authority": "http://127.0.0.1:8765", "endpoint": "https://api.security.microsoft.com"},
    ],
)  # fmt: skip
def test_hosts_of_two_clouds_are_refused(table: dict[str, str]) -> None:
    assert mixed_hosts(table) is not None
    with pytest.raises(UsageProblem, match="cloud"):
        custom_cloud(HostTable(**table))


def test_hosts_of_one_cloud_and_regions() -> None:
    for cloud in CLOUDS.values():
        table = {
            name: getattr(cloud, name)
            for name in ("authority", "classic", "graph", "endpoint", "portal")
        }
        assert mixed_hosts(table) is None
        assert custom_cloud(HostTable(**table)).graph_resource == cloud.graph_resource
    for region in REGIONS:
        cloud = cloud_named("global", region)
        assert cloud.classic == f"https://{region}.api.security.microsoft.com"
        assert cloud.classic_resource == "https://api.security.microsoft.com"
        assert mixed_hosts({"authority": _LOGIN, "classic": cloud.classic}) is None
    with pytest.raises(UsageProblem):
        cloud_named("gcc", "eu")
    dod = custom_cloud(HostTable(authority=_LOGIN_US, graph="https://dod-graph.microsoft.us"))
    assert dod.portal == "https://security.apps.mil"
    lab = custom_cloud(HostTable(authority="https://lab.example"))
    assert {lab.classic, lab.graph, lab.endpoint, lab.portal} == {"https://lab.example"}


@pytest.mark.parametrize(
    "value",
    [
        "http://lab.example",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "http://169.254.169.254",
        "http://0.0.0.0:1",
        "https://user@lab.example",
        "https://lab.example/path",
        "https://lab.example?x",
        "https://lab.example#x",
        "https://lab example",
        "https://läb.example",
        "ftp://lab.example",
        "lab.example",
    ],
)
def test_settings_take_no_such_host(value: str) -> None:
    assert origin_fault(value)


# Over the wire: whoever redirects sees nothing


@pytest.fixture
async def stranger() -> AsyncIterator[Authority]:
    one = Authority()
    one.gate.set()
    server = await asyncio.start_server(one.serve, "127.0.0.1", 0)
    one.origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield one
    server.close()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirect_of_the_authority_is_not_followed(
    authority: Authority, stranger: Authority, status: int
) -> None:
    authority.queue("", status, Location=f"{stranger.origin}/oauth2/token")
    session = Session(profile_at(authority.origin))
    with pytest.raises(Problem, match="secrets are not sent"):
        await session.token("graph")
    await session.close()
    assert not stranger.asked


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirect_of_a_service_is_not_followed(
    authority: Authority, stranger: Authority, status: int
) -> None:
    profile = profile_at(authority.origin)
    session = Session(profile)
    authority.queue_token()
    authority.queue("", status, Location=f"{stranger.origin}/v1.0/security/incidents")
    transport = Transport(session)
    with pytest.raises(Problem):
        await transport.json(
            Request("GET", f"{profile.cloud.graph}/v1.0/security/incidents", "graph", "Listing")
        )
    await transport.close()
    await session.close()
    assert not stranger.asked


async def test_token_of_one_resource_stays_off_another_origin(
    authority: Authority, stranger: Authority
) -> None:
    profile = profile_at(authority.origin)
    profile = replace(profile, cloud=structs.replace(profile.cloud, classic=stranger.origin))
    session = Session(profile)
    transport = Transport(session)
    with pytest.raises(UsageProblem, match="the token is for"):
        await transport.json(Request("GET", f"{stranger.origin}/api/incidents", "graph", "Listing"))
    await transport.close()
    await session.close()
    assert not authority.asked
    assert not stranger.asked
