"""The demo tenant on a real socket: in a thread of its own, or in the foreground."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from tui.demo.options import Options

if TYPE_CHECKING:
    import uvicorn

    from tui.demo.tenant import Tenant

_START_LIMIT = 30.0
_STOP_LIMIT = 5.0
_WARM_AFTER = 0.3


class DemoTenant:
    """Contoso, listening.

    `start` and `stop` run it in a thread with an event loop of its own; `serve_forever` runs
    it in the foreground. State that callers change lasts as long as the object.
    """

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or Options()
        self.base_url = ""
        """The origin it answers at, without a trailing slash; empty until it listens."""
        self.certificate = b""
        """With TLS: the self-signed certificate to trust, as PEM."""
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self._tenant: Tenant | None = None

    @property
    def tenant(self) -> Tenant:
        """The world behind the socket.

        Raises:
            RuntimeError: It has not been started.
        """
        if self._tenant is None:
            raise RuntimeError("the demo tenant has not been started")
        return self._tenant

    def start(self) -> str:
        """Listen on a loopback socket in a thread; the origin, once it answers.

        Raises:
            OSError: The address cannot be listened on.
            RuntimeError: It is running already, or did not come up.
        """
        if self._thread is not None:
            raise RuntimeError("the demo tenant is running already")
        ready = threading.Event()
        with self._listening() as bound:
            server = self._make_server(bound, ready.set)
        self._thread = threading.Thread(
            target=self._run_in_thread, args=(server, bound, ready), name="demo-tenant", daemon=True
        )
        self._thread.start()
        if not ready.wait(_START_LIMIT) or not server.started:
            self.stop()
            raise RuntimeError("the demo tenant did not start")
        return self.base_url

    def _run_in_thread(
        self, server: uvicorn.Server, bound: socket.socket, ready: threading.Event
    ) -> None:
        try:
            asyncio.run(server.serve(sockets=[bound]))
        finally:
            ready.set()
            bound.close()

    def stop(self) -> None:
        """Stop listening and end open answers; harmless where nothing runs."""
        server, thread = self._server, self._thread
        self._server = self._thread = None
        if self._tenant is not None:
            self._tenant.close()
        if server is not None:
            server.should_exit = True
            server.force_exit = True
        if thread is not None:
            thread.join(_STOP_LIMIT)

    def __enter__(self) -> DemoTenant:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def serve_forever(
        self,
        host: str | None = None,
        port: int | None = None,
        *,
        tls: bool | None = None,
        out: TextIO | None = None,
    ) -> None:
        """Listen in the foreground until SIGTERM, SIGINT or SIGHUP.

        Args:
            host: Instead of the options' address.
            port: Instead of the options' port.
            tls: Instead of the options' choice.
            out: Where it says that it listens; standard error unless given.

        Raises:
            OSError: The address cannot be listened on.
        """
        options = self.options
        self.options = replace(
            options,
            host=options.host if host is None else host,
            port=options.port if port is None else port,
            tls=options.tls if tls is None else tls,
        )
        stream = out or sys.stderr

        def announce() -> None:
            print(f"Contoso listens on {self.base_url}", file=stream, flush=True)

        with self._listening() as bound:
            server = self._make_server(bound, announce)
        try:
            asyncio.run(self._serve_until_told(server, bound))
        finally:
            bound.close()
            self.tenant.close()

    async def _serve_until_told(self, server: uvicorn.Server, bound: socket.socket) -> None:
        loop = asyncio.get_running_loop()

        def end() -> None:
            self.tenant.close()
            server.should_exit = True
            # A client that keeps its connection open must not keep the process.
            loop.call_later(1.0, setattr, server, "force_exit", True)

        def end_from_handler(*_: object) -> None:
            loop.call_soon_threadsafe(end)

        names = ("SIGINT", "SIGTERM", "SIGHUP")
        for number in (getattr(signal, name) for name in names if hasattr(signal, name)):
            if signal.getsignal(number) == signal.SIG_IGN:
                continue  # Started by nohup, or in the background: the caller's wish.
            try:
                loop.add_signal_handler(number, end)
            except NotImplementedError:  # Windows has no loop signals.
                signal.signal(number, end_from_handler)
        loop.call_later(_WARM_AFTER, self.warm)
        await server.serve(sockets=[bound])

    def warm(self) -> None:
        """Load what the first query needs while nobody waits for it; returns at once."""
        from tui.demo.service.hunting_database import service_of

        service_of(self.tenant).warm()
        threading.Thread(
            target=self.tenant.telemetry.prepare, name="demo-traces", daemon=True
        ).start()

    @contextlib.contextmanager
    def _listening(self) -> Iterator[socket.socket]:
        """A bound socket, closed again where making the server fails."""
        host = self.options.host
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        # asyncio sends small answers at once only where it knows the socket to be TCP.
        bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            if os.name == "posix":
                bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind((host, self.options.port))
            bound.listen(128)
            yield bound
        except BaseException:
            bound.close()
            raise

    def _make_server(self, bound: socket.socket, started: object) -> uvicorn.Server:
        import uvicorn

        from tui.demo.service.app import build_app

        app = build_app(self.options)
        self._tenant = app.state.tenant
        host, port = bound.getsockname()[:2]
        seen = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104
        if ":" in seen and not seen.startswith("["):
            seen = f"[{seen}]"
        self.base_url = f"{'https' if self.options.tls else 'http'}://{seen}:{port}"

        class Quiet(uvicorn.Server):
            @contextlib.contextmanager
            def capture_signals(self) -> Iterator[None]:
                # Signals are ours; uvicorn would raise them again after it has ended.
                yield

            async def startup(self, sockets: list[socket.socket] | None = None) -> None:
                await super().startup(sockets)
                if self.started and callable(started):
                    started()

        config = uvicorn.Config(
            app,
            access_log=False,
            log_config=None,
            log_level="critical",
            lifespan="off",
            server_header=False,
            date_header=False,
            http="h11",
            ws="none",
            loop="asyncio",
            timeout_graceful_shutdown=2,
            timeout_keep_alive=60,
        )
        if self.options.tls:
            with self._certificate_files(host) as (certificate, key):
                config.ssl_certfile, config.ssl_keyfile = certificate, key
                config.load()
        self._server = Quiet(config)
        return self._server

    @contextlib.contextmanager
    def _certificate_files(self, host: str) -> Iterator[tuple[str, str]]:
        """The certificate and its key as files, for as long as they are being loaded."""
        from tui.demo.keys import self_signed

        self.certificate, key = self_signed(host)
        with tempfile.TemporaryDirectory(prefix="m365d-demo-") as directory:
            paths = []
            for name, content in (("cert.pem", self.certificate), ("key.pem", key)):
                path = Path(directory, name)
                path.touch(mode=0o600)
                path.write_bytes(content)
                paths.append(str(path))
            yield paths[0], paths[1]
