"""The settings as values: what config.toml says, checked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from msgspec import Struct, field

from tui.config.lookups import Lookup
from tui.config.shift import SlaRule, Template, WatchSettings

Api = Literal["auto", "graph", "classic"]
TokenEndpoint = Literal["v1", "v2"]


class Origin(Struct, frozen=True):
    """Where a value came from."""

    path: Path | None = None
    """The file; None for a default."""
    line: int | None = None

    def __str__(self) -> str:
        if self.path is None:
            return "default"
        return f"{self.path}:{self.line}" if self.line else str(self.path)


class HostTable(Struct, frozen=True):
    """`[profiles.X.cloud]`: hosts of one's own. None: not given."""

    authority: str
    classic: str | None = None
    graph: str | None = None
    endpoint: str | None = None
    portal: str | None = None
    classic_resource: str | None = None
    graph_resource: str | None = None
    endpoint_resource: str | None = None


class EngineSettings(Struct, frozen=True):
    """`[profiles.X.engines.Y]`: where else hunting queries can run."""

    name: str
    kind: Literal["adx", "log-analytics"]
    cluster: str | None = None
    """Origin of an Azure Data Explorer or Fabric cluster (`adx`)."""
    database: str | None = None
    workspace: str | None = None
    """GUID of a workspace (`log-analytics`)."""


class ProfileSettings(Struct, frozen=True):
    """`[profiles.X]`, as the file says it."""

    name: str
    tenant_id: str
    """Empty where `tenants` alone says whom it is for."""
    client_id: str
    api: Api = "auto"
    cloud: str | HostTable = "global"
    token_endpoint: TokenEndpoint = "v2"  # noqa: S105
    credential: str = "keyring"
    secret_command: tuple[str, ...] = ()
    certificate_path: Path | None = None
    token_file: Path | None = None
    home_tenant: str | None = None
    """Tenant that the application is registered in, where that is another one."""
    region: str | None = None
    """Of the classic API's hosts; global cloud only."""
    engines: Mapping[str, EngineSettings] = field(default_factory=dict)
    tenants: Mapping[str, str] = field(default_factory=dict)
    """A partner's customers: name → tenant, each a profile named `PROFILE/NAME`."""


class UiSettings(Struct, frozen=True):
    """`[ui]`."""

    theme: str | None = None
    me: str | None = None
    """Who works here, as incidents name their owners; an app's token does not say."""
    editor_keys: str = "standard"
    """Keys of the query editor: `standard` or `emacs`."""


class Settings(Struct, frozen=True):
    """A whole settings file; all defaults where there is none."""

    default_profile: str | None = None
    profiles: Mapping[str, ProfileSettings] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)
    """Command name → key, as the screens understand both."""
    ui: UiSettings = field(default_factory=UiSettings)
    sla: tuple[SlaRule, ...] = ()
    templates: tuple[Template, ...] = ()
    watch: WatchSettings = field(default_factory=WatchSettings)
    lookups: tuple[Lookup, ...] = ()
    path: Path | None = None
    """The file that was read; None where there was none."""
    origins: Mapping[str, Origin] = field(default_factory=dict)
    """Dotted name of a value (`profiles.contoso.api`) → where it was given."""

    def origin(self, name: str) -> Origin:
        """Where a value was given, by its dotted name."""
        return self.origins.get(name, Origin())
