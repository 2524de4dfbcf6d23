"""Who signs in where; no secrets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from tui.auth.clouds import CLOUDS, Cloud, cloud_named, custom_cloud
from tui.errors import UsageProblem

if TYPE_CHECKING:
    from tui.auth.secret import Secret
    from tui.config import EngineSettings, ProfileSettings, Settings
    from tui.config.edit import Entry


ANY_TENANT = "organizations"
"""Stands for the tenant of an app whose own is not known, in the name of a keyring's entry."""


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
    home_tenant: str | None = None
    """Where the application is registered, for a partner's customer: whose secret it uses."""
    engines: Mapping[str, EngineSettings] = field(default_factory=dict)
    is_demo: bool = False
    analyst: str | None = None
    """Who works here, as `assigned_to` spells it; the embedded tenant knows, settings may say."""
    given_secret: Secret | None = field(default=None, repr=False, compare=False)
    """The published secret of the embedded tenant; None for every other profile."""

    @property
    def table(self) -> str:
        """The settings' table that describes it: `partner` for `partner/contoso`."""
        return self.name.partition("/")[0]

    @property
    def argument(self) -> str:
        """The name as a shell takes it, for commands that a sentence offers."""
        from shlex import quote

        return quote(self.name)

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
        must not send a stored secret elsewhere. A partner's customers share the secret of the
        home tenant.
        """
        user = f"{self.home_tenant or self.tenant_id}/{self.client_id}"
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
        cloud_named(settings.cloud, settings.region)
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
        home_tenant=settings.home_tenant,
        engines=settings.engines,
    )


def _tenants_of(settings: ProfileSettings) -> Iterator[Profile]:
    """The profile itself where it has a tenant of its own, then one for each of its tenants."""
    profile = profile_from(settings)
    if settings.tenant_id or not settings.tenants:
        yield profile
    for name, tenant in settings.tenants.items():
        yield replace(
            profile,
            name=f"{settings.name}/{name}",
            tenant_id=tenant,
            home_tenant=settings.home_tenant or settings.tenant_id or ANY_TENANT,
        )


def profiles_of(settings: Settings) -> dict[str, Profile]:
    """All profiles of the settings, in the file's order.

    A table with `tenants` gives one for each, named `TABLE/TENANT`, with the same app and
    secret: none else can have a slash in its name.
    """
    return {
        profile.name: profile
        for table in settings.profiles.values()
        for profile in _tenants_of(table)
    }


def _named_in_vain(settings: Settings) -> str:
    import os

    from tui.config import config_path

    if settings.path is None and os.environ.get("M365D_CONFIG", "").strip():
        return f"M365D_CONFIG names {config_path()}, where no file is"
    return ""


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
            _named_in_vain(settings),
            remedy="Make one with `m365d-tui profiles add`, or try `m365d-tui --demo`.",
        )
    tenants = [each for each in profiles if each.startswith(f"{chosen}/")]
    if len(tenants) == 1:
        return profiles[tenants[0]]
    if tenants:
        raise UsageProblem(
            f"Profile '{chosen}' is for several tenants",
            remedy=f"Name one of them: {', '.join(tenants)}.",
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


def _values(profile: ProfileSettings) -> dict[str, Entry]:
    """A profile's table: what differs from the defaults, in the usual order."""
    from msgspec.structs import asdict

    default = {"api": "auto", "token_endpoint": "v2", "credential": "keyring", "cloud": "global"}
    values: dict[str, Entry] = {"tenant_id": profile.tenant_id} if profile.tenant_id else {}
    if profile.client_id:
        values["client_id"] = profile.client_id
    for name in ("api", "cloud", "token_endpoint", "credential"):
        value = getattr(profile, name)
        if isinstance(value, str) and value != default[name]:
            values[name] = value
    if profile.secret_command:
        values["secret_command"] = profile.secret_command
    for name in ("certificate_path", "token_file", "home_tenant", "region"):
        if (value := getattr(profile, name)) is not None:
            values[name] = str(value)
    if not isinstance(profile.cloud, str):
        hosts = asdict(profile.cloud)
        values["cloud"] = {name: host for name, host in hosts.items() if host is not None}
    if profile.tenants:
        values["tenants"] = dict(profile.tenants)
    if profile.engines:
        values["engines"] = {
            engine.name: {
                name: value
                for name in ("kind", "cluster", "database", "workspace")
                if (value := getattr(engine, name)) is not None
            }
            for engine in profile.engines.values()
        }
    return values


