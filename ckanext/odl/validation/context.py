"""What the caller knows of a file beyond its schema: whose it is, and the period it is declared to cover.

The national schemas do not say which column names the collectivité that publishes; :data:`OWN_SIRET`,
:data:`OWN_INSEE` and :data:`PLACE_INSEE` do, by the meaning that each schema gives to its columns.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as attribute
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from . import limits
from .checks.identifiers import is_siren, is_siret
from .checks.reference import department_of
from .fields import FieldRule
from .problems import Problem

if TYPE_CHECKING:
    from .report import Findings
    from .structure import Column


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


OWN_SIRET = _names(
    "collsiret collsiren menucollsiret platcollsiret idattribuant bgtsiret siretacheteur acheteurid acheteursid "
    "sirendeclarant siretdeclarant sirencollectivite siretcollectivite idcollectivite sirenepci siretepci"
)
"""Columns that hold the SIRET or the SIREN of the collectivité the file is about (names without case or signs)."""

_OWN_SIRET_BY_MEANING = re.compile(
    r"\bsire[nt]\b.*\b(?:collectivité|attribuant|acheteur|déclarant|employeur|accorde)\b"
    r"|\b(?:collectivité|attribuant|acheteur|déclarant|employeur)\b.*\bsire[nt]\b",
    re.IGNORECASE,
)
"""For columns called only « siret » or « siren »: what their title says."""

OWN_INSEE = _names("collinsee inseecollectivite codeinseecollectivite")
"""Columns that hold the INSEE code of the collectivité the file is about."""

PLACE_INSEE = _names(
    "insee codeinsee codeinseecommune codecommuneinsee cominsee comminsee codecom communeinsee codecommune"
)
"""Columns that hold the INSEE code of the commune where each row is."""

MAIN_DATES = _names(
    "dateconvention bgtannee annee exercice anneeexercice delibdate menudate datenotification notificationdate arrdate "
    "anneebudget dateseance dateacte datesignature"
)
"""Columns that say when a row happened: their years are those of the file's period. A date of update, of installation,
of planting says nothing of it."""


def _key(name: str) -> str:
    return re.sub("[^a-z0-9]", "", name.casefold())


def is_main_date(name: str) -> bool:
    """Whether a column is one of :data:`MAIN_DATES`."""
    return _key(name) in MAIN_DATES


def is_own_siret(rule: FieldRule) -> bool:
    """Whether a column holds the SIRET or SIREN of the collectivité the file is about."""
    name = _key(rule.name)
    if name in OWN_SIRET:
        return True
    return name in ("siret", "siren") and bool(_OWN_SIRET_BY_MEANING.search(rule.title or ""))


@dataclass(frozen=True)
class Period:
    """The years that a file is declared to cover, and the text that says so."""

    first: int
    last: int
    text: str

    def holds(self, value: Any) -> bool | None:
        """Whether a date or a year falls in one of the years; None when it is neither."""
        year = getattr(value, "year", value)
        if isinstance(year, bool) or not isinstance(year, int):
            return None
        return self.first <= year <= self.last


_PART = "([0-9]{4})(?:-[0-9]{2}){0,2}"
_PERIOD = re.compile(f"{_PART}(?:/{_PART})?")


def read_period(text: str | None) -> Period | None:
    """A year, a month, a day (ISO 8601), or two of them with ``/`` between; None for anything else, which judges
    nothing."""
    match = _PERIOD.fullmatch((text or "").strip())
    if not match:
        return None
    first, last = int(match.group(1)), int(match.group(2) or match.group(1))
    return Period(first, last, match.group()) if first <= last else None


_ISO = re.compile(r"((?:19|20)\d\d)(?:[-/.](\d\d?)(?:[-/.]\d\d?)?)?(?:[T ].*)?")
_FRENCH = re.compile(r"\d\d?[-/.](\d\d?)[-/.]((?:19|20)\d\d)(?:[T ].*)?")
_SEASON = re.compile(r"((?:19|20)\d\d)\s?[-/–]\s?((?:19|20)\d\d)")
_FIRST_YEAR = 1950


@lru_cache(maxsize=1 << 16)
def when(text: str) -> tuple[int, int, int] | None:
    """First year, last year and month (0: not said) of a cell, however the date is written; None when it is none.

    >>> when("2025-03-31"), when("31/03/2025"), when("2024-2025"), when("mars")
    ((2025, 2025, 3), (2025, 2025, 3), (2024, 2025, 0), None)
    """
    text = text.strip()
    if len(text) > 40:
        return None
    if match := _SEASON.fullmatch(text):
        first, last = int(match[1]), int(match[2])
        return (first, last, 0) if first <= last else None
    if match := _ISO.fullmatch(text):
        year, month = int(match[1]), int(match[2] or 0)
    elif match := _FRENCH.fullmatch(text):
        year, month = int(match[2]), int(match[1])
    else:
        return None
    if year < _FIRST_YEAR or month > 12:
        return None
    return year, year, month


@dataclass
class YearsTally:
    """The column that says when each row happened: how many rows there are of each year.

    A check needs it for nothing; who has two files of the same data must know which rows the other one has not.
    """

    column: Column
    found: Counter[int] = attribute(default_factory=Counter)

    @classmethod
    def among(cls, columns: Sequence[Column]) -> YearsTally | None:
        """The first column of :data:`MAIN_DATES`, None when there is none."""
        column = next((column for column in columns if is_main_date(column.rule.name)), None)
        return cls(column) if column else None

    def see(self, text: str, _row: int, count: int = 1) -> None:
        """Take in ``count`` cells of the same text; a season counts for the year in which it begins."""
        year = when(text)
        if year:
            self.found[year[0]] += count

    def years(self) -> dict[str, int]:
        """Rows by year, the first year first."""
        return by_year(self.found)


def by_year(found: Counter[int]) -> dict[str, int]:
    """Counts of rows as a report keeps them: by year, the first year first."""
    return {str(year): count for year, count in sorted(found.items())}


@dataclass(frozen=True)
class Context:
    """What the caller knows. Everything may be unknown.

    :ivar owner_siren: SIREN (9 digits) of the collectivité that publishes the file; a SIRET is understood
    :ivar owner_insee: INSEE code of that collectivité, when it is a commune
    :ivar period: what the file is declared to cover
    """

    owner_siren: str | None = None
    owner_insee: str | None = None
    period: Period | None = None

    @classmethod
    def of(cls, owner_siren: str | None, owner_insee: str | None, period: str | None) -> Context:
        """From what people typed: what is no SIREN, no INSEE code, no period judges nothing."""
        siren = re.sub(r"\s", "", owner_siren or "")[:9]
        insee = re.sub(r"\s", "", owner_insee or "").upper()
        return cls(siren if is_siren(siren) else None, insee if department_of(insee) else None, read_period(period))


NOTHING_KNOWN = Context()


@dataclass
class _Tally:
    """One column that names collectivités: how often each was read, and where first."""

    column: Column
    kind: str
    """``siret``, ``insee`` or ``place``."""
    found: dict[str, tuple[int, int, str]] = attribute(default_factory=dict)
    """SIREN or INSEE code → rows, first row, text there."""
    names: dict[str, str | None] = attribute(default_factory=dict)
    """Text → SIREN or INSEE code, None when it is neither: each text is read once."""

    def see(self, text: str, row: int, count: int = 1) -> None:
        """Take in ``count`` cells of the same text, the first of them on ``row``."""
        name = self.names.get(text, "")
        if name == "":
            if len(self.names) >= limits.MEMORY_OF_VALUES:
                self.names.clear()
            name = self.names[text] = _siren_of(text) if self.kind == "siret" else _insee_of(text)
        if name is None:
            return
        known = self.found.get(name)
        self.found[name] = (known[0] + count, min(known[1], row), known[2]) if known else (count, row, text)


def _siren_of(text: str) -> str | None:
    digits = re.sub(r"[\s\u00a0\u202f]", "", text)
    return digits[:9] if is_siret(digits) or is_siren(digits) else None


def _insee_of(text: str) -> str | None:
    code = text.strip().upper()
    return code if department_of(code) else None


class OwnerWatch:
    """Whose file is it? Looks at the columns that name collectivités, all rows, and concludes at the end."""

    def __init__(self, columns: Sequence[Column], context: Context, *, places: bool = True) -> None:
        """:param places: false when a check of the schema already says what is to be said of the rows' communes"""
        self.context = context
        self.tallies: list[_Tally] = []
        if context.owner_siren is None and context.owner_insee is None:
            return
        for column in columns:
            name = _key(column.rule.name)
            if is_own_siret(column.rule):
                self.tallies.append(_Tally(column, "siret"))
            elif name in OWN_INSEE:
                self.tallies.append(_Tally(column, "insee"))
            elif places and name in PLACE_INSEE:
                self.tallies.append(_Tally(column, "place"))
        order = {"siret": 0, "insee": 1, "place": 2}
        self.tallies.sort(key=lambda tally: order[tally.kind])

    def say(self, findings: Findings) -> None:
        """One finding at most: several collectivités (a notice), or another one than the owner (a warning)."""
        several = next((tally for tally in self.tallies if len(tally.found) > 1), None)
        if several is not None:
            rule = several.column.rule
            findings.add(
                "several-organizations",
                "notice",
                column=several.column.number,
                field=rule.name,
                params={"count": len(several.found), "variant": several.kind, "name": rule.name},
            )
            return
        for tally in self.tallies:
            wanted = self.context.owner_siren if tally.kind == "siret" else self.context.owner_insee
            if wanted is None or not tally.found:
                continue
            ((name, (count, row, text)),) = tally.found.items()
            if name == wanted:
                return
            findings.add(
                "siret-other-organization",
                "warning",
                row=row,
                column=tally.column.number,
                field=tally.column.rule.name,
                value=text,
                params={"variant": tally.kind, "name": name, "expected": wanted, "count": count},
            )
            return


def outside_period(rule: FieldRule, period: Period) -> Any:
    """A suspicion (text and value to a problem) for a column of :data:`MAIN_DATES`, or None for another column."""
    if _key(rule.name) not in MAIN_DATES:
        return None

    def judge(text: str, value: Any) -> Problem | None:
        if isinstance(value, str):
            match = re.match(r"([0-9]{4})(?:$|-)", value)
            value = int(match.group(1)) if match else None
        if period.holds(value) is False:
            return Problem("year-outside-period", "warning", {"period": period.text})
        return None

    return judge
