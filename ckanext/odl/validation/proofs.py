"""Whole columns proven clean at once: narrow canonical forms for which the scalar rule of a field says nothing.

A proof says which texts are surely clean; what it leaves open is asked of the scalar rule, which alone has the meaning.
So a proof may always say less than it could, and never more: a property test holds every proof to the rule.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from .arrays import np
from .checks.identifiers import LA_POSTE
from .columns import Mask, Texts, as_mask, as_numbers, pc
from .fields import FieldRule
from .judges import ColumnJudge
from .patterns import linear_pattern

Proof = Callable[[Texts], Mask]
"""Texts → which of them are surely clean. Only asked of texts that are not missing."""

INTEGER = "^-?[0-9]{1,18}$"
NUMBER = r"^-?[0-9]{1,15}(?:\.[0-9]{1,12})?$"
_UUID = "^[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
_CONTROL = r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f\x{80}-\x{9f}]"


def proof_of(judge: ColumnJudge) -> Proof | None:
    """What can be proven of a column at once; None when one of its requirements has no proof."""
    rule = judge.rule
    parts: list[Proof | None] = [_of_type(rule)]
    parts += [_of_constraint(rule, name, wanted) for name, wanted in rule.enforced]
    parts += [_CHECKS.get(check.code) for check in judge.checks]
    parts += [_SUSPICIONS.get(getattr(suspicion, "__qualname__", "")) for suspicion in judge.suspicions]
    if rule.required:
        parts.append(lambda texts: texts.visible)
    proofs = [part for part in parts if part is not None]
    if len(proofs) != len(parts):
        return None
    proofs = list(dict.fromkeys(proofs))
    optional = not rule.required and rule.is_missing("")
    excluded = sorted(rule.missing - {""}) if rule.required else []

    def clean(texts: Texts) -> Mask:
        found = proofs[0](texts)
        for proof in proofs[1:]:
            found = found & proof(texts)
        if excluded:
            found = found & ~_among(texts, excluded)
        empty = texts.lengths == 0
        return found | empty if optional else found & ~empty

    return clean


def _among(texts: Texts, values: list[str]) -> Mask:
    return as_mask(pc.is_in(texts.array, pa.array(values, pa.string())))


def _everything(texts: Texts) -> Mask:
    return np.ones(len(texts), bool)


def _no_formula(texts: Texts) -> Mask:
    """No cell in error, no formula instead of its result: any other text is one."""
    if not any(sign in texts.raw for sign in (b"#", b"=", b"Err")):
        return _everything(texts)
    return ~texts.matches("^(?:[#=]|Err)")


def _form(pattern: str) -> Proof:
    return lambda texts: texts.matches(pattern)


# Types


def _of_type(rule: FieldRule) -> Proof | None:
    if rule.type == "string":
        if rule.format == "uuid":
            return _uuid
        return _no_formula if rule.any_text else None
    if rule.type == "integer" and rule.bare_number:
        return _integer
    if rule.type == "number" and rule.bare_number and rule.plain_decimals:
        return _number
    if rule.type == "date" and rule.format == "default":
        return _date
    if rule.type == "year":
        return _year
    return None


_uuid, _integer, _number = _form(_UUID), _form(INTEGER), _form(NUMBER)
_year = _form("^(?:190[6-9]|19[1-9][0-9]|20[0-8][0-9])$")


def _days() -> np.ndarray:
    """Whether the four digits of month and day are a day of every year, by their number."""
    days = np.zeros(10_000, bool)
    for month, length in enumerate((31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), 1):
        days[month * 100 + 1 : month * 100 + length + 1] = True
    return days


_DAYS = _days()


def _date(texts: Texts) -> Mask:
    """YYYY-MM-DD from 1906 to 2098 without 29 February: real days, and none that looks like the work of a machine."""
    found = np.zeros(len(texts), bool)
    there, matrix = _of_length(texts, 10)
    digits = matrix[:, (0, 1, 2, 3, 5, 6, 8, 9)] - np.uint8(48)
    written = (digits <= 9).all(axis=1) & (matrix[:, 4] == 45) & (matrix[:, 7] == 45)
    numbers = digits.astype(np.int32)
    year = numbers[:, :4] @ np.array((1000, 100, 10, 1), np.int32)
    day = numbers[:, 4:] @ np.array((1000, 100, 10, 1), np.int32)
    # What is no digit may make any number: it is kept within the table and refused by its writing.
    found[there] = written & (year >= 1906) & (year <= 2098) & _DAYS[np.minimum(day, 9999)]
    return found


# Constraints


def _of_constraint(rule: FieldRule, name: str, wanted: Any) -> Proof | None:
    if name == "pattern":
        linear = linear_pattern(str(wanted))
        return _form(rf"\A(?:{linear})\z") if linear is not None else None
    if name == "enum" and rule.type == "string":
        values = [str(value) for value in wanted]
        return lambda texts: _among(texts, values)
    if name in ("minLength", "maxLength") and rule.type == "string":
        length = int(wanted)
        if name == "minLength":
            return lambda texts: texts.characters >= length
        return lambda texts: texts.characters <= length
    if name in ("minimum", "maximum"):
        return _of_bound(rule, name == "minimum", wanted)
    return None


def _of_bound(rule: FieldRule, lowest: bool, wanted: Any) -> Proof | None:
    bound = rule.cast(wanted)
    if rule.type == "date" and isinstance(bound, date):
        iso = bound.isoformat()
        compare = pc.greater_equal if lowest else pc.less_equal
        return lambda texts: as_mask(compare(texts.array, iso)) & _date(texts)
    if rule.type not in ("integer", "number") or not isinstance(bound, int | Decimal):
        return None
    limit = float(bound)
    # Binary floats are not exact: only what is clearly on the right side is proven, the bound itself is asked.
    margin = max(abs(limit), 1.0) * 1e-9

    def inside(texts: Texts) -> Mask:
        numbers = floats(texts)
        near = np.abs(numbers - limit) <= margin
        return (numbers > limit if lowest else numbers < limit) & ~near

    return inside


def floats(texts: Texts) -> np.ndarray:
    """The numbers of texts in a canonical form, NaN for all others."""
    canonical = texts.matches(NUMBER)
    array = texts.array
    if not canonical.all():
        array = pc.if_else(pa.array(canonical), array, pa.scalar("nan"))
    return as_numbers(pc.cast(array, pa.float64()))


# Checks


def _of_length(texts: Texts, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Indexes of the texts of exactly so many bytes, and these bytes, shape (n, length)."""
    there = np.flatnonzero(texts.lengths == length)
    if len(there) == len(texts):
        return there, texts.bytes.reshape(-1, length)
    starts = texts.offsets[:-1][there] - texts.offsets[0]
    return there, texts.bytes[starts[:, None] + np.arange(length)]


