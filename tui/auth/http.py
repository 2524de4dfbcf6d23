"""The HTTP client that sign-in and services share, and what its faults mean."""

from __future__ import annotations

import errno
import re
import ssl
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tui.config.origins import is_loopback
from tui.errors import Unreachable, UsageProblem
from tui.text import visible

if TYPE_CHECKING:
    import httpx

# httpx loads its own command line where that can run, which takes 4 MB and serves nobody here.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
# httpcore looks for sniffio on the disk four times in every request. Where there is none, all
# runs under asyncio, which is what runs here.
sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type]

CONNECT_TIMEOUT = 10.0
"""Seconds until a connection must stand."""
READ_TIMEOUT = 30.0
"""Seconds of silence that count as no answer."""


@lru_cache(maxsize=1)
def tls_context() -> ssl.SSLContext:
    """TLS by the certificates that the system trusts, a company's own included (truststore).

    `SSL_CERT_FILE` and `SSL_CERT_DIR` are honoured everywhere: instead of OpenSSL's own
    certificates on Linux, beside the system's elsewhere.
    """
    import os

    import truststore

    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if sys.platform in ("darwin", "win32"):
        file, folder = (os.environ.get(f"SSL_CERT_{kind}") or None for kind in ("FILE", "DIR"))
        if file or folder:
            with suppress(OSError):  # Named and not there: doctor says so.
                context.load_verify_locations(file, folder)
    return context


def new_client(*, read_timeout: float = READ_TIMEOUT) -> httpx.AsyncClient:
    """A client that follows no redirect and uses the system's proxies and certificates.

    This machine itself is never asked through a proxy.

    Raises:
        UsageProblem: The environment names a proxy that cannot be one.
    """
    import httpx

    from tui import __version__

    try:
        return httpx.AsyncClient(
            verify=tls_context(),
            follow_redirects=False,
            timeout=httpx.Timeout(
                connect=CONNECT_TIMEOUT, read=read_timeout, write=30.0, pool=CONNECT_TIMEOUT
            ),
            limits=httpx.Limits(max_connections=10, max_keepalive_connections=5),
            headers={"User-Agent": f"m365d-tui/{__version__}"},
            event_hooks={"response": [_set_location_aside]},
            mounts={"all://localhost": None, "all://127.0.0.1": None, "all://[::1]": None},
        )
    except (ValueError, ImportError, httpx.InvalidURL):
        raise _bad_proxy() from None


def _bad_proxy() -> UsageProblem:
    """Which proxy setting is none; its value is not shown, for it may hold a password."""
    import os
    from urllib.request import getproxies

    named = "a proxy in the system's settings"
    for scheme, value in getproxies().items():
        kind = value.partition("://")[0].lower() if "://" in value else "http"
        known = kind in ("http", "https")
        try:
            fine = known and bool(urlsplit(value).netloc or "://" not in value)
        except ValueError:
            fine = False
        if scheme in ("http", "https", "all") and not fine:
            names = (f"{scheme}_proxy".upper(), f"{scheme}_proxy")
            by = next((name for name in names if os.environ.get(name) == value), named)
            named = f"{by} is {'no address' if known else f'of kind {visible(kind)[:20]}'}"
            break
    return UsageProblem(
        "No connection can be made",
        f"{named}, and only proxies over http and https are spoken",
        "Write it as http://host:port, or take it away.",
    )


UNFOLLOWED = "location-not-followed"
"""The header under which an answer keeps its `Location`; see `host_of_redirect`."""


async def _set_location_aside(response: httpx.Response) -> None:
    # httpx makes the next request even where it is not sent, and fails on an odd address.
    if "location" in response.headers:
        response.headers[UNFOLLOWED] = response.headers.pop("location")


def host_of_redirect(headers: Mapping[str, str]) -> str:
    """The host that an answer sends us on to, displayable; empty where it names none."""
    try:
        return visible(urlsplit(headers.get(UNFOLLOWED, "")).netloc.rpartition("@")[2])[:200]
    except ValueError:
        return ""


_TLS_WHY: dict[int, str] = {
    9: "its certificate is not valid yet; is this machine's clock right?",
    10: "its certificate has expired; is this machine's clock right?",
    18: "its certificate is signed by itself and not trusted on this machine",
    19: "its certificate comes from an authority that this machine does not trust",
    20: "its certificate comes from an authority that this machine does not trust",
    21: "its certificate comes from an authority that this machine does not trust",
    23: "its certificate was revoked",
    62: "its certificate is for another name",
    64: "its certificate is for another address",
}
_TLS_REMEDY = (
    "Behind a company's proxy, add its certificate to the system's store or name it in "
    "SSL_CERT_FILE."
)
_CONNECT_WHY: dict[int, str] = {
    errno.ECONNREFUSED: "nothing listens there (connection refused)",
    errno.EHOSTUNREACH: "there is no way to that host",
    errno.ENETUNREACH: "there is no network",
    errno.ETIMEDOUT: "it did not answer in time",
    errno.ECONNRESET: "the connection was reset",
}


