"""A demo tenant to talk to, and somebody who can sign in there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tui.demo.identity import Application, all_applications
from tui.demo.options import Options
from tui.demo.server import DemoTenant

SCOPES = {
    "classic": "https://api.security.microsoft.com",
    "graph": "https://graph.microsoft.com",
    "endpoint": "https://api.securitycenter.microsoft.com",
}
TENANT = "contoso.onmicrosoft.com"


def application(name: str) -> Application:
    return next(app for app, _ in all_applications() if app.name == name)


@dataclass
class Visitor:
    """An HTTP client that can sign in as any application of the tenant."""

    http: httpx.Client

    def ask_token(
        self, name: str, resource: str, *, version: int = 2, **form: str
    ) -> httpx.Response:
        app = application(name)
        body = {
            "grant_type": "client_credentials",
            "client_id": app.client_id,
            "client_secret": app.client_secret,
        }
        if version == 2:
            body["scope"] = SCOPES.get(resource, resource) + "/.default"
            path = f"/{TENANT}/oauth2/v2.0/token"
        else:
            body["resource"] = SCOPES.get(resource, resource)
            path = f"/{TENANT}/oauth2/token"
        body |= form
        return self.http.post(path, data={key: value for key, value in body.items() if value})

    def bearer(self, name: str, resource: str) -> dict[str, str]:
        token = self.ask_token(name, resource).json()["access_token"]
        return {"Authorization": f"Bearer {token}"}

    def graph(
        self, method: str, path: str, name: str = "soc-terminal", **kwargs: Any
    ) -> httpx.Response:
        headers = self.bearer(name, "graph") | kwargs.pop("headers", {})
        return self.http.request(method, f"/v1.0{path}", headers=headers, **kwargs)

    def classic(
        self, method: str, path: str, name: str = "soc-terminal", **kwargs: Any
    ) -> httpx.Response:
        headers = self.bearer(name, "classic") | kwargs.pop("headers", {})
        return self.http.request(method, f"/api{path}", headers=headers, **kwargs)


@pytest.fixture(scope="session")
def reader(demo_tenant: DemoTenant) -> Iterator[Visitor]:
    """Somebody who only looks: the tenant is everybody's."""
    with httpx.Client(base_url=demo_tenant.base_url) as http:
        yield Visitor(http)


@pytest.fixture
def start() -> Iterator[Callable[..., Visitor]]:
    """Starts tenants of one's own; they end with the test."""
    tenants: list[DemoTenant] = []
    clients: list[httpx.Client] = []

    def begin(**options: Any) -> Visitor:
        tenant = DemoTenant(Options(**options))
        tenants.append(tenant)
        clients.append(httpx.Client(base_url=tenant.start()))
        return Visitor(clients[-1])

    yield begin
    for client in clients:
        client.close()
    for tenant in tenants:
        tenant.stop()


@pytest.fixture
def writer(start: Callable[..., Visitor]) -> Visitor:
    """Somebody with a tenant of their own, to change things in."""
    return start(unlimited=True)