def _digits(texts: Texts, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Indexes of the texts of exactly so many ASCII digits, and their digits, shape (n, length)."""
    there, matrix = _of_length(texts, length)
    digits = matrix - np.uint8(48)
    only = (digits <= 9).all(axis=1)
    return there[only], digits[only]


_DOUBLED = np.array([digit * 2 - 9 if digit > 4 else digit * 2 for digit in range(10)], np.uint8)


def _luhn(digits: np.ndarray) -> Mask:
    length = digits.shape[1]
    total = np.zeros(len(digits), np.uint16)
    for position in range(length):
        column = digits[:, position]
        total += _DOUBLED[column] if (length - position) % 2 == 0 else column
    return total % 10 == 0


def _siren(texts: Texts) -> Mask:
    found = np.zeros(len(texts), bool)
    where, digits = _digits(texts, 9)
    found[where] = _luhn(digits) & digits.any(axis=1)
    return found


def _siret(texts: Texts) -> Mask:
    """Right keys on the SIREN and on the whole; La Poste's own rule is left to the scalar check."""
    found = np.zeros(len(texts), bool)
    where, digits = _digits(texts, len(LA_POSTE) + 5)
    found[where] = _luhn(digits[:, :9]) & _luhn(digits) & digits[:, :9].any(axis=1)
    return found


def _insee(texts: Texts) -> Mask:
    """Metropolitan departments written in digits; Corsica and overseas are asked."""
    return texts.matches("^(?:0[1-9]|1[0-9]|2[1-9]|[3-8][0-9]|9[0-5])[0-9]{3}$")


def _no_needless_zero(texts: Texts) -> Mask:
    return texts.matches("^(?:0|[1-9][0-9]*)$")


_CHECKS: dict[str, Proof] = {
    "siren": _siren,
    "siret": _siret,
    "code-commune-insee": _insee,
    "code-postal": _insee,
    "bal-numero": _no_needless_zero,
}


# Suspicions


def _no_control(texts: Texts) -> Mask:
    return ~texts.matches(_CONTROL) if texts.signs.control else _everything(texts)


def _no_exponent(texts: Texts) -> Mask:
    return ~texts.matches(r"[eE]\+") if texts.signs.exponent else _everything(texts)


def _no_run_of_zeros(texts: Texts) -> Mask:
    return _everything(texts) if b"0000000" not in texts.raw else ~texts.matches("0000000")


def _no_short_code(texts: Texts) -> Mask:
    """No number of 4, 8 or 13 digits: those are what a postal code, a SIREN, a SIRET without its zero would be."""
    if not np.isin(texts.lengths, (4, 8, 13)).any():
        return _everything(texts)
    return ~texts.matches("^(?:[0-9]{4}|[0-9]{8}|[0-9]{13})$")


def _begins_with_letter(texts: Texts) -> Mask:
    return texts.matches(r"^\p{L}")


_SUSPICIONS: dict[str, Proof] = {
    "_control": _no_control,
    "_rounded": _no_exponent,
    "_rounded_number": _no_exponent,
    "_zeros_for_digits": _no_run_of_zeros,
    "_zero_lost.<locals>.judge": _no_short_code,
    "_amount": _begins_with_letter,
    "_date": _date,
    "_date_of_the_past": _date,
}
"""By the name of the suspicion's function; one without a proof is asked of each distinct value."""
