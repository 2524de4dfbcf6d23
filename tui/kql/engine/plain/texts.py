"""Compression, hashes, encodings of text, and sizes in words."""

from __future__ import annotations

import base64
import gzip
import re
import uuid
import zlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, quote_plus

from tui.kql.engine.plain.registry import function

_LARGEST = 32 * 1024 * 1024
_MASK = (1 << 64) - 1


def _inflated(text: str, window: int) -> str:
    unpack = zlib.decompressobj(window)
    found = unpack.decompress(base64.b64decode(text, validate=True), _LARGEST)
    if unpack.unconsumed_tail:
        raise ValueError("too large")
    return found.decode("utf-8", "replace")


@function("gzip_decompress_from_base64_string", 1, 1, "string")
def _gunzip(text: str) -> str:
    try:
        return _inflated(text, 31)
    except zlib.error as error:
        raise ValueError from error


@function("zlib_decompress_from_base64_string", 1, 1, "string")
def _inflate(text: str) -> str:
    try:
        return _inflated(text, 15)
    except zlib.error as error:
        raise ValueError from error


@function("gzip_compress_to_base64_string", 1, 1, "string")
def _gzip(text: str) -> str:
    return base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()


@function("zlib_compress_to_base64_string", 1, 1, "string")
def _deflate(text: str) -> str:
    return base64.b64encode(zlib.compress(text.encode())).decode()


@function("base64_decode_toguid", 1, 1, "guid")
def _to_guid(text: str) -> str:
    return str(uuid.UUID(bytes_le=base64.b64decode(text, validate=True)))


@function("base64_encode_fromguid", 1, 1, "string")
def _from_guid(value: Any) -> str:
    return base64.b64encode(uuid.UUID(str(value)).bytes_le).decode()


@function("base64_encode_fromarray", 1, 1, "string")
def _from_array(values: list[int]) -> str:
    return base64.b64encode(bytes(values)).decode()


@function("punycode_from_string", 1, 1, "string")
def _to_punycode(text: str) -> str:
    return text.encode("punycode").decode()


@function("punycode_to_string", 1, 1, "string")
def _from_punycode(text: str) -> str:
    return text.encode().decode("punycode")


@function("url_encode", 1, 1, "string")
def _url_encode(text: str) -> str:
    return _small_digits(quote_plus(text, safe="-_.!*()"))


@function("url_encode_component", 1, 1, "string")
def _url_component(text: str) -> str:
    return _small_digits(quote(text, safe="-_.!*()"))


def _small_digits(text: str) -> str:
    return re.sub(r"%[0-9A-F]{2}", lambda match: match.group().lower(), text)


_UNITS = ("Bytes", "KB", "MB", "GB", "TB", "PB", "EB")


@function("format_bytes", 1, 4, "string")
def _format_bytes(value: float, precision: int = 0, unit: str = "", base: int = 1024) -> str:
    amount = float(value)
    if unit:
        chosen = [u.lower() for u in _UNITS].index(unit.lower())
    else:
        chosen = 0
        while abs(amount) / base**chosen >= base and chosen < len(_UNITS) - 1:
            chosen += 1
    text = f"{amount / base**chosen:.{int(precision)}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"{text} {_UNITS[chosen]}"


def _round(accumulator: int, lane: int) -> int:
    accumulator = (accumulator + lane * 14029467366897019727) & _MASK
    return (_rotated(accumulator, 31) * 11400714785074694791) & _MASK


def _rotated(value: int, by: int) -> int:
    return ((value << by) | (value >> (64 - by))) & _MASK


def xxhash64(data: bytes) -> int:
    """The 64-bit xxHash of bytes, seed 0."""
    p1, p2, p3 = 11400714785074694791, 14029467366897019727, 1609587929392839161
    p4, p5 = 9650029242287828579, 2870177450012600261
    position, length = 0, len(data)
    if length >= 32:
        lanes = [(p1 + p2) & _MASK, p2, 0, -p1 & _MASK]
        while position + 32 <= length:
            for lane in range(4):
                word = int.from_bytes(data[position : position + 8], "little")
                lanes[lane] = _round(lanes[lane], word)
                position += 8
        result = sum(_rotated(v, s) for v, s in zip(lanes, (1, 7, 12, 18), strict=True)) & _MASK
        for lane_value in lanes:
            result = ((result ^ _round(0, lane_value)) * p1 + p4) & _MASK
    else:
        result = p5
    result = (result + length) & _MASK
    while position + 8 <= length:
        word = int.from_bytes(data[position : position + 8], "little")
        result = (_rotated(result ^ _round(0, word), 27) * p1 + p4) & _MASK
        position += 8
    if position + 4 <= length:
        word = int.from_bytes(data[position : position + 4], "little")
        result = (_rotated(result ^ (word * p1 & _MASK), 23) * p2 + p3) & _MASK
        position += 4
    while position < length:
        result = (_rotated(result ^ (data[position] * p5 & _MASK), 11) * p1) & _MASK
        position += 1
    result = ((result ^ (result >> 33)) * p2) & _MASK
    result = ((result ^ (result >> 29)) * p3) & _MASK
    return result ^ (result >> 32)


def _hash(value: Any, modulus: int | None = None) -> int:
    if isinstance(value, bool):
        data = bytes([value])
    elif isinstance(value, int):
        data = value.to_bytes(8, "little", signed=True)
    elif isinstance(value, str):
        data = value.encode()
    elif isinstance(value, datetime):
        ticks = (value - datetime(1, 1, 1)) // timedelta(microseconds=1) * 10
        data = ticks.to_bytes(8, "little", signed=True)
    else:
        raise TypeError
    found = xxhash64(data)
    if modulus:
        return found % modulus
    return found - (1 << 64) if found >> 63 else found


function("hash", 1, 2, "long")(_hash)
function("hash_xxhash64", 1, 2, "long")(_hash)


@function("replace_strings", 3, 3, "string")
def _replace_strings(text: str, lookups: list[Any], rewrites: list[Any]) -> str:
    """Every match replaced in one pass; where two begin at the same place, the earlier wins."""
    if len(lookups) != len(rewrites):
        raise ValueError("lengths")
    known: dict[str, Any] = {}
    for lookup, rewrite in zip(lookups, rewrites, strict=True):
        if isinstance(lookup, str) and lookup:
            known.setdefault(lookup, rewrite)
    if not known:
        return text

    def changed(match: re.Match[str]) -> str:
        rewrite = known[match.group()]
        return rewrite if isinstance(rewrite, str) else match.group()

    return re.sub("|".join(map(re.escape, known)), changed, text)


def _labels(text: str, change: Callable[[str], str]) -> str:
    return ".".join(change(label) for label in text.split("."))


@function("punycode_domain_from_string", 1, 1, "string")
def _punycode_domain(text: str) -> str:
    return _labels(
        text, lambda v: v if v.isascii() else "xn--" + v.encode("punycode").decode("ascii")
    )


@function("punycode_domain_to_string", 1, 1, "string")
def _punycode_domain_text(text: str) -> str:
    return _labels(
        text, lambda v: v[4:].encode("ascii").decode("punycode") if v.startswith("xn--") else v
    )
