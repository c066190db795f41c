"""The keys of the official identifiers: SIREN, SIRET, INSEE codes, and how a territory is written in one line.

Sources: SIREN and SIRET are described by INSEE (the last digit is a Luhn key, ISO/IEC 7812-1);
La Poste is the one exception. INSEE codes of communes follow the Code officiel géographique.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LEVELS = ("commune", "epci", "departement", "region", "france", "autre")
"""The levels a territory can have, smallest first; ``france`` and ``autre`` have no code."""

_LA_POSTE = "356000000"
_COMMUNE = re.compile(r"(?:[013-9]\d|2[AB1-9])\d{3}")
_DEPARTEMENT = re.compile(r"(?:0[1-9]|[13-8]\d|2[AB1-9]|9[0-5]|97[1-8]|98[46-9])")
_REGION = re.compile(r"\d{2}")


def luhn_is_valid(digits: str) -> bool:
    """Tell whether a string of digits ends with its Luhn key (ISO/IEC 7812-1)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _is_digits(text: str, length: int) -> bool:
    return len(text) == length and text.isascii() and text.isdigit()


def siren_is_valid(text: str) -> bool:
    """Tell whether *text* is a SIREN: nine digits whose last is the key, and not nine zeros."""
    return _is_digits(text, 9) and text != "0" * 9 and luhn_is_valid(text)


def siret_is_valid(text: str) -> bool:
    """Tell whether *text* is a SIRET: a SIREN and five digits, the whole ending with its key.

    La Poste has more establishments than Luhn keys allow: under its SIREN a digit sum that five divides is right too.
    """
    if not _is_digits(text, 14) or not siren_is_valid(text[:9]):
        return False
    if luhn_is_valid(text):
        return True
    return text.startswith(_LA_POSTE) and sum(map(int, text)) % 5 == 0


def insee_is_valid(text: str) -> bool:
    """Tell whether *text* has the form of a commune's INSEE code: five digits, or 2A / 2B and three digits in Corsica.

    The form only: whether a commune has this code is another question.
    """
    return bool(_COMMUNE.fullmatch(text))


@dataclass(frozen=True)
class Territory:
    """A territory: its level (one of :data:`LEVELS`), its official code ("" where the level has none), its name."""

    level: str
    code: str
    name: str

    @property
    def text(self) -> str:
        """The one line under which it is stored, for example ``commune 48150 Saint-Exemple``."""
        return " ".join(part for part in (self.level, self.code, self.name) if part)

    @property
    def code_is_valid(self) -> bool:
        """Whether the code has the form that its level asks for."""
        checks = {
            "commune": insee_is_valid,
            "epci": siren_is_valid,
            "departement": lambda code: bool(_DEPARTEMENT.fullmatch(code)),
            "region": lambda code: bool(_REGION.fullmatch(code)),
        }
        check = checks.get(self.level)
        return check(self.code) if check else not self.code


def parse_territory(text: str | None) -> Territory | None:
    """Read the line written by :attr:`Territory.text` (also ``fr:commune:48150``, the identifier of data.gouv.fr).

    Returns None when there is nothing to read or the level is unknown. The code is not judged here.
    """
    words = re.sub(r"^fr:(\w+):(\S+)", r"\1 \2", (text or "").strip()).split()
    if not words or words[0].lower() not in LEVELS:
        return None
    level, rest = words[0].lower(), words[1:]
    has_code = level not in ("france", "autre") and rest and any(character.isdigit() for character in rest[0])
    code = rest.pop(0).upper() if has_code else ""
    return Territory(level, code, " ".join(rest))
