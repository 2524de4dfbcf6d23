"""Who signs in where; no secrets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from tui.auth.clouds import CLOUDS, Cloud, cloud_named, custom_cloud
from tui.errors import UsageProblem

if TYPE_CHECKING:
    from tui.auth.secret import Secret
    from tui.config import EngineSettings, ProfileSettings, Settings


@dataclass(frozen=True, slots=True)
class Profile:
    """One way to sign in to one tenant."""

    name: str
    tenant_id: str
    """GUID or domain."""
    client_id: str
    cloud: Cloud = CLOUDS["global"]
    api: Literal["auto", "graph", "classic"] = "auto"
    token_endpoint: Literal["v1", "v2"] = "v2"  # noqa: S105
    credential: str = "keyring"
    secret_command: tuple[str, ...] = ()
    certificate_path: Path | None = None
    token_file: Path | None = None
    engines: Mapping[str, EngineSettings] = field(default_factory=dict)
    is_demo: bool = False
    given_secret: Secret | None = field(default=None, repr=False, compare=False)
    """The published secret of the embedded tenant; None for every other profile."""

    @property
    def place(self) -> str:
        """Which tenant, in a few words: its domain or GUID, or the host of a custom cloud."""
        if self.is_demo:
            return "embedded tenant, no account"
        return self.cloud.authority_host if self.cloud.is_custom else self.tenant_id

    @property
    def tenant_key(self) -> str:
        """Names the tenant on this machine: authority host and tenant, for caches."""
        return f"{self.cloud.authority_host}/{self.tenant_id}".lower()

    @property
    def keyring_user(self) -> str:
        """User name of the keyring entry.

        The authority's host stands before it where hosts are custom: an edited settings file
        must not send a stored secret elsewhere.
        """
        user = f"{self.tenant_id}/{self.client_id}"
        return f"{self.cloud.authority_host}/{user}" if self.cloud.is_custom else user


class DemoLauncher(Protocol):
    """Starts the embedded tenant; the command line hands one to the screens."""

    def start(self) -> Profile:
        """Start the tenant unless it runs, and return the profile that signs in there.

        It blocks until the socket listens, well under a second: call it in a thread.
        """

    def stop(self) -> None:
        """Stop the tenant if it runs."""


def profile_from(settings: ProfileSettings) -> Profile:
    """The profile that a table of the settings file describes."""
    cloud = (
        cloud_named(settings.cloud)
        if isinstance(settings.cloud, str)
        else custom_cloud(settings.cloud)
    )
    return Profile(
        name=settings.name,
        tenant_id=settings.tenant_id,
        client_id=settings.client_id,
        cloud=cloud,
        api=settings.api,
        token_endpoint=settings.token_endpoint,
        credential=settings.credential,
        secret_command=settings.secret_command,
        certificate_path=settings.certificate_path,
        token_file=settings.token_file,
        engines=settings.engines,
    )


def profiles_of(settings: Settings) -> dict[str, Profile]:
    """All profiles of the settings, in the file's order."""
    return {name: profile_from(table) for name, table in settings.profiles.items()}


def profile_named(settings: Settings, name: str | None = None) -> Profile:
    """The profile of a name, the default one, or the only one.

    Raises:
        UsageProblem: There is none of that name, or several and none is the default.
    """
    profiles = profiles_of(settings)
    chosen = name or settings.default_profile
    if chosen is None and len(profiles) == 1:
        return next(iter(profiles.values()))
    if chosen in profiles:
        return profiles[chosen]
    if not profiles:
        raise UsageProblem(
            "There is no profile" + (f" '{name}'" if name else " yet"),
            remedy="Make one with `m365d-tui profiles add`, or try `m365d-tui --demo`.",
        )
    known = f"Known are {', '.join(profiles)}."
    if chosen is None:
        raise UsageProblem(
            "Several profiles, and none is the default",
            remedy=f"Name one with --profile, or set default_profile. {known}",
        )
    from difflib import get_close_matches

    near = get_close_matches(chosen, profiles, 1)
    raise UsageProblem(
        f"There is no profile '{chosen}'",
        remedy=(f"Did you mean {near[0]}? " if near else "") + known,
    )
