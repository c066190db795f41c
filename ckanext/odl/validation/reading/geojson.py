"""GeoJSON by RFC 7946: what a feature's geometry may be. One problem per feature, the first that is found."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from ..checks.places import in_france
from ..problems import Problem

_NESTING = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}
"""How deep the positions of each type lie (RFC 7946 §3.1)."""
TYPES = (*_NESTING, "GeometryCollection")
_WGS84 = ("crs84", "epsg::4326", "epsg:4326", "epsg:6.9:4326", "wgs84", "wgs 84")
_COLLECTIONS_DEEP = 8
_CLOSED_AND_FOUR = 4


class Wrong(Exception):
    """A geometry that is not what the norm asks."""

    def __init__(self, code: str, variant: str, severity: str = "error", **params: Any) -> None:
        super().__init__(code)
        self.problem = Problem(code, severity, {"variant": variant, **params})


def foreign_crs(content: dict[str, Any]) -> str | None:
    """The name of the coordinate system that an old file (GeoJSON 2008) declares, when it is not WGS 84."""
    crs = content.get("crs")
    if not isinstance(crs, dict):
        return None
    properties = crs.get("properties")
    name = properties.get("name") or properties.get("code") if isinstance(properties, dict) else None
    if name is None:
        return None
    text = str(name)
    return None if text == "4326" or text.casefold().endswith(_WGS84) else text[:80]


def judge_geometry(geometry: Any, *, projected: bool = False) -> tuple[Problem | None, bool]:
    """The first problem of a geometry (null has none), and whether its rings all follow the right-hand rule.

    :param projected: the file declares another coordinate system: its ranges say nothing more.
    """
    if geometry is None:
        return None, True
    try:
        _shape(geometry, 0)
        if projected:
            return None, True
        _ranges(geometry)
    except Wrong as wrong:
        return wrong.problem, True
    return None, not _turns(geometry)


def _shape(geometry: Any, depth: int) -> None:
    """What it is made of; nothing is computed from the numbers before their ranges are known."""
    if not isinstance(geometry, dict):
        raise Wrong("geojson-invalid", "geometry")
    type_ = geometry.get("type")
    if type_ == "GeometryCollection":
        parts = geometry.get("geometries")
        if not isinstance(parts, list) or depth > _COLLECTIONS_DEEP:
            raise Wrong("geojson-invalid", "geometry")
        for part in parts:
            _shape(part, depth + 1)
        return
    if not isinstance(type_, str) or type_ not in _NESTING:
        raise Wrong("geojson-invalid", "geometry-type", found=str(type_)[:40] if type_ is not None else "?")
    nesting = _NESTING[type_]
    coordinates = geometry.get("coordinates")
    if not isinstance(coordinates, list) or (not coordinates and type_ == "Point"):
        raise Wrong("geojson-invalid", "coordinates", type=type_)
    for line in _lines(coordinates, nesting, type_):
        for position in line:
            _position(position, type_)
        if "Polygon" in type_:
            _ring(line)
        elif "LineString" in type_ and len(line) < 2:
            raise Wrong("geojson-invalid", "line", type=type_)


def _lines(coordinates: Any, nesting: int, type_: str) -> Iterator[list[Any]]:
    """The lists of positions, whatever their depth."""
    if nesting == 0:
        yield [coordinates]
    elif nesting == 1:
        yield coordinates
    else:
        for part in coordinates:
            if not isinstance(part, list):
                raise Wrong("geojson-invalid", "coordinates", type=type_)
            yield from _lines(part, nesting - 1, type_)


def _position(position: Any, type_: str) -> None:
    if not isinstance(position, list) or len(position) < 2:
        raise Wrong("geojson-invalid", "coordinates", type=type_)
    for number in position:
        if type(number) is not float and type(number) is not int:
            raise Wrong("geojson-invalid", "coordinates", type=type_)


def _ring(ring: list[Any]) -> None:
    if len(ring) < _CLOSED_AND_FOUR:
        raise Wrong("geojson-ring", "short", count=len(ring))
    if ring[0] != ring[-1]:
        raise Wrong("geojson-ring", "open")


def _turns(geometry: dict[str, Any]) -> bool:
    """Whether an outline is clockwise or a hole is not (RFC 7946 §3.1.6)."""
    type_ = geometry["type"]
    if type_ == "GeometryCollection":
        return any(_turns(part) for part in geometry["geometries"])
    if "Polygon" not in type_:
        return False
    coordinates = geometry["coordinates"]
    for polygon in [coordinates] if type_ == "Polygon" else coordinates:
        for index, ring in enumerate(polygon):
            area = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))
            if area and (area < 0) == (index == 0):
                return True
    return False


def _positions(geometry: dict[str, Any]) -> Iterator[list[float]]:
    if geometry["type"] == "GeometryCollection":
        for part in geometry["geometries"]:
            yield from _positions(part)
    else:
        for line in _lines(geometry["coordinates"], _NESTING[geometry["type"]], ""):
            yield from line


def _ranges(geometry: dict[str, Any]) -> None:
    first: list[float] | None = None
    for position in _positions(geometry):
        longitude, latitude = position[0], position[1]
        if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
            place = f"{longitude}, {latitude}"[:60]
            if abs(longitude) > 1_000 and abs(latitude) > 1_000:
                raise Wrong("geojson-crs", "lambert" if _lambert(longitude, latitude) else "projected", place=place)
            raise Wrong("geojson-range", "outside", place=place)
        first = first or position
    if first and not in_france(first[0], first[1]) and in_france(first[1], first[0]):
        raise Wrong("geojson-range", "swapped", "warning", place=f"{first[0]}, {first[1]}")


def _lambert(x: float, y: float) -> bool:
    """Within the values of Lambert-93 in metropolitan France (EPSG:2154)."""
    return 0 <= x <= 1_300_000 and 6_000_000 <= y <= 7_200_000
