"""Defender for Endpoint: devices, and the actions taken on them.

Source: *Isolate machine API*, *Run antivirus scan API*, *Machine action resource type*, *Cancel
machine action API*, *Machine resource type* (Microsoft Defender for Endpoint).
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from starlette.routing import Route

from tui.demo.options import stamp
from tui.demo.service.answers import JsonAnswer
from tui.demo.service.auth import caller_name, require, tenant_of
from tui.demo.service.faults import ServiceFault, bad_request, not_found
from tui.demo.service.listing import Rules, json_object, next_link, page, understand
from tui.demo.service.odata import Field
from tui.demo.story.world import INTERNET, Device, devices

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from tui.demo.tenant import Tenant

_READ = ("Machine.Read.All", "Machine.ReadWrite.All")
_PENDING = timedelta(seconds=2)
_RUNNING = timedelta(seconds=6)


@dataclass(frozen=True)
class _Kind:
    """An action that can be asked for."""

    type: str
    role: str
    scopes: frozenset[str] = frozenset()
    scope_field: str = ""


_KINDS = {
    "isolate": _Kind(
        "Isolate",
        "Machine.Isolate",
        frozenset({"Full", "Selective", "UnManagedDevice"}),
        "IsolationType",
    ),
    "unisolate": _Kind("Unisolate", "Machine.Isolate"),
    "restrictCodeExecution": _Kind("RestrictCodeExecution", "Machine.RestrictExecution"),
    "unrestrictCodeExecution": _Kind("UnrestrictCodeExecution", "Machine.RestrictExecution"),
    "runAntiVirusScan": _Kind(
        "RunAntiVirusScan", "Machine.Scan", frozenset({"Quick", "Full"}), "ScanType"
    ),
    "collectInvestigationPackage": _Kind("CollectInvestigationPackage", "Machine.CollectForensics"),
    "StopAndQuarantineFile": _Kind("StopAndQuarantineFile", "Machine.StopAndQuarantine"),
}


@dataclass(eq=False)
class _Action:
    """An action, whose state follows from the time that has passed."""

    id: str
    kind: _Kind
    device: Device
    comment: str
    requestor: str
    created: datetime
    scope: str | None = None
    sha1: str | None = None
    cancelled: datetime | None = None
    cancel_comment: str | None = None
    cancelled_by: str | None = None

    def state(self, now: datetime) -> tuple[str, datetime]:
        """The action's status, and since when it has it."""
        if self.cancelled is not None:
            return "Cancelled", self.cancelled
        for status, after in (("Succeeded", _RUNNING), ("InProgress", _PENDING)):
            if now - self.created >= after:
                return status, self.created + after
        return "Pending", self.created

    def seen(self, now: datetime) -> dict[str, Any]:
        """The action as the service sends it."""
        status, since = self.state(now)
        return {
            "id": self.id,
            "type": self.kind.type,
            "title": None,
            "scope": self.scope,
            "requestor": self.requestor,
            "requestorComment": self.comment,
            "requestSource": "PublicApi",
            "externalId": None,
            "status": status,
            "machineId": self.device.id,
            "computerDnsName": self.device.dns,
            "creationDateTimeUtc": stamp(self.created),
            "lastUpdateDateTimeUtc": stamp(since),
            "cancellationRequestor": self.cancelled_by,
            "cancellationComment": self.cancel_comment,
            "cancellationDateTimeUtc": stamp(self.cancelled) if self.cancelled else None,
            "errorHResult": 0,
            "relatedFileInfo": {"fileIdentifier": self.sha1, "fileIdentifierType": "Sha1"}
            if self.sha1
            else None,
        }


_actions: WeakKeyDictionary[Tenant, dict[str, _Action]] = WeakKeyDictionary()


def _actions_of(tenant: Tenant) -> dict[str, _Action]:
    return _actions.setdefault(tenant, {})


def _count(request: Request) -> Tenant:
    tenant = tenant_of(request)
    tenant.quotas.take("endpoint", "classic", tenant.clock.now())
    return tenant


def _device(request: Request) -> Device:
    wanted = request.path_params["machine"].lower()
    for one in devices():
        if wanted in {one.id, one.dns, one.name.lower()}:
            return one
    raise not_found(f"Machine {wanted[:80]}", "classic")


def _machine(one: Device, tenant: Tenant) -> dict[str, Any]:
    now = tenant.clock.now()
    server = one.group not in {"Workstations", "Laptops"}
    return {
        "id": one.id,
        "computerDnsName": one.dns,
        "firstSeen": "2024-03-04T08:12:30.1870000Z",
        "lastSeen": stamp(now - timedelta(minutes=one.number % 50)),
        "osPlatform": one.os,
        "osVersion": None,
        "version": one.version,
        "osBuild": one.build,
        "osProcessor": "x64",
        "lastIpAddress": one.ip,
        "lastExternalIpAddress": INTERNET,
        "healthStatus": "Active",
        "deviceValue": "High" if server else "Normal",
        "rbacGroupId": 60 + len(one.group),
        "rbacGroupName": one.group,
        "riskScore": "High" if one.name in {"WKS-0142", "FS-01", "IIS-02"} else "Low",
        "exposureLevel": ("Low", "Medium", "High")[one.number % 3],
        "aadDeviceId": one.aad_id,
        "machineTags": ["crown-jewels"] if one.name in {"DC-01", "FS-01", "SQL-01"} else [],
        "onboardingStatus": "Onboarded",
        "defenderAvStatus": "Updated",
        "ipAddresses": [
            {"ipAddress": one.ip, "macAddress": one.mac, "operationalStatus": "Up"},
        ],
    }


