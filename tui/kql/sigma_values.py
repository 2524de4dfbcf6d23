"""One line of a Sigma search: a field, its modifiers, its values, as conditions of KQL."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence

from tui.kql import schema
from tui.kql.sigma_fields import Source

_WORDS = {
    "contains": ("contains", "contains_cs"),
    "startswith": ("startswith", "startswith_cs"),
    "endswith": ("endswith", "endswith_cs"),
}
_SIGNS = {"lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
_ENCODING = {"wide": "utf-16-le", "utf16le": "utf-16-le", "utf16be": "utf-16-be", "utf16": "utf-16"}
_KNOWN = frozenset(
    {*_WORDS, *_SIGNS, *_ENCODING, "all", "re", "i", "m", "s", "cidr", "cased", "exists",
     "fieldref", "windash", "base64", "base64offset", "neq"}
)  # fmt: skip
_DASHES = "-/–—―"
_ROOTS = {
    "HKLM\\": "HKEY_LOCAL_MACHINE\\", "HKCU\\": "HKEY_CURRENT_USER\\", "HKU\\": "HKEY_USERS\\",
    "HKCR\\": "HKEY_CLASSES_ROOT\\", "HKCC\\": "HKEY_CURRENT_CONFIG\\",
}  # fmt: skip
_NUMBERS = frozenset({"int", "long", "real", "decimal"})


class NoEqual(Exception):
    """Nothing here is the same; the message says what is left out."""


def item(source: Source, written: str, values: Sequence[str | None]) -> tuple[str, list[str]]:
    """The conditions of one field.

    Args:
        source: The table and its columns.
        written: The field with its modifiers; empty for words anywhere.
        values: What it may be; None for nothing at all.

    Returns:
        `and` or `or`, and the conditions that it joins.

    Raises:
        NoEqual: It has no equal here.
    """
    field, *modifiers = written.split("|")
    strange = [one for one in modifiers if one not in _KNOWN]
    if strange:
        raise NoEqual(f"{written} is left out; {strange[0]} has no equal.")
    joined = "and" if "all" in modifiers else "or"
    if not field:
        return joined, [f"* contains {literal(_plain(one or ''))}" for one in values if one]
    if field == "Hashes":
        return joined, [_hash(source, one or "") for one in values]
    column = _column(source, field)
    type = _type(source, column)
    if "exists" in modifiers:
        wanted = (values[0] or "").lower() in ("true", "yes")
        return joined, [f"{'isnotempty' if wanted else 'isempty'}({column})"]
    if "fieldref" in modifiers:
        return joined, [f"{column} == {_column(source, one or '')}" for one in values]
    if "cidr" in modifiers:
        return joined, [_range(column, one or "") for one in values]
    for modifier, sign in _SIGNS.items():
        if modifier in modifiers:
            side = column if type in _NUMBERS else f"todouble({column})"
            return joined, [f"{side} {sign} {_number(one, written)}" for one in values]
    if "re" in modifiers:
        flags = "".join(one for one in "ims" if one in modifiers)
        lead = f"(?{flags})" if flags else ""
        return joined, [f"{column} matches regex {literal(lead + (one or ''))}" for one in values]
    known = source.values.get(field)
    texts: list[str | None] = []
    for one in values:
        if known is not None and one is not None:
            if one not in known:
                raise NoEqual(f"{field} {one} is left out; no column of {source.table} holds it.")
            one = known[one]
        texts += _variants(one, modifiers) if one is not None else [None]
    found = _conditions(column, type, modifiers, texts, joined)
    if "neq" in modifiers:
        return "and", [f"not({one})" for one in found]
    return joined, found


def _conditions(
    column: str, type: str, modifiers: Sequence[str], texts: Sequence[str | None], joined: str
) -> list[str]:
    cased = "cased" in modifiers
    empty = "isnull" if type in _NUMBERS or type == "bool" else "isempty"
    found: list[str] = []
    same: list[str] = []
    for text in texts:
        if not text:
            found.append(f"{empty}({column})")
            continue
        word = next((one for one in modifiers if one in _WORDS), "")
        if type in _NUMBERS and not word and re.fullmatch(r"-?\d+", text):
            same.append(text)
            continue
        if type == "bool" and text.lower() in ("true", "false"):
            found.append(f"{column} == {text.lower()}")
            continue
        side = column if type == "string" else f"tostring({column})"
        pieces = _pieces(_rooted(column, text))
        if word == "contains":
            pieces = ["*", *pieces, "*"]
        elif word == "startswith":
            pieces = [*pieces, "*"]
        elif word == "endswith":
            pieces = ["*", *pieces]
        shown = _matched(side, _merged(pieces), cased)
        if shown is None:
            same.append(literal("".join(_plain_pieces(pieces))))
        else:
            found.append(shown)
    if same:
        side = column if type in _NUMBERS or type == "string" else f"tostring({column})"
        plain = type in _NUMBERS or cased
        if len(same) == 1 or joined == "and":
            found = [f"{side} {'==' if plain else '=~'} {one}" for one in same] + found
        else:
            found.insert(0, f"{side} {'in' if plain else 'in~'} ({', '.join(same)})")
    return found


def _column(source: Source, field: str) -> str:
    column = source.columns.get(field)
    if column is None:
        table = schema.known().get(source.table)
        names = [one.name for one in table.columns] if table else []
        column = next((one for one in names if one.lower() == field.lower()), None)
    if column is None:
        raise NoEqual(f"{field} is left out; no column of {source.table} holds it.")
    return column


def _type(source: Source, column: str) -> str:
    table = schema.known().get(source.table)
    types = {one.name: one.type for one in table.columns} if table else {}
    return types.get(column, "string")


def _hash(source: Source, text: str) -> str:
    """`SHA256=…`, or the bare hash, known by its length."""
    name, _, value = _plain(text).strip("*").rpartition("=")
    sizes = {32: "md5", 40: "sha1", 64: "sha256"}
    column = source.columns.get((name or sizes.get(len(value), "")).lower())
    if column is None:
        raise NoEqual(f"{text} is left out; no column of {source.table} holds it.")
    return f"{column} =~ {literal(value)}"


def _range(column: str, text: str) -> str:
    called = "ipv6_is_in_range" if ":" in text else "ipv4_is_in_range"
    return f"{called}({column}, {literal(text)})"


def _number(text: str | None, written: str) -> str:
    if text is None or not re.fullmatch(r"-?\d+(\.\d+)?", text):
        raise NoEqual(f"{written} is left out; {text} is no number.")
    return text


def _rooted(column: str, text: str) -> str:
    """Keys of the registry begin with the long name of their root here."""
    if "Registry" in column:
        for short, long in _ROOTS.items():
            if text.upper().startswith(short):
                return long + text[len(short) :]
    return text


def _variants(text: str, modifiers: Sequence[str]) -> list[str]:
    """What a value may be written as: other dashes, encoded."""
    found = [text]
    if "windash" in modifiers:
        found = [text, *(re.sub(r"(^|\s)[-/]", rf"\g<1>{one}", text) for one in _DASHES)]
        found = list(dict.fromkeys(found))
    for name, encoding in _ENCODING.items():
        if name in modifiers:
            found = [_plain(one).encode(encoding).decode("latin-1") for one in found]
            break
    coded = [_plain(one).encode("latin-1" if one != text else "utf-8", "replace") for one in found]
    if "base64" in modifiers:
        return [base64.b64encode(one).decode() for one in coded]
    if "base64offset" in modifiers:
        return [piece for one in coded for piece in _offsets(one)]
    return found


def _offsets(value: bytes) -> list[str]:
    """What stands in base64 wherever the value begins: without the letters that others share."""
    starts, ends = (0, 2, 3), (None, -3, -2)
    return [
        base64.b64encode(b" " * offset + value).decode()[
            starts[offset] : ends[(len(value) + offset) % 3]
        ]
        for offset in range(3)
    ]


# Wildcards: `*` and `?`, which a backslash makes plain.


def _pieces(text: str) -> list[str]:
    """Plain texts and `*` and `?` in turn; a plain piece begins with a NUL."""
    found: list[str] = []
    plain = ""
    at = 0
    while at < len(text):
        one = text[at]
        if one == "\\" and text[at + 1 : at + 2] in ("*", "?", "\\"):
            plain += text[at + 1]
            at += 2
            continue
        if one in "*?":
            if plain:
                found.append("\0" + plain)
                plain = ""
            found.append(one)
        else:
            plain += one
        at += 1
    if plain:
        found.append("\0" + plain)
    return found


def _plain_pieces(pieces: Sequence[str]) -> list[str]:
    return [one[1:] if one[0] == "\0" else one for one in pieces]


def _plain(text: str) -> str:
    return "".join(_plain_pieces(_pieces(text)))


def _merged(pieces: Sequence[str]) -> list[str]:
    found: list[str] = []
    for one in pieces:
        if not (one == "*" and found and found[-1] == "*"):
            found.append(one)
    return found


def _matched(side: str, pieces: list[str], cased: bool) -> str | None:
    """A condition with wildcards; None where there are none."""
    bare = [one for one in pieces if one[0] == "\0"]
    wild = [one for one in pieces if one[0] != "\0"]
    if not wild:
        return None
    if not bare and set(wild) == {"*"}:
        return f"isnotempty({side})"
    if len(bare) == 1 and "?" not in wild:
        front, back = pieces[0] == "*", pieces[-1] == "*"
        word = "contains" if front and back else "endswith" if front else "startswith"
        return f"{side} {_WORDS[word][cased]} {literal(bare[0][1:])}"
    pattern = "" if pieces[0] == "*" else "^"
    for number, one in enumerate(pieces):
        if one == "*":
            pattern += ".*" if 0 < number < len(pieces) - 1 else ""
        else:
            pattern += "." if one == "?" else re.sub(r"([\\.^$*+?()\[\]{}|])", r"\\\1", one[1:])
    pattern += "" if pieces[-1] == "*" else "$"
    return f"{side} matches regex {literal(('(?s)' if cased else '(?is)') + pattern)}"


def literal(text: str) -> str:
    """A text as KQL writes it."""
    if "\\" in text and text.isprintable():
        return '@"' + text.replace('"', '""') + '"'
    shown = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in shown) + '"'
