"""The tenant as a server: in a thread, in the foreground, over TLS, and its end."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
import sys
import threading

import httpx
import pytest

from tests.demo.conftest import Visitor
from tui.demo.options import Options
from tui.demo.server import DemoTenant

_SERVE = (
    "from tui.demo.options import Options\n"
    "from tui.demo.server import DemoTenant\n"
    "DemoTenant(Options()).serve_forever('127.0.0.1', 0)\n"
)


def test_starts_listening_and_stops_listening() -> None:
    tenant = DemoTenant()
    origin = tenant.start()
    assert httpx.get(origin).status_code == 200
    tenant.stop()
    tenant.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(origin)


def test_stops_while_connections_are_open() -> None:
    before = set(threading.enumerate())
    with httpx.Client() as client, DemoTenant() as tenant:
        client.get(tenant.base_url)
        tenant.stop()
    assert not [one for one in set(threading.enumerate()) - before if one.name == "demo-tenant"]


def test_taken_port_is_an_os_error() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError):
            DemoTenant(Options(port=taken.getsockname()[1])).start()


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_foreground_says_where_it_listens_and_ends_by_signal(number: int) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVE], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    try:
        line = process.stderr.readline()
        origin = line.split()[-1]
        assert httpx.get(f"{origin}/api/incidents").status_code == 401
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out, err) == (0, "", "")
    finally:
        process.kill()


def test_tls_with_the_certificate_it_shows() -> None:
    tenant = DemoTenant(Options(tls=True, unlimited=True))
    origin = tenant.start()
    try:
        assert origin.startswith("https://")
        trust = ssl.create_default_context(cadata=tenant.certificate.decode())
        with httpx.Client(base_url=origin, verify=trust) as http:
            visitor = Visitor(http)
            body = visitor.graph("GET", "/security/incidents").json()
            assert body["@odata.nextLink"].startswith(origin)
    finally:
        tenant.stop()


def test_importing_the_application_imports_no_database() -> None:
    program = (
        "import sys, tui.demo.service.app, tui.demo.server\n"
        "print([n for n in ('duckdb', 'duckdb_kql', 'textual', 'httpx') if n in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
