"""More scalar functions that duckdb-kql lacks, or gives otherwise than Kusto does."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable
from typing import Any

from duckdb_kql import ir, translate
from duckdb_kql.errors import KqlUnsupportedError
from duckdb_kql.translate import functions as library
from duckdb_kql.translate import naming

from tui.kql.engine import words
from tui.kql.engine.additions import arrays
from tui.kql.engine.additions.stages import sql_of
from tui.kql.engine.kinds import kind_of
from tui.kql.engine.plain import registry

TICKS_TO_EPOCH = 62_135_596_800_000_000
"""Microseconds from the year 1, where Kusto's time begins, to DuckDB's epoch."""

_LONGEST_REPEATED = 1_048_576
"""Characters of a repeated text; a text of the service holds no more bytes."""

_TEMPLATES: dict[str, tuple[str, tuple[int, ...]]] = {
    "bitset_count_ones": ("CAST(bit_count(CAST({0} AS BIGINT)) AS BIGINT)", (1,)),
    "strcmp": (
        "CAST(CASE WHEN {0} < {1} THEN -1 WHEN {0} > {1} THEN 1 ELSE 0 END AS BIGINT)",
        (2,),
    ),
    "array_sum": (
        "list_transform([kql_elements({0})], lambda _kqle: CASE WHEN len(_kqle) = "
        "len(list_filter(_kqle, lambda _kqlv: kql_number(_kqlv) IS NOT NULL)) THEN "
        "coalesce(list_sum(list_transform(_kqle, lambda _kqlv: kql_number(_kqlv))), 0.0) END)[1]",
        (1,),
    ),
    "exp2": ("pow(2.0, {0})", (1,)),
    "exp10": ("pow(10.0, {0})", (1,)),
    "set_equals": (
        "coalesce(list_sort(list_distinct(kql_elements({0}))) = "
        "list_sort(list_distinct(kql_elements({1}))), false)",
        (2,),
    ),
    "array_rotate_left": ("kql_rotated({0}, {1})", (2,)),
    "array_rotate_right": ("kql_rotated({0}, -({1}))", (2,)),
    "parse_ipv4_mask": ("kql_mask(kql_ipv4({0}), CAST({1} AS INTEGER))", (2,)),
    "datetime_utc_to_local": ("(({0} AT TIME ZONE 'UTC') AT TIME ZONE {1})", (2,)),
    "datetime_local_to_utc": ("(({0} AT TIME ZONE {1}) AT TIME ZONE 'UTC')", (2,)),
    "geo_distance_2points": (
        "(2 * 6371010.0 * asin(least(1.0, sqrt(pow(sin(radians(({3}) - ({1})) / 2), 2) + "
        "cos(radians({1})) * cos(radians({3})) * pow(sin(radians(({2}) - ({0})) / 2), 2)))))",
        (4,),
    ),
    "isascii": ("(NOT regexp_matches({0}, '[^\\x00-\\x7F]'))", (1,)),
    "current_database": ("'advanced hunting'", (0,)),
    "current_cluster_endpoint": ("''", (0,)),
}


def _bin(node: ir.FunctionCall) -> str:
    if len(node.args) != 2:
        raise KqlUnsupportedError(f"function:{node.name}", hint="takes 2 arguments")
    value, size = node.args
    kind, sized = kind_of(value), kind_of(size)
    if kind in ("datetime", "timespan") and _finest(size):
        return sql_of(value)
    v, s = sql_of(value), sql_of(size)
    if kind == "timespan":
        return (
            f"to_microseconds(CAST(floor(epoch_us({v}) / epoch_us({s})) AS BIGINT) * epoch_us({s}))"
        )
    if kind == "datetime" or sized == "timespan":
        if sized in ("long", "int", "real"):
            s = f"to_microseconds(CAST(({s}) * 86400000000 AS BIGINT))"
        return (
            f"make_timestamp((epoch_us({v}) + {TICKS_TO_EPOCH}) // epoch_us({s}) * epoch_us({s}) "
            f"- {TICKS_TO_EPOCH})"
        )
    if kind == "dynamic":
        v = f"kql_number(to_json({v}))"
    return str(translate._numeric_bin(v, s))


def _finest(size: ir.Expr) -> bool:
    """Whether a span is a tick: times are whole microseconds, which each tick bounds."""
    from duckdb_kql.timespans import ticks

    if not (isinstance(size, ir.Literal) and size.kind == "timespan"):
        return False
    return ticks(str(size.value)) == 1


def _bin_at(node: ir.FunctionCall) -> str:
    value, size = node.args[:2]
    v, s, a = (sql_of(argument) for argument in node.args)
    if kind_of(value) == "timespan":
        return (
            f"to_microseconds(epoch_us({a}) + CAST(floor((epoch_us({v}) - epoch_us({a})) / "
            f"epoch_us({s})) AS BIGINT) * epoch_us({s}))"
        )
    if kind_of(size) == "timespan":
        return (
            f"make_timestamp(epoch_us({a}) + CAST(floor((epoch_us({v}) - epoch_us({a})) / "
            f"epoch_us({s})) AS BIGINT) * epoch_us({s}))"
        )
    binned = f"(({a}) + floor((({v}) - ({a})) / CAST({s} AS DOUBLE)) * ({s}))"
    whole = all(kind_of(argument) in ("long", "int") for argument in node.args)
    return f"CAST({binned} AS BIGINT)" if whole else binned


def _abs(node: ir.FunctionCall) -> str | None:
    if kind_of(node.args[0]) == "timespan":
        return f"to_microseconds(abs(epoch_us({sql_of(node.args[0])})))"
    return None


def _indexof_regex(node: ir.FunctionCall) -> str:
    text, pattern, *more = node.args
    start, length, nth = [*map(sql_of, more), *("0", "-1", "1")[len(more) :]]
    rest = f"substr({sql_of(text)}, CAST({start} AS BIGINT) + 1)"
    if len(more) > 1:
        rest = (
            f"(CASE WHEN {length} < 0 THEN {rest} "
            f"ELSE substr({rest}, 1, CAST({length} AS BIGINT)) END)"
        )
    found = translate.render_regex(pattern)
    before = f"'(?s)^((?:.*?(?:' || {found} || ')){{' || CAST(({nth}) - 1 AS VARCHAR) || '}}.*?)'"
    if len(more) < 3:
        before = "'(?s)^(.*?)'"
    regex = f"{before} || '(?:' || {found} || ')'"
    return (
        f"(CASE WHEN {start} < 0 OR {length} < -1 OR {nth} < 0 THEN NULL "
        f"WHEN regexp_matches({rest}, {regex}) THEN "
        f"CAST(length(regexp_extract({rest}, {regex}, 1)) + {start} AS BIGINT) "
        "ELSE CAST(-1 AS BIGINT) END)"
    )


def _strrep(node: ir.FunctionCall) -> str:
    # Each text is made once, however often it is read; one without end is not made at all.
    text = _as_text(node.args[0])
    times = sql_of(node.args[1])
    between = _as_text(node.args[2]) if len(node.args) > 2 else "''"
    grown = "(length(_kqlr.t) + length(_kqlr.b)) * _kqlr.n"
    return (
        f"list_transform([{{'t': {text}, 'b': {between}, "
        f"'n': least(1024, CAST({times} AS BIGINT))}}], lambda _kqlr: "
        f"CASE WHEN {grown} > {_LONGEST_REPEATED} THEN error('{words.TOO_LARGE}') "
        "WHEN _kqlr.n < 1 THEN '' "
        "ELSE repeat(_kqlr.t || _kqlr.b, _kqlr.n - 1) || _kqlr.t END)[1]"
    )


def _as_text(node: ir.Expr) -> str:
    return sql_of(node) if kind_of(node) == "string" else translate.render_kql_tostring(node)


def _tohex(node: ir.FunctionCall) -> str:
    value = f"lower(printf('%X', CAST({sql_of(node.args[0])} AS BIGINT)))"
    if len(node.args) == 1:
        return value
    return f"lpad({value}, CAST(greatest({sql_of(node.args[1])}, length({value})) AS INTEGER), '0')"


def _make_datetime(node: ir.FunctionCall) -> str | None:
    if len(node.args) == 1:
        return sql_of(ir.FunctionCall("todatetime", node.args))
    args = [sql_of(argument) for argument in node.args]
    if not 3 <= len(args) <= 6:
        return None
    args += ["1", "1", "0", "0", "0"][len(args) - 1 :]
    year, month, day, hour, minute = (f"CAST({a} AS BIGINT)" for a in args[:5])
    # What is finer than a microsecond is cut off, and no such time is null.
    seconds = f"(floor(CAST({args[5]} AS DOUBLE) * 1000000) / 1000000)"
    return f"TRY(make_timestamp({year}, {month}, {day}, {hour}, {minute}, {seconds}))"


def _make_timespan(node: ir.FunctionCall) -> str | None:
    if len(node.args) == 1:
        return sql_of(ir.FunctionCall("totimespan", node.args))
    args = [f"({sql_of(argument)})" for argument in node.args]
    if len(args) == 3:
        args.insert(0, "0")
    if len(args) == 4:
        days, hours, minutes, seconds = args
        return (
            f"to_microseconds(CAST(({days} * 86400 + {hours} * 3600 + {minutes} * 60 + "
            f"{seconds}) * 1000000 AS BIGINT))"
        )
    return None


def _datetime_add(node: ir.FunctionCall) -> str | None:
    if len(node.args) != 3:
        return None
    period, count, moment = node.args
    if isinstance(period, ir.Literal) and str(period.value).lower() == "nanosecond":
        return f"({sql_of(moment)} + to_microseconds(CAST(({sql_of(count)}) // 1000 AS BIGINT)))"
    return None


def _datetime_diff(node: ir.FunctionCall) -> str | None:
    if len(node.args) != 3:
        return None
    period, later, earlier = node.args
    if isinstance(period, ir.Literal) and str(period.value).lower() == "nanosecond":
        return f"((epoch_us({sql_of(later)}) - epoch_us({sql_of(earlier)})) * 1000)"
    if isinstance(period, ir.Literal) and str(period.value).lower() == "week":
        # Weeks begin on Sunday, and DuckDB's on Monday.
        weeks = [
            f"epoch_us(date_trunc('week', {sql_of(moment)} + INTERVAL 1 DAY)) // 604800000000"
            for moment in (later, earlier)
        ]
        return f"({weeks[0]} - {weeks[1]})"
    return None


def _datetime_part(node: ir.FunctionCall) -> str | None:
    if len(node.args) != 2:
        return None
    part, moment = node.args
    wanted = str(part.value).lower() if isinstance(part, ir.Literal) else ""
    if wanted == "weekofyear":
        return f"CAST(weekofyear({sql_of(moment)}) AS BIGINT)"
    if wanted == "millisecond":
        return f"CAST(epoch_us({sql_of(moment)}) // 1000 % 1000 AS INTEGER)"
    if wanted == "microsecond":
        return f"CAST(epoch_us({sql_of(moment)}) % 1000000 AS INTEGER)"
    if wanted == "nanosecond":
        return f"CAST(epoch_us({sql_of(moment)}) % 1000000 * 1000 AS INTEGER)"
    return None


def _extract_all(node: ir.FunctionCall) -> str | None:
    """The call with groups that are chosen by name chosen by number, for the library."""
    if len(node.args) != 3:
        return None
    regex, chosen, _ = node.args
    pattern = translate.constant_string(regex)
    if pattern is None or not isinstance(chosen, ir.Literal):
        return None
    wanted = json.loads(str(chosen.value)) if chosen.kind == "dynamic" else None
    if not isinstance(wanted, list) or not any(isinstance(item, str) for item in wanted):
        return None
    try:
        groups = dict(re.compile(re.sub(r"\(\?<(?![=!])", "(?P<", pattern)).groupindex)
    except re.error:
        return None
    if any(isinstance(item, str) and item not in groups for item in wanted):
        return None
    numbers = [groups[item] if isinstance(item, str) else item for item in wanted]
    changed = dataclasses.replace(chosen, value=json.dumps(numbers))
    return sql_of(dataclasses.replace(node, args=(regex, changed, node.args[2])))


def _format_datetime(node: ir.FunctionCall) -> str | None:
    """Formats with all seven digits of a second; the last is zero, for times are microseconds."""
    pattern = translate.constant_string(node.args[1]) if len(node.args) == 2 else None
    if pattern is None or _SEVEN.search(pattern) is None:
        return None
    pieces = []
    for part in _SEVEN.split(pattern):
        if not part:
            continue
        ticks = _SEVEN.fullmatch(part) is not None
        literal = ir.Literal(part[:-1] if ticks else part, "string")
        pieces.append(sql_of(dataclasses.replace(node, args=(node.args[0], literal))))
        if ticks and part[0] == "f":
            pieces.append("'0'")
    return f"({' || '.join(pieces)})"


_SEVEN = re.compile("(f{7}|F{7})")


def _format_ipv4_mask(node: ir.FunctionCall) -> str:
    address = sql_of(node.args[0])
    bits = sql_of(node.args[1]) if len(node.args) > 1 else "32"
    text = f"kql_format_ipv4_of({address}, {bits})"
    least = f"CAST(kql_least_mask({address}, {bits}) AS VARCHAR)"
    return f"(CASE WHEN {text} = '' THEN '' ELSE {text} || '/' || {least} END)"


def _range(node: ir.FunctionCall) -> str | None:
    if len(node.args) == 3 and any(kind_of(argument) == "real" for argument in node.args):
        start, stop, step = (f"CAST({sql_of(argument)} AS DOUBLE)" for argument in node.args)
        count = f"CAST(least(1048576, floor(({stop} - {start}) / {step} + 1e-9) + 1) AS BIGINT)"
        return f"to_json(list_transform(range({count}), lambda _kqli: {start} + _kqli * {step}))"
    return _LATER["range"](node)


def _round(node: ir.FunctionCall) -> str | None:
    """Scaled, rounded and scaled back, so that a double's own error shows as with Kusto."""
    if len(node.args) != 2:
        return None
    value, digits = f"CAST({sql_of(node.args[0])} AS DOUBLE)", sql_of(node.args[1])
    scale = f"pow(10.0, abs({digits}))"
    return (
        f"(CASE WHEN {digits} < 0 THEN round({value} / {scale}) * {scale} "
        f"ELSE round({value} * {scale}) / {scale} END)"
    )


