"""The names, words and values that fit a place of a query."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tui.kql import docs, schema, snippets, words
from tui.kql.completion_place import Place


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing that could be typed."""

    label: str
    kind: str
    """`table`, `column`, `function`, `operator`, `word`, `let`, `value` or `snippet`."""
    detail: str = ""
    """Stands at the right: a type, or what kind of thing it is."""
    note: str = ""
    """One line about it."""
    insert: str = ""
    """What is put into the text; the label where empty. A `\x00` is where the cursor goes."""
    typed: tuple[int, ...] = ()
    """Characters of the label that were typed."""
    more: bool = False
    """Something must follow: the list opens again by itself."""

    @property
    def text(self) -> str:
        """What is put into the text, with `\x00` at the cursor."""
        return self.insert or self.label


_BY_TYPE = {
    "string": """
        == =~ has contains startswith endswith in~ in has_any has_all != !~ !has !contains !in~ !in
        !startswith !endswith hasprefix hassuffix has_cs contains_cs startswith_cs endswith_cs
        matches_regex !has_any !hasprefix !hassuffix !has_cs !contains_cs between
        """,
    "bool": "== !=",
    "dynamic": "has contains has_any has_all == != !has !contains in in~",
    "guid": "== != in !in",
    "": "== =~ != < <= > >= has contains startswith endswith in in~ has_any between !has !contains",
}
_ORDERED = "> >= < <= == != between in !between !in"
_FIRST_COLUMNS = (
    "Timestamp", "TimeGenerated", "DeviceName", "ActionType", "FileName", "ProcessCommandLine",
    "AccountName", "AccountUpn", "InitiatingProcessFileName", "InitiatingProcessCommandLine",
    "RemoteIP", "RemoteUrl", "RemotePort", "DeviceId", "FolderPath", "SHA256",
    "InitiatingProcessAccountName", "SHA1", "SenderFromAddress", "RecipientEmailAddress",
    "Subject", "NetworkMessageId", "AccountObjectId", "IPAddress", "AdditionalFields", "AlertId",
    "InitiatingProcessSHA1", "InitiatingProcessSHA256", "InitiatingProcessFolderPath",
    "InitiatingProcessCreationTime",
)  # fmt: skip
_FIRST_TABLES = (
    "DeviceProcessEvents", "DeviceNetworkEvents", "DeviceFileEvents", "DeviceEvents",
    "CloudAppEvents", "IdentityInfo", "DeviceInfo", "EmailEvents", "DeviceLogonEvents",
    "DeviceRegistryEvents", "AlertInfo", "AlertEvidence", "IdentityLogonEvents",
    "DeviceImageLoadEvents", "EmailUrlInfo", "EmailAttachmentInfo", "UrlClickEvents",
)  # fmt: skip
_FIRST_FUNCTIONS = (
    "ago", "tostring", "parse_json", "isnotempty", "bin", "now", "not", "tolower", "extract",
    "split", "strcat", "iff", "case", "isempty", "datetime_diff", "array_length", "startofday",
    "replace_string", "coalesce", "parse_url", "ipv4_is_private", "strlen", "substring",
    "toint", "todatetime", "bag_pack", "base64_decode_tostring", "toupper",
)  # fmt: skip
_FIRST_AGGREGATES = (
    "count", "make_set", "dcount", "arg_max", "countif", "max", "min", "sum", "make_list",
    "arg_min", "avg", "count_distinct", "take_any", "dcountif", "percentile", "sumif", "make_bag",
)  # fmt: skip
_FIRST_OPERATORS = (
    "where", "extend", "project", "summarize", "join", "sort", "project-reorder", "distinct",
    "take", "top", "mv-expand", "count", "project-away", "project-rename", "parse", "union",
    "lookup", "render", "project-keep", "evaluate", "mv-apply", "make-series", "invoke",
)  # fmt: skip
_OPENING = (
    "let", "union", "search", "print", "range", "find", "datatable", "externaldata", "materialize",
)  # fmt: skip
_OLD = frozenset({"filter", "limit", "order", "mvexpand", "mvapply"})
_ALONE = ("count", "now", "ingestion_time", "row_number", "rand")
_BARE_OPERATORS = frozenset({"count", "getschema", "consume", "serialize"})
_WITH_LIST = frozenset({"in", "in~", "!in", "!in~", "has_any", "has_all", "!has_any", "!has_all"})
_Found = Iterator[tuple[int, Candidate]]


