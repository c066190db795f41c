"""Beyond the schema: values that are allowed and yet most likely wrong. Warnings only, asked per distinct value."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from . import hints
from .checks.base import Cell, RowCheck
from .checks.identifiers import is_siren, is_siret
from .checks.places import in_france
from .context import NOTHING_KNOWN, Context, outside_period
from .fields import FieldRule
from .problems import Problem

Suspicion = Callable[[str, Any], Problem | None]

_LENGTHS = (
    (re.compile(r"siret|^idAttribuant$|^idBeneficiaire$", re.I), 14),
    (re.compile(r"siren", re.I), 9),
    (re.compile(r"(?:^|[_\-])(?:insee|cp)(?:$|[_\-])|insee(?!.*nom)|postal", re.I), 5),
)
"""Columns of codes by their names, and how many digits the code has."""
_LONG = re.compile(r"siret|^idAttribuant$|^idBeneficiaire$", re.I)
_MOSTLY_ZEROS = re.compile("(?=[0-9]{14}$)[0-9]{3,7}0{7,11}")
_OLD = re.compile("plant|constr|naiss|histor|ancien|archiv", re.I)
_MONEY = re.compile(r"montant|prix|cout", re.I)
_LATITUDE = re.compile(r"(?:^|[_\-])(?:y?lat|latitude)(?:$|[_\-0-9])|^[XY]?latitude$", re.I)
_LONGITUDE = re.compile(r"(?:^|[_\-])(?:x?lon|longitude)(?:$|[_\-0-9])|^[xy]?long(?:itude)?$", re.I)
_TWO_NUMBERS = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?)([^0-9\-]+)(-?[0-9]+(?:\.[0-9]+)?)")
_CONTROL = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f]")
_AMOUNT = re.compile(
    r"[+-]?[0-9]{1,3}(?:[\s\u00a0\u202f][0-9]{3})*(?:[.,][0-9]{1,2})?\s?(?:€|EUR|euros?)|[0-9]{1,3}(?:[\s\u00a0\u202f][0-9]{3})+(?:[.,][0-9]{1,2})?",
    re.I,
)


def suspicions_of(rule: FieldRule, checked: bool, context: Context = NOTHING_KNOWN) -> list[Suspicion]:
    """What to look at in a column. ``checked``: a custom check already judges its values."""
    found: list[Suspicion] = []
    if rule.type == "string":
        found.append(_control)
    if rule.type in ("string", "any", "integer") and not checked:
        found.append(_rounded)
        if rule.type != "integer" and _LONG.search(rule.name):
            found.append(_zeros_for_digits)
        length = next((digits for name, digits in _LENGTHS if name.search(rule.name)), None)
        if length:
            found.append(_zero_lost(length))
        if rule.type == "string" and _is_amount(rule):
            found.append(_amount)
    if rule.type == "number":
        found.append(_rounded_number)
    elif rule.type in ("date", "datetime"):
        old = _OLD.search(rule.name) is not None
        found.append(_year if rule.format == "%Y" else _date_of_the_past if old else _date)
    elif rule.type == "geopoint" and not checked:
        found.append(_point)
    # What the schema itself gives as an example is no oddity.
    value = rule.read(rule.example) if rule.example else None
    found = [suspicion for suspicion in found if value is None or suspicion(rule.example or "", value) is None]
    outside = outside_period(rule, context.period) if context.period else None
    return [*found, outside] if outside else found


def _is_amount(rule: FieldRule) -> bool:
    return bool(_MONEY.search(rule.name)) and not rule.constraints.keys() & {"enum", "pattern"}


def _control(text: str, value: Any) -> Problem | None:
    return Problem("control-char", "notice") if _CONTROL.search(text) else None


def _rounded(text: str, value: Any) -> Problem | None:
    return Problem("excel-rounded", "warning") if hints.is_rounded(text) else None


def _rounded_number(text: str, value: Any) -> Problem | None:
    return Problem("excel-rounded", "warning", {"variant": "number"}) if hints.is_rounded(text) else None


def _zeros_for_digits(text: str, value: Any) -> Problem | None:
    """``22040000000000``: what a spreadsheet writes of 2,20E+13 once the column is widened."""
    if _MOSTLY_ZEROS.fullmatch(text.strip()):
        return Problem("excel-rounded", "warning")
    return None


def _zero_lost(length: int) -> Suspicion:
    def judge(text: str, value: Any) -> Problem | None:
        if len(text) == length - 1 and text.isascii() and text.isdigit() and _could_begin_with_zero(text, length):
            facts = {"suggestion": "0" + text, "digits": len(text), "expected": length}
            return Problem("zero-lost", "warning", facts)
        return None

    return judge


def _could_begin_with_zero(text: str, length: int) -> bool:
    whole = "0" + text
    if length == 14:
        return is_siret(whole)
    return is_siren(whole) if length == 9 else whole[:2] != "00"


def _amount(text: str, value: Any) -> Problem | None:
    if _AMOUNT.fullmatch(text.strip()):
        return Problem("amount-format", "warning", {"suggestion": hints.amount(text)})
    return None


# Day 0 of spreadsheets is 1899-12-30 (LibreOffice) or 1900-01-00 (Excel), of old Excel for Mac 1904-01-01: what an
# empty cell or a zero shows as a date. A year typed in a column of dates is the number of a day of 1905.
_DAY_ZERO = date(1899, 12, 30)
_EMPTY_AS_DATE = (date(1899, 12, 30), date(1899, 12, 31), date(1900, 1, 1), date(1904, 1, 1), date(1904, 1, 2))


def _date(text: str, value: Any) -> Problem | None:
    return _date_of_the_past(text, value) or _said(value, "early" if getattr(value, "year", 2000) < 1906 else None)


def _date_of_the_past(text: str, value: Any) -> Problem | None:
    """For a column where a date of 1890 is no surprise (a tree planted then): only what machines write."""
    year = getattr(value, "year", None)
    if year is None:
        return None
    day = date(value.year, value.month, value.day)
    if day in _EMPTY_AS_DATE:
        return _said(value, "empty")
    number = (day - _DAY_ZERO).days
    if 1950 <= number < 2100:
        return _said(value, "year", suggestion=str(number))
    return _said(value, "late" if year >= 2099 else "early" if year == 1900 else None)


def _year(text: str, value: Any) -> Problem | None:
    year = getattr(value, "year", 2000)
    return _said(value, "late" if year >= 2099 else "empty" if year in (1899, 1900, 1904, 1905) else None)


def _said(value: Any, variant: str | None, **facts: str) -> Problem | None:
    if variant is None:
        return None
    return Problem("date-suspect", "warning", {"year": str(value.year), "variant": variant, **facts})


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
