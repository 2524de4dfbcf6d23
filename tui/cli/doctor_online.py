"""Doctor's way through the network: names, TLS, clock, token, roles, a read of each API, quota."""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tui.cli.context import chosen_profile, run_async
from tui.cli.doctor_words import Check, Scrubber
from tui.errors import Problem, SignInProblem, UsageProblem

if TYPE_CHECKING:
    import httpx

    from tui.api.service import Connection
    from tui.auth.profiles import Profile
    from tui.auth.session import Session

_NAME_LIMIT = 10.0
_ISSUERS = ("microsoft", "digicert")
"""Who issues the certificates of Microsoft's hosts."""
_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")
_NEEDED = ("Read incidents", "Advanced hunting")


def online_checks(args: argparse.Namespace) -> list[Check]:
    """Everything that needs a profile, until something keeps the rest from being looked at."""
    from tui.config import load_settings

    if not args.demo and args.profile is None and not load_settings(args.config).profiles:
        return [Check("profile", "note", "there is none yet: `m365d-tui profiles add NAME`")]
    try:
        with chosen_profile(args) as profile:
            return run_async(_gathered(profile))
    except UsageProblem as problem:
        return [Check("profile", "bad", Scrubber().quoted(f"{problem}"), problem.exit_code)]


async def _gathered(profile: Profile) -> list[Check]:
    return [check async for check in _checks(profile)]


async def _checks(profile: Profile) -> AsyncIterator[Check]:
    from tui.auth.session import Session

    scrub = Scrubber(profile)
    yield Check(
        "profile",
        "ok",
        f"cloud {profile.cloud.name}, api {profile.api}, credential {profile.credential}",
    )
    hosts = _hosts(profile)
    lost = False
    for host in hosts:
        found = await _name(host, scrub)
        lost = lost or bool(found.code)
        yield found
    yield _ways()
    if lost and not _proxied():
        return
    session = Session(profile, ask=_asker())
    try:
        for origin in hosts:
            found = await _reach(origin, session, scrub)
            lost = lost or bool(found.code)
            yield found
        if not lost:
            async for check in _signed_in(session, scrub):
                yield check
    finally:
        await session.close()


def _asker() -> Any:
    import sys

    from tui.cli.context import ask_at_terminal

    return ask_at_terminal if sys.stdin is not None and sys.stdin.isatty() else None


def _hosts(profile: Profile) -> list[str]:
    cloud = profile.cloud
    apis = {"graph": [cloud.graph], "classic": [cloud.classic]}.get(
        profile.api, [cloud.graph, cloud.classic]
    )
    return list(dict.fromkeys([cloud.authority, *apis]))


async def _name(origin: str, scrub: Scrubber) -> Check:
    parts = urlsplit(origin)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        async with asyncio.timeout(_NAME_LIMIT):
            found = await asyncio.get_running_loop().getaddrinfo(
                host, port, type=socket.SOCK_STREAM
            )
    except (OSError, TimeoutError, UnicodeError):
        verdict = "note" if _proxied() else "bad"
        return Check(
            "name",
            verdict,  # type: ignore[arg-type]
            scrub(f"{host} cannot be resolved: check the network and the name server")
            + (" (the proxy may know it)" if verdict == "note" else ""),
            0 if verdict == "note" else 5,
        )
    kinds = sorted({"IPv6" if one[0] == socket.AF_INET6 else "IPv4" for one in found})
    return Check("name", "ok", scrub(f"{host} ({', '.join(kinds)})"))


def _proxied() -> bool:
    return any(os.environ.get(name) or os.environ.get(name.lower()) for name in _PROXIES[:3])


def _ways() -> Check:
    """Proxies and certificates by the environment; the values may hold passwords."""
    names = [name for name in _PROXIES if os.environ.get(name) or os.environ.get(name.lower())]
    found = f"{', '.join(names)} set" if names else "no proxy"
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        value = os.environ.get(name)
        if value and not Path(value).exists():
            return Check("way out", "bad", f"{found}; {name} names what is not there", 5)
        found += f", {name} set" if value else ""
    return Check("way out", "ok", found)


async def _reach(origin: str, session: Session, scrub: Scrubber) -> Check:
    import httpx

    from tui.auth.http import explain_network, new_client

    host = urlsplit(origin).netloc
    async with new_client(read_timeout=15.0) as client:
        try:
            async with client.stream("GET", f"{origin}/") as response:
                session.learn_date(response.headers.get("date"))
                issuer = _issuer(response)
        except httpx.HTTPError as error:
            problem = explain_network(error, host, "")
            found = scrub.problem(problem)
            if problem.stage == "tls" and _is_microsofts(origin):
                stranger = await _stranger(origin)
                found = f"{scrub(stranger)}{found}" if stranger else found
            return Check("TLS", "bad", found, problem.exit_code)
    if urlsplit(origin).scheme != "https":
        return Check("TLS", "ok", scrub(f"{host} answers (http, this machine only)"))
    ours = _is_microsofts(origin)
    if ours and issuer and not any(one in issuer.lower() for one in _ISSUERS):
        return Check(
            "TLS",
            "note",
            scrub(f"{host} answers with a certificate of {issuer}: a proxy opens the traffic"),
        )
    return Check(
        "TLS", "ok", scrub(f"{host} answers{f', certificate of {issuer}' if ours else ''}")
    )


def _is_microsofts(origin: str) -> bool:
    from tui.config.hosts import clouds_of

    return any(clouds_of(field, origin) for field in ("authority", "graph", "classic"))


