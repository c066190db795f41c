"""The written form of each type of Table Schema, beyond what frictionless' reader asks of a text."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_INTEGER = re.compile(r"[+-]?[0-9]+")
_SHAPES = {
    ("date", "default"): re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    ("datetime", "default"): re.compile(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
    ),
    ("time", "default"): re.compile(r"[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?"),
    ("geopoint", "default"): re.compile(rf"\s*{NUMBER.pattern}\s*,\s*{NUMBER.pattern}\s*"),
}
_SHAPES_OF_ALL_FORMATS = {"year": re.compile(r"[0-9]{4}"), "yearmonth": re.compile(r"[0-9]{4}-[0-9]{2}")}
_DIRECTIVES = {"Y": "[0-9]{4}", "m": "[0-9]{2}", "d": "[0-9]{2}", "H": "[0-9]{2}", "M": "[0-9]{2}", "S": "[0-9]{2}"}
_DIRECTIVES |= {"y": "[0-9]{2}", "j": "[0-9]{3}", "f": "[0-9]{1,6}", "%": "%"}


def written_form(type_: str, format_: str, field: Any) -> Callable[[str], bool] | None:
    """Whether a text is written as values of a type are; None where the reader alone says it.

    :param field: the field of frictionless, which knows the signs of its numbers
    """
    if type_ in ("number", "integer"):
        return _of_number(type_, field)
    if type_ in ("date", "datetime", "time") and format_ not in ("default", "any"):
        shape = _of_format(format_)
    else:
        shape = _SHAPES.get((type_, format_)) or _SHAPES_OF_ALL_FORMATS.get(type_)
    return (lambda text: shape.fullmatch(text) is not None) if shape else None


def _of_number(type_: str, field: Any) -> Callable[[str], bool]:
    if not getattr(field, "bare_number", True):
        return lambda text: "_" not in text and not any(c.isdigit() and not c.isascii() for c in text)
    if type_ == "integer":
        return lambda text: _INTEGER.fullmatch(text) is not None
    group, decimal = getattr(field, "group_char", ""), getattr(field, "decimal_char", ".")

    def number(text: str) -> bool:
        if group:
            text = text.replace(group, "")
        if decimal != ".":
            text = text.replace(".", "?").replace(decimal, ".")
        return NUMBER.fullmatch(text) is not None

    return number


def _of_format(pattern: str) -> re.Pattern[str] | None:
    """The exact written form of a strptime format, when all its directives are of fixed shape."""
    out = ""
    position = 0
    while position < len(pattern):
        if pattern[position] == "%" and position + 1 < len(pattern):
            shape = _DIRECTIVES.get(pattern[position + 1])
            if shape is None:
                return None
            out += shape
            position += 2
        else:
            out += re.escape(pattern[position])
            position += 1
    return re.compile(out)
