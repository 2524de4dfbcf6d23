"""Answers of the hunting services as files, in either dialect's spelling."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Schema = Sequence[tuple[str, str]]


def classic(schema: Schema, rows: Sequence[Mapping[str, Any]], **more: Any) -> bytes:
    """An answer of the classic API."""
    body = {
        "Stats": {"ExecutionTime": 0.4, "resource_usage": {"memory": {"peak_per_node": 1}}},
        "Schema": [{"Name": name, "Type": type} for name, type in schema],
        "Results": list(rows),
        **more,
    }
    return json.dumps(body).encode()


def graph(schema: Schema, rows: Sequence[Mapping[str, Any]], *, upper: bool = False) -> bytes:
    """An answer of Graph; some tenants spell the schema with capitals."""
    name, type = ("Name", "Type") if upper else ("name", "type")
    body = {
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#x",
        "schema": [{name: one, type: kind} for one, kind in schema],
        "results": list(rows),
    }
    return json.dumps(body).encode()


def at_rest(directory: Path, body: bytes) -> Path:
    """The body in a file."""
    path = directory / "answer.json"
    path.write_bytes(body)
    return path
