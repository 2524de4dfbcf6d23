"""What the fields of a profile's form are called, offer and mean."""

from __future__ import annotations

import os
from collections.abc import Mapping

from tui.config.hosts import REGIONS

LABELS: Mapping[str, str] = {
    "name": "Name",
    "tenant_id": "Tenant ID",
    "client_id": "Client ID",
    "cloud": "Cloud",
    "region": "Region",
    "authority": "  authority",
    "classic": "  classic API",
    "graph": "  Graph",
    "endpoint": "  endpoint API",
    "portal": "  portal",
    "api": "API",
    "token_endpoint": "Endpoint",
    "credential": "Credential",
    "secret_command": "  command",
    "certificate_path": "  file",
    "token_file": "  file",
    "secret": "  secret",
    "tenants": "Customers",
    "home_tenant": "Home tenant",
}
PLACEHOLDERS: Mapping[str, str] = {
    "name": "contoso",
    "tenant_id": "GUID or domain",
    "client_id": "GUID of the app",
    "authority": "https://login.example.com",
    **dict.fromkeys(("classic", "graph", "endpoint", "portal"), "the authority, unless given"),
    "secret_command": "op read op://soc/m365d/secret",
    "certificate_path": "~/.config/m365d/app.pem",
    "token_file": "Latest-token.txt",
    "tenants": "partners only: fabrikam = GUID, woodgrove = domain",
    "home_tenant": "partners only: where the app is registered",
}
OPTIONS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "cloud": (
        ("global", "worldwide"),
        ("gcc", "US government, moderate"),
        ("gcc-high", "US government, high"),
        ("dod", "US department of defense"),
        ("custom", "hosts of your own, such as a test tenant"),
    ),
    "region": (
        ("", "nearest host"),
        *((region, f"{region}.api.security.microsoft.com") for region in REGIONS),
    ),
    "api": (
        ("auto", "Graph where the app has its roles, else classic"),
        ("graph", "Microsoft Graph security"),
        ("classic", "Defender XDR, ends on 2027-02-01"),
    ),
    "token_endpoint": (("v2", "scope"), ("v1", "resource, as older guides have it")),
    "credential": (
        ("keyring", "secret in this machine's keyring"),
        ("env", "secret in the environment"),
        ("command", "secret from a vault's command"),
        ("prompt", "secret typed each time"),
        ("certificate", "PEM or PFX file"),
        ("federated", "token file of a workload identity"),
        ("managed-identity", "of an Azure machine"),
        ("device-code", "a user, signing in with a browser"),
        ("token-file", "a token somebody else got"),
        ("azure-cli", "whoever az is signed in as"),
    ),
}
_HELP: Mapping[str, str] = {
    "name": "What you call it: letters, digits, dots, spaces, hyphens.",
    "tenant_id": "Entra admin centre › Overview › Tenant ID, or one of its domains.",
    "client_id": "App registrations › the app › Application (client) ID.",
    "cloud": "Where the tenant lives; ← → change it, Enter lists all.",
    "region": "Whose host of the classic API is asked.",
    "authority": "Where tokens come from. http is for this machine itself only.",
    "classic": "The Defender XDR API; empty is the authority's host.",
    "graph": "Microsoft Graph; empty is the authority's host.",
    "endpoint": "Defender for Endpoint; empty is the authority's host.",
    "portal": "Where links open; empty is the authority's host.",
    "api": "The classic API ends on 2027-02-01.",
    "token_endpoint": "Which form of the token endpoint is asked.",
    "secret_command": "Printed by a command, run without a shell; quote as in one.",
    "certificate_path": "Certificate and key in one file, readable by you alone.",
    "tenants": "Tenants that this app signs in to as well, by name; T switches among them.",
    "home_tenant": "Where the app is registered, if elsewhere: its secret is used.",
}
_KINDS: Mapping[str, str] = {
    "command": "The command's output is the secret: your vault keeps it.",
    "prompt": "Asked for at each start; it stays in memory.",
    "certificate": "The app proves itself with a key that never leaves this machine.",
    "federated": "Read anew at each renewal.",
    "managed-identity": "No secret at all; works on Azure machines only.",
    "device-code": "You get a code to type into a browser; the app needs public client flows.",
    "token-file": "Used until it ends; nothing renews it.",
    "azure-cli": "Asks az, which must be signed in to this tenant.",
    "keyring": "Kept by the system, not in any file of this program.",
}
_SECRETS: Mapping[str, str] = {
    "keyring": "The secret's value, not its ID; it goes into the keyring.",
    "certificate": "Pass phrase of the key, for the keyring; empty where it has none.",
    "prompt": "For this sign-in only; it is asked for at each start.",
}
_FILES: Mapping[str, str] = {
    "federated": "Empty: the file that AZURE_FEDERATED_TOKEN_FILE names.",
    "token-file": "A file that holds a token and nothing else.",
}


def help_of(field: str, values: Mapping[str, str]) -> str:
    """One sentence about a field, given what stands in the others."""
    kind = values["credential"]
    if field == "credential":
        return _environment() if kind == "env" else _KINDS.get(kind, "")
    if field == "secret":
        return _SECRETS.get(kind, "")
    if field == "token_file":
        return _FILES.get(kind, "")
    return _HELP.get(field, "")


def _environment() -> str:
    for name in ("M365D_CLIENT_SECRET", "AZURE_CLIENT_SECRET"):
        if os.environ.get(name):
            return f"{name} is set in this terminal."
    return "M365D_CLIENT_SECRET, else AZURE_CLIENT_SECRET; neither is set in this terminal."


def secret_label(values: Mapping[str, str]) -> str:
    """What the field of the secret is called: a certificate has a pass phrase."""
    return "  pass phrase" if values["credential"] == "certificate" else LABELS["secret"]
