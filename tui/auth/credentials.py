"""How an application proves itself to the token endpoint: form fields for one request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from tui.auth.secret import Secret


class Credential(Protocol):
    """A proof of identity that fits in a token request."""

    def fields(self, token_url: str) -> Mapping[str, str]:
        """Form fields beside `grant_type` and `client_id`, made anew for each request.

        Args:
            token_url: Where the request goes; assertions are made for it alone.
        """


@dataclass(frozen=True, slots=True)
class SecretCredential:
    """A client secret."""

    secret: Secret

    def fields(self, token_url: str) -> Mapping[str, str]:
        """The secret as `client_secret`; the URL does not matter to it."""
        del token_url
        return {"client_secret": self.secret.reveal()}
