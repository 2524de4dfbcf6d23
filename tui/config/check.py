"""Faults of a settings file, each with its place and what would be right."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from tui.config import lookups, schema, shift
from tui.config.hosts import mixed_hosts
from tui.config.key import Key
from tui.config.origins import origin_fault
from tui.text import visible

Lines = Mapping[tuple[str, ...], int]
Place = tuple[str, ...]


_LISTS: Mapping[str, Mapping[str, Key]] = {
    "sla": shift.SLA,
    "templates": shift.TEMPLATE,
    "lookups": lookups.LOOKUP,
}
"""Tables that stand in the file several times."""

_SECRET = re.compile("secret$|password|passphrase|^(access_|refresh_)?token$", re.IGNORECASE)


class Fault(Struct, frozen=True):
    """One thing that is wrong in a settings file."""

    file: Path
    line: int | None
    message: str
    """What is wrong, without the place."""
    suggestion: str = ""
    """What is allowed, with the nearest right name first."""

    @property
    def place(self) -> str:
        """File and line, as editors and terminals understand them."""
        return f"{self.file}:{self.line}" if self.line else str(self.file)

    def __str__(self) -> str:
        text = f"{self.place}: {self.message}."
        return f"{text} {self.suggestion}" if self.suggestion else text


_OTHER_NAMES = {
    "tenant": "tenant_id",
    "directory_id": "tenant_id",
    "app_id": "client_id",
    "appid": "client_id",
    "application_id": "client_id",
}
"""Keys of a profile by what the portal and other tools call them."""


def nearest(word: str, known: Collection[str]) -> str:
    """The name that was probably meant; empty where nothing is near."""
    from difflib import get_close_matches

    folded = {name.lower(): name for name in known}
    near = get_close_matches(word.lower().replace("-", "_"), folded, 1, 0.6) or get_close_matches(
        word.lower(), folded, 1, 0.6
    )
    return folded[near[0]] if near else ""


def _find(lines: Lines, place: Place) -> int | None:
    while place:
        if place in lines:
            return lines[place]
        place = place[:-1]
    return None


def _names(profiles: Mapping[str, object]) -> Iterator[str]:
    """What profiles are called: a table's own name, and one more for each of its tenants."""
    for name, table in profiles.items():
        tenants = table.get("tenants") if isinstance(table, dict) else None
        if not isinstance(table, dict) or not isinstance(tenants, dict) or "tenant_id" in table:
            yield name
        if isinstance(tenants, dict):
            yield from (f"{name}/{tenant}" for tenant in tenants)


