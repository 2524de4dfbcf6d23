"""Geohashes of points on the earth.

Source: the pages of the functions in Kusto's language reference.
"""

from __future__ import annotations

import math
from typing import Any

from tui.kql.engine.plain.registry import function

_RADIUS = 6_371_010.0
"""Of the earth, in meters, as `geo_distance_2points` has it."""
_LETTERS = "0123456789bcdefghjkmnpqrstuvwxyz"


@function("geo_point_to_geohash", 2, 3, "string")
def _geohash(longitude: float, latitude: float, accuracy: Any = 5) -> str:
    if accuracy is None or not 1 <= accuracy <= 18:
        return ""
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        return ""
    sides = [[-180.0, 180.0, longitude], [-90.0, 90.0, latitude]]
    text, number = "", 0
    for bit in range(5 * int(accuracy)):
        side = sides[bit % 2]
        middle = (side[0] + side[1]) / 2
        upper = side[2] >= middle
        side[0 if upper else 1] = middle
        number = number * 2 + upper
        if bit % 5 == 4:
            text += _LETTERS[number]
            number = 0
    return text


def _bounds(geohash: str) -> tuple[float, float, float, float] | None:
    """West, east, south and north of its rectangle."""
    sides = [[-180.0, 180.0], [-90.0, 90.0]]
    if not 1 <= len(geohash) <= 18:
        return None
    for place, letter in enumerate(geohash.lower()):
        number = _LETTERS.find(letter)
        if number < 0:
            return None
        for bit in range(5):
            side = sides[(place * 5 + bit) % 2]
            side[0 if number >> (4 - bit) & 1 else 1] = (side[0] + side[1]) / 2
    return sides[0][0], sides[0][1], sides[1][0], sides[1][1]


@function("geo_geohash_to_central_point", 1, 1, "dynamic")
def _central_point(geohash: str) -> Any:
    found = _bounds(geohash)
    if found is None:
        return None
    west, east, south, north = found
    return {"type": "Point", "coordinates": [(west + east) / 2, (south + north) / 2]}


@function("geo_geohash_to_polygon", 1, 1, "dynamic")
def _polygon(geohash: str) -> Any:
    found = _bounds(geohash)
    if found is None:
        return None
    west, east, south, north = found
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


@function("geo_point_in_circle", 5, 5, "bool")
def _in_circle(
    longitude: float,
    latitude: float,
    around: float,
    above: float,
    radius: float,
) -> bool:
    one, other = math.radians(latitude), math.radians(above)
    across = math.radians(around - longitude) / 2
    angle = (
        math.sin((other - one) / 2) ** 2 + math.cos(one) * math.cos(other) * math.sin(across) ** 2
    )
    return 2 * _RADIUS * math.asin(min(1.0, math.sqrt(angle))) <= radius