async def _stranger(origin: str) -> str:
    """Whose certificate stands where Microsoft's should; empty where that cannot be seen.

    It is looked at without trust, and nothing but the root is asked for: no secret, no token.
    """
    import httpx
    from cryptography import x509

    try:
        async with (
            httpx.AsyncClient(verify=False, follow_redirects=False, timeout=10.0) as client,  # noqa: S501
            client.stream("HEAD", f"{origin}/") as response,
        ):
            tls = response.extensions["network_stream"].get_extra_info("ssl_object")
            issuer = x509.load_der_x509_certificate(tls.getpeercert(binary_form=True)).issuer
    except (httpx.HTTPError, ValueError, KeyError, AttributeError, TypeError):
        return ""
    for name in (x509.NameOID.ORGANIZATION_NAME, x509.NameOID.COMMON_NAME):
        for one in issuer.get_attributes_for_oid(name):
            return f"a proxy opens the traffic, with a certificate of {one.value!s:.60}; "
    return ""


def _issuer(response: httpx.Response) -> str:
    stream = response.extensions.get("network_stream")
    tls = stream.get_extra_info("ssl_object") if stream is not None else None
    certificate = tls.getpeercert() if tls is not None else None
    for group in (certificate or {}).get("issuer", ()):
        for name, value in group:
            if name == "organizationName":
                return str(value)
    return ""


def _clock(session: Session) -> Check:
    from tui.auth.clock import span_words

    skew = session.skew
    if abs(skew) > 300:
        words = (
            f"this machine's clock is {span_words(abs(skew))} {'behind' if skew > 0 else 'ahead'}"
        )
        return Check("clock", "bad", f"{words}: set it, or signing in fails", 3)
    return Check("clock", "ok" if abs(skew) <= 5 else "note", f"{skew:+.0f} s to the server's")


async def _signed_in(session: Session, scrub: Scrubber) -> AsyncIterator[Check]:
    from tui.api.service import connect
    from tui.auth.claims import allowed, features

    yield _clock(session)
    try:
        connection = await connect(session, wait_limit=30.0)
    except Problem as problem:
        yield Check("token", "bad", scrub.problem(problem), problem.exit_code)
        return
    try:
        for resource in session.resources():
            token = session.current(resource)
            assert token is not None
            took = f" in {token.seconds:.2f} s" if token.seconds else ""
            left = (token.expires - session.now()).total_seconds() / 60
            giver = session.profile.cloud.authority_host
            yield Check(
                "token", "ok", scrub(f"{resource} token from {giver}{took}, {left:.0f} min left")
            )
        for notice in session.notices:
            yield Check("notice", "note", scrub(notice))
        for name, resource in zip(
            _NEEDED, (connection.dialect, connection.hunting.dialect), strict=True
        ):
            token = session.current(resource)
            feature = next(one for one in features(resource) if one.name == name)
            if token is not None and allowed(token.claims, feature):
                yield Check("role", "ok", f"{name} ({resource})")
            else:
                yield Check(
                    "role", "bad", f"{name} ({resource}): {feature.any_of[0]} is missing", 4
                )
        async for check in _reads(connection, scrub):
            yield check
        yield await _endpoint(connection, scrub)
    finally:
        await connection.close()


async def _endpoint(connection: Connection, scrub: Scrubber) -> Check:
    """A read of Defender for Endpoint, which only actions on devices need."""
    from tui.api.request import Request
    from tui.auth.claims import allowed, features

    session = connection.session
    off = "no actions on devices"
    try:
        token = await session.token("endpoint")
    except SignInProblem as problem:
        return Check("read", "note", f"endpoint: {off}, {scrub(problem.code or 'no token')}")
    except Problem as problem:
        return Check("read", "bad", f"endpoint: {scrub.problem(problem)}", problem.exit_code)
    feature = features("endpoint")[0]
    if not allowed(token.claims, feature):
        return Check("read", "note", f"endpoint: {off}, {feature.any_of[0]} is missing")
    address = f"{session.profile.cloud.endpoint}/api/machineactions?$top=1"
    try:
        await connection.transport.json(Request("GET", address, "endpoint", "Listing actions"))
    except Problem as problem:
        return Check("read", "bad", f"endpoint: {scrub.problem(problem)}", problem.exit_code)
    return Check("read", "ok", "endpoint: actions on devices can be read")


async def _reads(connection: Connection, scrub: Scrubber) -> AsyncIterator[Check]:
    async def incidents() -> str:
        async for page in connection.incidents.pages(top=1, expand_alerts=False):
            return "an incident came" if page.incidents else "the list is empty"
        return "the list is empty"

    async def hunting() -> str:
        with TemporaryDirectory(prefix="m365d-") as folder:
            answer = await connection.hunting.run("AlertInfo | take 1", to=Path(folder) / "answer")
        return f"a query took {answer.seconds:.1f} s"

    for name, dialect, read in (
        ("incidents", connection.dialect, incidents),
        ("hunting", connection.hunting.dialect, hunting),
    ):
        try:
            yield Check("read", "ok", f"{name} ({dialect}): {await read()}")
        except Problem as problem:
            found = f"{name} ({dialect}): {scrub.problem(problem)}"
            yield Check("read", "bad", found, problem.exit_code)
    for name in ("list", "hunting"):
        if (left := connection.quota(name)) is not None:
            yield Check("quota", "ok", f"{name}: {left} left, by this program's own count")
