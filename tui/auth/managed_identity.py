"""Tokens that Azure gives its own machines, without any secret.

Source: Microsoft's pages how-to-use-vm-token and overview-managed-identity (App Service).
The metadata service has one fixed address and speaks http: it never leaves the machine's host.
"""

from __future__ import annotations

import json
import os
from ipaddress import ip_address
from time import perf_counter
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tui.auth.credentials import Credential, TokenAnswer
from tui.auth.given import check_given
from tui.auth.secret import Secret
from tui.config.origins import is_loopback
from tui.errors import SignInProblem, Unreachable
from tui.text import visible

if TYPE_CHECKING:
    import httpx

METADATA = "http://169.254.169.254"
"""Azure's Instance Metadata Service."""
_CONNECT = 2.0
"""Seconds: on an Azure machine it answers at once, elsewhere often nobody does."""
_DELAYS = (1.0, 3.0)
_LARGEST = 1_000_000
_REMEDY = "Managed identities work on Azure machines only; use another credential here."


def allowed_endpoint(address: str) -> bool:
    """Whether an address can be that of the machine's own metadata service.

    That is https, or http at loopback or a link-local address, which no router forwards.
    """
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if not host or "@" in parts.netloc or parts.fragment or "\\" in address:
        return False
    if parts.scheme != "http":
        return parts.scheme == "https" and is_loopback(host)
    if is_loopback(host):
        return True
    try:
        found = ip_address(host)
    except ValueError:
        return False
    return found.version == 4 and found.is_link_local


class ManagedIdentity(Credential):
    """The machine's own identity: a virtual machine's, or App Service's."""

    kind = "the managed identity"

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._url = ""
        self._headers: dict[str, Secret] = {}
        self._app_service = False

    @property
    def giver(self) -> str:
        return "App Service" if self._app_service else "the machine's metadata service"

    @property
    def way(self) -> str:
        return ""

    async def prepare(self) -> None:
        endpoint, header = os.environ.get("IDENTITY_ENDPOINT"), os.environ.get("IDENTITY_HEADER")
        base = os.environ.get("AZURE_POD_IDENTITY_AUTHORITY_HOST", METADATA).rstrip("/")
        self._app_service = bool(endpoint and header)
        if endpoint and header:
            self._url, self._headers = endpoint, {"X-IDENTITY-HEADER": Secret(header)}
        else:
            self._url = f"{base}/metadata/identity/oauth2/token"
            self._headers = {"Metadata": Secret("true")}
        if not allowed_endpoint(self._url):
            name = "IDENTITY_ENDPOINT" if self._app_service else "AZURE_POD_IDENTITY_AUTHORITY_HOST"
            raise self.context.problem(
                f"{name} names {visible(urlsplit(self._url).netloc)[:100]}, "
                "which is not this machine's own metadata service",
                "It must be a loopback or link-local address.",
            )
        self.source = "the managed identity"

    async def token(self, resource: str, uri: str) -> TokenAnswer:
        import httpx

        params = {"resource": uri}
        params["api-version"] = "2019-08-01" if self._app_service else "2018-02-01"
        if self.profile.client_id:
            params["client_id"] = self.profile.client_id
        # Straight to this machine's host: a proxy must see neither the header nor the answer.
        timeout = httpx.Timeout(30.0, connect=_CONNECT)
        async with httpx.AsyncClient(
            trust_env=False, follow_redirects=False, timeout=timeout
        ) as client:
            for delay in (*_DELAYS, None):
                began = perf_counter()
                response = await self._ask(client, params)
                status = response.status_code
                if delay is None or (status not in (404, 410, 429) and status < 500):
                    break
                await self.context.sleep(delay)
        answer = _object(response.content)
        if response.status_code != 200:
            raise self._refused(response.status_code, answer)
        value = answer.get("access_token")
        if not isinstance(value, str) or not value:
            raise self.context.problem(
                f"the answer of {self.giver} is no token (HTTP 200)", _REMEDY
            )
        _, life = check_given(self.context, resource, value, self.giver, "Try again.")
        expires_in = answer.get("expires_in") or life or None
        return TokenAnswer(Secret(value), expires_in, None, perf_counter() - began)

    async def _ask(self, client: httpx.AsyncClient, params: dict[str, str]) -> httpx.Response:
        import httpx

        headers = {name: value.reveal() for name, value in self._headers.items()}
        try:
            response = await client.get(self._url, params=params, headers=headers)
        except httpx.HTTPError:
            raise Unreachable(
                f"Signing in to {self.profile.name} failed",
                f"{self.giver} does not answer: this is not an Azure machine, or it has no "
                "managed identity",
                _REMEDY,
                host=urlsplit(self._url).netloc,
                stage="connect",
            ) from None
        if len(response.content) > _LARGEST:
            raise self.context.problem(f"the answer of {self.giver} is too large", _REMEDY)
        return response

    def _refused(self, status: int, answer: dict[str, Any]) -> SignInProblem:
        words: object = (
            answer.get("error_description") or answer.get("message") or answer.get("error")
        )
        if not isinstance(words, str):
            words, answer = "", {}
        said = visible(" ".join(words.split()))[:400] or f"HTTP {status}"
        if "Identity not found" in said:
            return self.context.problem(
                f"{self.giver} says: {said}",
                "Assign a managed identity to this machine"
                + (f", or correct client_id {self.profile.client_id}." if self.profile.client_id
                   else "; name a user-assigned one with client_id."),
            )  # fmt: skip
        from tui.auth.aadsts import code_of

        code = code_of(None, said)
        if not answer and 300 <= status < 500:
            return self.context.problem(
                f"what answers there is not {self.giver} (HTTP {status})", _REMEDY
            )
        return self.context.problem(
            f"{self.giver} says: {said}",
            "Check the identity in the Azure portal, and its permissions.",
            code=f"AADSTS{code}" if code else "",
        )


def _object(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}
