"""SIREN, SIRET and telephone numbers."""

from __future__ import annotations

import re
from typing import Any

import phonenumbers

from ..hints import is_rounded
from ..problems import Problem

_SPACES = re.compile(r"[\s\u00a0\u202f.\-']+")
LA_POSTE = "356000000"


def luhn(digits: str) -> bool:
    """The Luhn key (ISO/IEC 7812-1 annex B) of a string of ASCII digits."""
    total = 0
    for position, character in enumerate(reversed(digits)):
        digit = ord(character) - 48
        if position % 2:
            digit = digit * 2 - 9 if digit > 4 else digit * 2
        total += digit
    return total % 10 == 0


def is_siren(text: str) -> bool:
    """Nine ASCII digits with a right Luhn key (article R123-221 of the Code de commerce, INSEE's Sirene rules)."""
    return len(text) == 9 and text.isascii() and text.isdigit() and luhn(text) and text != "000000000"


def is_siret(text: str) -> bool:
    """Fourteen ASCII digits: a SIREN, then an establishment, a Luhn key on the whole.

    La Poste's establishments break the key: the sum of their digits is a multiple of 5 (INSEE's documented exception).
    """
    if len(text) != 14 or not text.isascii() or not text.isdigit() or not is_siren(text[:9]):
        return False
    if luhn(text):
        return True
    return text.startswith(LA_POSTE) and sum(map(int, text)) % 5 == 0


def _number_hint(text: str, length: int, accepts: Any) -> dict[str, Any]:
    if is_rounded(text):
        return {"hint": "excel-rounded"}
    digits = text.strip().strip("'\"")
    only_spaces = not re.search("[^0-9\\s\u00a0\u202f]", text)
    if re.fullmatch(r"[0-9]+[.,]0+", digits):
        digits = re.split("[.,]", digits)[0]
        only_spaces = True  # the ".0" that a spreadsheet adds: taking out the point alone would add a digit
    digits = _SPACES.sub("", digits)
    if digits != text and accepts(digits):
        return {"hint": "spaces" if only_spaces else "stray", "suggestion": digits}
    kept = re.sub("[^0-9]", "", text)
    if len(text) <= 40 and accepts(kept):
        return {"hint": "stray", "suggestion": kept}
    if not (digits.isascii() and digits.isdigit()):
        return {"hint": "not-digits"}
    for zeros in range(1, 4):
        if len(digits) == length - zeros and accepts("0" * zeros + digits):
            return {"hint": "zero-lost", "suggestion": "0" * zeros + digits}
    if length == 14 and len(digits) == 14 and digits.endswith("00000") and is_siren(digits[:9]):
        return {"hint": "no-establishment", "siren": digits[:9]}
    if len(digits) == length and re.fullmatch("[0-9]{3,7}0{7,}", digits):
        return {"hint": "excel-rounded"}
    if length == 14 and len(digits) == 9 and is_siren(digits):
        return {"hint": "siren-given"}
    if length == 9 and len(digits) == 14 and is_siret(digits):
        return {"hint": "siret-given", "suggestion": digits[:9]}
    if len(digits) != length:
        return {"hint": "length", "length": len(digits)}
    return {"hint": "key"}


def siren(text: str) -> Problem | None:
    """A SIREN that exists by its key."""
    return None if is_siren(text) else Problem("siren", params=_number_hint(text, 9, is_siren))


def siret(text: str) -> Problem | None:
    """A SIRET that exists by its keys."""
    return None if is_siret(text) else Problem("siret", params=_number_hint(text, 14, is_siret))


_SHORT = re.compile(r"(?:1[0-9]{1,3}|3[0-9]{3}|118[0-9]{3})")


def phone_number(text: str) -> Problem | None:
    """A French number (short numbers included) or an international one, and nothing else in the cell."""
    if not re.fullmatch(r"[+(]?[0-9(][0-9\s\u00a0\u202f.()/\-]*", text.strip()):
        return Problem("phone-number", params={"hint": "not-digits"})
    digits = re.sub("[^0-9]", "", text)
    if _SHORT.fullmatch(digits) and not text.strip().startswith("+"):
        return None
    if len(digits) == 9 and digits[0] in "123456789" and "+" not in text and _valid_phone("0" + digits):
        return Problem("phone-number", params={"hint": "zero-lost", "suggestion": "0" + digits})
    return None if _valid_phone(text) else Problem("phone-number", params={})


def _valid_phone(text: str) -> bool:
    try:
        number = phonenumbers.parse(text, "FR")
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(number)
