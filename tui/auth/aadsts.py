"""AADSTS codes in plain words (Microsoft's page reference-error-codes)."""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec import Struct

from tui.auth.profiles import Profile

_TRAILER = re.compile(r"\s*(?:Trace ID|Correlation ID|Timestamp):.*\Z", re.DOTALL | re.IGNORECASE)
_CODE = re.compile(r"AADSTS(\d{4,8})")


class Refusal(Struct, frozen=True):
    """What a code means and what to do about it."""

    why: str
    remedy: Callable[[Profile, str], str]
    """Of the profile and the resource's URI."""


def _store(profile: Profile, _: str) -> str:
    if profile.credential == "keyring":
        return (
            f"Copy the secret's value (not its ID) and store it: `m365d-tui login "
            f"--profile {profile.argument}`."
        )
    if profile.credential == "env":
        return "Copy the secret's value (not its ID) into M365D_CLIENT_SECRET."
    if profile.credential == "command":
        return "See what secret_command prints: it must be the secret's value, not its ID."
    return "Type the secret's value, not its ID."


def _renew(profile: Profile, resource: str) -> str:
    return (
        f"Make a new one (Entra admin centre › App registrations › {profile.client_id} › "
        f"Certificates & secrets). {_store(profile, resource)}"
    )


def _complete(profile: Profile, _: str) -> str:
    if profile.credential == "device-code":
        return (
            f"Allow public client flows: Entra admin centre › App registrations › "
            f"{profile.client_id} › Authentication."
        )
    return f"Complete the credential of profile {profile.name}."


def _timely(profile: Profile, _: str) -> str:
    if profile.credential == "federated":
        return "The token file is outdated: see why your cluster or pipeline no longer writes it."
    return "This machine's clock is off: set it."


def _said(text: str) -> Callable[[Profile, str], str]:
    return lambda profile, resource: text.format(
        name=profile.name,
        argument=profile.argument,
        client=profile.client_id,
        tenant=profile.tenant_id,
        authority=profile.cloud.authority_host,
        resource=resource,
    )


