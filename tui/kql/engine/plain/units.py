"""`convert_*`: a value in one unit, in another of its kind; null where there is no such unit.

Units by the pages of the functions in Kusto's language reference; what they are stands in
`units.txt` beside this file.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from importlib.resources import files

from tui.kql.engine.plain.registry import function

_PREFIXES = {
    "Nano": -9, "Micro": -6, "Milli": -3, "Centi": -2, "Deci": -1, "Deca": 1,
    "Hecto": 2, "Kilo": 3, "Mega": 6, "Giga": 9, "Tera": 12,
}  # fmt: skip


@cache
def _units() -> Mapping[str, Mapping[str, Fraction]]:
    """By kind and name, what one of the unit is in the first of its kind."""
    found: dict[str, dict[str, Fraction]] = {}
    text = files(__package__).joinpath("units.txt").read_text("utf-8")
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        first, *rest = line.split()
        if first != "prefix":
            over, _, under = rest[1].partition("/")
            found.setdefault(first, {})[rest[0]] = Fraction(over) / Fraction(under or 1)
            continue
        kind, unit, *prefixes = rest
        size = found[kind][unit[0].upper() + unit[1:]]
        for prefix in prefixes:
            # Some names keep the letter of the unit, as KilolightYear.
            found[kind][prefix + unit[0].lower() + unit[1:]] = (
                size * Fraction(10) ** _PREFIXES[prefix]
            )
    return found


def _convert(kind: str) -> None:
    def convert(value: float, source: str, target: str) -> float | None:
        units = _units()[kind]
        if source not in units or target not in units:
            return None
        return float(Fraction(value) * units[source] / units[target])

    function(f"convert_{kind}", 3, 3, "real")(convert)


for _kind in ("energy", "force", "length", "mass", "speed", "volume"):
    _convert(_kind)


@function("convert_angle", 3, 3, "real")
def _angle(value: float, source: str, target: str) -> float | None:
    units = _units()["angle"]
    # A tilt is the sine of its angle.
    if source == "Tilt":
        degrees = Fraction(math.degrees(math.asin(value)))
    elif source in units:
        degrees = Fraction(value) * units[source]
    else:
        return None
    if target == "Tilt":
        return math.sin(math.radians(degrees))
    return float(degrees / units[target]) if target in units else None


_ICE = Fraction("273.15")
_TO_KELVIN = {
    "Kelvin": (Fraction(1), Fraction(0)),
    "DegreeCelsius": (Fraction(1), _ICE),
    "MillidegreeCelsius": (Fraction(1, 1000), _ICE),
    "DegreeFahrenheit": (Fraction(5, 9), Fraction("459.67") * 5 / 9),
    "DegreeRankine": (Fraction(5, 9), Fraction(0)),
    "DegreeDelisle": (Fraction(-2, 3), _ICE + 100),
    "DegreeNewton": (Fraction(100, 33), _ICE),
    "DegreeReaumur": (Fraction(5, 4), _ICE),
    "DegreeRoemer": (Fraction(40, 21), _ICE - Fraction(100, 7)),
    "SolarTemperature": (Fraction(5778), Fraction(0)),
}
"""For each scale, one degree in kelvins and where it begins."""


@function("convert_temperature", 3, 3, "real")
def _temperature(value: float, source: str, target: str) -> float | None:
    if source not in _TO_KELVIN or target not in _TO_KELVIN:
        return None
    degree, begin = _TO_KELVIN[source]
    other, start = _TO_KELVIN[target]
    return float((Fraction(value) * degree + begin - start) / other)
