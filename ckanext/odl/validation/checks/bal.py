"""File and row rules of the Base Adresse Locale (AITF specification 1.3 to 1.5; the reference validator's rules).

They are declared in the table files: ``bal-cle-interop``, ``bal-coordinates``, ``bal-single-commune``, ``bal-ban-ids``.
A place name without a number carries the number 99999.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import cos, exp, log, pi, radians, sin, tan
from typing import Any

from ..problems import Problem
from .base import Cell, RowCheck
from .places import in_france
from .reference import department_of

PLACE_NAME = 99999
_KEY = re.compile(r"((?:[0-9]{2}|2[ab]|2[AB])[0-9]{3})_([a-z0-9]{4}|[A-Z0-9]{4})_([0-9]{5})((?:_[a-z0-9]+)*)")


def numero(text: str) -> Problem | None:
    """A number without needless zeros: « 007 » and « 7 » are one address, and sort apart."""
    if re.fullmatch("0[0-9]+", text):
        return Problem("bal-numero", "warning", {"suggestion": str(int(text))})
    return None


def file_advice(descriptor: dict[str, Any], encoding: str | None, delimiter: str | None) -> list[Problem]:
    """What the specification advises of the file itself (CSV in UTF-8, semicolons), for a table with BAL checks."""
    declared = descriptor.get("custom_checks")
    names = [str(check.get("name")) for check in declared or [] if isinstance(check, dict)]
    if delimiter is None or not any(name.startswith("bal-") for name in names):
        return []
    found = []
    if delimiter != ";":
        found.append(Problem("bal-file", "notice", {"variant": "separator", "found": delimiter}))
    if encoding and not encoding.startswith("utf-8"):
        name = {"cp1252": "Windows-1252", "mac_roman": "Mac Roman"}.get(encoding, encoding.upper())
        found.append(Problem("bal-file", "notice", {"variant": "encoding", "found": name}))
    return found


def _names(params: dict[str, Any], present: frozenset[str], *defaults: str) -> tuple[str, ...]:
    """Column names: a schema may rename them in ``params``."""
    names = (str(params.get(name, name)) for name in defaults)
    return tuple(name for name in names if name in present)


def cle_interop(params: dict[str, Any], present: frozenset[str]) -> RowCheck | None:
    """The interoperability key: ``commune_voie_numero[_suffixe]`` in lower case, with the row's commune and number."""
    there = _names(params, present, "cle_interop", "commune_insee", "numero", "suffixe")
    key_name = str(params.get("cle_interop", "cle_interop"))
    if key_name not in there:
        return None

    def judge(cells: Sequence[Cell]) -> list[Problem]:
        by_name = dict(zip(there, cells, strict=True))
        key = by_name[key_name]
        if key.empty:
            return []
        match = _KEY.fullmatch(key.text)
        if not match:
            lower = key.text.lower()
            hint = {"variant": "case", "suggestion": lower} if _KEY.fullmatch(lower) else {"variant": "form"}
            return [Problem("bal-cle-interop", params=hint, column=key_name)]
        if key.text != key.text.lower() and key.text[:2].upper() not in ("2A", "2B"):
            return [
                Problem("bal-cle-interop", params={"variant": "case", "suggestion": key.text.lower()}, column=key_name)
            ]
        commune, _, number, _ = match.groups()
        if department_of(commune.upper()) is None:
            return [Problem("bal-cle-interop", params={"variant": "no-commune", "found": commune}, column=key_name)]
        insee = by_name.get(str(params.get("commune_insee", "commune_insee")))
        # The key of a delegated commune keeps the old commune's code: only another department is surely wrong.
        if insee and not insee.empty and insee.text.upper() != commune.upper():
            facts = {"variant": "commune", "found": commune, "expected": insee.text}
            return [Problem("bal-cle-interop", "warning", params=facts, column=key_name)]
        numero = by_name.get(str(params.get("numero", "numero")))
        if numero and isinstance(numero.value, int) and numero.value != int(number):
            facts = {"variant": "number", "found": number, "expected": f"{numero.value:05d}"}
            return [Problem("bal-cle-interop", params=facts, column=key_name)]
        return []

    return RowCheck("bal-cle-interop", there, judge)


def _coordinate(cell: Cell | None) -> float | None:
    if cell is None or cell.empty or not re.fullmatch(r"-?[0-9]+(?:\.[0-9]+)?", cell.text):
        return None
    return float(cell.text)


def _missing(cell: Cell | None) -> bool:
    return cell is None or cell.empty


