"""What a token says, decoded and not verified, and what that allows.

The client cannot judge a token: these readings are for people and for saying early what a
service would refuse anyway. Permissions by call: Microsoft's pages of the incident, hunting
and machine-action APIs.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct


class Claims(Struct, frozen=True):
    """The claims of one token; every one of them can be missing."""

    raw: Mapping[str, Any]
    """All claims as they came, unknown ones included. Service text: show through `visible`."""

    def _text(self, *names: str) -> str:
        for name in names:
            value = self.raw.get(name)
            if isinstance(value, str) and value:
                return value
        return ""

    def _time(self, name: str) -> datetime | None:
        value = self.raw.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            return None
        try:
            return datetime.fromtimestamp(float(value), UTC)
        except (ValueError, OverflowError, OSError):
            return None

    @property
    def tenant_id(self) -> str:
        """`tid`."""
        return self._text("tid")

    @property
    def client_id(self) -> str:
        """`appid` (v1 tokens) or `azp` (v2)."""
        return self._text("appid", "azp")

    @property
    def app_name(self) -> str:
        """`app_displayname`."""
        return self._text("app_displayname")

    @property
    def user_name(self) -> str:
        """Whom the token stands for, where it stands for a user."""
        return self._text("upn", "preferred_username", "unique_name", "name")

    @property
    def roles(self) -> tuple[str, ...]:
        """Application permissions."""
        value = self.raw.get("roles")
        if isinstance(value, str):
            return tuple(value.split())
        if isinstance(value, list):
            return tuple(role for role in value if isinstance(role, str))
        return ()

    @property
    def scopes(self) -> tuple[str, ...]:
        """Delegated permissions."""
        value = self.raw.get("scp")
        if isinstance(value, list):
            return tuple(scope for scope in value if isinstance(scope, str))
        return tuple(value.split()) if isinstance(value, str) else ()

    @property
    def audience(self) -> str:
        """`aud`: the only service that takes this token."""
        value = self.raw.get("aud")
        if isinstance(value, list):
            return ", ".join(item for item in value if isinstance(item, str))
        return value if isinstance(value, str) else ""

    @property
    def issuer(self) -> str:
        """`iss`."""
        return self._text("iss")

    @property
    def issued(self) -> datetime | None:
        """`iat`, in the authority's time."""
        return self._time("iat")

    @property
    def not_before(self) -> datetime | None:
        """From when the token is valid."""
        return self._time("nbf")

    @property
    def expires(self) -> datetime | None:
        """`exp`, in the authority's time."""
        return self._time("exp")

    @property
    def is_user(self) -> bool:
        """Whether a user stands behind the token: by `idtyp`, else by its scopes."""
        kind = self.raw.get("idtyp")
        if kind in ("user", "app"):
            return bool(kind == "user")
        return bool(self.scopes) and not self.roles

    @property
    def version(self) -> str:
        """`ver`: the form of the token, which follows the resource and not the endpoint."""
        return self._text("ver")


def decode(token: str) -> Claims:
    """Read a token without verifying it.

    Raises:
        ValueError: It is no JWT, or its payload is no JSON object.
    """
    # By hand: PyJWT brings cryptography with it, 11 MB that only keys and signatures need.
    try:
        header, payload, signature = token.split(".")
        _base64url(signature)
        claims = _json_object(payload)
        _json_object(header)
    except (ValueError, RecursionError):
        raise ValueError("this is no token that can be read") from None
    return Claims(claims)


def _json_object(segment: str) -> dict[str, Any]:
    found = json.loads(_base64url(segment))
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found


def _base64url(segment: str) -> bytes:
    return base64.urlsafe_b64decode(segment.encode() + b"=" * (-len(segment) % 4))


class Feature(Struct, frozen=True):
    """Something this program does, and the permissions of which one must be there."""

    name: str
    short: str
    """One word for lists ("read")."""
    resource: str
    """`graph`, `classic` or `endpoint`."""
    any_of: tuple[str, ...]
    """Application permissions; the least one first, which is the one to ask for."""
    scopes: tuple[str, ...]
    """Delegated permissions."""


