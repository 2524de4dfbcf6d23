"""Workload identity: the token of a cluster or pipeline, shown instead of a secret.

Source: Microsoft's pages v2-oauth2-client-creds-grant-flow and workload-identity-federation.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from tui.auth.credentials import AssertionProof, Credential, TokenAnswer
from tui.auth.files import read_secret_file
from tui.auth.secret import Secret
from tui.text import visible


class FederatedCredential(Credential):
    """A token file that others renew: read anew for each request."""

    kind = "a federated token"

    @property
    def _path(self) -> Path | None:
        named = os.environ.get("AZURE_FEDERATED_TOKEN_FILE", "")
        return self.profile.token_file or (Path(named) if named else None)

    async def prepare(self) -> None:
        path = self._path
        if path is None:
            raise self.context.problem(
                "neither token_file nor AZURE_FEDERATED_TOKEN_FILE names its token",
                f"Add token_file to profile {self.profile.name}.",
            )
        self.source = visible(path.name)
        if self.profile.token_file is None:
            self.source += ", of AZURE_FEDERATED_TOKEN_FILE"

    async def token(self, resource: str, uri: str) -> TokenAnswer:
        from tui.auth.token_endpoint import ask_endpoint

        del resource
        value = await asyncio.to_thread(self._read)
        return await ask_endpoint(self.context, uri, AssertionProof(lambda _: value))

    def _read(self) -> Secret:
        path = self._path
        assert path is not None
        what = f"Signing in to {self.profile.name} failed"
        # Clusters mount these readable for all of the container: they live for minutes.
        data = read_secret_file(path, what, "the federated token", private=False)
        value = data.decode("utf-8", "replace").strip()
        if value.count(".") != 2 or not value.isascii() or any(one.isspace() for one in value):
            raise self.context.problem(
                f"the federated token {visible(str(path))} is no token (no JWT)",
                "Check that the file is the one that your cluster or pipeline writes.",
            )
        return Secret(value)
