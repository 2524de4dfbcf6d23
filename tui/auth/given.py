"""Tokens that others asked for: a file, the Azure CLI. Looked at before they are used."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from tui.auth.audience import WRONG_AUDIENCE, fits
from tui.auth.claims import API_NAMES, Claims, decode
from tui.auth.credentials import Context, Credential, TokenAnswer
from tui.auth.files import read_secret_file
from tui.auth.secret import Secret
from tui.config.schema import DOMAIN_PATTERN, GUID_PATTERN
from tui.errors import SignInProblem
from tui.text import visible

_AZ_LIMIT = 45.0
"""Seconds; `az` is slow to start, and asks the authority."""


def check_given(
    context: Context, resource: str, value: str, name: str, remedy: str
) -> tuple[Claims, float]:
    """The claims of a token at hand, and the seconds that it lives on.

    Args:
        name: Where it came from, in a sentence.
        remedy: What gets a better one.

    Raises:
        SignInProblem: It is no JWT, has ended, or is for another service.
    """
    try:
        claims = decode(value)
    except ValueError:
        raise context.problem(f"what {name} holds is no token (no JWT)", remedy) from None
    now = context.now()
    if claims.expires is not None and claims.expires <= now:
        raise context.problem(
            f"the token of {name} ended on {claims.expires:%Y-%m-%d %H:%M} UTC, "
            f"{_ago((now - claims.expires).total_seconds())} ago",
            remedy,
        )
    if not fits(claims, context.profile.cloud, resource):
        raise context.problem(
            f"the token of {name} is for {visible(claims.audience)[:100]}, "
            f"not for {API_NAMES[resource]} ({context.profile.cloud.resource_uri(resource)})",
            f"{remedy} Or set api in profile {context.profile.name} to what it is for.",
            code=WRONG_AUDIENCE,
        )
    life = (claims.expires - now).total_seconds() if claims.expires else 0.0
    return claims, life


def _ago(seconds: float) -> str:
    minutes = int(seconds // 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 2880 else f"{minutes // 1440} days"


class TokenFile(Credential):
    """A file that holds a token, used until it ends; read anew each time one is needed."""

    kind = "a token file"

    @property
    def giver(self) -> str:
        return visible(self._path.name)

    @property
    def way(self) -> str:
        return ""

    @property
    def _path(self) -> Path:
        return self.profile.token_file or Path("Latest-token.txt")

    async def prepare(self) -> None:
        if self.profile.token_file is None:
            raise self.context.problem(
                "it names no token file", f"Add token_file to profile {self.profile.name}."
            )
        self.source = visible(self._path.name)

    async def token(self, resource: str, uri: str) -> TokenAnswer:
        del uri
        began = perf_counter()
        what = f"Signing in to {self.profile.name} failed"
        data = await asyncio.to_thread(read_secret_file, self._path, what, "the token file")
        value = token_text(data)
        _, life = check_given(
            self.context, resource, value, visible(str(self._path)), "Write a new one to the file."
        )
        return TokenAnswer(Secret(value), life or None, None, perf_counter() - began)


def token_text(data: bytes) -> str:
    """The token in what a file or a paste holds.

    It stands alone, after `Bearer`, or within the token endpoint's whole answer.
    """
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    text = data.decode(encoding, "replace").strip().strip("\"'")
    if text.startswith("{"):
        try:
            answer = json.loads(text)
        except (ValueError, RecursionError):
            return ""
        found = answer.get("access_token") if isinstance(answer, dict) else None
        text = found if isinstance(found, str) else ""
    return re.sub(r"^bearer\s+", "", text, flags=re.IGNORECASE)


class AzureCli(Credential):
    """What `az account get-access-token` prints."""

    kind = "the Azure CLI"

    @property
    def giver(self) -> str:
        return "Azure CLI"

    @property
    def way(self) -> str:
        return ""

    async def prepare(self) -> None:
        tenant = self.profile.tenant_id
        if not re.fullmatch(f"{GUID_PATTERN}|{DOMAIN_PATTERN}", tenant):
            raise self.context.problem("its tenant_id is neither a GUID nor a domain")
        self.source = "Azure CLI"

    async def token(self, resource: str, uri: str) -> TokenAnswer:
        from tui.auth.process import ToolFault, run_tool

        program = shutil.which("az")
        if program is None:
            raise self.context.problem(
                "the Azure CLI is not installed (no `az` on PATH)",
                "Install it, or use another credential.",
            )
        tenant = self.profile.tenant_id
        argv = ["account", "get-access-token", "--resource", uri, "--tenant", tenant]
        began = perf_counter()
        try:
            printed = await run_tool([program, *argv, "--output", "json"], limit=_AZ_LIMIT)
        except ToolFault as fault:
            raise self._failed(fault.kind, fault.complaint) from None
        value, expires = _az_answer(printed.text)
        if not value:
            raise self.context.problem(
                "the Azure CLI printed no token", "Run `az account get-access-token` by hand."
            )
        _, life = check_given(
            self.context, resource, value, "the Azure CLI", f"Run `az login --tenant {tenant}`."
        )
        if not life and expires is not None:
            life = (expires - self.context.now()).total_seconds()
        return TokenAnswer(Secret(value), life or None, None, perf_counter() - began)

    def _failed(self, kind: str, complaint: str) -> SignInProblem:
        if kind == "slow":
            why = f"did not answer within {_AZ_LIMIT:.0f} s"
        elif kind == "failed":
            why = f"says: {complaint.removeprefix('ERROR: ')}" if complaint else "failed"
        else:
            why = "could not be run"
        code = re.search(r"AADSTS\d+", complaint)
        return self.context.problem(
            f"the Azure CLI {why}",
            f"Run `az login --tenant {self.profile.tenant_id}`, then try again.",
            code=code[0] if code else "",
        )


def _az_answer(text: str) -> tuple[str, datetime | None]:
    try:
        answer: Any = json.loads(text)
    except (ValueError, RecursionError):
        return "", None
    if not isinstance(answer, dict):
        return "", None
    value, ends = answer.get("accessToken"), answer.get("expires_on")
    try:
        expires = datetime.fromtimestamp(float(ends), UTC) if ends else None
    except (TypeError, ValueError, OverflowError, OSError):
        expires = None
    return (value if isinstance(value, str) else ""), expires
