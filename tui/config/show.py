"""Every value in force, with the place it came from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from msgspec.structs import asdict

from tui.config.settings import HostTable, Origin, ProfileSettings, Settings
from tui.config.shift import span_text


@dataclass(frozen=True, slots=True)
class Shown:
    """One value in force."""

    name: str
    """Its dotted name."""
    value: str | bool | list[str] | None
    origin: Origin

    @property
    def text(self) -> str:
        """The value as TOML writes it; `(not set)` where there is none."""
        if self.value is None:
            return "(not set)"
        return json.dumps(self.value, ensure_ascii=False)


def _profile(profile: ProfileSettings) -> Iterator[tuple[str, str | list[str] | None]]:
    yield "tenant_id", profile.tenant_id or None
    for name, tenant in profile.tenants.items():
        yield f"tenants.{name}", tenant
    yield "client_id", profile.client_id or None
    yield "api", profile.api
    if isinstance(profile.cloud, HostTable):
        for name, host in asdict(profile.cloud).items():
            if host is not None:
                yield f"cloud.{name}", host
    else:
        yield "cloud", profile.cloud
    yield "token_endpoint", profile.token_endpoint
    yield "credential", profile.credential
    if profile.secret_command:
        yield "secret_command", list(profile.secret_command)
    if profile.certificate_path:
        yield "certificate_path", str(profile.certificate_path)
    if profile.token_file:
        yield "token_file", str(profile.token_file)
    if profile.home_tenant:
        yield "home_tenant", profile.home_tenant
    if profile.region:
        yield "region", profile.region
    for engine in profile.engines.values():
        for name in ("kind", "cluster", "database", "workspace"):
            if (value := getattr(engine, name)) is not None:
                yield f"engines.{engine.name}.{name}", value


def _shift(settings: Settings) -> Iterator[tuple[str, str | bool | list[str] | None]]:
    for at, rule in enumerate(settings.sla):
        yield f"sla.{at}.filter", rule.filter
        for name, span in (("respond", rule.respond), ("resolve", rule.resolve)):
            if span is not None:
                yield f"sla.{at}.{name}", span_text(span)
    for at, template in enumerate(settings.templates):
        for name, value in asdict(template).items():
            if value:
                yield f"templates.{at}.{name}", list(value) if isinstance(value, tuple) else value
    for at, lookup in enumerate(settings.lookups):
        yield f"lookups.{at}.name", lookup.name
        yield f"lookups.{at}.kinds", list(lookup.kinds)
        yield f"lookups.{at}.url", lookup.url
    watch = settings.watch
    yield "watch.every", span_text(watch.every)
    yield "watch.notify", watch.notify or None
    yield "watch.bell", watch.bell
    yield "watch.desktop", watch.desktop
    yield "watch.title", watch.title


def shown_values(settings: Settings) -> list[Shown]:
    """Every value in force, in the order of the file's sections."""
    values: list[tuple[str, str | bool | list[str] | None]] = [
        ("default_profile", settings.default_profile)
    ]
    for profile in settings.profiles.values():
        values += [(f"profiles.{profile.name}.{name}", value) for name, value in _profile(profile)]
    values += [(f"keys.{name}", key) for name, key in settings.keys.items()]
    values += [("ui.theme", settings.ui.theme), ("ui.me", settings.ui.me)]
    values += [("ui.editor_keys", settings.ui.editor_keys)]
    values += _shift(settings)
    return [Shown(name, value, settings.origin(name)) for name, value in values]
