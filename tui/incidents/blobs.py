"""Incidents at rest: the service's own object, read again by today's rules."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from tui.api.records import Incident
from tui.incidents.tables import DamagedRow

_record_decoder = msgspec.msgpack.Decoder(Incident)


def pack(incident: Incident) -> bytes:
    """An incident as bytes.

    What the service sent is kept as JSON, so that a later version reads from it what this
    one did not know. A record that came from no service is kept as a record (MessagePack).
    """
    if not incident.raw:
        return msgspec.msgpack.encode(incident)
    try:
        return msgspec.json.encode(incident.raw)
    except (UnicodeEncodeError, OverflowError, msgspec.MsgspecError):
        # Lone surrogates and numbers beyond 64 bits, which JSON may hold.
        return json.dumps(incident.raw).encode("ascii")


def unpack(data: bytes) -> Incident:
    """The incident of `pack`'s bytes.

    Raises:
        DamagedRow: The bytes are not `pack`'s.
    """
    from tui.api.decode import decode_incident  # nothing is read before the first frame

    try:
        if not data.startswith(b"{"):
            return _record_decoder.decode(data)
        return decode_incident(_json(data))
    except (ValueError, TypeError, RecursionError):
        raise DamagedRow("an incident that cannot be read") from None


def same(one: bytes, other: bytes) -> bool:
    """Whether two packed incidents are the same object, however it was written down."""
    try:
        return bool(_plain(one) == _plain(other))
    except (ValueError, TypeError, RecursionError):
        return False


def _plain(data: bytes) -> object:
    raw = _json(data)
    if isinstance(raw, dict):
        raw.pop("@odata.context", None)  # only the answer about a single incident has it
    return raw


def _json(data: bytes) -> Any:
    try:
        return msgspec.json.decode(data)
    except msgspec.MsgspecError:
        return json.loads(data)


def filled_from(incident: Incident, kept: Incident) -> Incident:
    """The incident with what an older answer has and its own left out.

    The answer to a change has no alerts, and need not have all other fields.
    """
    from tui.api.decode import decode_incident

    raw, former = incident.raw, kept.raw
    if raw and former and "alerts" not in raw and ("id" in raw) == ("id" in former):
        return decode_incident({**former, **raw})
    if incident.alerts or not kept.alerts:
        return incident
    if raw and "alerts" in former:
        raw = {**raw, "alerts": former["alerts"]}
    return msgspec.structs.replace(incident, alerts=kept.alerts, raw=raw)
