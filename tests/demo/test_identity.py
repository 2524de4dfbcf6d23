"""Signing in to the demo tenant: grants, claims, and what the authority refuses."""

from __future__ import annotations

import time
import uuid

import jwt
import pytest

from tests.demo.conftest import SCOPES, TENANT, Visitor, application
from tui.demo.assertions import certificate_pem
from tui.demo.identity import TENANT_ID, applications

NOBODY = "0f8c1a52-7d34-4b6e-9a01-c2d3e4f50617"
"""An identifier that the tenant does not know."""


def test_v2_answers_with_numbers_and_a_token(reader: Visitor) -> None:
    answer = reader.ask_token("soc-terminal", "graph")
    assert answer.status_code == 200
    body = answer.json()
    assert body["token_type"] == "Bearer"
    assert body["expires_in"] == body["ext_expires_in"] == 3599
    assert set(body) == {"token_type", "expires_in", "ext_expires_in", "access_token"}


def test_v1_answers_with_texts_and_names_the_resource(reader: Visitor) -> None:
    body = reader.ask_token("soc-terminal", "classic", version=1).json()
    assert body["expires_in"] == "3599"
    assert int(body["expires_on"]) - int(body["not_before"]) == 3599 + 300
    assert body["resource"] == SCOPES["classic"]