class Checker:
    """Walks a parsed document and gathers what is wrong with it."""

    def __init__(self, document: Mapping[str, object], lines: Lines, file: Path) -> None:
        self._document = document
        self._lines = lines
        self._file = file

    def faults(self) -> list[Fault]:
        """All faults, in the order of the file."""
        found = list(self._top())
        return sorted(found, key=lambda fault: fault.line or 0)

    def _fault(self, place: Place, message: str, suggestion: str = "") -> Fault:
        return Fault(self._file, _find(self._lines, place), message, suggestion)

    def _unknown(self, place: Place, known: Collection[str], where: str) -> Fault:
        word = place[-1]
        if place[0] == "profiles" and _SECRET.search(word):
            return self._fault(
                place,
                f"'{visible(word)}' would keep a secret in this file, where none may be",
                "Take it out, and store it with `m365d-tui login`.",
            )
        near = _OTHER_NAMES.get(word.lower(), "")
        if near not in known:
            near = nearest(word, known)
        return self._fault(
            place,
            f"'{visible(word)}' is no key of {where}",
            (f"Did you mean {near}? " if near else "")
            + f"Allowed: {', '.join(dict.fromkeys(known))}.",
        )

    def _table(
        self, place: Place, value: object
    ) -> tuple[Mapping[str, object] | None, list[Fault]]:
        if isinstance(value, dict):
            return value, []
        name = visible(".".join(place))
        return None, [self._fault(place, f"'{name}' must be a table", f"Write [{name}].")]

    def _top(self) -> Iterator[Fault]:
        known = (*schema.TOP, *schema.TABLES)
        for name, value in self._document.items():
            place = (name,)
            if name in schema.TOP:
                yield from self._value(place, value, schema.TOP[name])
            elif name not in schema.TABLES:
                yield self._unknown(place, known, "the settings file")
            elif name in _LISTS:
                yield from self._list(place, value)
            else:
                table, faults = self._table(place, value)
                yield from faults
                if table is None:
                    continue
                if name == "watch":
                    yield from self._keys(place, table, shift.WATCH, (), "[watch]")
                elif name == "profiles":
                    yield from self._profiles(table)
                elif name == "ui":
                    yield from self._keys(place, table, schema.UI, (), "[ui]")
                else:
                    yield from self._texts(place, table)
        yield from self._default()

    def _list(self, place: Place, value: object) -> Iterator[Fault]:
        """`[[sla]]`, `[[templates]]` and `[[lookups]]`."""
        name = place[0]
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            yield self._fault(place, f"'{name}' must be a list of tables", f"Write [[{name}]].")
            return
        for at, table in enumerate(value):
            here = (*place, str(at))
            yield from self._keys(here, table, _LISTS[name], (), f"[[{name}]]")
            if name == "lookups" and (why := lookups.url_fault(table.get("url"))):
                yield self._fault(
                    (*here, "url"),
                    f"url '{visible(str(table['url']))}' {why}",
                    "Such as https://intel.example/search?q={value}.",
                )
            if name == "sla" and "filter" in table and not {"respond", "resolve"} & set(table):
                yield self._fault(
                    here, "a rule of [[sla]] needs respond or resolve", 'Such as respond = "1h".'
                )
            if name == "templates" and "name" in table and not set(table) - {"name", "key"}:
                yield self._fault(
                    here, "a template must change something", 'Such as status = "resolved".'
                )
            if "determination" in table and "classification" not in table:
                yield self._fault(
                    (*here, "determination"),
                    "determination stands without its classification",
                    'Such as classification = "falsePositive".',
                )

    def _default(self) -> Iterator[Fault]:
        chosen, table = self._document.get("default_profile"), self._document.get("profiles", {})
        if not isinstance(chosen, str) or not isinstance(table, dict):
            return
        profiles = list(_names(table))
        if chosen not in profiles:
            near = nearest(chosen, profiles)
            yield self._fault(
                ("default_profile",),
                f"there is no profile '{visible(chosen)}'",
                (f"Did you mean {near}? " if near else "")
                + (f"Known: {visible(', '.join(profiles))}." if profiles else "There is none yet."),
            )

    def _texts(self, place: Place, table: Mapping[str, object]) -> Iterator[Fault]:
        for name, value in table.items():
            yield from self._value((*place, name), value, Key("text", ""))

    def _profiles(self, table: Mapping[str, object]) -> Iterator[Fault]:
        for name, value in table.items():
            place = ("profiles", name)
            yield from self._name(place, "a profile")
            profile, faults = self._table(place, value)
            yield from faults
            if profile is not None:
                yield from self._profile(place, profile)

    def _name(self, place: Place, what: str) -> Iterator[Fault]:
        if not re.fullmatch(schema.NAME_PATTERN, place[-1]):
            yield self._fault(
                place,
                f"'{visible(place[-1])}' cannot be the name of {what}",
                "Use letters, digits, dots, spaces, hyphens and underscores, 64 at most.",
            )

    def _tenants(
        self, place: Place, value: object, profile: Mapping[str, object]
    ) -> Iterator[Fault]:
        tenants, faults = self._table(place, value)
        yield from faults
        if tenants is None:
            return
        if not tenants:
            yield self._fault(place, "tenants names none", 'Such as { contoso = "contoso.com" }.')
        kind = profile.get("credential")
        if isinstance(kind, str) and kind in schema.OF_ONE_TENANT:
            yield self._fault(
                place,
                f"credential '{kind}' signs in to one tenant, its own",
                "Use tenant_id, or another credential.",
            )
        own = profile.get("tenant_id")
        seen = {own.lower(): "tenant_id"} if isinstance(own, str) else {}
        for name, tenant in tenants.items():
            yield from self._name((*place, name), "a tenant")
            yield from self._value((*place, name), tenant, schema.TENANT)
            if isinstance(tenant, str) and tenant:
                if other := seen.get(tenant.lower()):
                    yield self._fault(
                        (*place, name),
                        f"{visible(name)} is the same tenant as {visible(other)}",
                        "Leave one of them out.",
                    )
                seen.setdefault(tenant.lower(), name)

    def _profile(self, place: Place, table: Mapping[str, object]) -> Iterator[Fault]:
        keys = dict(schema.PROFILE)
        if "tenants" in table:
            keys["tenant_id"] = replace(keys["tenant_id"], needed=False)
            yield from self._tenants((*place, "tenants"), table["tenants"], table)
        kind = table.get("credential", "keyring")
        if isinstance(kind, str) and kind in schema.WITHOUT_CLIENT:
            keys["client_id"] = Key("guid", "")
        cloud = table.get("cloud")
        if isinstance(cloud, dict):
            del keys["cloud"]
            yield from self._keys(
                (*place, "cloud"), cloud, schema.CLOUD, (), "the cloud of a profile"
            )
            if mixed := mixed_hosts(cloud):
                yield self._fault(
                    (*place, "cloud", mixed[0]),
                    mixed[1],
                    "Authority, APIs and portal must belong to one cloud.",
                )
        if "region" in table and table.get("cloud", "global") != "global":
            yield self._fault(
                (*place, "region"),
                "region is for the global cloud alone",
                "Leave it out, or name the host in a table of hosts.",
            )
        yield from self._keys(place, table, keys, schema.PROFILE_TABLES, "a profile")
        for needed, of_kind in (
            ("secret_command", "command"),
            ("certificate_path", "certificate"),
            ("token_file", "token-file"),
        ):
            if kind == of_kind and needed not in table:
                yield self._fault(
                    (*place, "credential"),
                    f"credential '{of_kind}' needs {needed}",
                    f"Add a line {needed} = …",
                )
        if "engines" in table:
            engines, faults = self._table((*place, "engines"), table["engines"])
            yield from faults
            for name, value in (engines or {}).items():
                yield from self._engine((*place, "engines", name), value)

    def _engine(self, place: Place, value: object) -> Iterator[Fault]:
        engine, faults = self._table(place, value)
        yield from faults
        if engine is None:
            return
        yield from self._keys(place, engine, schema.ENGINE, (), "an engine")
        needs = {"adx": ("cluster", "database"), "log-analytics": ("workspace",)}
        kind = engine.get("kind")
        for name in needs.get(kind if isinstance(kind, str) else "", ()):
            if name not in engine:
                yield self._fault(
                    place, f"an engine of kind '{kind}' needs {name}", f"Add a line {name} = …"
                )

    def _keys(
        self,
        place: Place,
        table: Mapping[str, object],
        keys: Mapping[str, Key],
        tables: Collection[str],
        where: str,
    ) -> Iterator[Fault]:
        for name, value in table.items():
            if name in keys:
                yield from self._value((*place, name), value, keys[name])
            elif name not in tables:
                yield self._unknown((*place, name), (*keys, *tables), where)
        for name, key in keys.items():
            if key.needed and name not in table:
                yield self._fault(
                    place, f"{visible('.'.join(place))} lacks {name}", f"It is needed: {key.help}"
                )

    def _value(self, place: Place, value: object, key: Key) -> Iterator[Fault]:
        name = visible(place[-1])
        if key.shape == "argv":
            if (
                not isinstance(value, list)
                or not value
                or not all(isinstance(part, str) and "\0" not in part for part in value)
                or not value[0]
            ):
                yield self._fault(
                    place,
                    f"{name} must be a list of texts: the command and its arguments",
                    'Such as ["pass", "show", "m365d"].',
                )
            return
        if key.shape == "flag":
            if not isinstance(value, bool):
                yield self._fault(place, f"{name} must be true or false", key.help)
            return
        if key.shape == "texts":
            if not isinstance(value, list) or not all(
                isinstance(part, str) and part.strip() for part in value
            ):
                yield self._fault(place, f"{name} must be a list of texts", 'Such as ["vip"].')
                return
            for part in value if key.choices else ():
                if part not in key.choices:
                    near = nearest(part, key.choices)
                    yield self._fault(
                        place,
                        f"{name} '{visible(part)}' is not known",
                        (f"Did you mean {near}? " if near else "")
                        + f"Allowed: {', '.join(key.choices)}.",
                    )
            return
        if not isinstance(value, str) or not value.strip() or "\0" in value:
            what = "is empty" if isinstance(value, str) else "must be a text in quotation marks"
            allowed = f"Allowed: {', '.join(key.choices)}." if key.choices else key.help
            yield self._fault(place, f"{name} {what}", allowed)
            return
        shown = f"{name} '{visible(value)}'"
        if key.choices and value not in key.choices:
            near = nearest(value, key.choices)
            yield self._fault(
                place,
                f"{shown} is not known",
                (f"Did you mean {near}? " if near else "") + f"Allowed: {', '.join(key.choices)}.",
            )
        elif key.shape == "span" and not re.fullmatch(shift.SPAN_PATTERN, value):
            yield self._fault(place, f"{shown} is no span of time", "Such as 30m, 1h, 3d or 1w.")
        elif key.shape == "guid" and not re.fullmatch(schema.GUID_PATTERN, value):
            yield self._fault(
                place, f"{shown} is no GUID", "It looks like 00000000-0000-0000-0000-000000000000."
            )
        elif key.shape == "tenant" and not re.fullmatch(
            f"{schema.GUID_PATTERN}|{schema.DOMAIN_PATTERN}", value
        ):
            yield self._fault(
                place,
                f"{shown} is neither a GUID nor a domain",
                "Such as contoso.onmicrosoft.com.",
            )
        elif key.shape == "origin" and (why := origin_fault(value)):
            yield self._fault(
                place, f"{shown} {why}", "Write https://host (http only for this machine itself)."
            )
        elif key.shape == "resource" and not re.fullmatch(r"(https|api|http)://[^\s?#@]+", value):
            yield self._fault(place, f"{shown} is no resource", "Such as https://api.example.com.")
