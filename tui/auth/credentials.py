"""The one seam of sign-in: whatever proves who we are, a session asks it for tokens."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from tui.auth.profiles import Profile
from tui.auth.secret import Secret
from tui.errors import SignInProblem

if TYPE_CHECKING:
    import httpx

AskSecret = Callable[[Profile, str], Awaitable[Secret | None]]
"""Asks a person for the secret of a profile; the text is the question. None: declined."""


class DeviceCode(Struct, frozen=True):
    """What a person types into a browser to sign in by device code."""

    user_code: str
    address: str
    """Where it is typed. Service text: show through `visible`."""
    expires: datetime
    """When the code ends, in the server's time (`Session.now`)."""
    state: str = "waiting"
    """`waiting`, then one of `done`, `declined`, `expired`, `failed`, `cancelled`."""


ShowCode = Callable[[DeviceCode], None]
"""Shows a device code; called again with another `state` when it has served."""


class TokenAnswer(Struct, frozen=True):
    """A token as it was given."""

    value: Secret
    expires_in: object
    """As sent: a number, a text (v1), nonsense or None."""
    date: str | None
    """The `Date` header."""
    seconds: float
    """From the request to the whole answer."""
    refresh: Secret | None = None
    """What gets the next one on a user's behalf."""


class Proof(Protocol):
    """A proof of identity that fits in a token request."""

    def fields(self, token_url: str) -> Mapping[str, str]:
        """Form fields beside `grant_type` and `client_id`, made anew for each request.

        Args:
            token_url: Where the request goes; assertions are made for it alone.
        """


class SecretProof(Struct, frozen=True):
    """A client secret."""

    secret: Secret

    def fields(self, token_url: str) -> Mapping[str, str]:
        """The secret as `client_secret`; the URL does not matter to it."""
        del token_url
        return {"client_secret": self.secret.reveal()}


class AssertionProof(Struct, frozen=True):
    """A signed statement in place of a secret."""

    make: Callable[[str], Secret]
    """Of the token endpoint's URL."""

    def fields(self, token_url: str) -> Mapping[str, str]:
        """A fresh assertion for that URL."""
        return {
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": self.make(token_url).reveal(),
        }


class Context(Struct, frozen=True):
    """What credentials are given to work with."""

    profile: Profile
    client: Callable[[], httpx.AsyncClient]
    """The session's HTTP client, opened when it is first needed."""
    now: Callable[[], datetime]
    """The server's time as far as it is known."""
    on_date: Callable[[str | None], None]
    """Told the `Date` header of refusals."""
    ask: AskSecret | None
    show_code: ShowCode | None
    sleep: Callable[[float], Awaitable[None]]
    skew: Callable[[], float] = lambda: 0.0
    """Seconds by which the server's clock is ahead of this machine's, as far as it is known."""

    def problem(self, why: str, remedy: str = "", *, code: str = "") -> SignInProblem:
        """Why this profile does not sign in."""
        return SignInProblem(f"Signing in to {self.profile.name} failed", why, remedy, code=code)


class Credential(ABC):
    """One way to prove who we are, for one session.

    `prepare` finds what is needed (once, unless `forget` was called since); `token` may be
    called for several resources at a time.
    """

    kind = "the credential"
    """What proves us, in a sentence: "signed in with the secret"."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.profile = context.profile
        self.source = ""
        """Where it came from ("Secret Service"); known once it is prepared."""
        self.notices: list[str] = []
        """What a person should know although signing in works: a certificate that ends soon."""

    @property
    def preparing(self) -> str:
        """What `prepare` does, as a step of signing in; empty where that is not worth telling."""
        return ""

    @property
    def prepared(self) -> str:
        """The same step when it is done."""
        return f"{self.kind.removeprefix('the ')} from {self.source}"

    @property
    def giver(self) -> str:
        """Who gives the tokens."""
        return self.profile.cloud.authority_host

    @property
    def way(self) -> str:
        """How they are asked for, for the history."""
        return f"{self.profile.token_endpoint} endpoint"

    @abstractmethod
    async def prepare(self) -> None:
        """Find what proves us.

        Raises:
            SignInProblem: It is not there, or cannot be used.
        """

    @abstractmethod
    async def token(self, resource: str, uri: str) -> TokenAnswer:
        """Get a token.

        Args:
            resource: `graph`, `classic` or `endpoint`.
            uri: The same as the authority knows it.

        Raises:
            SignInProblem: It was refused.
            Unreachable: There was no answer.
        """

    def refused(self, problem: SignInProblem) -> bool:
        """Whether a refusal says that what was prepared will never do: it is then forgotten."""
        del problem
        return False