def add_profile(
    settings: Settings, profile: ProfileSettings, *, replace: bool = False, default: bool = False
) -> Path:
    """Write a profile to the settings file; everything else in it stays as it is.

    Args:
        settings: The settings that were read; their file is changed, or made.
        profile: The new profile. Values that are defaults are not written.
        replace: Whether a profile of that name may be there already.
        default: Make it the default profile, or its first tenant where it has none of its own.

    Returns:
        The file.

    Raises:
        UsageProblem: The name is taken, a value is not allowed, or the file cannot be changed.
    """
    if profile.name in settings.profiles and not replace:
        raise UsageProblem(
            f"There is a profile '{profile.name}' already",
            remedy="Choose another name, or remove it with `m365d-tui profiles remove`.",
        )
    from tui.config.edit import CannotEdit, append_table, remove_table, set_top, update_table

    def change(text: str) -> str:
        place, values = ("profiles", profile.name), _values(profile)
        try:
            text = update_table(text, place, values)
        except CannotEdit:
            text = append_table(remove_table(text, place), place, values)
        name = next(_tenants_of(profile)).name
        return set_top(text, "default_profile", name) if default else text

    return _change_file(settings, change)


def add_tenant(settings: Settings, name: str, tenant: str, *, default: bool = False) -> Path:
    """Give a profile of the settings file one more tenant; everything else in it stays.

    Args:
        settings: The settings that were read; their file is changed.
        name: `PROFILE/TENANT`, where the profile is there.
        tenant: GUID or domain.
        default: Make it the default profile.

    Returns:
        The file.

    Raises:
        UsageProblem: The name is taken, or the file cannot be changed so.
    """
    table, _, label = name.partition("/")
    tenants = settings.profiles[table].tenants
    if label in tenants:
        raise UsageProblem(f"There is a profile '{name}' already", remedy="Choose another name.")
    from tui.config.edit import set_texts, set_top

    def change(text: str) -> str:
        text = set_texts(text, ("profiles", table, "tenants"), {**tenants, label: tenant})
        return set_top(text, "default_profile", name) if default else text

    return _change_file(settings, change)


def change_profile(settings: Settings, name: str, key: str, value: str) -> Path:
    """Change one value of a profile in the settings file; everything else stays as it is.

    A profile of several tenants changes for all of them.

    Returns:
        The file.

    Raises:
        UsageProblem: There is no such profile, or the file cannot be changed so.
    """
    place = ("profiles", profile_named(settings, name).table)
    from tui.config.edit import set_in_table

    return _change_file(settings, lambda text: set_in_table(text, place, key, value))


def remove_profile(settings: Settings, name: str) -> Path:
    """Take a profile out of the settings file; everything else in it stays as it is.

    Args:
        settings: The settings that were read.
        name: Of a table, which goes with all its tenants; or `PROFILE/TENANT`, which goes
            alone, and with the table where that is for no other.

    Returns:
        The file.

    Raises:
        UsageProblem: There is no such profile, or the file cannot be changed.
    """
    if name not in settings.profiles:
        profile_named(settings, name)
    from tui.config.edit import remove_table, set_texts, set_top

    table, _, label = name.partition("/")
    former = settings.profiles[table]
    tenants = {each: tenant for each, tenant in former.tenants.items() if each != label}
    whole = not label or not (tenants or former.tenant_id)
    gone = settings.default_profile == name or (
        whole and (settings.default_profile or "").partition("/")[0] == table
    )

    def change(text: str) -> str:
        if whole:
            text = remove_table(text, ("profiles", table))
        else:
            text = set_texts(text, ("profiles", table, "tenants"), tenants)
        return set_top(text, "default_profile", None) if gone else text

    return _change_file(settings, change)


def _change_file(settings: Settings, change: Callable[[str], str]) -> Path:
    """Change the settings file's text, unless the result would be faulty.

    Another window of this program that changes it at the same moment waits.
    """
    from tui.config import app_paths, config_path, locked

    file = settings.path or config_path()
    with locked(app_paths().state_dir / "settings.lock"):
        _rewrite(file, change)
    return file


def _rewrite(file: Path, change: Callable[[str], str]) -> None:
    from tui.config import validate_text, write_private
    from tui.config.edit import CannotEdit

    what = "The settings were not changed"
    try:
        raw = file.read_bytes().decode() if file.exists() else ""
        # What an editor of Windows put there stays: its mark at the start, its line ends.
        mark, returns = "\ufeff" * raw.startswith("\ufeff"), "\r\n" in raw
        changed = change(raw.removeprefix(mark).replace("\r\n", "\n"))
    except CannotEdit:
        raise UsageProblem(
            what,
            f"{file} is written in a way that this program does not edit",
            "Edit it by hand.",
        ) from None
    except (OSError, UnicodeError):
        raise UsageProblem(what, f"{file} cannot be read", "Check its permissions.") from None
    if faults := validate_text(changed, file):
        raise UsageProblem(what, faults[0].message, faults[0].suggestion)
    try:
        write_private(file, mark + (changed.replace("\n", "\r\n") if returns else changed))
    except OSError as error:
        why = f": {error.strerror.lower()}" if error.strerror else ""
        raise UsageProblem(
            what,
            f"{file} cannot be written{why}",
            "Check its permissions." if isinstance(error, PermissionError) else "",
        ) from None
