"""Beyond the schema: values that are allowed and yet most likely wrong. Warnings only, asked per distinct value."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from . import hints
from .checks.base import Cell, RowCheck
from .checks.places import in_france
from .fields import FieldRule
from .problems import Problem

Suspicion = Callable[[str, Any], Problem | None]

_CODE = re.compile(
    r"(?:^|[_\-])(?:siret|siren|insee|cp|code_?postal|codepostal|rna)(?:$|[_\-])|siret|siren|insee|postal", re.I
)
_FIVE = re.compile(r"(?:^|[_\-])(?:insee|cp)(?:$|[_\-])|insee|postal", re.I)
_MONEY = re.compile(r"montant|prix|cout", re.I)
_LATITUDE = re.compile(r"(?:^|[_\-])(?:y?lat|latitude)(?:$|[_\-0-9])|^[XY]?latitude$", re.I)
_LONGITUDE = re.compile(r"(?:^|[_\-])(?:x?lon|longitude)(?:$|[_\-0-9])|^[xy]?long(?:itude)?$", re.I)
_TWO_NUMBERS = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?)([^0-9\-]+)(-?[0-9]+(?:\.[0-9]+)?)")
_CONTROL = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f]")
_AMOUNT = re.compile(
    r"[+-]?[0-9]{1,3}(?:[\s\u00a0\u202f][0-9]{3})*(?:[.,][0-9]{1,2})?\s?(?:€|EUR|euros?)|[0-9]{1,3}(?:[\s\u00a0\u202f][0-9]{3})+(?:[.,][0-9]{1,2})?",
    re.I,
)


def suspicions_of(rule: FieldRule, checked: bool) -> list[Suspicion]:
    """What to look at in a column. ``checked``: a custom check already judges its values."""
    found: list[Suspicion] = []
    if rule.type == "string":
        found.append(_control)
        if not checked:
            found.append(_rounded)
            if _FIVE.search(rule.name):
                found.append(_zero_lost)
            if _MONEY.search(rule.name) and "enum" not in rule.constraints and "pattern" not in rule.constraints:
                found.append(_amount)
    elif rule.type in ("date", "datetime"):
        found.append(_date)
    elif rule.type == "geopoint" and not checked:
        found.append(_point)
    # What the schema itself gives as an example is no oddity.
    value = rule.read(rule.example) if rule.example else None
    return [suspicion for suspicion in found if value is None or suspicion(rule.example or "", value) is None]


def _control(text: str, value: Any) -> Problem | None:
    return Problem("control-char", "notice") if _CONTROL.search(text) else None


def _rounded(text: str, value: Any) -> Problem | None:
    return Problem("excel-rounded", "warning") if hints.is_rounded(text) else None


def _zero_lost(text: str, value: Any) -> Problem | None:
    if len(text) == 4 and text.isascii() and text.isdigit():
        return Problem("zero-lost", "warning", {"suggestion": "0" + text})
    return None


def _amount(text: str, value: Any) -> Problem | None:
    if _AMOUNT.fullmatch(text.strip()):
        return Problem("amount-format", "warning", {"suggestion": hints.amount(text)})
    return None


def _date(text: str, value: Any) -> Problem | None:
    year = getattr(value, "year", None)
    if year is not None and (year <= 1900 or year >= 2099):
        return Problem("date-suspect", "warning", {"year": str(year)})
    return None


def coordinate_pair(rules: Sequence[FieldRule]) -> RowCheck | None:
    """Two number columns that are a longitude and a latitude by their names: the point they make is in France.

    A column called ``VEH_LONG`` alone is a length; beside a latitude it is a longitude.
    """
    numbers = [rule for rule in rules if rule.type == "number"]
    longitudes = [rule.name for rule in numbers if _LONGITUDE.search(rule.name)]
    latitudes = [rule.name for rule in numbers if _LATITUDE.search(rule.name)]
    if len(longitudes) != 1 or len(latitudes) != 1:
        return None

    def judge(cells: Sequence[Cell]) -> list[Problem]:
        longitude, latitude = (cell.value for cell in cells)
        if longitude is None or latitude is None:
            return []
        variant = _where(float(longitude), float(latitude))
        return [Problem("coordinates-suspect", "warning", {"variant": variant}, longitudes[0])] if variant else []

    return RowCheck("coordinates-suspect", (longitudes[0], latitudes[0]), judge)


def _where(longitude: float, latitude: float) -> str | None:
    if in_france(longitude, latitude):
        return None
    return "swapped" if in_france(latitude, longitude) else "outside"


def _point(text: str, value: Any) -> Problem | None:
    variant = _where(float(value[0]), float(value[1]))
    if variant == "swapped":
        exchanged = _TWO_NUMBERS.sub(r"\3\2\1", text, count=1)
        return Problem("coordinates-suspect", "warning", {"variant": "swapped-cell", "suggestion": exchanged})
    return Problem("coordinates-suspect", "warning", {"variant": variant}) if variant else None