def test_claims_name_application_tenant_and_roles(reader: Visitor) -> None:
    token = reader.ask_token("soc-terminal", "classic", version=1).json()["access_token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["aud"] == SCOPES["classic"]
    assert claims["iss"] == f"https://sts.windows.net/{TENANT_ID}/"
    assert claims["tid"] == TENANT_ID
    assert claims["appid"] == application("soc-terminal").client_id
    assert claims["app_displayname"] == "soc-terminal"
    assert claims["appidacr"] == "1"
    assert claims["idtyp"] == "app"
    assert claims["oid"] == claims["sub"]
    assert claims["roles"] == ["Incident.ReadWrite.All", "AdvancedHunting.Read.All"]
    assert claims["ver"] == "1.0"
    assert claims["exp"] > time.time() > claims["nbf"]


@pytest.mark.parametrize("path", ["", "/v2.0"])
def test_published_keys_verify_a_token(reader: Visitor, path: str) -> None:
    metadata = reader.http.get(f"/{TENANT}{path}/.well-known/openid-configuration").json()
    assert metadata["token_endpoint"].startswith(str(reader.http.base_url).rstrip("/"))
    keys = reader.http.get(metadata["jwks_uri"]).json()["keys"]
    token = reader.ask_token("soc-reader", "graph").json()["access_token"]
    named = jwt.get_unverified_header(token)["kid"]
    key = jwt.PyJWK(next(one for one in keys if one["kid"] == named), algorithm="RS256")
    assert (
        jwt.decode(token, key, audience=SCOPES["graph"], algorithms=["RS256"])["tid"] == TENANT_ID
    )


@pytest.mark.parametrize("tenant", [TENANT_ID, "contoso.com", "Contoso.OnMicrosoft.com"])
def test_tenant_by_identifier_or_domain(reader: Visitor, tenant: str) -> None:
    app = application("soc-terminal")
    form = {
        "grant_type": "client_credentials",
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "scope": "00000003-0000-0000-c000-000000000000/.default",
    }
    answer = reader.http.post(f"/{tenant}/oauth2/v2.0/token", data=form)
    claims = jwt.decode(answer.json()["access_token"], options={"verify_signature": False})
    assert claims["aud"] == "00000003-0000-0000-c000-000000000000"


@pytest.mark.parametrize(
    ("name", "form", "code", "status", "error"),
    [
        ("soc-terminal", {"client_secret": "wrong"}, 7000215, 401, "invalid_client"),
        ("soc-forgotten", {}, 7000222, 401, "invalid_client"),
        ("soc-terminal", {"client_secret": ""}, 7000218, 401, "invalid_client"),
        ("soc-retired", {}, 7000112, 400, "unauthorized_client"),
        ("soc-terminal", {"client_id": NOBODY}, 700016, 400, "unauthorized_client"),
        (
            "soc-terminal",
            {"scope": "https://nobody.example/.default"},
            500011,
            400,
            "invalid_resource",
        ),
        ("soc-terminal", {"scope": SCOPES["graph"]}, 1002012, 400, "invalid_scope"),
        ("soc-terminal", {"scope": "a/.default b/.default"}, 70011, 400, "invalid_scope"),
        (
            "soc-terminal",
            {"scope": SCOPES["graph"] + "/.defaults"},
            1002012,
            400,
            "invalid_scope",
        ),
        ("soc-terminal", {"scope": ""}, 900144, 400, "invalid_request"),
        ("soc-terminal", {"grant_type": "password"}, 70003, 400, "unsupported_grant_type"),
        ("soc-newcomer", {"scope": SCOPES["endpoint"] + "/.default"}, 501051, 400, "invalid_grant"),
    ],
)
def test_refusals(
    reader: Visitor, name: str, form: dict[str, str], code: int, status: int, error: str
) -> None:
    correlation = str(uuid.uuid4())
    reader.http.headers["client-request-id"] = correlation
    try:
        answer = reader.ask_token(name, "graph", **form)
    finally:
        del reader.http.headers["client-request-id"]
    body = answer.json()
    assert (answer.status_code, body["error"], body["error_codes"]) == (status, error, [code])
    lines = body["error_description"].split("\r\n")
    assert lines[0].startswith(f"AADSTS{code}: ")
    assert lines[1:] == [
        f"Trace ID: {body['trace_id']}",
        f"Correlation ID: {correlation}",
        f"Timestamp: {body['timestamp']}",
    ]


@pytest.mark.parametrize(
    ("tenant", "code"),
    [("fabrikam.com", 90002), (NOBODY, 90002), ("no tenant", 900023), ("common", 50194)],
)
def test_other_tenants(reader: Visitor, tenant: str, code: int) -> None:
    form = {"grant_type": "client_credentials", "client_id": "x", "client_secret": "y"}
    body = reader.http.post(f"/{tenant}/oauth2/token", data=form).json()
    assert body["error_codes"] == [code]


def test_application_without_permissions_gets_a_token_without_roles(reader: Visitor) -> None:
    token = reader.ask_token("soc-newcomer", "graph").json()["access_token"]
    assert "roles" not in jwt.decode(token, options={"verify_signature": False})


@pytest.mark.parametrize("version", [1, 2])
def test_a_resource_is_named_in_any_case(reader: Visitor, version: int) -> None:
    answer = reader.ask_token("soc-terminal", "HTTPS://Graph.Microsoft.com", version=version)
    token = answer.json()["access_token"]
    assert jwt.decode(token, options={"verify_signature": False})["aud"] == SCOPES["graph"]
    headers = {"Authorization": f"Bearer {token}"}
    answer = reader.http.get("/v1.0/security/incidents?$top=1", headers=headers)
    assert answer.status_code == 200


def test_shared_metadata_leaves_the_tenant_open(reader: Visitor) -> None:
    origin = str(reader.http.base_url).rstrip("/")
    shared = reader.http.get("/common/v2.0/.well-known/openid-configuration").json()
    assert shared["issuer"] == f"{origin}/{{tenantid}}/v2.0"
    assert shared["token_endpoint"] == f"{origin}/common/oauth2/v2.0/token"
    own = reader.http.get(f"/{TENANT}/v2.0/.well-known/openid-configuration").json()
    assert "{" not in str(own["issuer"])


def test_discovery_of_instances_knows_this_one_alone(reader: Visitor) -> None:
    origin = str(reader.http.base_url).rstrip("/")
    path = "/common/discovery/instance?api-version=1.1&authorization_endpoint="
    answer = reader.http.get(f"{path}{origin}/{TENANT}/oauth2/v2.0/authorize").json()
    assert reader.http.get(answer["tenant_discovery_endpoint"]).status_code == 200
    assert answer["metadata"][0]["aliases"] == [origin.partition("//")[2]]
    refused = reader.http.get(f"{path}https://login.example/x/oauth2/v2.0/authorize")
    assert refused.status_code == 400
    assert refused.json()["error"] == "invalid_instance"


def _assertion(visitor: Visitor, **changes: object) -> str:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization

    pem = certificate_pem()
    key = serialization.load_pem_private_key(pem, None)
    certificate = x509.load_pem_x509_certificate(pem)
    client_id = application("soc-automation").client_id
    now = int(time.time())
    claims = {
        "aud": f"{str(visitor.http.base_url).rstrip('/')}/{TENANT}/oauth2/v2.0/token",
        "iss": client_id,
        "sub": client_id,
        "jti": str(uuid.uuid4()),
        "nbf": now,
        "iat": now,
        "exp": now + 600,
    } | changes
    from tui.demo.keys import base64url

    thumbprint = base64url(certificate.fingerprint(hashes.SHA256()))
    return jwt.encode(claims, key, algorithm="PS256", headers={"x5t#S256": thumbprint})


def _prove(visitor: Visitor, assertion: str, name: str = "soc-automation") -> dict[str, object]:
    form = {
        "client_secret": "",
        "client_assertion": assertion,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    }
    answer: dict[str, object] = visitor.ask_token(name, "graph", **form).json()
    return answer


def test_certificate_proves_an_application(reader: Visitor) -> None:
    body = _prove(reader, _assertion(reader))
    claims = jwt.decode(str(body["access_token"]), options={"verify_signature": False})
    assert claims["appidacr"] == "2"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"exp": 1_700_000_000, "nbf": 1_699_999_000}, 700024),
        ({"iss": "somebody"}, 700021),
        ({"aud": "https://login.microsoftonline.com/other/oauth2/v2.0/token"}, 700023),
    ],
)
def test_assertions_that_do_not_hold(
    reader: Visitor, changes: dict[str, object], code: int
) -> None:
    body = _prove(reader, _assertion(reader, **changes))
    assert body["error"] == "invalid_client"
    assert body["error_codes"] == [code]


def test_certificate_that_nobody_registered(reader: Visitor) -> None:
    body = _prove(reader, _assertion(reader), name="soc-terminal")
    assert body["error_codes"] == [700027]
    assert _prove(reader, "no.jwt")["error_codes"] == [50027]


def test_credentials_are_the_same_each_time_and_the_first_may_do_everything() -> None:
    first = applications()
    assert first == applications()
    assert {"Incident.ReadWrite.All", "ThreatHunting.Read.All", "Machine.Isolate"} <= set(
        first[0].roles
    )
    assert len(first) >= 5
    assert first[0].client_secret not in repr(first[0])
