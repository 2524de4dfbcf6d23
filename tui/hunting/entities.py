"""Which questions go with which kind of evidence."""

from __future__ import annotations

from collections.abc import Callable

from tui.api.records import Evidence
from tui.hunting import entities_cloud as cloud
from tui.hunting import entities_device as device
from tui.hunting.asking import Ask, Fields, counted

_KINDS: dict[str, Callable[[Fields, Evidence], list[Ask]]] = {
    "device": device.device,
    "user": device.user,
    "file": device.file,
    "filehash": device.file_hash,
    "process": device.process,
    "ip": device.ip,
    "url": device.url,
    "dns": device.dns,
    "mailbox": cloud.mailbox,
    "mailboxconfiguration": cloud.mailbox_configuration,
    "analyzedmessage": cloud.message,
    "submissionmail": cloud.message,
    "mailcluster": cloud.mail_cluster,
    "teamsmessage": cloud.teams_message,
    "cloudapplication": cloud.cloud_application,
    "oauthapplication": cloud.oauth_application,
    "serviceprincipal": cloud.service_principal,
    "registrykey": cloud.registry,
    "registryvalue": cloud.registry,
    "securitygroup": cloud.security_group,
    "hostlogonsession": cloud.host_logon,
    "cloudlogonsession": cloud.cloud_logon,
    "cloudlogonrequest": cloud.cloud_logon,
    "networkconnection": cloud.connection,
    "nic": cloud.nic,
    "azureresource": cloud.azure_resource,
    "amazonresource": cloud.other_resource,
    "googlecloudresource": cloud.other_resource,
    "blob": cloud.blob,
    "blobcontainer": cloud.blob,
    "container": cloud.container,
    "containerimage": cloud.container,
    "kubernetespod": cloud.container,
    "kubernetesnamespace": cloud.kubernetes,
    "kubernetescontroller": cloud.kubernetes,
    "kubernetesservice": cloud.kubernetes,
    "malware": cloud.malware,
    "iotdevice": cloud.iot_device,
    "activedirectorydomain": cloud.domain,
    "aiagent": cloud.ai_agent,
}


def known_kinds() -> frozenset[str]:
    """Kinds of evidence that hunting knows questions about, folded."""
    return frozenset(_KINDS)


def questions(evidence: Evidence) -> list[Ask]:
    """The questions about an entity, the best first; empty where its kind is unknown."""
    ask = _KINDS.get(evidence.kind.lower())
    if ask is None:
        return []
    asked = [
        question for question in ask(evidence.fields, evidence) if question.where or question.arms
    ]
    return asked + (counted(asked[0]) if asked else [])
