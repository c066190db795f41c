"""Signs of personal data in a file: where they are, how many, and whether its model asks for them.

What is decided here: a telephone number or an e-mail address is looked for in every column but those of codes,
amounts, dates and positions, where ten digits are something else. Names are looked for after a civility anywhere, and
by first names in the columns that hold beneficiaries, contacts and the like; elected members in their office
(rapporteur, maire) are told as expected: the law lets public life bear names (article D312-1-3 of the Code des
relations entre le public et l’administration). A column where the model asks for a contact is expected as long as it
holds the addresses of services; those of persons, and mobile numbers, are findings there too.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import re2

from ckanext.odl.scdl.text import fold, key
from ckanext.odl.validation.report import column_letter

from . import identifiers
from .persons import CIVILITY, civil_name, initials, looks_like_person
from .reading import Block
from .words import number, say

PLACES = 5
KINDS = ("nir", "iban", "birth-date", "person-name", "email", "phone")
"""The kinds of signs, the gravest first."""

_OLDEST = 120
_MOST_CHARACTERS = 4000
"""Of a cell are looked at: a whole page of text, and no more of a drawing that a cell holds."""
_SHORTEST = 5
_SURE_SHARE = 0.3
"""Of the numbers of 15 digits in a column, those with the key of a NIR: by chance it is one in a hundred."""

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_CODES = re.compile(
    r"\b(?:siret|siren|nic|rna|insee|rivoli|uuid|guid|geom\w*|geo|wkt|shape|lat\w*|lon\w*|lng|coord\w*|x|y|montant\w*|prix"
    r"|surface|date\w*|code\w*|cp|montants?|annee|exercice|cle|cpv|idbeneficiaire|idattribuant|url|lien|hash|population)\b"
)
_PHONES = re.compile(r"\b(?:tel\w*|phone\w*|portable|mobile|fax|contact\w*|joindre|gsm)\b")
_BIRTH = re.compile(
    r"\b(?:(?:date|jour|d) (?:de )?naiss\w*|naissance|naiss|ne le|nee le|ne e le|ddn|birth ?date|birthday)\b"
)
_NOT_BIRTH = re.compile(r"\b(?:lieu|annee|commune|pays|ville|nom|nombre|nb|code)\b")
_FIRST_NAME = re.compile(r"\bprenoms?\b")
_LAST_NAME = re.compile(r"\bnoms?\b")
_THING = re.compile(
    r"\b(?:voies?|rues?|communes?|villes?|villages?|sites?|equip\w*|asso\w*|stations?|coll\w*|organismes?|entreprises?"
    r"|salles?|cantines?|ecoles?|etab\w*|batiments?|budget|structures?|services?|lieux?|parcs?|parkings?|epci|latin"
    r"|usuel|commun|scientifique|fichier|jeu|produit|plat|projet|marche|amenageur|enseigne|usage du|court|long)\b"
)
_IN_OFFICE = re.compile(
    r"\b(?:elus?|elue?s?|rapporteurs?|rapporteuse|maire|signataire|depute\w*|seance|votants?|mandat)\b"
)
_HOLDERS = re.compile(
    r"\b(?:benef\w*|titulaires?|attributaires?|demandeurs?|petitionnaires?|proprietaires?|responsables?|contacts?"
    r"|presidente?s?|gerante?s?|agents?|interlocuteur\w*|occupant\w*|locataires?|candidat\w*|nom prenom"
    r"|nom et prenom|prenom nom|personnes?|fournisseurs?|raison sociale|tiers|referent\w*|exposants?|commercants?)\b"
)
_NAMES_SHARE = 0.5
"""Of the cells of a column called only « nom »: fewer that look like people are halls and trees named after them."""
_G = r"[ \x{a0}\x{202f}.\-/]?"
_WORTH = re2.compile(
    rf"@|0[1-9](?:{_G}[0-9][0-9]){{4}}|(?:\+|00){_G}[0-9]{{2,3}}{_G}(?:\(0\){_G})?[1-9](?:{_G}[0-9][0-9]){{4}}"
    rf"|[123478]{_G}[0-9][0-9]{_G}[0-9][0-9]{_G}(?:[0-9][0-9]|2[ABab])(?:{_G}[0-9]{{3}}){{2}}"
    rf"|[A-Za-z]{{2}}[0-9][0-9](?:{_G}[A-Za-z0-9]){{11}}|\b{CIVILITY}[ \x{{a0}}]"
)
"""What is quickly told of a whole column: whether any of its cells is worth a closer look."""
_LONG = re.compile(r"\d(?:[ \u00a0\u202f.\-/()]{0,2}\d){8}|[A-Za-z]{2}\d\d[ \u00a0\u202f.\-]?[A-Za-z0-9]{4}")
_FULL_DAY = (
    (re.compile(r"(\d{4})-(\d\d?)-(\d\d?)(?:[T ].*)?"), (1, 2, 3)),
    (re.compile(r"(\d\d?)[/.\-](\d\d?)[/.\-](\d{4})"), (3, 2, 1)),
)


@dataclass
class _Signal:
    kind: str
    column: int
    count: int = 0
    personal: int = 0
    places: list[dict[str, str]] = field(default_factory=list)


class SignalWatch:
    """Looks at each cell once and remembers where something personal stands.

    :param header: the headings
    :param fields: the columns of the file's model, none when it has none
    :param today: the latest day on which somebody can be born
    :param is_grid: whether places are those of a spreadsheet (D12); otherwise they are numbers of records (#12)
    """

    def __init__(
        self,
        header: Sequence[str],
        fields: Sequence[Mapping[str, Any]] = (),
        today: dt.date | None = None,
        *,
        is_grid: bool = True,
    ) -> None:
        self.is_grid = is_grid
        self.header = header
        self.fields = {key(str(entry["name"])): entry for entry in fields}
        self.today = today or dt.datetime.now(dt.timezone.utc).date()
        plain = [fold(_HUMP.sub(" ", heading)) for heading in header]
        codes = [bool(_CODES.search(words)) and not _PHONES.search(words) for words in plain]
        self.open = [index for index, code in enumerate(codes) if not code]
        self.codes = [index for index, code in enumerate(codes) if code]
        self.births = [i for i, words in enumerate(plain) if _BIRTH.search(words) and not _NOT_BIRTH.search(words)]
        self.office = {index for index, words in enumerate(plain) if _IN_OFFICE.search(words)}
        holders = {i for i, words in enumerate(plain) if _HOLDERS.search(words)}
        self.bare = {
            i for i, words in enumerate(plain) if _LAST_NAME.search(words) and not _THING.search(words)
        } - holders
        self.holders = sorted((holders | self.office | self.bare) - set(self.codes))
        self.filled = dict.fromkeys(self.bare, 0)
        self.pair = _name_columns(plain)
        self.signals: dict[tuple[str, int], _Signal] = {}
        self.long_numbers: dict[int, int] = {}

    def see(self, block: Block) -> None:
        """Take in some rows."""
        for index in self.open:
            cells = block.columns[index]
            if _WORTH.search("\n".join(cells)):
                self._look(index, block.numbers, cells)
        for index in self.codes:
            cells = block.columns[index]
            if "@" in "\n".join(cells):
                self._look(index, block.numbers, ["" if "@" not in cell else cell for cell in cells])
        for index in self.births:
            for row, cell in zip(block.numbers, block.columns[index], strict=True):
                year = _birth_year(cell) if cell else None
                if year and 0 <= self.today.year - year < _OLDEST:
                    self._add("birth-date", index, row, f"••/••/{year}", personal=True)
        for index in self.holders:
            cells = block.columns[index]
            if index in self.filled:
                self.filled[index] += sum(1 for cell in cells if cell.strip())
            for row, cell in zip(block.numbers, cells, strict=True):
                if cell and looks_like_person(cell):
                    self._add("person-name", index, row, initials(cell), personal=index not in self.office)
        if self.pair:
            last, first = self.pair
            for row, name, other in zip(block.numbers, block.columns[last], block.columns[first], strict=True):
                if name.strip() and other.strip():
                    self._add("person-name", last, row, initials(f"{name} {other}"), personal=True)

    def _look(self, index: int, rows: Sequence[int], cells: Sequence[str]) -> None:
        for row, cell in zip(rows, cells, strict=True):
            if len(cell) < _SHORTEST:
                continue
            for kind, shown, personal in _in_text(cell[:_MOST_CHARACTERS]):
                if kind == "long-number":
                    self.long_numbers[index] = self.long_numbers.get(index, 0) + 1
                elif kind != "person-name" or index not in self.holders or not looks_like_person(cell):
                    self._add(kind, index, row, shown, personal=personal)

    def _add(self, kind: str, index: int, row: int, shown: str, *, personal: bool) -> None:
        signal = self.signals.get((kind, index))
        if signal is None:
            signal = self.signals[kind, index] = _Signal(kind, index)
        signal.count += 1
        signal.personal += personal
        if len(signal.places) < PLACES:
            place = f"{column_letter(index + 1)}{row}" if self.is_grid else f"#{row}"
            signal.places.append({"cell": place, "value": shown})

    def found(self) -> list[dict[str, Any]]:
        """The signs found, the gravest first, one entry for each kind and column.

        :returns: ``kind`` (one of :data:`KINDS`), ``column`` (letter), ``heading``, ``count`` of cells, ``personal``:
            how many of them are a person's for sure (a mobile number, an address with a name); ``places``: the first
            :data:`PLACES`, ``cell`` and masked ``value``; ``expected``: the model asks for it, or the office bears
            names
        """
        order = {kind: place for place, kind in enumerate(KINDS)}
        kept = [signal for signal in self.signals.values() if self._sure(signal)]
        return [
            {
                "kind": signal.kind,
                "column": column_letter(signal.column + 1),
                "heading": self.header[signal.column],
                "count": signal.count,
                "personal": signal.personal,
                "places": signal.places,
                "expected": self._expected(signal),
            }
            for signal in sorted(kept, key=lambda signal: (order[signal.kind], signal.column))
        ]

    def _sure(self, signal: _Signal) -> bool:
        if signal.kind == "person-name" and signal.column in self.filled:
            return signal.count >= _NAMES_SHARE * self.filled[signal.column]
        if signal.kind != "nir":
            return True
        others = self.long_numbers.get(signal.column, 0)
        return signal.count >= _SURE_SHARE * (signal.count + others)

    def _expected(self, signal: _Signal) -> bool:
        if signal.kind == "person-name" and signal.column in self.office:
            return True
        asked = self.fields.get(key(self.header[signal.column]))
        if asked is None or signal.personal:
            return False
        words = fold(_HUMP.sub(" ", f"{asked['name']} {asked.get('title') or ''}"))
        if signal.kind == "email":
            return asked.get("format") == "email" or bool(re.search(r"\b(?:e ?mail|mel|courriel|contact)\b", words))
        return signal.kind == "phone" and bool(_PHONES.search(words))


def sentence(signal: Mapping[str, Any], language: str = "fr") -> str:
    """Say a sign in words: « 218 numéros de téléphone dans la colonne L (« TELEPHONE »), dont 3 de mobile. »"""
    one = "one" if signal["count"] == 1 else "several"
    what = say("signals", f"{signal['kind']}-{one}", language, count=number(signal["count"], language))
    told = say("signals", "where", language, what=what, column=signal["column"], heading=signal["heading"])
    personal = signal.get("personal") or 0
    if personal and personal < signal["count"] and signal["kind"] in ("email", "phone"):
        told += ", " + say("signals", f"{signal['kind']}-personal", language, count=number(personal, language))
    return f"{told}."


def _name_columns(plain: Sequence[str]) -> tuple[int, int] | None:
    """The columns of names and first names, when a file has both."""
    named = [bool(_LAST_NAME.search(words)) and not _THING.search(words) for words in plain]
    first = next((i for i, words in enumerate(plain) if _FIRST_NAME.search(words) and not named[i]), None)
    if first is None:
        return None
    last = [index for index, is_name in enumerate(named) if is_name and index != first]
    return (min(last, key=lambda index: abs(index - first)), first) if last else None


@lru_cache(maxsize=1 << 14)
def _in_text(cell: str) -> tuple[tuple[str, str, bool], ...]:
    """Kind, masked value and whether it is a person's, of what stands in a cell; each kind once."""
    found: dict[str, tuple[str, bool]] = {}
    if "@" in cell:
        addresses = identifiers.EMAIL.findall(cell)
        if addresses:
            chosen = next(filter(identifiers.is_personal, addresses), addresses[0])
            found["email"] = identifiers.hidden("email", chosen), identifiers.is_personal(chosen)
    if _LONG.search(cell):
        rest = cell
        for kind, shape, valid in (
            ("iban", identifiers.IBAN, identifiers.iban_is_valid),
            ("nir", identifiers.NIR, identifiers.nir_is_valid),
        ):
            for match in shape.findall(rest):
                if valid(match):
                    found[kind] = identifiers.hidden(kind, match), True
                    rest = rest.replace(match, "\n")
                elif kind == "nir":
                    found.setdefault("long-number", ("", False))
        phones = identifiers.PHONE.findall(rest)
        if phones:
            chosen = next(filter(identifiers.is_mobile, phones), phones[0])
            found["phone"] = identifiers.hidden("phone", chosen), identifiers.is_mobile(chosen)
    named = civil_name(cell) if "M" in cell else None
    if named:
        found["person-name"] = initials(named), True
    if "nir" in found:
        found.pop("long-number", None)
    return tuple((kind, shown, personal) for kind, (shown, personal) in found.items())


@lru_cache(maxsize=1 << 14)
def _birth_year(text: str) -> int | None:
    """The year of a full date, None for anything else."""
    for shape, places in _FULL_DAY:
        if match := shape.fullmatch(text.strip()):
            try:
                return dt.date(*(int(match[place]) for place in places)).year
            except ValueError:
                return None
    return None
