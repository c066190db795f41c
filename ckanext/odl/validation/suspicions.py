"""Beyond the schema: values that are allowed and yet most likely wrong. Always warnings, one question per distinct value."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from . import hints
from .checks.places import BOXES
from .fields import FieldRule
from .problems import Problem

Suspicion = Callable[[str, Any], Problem | None]

_CODE = re.compile(
    r"(?:^|[_\-])(?:siret|siren|insee|cp|code_?postal|codepostal|rna)(?:$|[_\-])|siret|siren|insee|postal", re.I
)
_FIVE = re.compile(r"(?:^|[_\-])(?:insee|cp)(?:$|[_\-])|insee|postal", re.I)
_MONEY = re.compile(r"montant|prix|tarif|cout|budget", re.I)
_LATITUDE = re.compile(r"(?:^|[_\-])(?:y?lat|latitude)(?:$|[_\-0-9])|^[XY]?latitude$", re.I)
_LONGITUDE = re.compile(r"(?:^|[_\-])(?:x?lon|longitude)(?:$|[_\-0-9])|^[xy]?long(?:itude)?$", re.I)
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
    elif rule.type == "number":
        if _LATITUDE.search(rule.name):
            found.append(lambda text, value: _coordinate(text, value, latitude=True))
        elif _LONGITUDE.search(rule.name):
            found.append(lambda text, value: _coordinate(text, value, latitude=False))
    elif rule.type == "geopoint" and not checked:
        found.append(_point)
    return found


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


def _within(value: float, latitude: bool) -> bool:
    low, high = (1, 3) if latitude else (0, 2)
    return any(box[low] <= value <= box[high] for box in BOXES.values())


def _coordinate(text: str, value: Any, *, latitude: bool) -> Problem | None:
    number = float(value)
    if number and _within(number, latitude):
        return None
    variant = "swapped" if number and _within(number, not latitude) else "outside"
    return Problem("coordinates-suspect", "warning", {"variant": variant})


def _point(text: str, value: Any) -> Problem | None:
    longitude, latitude = float(value[0]), float(value[1])
    if any(w <= longitude <= e and s <= latitude <= n for w, s, e, n in BOXES.values()):
        return None
    swapped = any(w <= latitude <= e and s <= longitude <= n for w, s, e, n in BOXES.values())
    return Problem("coordinates-suspect", "warning", {"variant": "swapped" if swapped else "outside"})
