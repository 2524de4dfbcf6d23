"""Functions that advanced hunting has beyond the language.

Sources: *FileProfile()*, *DeviceFromIP()*, *AssignedIPAddresses()* (Microsoft Defender XDR).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from duckdb_kql import ir, lower
from duckdb_kql.translate import quote_ident

from tui.kql.engine.additions import tree
from tui.kql.engine.additions.stages import Columns, Stage, names

_PROFILE = {
    "GlobalPrevalence": "CAST(NULL AS INTEGER)",
    "GlobalFirstSeen": "CAST(NULL AS TIMESTAMP)",
    "GlobalLastSeen": "CAST(NULL AS TIMESTAMP)",
    "Signer": "''",
    "Issuer": "''",
    "SignerHash": "''",
    "IsCertificateValid": "CAST(NULL AS BOOLEAN)",
    "IsRootSignerMicrosoft": "CAST(NULL AS BOOLEAN)",
    "SignatureState": "'Unknown'",
    "IsExecutable": "CAST(NULL AS BOOLEAN)",
    "ThreatName": "''",
    "Publisher": "''",
    "SoftwareName": "''",
    "ProfileAvailability": "'Missing'",
}


@dataclasses.dataclass(frozen=True)
class FileProfile(Stage):
    """`invoke FileProfile(Hash, Limit)`: the service's knowledge of a file.

    There is no such service here, so every file is one that it does not know; it says so in
    `ProfileAvailability`, as the service does.
    """

    keyword = "invoke"

    def columns(self, columns: Columns) -> Columns:
        return columns + [name for name in _PROFILE if name not in columns]

    def sql(self, source: str, columns: Columns) -> str:
        added = "".join(
            f", {sql} AS {quote_ident(name)}"
            for name, sql in _PROFILE.items()
            if name not in columns
        )
        return f"SELECT {names(columns)}{added} FROM {source}"


@dataclasses.dataclass(frozen=True)
class SeenBy(Stage):
    """`invoke SeenBy()`: the onboarded devices that saw a device; nothing here knows of any."""

    keyword = "invoke"

    def columns(self, columns: Columns) -> Columns:
        return [*columns, *(["SeenBy"] if "SeenBy" not in columns else [])]

    def kinds(self, before: Mapping[str, str], columns: Columns) -> Mapping[str, str]:
        """The types of its columns."""
        del columns
        return {**before, "SeenBy": "dynamic"}

    def sql(self, source: str, columns: Columns) -> str:
        kept = names([column for column in columns if column != "SeenBy"])
        return f"SELECT {kept}, CAST('[]' AS JSON) AS \"SeenBy\" FROM {source}"


SERVICE_FUNCTIONS = {
    "AssignedIPAddresses": """
        let AssignedIPAddresses = (device: string, moment: datetime = datetime(null)) {
            DeviceNetworkInfo
            | where isnull(moment) or Timestamp <= moment
            | where DeviceName =~ device or DeviceId =~ device
            | mv-expand kqlAddress = parse_json(IPAddresses)
            | extend IPAddress = tostring(kqlAddress.IPAddress),
                IPType = tostring(kqlAddress.AddressType)
            | where isnotempty(IPAddress)
            | summarize arg_max(Timestamp, IPType, NetworkAdapterType, ConnectedNetworks)
                by IPAddress
            | project Timestamp, IPAddress, IPType, NetworkAdapterType, ConnectedNetworks
            | sort by Timestamp desc
        }; print 1""",
    "DeviceFromIP": """
        let DeviceFromIP = (address: string, moment: datetime = datetime(null)) {
            DeviceNetworkInfo
            | where (isnull(moment) or Timestamp <= moment) and IPAddresses has address
            | mv-expand kqlAddress = parse_json(IPAddresses)
            | where tostring(kqlAddress.IPAddress) == address
            | summarize arg_max(Timestamp, kqlAddress) by DeviceId
            | project IP = address, DeviceId
        }; print 1""",
}
"""Functions of the service that tables can answer, in the language itself."""


def declare_service_function(name: str, declare: Callable[[Any, Any], None]) -> None:
    """Make a function of the service known, once a query calls it and has none of that name."""
    text = SERVICE_FUNCTIONS.get(name)
    if text is None or lower._stored(name, None) is not None:
        return
    library: Any = lower
    declaration = tree.find(library.parse(text).tree, "LetFunctionDeclaration")[0]
    declare(declaration, {})


def invoke(node: tree.Node, library: Callable[[], Any]) -> Any:
    """`| invoke Function(…)`."""
    calls = tree.find(node, "NamedFunctionCallExpression")
    name = tree.name_of(tree.rules(calls[0])[0]) if calls else ""
    if name == "FileProfile" and name not in lower._LET_FUNCTIONS_STATE.get():
        return FileProfile()
    if name == "SeenBy" and name not in lower._LET_FUNCTIONS_STATE.get():
        return SeenBy()
    result: ir.Operator | list[ir.Operator] = library()
    return result