_REFUSALS: dict[str, Refusal] = {
    "7000215": Refusal(
        "the client secret is wrong; often its ID was pasted instead of its value", _store
    ),
    "7000222": Refusal("the client secret has expired", _renew),
    "700016": Refusal(
        "there is no such application in this tenant",
        _said(
            "Check client_id {client} and tenant_id {tenant} of profile {name}; "
            "a partner's app must be consented in the tenant first."
        ),
    ),
    "90002": Refusal(
        "there is no such tenant",
        _said("Check tenant_id {tenant} of profile {name}, and that {authority} is its cloud."),
    ),
    "900023": Refusal(
        "the tenant identifier is malformed",
        _said("Check tenant_id {tenant} of profile {name}: a GUID or a domain."),
    ),
    **{
        code: Refusal(
            "there is no tenant of this name",
            _said("Check tenant_id {tenant} of profile {name}, and that {authority} is its cloud."),
        )
        for code in ("50059", "50128")
    },
    **{
        code: Refusal(
            "the application has no service principal in this tenant",
            _said(
                "An administrator of {tenant} must consent to {client} first: "
                "`m365d-tui profiles consent --profile {argument}` prints the link."
            ),
        )
        for code in ("7000229", "650052")
    },
    "7000112": Refusal(
        "the application is disabled",
        _said("Enable {client} in Entra admin centre › Enterprise applications › Properties."),
    ),
    "500011": Refusal(
        "this tenant does not have the service that the token is for",
        _said(
            "{resource} is unknown in {tenant}: the profile's cloud is wrong, "
            "or there is no Defender licence."
        ),
    ),
    "501051": Refusal(
        "the application has no permission of that service",
        _said("Add an application permission of {resource} to {client} and grant admin consent."),
    ),
    "65001": Refusal(
        "an administrator's consent is missing",
        _said("Grant admin consent for {client} in {tenant} (API permissions)."),
    ),
    "70011": Refusal(
        "the scope is malformed", _said("Check the resources of the cloud of profile {name}.")
    ),
    "1002012": Refusal(
        "the scope must end in /.default",
        _said("Check the resources of the cloud of profile {name}."),
    ),
    "700027": Refusal(
        "the certificate is not registered for the application",
        _said("Upload it: App registrations › {client} › Certificates & secrets."),
    ),
    "700024": Refusal("the signed proof is outside its time", _timely),
    "7000218": Refusal("neither a secret nor a signed proof was sent", _complete),
    "50194": Refusal(
        "the application is for one tenant only, and none was named",
        _said("Name the tenant: tenant_id of profile {name} is {tenant}."),
    ),
    "53003": Refusal(
        "a Conditional Access policy blocks this sign-in",
        _said("Ask the administrator of {tenant}; quote the request ID."),
    ),
    "50076": Refusal("several factors are required", _said("Sign in by device code again.")),
    "50079": Refusal(
        "several factors are required, and not set up yet",
        _said("Sign in by device code again and set them up."),
    ),
    **{
        code: Refusal(
            "the user's sign-in has ended",
            _said("Sign in again: `m365d-tui login --profile {argument}`."),
        )
        for code in ("70008", "700082", "700084", "70043", "50173")
    },
    **{
        code: Refusal(
            "Conditional Access asks for more than a device code can show",
            _said(
                "Ask the administrator of {tenant} for an exception, or use an application's "
                "credential; quote the request ID."
            ),
        )
        for code in ("50072", "50074", "50097", "50158", "53001", "53002", "53004", "530003")
    },
    **{
        code: Refusal(
            "the user's account does not sign in",
            _said("Ask the administrator of {tenant}: it is locked, disabled, or not of there."),
        )
        for code in ("50020", "50034", "50053", "50055", "50057")
    },
    "53000": Refusal(
        "Conditional Access wants a device that complies with policy",
        _said("Ask the administrator of {tenant}; a device code cannot tell which device it is."),
    ),
    "50105": Refusal(
        "the user is not assigned to the application",
        _said("Assign the user: Enterprise applications › {client} › Users and groups."),
    ),
    "90094": Refusal(
        "an administrator's consent is missing",
        _said("Grant admin consent for {client} in {tenant} (API permissions)."),
    ),
    **{
        code: Refusal(
            "the application trusts no such federated token",
            _said(
                "Compare issuer, subject and audience with App registrations › {client} › "
                "Certificates & secrets › Federated credentials."
            ),
        )
        for code in ("70021", "700211", "700212", "700213")
    },
    "50027": Refusal(
        "the signed proof is malformed",
        _said("Check the file that profile {name} names."),
    ),
    "700023": Refusal(
        "the signed proof is for another authority",
        _said("Check the authority and tenant_id {tenant} of profile {name}."),
    ),
    "90033": Refusal("the service is busy", _said("Wait a minute and try again.")),
    "50196": Refusal(
        "the service saw too many equal requests", _said("Wait a minute and try again.")
    ),
}

BUSY = frozenset({"90033", "50196"})
"""Codes after which the same request is worth another try."""
REFUSED_SECRET = frozenset({"AADSTS7000215", "AADSTS7000222"})
"""Codes that say that the secret at hand will never do."""


def refusal(code: str) -> Refusal | None:
    """What a code (digits only) means; None where this program does not know it."""
    return _REFUSALS.get(code)


def page_of(code: str) -> str:
    """Where Microsoft explains a code (digits only)."""
    return f"https://login.microsoftonline.com/error?code={code}"


def time_of(description: str) -> str:
    """The service's own time of a refusal, from its sentence; empty where it has none."""
    match = re.search(r"Timestamp: ([-0-9:TZ. ]{19,30})", description)
    return match[1].strip() if match else ""


def code_of(codes: object, description: str) -> str:
    """The digits of the first code of an answer; empty where it has none."""
    if match := _CODE.search(description):
        return match.group(1)
    if isinstance(codes, list):
        for one in codes:
            if isinstance(one, int) and not isinstance(one, bool) and 0 < one < 10**8:
                return str(one)
    return ""


def said(description: str) -> str:
    """The service's own sentence: without the code before it and the IDs after it."""
    text = _TRAILER.sub("", description).strip()
    return re.sub(r"^AADSTS\d+:\s*", "", text)