def _binary_shift(node: ir.FunctionCall) -> str:
    value, by = (sql_of(argument) for argument in node.args)
    sign = "<<" if node.name.endswith("left") else ">>"
    shifted = f"CAST({value} AS BIGINT) {sign} CAST(({by}) % 64 AS BIGINT)"
    return f"(CASE WHEN {by} >= 0 THEN {shifted} END)"


def _time_formats() -> str:
    """The spellings of a time that DuckDB's own cast does not read.

    Those of RFC 822 and RFC 850, and with twelve hours as programs of Windows write them.
    """
    clocks = [f" {clock}{zone}" for clock in ("%H:%M:%S", "%H:%M") for zone in ("", " GMT", " UTC")]
    days = ("%a, %-d %b %y", "%a, %-d %b %Y", "%-d %b %y", "%-d %b %Y", "%A, %-d-%b-%y")
    both = [day + clock for day in days for clock in clocks]
    both += ["%Y-%m-%d %H:%M:%S GMT", "%Y-%m-%dT%H:%M:%S GMT", "%m/%d/%Y %H:%M"]
    halves = [" %I:%M:%S %p", " %I:%M %p"]
    dates = ("%m/%d/%Y", "%Y-%m-%d", "%b %-d, %Y", "%B %-d, %Y")
    both += [date + half for date in dates for half in [*halves, *clocks[:1]]]
    return ", ".join(f"'{one}'" for one in both)