def _context(request: Request, what: str) -> str:
    return f"{request.url.scheme}://{request.url.netloc}/api/$metadata#{what}"


async def get_machine(request: Request) -> Response:
    """`GET /api/machines/{id}`, by identifier or name."""
    require(request, "endpoint", _READ)
    tenant = _count(request)
    found = _machine(_device(request), tenant)
    return JsonAnswer({"@odata.context": _context(request, "Machines/$entity"), **found})


async def list_actions(request: Request) -> Response:
    """`GET /api/machineactions`, newest first."""
    require(request, "endpoint", _READ)
    tenant = _count(request)
    now = tenant.clock.now()
    fields: dict[str, Field[_Action]] = {
        "id": Field(lambda one: one.id),
        "machineId": Field(lambda one: one.device.id),
        "status": Field(lambda one: one.state(now)[0]),
        "type": Field(lambda one: one.kind.type),
        "requestor": Field(lambda one: one.requestor),
        "creationDateTimeUtc": Field(lambda one: one.created, "time"),
    }
    options = frozenset({"$filter", "$top", "$skip", "$orderby", "$count"})
    rules = Rules(fields, "microsoft.windowsDefenderATP.api.MachineAction", 10_000, 1_000, options)
    asked = understand(request, rules)
    newest = sorted(_actions_of(tenant).values(), key=lambda one: one.created, reverse=True)
    actions, total, more = page(newest, asked)
    body: dict[str, Any] = {"@odata.context": _context(request, "MachineActions")}
    if asked.count:
        body["@odata.count"] = total
    body["value"] = [one.seen(now) for one in actions]
    if more:
        body["@odata.nextLink"] = next_link(request, asked)
    return JsonAnswer(body)


def _action(request: Request, tenant: Tenant) -> _Action:
    identifier = request.path_params["action"]
    found = _actions_of(tenant).get(identifier)
    if found is None:
        raise not_found(f"Machine action {identifier[:80]}", "classic")
    return found


def _action_answer(request: Request, one: _Action, now: datetime, status: int = 200) -> Response:
    context = _context(request, "MachineActions/$entity")
    return JsonAnswer({"@odata.context": context, **one.seen(now)}, status)


async def get_action(request: Request) -> Response:
    """`GET /api/machineactions/{id}`."""
    require(request, "endpoint", _READ)
    tenant = _count(request)
    return _action_answer(request, _action(request, tenant), tenant.clock.now())


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value.strip():
        raise bad_request(f"The parameter '{name}' is required", code="MissingRequiredParameter")
    return value


def _starter(kind: _Kind) -> Callable[[Request], Any]:
    async def start(request: Request) -> Response:
        claims = require(request, "endpoint", (kind.role,))
        tenant = _count(request)
        device = _device(request)
        body = await json_object(request, "InvalidRequestBody")
        comment = _text(body, "Comment")
        scope = None
        if kind.scopes:
            scope = body.get(kind.scope_field, "Full")
            if scope not in kind.scopes:
                raise bad_request(
                    f"Invalid value for parameter '{kind.scope_field}'", code="InvalidInput"
                )
        sha1 = _text(body, "Sha1") if kind.type == "StopAndQuarantineFile" else None
        if sha1 and not re.fullmatch("[0-9a-fA-F]{40}", sha1):
            raise bad_request("Invalid value for parameter 'Sha1'", code="InvalidInput")
        now = tenant.clock.now()
        actions = _actions_of(tenant)
        for other in actions.values():
            same = other.device is device and other.kind is kind
            if same and other.state(now)[0] in {"Pending", "InProgress"}:
                raise ServiceFault(
                    400, "ActiveRequestAlreadyExists", "Action is already in progress"
                )
        action = _Action(
            str(uuid.uuid4()), kind, device, comment, caller_name(claims), now, scope, sha1
        )
        actions[action.id] = action
        return _action_answer(request, action, now, 201)

    return start


async def cancel_action(request: Request) -> Response:
    """`POST /api/machineactions/{id}/cancel`."""
    tenant = tenant_of(request)
    roles = tuple({kind.role for kind in _KINDS.values()})
    claims = require(request, "endpoint", roles)
    _count(request)
    action = _action(request, tenant)
    require(request, "endpoint", (action.kind.role,))
    comment = _text(await json_object(request, "InvalidRequestBody"), "Comment")
    now = tenant.clock.now()
    if action.state(now)[0] not in {"Pending", "InProgress"}:
        raise bad_request("The action has ended and cannot be cancelled", code="BadRequest")
    action.cancelled, action.cancel_comment = now, comment
    action.cancelled_by = caller_name(claims)
    return _action_answer(request, action, now)


def routes() -> list[Route]:
    """The routes of Defender for Endpoint."""
    machine, action = "/api/machines/{machine}", "/api/machineactions/{action}"
    return [
        Route(machine, get_machine, methods=["GET"]),
        Route("/api/machineactions", list_actions, methods=["GET"]),
        Route(action, get_action, methods=["GET"]),
        Route(f"{action}/cancel", cancel_action, methods=["POST"]),
        *(
            Route(f"{machine}/{name}", _starter(kind), methods=["POST"])
            for name, kind in _KINDS.items()
        ),
    ]
