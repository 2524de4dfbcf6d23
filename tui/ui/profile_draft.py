"""What the form of a profile holds: its fields, what is wrong with them, and what they make."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from msgspec.structs import asdict, replace

from tui.auth.secret import fault_of_typed
from tui.config.schema import OF_ONE_TENANT, WITHOUT_CLIENT

if TYPE_CHECKING:
    from tui.config import ProfileSettings

Values = Mapping[str, str]
"""Name of a field as the settings file has it → what stands in it."""

HOSTS = ("authority", "classic", "graph", "endpoint", "portal")
CUSTOM = "custom"
"""Stands in `cloud` where the hosts are given one by one."""

FIELDS = (
    *("name", "tenant_id", "client_id", "credential", "secret_command", "certificate_path"),
    *("token_file", "secret", "cloud", "region", *HOSTS, "api", "token_endpoint"),
    *("tenants", "home_tenant"),
)
"""All fields, in the order of the form."""

_FOR_KIND: Mapping[str, tuple[str, ...]] = {
    "keyring": ("secret",),
    "prompt": ("secret",),
    "command": ("secret_command",),
    "certificate": ("certificate_path", "secret"),
    "federated": ("token_file",),
    "token-file": ("token_file",),
}
_NEEDED_BY_KIND = {
    "command": "secret_command",
    "certificate": "certificate_path",
    "token-file": "token_file",
}
_PROVES_APP = frozenset({"keyring", "env", "command", "prompt", "certificate", "federated"})
KEEPS_SECRET = frozenset({"keyring", "certificate"})
"""Kinds whose typed secret or pass phrase goes into the keyring."""


def shown(values: Values) -> tuple[str, ...]:
    """The fields that matter for the chosen cloud and credential, in order."""
    kind, cloud = values["credential"], values["cloud"]
    hidden = {"region"} if cloud != "global" else set()
    if cloud != CUSTOM:
        hidden.update(HOSTS)
    hidden.update({"secret_command", "certificate_path", "token_file", "secret"})
    hidden.difference_update(_FOR_KIND.get(kind, ()))
    if kind not in _PROVES_APP:
        hidden.update({"token_endpoint", "home_tenant"})
    if kind in OF_ONE_TENANT:
        hidden.add("tenants")
    if kind in ("token-file", "azure-cli"):
        hidden.add("client_id")
    return tuple(name for name in FIELDS if name not in hidden)


def needed(values: Values, *, is_new: bool) -> tuple[str, ...]:
    """The fields that must not be empty."""
    kind = values["credential"]
    names = ["name"] if values["tenants"].strip() else ["name", "tenant_id"]
    if kind not in WITHOUT_CLIENT:
        names.append("client_id")
    if values["cloud"] == CUSTOM:
        names.append("authority")
    if kind in _NEEDED_BY_KIND:
        names.append(_NEEDED_BY_KIND[kind])
    if is_new and kind == "keyring" and not values.get("home_tenant"):
        names.append("secret")
    return tuple(names)


def values_of(profile: ProfileSettings | None) -> dict[str, str]:
    """What the form shows of a profile; the defaults for a new one."""
    values = dict.fromkeys(FIELDS, "")
    values |= {"cloud": "global", "api": "auto", "token_endpoint": "v2", "credential": "keyring"}
    if profile is None:
        return values
    for name in FIELDS:
        value = getattr(profile, name, None)
        if isinstance(value, str | Path):
            values[name] = str(value)
    values["secret_command"] = shlex.join(profile.secret_command)
    values["tenants"] = ", ".join(f"{name} = {one}" for name, one in profile.tenants.items())
    if not isinstance(profile.cloud, str):
        values["cloud"] = CUSTOM
        hosts = asdict(profile.cloud)
        values |= {name: hosts[name] or "" for name in HOSTS}
    return values


def _table(values: Values) -> dict[str, Any]:
    table: dict[str, Any] = {}
    for name in shown(values):
        value = values[name].strip()
        if value and name not in ("name", "secret", "cloud", *HOSTS):
            table[name] = value
    if values["secret_command"].strip() and "secret_command" in table:
        table["secret_command"] = _argv(values["secret_command"])
    if "tenants" in table:
        table["tenants"] = _tenants(values["tenants"])
    if values["cloud"] == CUSTOM:
        table["cloud"] = {name: values[name].strip() for name in HOSTS if values[name].strip()}
    else:
        table["cloud"] = values["cloud"]
    return table


def _tenants(text: str) -> dict[str, str]:
    """`contoso = contoso.com, fabrikam = GUID`; a tenant without a name is its own."""
    found: dict[str, str] = {}
    for part in filter(str.strip, text.split(",")):
        name, equals, tenant = (piece.strip() for piece in part.partition("="))
        found[name] = tenant if equals else name
    return found


def _argv(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return []


def faults_of(values: Values, taken: Collection[str]) -> dict[str, str]:
    """What is wrong with the filled fields, in a sentence each; the rules are the file's.

    Args:
        taken: Names of other profiles.
    """
    from tui.config.check import Checker

    found: dict[str, str] = {}
    name = values["name"].strip()
    if name in taken:
        found["name"] = f"There is a profile '{name}' already."
    place = ("profiles", name or "x")
    fields = list(FIELDS)
    lines: dict[tuple[str, ...], int] = {
        (*place, "cloud", one) if one in HOSTS else (*place, one): at
        for at, one in enumerate(fields, 1)
        if one != "name"
    }
    lines[place] = fields.index("name") + 1
    lines |= {
        (*place, "tenants", one): fields.index("tenants") + 1 for one in _tenants(values["tenants"])
    }
    document = {"profiles": {place[1]: _table(values)}}
    for fault in Checker(document, lines, Path("config.toml")).faults():
        field = fields[(fault.line or 1) - 1]
        if field == "credential" or " lacks " in fault.message or not values[field].strip():
            continue  # Emptiness is `needed`'s to tell.
        # Without the value, which stands in the field: the sentence stays as it is typed.
        said = re.sub(rf"^({field} )?'.*' (?=is |cannot |holds )", "this ", fault.message)
        sentence = f"{said[:1].upper()}{said[1:]}. {fault.suggestion}".strip()
        found.setdefault(field, sentence)
    if values["secret_command"].strip() and "secret_command" in shown(values):
        try:
            shlex.split(values["secret_command"])
        except ValueError:
            found["secret_command"] = "A quotation mark is not closed."  # noqa: S105
    if "secret" in shown(values) and (why := fault_of_typed(values["secret"].strip())):
        found["secret"] = f"This is not the secret's value: {why}."
    return found


def settings_of(values: Values, former: ProfileSettings | None) -> ProfileSettings:
    """The profile as the form says it; what the form does not show stays as it was."""
    from tui.config import HostTable, ProfileSettings

    visible_fields = shown(values)

    def text(name: str) -> str | None:
        value = values[name].strip() if name in visible_fields else ""
        return value or None

    def path(name: str) -> Path | None:
        value = text(name)
        return Path(value).expanduser() if value else None

    base = former or ProfileSettings(values["name"].strip(), "", "")
    hosts: str | HostTable = values["cloud"]
    if hosts == CUSTOM:
        known = asdict(base.cloud) if not isinstance(base.cloud, str) else {}
        hosts = HostTable(**(known | {name: text(name) for name in HOSTS}))
    return replace(
        base,
        tenant_id=text("tenant_id") or "",
        client_id=text("client_id") or "",
        cloud=hosts,
        region=text("region"),
        api=cast("Any", values["api"]),
        token_endpoint=cast("Any", values["token_endpoint"]),
        credential=values["credential"],
        secret_command=tuple(_argv(text("secret_command") or "")),
        certificate_path=path("certificate_path"),
        token_file=path("token_file"),
        home_tenant=text("home_tenant"),
        tenants=_tenants(text("tenants") or ""),
    )
