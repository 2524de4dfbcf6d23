"""Microsoft's own client against the demo tenant: an independent judge of what it speaks.

It is a library of the tests alone: `demo serve --tls` runs as the program of its own that it is,
and MSAL trusts the certificate that it shows.
"""

from __future__ import annotations

import msal
import pytest
import requests
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.x509 import load_pem_x509_certificate

from tests.auth.conftest import Served
from tui.demo.assertions import certificate_pem
from tui.demo.identity import ANALYST, TENANT_ID, applications, registrations

GRAPH = ["https://graph.microsoft.com/.default"]
APP = applications()[0]


def http(served: Served) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.verify = str(served.certificate)
    return session


def client(
    served: Served, client_id: str, credential: object
) -> msal.ConfidentialClientApplication:
    return msal.ConfidentialClientApplication(
        client_id,
        authority=f"{served.origin}/{TENANT_ID}",
        client_credential=credential,
        instance_discovery=False,
        http_client=http(served),
    )


def test_secret(served: Served) -> None:
    app = client(served, APP.client_id, APP.client_secret)
    answer = app.acquire_token_for_client(scopes=GRAPH)
    assert answer["access_token"].startswith("eyJ"), answer
    wrong = client(served, APP.client_id, "wrong")
    answer = wrong.acquire_token_for_client(scopes=GRAPH)
    assert answer["error_codes"] == [7000215]


def test_certificate(served: Served) -> None:
    pem = certificate_pem().decode()
    thumbprint = load_pem_x509_certificate(pem.encode()).fingerprint(SHA1()).hex()
    app = next(one for one in registrations() if one.has_certificate)
    for credential in (
        {"private_key": pem, "thumbprint": thumbprint},
        {"private_key": pem, "public_certificate": pem[pem.index("-----BEGIN CERTIFICATE") :]},
    ):
        one = client(served, app.client_id, credential)
        answer = one.acquire_token_for_client(scopes=GRAPH)
        assert answer.get("access_token", "").startswith("eyJ"), answer


def test_device_code(served: Served) -> None:
    session = http(served)
    app = msal.PublicClientApplication(
        APP.client_id,
        authority=f"{served.origin}/{TENANT_ID}",
        instance_discovery=False,
        http_client=session,
    )
    flow = app.initiate_device_flow(scopes=GRAPH)
    assert flow["user_code"] in flow["message"]
    session.post(flow["verification_uri"], data={"code": flow["user_code"]})
    answer = app.acquire_token_by_device_flow(flow)
    assert answer.get("access_token", "").startswith("eyJ"), answer
    assert answer["refresh_token"]
    again = app.acquire_token_by_refresh_token(answer["refresh_token"], scopes=GRAPH)
    assert again.get("access_token", "").startswith("eyJ"), again
    account = app.get_accounts()[0]
    assert account["username"] == ANALYST
    silent = app.acquire_token_silent(["https://api.security.microsoft.com/.default"], account)
    assert silent["token_source"] == "identity_provider", silent


def test_permissions_that_name_no_api_are_graphs(served: Served) -> None:
    app = msal.PublicClientApplication(
        APP.client_id,
        authority=f"{served.origin}/{TENANT_ID}",
        instance_discovery=False,
        http_client=http(served),
    )
    assert "user_code" in app.initiate_device_flow(scopes=["SecurityIncident.Read.All"])


@pytest.mark.filterwarnings("ignore:Using /common")
def test_the_shared_endpoint_is_not_for_applications_of_one_tenant(served: Served) -> None:
    app = msal.ConfidentialClientApplication(
        APP.client_id,
        authority=f"{served.origin}/common",
        client_credential=APP.client_secret,
        instance_discovery=False,
        http_client=http(served),
    )
    assert app.acquire_token_for_client(scopes=GRAPH)["error_codes"] == [50194]
