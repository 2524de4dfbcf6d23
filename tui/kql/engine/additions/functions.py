"""Scalar functions that duckdb-kql lacks, by name, and the older spellings of some it has."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from duckdb_kql import ir, lower, translate
from duckdb_kql.errors import KqlUnsupportedError
from duckdb_kql.translate import functions as library
from duckdb_kql.translate import naming, sharing

from tui.kql.engine.additions import tree
from tui.kql.engine.additions.stages import sql_of
from tui.kql.engine.kinds import kind_of

if TYPE_CHECKING:
    import duckdb

_RENAMED = {
    "parsejson": "parse_json",
    "pack_dictionary": "bag_pack",
    "extract_json": "extractjson",
    "makeset": "make_set",
    "makelist": "make_list",
    "anyif": "take_anyif",
    "argmax": "arg_max",
    "argmin": "arg_min",
    "columnifexists": "column_ifexists",
    "unicode_codepoints_from_string": "to_utf8",
    "unicode_codepoints_to_string": "make_string",
    "notempty": "isnotempty",
    "array_strcat": "strcat_array",
    "toobject": "parse_json",
    "arraylength": "array_length",
    "toboolean": "tobool",
    "todate": "todatetime",
    "totime": "totimespan",
    "notnull": "isnotnull",
    "extractall": "extract_all",
    "parseurl": "parse_url",
    "parseurlquery": "parse_urlquery",
    "merge_tdigest": "tdigest_merge",
    "make_dictionary": "make_bag",
    "array_iif": "array_iff",
    "datepart": "datetime_part",
    "hash_xxh64": "hash_xxhash64",
}
"""Older or second spellings, and the function that they mean."""

_TEMPLATES: dict[str, tuple[str, tuple[int, ...]]] = {
    "indexof": ("kql_indexof({0}, {1})", (2,)),
    "translate": ("kql_translate({0}, {1}, {2})", (3,)),
    "string_size": ("CAST(octet_length(encode({0})) AS BIGINT)", (1,)),
    "strcmp": ("(CASE WHEN {0} < {1} THEN -1 WHEN {0} > {1} THEN 1 ELSE 0 END)", (2,)),
    "regex_quote": ("regexp_escape({0})", (1,)),
    "isascii": ("(NOT regexp_matches({0}, '[^\\x00-\\x7F]'))", (1,)),
    "isutf8": ("({0} IS NOT NULL)", (1,)),
    "to_utf8": ("to_json(list_transform(str_split({0}, ''), lambda _kqlc: unicode(_kqlc)))", (1,)),
    "url_decode": ("kql_url_decode({0})", (1,)),
    "parse_path": ("kql_parse_path({0})", (1,)),
    "parse_command_line": ("kql_parse_command_line({0})", (1, 2)),
    "parse_urlquery": ("kql_parse_urlquery({0})", (1,)),
    "parse_csv": ("kql_parse_csv({0})", (1,)),
    "parse_version": ("kql_parse_version({0})", (1,)),
    "format_timespan": ("kql_format_timespan({0}, {1})", (2,)),
    "replace": ("regexp_replace({2}, {0}, {1}, 'g')", (3,)),
    "base64_decode_tostring": ("kql_base64_text({0})", (1,)),
    "base64_decodestring": ("kql_base64_text({0})", (1,)),
    "base64_encode_tostring": ("to_base64(encode({0}))", (1,)),
    "base64_encodestring": ("to_base64(encode({0}))", (1,)),
    "base64_decode_toarray": (
        "TRY(to_json(list_transform(range(octet_length(from_base64({0}))), lambda _kqli: "
        "CAST('0x' || substr(hex(from_base64({0})), 2 * _kqli + 1, 2) AS INTEGER))))",
        (1,),
    ),
    "hourofday": ("CAST(hour({0}) AS INTEGER)", (1,)),
    "minuteofhour": ("CAST(minute({0}) AS INTEGER)", (1,)),
    "getmonth": ("CAST(month({0}) AS INTEGER)", (1,)),
    "getyear": ("CAST(year({0}) AS INTEGER)", (1,)),
    "monthofyear": ("CAST(month({0}) AS INTEGER)", (1,)),
    "dayofmonth": ("CAST(day({0}) AS INTEGER)", (1,)),
    "dayofyear": ("CAST(dayofyear({0}) AS INTEGER)", (1,)),
    "weekofyear": ("CAST(weekofyear({0}) AS INTEGER)", (1,)),
    "week_of_year": ("CAST(weekofyear({0}) AS INTEGER)", (1,)),
    "unixtime_seconds_todatetime": ("make_timestamp(CAST(({0}) * 1000000 AS BIGINT))", (1,)),
    "unixtime_milliseconds_todatetime": ("make_timestamp(CAST(({0}) * 1000 AS BIGINT))", (1,)),
    "unixtime_microseconds_todatetime": ("make_timestamp(CAST({0} AS BIGINT))", (1,)),
    "unixtime_nanoseconds_todatetime": ("make_timestamp(CAST(({0}) // 1000 AS BIGINT))", (1,)),
    "todecimal": ("TRY_CAST({0} AS DECIMAL(38, 18))", (1,)),
    "rand": ("random()", (0,)),
    "new_guid": ("uuid()", (0,)),
    "range": ("kql_range({0}, {1}, 1)", (2,)),
    "repeat": ("kql_repeat({0}, {1})", (2,)),
    "set_difference": ("kql_set_difference({0}, {1})", (2,)),
    "set_intersect": ("kql_set_intersect({0}, {1})", (2,)),
    "set_union": ("kql_set_union({0}, {1})", (2,)),
    "jaccard_index": ("kql_jaccard({0}, {1})", (2,)),
    "kql_filled": ("kql_filled({0})", (1,)),
    "bag_keys": ("kql_bag_keys({0})", (1,)),
    "bag_merge": ("kql_bag_merge({0}, {1})", (2,)),
    "array_length": (
        "(CASE WHEN json_type(to_json({0})) = 'ARRAY' "
        "THEN CAST(json_array_length(to_json({0})) AS BIGINT) END)",
        (1,),
    ),
    "array_iff": (
        "to_json(list_transform(kql_elements({0}), lambda _kqlc, _kqli: CASE "
        "WHEN json_type(_kqlc) = 'BOOLEAN' OR kql_number(_kqlc) IS NOT NULL THEN CASE "
        "WHEN _kqlc ->> '$' = 'false' OR kql_number(_kqlc) = 0 THEN kql_item({2}, _kqli) "
        "ELSE kql_item({1}, _kqli) END END))",
        (3,),
    ),
    "ipv4_is_private": ("kql_ipv4_private({0})", (1,)),
    "ipv4_is_in_range": ("kql_ipv4_in({0}, {1})", (2,)),
    "ipv4_is_match": ("(kql_ipv4_compare({0}, {1}, 32) = 0)", (2,)),
    "ipv4_compare": ("kql_ipv4_compare({0}, {1}, 32)", (2,)),
    "ipv4_netmask_suffix": (
        "(CASE WHEN kql_ipv4(split_part({0}, '/', 1)) IS NOT NULL "
        "THEN CAST(kql_prefix({0}) AS BIGINT) END)",
        (1,),
    ),
    "format_ipv4": ("kql_format_ipv4_of({0}, 32)", (1,)),
    "geo_info_from_ip_address": ("kql_place({0})", (1,)),
    "has_ipv4": ("kql_has_ipv4({0}, {1})", (2,)),
    "has_ipv4_prefix": ("kql_has_ipv4_prefix({0}, {1})", (2,)),
}

_TEXT_ARGUMENTS: dict[str, tuple[int, ...]] = {
    "indexof": (0, 1),
    "translate": (0, 1, 2),
    "url_decode": (0,),
    "parse_path": (0,),
    "parse_csv": (0,),
    "parse_urlquery": (0,),
    "parse_version": (0,),
    "replace": (2,),
    "replace_string": (0,),
    "replace_regex": (0,),
    "base64_decode_tostring": (0,),
    "base64_encode_tostring": (0,),
    "extract": (2,),
    "trim": (1,),
    "ipv4_is_private": (0,),
    "ipv4_is_in_range": (0, 1),
    "ipv4_is_match": (0, 1),
    "ipv4_compare": (0, 1),
    "geo_info_from_ip_address": (0,),
    "parse_command_line": (0,),
    "has_ipv4": (0, 1),
    "has_ipv4_prefix": (0, 1),
}


def _text(node: ir.Expr) -> str:
    if translate._is_dynamic_expr(node) or translate._may_be_dynamic(node):
        return translate.render_kql_tostring(node)
    return sql_of(node)


def _split(node: ir.FunctionCall) -> str:
    args = [_text(node.args[0]), *(sql_of(arg) for arg in node.args[1:])]
    if len(args) == 2:
        return f"kql_split({args[0]}, {args[1]})"
    if len(args) == 3:
        return f"kql_split_at({args[0]}, {args[1]}, {args[2]})"
    raise KqlUnsupportedError("function:split", hint="takes 2 or 3 arguments")


def _indexof(node: ir.FunctionCall) -> str | None:
    plain = all(translate._is_string_expr(argument) for argument in node.args[:2])
    if len(node.args) == 2 and plain:
        return None
    args = [
        _text(a) if translate._is_string_expr(a) else translate.render_kql_tostring(a)
        for a in node.args[:2]
    ]
    args += [sql_of(arg) for arg in node.args[2:]]
    args += ["0", "-1", "1"][len(args) - 2 :]
    return f"CAST(kql_indexof_from({', '.join(args)}) AS BIGINT)"


_CASTS: dict[str, Callable[[str], str]] = {
    "string": lambda sql: sql,
    "long": lambda sql: f"TRY_CAST({sql} AS BIGINT)",
    "int": lambda sql: f"TRY_CAST({sql} AS INTEGER)",
    "real": lambda sql: f"TRY_CAST({sql} AS DOUBLE)",
    "double": lambda sql: f"TRY_CAST({sql} AS DOUBLE)",
    "bool": lambda sql: f"TRY_CAST({sql} AS BOOLEAN)",
    "datetime": lambda sql: f"(TRY_CAST({sql} AS TIMESTAMPTZ) AT TIME ZONE 'UTC')",
    "guid": lambda sql: f"TRY_CAST({sql} AS UUID)",
    "dynamic": lambda sql: f"TRY_CAST({sql} AS JSON)",
}


def typed_as(sql: str, kind: ir.Expr) -> str:
    name = str(kind.value) if isinstance(kind, ir.Literal) else ""
    cast = _CASTS.get(name)
    if cast is None:
        raise KqlUnsupportedError(f"typeof({name})")
    return cast(sql)


def _extract(node: ir.FunctionCall) -> str | None:
    if len(node.args) not in (3, 4):
        return None
    pattern, group, text = node.args[:3]
    sql = (
        f"coalesce(regexp_extract({_text(text)}, {translate.render_regex(pattern)}, "
        f"CAST({sql_of(group)} AS INTEGER)), '')"
    )
    return typed_as(f"nullif({sql}, '')", node.args[3]) if len(node.args) == 4 else sql


def _extractjson(node: ir.FunctionCall) -> str:
    path, text = node.args[:2]
    sql = f"kql_extract_json({sql_of(path)}, {_text(text)})"
    return typed_as(f"nullif({sql}, '')", node.args[2]) if len(node.args) > 2 else sql


def _parse_json(node: ir.FunctionCall) -> str | None:
    if len(node.args) != 1:
        return None
    sql = sql_of(node.args[0])
    kind = kind_of(node.args[0])
    if kind == "string":
        some = f"nullif(nullif({sql}, ''), 'null')"
        # DuckDB takes these for numbers, which JSON does not have.
        odd = f"regexp_matches({some}, '^\\s*-?(?i:nan|inf)')"
        json = f"coalesce(TRY_CAST({some} AS JSON), to_json({some}))"
        return f"(CASE WHEN {odd} THEN to_json({some}) ELSE {json} END)"
    if kind == "dynamic" and not isinstance(node.args[0], ir.Literal):
        return f"to_json({sql})"
    # Kusto's parse_json keeps text that is no JSON as a string.
    return (
        f"(CASE WHEN typeof({sql}) <> 'VARCHAR' THEN to_json({sql}) "
        f"ELSE coalesce(TRY_CAST(nullif(CAST({sql} AS VARCHAR), '') AS JSON), "
        f"to_json(nullif(CAST({sql} AS VARCHAR), ''))) END)"
    )


def _fold(macro: str) -> Callable[[ir.FunctionCall], str]:
    def render(node: ir.FunctionCall) -> str:
        first, *others = (sql_of(arg) for arg in node.args)
        for other in others:
            first = f"{macro}({first}, {other})"
        return first

    return render


def _in_any_range(node: ir.FunctionCall) -> str:
    address, *ranges = node.args
    if len(ranges) == 1 and not translate._is_string_expr(ranges[0]):
        return f"kql_ipv4_in_any({_text(address)}, {sql_of(ranges[0])})"
    tests = [f"kql_ipv4_in({_text(address)}, {sql_of(item)})" for item in ranges]
    return f"({' OR '.join(tests)})"


def _masked(node: ir.FunctionCall) -> str | None:
    if len(node.args) != 3:
        return None
    a, b, mask = _text(node.args[0]), _text(node.args[1]), sql_of(node.args[2])
    compared = f"kql_ipv4_compare({a}, {b}, {mask})"
    return compared if node.name == "ipv4_compare" else f"({compared} = 0)"


def _format_ipv4(node: ir.FunctionCall) -> str | None:
    if len(node.args) != 2:
        return None
    return f"kql_format_ipv4_of({sql_of(node.args[0])}, {sql_of(node.args[1])})"


def _has_any_ipv4(node: ir.FunctionCall) -> str:
    text, *addresses = node.args
    macro = "kql_has_ipv4_prefix" if node.name.endswith("prefix") else "kql_has_ipv4"
    if len(addresses) == 1 and not translate._is_string_expr(addresses[0]):
        return (
            f"coalesce(list_bool_or(list_transform(kql_elements({sql_of(addresses[0])}), "
            f"lambda _kqla: {macro}({_text(text)}, _kqla ->> '$'))), false)"
        )
    return "(" + " OR ".join(f"{macro}({_text(text)}, {sql_of(a)})" for a in addresses) + ")"


def _make_string(node: ir.FunctionCall) -> str:
    parts = [
        f"(CASE WHEN json_type(to_json({a})) = 'ARRAY' THEN array_to_string(list_transform("
        f"kql_elements({a}), lambda _kqlc: chr(CAST(_kqlc ->> '$' AS INTEGER))), '') "
        f"ELSE chr(TRY_CAST(CAST({a} AS VARCHAR) AS INTEGER)) END)"
        for a in map(sql_of, node.args)
    ]
    return f"concat({', '.join(parts)})"


def _range(node: ir.FunctionCall) -> str | None:
    if len(node.args) != 3:
        return None
    start, stop, step = node.args
    if kind_of(start) == "timespan":
        spans = ", ".join(f"epoch_us({sql_of(arg)})" for arg in node.args)
        return (
            f"to_json(list_transform(generate_series({spans}), "
            "lambda _kqlu: kql_span(to_microseconds(_kqlu))))"
        )
    if translate._is_timespan_expr(step) or translate._is_datetime_expr(start):
        series = ", ".join(sql_of(arg) for arg in node.args)
        return f"to_json(list_transform(generate_series({series}), lambda _kqlt: kql_json(_kqlt)))"
    return f"kql_range({sql_of(start)}, {sql_of(stop)}, {sql_of(step)})"


def _rand(node: ir.FunctionCall) -> str | None:
    if len(node.args) != 1:
        return None
    return f"CAST(floor(random() * {sql_of(node.args[0])}) AS BIGINT)"


_FORMS: dict[str, Callable[[ir.FunctionCall], str | None]] = {
    "split": _split,
    "indexof": _indexof,
    "extract": _extract,
    "extractjson": _extractjson,
    "parse_json": _parse_json,
    "todynamic": _parse_json,
    "bag_merge": _fold("kql_bag_merge"),
    "set_union": _fold("kql_set_union"),
    "set_intersect": _fold("kql_set_intersect"),
    "set_difference": _fold("kql_set_difference"),
    "ipv4_is_in_any_range": _in_any_range,
    "ipv4_is_match": _masked,
    "ipv4_compare": _masked,
    "format_ipv4": _format_ipv4,
    "has_any_ipv4": _has_any_ipv4,
    "has_any_ipv4_prefix": _has_any_ipv4,
    "make_string": _make_string,
    "range": _range,
    "rand": _rand,
}

_NAMED_AFTER_ARGUMENT = {"extractjson", "url_decode", "todecimal"}


def register() -> None:
    """Add the functions to the library's tables."""
    for name, (template, arities) in _TEMPLATES.items():
        library.SCALAR_FUNCTIONS[name] = library.FunctionSpec(name, "template", template, arities)
    translate._SPECIAL_FORMS.update(_FORMS)
    for name in _FORMS:
        library.SCALAR_FUNCTIONS.setdefault(
            name, library.FunctionSpec(name, "template", "", (), note="special")
        )
    for name, positions in _TEXT_ARGUMENTS.items():
        known = translate._STRING_ARG_POSITIONS.get(name, ())
        translate._STRING_ARG_POSITIONS[name] = tuple(sorted({*known, *positions}))
    translate._REGEX_ARG_POSITIONS["replace"] = (0,)
    translate._DATETIME_RETURNING = translate._DATETIME_RETURNING | {
        "make_datetime",
        "datetime_add",
        "bin_at",
        "endofweek",
        "unixtime_seconds_todatetime",
        "unixtime_milliseconds_todatetime",
    }
    assert "ingestion_time" in sharing.VOLATILE
    assert isinstance(naming.NAME_PRESERVING, frozenset)