def candidates(place: Place) -> Iterator[tuple[int, Candidate]]:
    """All that may come, each with its group: the smaller comes first."""
    yield from _SOURCES[place.want](place)


def _source(place: Place) -> _Found:
    yield from _word_list(place, 1)
    yield from _lets(place, 0, tables=True)
    yield from _tables(1)
    if not place.operator:
        for name in _OPENING:
            yield 2, _operator(name)
        for piece in snippets.beginnings():
            yield 3, _snippet(piece)
    for name in ("materialize", "table", "workspace", "adx"):
        yield 3, _function(docs.functions()[name]) if name in docs.functions() else _word(name)


def _tables(group: int) -> _Found:
    known = schema.known()
    first = [name for name in _FIRST_TABLES if name in known]
    for name in [*first, *(name for name in known if name not in first)]:
        yield group, Candidate(name, "table", "table", docs.summary("table", name))


def _operators(place: Place) -> _Found:
    rest = sorted(words.OPERATORS - set(_FIRST_OPERATORS) - _OLD - {"find", "print", "range"})
    for name in _FIRST_OPERATORS:
        yield 0, _operator(name)
    for piece in snippets.stages(place.columns):
        yield 1, _snippet(piece)
    for name in rest:
        yield 1, _operator(name)
    for name in sorted(_OLD):
        yield 2, _operator(name)


def _operator(name: str) -> Candidate:
    insert = name if name in _BARE_OPERATORS else f"{name} "
    return Candidate(name, "operator", "", docs.summary("op", name), insert, more=insert != name)


def _snippet(piece: snippets.Snippet) -> Candidate:
    note = " ".join(piece.text.replace("\x00", "").split())
    return Candidate(piece.label, "snippet", "snippet", note, piece.text)


def _word(name: str, note: str = "") -> Candidate:
    if name.endswith("("):
        return Candidate(name, "word", "", note, f"{name}\x00)", more=True)
    insert = name if name.endswith(("=", ".")) else f"{name} "
    return Candidate(name, "word", "", note or docs.summary("word", name), insert, more=True)


def _word_list(place: Place, group: int) -> _Found:
    for name in place.words:
        yield group, _word(name)


def _only_words(place: Place) -> _Found:
    return _word_list(place, 0)


def _operands(place: Place) -> _Found:
    if place.compared:
        for value in known_values(place):
            yield 0, _value(place, value)
        if place.quote:
            return
        if place.type == "bool":
            yield 0, Candidate("true", "value", "bool")
            yield 0, Candidate("false", "value", "bool")
        elif place.type == "datetime":
            yield 0, _function(docs.functions()["ago"])
            yield 0, _function(docs.functions()["now"])
            yield 0, _word("datetime(")
    keys = place.right is not None or place.operator == "on"
    if place.aggregates:
        yield from _functions(0, _FIRST_AGGREGATES, "a")
        yield from _word_list(place, 3)
        return
    yield from _word_list(place, 0 if not place.columns.types else 3)
    yield from _columns(place)
    if keys:
        return
    yield from _lets(place, 2 if place.compared else 3, tables=place.tables)
    if place.tables:
        yield from _tables(5)
    kinds = "p" if place.operator == "evaluate" else "t" if place.operator == "invoke" else "f"
    if place.operator in ("project-away", "project-keep", "project-reorder", "project-rename"):
        return
    yield from _functions(4, _FIRST_FUNCTIONS, kinds)


