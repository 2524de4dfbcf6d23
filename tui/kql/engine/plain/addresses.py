"""IPv6 addresses and ranges of IPv4 addresses."""

from __future__ import annotations

import ipaddress
from typing import Any

from tui.kql.engine.plain.registry import function


def _number(text: str) -> tuple[int, int]:
    """Address as a number of 128 bits, and its prefix's length among them."""
    address, _, prefix = text.strip().partition("/")
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv4Address):
        bits = int(prefix) + 96 if prefix else 128
        return (0xFFFF << 32) | int(parsed), bits
    return int(parsed), int(prefix) if prefix else 128


def _masked(number: int, bits: int) -> int:
    if not 0 <= bits <= 128:
        raise ValueError("prefix")
    return number >> (128 - bits) << (128 - bits)


@function("ipv6_compare", 2, 3, "long")
def _compare(left: str, right: str, prefix: int = 128) -> int:
    (a, a_bits), (b, b_bits) = _number(left), _number(right)
    bits = min(a_bits, b_bits, prefix)
    a, b = _masked(a, bits), _masked(b, bits)
    return (a > b) - (a < b)


@function("ipv6_is_match", 2, 3, "bool")
def _match(left: str, right: str, prefix: int = 128) -> bool:
    return bool(_compare(left, right, prefix) == 0)


@function("ipv6_is_in_range", 2, 2, "bool")
def _in_range(address: str, network: str) -> bool:
    (a, _), (b, bits) = _number(address), _number(network)
    return _masked(a, bits) == _masked(b, bits)


@function("ipv6_is_in_any_range", 2, 64, "bool")
def _in_any(address: str, *networks: Any) -> bool:
    several = networks[0] if len(networks) == 1 and isinstance(networks[0], list) else networks
    return any(_in_range(address, network) for network in several)


@function("parse_ipv6_mask", 2, 2, "string")
def _mask6(text: str, prefix: int) -> str:
    number, bits = _number(text)
    return ipaddress.IPv6Address(_masked(number, min(bits, prefix))).exploded


@function("ipv4_range_to_cidr_list", 2, 2, "dynamic")
def _cidrs(first: str, last: str) -> list[str]:
    networks = ipaddress.summarize_address_range(
        ipaddress.IPv4Address(first), ipaddress.IPv4Address(last)
    )
    return [str(network) for network in networks]