_LEFT = re.compile(r"\b(dis)?connected?\b|\bclosed\b", re.IGNORECASE)
"""In what httpx says of an answer that broke off, and not of one that is malformed."""
_NO_HTTP_REMEDY = "Check the host and its port, and what stands between, then try again."
_PROXY_REMEDY = "Check HTTPS_PROXY and NO_PROXY."


def _proxy_for(host: str) -> str:
    """Host and port of the proxy that the system has for a host, displayable; else empty."""
    from urllib.request import getproxies, proxy_bypass

    name = host.rpartition(":")[0] if re.search(r":\d+$", host) else host
    if is_loopback(name.strip("[]")) or proxy_bypass(name):
        return ""
    known = getproxies()
    return proxy_place(known.get("https") or known.get("all") or "")


def proxy_place(value: str) -> str:
    """Host and port of a proxy's address, displayable, without the user and the password."""
    try:
        place = urlsplit(value if "://" in value else f"http://{value}").netloc
    except ValueError:
        place = value.rpartition("/")[2]
    return visible(place.rpartition("@")[2])[:100]


def _causes(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is None or one in found or len(found) > 30:
            continue
        found.append(one)
        if isinstance(one, BaseExceptionGroup):
            waiting.extend(one.exceptions)
        waiting.extend((one.__context__, one.__cause__))
    return found


def explain_network(error: Exception, host: str, what: str) -> Unreachable:
    """A fault of the network in words that name the host and how far it got.

    Args:
        error: What httpx raised.
        host: Whom we asked.
        what: What failed, as `Problem` has it.
    """
    import httpx

    shown = visible(host)

    def found(why: str, remedy: str, stage: str) -> Unreachable:
        return Unreachable(what, why, remedy, host=host, stage=stage)

    import socket

    via = _proxy_for(host)
    causes = _causes(error)
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            why = _TLS_WHY.get(cause.verify_code, "its certificate cannot be verified")
            return found(f"no secure connection to {shown}: {why}", _TLS_REMEDY, "tls")
        if isinstance(cause, socket.gaierror) and via:
            return found(
                f"the name of the proxy {via} on the way to {shown} cannot be resolved",
                _PROXY_REMEDY,
                "name",
            )
        if isinstance(cause, socket.gaierror):
            return found(
                f"the name {shown} cannot be resolved",
                "Check the network, the name server and the host's name.",
                "name",
            )
    if isinstance(error, httpx.ProxyError):
        said = visible(str(error))[:60]
        said = f" ({said})" if re.match(r"\d{3} ", said) else ""
        wants = "It wants a user: http://user:password@host:port. " if "407" in said else ""
        return found(
            f"the proxy{f' {via}' if via else ''} on the way to {shown} refused{said}",
            f"{wants}{_PROXY_REMEDY}",
            "connect",
        )
    tls = any(isinstance(cause, ssl.SSLError) for cause in causes)
    if isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout):
        way = f"{shown} over the proxy {via}" if via else shown
        return found(
            f"no connection to {way} stood within {CONNECT_TIMEOUT:.0f} s",
            "Check the network and the proxy, then try again.",
            "connect",
        )
    if isinstance(error, httpx.ConnectError):
        if tls:
            return found(
                f"no secure connection to {shown}: it does not speak TLS as expected",
                _TLS_REMEDY,
                "tls",
            )
        number = next((c.errno for c in causes if isinstance(c, OSError) and c.errno), None)
        why = _CONNECT_WHY.get(number or 0, "the connection failed")
        if via:
            return found(f"the proxy {via} on the way to {shown}: {why}", _PROXY_REMEDY, "connect")
        return found(
            f"{shown}: {why}", "Check the network and the host, then try again.", "connect"
        )
    if isinstance(error, httpx.WriteError | httpx.WriteTimeout):
        return found(
            f"the connection to {shown} broke while the request was sent", "Try again.", "send"
        )
    if isinstance(error, httpx.ReadTimeout):
        return found(
            f"{shown} took the request and did not answer in time", "Try again later.", "wait"
        )
    if isinstance(error, httpx.RemoteProtocolError | httpx.ReadError):
        way = f"{shown} over the proxy {via}" if via else shown
        if isinstance(error, httpx.RemoteProtocolError) and not _LEFT.search(str(error)):
            return found(f"what came from {way} is no answer in HTTP", _NO_HTTP_REMEDY, "read")
        return found(f"the answer of {way} was cut", "Try again.", "read")
    return found(
        f"the exchange with {shown} failed", "Check the network, then try again.", "connect"
    )
