"""The outlines of territories that an ATD supplies, in GeoJSON (RFC 7946: longitude and latitude, WGS 84)."""

from __future__ import annotations

import json
import logging
import re
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

LEVELS = ("commune", "epci", "departement", "region")
_DIGITS = 5  # about one metre
_LOOK_AGAIN = 60  # seconds after which changed files are looked for
_SUFFIXES = (".geojson", ".json")

#: Names of the property that holds the code, as found in the files of IGN, INSEE, OpenStreetMap and of SIG tools.
_CODES = (
    "code", "insee", "code_insee", "insee_com", "insee_commune", "codgeo", "com_code", "ref_insee", "ref:insee",
    "siren", "siren_epci", "code_siren", "code_epci", "insee_dep", "code_dept", "code_departement", "insee_reg",
    "code_region",
)  # fmt: skip


def code_level(code: str, hint: str = "") -> str | None:
    """Return the level of a territory from the form of its code; *hint* (a name) tells a région from a département."""
    if re.fullmatch(r"\d{9}", code):
        return "epci"
    if re.fullmatch(r"[0-9][0-9AB][0-9]{3}", code):
        return "commune"
    if re.fullmatch(r"[0-9][0-9AB]|97[0-9]", code):
        return "region" if re.search(r"reg", hint, re.IGNORECASE) else "departement"
    return None


def polygon(geometry: Any) -> dict[str, Any] | None:
    """Return a GeoJSON Polygon or MultiPolygon, rounded and with two coordinates per point; None for anything else.

    Rings that do not close, or points off the globe (a file in Lambert 93), make it None: data.gouv.fr would refuse.
    """
    if not isinstance(geometry, Mapping) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
        return None
    try:
        if geometry["type"] == "Polygon":
            return {"type": "Polygon", "coordinates": _rings(geometry["coordinates"])}
        return {"type": "MultiPolygon", "coordinates": [_rings(part) for part in geometry["coordinates"]]}
    except (KeyError, TypeError, ValueError, IndexError):
        return None


def _rings(rings: Any) -> list[Any]:
    if not rings:
        raise ValueError("no ring")
    return [_ring(ring) for ring in rings]


def _ring(ring: Any) -> list[list[float]]:
    points = [[round(float(point[0]), _DIGITS), round(float(point[1]), _DIGITS)] for point in ring]
    if len(points) < 4 or points[0] != points[-1]:
        raise ValueError("the ring does not close")
    if any(abs(x) > 180 or abs(y) > 90 for x, y in points):
        raise ValueError("a point is not on the globe")
    return points


class Outlines:
    """The outlines of one file (a FeatureCollection) or of the files of a folder, read when first asked for.

    In a folder, a file named by a code (``48150.geojson``) holds that territory and is read alone; others hold many.
    A file that changes is read again within a minute. What cannot be read is written in the log, and missing.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)
        self._lock = threading.Lock()
        self._looked = -float(_LOOK_AGAIN)
        self._stamp: Any = None
        self._known: dict[tuple[str, str], str | None] = {}
        self._alone: dict[tuple[str, str], Path] = {}

    def get(self, level: str, code: str) -> dict[str, Any] | None:
        """Return the GeoJSON Polygon or MultiPolygon of a territory, None when it is not known."""
        key = level, code.upper()
        with self._lock:
            self._refresh()
            if key not in self._known and key in self._alone:
                found = dict(self._read(self._alone[key]))
                self._known[key] = found.get(key) or next(iter(found.values()), None)
            text = self._known.get(key)
        return json.loads(text) if text else None

    def _refresh(self) -> None:
        if time.monotonic() - self._looked < _LOOK_AGAIN:
            return
        self._looked = time.monotonic()
        try:
            if self._path.is_dir():
                paths = sorted(path for path in self._path.iterdir() if path.suffix.lower() in _SUFFIXES)
            else:
                paths = [self._path]
            stamp = [(path, path.stat().st_mtime_ns, path.stat().st_size) for path in paths]
        except OSError as error:
            if self._stamp != str(error):
                self._stamp, self._known, self._alone = str(error), {}, {}
                log.warning("The outlines of territories cannot be read: %s", error)
            return
        if stamp == self._stamp:
            return
        self._stamp, self._known, self._alone = stamp, {}, {}
        for path in paths:
            code = path.stem.upper()
            level = code_level(code, path.parent.name)
            if level and self._path.is_dir():
                self._alone[level, code] = path
            else:
                self._known.update(self._read(path))

    def _read(self, path: Path) -> Iterator[tuple[tuple[str, str], str]]:
        try:
            content = json.loads(path.read_bytes())
        except (OSError, ValueError) as error:
            log.warning("The outlines of %s cannot be read: %s", path.name, error)
            return
        features = content.get("features", [content]) if isinstance(content, dict) else []
        for feature in features:
            geometry = polygon(feature.get("geometry", feature) if isinstance(feature, dict) else None)
            key = _key(feature if isinstance(feature, dict) else {}, path.stem)
            if geometry and key:
                yield key, json.dumps(geometry, separators=(",", ":"))
            else:
                log.warning("An outline of %s has no code, or is no closed polygon in degrees: %s", path.name, key)


def _key(feature: Mapping[str, Any], name: str) -> tuple[str, str] | None:
    given = feature.get("properties")
    properties = {str(key).lower(): value for key, value in given.items()} if isinstance(given, Mapping) else {}
    said = str(properties.get("level") or properties.get("niveau") or "").lower()
    for field in (*_CODES, None):
        code = str((properties.get(field) if field else feature.get("id") or name) or "").strip().upper()
        level = said if said in LEVELS else code_level(code, f"{field or ''} {name}")
        if code and level:
            return level, code
    return None
