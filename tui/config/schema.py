"""Which keys the settings file has: one declaration for checking, showing and the JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tui.config import lookups, shift
from tui.config.hosts import REGIONS
from tui.config.key import Key

CLOUD_NAMES = ("global", "gcc", "gcc-high", "dod")
CREDENTIAL_KINDS = (
    "keyring",
    "env",
    "command",
    "prompt",
    "certificate",
    "federated",
    "managed-identity",
    "device-code",
    "token-file",
    "azure-cli",
)
WITHOUT_CLIENT = frozenset({"managed-identity", "token-file", "azure-cli"})
"""Kinds of credential that need no client ID."""


TOP: Mapping[str, Key] = MappingProxyType(
    {"default_profile": Key("text", "The profile that is chosen when none is named.")}
)
TABLES = ("profiles", "keys", "ui", "sla", "templates", "watch", "lookups")

PROFILE: Mapping[str, Key] = MappingProxyType(
    {
        "tenant_id": Key("tenant", "Directory (tenant) ID: a GUID or a domain.", needed=True),
        "client_id": Key("guid", "Application (client) ID.", needed=True),
        "api": Key(
            "choice",
            "Graph where the app has its roles there, else the classic API; or one by name.",
            ("auto", "graph", "classic"),
            default="auto",
        ),
        "cloud": Key(
            "choice", "A cloud by name, or a table of hosts.", CLOUD_NAMES, default="global"
        ),
        "token_endpoint": Key(
            "choice", "Which token endpoint is asked.", ("v1", "v2"), default="v2"
        ),
        "credential": Key(
            "choice", "How the app proves itself.", CREDENTIAL_KINDS, default="keyring"
        ),
        "secret_command": Key("argv", "A command and its arguments; it prints the secret."),
        "certificate_path": Key("path", "PEM or PFX file with certificate and key."),
        "token_file": Key("path", "A file that holds a token."),
        "home_tenant": Key(
            "tenant", "Where the app is registered, in a partner's customer: its secret is used."
        ),
        "region": Key("choice", "Region of the classic API's host; global cloud only.", REGIONS),
    }
)
PROFILE_TABLES = ("cloud", "engines", "tenants")
OF_ONE_TENANT = frozenset({"managed-identity", "token-file"})
"""Kinds of credential whose tokens are of the one tenant that the credential itself is of."""

TENANT = Key("tenant", "Directory (tenant) ID of a customer: a GUID or a domain.")
NAME_PATTERN = r"[^\W_][\w .@-]{0,63}"
"""What a profile, or a tenant of one, may be named; a slash joins the two."""

CLOUD: Mapping[str, Key] = MappingProxyType(
    {
        "authority": Key("origin", "Where tokens come from.", needed=True),
        "classic": Key("origin", "The Defender XDR API."),
        "graph": Key("origin", "Microsoft Graph."),
        "endpoint": Key("origin", "The Defender for Endpoint API."),
        "portal": Key("origin", "The Defender portal."),
        "classic_resource": Key("resource", "What classic tokens are asked for."),
        "graph_resource": Key("resource", "What Graph tokens are asked for."),
        "endpoint_resource": Key("resource", "What Defender for Endpoint tokens are asked for."),
    }
)

ENGINE: Mapping[str, Key] = MappingProxyType(
    {
        "kind": Key("choice", "What it is.", ("adx", "log-analytics"), needed=True),
        "cluster": Key("origin", "The cluster of Azure Data Explorer or Fabric."),
        "database": Key("text", "The database in the cluster."),
        "workspace": Key("guid", "The Log Analytics workspace's ID."),
    }
)

UI: Mapping[str, Key] = MappingProxyType(
    {
        "theme": Key("text", "Name of a theme."),
        "me": Key("text", "Who works here, as incidents name their owners."),
        "editor_keys": Key(
            "choice", "Keys of the query editor.", ("standard", "emacs", "vi"), default="standard"
        ),
    }
)

GUID_PATTERN = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
DOMAIN_PATTERN = (
    r"^(?=.{3,253}$)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}$"
)
_ORIGIN_PATTERN = (
    r"^(https://(?=[^/?#@\s])|http://(localhost|127(\.\d{1,3}){3}|\[::1\])(?=[:/]|$))[^/?#@\s]*/?$"
)


def _key_schema(key: Key) -> dict[str, object]:
    schema: dict[str, object] = {"description": key.help}
    if key.shape == "argv":
        schema |= {"type": "array", "items": {"type": "string"}, "minItems": 1}
    elif key.shape == "texts":
        item: dict[str, object] = {"type": "string", "minLength": 1}
        if key.choices:
            item = {"enum": list(key.choices)}
        return schema | {"type": "array", "items": item}
    elif key.shape == "flag":
        schema |= {"type": "boolean"}
    else:
        schema |= {"type": "string", "minLength": 1}
    if key.choices:
        schema["enum"] = list(key.choices)
    if key.default is not None:
        schema["default"] = key.default
    if key.shape == "guid":
        schema["pattern"] = GUID_PATTERN
    elif key.shape == "tenant":
        schema["anyOf"] = [{"pattern": GUID_PATTERN}, {"pattern": DOMAIN_PATTERN}]
    elif key.shape == "origin":
        schema["pattern"] = _ORIGIN_PATTERN
    elif key.shape == "span":
        schema["pattern"] = shift.SPAN_PATTERN
    return schema


def _table_schema(
    keys: Mapping[str, Key], more: Mapping[str, object] = MappingProxyType({})
) -> dict[str, object]:
    properties: dict[str, object] = {name: _key_schema(key) for name, key in keys.items()}
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": properties | dict(more),
        "required": [name for name, key in keys.items() if key.needed],
    }


def _lookup_schema() -> dict[str, object]:
    table = _table_schema(lookups.LOOKUP)
    properties = table["properties"]
    assert isinstance(properties, dict)
    properties["url"]["pattern"] = lookups.TEMPLATE_PATTERN
    return table


def settings_schema() -> dict[str, object]:
    """A JSON Schema (2020-12) of config.toml, for editors."""
    texts = {"type": "object", "additionalProperties": {"type": "string", "minLength": 1}}
    profile = _table_schema(
        PROFILE,
        {
            "cloud": {
                "description": PROFILE["cloud"].help,
                "oneOf": [{"enum": list(CLOUD_NAMES)}, _table_schema(CLOUD)],
                "default": "global",
            },
            "engines": {
                "type": "object",
                "description": "Where else hunting queries can run.",
                "additionalProperties": _table_schema(ENGINE),
            },
            "tenants": {
                "type": "object",
                "description": "Customers that the app signs in to: name = tenant.",
                "additionalProperties": _key_schema(TENANT),
                "minProperties": 1,
            },
        },
    )
    profile["required"] = []
    profile["anyOf"] = [{"required": ["tenant_id"]}, {"required": ["tenants"]}]
    profile["if"] = {
        "properties": {"credential": {"enum": sorted(WITHOUT_CLIENT)}},
        "required": ["credential"],
    }
    profile["else"] = {"required": ["client_id"]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "config.toml of m365d-tui",
    } | _table_schema(
        TOP,
        {
            "profiles": {"type": "object", "additionalProperties": profile},
            "keys": texts | {"description": "Command name = key."},
            "ui": _table_schema(UI),
            "sla": {"type": "array", "items": _table_schema(shift.SLA)},
            "templates": {"type": "array", "items": _table_schema(shift.TEMPLATE)},
            "watch": _table_schema(shift.WATCH),
            "lookups": {"type": "array", "items": _lookup_schema()},
        },
    )