def lower_call(node: tree.Node, library_lower: Callable[[Any], ir.Expr]) -> ir.Expr:
    """A scalar function call, its older spelling renamed."""
    call = library_lower(node)
    if isinstance(call, ir.FunctionCall):
        renamed = _RENAMED.get(call.name)
        if renamed is not None and lower._LET_FUNCTIONS_STATE.get().get(call.name) is None:
            return dataclasses.replace(call, name=renamed)
    return call


def define(connection: duckdb.DuckDBPyConnection, *, lasting: bool = False) -> None:
    """Make the macros that the functions use, where the database lacks them.

    Args:
        connection: Where to.
        lasting: For all connections of its database, not for this one alone.
    """
    import duckdb

    if not lasting:
        try:
            connection.execute("SELECT kql_span(INTERVAL 0 SECOND)").fetchall()
        except duckdb.CatalogException:
            pass
        else:
            return
    text = files(__package__).joinpath("macros.sql").read_text("utf-8")
    if lasting:
        text = text.replace("CREATE OR REPLACE TEMP MACRO", "CREATE OR REPLACE MACRO")
    else:
        text = text.replace("CREATE TABLE IF", "CREATE TEMP TABLE IF")
    lines = [line for line in text.splitlines() if not line.startswith("--")]
    for statement in "\n".join(lines).split("\n\n"):
        if statement.strip():
            connection.execute(statement)