def _features(
    resource: str, *rows: tuple[str, str, tuple[str, ...], tuple[str, ...]]
) -> tuple[Feature, ...]:
    return tuple(
        Feature(name, short, resource, roles, scopes) for name, short, roles, scopes in rows
    )


def _both(*names: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return names, names


_FEATURES: dict[str, tuple[Feature, ...]] = {
    "graph": _features(
        "graph",
        (
            "Read incidents",
            "read",
            *_both("SecurityIncident.Read.All", "SecurityIncident.ReadWrite.All"),
        ),
        ("Change incidents, comment", "change", *_both("SecurityIncident.ReadWrite.All")),
        ("Read alerts", "alerts", *_both("SecurityAlert.Read.All", "SecurityAlert.ReadWrite.All")),
        ("Change alerts", "change alerts", *_both("SecurityAlert.ReadWrite.All")),
        ("Advanced hunting", "hunt", *_both("ThreatHunting.Read.All")),
    ),
    "classic": _features(
        "classic",
        (
            "Read incidents",
            "read",
            ("Incident.Read.All", "Incident.ReadWrite.All"),
            ("Incident.Read", "Incident.ReadWrite"),
        ),
        (
            "Change incidents, comment",
            "change",
            ("Incident.ReadWrite.All",),
            ("Incident.ReadWrite",),
        ),
        ("Advanced hunting", "hunt", ("AdvancedHunting.Read.All",), ("AdvancedHunting.Read",)),
    ),
    "endpoint": _features(
        "endpoint",
        (
            "Read devices and actions",
            "devices",
            ("Machine.Read.All", "Machine.ReadWrite.All"),
            ("Machine.Read", "Machine.ReadWrite"),
        ),
        ("Isolate a device", "isolate", *_both("Machine.Isolate")),
        ("Restrict apps on a device", "restrict", *_both("Machine.RestrictExecution")),
        ("Scan a device", "scan", *_both("Machine.Scan")),
        ("Collect an investigation package", "collect", *_both("Machine.CollectForensics")),
        ("Stop and quarantine a file", "quarantine", *_both("Machine.StopAndQuarantine")),
        (
            "Manage indicators",
            "indicators",
            ("Ti.ReadWrite", "Ti.ReadWrite.All"),
            ("Ti.ReadWrite",),
        ),
    ),
}

API_NAMES: Mapping[str, str] = {
    "graph": "Microsoft Graph",
    "classic": "Microsoft Threat Protection",
    "endpoint": "WindowsDefenderATP",
}
"""Each resource as the Entra admin centre lists it under *Add a permission*."""


def features(resource: str) -> tuple[Feature, ...]:
    """What this program does with a resource (`graph`, `classic`, `endpoint`)."""
    return _FEATURES.get(resource, ())


def granted_by(claims: Claims, feature: Feature) -> str:
    """The permission of the token that allows a feature; empty where none does."""
    held = {name.lower(): name for name in (*claims.scopes, *claims.roles)}
    for name in (*feature.any_of, *feature.scopes):
        if name.lower() in held:
            return held[name.lower()]
    return ""


def allowed(claims: Claims | None, feature: Feature) -> bool:
    """Whether a token allows a feature. A token that cannot be read is given the chance."""
    return claims is None or bool(granted_by(claims, feature))


def missing(claims: Claims, resource: str) -> tuple[Feature, ...]:
    """What this program does with a resource and this token does not allow."""
    return tuple(feature for feature in features(resource) if not allowed(claims, feature))


def unneeded(claims: Claims, resource: str) -> tuple[str, ...]:
    """Permissions of the token that nothing in this program needs."""
    useful = {
        name.lower()
        for feature in features(resource)
        for name in (*feature.any_of, *feature.scopes)
    }
    return tuple(name for name in (*claims.roles, *claims.scopes) if name.lower() not in useful)


_LONGEST_NAME = 120
"""Characters; longer ones are no names, and a sentence must stay one."""


def how_to_grant(feature: Feature, claims: Claims | None = None) -> str:
    """The way through the Entra admin centre to a missing permission, in one sentence."""
    app = ((claims.app_name or claims.client_id) if claims else "")[:_LONGEST_NAME]
    as_user = claims is not None and claims.is_user
    name = (feature.scopes if as_user else feature.any_of)[0]
    kind = "Delegated permissions" if as_user else "Application permissions"
    return (
        f"Entra admin center › App registrations › {app or 'the app'} › API permissions › "
        f"Add a permission › {API_NAMES[feature.resource]} › {kind} › {name}, "
        "then Grant admin consent, then sign in again."
    )


def summary(claims: Claims | None, resource: str) -> str:
    """What the token may do, in a few words: `read, change, hunt`."""
    if claims is None:
        return "unknown (the token cannot be read)"
    can = [feature.short for feature in features(resource) if allowed(claims, feature)]
    return ", ".join(can) or "none that this program needs"


_MEANINGS: Mapping[str, str] = {
    "aud": "only this service takes it",
    "iss": "who issued it",
    "tid": "tenant",
    "appid": "client ID of the application",
    "azp": "client ID of the application",
    "app_displayname": "the application's name",
    "oid": "the object that signed in",
    "sub": "the subject, as this service names it",
    "uti": "its name in sign-in logs",
    "idp": "who vouched for the identity",
    "rh": "internal",
    "aio": "internal",
    "upn": "the user",
    "preferred_username": "the user",
    "unique_name": "the user",
    "name": "the user's name",
    "ipaddr": "where the user signed in from",
    "roles": "application permissions",
    "scp": "delegated permissions",
    "wids": "directory roles of the subject",
    "groups": "groups of the subject",
    "jti": "its own name",
    "nonce": "internal",
    "deviceid": "the device it was issued on",
    "acct": "whether the user is a member or a guest",
    "app_res_tenant": "the resource's own tenant",
}
_WORDS: Mapping[tuple[str, str], str] = {
    ("appidacr", "0"): "a public client: the app proved nothing",
    ("appidacr", "1"): "proved itself with a secret",
    ("appidacr", "2"): "proved itself with a certificate",
    ("idtyp", "app"): "no user behind it",
    ("idtyp", "user"): "a user behind it",
    ("ver", "1.0"): "form of the token; the service chooses it",
    ("ver", "2.0"): "form of the token; the service chooses it",
}
_METHODS: Mapping[str, str] = {
    "pwd": "password",
    "mfa": "several factors",
    "rsa": "certificate or key",
    "otp": "one-time code",
    "fido": "security key",
    "wia": "Windows sign-in",
    "ngcmfa": "Windows Hello",
    "swk": "software key",
    "hwk": "hardware key",
}


def claim_meaning(name: str, value: object) -> str:
    """What a claim says, in plain words; empty for claims that nobody documents."""
    if name in ("iat", "nbf", "exp"):
        moment = Claims({name: value})._time(name)
        words = {"iat": "issued", "nbf": "valid from", "exp": "valid until"}[name]
        return f"{words} {moment:%Y-%m-%d %H:%M:%S} UTC" if moment else words
    if name == "azpacr":
        name = "appidacr"
    if known := _WORDS.get((name, str(value))):
        return known
    if name == "amr" and isinstance(value, list):
        return "signed in by " + ", ".join(_METHODS.get(str(one), str(one)) for one in value)
    if name.startswith("xms_"):
        return "internal"
    return _MEANINGS.get(name, "")


_GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Who it is",
        (
            *("app_displayname", "appid", "azp", "appidacr", "azpacr", "idtyp", "name", "upn"),
            *("preferred_username", "unique_name", "oid", "sub", "ipaddr", "amr", "acct"),
        ),
    ),
    ("For what", ("aud", "tid", "iss", "ver")),
    ("What it may do", ("roles", "scp", "wids", "groups")),
    ("Until when", ("iat", "nbf", "exp")),
)


def grouped(claims: Claims) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Names of the claims under headings, in reading order; unknown ones stand last."""
    seen: set[str] = set()
    groups: list[tuple[str, tuple[str, ...]]] = []
    for title, names in _GROUPS:
        present = tuple(name for name in names if name in claims.raw)
        seen.update(present)
        if present:
            groups.append((title, present))
    rest: Iterable[str] = (name for name in claims.raw if name not in seen)
    others = tuple(rest)
    return (*groups, ("Else", others)) if others else tuple(groups)
