"""How to register the application in Microsoft Entra: as steps, as commands, as a manifest.

Source: Microsoft's pages api-create-app-web and az-ad-app.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass

from tui.auth.claims import API_NAMES
from tui.ui.permissions import permissions_for

_API_IDS = {
    "graph": "00000003-0000-0000-c000-000000000000",
    "classic": "8ee8fdad-f234-4243-8f3b-15c294843740",
    "endpoint": "fc780465-2017-40d4-a0c5-307022471b92",
}
"""Application IDs of the APIs, the same in every tenant."""


@dataclass(frozen=True, slots=True)
class RecipeStep:
    """One step of the checklist."""

    title: str
    detail: str = ""
    values: tuple[str, ...] = ()
    """What is typed or picked in it, worth copying."""


def steps(wishes: Collection[str], api: str, name: str, *, partner: bool) -> list[RecipeStep]:
    """The nine steps of the guide, for what the app shall be able to do.

    Args:
        wishes: Some of `permissions.WISHES`.
        api: `graph` or `classic`.
        name: What the app shall be called.
        partner: Whether customers' tenants are to consent to it.
    """
    granted = permissions_for(wishes, api)
    named = [f"{API_NAMES[api]}: {', '.join(names)}" for api, names in granted.items()]
    values = tuple(name for names in granted.values() for name in names)
    where = " and ".join(API_NAMES[one] for one in granted) or "none"
    who = (
        "Accounts in any organizational directory; redirect URI Web, https://portal.azure.com."
        if partner
        else "Accounts in this organizational directory only; no redirect URI."
    )
    return [
        RecipeStep("Open entra.microsoft.com as one who may register applications",
                   "Application Administrator or above; the consent of step 7 needs it too.",
                   ("https://entra.microsoft.com",)),
        RecipeStep("Identity › Applications › App registrations › New registration"),
        RecipeStep(f"Name it {name}, choose who may use it, and register", who, (name,)),
        RecipeStep("API permissions › Add a permission › APIs my organization uses",
                   f"Choose {where}."),
        RecipeStep("Application permissions: check these, then Add permissions",
                   "; ".join(named) or "Choose above what the app shall do.", values),
        RecipeStep("Remove User.Read where it stands there",
                   "It comes with every registration, and nothing here needs it.", ("User.Read",)),
        RecipeStep("Grant admin consent for the directory",
                   "Each permission must then say Granted."),
        RecipeStep("Certificates & secrets › New client secret; copy its Value at once",
                   "Not its ID. It is shown once and goes into the keyring, never into a file. "
                   "A certificate is better still."),
        RecipeStep("Overview: copy Application (client) ID and Directory (tenant) ID",
                   "Then press n here: the form wants these two and the secret."),
    ]  # fmt: skip


def az_commands(wishes: Collection[str], api: str, name: str, *, partner: bool) -> str:
    """The same as commands of the Azure CLI, for a POSIX shell.

    The CLI takes permissions by their IDs only, so each name is looked up on the way.
    """
    audience = "AzureADMultipleOrgs" if partner else "AzureADMyOrg"
    redirect = " --web-redirect-uris https://portal.azure.com" if partner else ""
    lines = [
        f'APP=$(az ad app create --display-name "{name}" '
        f"--sign-in-audience {audience}{redirect} --query appId -o tsv)",
        'az ad sp create --id "$APP"',
    ]
    for resource, names in permissions_for(wishes, api).items():
        identifier = _API_IDS[resource]
        lines += [
            f"# {API_NAMES[resource]}",
            f"for ROLE in {' '.join(names)}; do",
            f"  ID=$(az ad sp show --id {identifier} --query \"appRoles[?value=='$ROLE'].id\" "
            "-o tsv)",
            f'  az ad app permission add --id "$APP" --api {identifier} '
            '--api-permissions "$ID=Role"',
            "done",
        ]
    lines += [
        'az ad app permission admin-consent --id "$APP"',
        "# Prints the secret once: it goes into the form, or to `m365d-tui login`.",
        'az ad app credential reset --id "$APP" --append --display-name m365d-tui '
        "--years 1 --query password -o tsv",
        'echo "client ID $APP"',
        'echo "tenant ID $(az account show --query tenantId -o tsv)"',
    ]
    return "\n".join(lines) + "\n"


def manifest(wishes: Collection[str], api: str) -> str:
    """`requiredResourceAccess` for the app's manifest, with names where the IDs go.

    A manifest takes the roles' IDs, which differ from their names and are looked up in the
    tenant; the resources' IDs are the same everywhere.
    """
    entries = []
    for resource, names in permissions_for(wishes, api).items():
        roles = ",\n".join(
            f"        {json.dumps({'id': f'<{name}>', 'type': 'Role'})}" for name in names
        )
        entries.append(
            f'    {{\n      "resourceAppId": "{_API_IDS[resource]}",\n'
            f'      "resourceAccess": [\n{roles}\n      ]\n    }}'
        )
    return '{\n  "requiredResourceAccess": [\n' + ",\n".join(entries) + "\n  ]\n}\n"


def id_lookup(wishes: Collection[str], api: str) -> str:
    """A command that lists the IDs which the manifest's names stand for."""
    lines = []
    for resource, names in permissions_for(wishes, api).items():
        tests = " || ".join(f"value=='{name}'" for name in names)
        lines.append(
            f"az ad sp show --id {_API_IDS[resource]} "
            f'--query "appRoles[?{tests}].[value,id]" -o tsv'
        )
    return "\n".join(lines)
