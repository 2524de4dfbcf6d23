"""An entity for the clipboard, for other services and for lists."""

from __future__ import annotations

from tui.api.records import Evidence
from tui.hunting.particulars import Particular, particulars
from tui.incidents.defang import defanged
from tui.text import visible
from tui.ui import words
from tui.ui.incident_blocks import shown
from tui.ui.page import Choice

_DEFANGED = frozenset({"ip", "url", "domain", "mail", "sender", "recipient"})
_DEFANGED_KINDS = frozenset({"ip", "url", "dns", "networkConnection"})
_NAMES = {
    "ip": "address",
    "url": "URL",
    "domain": "domain",
    "hash": "hash",
    "sha256": "SHA-256",
    "sha1": "SHA-1",
    "md5": "MD5",
    "file": "file",
    "path": "folder",
    "command": "command",
    "pid": "process",
    "device": "device",
    "device_id": "device ID",
    "user": "user",
    "user_id": "object ID",
    "sid": "SID",
    "mail": "mail address",
    "sender": "sender",
    "recipient": "recipient",
    "subject": "subject",
    "message_id": "message ID",
    "app": "app",
    "app_id": "app ID",
    "registry_key": "key",
    "resource": "resource",
}


def particular_name(kind: str) -> str:
    """What stands before a particular of this kind."""
    return _NAMES.get(kind, kind)


def copied_particular(one: Particular) -> str:
    """A particular as it may be pasted anywhere: nothing in it can be followed."""
    return defanged(visible(one.value)) if one.kind in _DEFANGED else visible(one.value)


def copied_entity(evidence: Evidence) -> str:
    """An entity's name as it may be pasted anywhere."""
    title = visible(evidence.title)
    return defanged(title) if evidence.kind in _DEFANGED_KINDS else title


def entity_choice(key: str, evidence: Evidence) -> Choice:
    """An entity as something to stand on."""
    verdict = words.verdict(evidence.verdict)
    known = [words.kind(evidence.kind)]
    known += [words.role(role) for role in evidence.roles[:2]]
    if evidence.remediation_status.lower() not in ("none", "unknown", ""):
        known.append(words.spaced(evidence.remediation_status))
    return Choice(
        key,
        (
            (f"{verdict.glyph} ", verdict.tone),
            (shown(evidence.title), ""),
            (f"   {', '.join(known)}", "faint"),
        ),
    )


def particular_choice(key: str, one: Particular) -> Choice:
    """A particular as something to stand on."""
    return Choice(key, ((f"{particular_name(one.kind):<13}", "faint"), (shown(one.value), "")))


def known_of(evidence: Evidence) -> list[Particular]:
    """What an entity's page lists of it; a process's number is none."""
    return [one for one in particulars(evidence) if one.kind != "pid"]


def portal_path(evidence: Evidence) -> str | None:
    """Where the portal has a page of the entity; None where it has none that is known."""
    from urllib.parse import quote

    known = {one.kind: one.value for one in reversed(particulars(evidence))}
    for kinds, path in (
        (("device",), "/machines/v2/{device_id}/overview"),
        (("file", "fileHash"), "/files/{sha1}/overview"),
        (("file", "fileHash"), "/files/{sha256}/overview"),
        (("ip",), "/ip/{ip}/overview"),
        (("user", "mailbox"), "/user?aad={user_id}"),
    ):
        name = path[path.index("{") + 1 : path.index("}")]
        if evidence.kind in kinds and name in known:
            return path.replace(f"{{{name}}}", quote(known[name], safe=""))
    return None
