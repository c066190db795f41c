"""Signs of personal data in a file: where they are, how many, and whether its model asks for them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ckanext.odl.scdl.text import fold, key
from ckanext.odl.validation.report import column_letter

PLACES = 5
KINDS = ("nir", "iban", "birth-date", "person-name", "email", "phone")
"""The kinds of signs, the gravest first."""

_EMAIL = re.compile(r"[A-Za-z0-9._%+\-]{1,64}@(?:[A-Za-z0-9\-]{1,63}\.){1,8}[A-Za-z]{2,24}")
_PHONE = re.compile(
    r"(?<![\d.,+\-/])(?:(?:\+|00)\s?(?:33|262|590|594|596)[\s.\-]?(?:\(0\)\s?)?|0)[1-9](?:[\s.\-]?\d\d){4}(?![\d])"
)
_NIR = re.compile(r"(?<![\dA-Za-z])[12]\s?\d\d\s?[0-9]{2}\s?(?:\d\d|2[AB])\s?\d{3}\s?\d{3}\s?\d\d(?![\dA-Za-z])")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d\d(?:\s?[A-Z0-9]){11,30}(?![A-Za-z0-9])")
_BIRTH = re.compile(r"\b(?:naissance|naiss|ne le|nee le|birth|birthdate|date nais)\b")
_TITLE = re.compile(r"^(?:m|mr|mme|mlle|monsieur|madame|mademoiselle|m et mme|m ou mme)\s+\w", re.I)
_WORTH = re.compile(r"@|\d[\s.\-]?\d[\s.\-]?\d[\s.\-]?\d")
_SERVICE = re.compile(
    r"^(?:mairie|contact|accueil|info|infos|secretariat|commune|ville|service|direction|communication)"
)
_DAYS = (
    (re.compile(r"(\d{4})-(\d\d?)-(\d\d?)(?:[T ].*)?"), (1, 2, 3)),
    (re.compile(r"(\d\d?)[/.\-](\d\d?)[/.\-](\d{4})"), (3, 2, 1)),
)


@dataclass
class _Signal:
    kind: str
    column: int
    count: int = 0
    places: list[dict[str, str]] = field(default_factory=list)


class SignalWatch:
    """Looks at each row once and remembers where something personal stands."""

    def __init__(self, header: Sequence[str], fields: Sequence[Mapping[str, Any]] = ()) -> None:
        self.header = header
        self.fields = {key(str(entry["name"])): entry for entry in fields}
        self.births = [index for index, heading in enumerate(header) if _BIRTH.search(fold(heading))]
        self.signals: dict[tuple[str, int], _Signal] = {}

    def see(self, row: int, cells: Sequence[str]) -> None:
        """Take in one row, by its number in the spreadsheet."""
        if _WORTH.search("\n".join(cells)):
            for index, cell in enumerate(cells[: len(self.header)]):
                if len(cell) > 5:
                    for kind, value in _in_text(cell):
                        self._add(kind, index, row, value)
        for index in self.births:
            if index < len(cells) and (shown := _birth(cells[index].strip())):
                self._add("birth-date", index, row, shown)
        for index, cell in enumerate(cells[: len(self.header)]):
            if _TITLE.match(cell):
                self._add("person-name", index, row, _initials(cell))

    def _add(self, kind: str, index: int, row: int, shown: str) -> None:
        signal = self.signals.setdefault((kind, index), _Signal(kind, index))
        signal.count += 1
        if len(signal.places) < PLACES:
            signal.places.append({"cell": f"{column_letter(index + 1)}{row}", "value": shown})

    def found(self) -> list[dict[str, Any]]:
        """The signs found, the gravest first; each column once per kind."""
        order = {kind: place for place, kind in enumerate(KINDS)}
        return [
            {
                "kind": signal.kind,
                "column": column_letter(signal.column + 1),
                "heading": self.header[signal.column],
                "count": signal.count,
                "places": signal.places,
                "expected": self._expected(signal),
            }
            for signal in sorted(self.signals.values(), key=lambda signal: (order[signal.kind], signal.column))
        ]

    def _expected(self, signal: _Signal) -> bool:
        asked = self.fields.get(key(self.header[signal.column]))
        if asked is None:
            return False
        words = fold(" ".join(str(asked.get(name) or "") for name in ("name", "title", "description")))
        return {
            "email": asked.get("format") == "email" or "mail" in words or "contact" in words,
            "phone": "telephone" in words or re.search(r"\btel\b|phone", words) is not None,
        }.get(signal.kind, False)


def _in_text(cell: str) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    if "@" in cell and (match := _EMAIL.search(cell)):
        found["email"] = _hide_address(match.group())
    if match := _PHONE.search(cell):
        digits = re.sub(r"\D", "", match.group())
        found["phone"] = f"{match.group()[:2]}{'•' * (len(digits) - 4)}{digits[-2:]}"
    for match in _NIR.finditer(cell):
        if nir_is_valid(match.group()):
            found["nir"] = f"{match.group()[0]}{'•' * 14}"
            found.pop("phone", None)
    for match in _IBAN.finditer(cell):
        if iban_is_valid(match.group()):
            found["iban"] = f"{match.group()[:2]}{'•' * 12}"
            found.pop("phone", None)
            found.pop("nir", None)
    return list(found.items())


def nir_is_valid(text: str) -> bool:
    """Tell whether *text* is a French social security number: 13 characters and their key (97 less the rest by 97).

    In Corsica the département is 2A or 2B, counted as 19 and 18 (décret 82-103, article R115-1 of the Code de la
    sécurité sociale).
    """
    bare = "".join(text.split()).upper()
    if not re.fullmatch(r"[12]\d{4}(?:\d\d|2[AB])\d{8}", bare):
        return False
    number = bare[:13].replace("2A", "19", 1) if bare[5:7] == "2A" else bare[:13]
    number = bare[:5] + "18" + bare[7:13] if bare[5:7] == "2B" else number
    return int(bare[13:]) == 97 - int(number) % 97


def iban_is_valid(text: str) -> bool:
    """Tell whether *text* is an IBAN by its key (ISO 13616-1: the number moved and spelled out leaves 1 by 97)."""
    bare = "".join(text.split())
    if not re.fullmatch(r"[A-Z]{2}\d\d[A-Z0-9]{11,30}", bare) or (bare.startswith("FR") and len(bare) != 27):
        return False
    return int("".join(str(int(character, 36)) for character in bare[4:] + bare[:4])) % 97 == 1


def _birth(text: str) -> str | None:
    for shape, places in _DAYS:
        if match := shape.fullmatch(text):
            try:
                day = dt.date(*(int(match[place]) for place in places))
            except ValueError:
                return None
            return f"••/••/{day.year}" if 1900 <= day.year <= dt.datetime.now(dt.timezone.utc).year else None
    return None


def _hide_address(address: str) -> str:
    name, _, domain = address.partition("@")
    return address if _SERVICE.match(fold(name)) else f"{name[0]}•••@{domain}"


def _initials(cell: str) -> str:
    return " ".join(word[0] + "•" * (len(word) - 1) if len(word) > 3 else word for word in cell.split()[:4])