def _has_any_index(node: ir.FunctionCall) -> str | None:
    if len(node.args) != 2:
        return None
    test = ir.BinaryOp("has", node.args[0], ir.RenderedAggregate("(v ->> '$')"))
    found = f"list_transform(kql_elements({sql_of(node.args[1])}), lambda v: {sql_of(test)})"
    return f"(coalesce(list_position({found}, true), 0)::BIGINT - 1)"


_LATER: dict[str, Callable[[ir.FunctionCall], str | None]] = {}

_FORMS: dict[str, Callable[[ir.FunctionCall], str | None]] = {
    "bin": _bin,
    "floor": _bin,
    "bin_at": _bin_at,
    "abs": _abs,
    "indexof_regex": _indexof_regex,
    "strrep": _strrep,
    "tohex": _tohex,
    "make_datetime": _make_datetime,
    "make_timespan": _make_timespan,
    "round": _round,
    "binary_shift_left": _binary_shift,
    "binary_shift_right": _binary_shift,
    "datetime_add": _datetime_add,
    "datetime_diff": _datetime_diff,
    "datetime_part": _datetime_part,
    "format_ipv4_mask": _format_ipv4_mask,
    "range": _range,
    "extract_all": _extract_all,
    "has_any_index": _has_any_index,
    "format_datetime": _format_datetime,
}


