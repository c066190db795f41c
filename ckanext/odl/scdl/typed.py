"""What a person types in a table on a page, written as the model wants it where there is no doubt.

A French agent types 31/03/2026, 1 250,50 and « Oui »: on a page in her language that means one thing only, and she sees
what became of it. What could mean two things stays as it was typed, and the check says what is wrong.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from .text import fold
from .words import choices, yes_no

Field = Mapping[str, Any]

_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_NUMBER = re.compile(r"-?\d{1,3}(?:[\s\u00a0\u202f]\d{3})+(?:[.,]\d+)?|-?\d+(?:[.,]\d+)?")
_SPACES = re.compile(r"[\s\u00a0\u202f]+")
_CODE = re.compile(r"(?:\d{9}|\d{14})")
_YES = frozenset({"oui", "vrai", "true", "yes", "o", "v", "x"})
_NO = frozenset({"non", "faux", "false", "no", "n", "f"})


def tidy(field: Field, text: str) -> str:
    """Return *text* as the column *field* wants it, or with its outer spaces gone when that is not certain."""
    one = _SPACES.sub(" ", text).strip()
    if not one:
        return ""
    listed = choices(field) if field.get("type") != "array" else []
    if listed:
        return _listed(one, listed)
    kind = field.get("type") or "string"
    if kind == "date" and (field.get("format") or "default") in ("default", "any", "%Y-%m-%d"):
        return _day(one)
    if kind in ("number", "integer", "year"):
        return _number(one, field)
    if kind == "boolean":
        return _boolean(one, field)
    if kind == "string":
        bare = _SPACES.sub("", one)
        pattern = str((field.get("constraints") or {}).get("pattern") or "")
        if re.search(r"\\d\{(?:9|14)\}|\[0-9\]\{(?:9|14)\}", pattern) and _CODE.fullmatch(bare):
            return bare
    return one


def _listed(text: str, values: list[str]) -> str:
    if text in values:
        return text
    alike = [value for value in values if fold(value) == fold(text)]
    return alike[0] if len(alike) == 1 else text


def _day(text: str) -> str:
    found = _DAY.fullmatch(text)
    if not found:
        return text
    try:
        return dt.date(int(found[3]), int(found[2]), int(found[1])).isoformat()
    except ValueError:
        return text


def _number(text: str, field: Field) -> str:
    bare = text.removesuffix("€").rstrip()
    if not _NUMBER.fullmatch(bare):
        return text
    bare = _SPACES.sub("", bare)
    return bare if field.get("decimalChar") == "," else bare.replace(",", ".")


def _boolean(text: str, field: Field) -> str:
    accepted = [str(value) for name in ("trueValues", "falseValues") for value in field.get(name) or ()]
    if text in accepted:
        return text
    yes, no = yes_no(field)
    word = fold(text)
    return yes if word in _YES else no if word in _NO else text


__all__ = ["tidy"]