def coordinates(params: dict[str, Any], present: frozenset[str]) -> RowCheck | None:
    """Coordinates are a pair, in France, and are there for every address (a place name may have none).

    ``x``/``y`` (Lambert 93 in metropolitan France) are compared with ``long``/``lat``: over 1 km apart is a warning.
    """
    there = _names(params, present, "long", "lat", "x", "y", "numero")
    if "long" not in there and "x" not in there:
        return None

    def judge(cells: Sequence[Cell]) -> list[Problem]:
        by_name = dict(zip(there, cells, strict=True))
        longitude, latitude = by_name.get("long"), by_name.get("lat")
        x, y = by_name.get("x"), by_name.get("y")
        for first, second, one, other in (("long", "lat", longitude, latitude), ("x", "y", x, y)):
            if one is not None and other is not None and _missing(one) != _missing(other):
                lacking, given = (first, second) if _missing(one) else (second, first)
                return [Problem("bal-coordinates", params={"variant": "pair", "other": given}, column=lacking)]
        number = by_name.get("numero")
        if _missing(longitude) and _missing(x):
            if number is not None and number.value == PLACE_NAME:
                return []
            column = "long" if "long" in there else "x"
            return [Problem("bal-coordinates", params={"variant": "none"}, column=column)]
        lon, lat = _coordinate(longitude), _coordinate(latitude)
        if lon is None or lat is None:
            return []
        if not in_france(lon, lat):
            variant = "swapped" if in_france(lat, lon) else "outside"
            return [Problem("bal-coordinates", params={"variant": variant}, column="long")]
        east, north = _coordinate(x), _coordinate(y)
        if east is not None and north is not None and -5.3 <= lon <= 9.7 and lat > 41:
            expected = lambert93(lon, lat)
            gap = ((east - expected[0]) ** 2 + (north - expected[1]) ** 2) ** 0.5
            if gap > 1000:
                facts = {"variant": "apart", "kilometres": round(gap / 1000)}
                return [Problem("bal-coordinates", "warning", params=facts, column="x")]
        return []

    return RowCheck("bal-coordinates", there, judge, memo=None)


def lambert93(longitude: float, latitude: float) -> tuple[float, float]:
    """Degrees (RGF93) to Lambert-93 metres. Constants and formula: IGN, NTG 71, algorithms ALG0001 and ALG0003."""
    eccentricity = 0.0818191910428158
    phi = radians(latitude)
    s = eccentricity * sin(phi)
    isometric = log(tan(pi / 4 + phi / 2) * ((1 - s) / (1 + s)) ** (eccentricity / 2))
    n, c, xs, ys = 0.7256077650532670, 11754255.426096, 700000.0, 12655612.049876
    radius = c * exp(-n * isometric)
    gamma = n * radians(longitude - 3)
    return xs + radius * sin(gamma), ys - radius * cos(gamma)


def single_commune(params: dict[str, Any], present: frozenset[str]) -> RowCheck | None:
    """A BAL is the file of one commune: another code is a warning, once per code."""
    there = _names(params, present, "commune_insee")
    if not there:
        return None
    first: list[str] = []
    said: set[str] = set()

    def judge(cells: Sequence[Cell]) -> list[Problem]:
        code = cells[0].text
        if cells[0].empty or code in said:
            return []
        if not first:
            first.append(code)
        if code == first[0]:
            return []
        said.add(code)
        return [Problem("bal-single-commune", "warning", params={"expected": first[0], "found": code}, column=there[0])]

    return RowCheck("bal-single-commune", there, judge, memo=None)


def ban_ids(params: dict[str, Any], present: frozenset[str]) -> RowCheck | None:
    """The BAN identifiers go together: commune and place on every row that has one, the address for a number."""
    there = _names(params, present, "id_ban_commune", "id_ban_toponyme", "id_ban_adresse", "numero")
    if len([name for name in there if name.startswith("id_ban")]) < 2:
        return None

    def judge(cells: Sequence[Cell]) -> list[Problem]:
        by_name = dict(zip(there, cells, strict=True))
        number = by_name.pop("numero", None)
        place = number is not None and number.value == PLACE_NAME
        wanted = [name for name in by_name if not (place and name == "id_ban_adresse")]
        empty = [name for name in wanted if by_name[name].empty]
        if not empty or all(cell.empty for cell in by_name.values()):
            return []
        return [Problem("bal-ban-ids", params={"empty": empty}, column=empty[0])]

    return RowCheck("bal-ban-ids", there, judge)
