"""A schema's patterns, run on a linear-time engine and with the meaning the specification gives them.

Table Schema (constraints, ``pattern``) refers to XML Schema regular expressions, which match the whole value: a pattern
``oui|non`` does not accept ``ouiZZ``, and no final newline is let through.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import re2

from . import limits
from .problems import SchemaRefused

# RE2's classes are ASCII only; letters of a French name are letters. Digits stay ASCII on purpose: a code holds 0 to 9.
_OUTSIDE = {"w": r"[\p{L}\p{N}_]", "W": r"[^\p{L}\p{N}_]", "s": r"[\s\v\x{85}\p{Z}]", "S": r"[^\s\v\x{85}\p{Z}]"}
_INSIDE = {"w": r"\p{L}\p{N}_", "s": r"\s\v\x{85}\p{Z}"}


def _for_re2(pattern: str) -> str | None:
    """The pattern in RE2's dialect, or None when it has a class that cannot be said there."""
    out: list[str] = []
    inside = False
    position = 0
    while position < len(pattern):
        character = pattern[position]
        if character == "\\" and position + 1 < len(pattern):
            following = pattern[position + 1]
            if following == "u" and re.fullmatch("[0-9A-Fa-f]{4}", pattern[position + 2 : position + 6]):
                out.append(r"\x{" + pattern[position + 2 : position + 6] + "}")
                position += 6
                continue
            if inside and following in "WS":
                return None
            if not following.isascii():  # a needless escape of a letter or sign: RE2 knows none
                out.append(following)
                position += 2
                continue
            table = _INSIDE if inside else _OUTSIDE
            out.append(table.get(following, character + following))
            position += 2
            continue
        if character == "[" and not inside:
            inside = True
            if pattern[position + 1 : position + 3] == "^]":
                out.append("[^\\]")
                position += 3
                continue
        elif character == "]" and inside:
            inside = False
        elif character == "[" and inside:
            out.append("\\[")
            position += 1
            continue
        out.append(character)
        position += 1
    return "".join(out)


def linear_pattern(pattern: str) -> str | None:
    """The pattern as RE2 runs it, to be anchored at both ends; None when only :mod:`re` can say it, or none can."""
    if len(pattern) > limits.PATTERN_CHARACTERS:
        return None
    translated = _for_re2(pattern)
    if translated is None:
        return None
    try:
        re2.compile(f"(?:{translated})", _quiet())
    except re2.error:
        return None
    return translated


def _quiet() -> re2.Options:
    options = re2.Options()
    options.log_errors = False
    return options


def compile_pattern(pattern: str) -> Callable[[str], bool]:
    """A function that says whether a whole value matches.

    RE2 runs it in linear time. What RE2 cannot say (look-around, back-references) falls back to :mod:`re`.
    Raises :class:`SchemaRefused` (``schema-invalid``) for what is no regular expression, ``schema-pattern-unsafe`` for
    one too long.
    """
    if len(pattern) > limits.PATTERN_CHARACTERS:
        raise SchemaRefused("schema-pattern-unsafe", pattern=pattern[:100])
    translated = _for_re2(pattern)
    if translated is not None:
        try:
            linear = re2.compile(f"(?:{translated})", _quiet())
        except re2.error:
            pass
        else:
            return lambda text: linear.fullmatch(text) is not None
    try:
        compiled = re.compile(f"(?:{pattern})")
    except (re.error, RecursionError, OverflowError) as error:
        raise SchemaRefused("schema-invalid", pattern=pattern[:100], reason=str(error)) from None
    return lambda text: compiled.fullmatch(text) is not None
