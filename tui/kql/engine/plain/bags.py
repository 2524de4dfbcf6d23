"""Bags and arrays: their shape, paths and text."""

from __future__ import annotations

import json
import re
from typing import Any

from tui.kql.engine.plain.registry import function


@function("treepath", 1, 1, "dynamic")
def _treepath(value: Any) -> list[str]:
    found: dict[str, None] = {}

    def walk(node: Any, path: str) -> None:
        if path:
            found[path] = None
        if isinstance(node, dict):
            for key, inner in node.items():
                walk(inner, f"{path}['{key}']")
        elif isinstance(node, list):
            for inner in node:
                walk(inner, f"{path}[0]")

    walk(value, "")
    return list(found)


@function("bag_zip", 2, 2, "dynamic")
def _bag_zip(keys: list[Any], values: list[Any]) -> dict[str, Any]:
    padded = values + [None] * (len(keys) - len(values))
    return {key: value for key, value in zip(keys, padded, strict=False) if isinstance(key, str)}


def _steps(key: str) -> list[str]:
    """The keys that a path such as `$.a.b` or `$['a']` goes through; any other text is one key."""
    if not key.startswith("$"):
        return [key]
    found = re.findall(r"""\.([^.\[\]]+)|\[['"]([^'"]*)['"]\]""", key[1:])
    return [dotted or quoted for dotted, quoted in found]


def _without(bag: dict[str, Any], path: list[str]) -> dict[str, Any]:
    if not path or path[0] not in bag:
        return bag
    if len(path) == 1:
        return {key: value for key, value in bag.items() if key != path[0]}
    inner = bag[path[0]]
    return {**bag, path[0]: _without(inner, path[1:])} if isinstance(inner, dict) else bag


@function("bag_remove_keys", 2, 2, "dynamic")
def _bag_remove_keys(bag: Any, keys: list[Any]) -> Any:
    if not isinstance(bag, dict):
        return None
    for key in keys:
        if isinstance(key, str):
            bag = _without(bag, _steps(key))
    return bag


@function("bag_set_key", 3, 3, "dynamic")
def _bag_set_key(bag: Any, key: str, value: Any) -> Any:
    if not isinstance(bag, dict):
        return None
    path = _steps(key)
    made = place = dict(bag)
    for step in path[:-1]:
        inner = place.get(step)
        place[step] = dict(inner) if isinstance(inner, dict) else {}
        place = place[step]
    place[path[-1]] = value
    return made


@function("bag_has_key", 2, 2, "bool")
def _bag_has_key(bag: Any, key: str) -> bool | None:
    if not isinstance(bag, dict):
        return None
    for step in _steps(key):
        if not isinstance(bag, dict) or step not in bag:
            return False
        bag = bag[step]
    return True


@function("dynamic_to_json", 1, 1, "string")
def _to_json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _type(value: Any) -> Any:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "long"
    if isinstance(value, float):
        return "double"
    if isinstance(value, str):
        return "string"
    return None


@function("kql_schema_of", 1, 1, "dynamic")
def _schema(values: list[Any]) -> Any:
    """What `buildschema` answers for these dynamics."""
    if not values:
        return None
    scalars: dict[str, None] = {}
    bags: dict[str, list[Any]] = {}
    items: list[Any] = []
    arrays = False
    for value in values:
        if isinstance(value, dict):
            for key, inner in value.items():
                bags.setdefault(key, []).append(inner)
        elif isinstance(value, list):
            arrays = True
            items += value
        elif value is not None:
            scalars[_type(value)] = None
    found: list[Any] = list(scalars)
    if bags or arrays:
        shape: dict[str, Any] = {key: _schema(inner) for key, inner in bags.items()}
        if arrays:
            shape["`indexer`"] = _schema(items)
        found.append(shape)
    return found[0] if len(found) == 1 else (found or "null")


@function("kql_union_of", 1, 1, "dynamic")
def _union(values: list[Any]) -> list[Any]:
    """The distinct elements of several arrays: sketches put together."""
    found: dict[str, Any] = {}
    for value in values:
        for item in value if isinstance(value, list) else [value]:
            found.setdefault(json.dumps(item), item)
    return list(found.values())


@function("kql_joined", 1, 1, "dynamic")
def _joined(values: list[Any]) -> list[Any]:
    """Several arrays behind each other: samples put together."""
    return [item for value in values for item in (value if isinstance(value, list) else [value])]


@function("dcount_hll", 1, 1, "long")
def _distinct(sketch: list[Any]) -> int:
    return len(sketch)


@function("percentile_tdigest", 2, 3, "real")
def _percentile(sample: list[float], percent: float, kind: Any = None) -> float | None:
    del kind
    ordered = sorted(sample)
    if not ordered:
        return None
    place = max(0, -(-len(ordered) * percent // 100) - 1)
    return float(ordered[min(int(place), len(ordered) - 1)])
