"""Microsoft's own client against the demo tenant: an independent judge of what it speaks.

Optional: `pip install msal` in the environment of the tests.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.x509 import load_pem_x509_certificate

from tui.demo.assertions import certificate_pem
from tui.demo.identity import TENANT_ID, applications, registrations
from tui.demo.options import Options
from tui.demo.server import DemoTenant

msal = pytest.importorskip("msal", reason="msal is not installed")

GRAPH = ["https://graph.microsoft.com/.default"]
APP = applications()[0]


@pytest.fixture(scope="module")
def authority() -> Iterator[str]:
    tenant = DemoTenant(Options(tls=True, unlimited=True))
    tenant.start()
    yield f"{tenant.base_url}/{TENANT_ID}"
    tenant.stop()


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def http() -> object:
    """MSAL's own transport, taking the certificate that the tenant made a moment ago."""
    import requests  # type: ignore[import-untyped, unused-ignore]

    session = requests.Session()
    session.trust_env = False
    session.verify = False
    return session


def client(authority: str, client_id: str, credential: object) -> object:
    return msal.ConfidentialClientApplication(
        client_id,
        authority=authority,
        client_credential=credential,
        instance_discovery=False,
        http_client=http(),
    )


def test_secret(authority: str) -> None:
    app = client(authority, APP.client_id, APP.client_secret)
    answer = app.acquire_token_for_client(scopes=GRAPH)  # type: ignore[attr-defined]
    assert answer["access_token"].startswith("eyJ"), answer
    wrong = client(authority, APP.client_id, "wrong")
    answer = wrong.acquire_token_for_client(scopes=GRAPH)  # type: ignore[attr-defined]
    assert answer["error_codes"] == [7000215]


def test_certificate(authority: str) -> None:
    pem = certificate_pem().decode()
    thumbprint = load_pem_x509_certificate(pem.encode()).fingerprint(SHA1()).hex()
    app = next(one for one in registrations() if one.has_certificate)
    for credential in (
        {"private_key": pem, "thumbprint": thumbprint},
        {"private_key": pem, "public_certificate": pem[pem.index("-----BEGIN CERTIFICATE") :]},
    ):
        one = client(authority, app.client_id, credential)
        answer = one.acquire_token_for_client(scopes=GRAPH)  # type: ignore[attr-defined]
        assert answer.get("access_token", "").startswith("eyJ"), answer


def test_device_code(authority: str) -> None:
    import httpx

    app = msal.PublicClientApplication(
        APP.client_id, authority=authority, instance_discovery=False, http_client=http()
    )
    flow = app.initiate_device_flow(scopes=GRAPH)
    assert flow["user_code"] in flow["message"]
    httpx.post(flow["verification_uri"], data={"code": flow["user_code"]}, verify=False)
    answer = app.acquire_token_by_device_flow(flow)
    assert answer.get("access_token", "").startswith("eyJ"), answer
    assert answer["refresh_token"]
    again = app.acquire_token_by_refresh_token(answer["refresh_token"], scopes=GRAPH)
    assert again.get("access_token", "").startswith("eyJ"), again
