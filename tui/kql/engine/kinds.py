"""The Kusto type of an expression, as far as the query tells.

Where a type is not known the answer is None, and whoever asks decides at run time instead.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from duckdb_kql import ir

from tui.kql.engine.plain import registry
from tui.kql.engine.state import current_or_none

Kinds = Mapping[str, str]
"""Columns, and the Kusto types of those that are known."""

_ALWAYS = {
    "bool": """tobool toboolean not isnotnull isnull notempty isnotempty isempty isascii isutf8
        set_has_element set_equals bag_has_key isnan isinf isfinite ipv4_is_match ipv4_is_private
        ipv6_is_match ipv6_is_in_range ipv6_is_in_any_range ipv4_is_in_range ipv4_is_in_any_range
        has_ipv4 has_ipv4_prefix has_any_ipv4 has_any_ipv4_prefix""",
    "datetime": """datetime_local_to_utc datetime_utc_to_local todatetime make_datetime
        datetime_add startofday startofweek startofmonth startofyear endofday endofweek endofmonth
        endofyear now ago unixtime_seconds_todatetime unixtime_milliseconds_todatetime
        unixtime_microseconds_todatetime unixtime_nanoseconds_todatetime ingestion_time""",
    "decimal": "todecimal parse_version",
    "dynamic": """to_utf8 unicode_codepoints_from_string split parse_command_line extract_all
        todynamic toobject base64_decode_toarray parse_csv parsejson parse_json parse_xml parse_url
        parse_urlquery parse_path parse_user_agent treepath bag_keys zip bag_zip range repeat
        array_concat array_iff array_sort_asc array_sort_desc array_slice array_split
        array_shift_left array_shift_right array_reverse array_rotate_left array_rotate_right pack
        pack_dictionary bag_pack pack_all pack_array set_union set_intersect set_difference
        bag_merge bag_remove_keys bag_set_key geo_info_from_ip_address make_list make_list_if
        make_list_with_nulls make_set make_set_if makelist makeset make_bag make_bag_if buildschema
        hll hll_if hll_merge tdigest tdigest_merge percentiles_array ipv4_range_to_cidr_list
        series_outliers series_stats_dynamic series_fit_line_dynamic series_fit_2lines_dynamic
        series_add series_subtract series_multiply series_divide series_fir series_fill_linear
        series_fill_const series_fill_forward series_fill_backward series_seasonal series_exp
        series_log series_ceiling series_floor series_sign series_sin series_cos series_tan
        series_asin series_acos series_atan kql_filled""",
    "guid": "toguid base64_decode_toguid new_guid",
    "int": """toint dayofmonth dayofyear hourofday weekofyear week_of_year monthofyear getyear
        getmonth datetime_part""",
    "long": """strcmp strlen string_size indexof indexof_regex countof tolong parse_ipv4
        parse_ipv4_mask datetime_diff hash hash_xxhash64 binary_and binary_or binary_xor binary_not
        binary_shift_right binary_shift_left bitset_count_ones array_length array_index_of
        dcount_hll has_any_index
        ipv4_compare ipv6_compare ipv4_netmask_suffix row_number row_rank_dense
        row_rank_min count countif dcount dcountif count_distinct count_distinctif kql_count
        kql_count_true""",
    "real": """toreal todouble round ceiling
        array_sum pow sqrt log log2 log10 exp exp2 exp10 pi cos sin tan
        acos asin atan atan2 cot degrees radians sign gamma geo_distance_2points stdev stdevif
        stdevp variance varianceif variancep jaccard_index series_sum series_pearson_correlation
        series_dot_product series_product series_magnitude series_cosine_similarity""",
    "string": """strcat strcat_array strcat_delim strrep toupper tolower substring reverse replace
        replace_regex replace_string replace_strings regex_quote punycode_domain_to_string
        punycode_domain_from_string trim_start trim_end trim translate make_string
        unicode_codepoints_to_string tostring tohex gettype url_encode url_encode_component
        url_decode base64_encodestring base64_encode_tostring base64_encode_fromarray
        base64_decodestring base64_decode_tostring base64_encode_fromguid
        zlib_decompress_from_base64_string zlib_compress_to_base64_string
        gzip_decompress_from_base64_string gzip_compress_to_base64_string parse_ipv6
        parse_ipv6_mask format_datetime format_timespan hash_sha256 hash_md5 hash_sha1
        dynamic_to_json punycode_to_string punycode_from_string format_ipv4 format_ipv4_mask
        format_bytes""",
    "timespan": "totimespan totime make_timespan dayofweek",
}
_RETURNS = {name: kind for kind, names in _ALWAYS.items() for name in names.split()}
_AS_FIRST = frozenset(
    """abs row_cumsum row_window_session prev next min minif max maxif take_any
    take_anyif any anyif sum sumif percentile percentilew bin floor bin_at max_of min_of
    binary_all_or binary_all_and binary_all_xor arg_max arg_min""".split()  # noqa: SIM905
)
_CHOICES = frozenset({"iif", "iff", "case", "coalesce"})
_WIDENED = frozenset({"sum", "sumif", "percentile", "percentilew", "bin", "floor"})
_NUMBERS = ("int", "long", "decimal", "real")
_ARITHMETIC = frozenset("+-*/%")


@dataclasses.dataclass(frozen=True)
class Column(ir.ColumnRef):
    """A column whose type is known."""

    kind: str = ""


@dataclasses.dataclass(frozen=True)
class StateRef(Column):
    """`Step.Column` within `scan`: what a step holds of a column."""

    step: str = ""


def kind_of(node: Any) -> str | None:
    """The Kusto type of an expression, or None."""
    if isinstance(node, Column):
        return node.kind or None
    if isinstance(node, ir.Literal | ir.Parameter):
        return "real" if node.kind == "double" else node.kind
    if isinstance(node, ir.NamedExpr):
        return kind_of(node.expr)
    if isinstance(node, ir.PathAccess):
        return "dynamic"
    if isinstance(node, ir.InList | ir.Between | ir.HasList):
        return "bool"
    if isinstance(node, ir.UnaryOp):
        return "bool" if node.op == "not" else kind_of(node.operand)
    if isinstance(node, ir.BinaryOp):
        if node.op not in _ARITHMETIC:
            return "bool"
        return _once(node, lambda: _arithmetic(node.op, kind_of(node.left), kind_of(node.right)))
    if isinstance(node, ir.ToScalar):
        return _first_column(node.query)
    if isinstance(node, ir.FunctionCall):
        return _once(node, lambda: _called(node))
    return None


def _once(node: ir.Expr, kind: Callable[[], str | None]) -> str | None:
    """The kind, found once a query for an expression that a `let` puts at many places."""
    state = current_or_none()
    if state is None:
        return kind()
    known = state.types.get(id(node))
    if known is None:
        state.check()
        # The expression is held, so that no other can come to have its identity.
        known = state.types[id(node)] = (node, kind())
    return known[1]


def _called(node: ir.FunctionCall) -> str | None:
    name, args = node.name.lower(), node.args
    always = _RETURNS.get(name)
    if always is not None:
        return always
    computed = registry.FUNCTIONS.get(name)
    if computed is not None and len(computed.outputs) == 1:
        return computed.outputs[0][1]
    if name in ("extract", "extractjson", "extract_json"):
        wanted = args[-1] if len(args) == (4 if name == "extract" else 3) else None
        return str(wanted.value) if isinstance(wanted, ir.Literal) else "string"
    if name in ("avg", "avgif"):
        kind = kind_of(args[0]) if args else None
        return kind if kind in ("datetime", "timespan", None) else "real"
    if name == "column_ifexists" and len(args) > 1:
        return kind_of(args[1])
    if name in _CHOICES and len(args) > 1:
        return chosen(node)
    if name in _AS_FIRST and args:
        if name in ("max_of", "min_of"):
            kinds = {kind_of(a) for a in args}
            first = kinds.pop() if len(kinds) == 1 else None
        else:
            first = kind_of(args[0])
        return "long" if first == "int" and name in _WIDENED else first
    return None


def branches(node: ir.FunctionCall) -> tuple[int, ...]:
    """Which arguments a conditional function gives one of; none where it is no such function."""
    name, count = node.name.lower(), len(node.args)
    if name in ("iff", "iif"):
        return tuple(range(1, count))
    if name == "case":
        return (*range(1, count - 1, 2), count - 1)
    return tuple(range(count)) if name == "coalesce" else ()


def chosen(node: ir.FunctionCall) -> str | None:
    """The type of what a conditional function gives: beside another type, dynamic yields."""
    kinds = [kind_of(node.args[at]) for at in branches(node)]
    others = {kind for kind in kinds if kind != "dynamic"}
    if not others:
        return "dynamic"
    if node.name.lower() == "coalesce" or "dynamic" in kinds:
        return others.pop() if len(others) == 1 else None
    return "long" if others == {"int", "long"} else kinds[0]


def _arithmetic(op: str, left: str | None, right: str | None) -> str | None:
    pair = (left, right)
    if left == "datetime" and right == "datetime":
        return "timespan" if op == "-" else None
    if "datetime" in pair and "timespan" in pair:
        return "datetime"
    if left == "timespan" and right == "timespan":
        return "real" if op == "/" else "timespan"
    if "timespan" in pair:
        other = right if left == "timespan" else left
        return "timespan" if other in (*_NUMBERS, "dynamic") else None
    if left in _NUMBERS and right in _NUMBERS:
        widest = max((left, right), key=_NUMBERS.index)
        return "long" if widest == "int" else widest
    if "dynamic" in pair:
        other = right if left == "dynamic" else left
        return other if other in _NUMBERS else None
    return None


def _first_column(query: ir.Query) -> str | None:
    for op in reversed(query.operators):
        if isinstance(op, ir.Summarize) and not op.by and op.aggregates:
            return kind_of(op.aggregates[0])
        if isinstance(op, ir.Project) and op.expressions:
            return kind_of(op.expressions[0])
        if isinstance(op, ir.Count):
            return "long"
        if not isinstance(op, ir.Take | ir.Top | ir.Sort | ir.Where):
            return None
    if isinstance(query.source, ir.PrintSource) and query.source.expressions:
        return kind_of(query.source.expressions[0])
    return None


def after(op: ir.Operator, before: Kinds, columns: list[str], result: list[str]) -> Kinds:
    """The types of an operator's columns.

    Args:
        op: The operator, its columns typed.
        before: What is known of the columns that come in.
        columns: The columns that come in.
        result: The columns that go out.
    """
    found = {name: before[name] for name in result if name in before}
    if isinstance(op, ir.Project | ir.Distinct) and len(op.expressions) == len(result):
        return _zipped(result, op.expressions)
    if isinstance(op, ir.Extend):
        from duckdb_kql.translate import naming

        names = naming.extend_names(op.expressions, columns)
        return {**found, **_without(found, _zipped(names, op.expressions), names)}
    if isinstance(op, ir.Summarize):
        from duckdb_kql.translate import summarize_names

        keys, groups = summarize_names(op, columns)
        known = _zipped(keys, op.by)
        for group, aggregate in zip(groups, op.aggregates, strict=False):
            call = aggregate.expr
            if len(group) == 1:
                known.update(_zipped(group, [aggregate]))
            elif isinstance(call, ir.FunctionCall):
                known.update({n: before[n] for n in group if n in before})
                known.update(_zipped(group[:1], call.args[:1]))
        return known
    if isinstance(op, ir.Count):
        return {op.name: "long"}
    if isinstance(op, ir.GetSchema):
        return dict.fromkeys(result, "string") | {"ColumnOrdinal": "int"}
    if isinstance(op, ir.MvExpand):
        for target in op.targets:
            found[target.name or target.column] = _type_name(target.to_type) or "dynamic"
        return found | ({op.item_index: "long"} if op.item_index else {})
    if isinstance(op, ir.Parse):
        for segment in op.segments:
            if segment.name:
                found[segment.name] = _type_name(segment.type) or "string"
        return found
    if isinstance(op, ir.ProjectRename):
        renamed = dict(op.renames)
        return {renamed.get(n, n): k for n, k in before.items()}
    if isinstance(op, ir.Join | ir.Lookup | ir.Union):
        return {}
    own = getattr(op, "kinds", None)
    return own(before, columns) if own is not None else found


def _zipped(names: list[str], expressions: Any) -> dict[str, str]:
    known = {}
    for name, expression in zip(names, expressions, strict=False):
        kind = kind_of(expression)
        if kind is not None:
            known[name] = kind
    return known


def _without(found: dict[str, str], new: dict[str, str], names: list[str]) -> dict[str, str]:
    for name in names:
        if name not in new:
            found.pop(name, None)
    return new


def _type_name(kind: str | None) -> str | None:
    return _SAME.get(kind, kind) if kind else None


_SAME = {"double": "real", "date": "datetime", "time": "timespan", "boolean": "bool"}


def typed(node: Any, kinds: Kinds) -> Any:
    """The operator with the types of its columns written to them."""
    from tui.kql.engine.trees import deep

    def mark(expression: ir.Expr) -> ir.Expr:
        if isinstance(expression, ir.ColumnRef):
            kind = kinds.get(expression.name, "")
            if isinstance(expression, StateRef):
                return dataclasses.replace(expression, kind=kind) if kind else expression
            if kind != getattr(expression, "kind", ""):
                return Column(expression.name, kind) if kind else ir.ColumnRef(expression.name)
        return expression

    return deep(node, mark)
