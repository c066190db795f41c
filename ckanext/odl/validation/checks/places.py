"""Is a point in France? Boxes around metropolitan France and every overseas territory."""

from __future__ import annotations

import re

from ..problems import Problem

BOXES: dict[str, tuple[float, float, float, float]] = {
    "metropole": (-5.3, 41.3, 9.7, 51.2),
    "guadeloupe": (-61.9, 15.8, -60.9, 16.6),
    "martinique": (-61.3, 14.3, -60.7, 15.0),
    "guyane": (-54.7, 2.0, -51.5, 6.0),
    "reunion": (55.1, -21.5, 55.9, -20.8),
    "mayotte": (44.9, -13.1, 45.4, -12.5),
    "saint-pierre-et-miquelon": (-56.6, 46.6, -56.0, 47.2),
    "saint-barthelemy-saint-martin": (-63.3, 17.8, -62.7, 18.2),
    "nouvelle-caledonie": (158.0, -23.0, 172.2, -17.9),
    "polynesie": (-155.0, -28.0, -134.0, -7.5),
    "wallis-et-futuna": (-178.4, -14.5, -176.0, -13.1),
    "taaf": (39.6, -50.1, 77.7, -11.4),
}
"""west, south, east, north in degrees (WGS 84), a little larger than the land."""

_POINT = re.compile(r"\[?\s*([+-]?[0-9]+(?:\.[0-9]+)?)\s*,\s*([+-]?[0-9]+(?:\.[0-9]+)?)\s*\]?")


def in_france(longitude: float, latitude: float) -> bool:
    """Whether a point is in one of the boxes, most of the planet's French land included."""
    return any(w <= longitude <= e and s <= latitude <= n for w, s, e, n in BOXES.values())


def gps_coordinates(text: str) -> Problem | None:
    """« longitude,latitude » or ``[longitude, latitude]`` in France; says when the two are swapped."""
    match = _POINT.fullmatch(text.strip())
    if not match:
        return Problem("gps-coordinates", params={"hint": "form"})
    longitude, latitude = float(match.group(1)), float(match.group(2))
    if in_france(longitude, latitude):
        return None
    if in_france(latitude, longitude):
        swapped = f"{match.group(2)},{match.group(1)}"
        suggestion = f"[{swapped}]" if text.strip().startswith("[") else swapped
        return Problem("gps-coordinates", params={"hint": "swapped", "suggestion": suggestion})
    return Problem("gps-coordinates", params={"hint": "outside"})