def _columns(place: Place) -> _Found:
    if place.operator in ("evaluate", "invoke") and not place.calls:
        return
    types = place.columns.types
    if place.right is not None:
        both = {name: type for name, type in types.items() if name in place.right.types}
        yield from _column_list(place, both, 0)
        yield 1, _word("$left.", "the side before the pipe")
        yield 1, _word("$right.", "the side in the join")
        return
    wanted = place.type if place.compared else ""
    if place.operator in ("mv-expand", "mv-apply"):
        wanted = "dynamic"
    yield from _column_list(place, types, 2, wanted)


def _column_list(place: Place, types: dict[str, str], group: int, wanted: str = "") -> _Found:
    first = [name for name in _FIRST_COLUMNS if name in types]
    known = set(first)
    made = [name for name in types if name not in known and name not in schema.known_columns()]
    known.update(made)
    rest = [name for name in types if name not in known]
    for name in [*made, *first, *rest]:
        if name == place.compared:
            continue
        type = types[name]
        nearer = -1 if wanted and type == wanted else 0
        yield group + nearer, Candidate(name, "column", type, column_note(name, place))


def column_note(name: str, place: Place) -> str:
    """One line about a column."""
    for table in place.columns.tables:
        found = docs.summary("col", f"{table}.{name}")
        if found:
            return found
    return docs.summary("col", name)


def _lets(place: Place, group: int, *, tables: bool) -> _Found:
    for name, binding in reversed(place.lets.items()):
        if binding.kind == "table" and not tables:
            continue
        if binding.kind == "scalar" and place.want == "source":
            continue
        if binding.kind == "function":
            shown = ", ".join(binding.parameters)
            insert = f"{name}(\x00)" if binding.parameters else f"{name}()"
            yield group, Candidate(name, "let", "let", f"{name}({shown})", insert)
        else:
            yield group, Candidate(name, "let", binding.type or "let", "bound by let")


def _functions(group: int, first: tuple[str, ...], kinds: str) -> _Found:
    known = docs.functions()
    for name in first:
        if name in known and known[name].kind in kinds:
            yield group, _function(known[name])
    for name, function in known.items():
        if function.kind in kinds and not function.deprecated and name not in first:
            yield group + 1, _function(function)


def _function(function: docs.Function) -> Candidate:
    alone = function.name in _ALONE or not function.parameters
    insert = f"{function.name}()" if alone else f"{function.name}(\x00)"
    note = docs.summary("fn", function.name) or function.signature
    detail = function.result if function.result not in ("-", "first") else "function"
    return Candidate(function.name, "function", detail, note, insert)


def known_values(place: Place) -> tuple[str, ...]:
    """Values that the compared column is known to take."""
    found: tuple[str, ...] = ()
    for table in sorted(place.columns.tables) or [""]:
        found += tuple(v for v in docs.values(place.compared, table) if v not in found)
    return found + tuple(v for v in place.seen if v not in found)


def _value(place: Place, value: str) -> Candidate:
    quote = place.quote or '"'
    closing = quote[-1] if place.quote else '"'
    return Candidate(value, "value", place.compared, "", f"{quote}{value}{closing}")


def _follow(place: Place) -> _Found:
    type = place.type
    if type == "bool" or place.operator in ("extend", "project", "summarize"):
        for name in ("and", "or"):
            yield 0, _word(name)
    yield from _word_list(place, 0)
    ordered = type in ("datetime", "timespan", "long", "int", "real", "decimal")
    names = (_ORDERED if ordered else _BY_TYPE.get(type, _BY_TYPE[""])).split()
    for name in names:
        label = name.replace("matches_regex", "matches regex")
        if "between" in name:
            insert = f"{name} (\x00 .. )"
        elif name in _WITH_LIST:
            insert = f"{name} (\x00)"
        else:
            insert = f"{label} "
        yield 1, Candidate(label, "word", "", docs.summary("word", name), insert, more=True)
    if type != "bool":
        for name in ("and", "or"):
            yield 2, _word(name)


_SOURCES: dict[str, Callable[[Place], _Found]] = {
    "source": _source,
    "operator": _operators,
    "operand": _operands,
    "follow": _follow,
    "word": _only_words,
}
