"""Which credential a profile signs in with."""

from __future__ import annotations

import asyncio

from tui.auth.credentials import Context, Credential, SecretProof, TokenAnswer
from tui.auth.profiles import Profile
from tui.auth.secret import Secret
from tui.auth.vault import describe_secret, find_secret, step_label
from tui.errors import SignInProblem


class ClientSecret(Credential):
    """A client secret, from wherever the profile says."""

    kind = "the secret"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._secret: Secret | None = None

    @property
    def preparing(self) -> str:
        return step_label(self.profile)

    async def prepare(self) -> None:
        found = await find_secret(self.profile, self.context.ask)
        self._secret, self.source = found.secret, found.source

    async def token(self, resource: str, uri: str) -> TokenAnswer:
        from tui.auth.token_endpoint import ask_endpoint

        del resource
        assert self._secret is not None
        return await ask_endpoint(self.context, uri, SecretProof(self._secret))

    def refused(self, problem: SignInProblem) -> bool:
        from tui.auth.aadsts import REFUSED_SECRET

        return problem.code in REFUSED_SECRET


def credential_for(context: Context) -> Credential:
    """The credential of a profile, not prepared yet.

    Raises:
        SignInProblem: The profile names a kind that is not known.
    """
    profile = context.profile
    kind = profile.credential
    if profile.given_secret is not None or kind in ("keyring", "env", "command", "prompt"):
        return ClientSecret(context)
    if kind == "certificate":
        from tui.auth.certificate import CertificateCredential

        return CertificateCredential(context)
    if kind == "federated":
        from tui.auth.federated import FederatedCredential

        return FederatedCredential(context)
    if kind == "token-file":
        from tui.auth.given import TokenFile

        return TokenFile(context)
    if kind == "azure-cli":
        from tui.auth.given import AzureCli

        return AzureCli(context)
    if kind == "managed-identity":
        from tui.auth.managed_identity import ManagedIdentity

        return ManagedIdentity(context)
    if kind == "device-code":
        from tui.auth.device_code import DeviceCodeCredential

        return DeviceCodeCredential(context)
    raise context.problem(
        f"this version does not know credential '{kind}'",
        f"See `m365d-tui profiles add --help` for those it knows; edit profile {profile.name}.",
    )


async def describe_fully(profile: Profile) -> str:
    """As `vault.describe_secret`, with what takes a look into files: days left, state.

    For lists that show the quick words first and these when they come; never raises, and
    never asks a person, a keyring or the network.
    """
    if profile.credential == "certificate":
        from tui.auth.certificate import days_left

        days = await asyncio.to_thread(days_left, profile)
        if days is None:
            return describe_secret(profile)
        if days < 0:
            return "certificate, ended"
        return f"certificate, {days} day{'' if days == 1 else 's'} left"
    return describe_secret(profile)
