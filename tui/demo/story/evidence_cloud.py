"""Evidence of the cloud: applications, groups, sessions, resources.

Source: *alertEvidence resource type* and its kinds (Microsoft Graph v1.0).
"""

from __future__ import annotations

from datetime import datetime
from typing import Unpack

from tui.demo.dice import digest, guid
from tui.demo.identity import TENANT_ID
from tui.demo.options import stamp
from tui.demo.story.evidence import Evidence, Reading, evidence, user
from tui.demo.story.world import DOMAIN_SID, CloudApp, Person


def cloud_app(one: CloudApp, **reading: Unpack[Reading]) -> Evidence:
    """A cloud application."""
    reading.setdefault("verdict", "unknown")
    fields = {
        "appId": one.app_id,
        "displayName": one.name,
        "instanceId": one.instance_id,
        "instanceName": one.name,
        "saasAppId": one.app_id,
        "stream": None,
    }
    return evidence("cloudApplication", fields, reading)


def oauth_app(name: str, publisher: str, **reading: Unpack[Reading]) -> Evidence:
    """An application that was given consent."""
    fields = {
        "appId": guid(f"oauth/{name}"),
        "displayName": name,
        "objectId": guid(f"contoso/oauth/{name}"),
        "publisher": publisher,
    }
    return evidence("oauthApplication", fields, reading)


def service_principal(name: str, **reading: Unpack[Reading]) -> Evidence:
    """The local stand-in of an application."""
    fields = {
        "appId": guid(f"oauth/{name}"),
        "appOwnerTenantId": guid(f"tenant of {name}"),
        "servicePrincipalName": name,
        "servicePrincipalObjectId": guid(f"contoso/oauth/{name}"),
        "servicePrincipalType": "application",
        "tenantId": TENANT_ID,
    }
    return evidence("servicePrincipal", fields, reading)


def security_group(name: str, **reading: Unpack[Reading]) -> Evidence:
    """A group of the directory."""
    fields = {
        "displayName": name,
        "securityGroupId": guid(f"contoso/group/{name}"),
        "activeDirectoryObjectGuid": guid(f"contoso/group/{name}/ad"),
        "distinguishedName": f"CN={name},CN=Users,DC=contoso,DC=com",
        "friendlyName": name,
        "sid": f"{DOMAIN_SID}-{int(digest(name)[:4], 16)}",
    }
    return evidence("securityGroup", fields, reading)


def cloud_session(
    one: Person, moment: datetime, source: Evidence, **reading: Unpack[Reading]
) -> Evidence:
    """A session of a browser in the cloud, from the address that `source` is."""
    fields = {
        "account": user(one, verdict="unknown", roles=("contextual",)),
        "browser": "Edge 131.0.0",
        "deviceName": None,
        "operatingSystem": "Windows 10",
        "previousLogonDateTime": None,
        "protocol": "https",
        "sessionId": guid(f"session/{one.name}/{source['ipAddress']}"),
        "startUtcDateTime": stamp(moment),
        "userAgent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 "
        "(KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
    }
    return evidence("cloudLogonSession", fields, reading)


_SUBSCRIPTION = "b2f1c6d4-8e07-4a39-9c15-6d0e3f7a2b98"


def azure_resource(storage: str, **reading: Unpack[Reading]) -> Evidence:
    """A storage account."""
    fields = {
        "resourceId": f"/subscriptions/{_SUBSCRIPTION}/resourceGroups/rg-web/providers/"
        f"Microsoft.Storage/storageAccounts/{storage}",
        "resourceName": storage,
        "resourceType": "Microsoft.Storage/storageAccounts",
    }
    return evidence("azureResource", fields, reading)