def register() -> None:
    """Add the functions to the library's tables."""
    for name, (template, arities) in _TEMPLATES.items():
        library.SCALAR_FUNCTIONS[name] = library.FunctionSpec(name, "template", template, arities)
    like = {name for name, known in registry.FUNCTIONS.items() if known.like_argument}
    naming.NAME_PRESERVING = naming.NAME_PRESERVING | _NAMED_AFTER_ARGUMENT | like
    naming._PREFIXED.update(
        {"string_size": "string_size", "treepath": "tree"}
        | {name: name for name in ("dcount_hll", "percentile_tdigest", "repeat")}
    )
    sql: Any = translate
    read = sql._TODATETIME.replace("), [", f"), [{_time_formats()}, ")
    sql._TODATETIME = read
    library.SCALAR_FUNCTIONS["todatetime"] = dataclasses.replace(
        library.SCALAR_FUNCTIONS["todatetime"], template=read
    )
    forms = translate._SPECIAL_FORMS
    for name, form in {**_FORMS, **arrays.FORMS}.items():
        before = forms.get(name)
        if name == "range" and before is not None:
            _LATER[name] = before
        forms[name] = _either(form, before) if before is not None else form
        library.SCALAR_FUNCTIONS.setdefault(
            name, library.FunctionSpec(name, "template", "", (), note="special")
        )


_NAMED_AFTER_ARGUMENT = frozenset(
    """format_timespan parse_csv parse_xml parsejson toobject totime format_bytes exp10
    bitset_count_ones""".split()  # noqa: SIM905
)


def _either(
    first: Callable[[ir.FunctionCall], str | None],
    second: Callable[[ir.FunctionCall], str | None],
) -> Callable[[ir.FunctionCall], str | None]:
    def render(node: ir.FunctionCall) -> str | None:
        sql = first(node)
        return second(node) if sql is None else sql

    return render
