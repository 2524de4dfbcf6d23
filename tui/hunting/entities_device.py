"""Questions about devices, accounts, files, processes and addresses.

Sources: *alertEvidence resource type* and its kinds (Microsoft Graph v1.0); the tables of
the advanced hunting schema. Classic entities have fewer fields: a question takes an
identifier, a name, or both with `or`.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from tui.api.records import Evidence
from tui.hunting.asking import (
    PROCESS,
    Arm,
    Ask,
    Fields,
    alerts,
    alike,
    all_of,
    any_of,
    ask_all,
    has,
    in_order,
    number,
    part,
    same,
    text,
)

_STARTER = ("InitiatingProcessFileName", "InitiatingProcessCommandLine")


def on_device(fields: Fields) -> tuple[str, ...]:
    """The condition of a device: by its identifier, its name, or both."""
    name = text(fields, "deviceDnsName") or text(fields, "hostName")
    return any_of(
        same("DeviceId", text(fields, "mdeDeviceId")),
        alike("DeviceName", name),
    )


def device(fields: Fields, evidence: Evidence) -> list[Ask]:
    """A device: what ran on it, whom it talked to, who was on it."""
    where = on_device(fields) or any_of(alike("DeviceName", evidence.title))
    return [
        Ask("processes on it", "DeviceProcessEvents", where, in_order(*PROCESS)),
        Ask(
            "its network connections",
            "DeviceNetworkEvents",
            where,
            in_order(
                "Timestamp",
                "DeviceName",
                "ActionType",
                "RemoteIP",
                "RemotePort",
                "RemoteUrl",
                "InitiatingProcessFileName",
                "InitiatingProcessCommandLine",
            ),
        ),
        Ask(
            "logons to it",
            "DeviceLogonEvents",
            where,
            in_order(
                "Timestamp", "DeviceName", "ActionType", "LogonType", "AccountName", "RemoteIP"
            ),
        ),
        alerts(*where),
    ]


def as_account(fields: Fields) -> list[str]:
    """The conditions of an account: by its identifiers, else by name and domain."""
    object_id = text(fields, "azureAdUserId")
    upn = text(fields, "userPrincipalName")
    sid = text(fields, "userSid")
    name = text(fields, "accountName")
    exact = [same("AccountObjectId", object_id), alike("AccountUpn", upn)]
    exact.append(same("AccountSid", sid))
    if not object_id and not upn and not sid:
        domain = text(fields, "domainName")
        return [all_of(alike("AccountName", name), alike("AccountDomain", domain))]
    return exact


_SIGN_IN = (
    "Timestamp",
    "ActionType",
    "Application",
    "LogonType",
    "AccountUpn",
    "IPAddress",
    "Location",
    "DeviceName",
    "FailureReason",
)


def user(fields: Fields, evidence: Evidence) -> list[Ask]:
    """An account; one of the system itself has no sign-ins and no cloud."""
    account = part(fields, "userAccount")
    where = any_of(*as_account(account)) or any_of(
        alike("AccountUpn" if "@" in evidence.title else "AccountName", evidence.title)
    )
    ran = Ask("what it ran", "DeviceProcessEvents", where, in_order(*PROCESS))
    if not text(account, "azureAdUserId") and not text(account, "userPrincipalName"):
        return [ran, alerts(*where)]
    cloud = Ask(
        "what it did in cloud apps",
        "CloudAppEvents",
        any_of(same("AccountObjectId", text(account, "azureAdUserId"))),
        in_order("Timestamp", "ActionType", "Application", "ObjectName", "IPAddress", "UserAgent"),
    )
    who = Ask(
        "who this is",
        "IdentityInfo",
        any_of(
            same("AccountObjectId", text(account, "azureAdUserId")),
            alike("AccountUpn", text(account, "userPrincipalName")),
        ),
        state=True,
    )
    sign_ins = Ask("its sign-ins", "IdentityLogonEvents", where, in_order(*_SIGN_IN))
    return [sign_ins, cloud, ran, who, alerts(*where)]


def _by_hash(details: Fields, name: str) -> tuple[str, ...]:
    known = any_of(
        same("SHA256", text(details, "sha256").lower()),
        same("SHA1", text(details, "sha1").lower()),
    )
    if known:
        return known
    return any_of(same("MD5", text(details, "md5").lower())) or any_of(alike("FileName", name))


def file_asks(details: Fields, title: str) -> list[Ask]:
    """The questions about a file of these details."""
    name = text(details, "fileName") or title
    where = _by_hash(details, name)
    if not where:
        return []
    columns = ("DeviceName", "ActionType", "FileName", "FolderPath", *_STARTER)
    tables = ("DeviceFileEvents", "DeviceProcessEvents", "DeviceImageLoadEvents")
    digest = text(details, "sha256").lower()
    unhashed = not (text(details, "sha1") or text(details, "md5"))
    attached = any_of(same("SHA256", digest) or (alike("FileName", name) if unhashed else ""))
    mail = ("FileName", "SenderFromAddress", "RecipientEmailAddress")
    seen = ask_all(
        "where it was seen",
        *(Arm(table, where, columns) for table in tables),
        Arm("EmailAttachmentInfo", attached, mail),
    )
    # Alerts know no MD5.
    return [seen, alerts(*where)] if not where[0].startswith("MD5") else [seen]


def file(fields: Fields, evidence: Evidence) -> list[Ask]:
    """A file."""
    return file_asks(part(fields, "fileDetails"), evidence.title)


def file_hash(fields: Fields, evidence: Evidence) -> list[Ask]:
    """A hash of a file."""
    value = (text(fields, "value") or evidence.title).lower()
    kind = {32: "md5", 40: "sha1", 64: "sha256"}.get(len(value), "")
    return file_asks({kind: value}, "") if kind else []


def process(fields: Fields, evidence: Evidence) -> list[Ask]:
    """A process: itself with its children, and its command on other devices."""
    image = part(fields, "imageFile")
    name = text(image, "fileName") or evidence.title
    line = text(fields, "processCommandLine")
    pid = text(fields, "processId")
    itself = all_of(alike("FileName", name), same("ProcessCommandLine", line))
    if not line:
        itself = all_of(alike("FileName", name), number("ProcessId", pid))
    children = all_of(number("InitiatingProcessId", pid), alike("InitiatingProcessFileName", name))
    device = same("DeviceId", text(fields, "mdeDeviceId"))
    known = pid.isdigit() and bool(device)
    family = any_of(itself, children if known else "")
    elsewhere = any_of(itself)
    return [
        Ask(
            "this process and what it started" if known else "this process",
            "DeviceProcessEvents",
            (device, *family) if device and family else family,
            in_order(*PROCESS),
        ),
        Ask(
            "the same command on every device",
            "DeviceProcessEvents",
            elsewhere,
            (
                "summarize Times = count(), First = min(Timestamp), Last = max(Timestamp)"
                " by DeviceName, AccountName",
            ),
        ),
    ]


def ip(fields: Fields, evidence: Evidence) -> list[Ask]:
    """An address, inside or outside."""
    address = text(fields, "ipAddress") or evidence.title
    ends = any_of(same("RemoteIP", address), same("LocalIP", address))
    remote, here = any_of(same("RemoteIP", address)), any_of(same("IPAddress", address))
    mail = any_of(same("SenderIPv6" if ":" in address else "SenderIPv4", address))
    connection = ("ActionType", "DeviceName", "LocalIP", "RemoteIP", "RemotePort", *_STARTER)
    logon = ("ActionType", "DeviceName", "AccountName", "RemoteIP")
    sign_in = ("ActionType", "DeviceName", "AccountName", "AccountUpn", "Application")
    cloud = ("ActionType", "AccountDisplayName", "Application", "ObjectName")
    sent = ("SenderFromAddress", "RecipientEmailAddress", "Subject")
    return [
        ask_all(
            "where it was seen",
            Arm("DeviceNetworkEvents", ends, connection),
            Arm("DeviceLogonEvents", remote, logon),
            Arm("IdentityLogonEvents", here, sign_in),
            Arm("EntraIdSignInEvents", here, ("DeviceName", "AccountUpn", "Application")),
            Arm("CloudAppEvents", here, cloud),
            Arm("EmailEvents", mail, sent),
            Arm("UrlClickEvents", here, ("ActionType", "AccountUpn", "Url")),
        ),
        alerts(*ends),
    ]


def _host_of(url: str) -> str:
    try:
        return urlsplit(url if "//" in url else f"//{url}").hostname or ""
    except ValueError:
        return ""


def url_asks(url: str) -> list[Ask]:
    """The questions about a web address."""
    host = _host_of(url)
    inside = any_of(same("RemoteUrl", url), has("RemoteUrl", host))
    linked = any_of(same("Url", url), alike("UrlDomain", host))
    clicked = any_of(same("Url", url), has("Url", host))
    origin = any_of(same("FileOriginUrl", url), has("FileOriginUrl", host))
    connection = ("ActionType", "DeviceName", "RemoteUrl", "RemoteIP", *_STARTER)
    click = ("ActionType", "AccountUpn", "Url", "NetworkMessageId")
    download = ("ActionType", "DeviceName", "FileName", "FileOriginUrl", *_STARTER)
    return [
        ask_all(
            "where it was seen",
            Arm("DeviceNetworkEvents", inside, connection),
            Arm("UrlClickEvents", clicked, click),
            Arm("EmailUrlInfo", linked, ("Url", "NetworkMessageId")),
            Arm("DeviceFileEvents", origin, download),
        ),
        alerts(*inside),
    ]


def url(fields: Fields, evidence: Evidence) -> list[Ask]:
    """A web address."""
    return url_asks(text(fields, "url") or evidence.title)


def dns(fields: Fields, evidence: Evidence) -> list[Ask]:
    """A name that was asked for."""
    name = (text(fields, "domainName") or evidence.title).rstrip(".")
    asked = any_of(alike("QueryTarget", name))
    connection = ("ActionType", "DeviceName", "RemoteUrl", "RemoteIP", *_STARTER)
    query = ("ActionType", "DeviceName", "QueryTarget", "AccountName")
    return [
        ask_all(
            "where it was asked for",
            Arm("DeviceNetworkEvents", any_of(has("RemoteUrl", name)), connection),
            Arm("IdentityQueryEvents", asked, query),
            Arm("CloudDnsEvents", any_of(alike("DnsQuery", name)), ("ActionType", "DnsQuery")),
        )
    ]
