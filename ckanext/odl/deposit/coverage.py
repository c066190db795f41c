"""What a file covers, how many rows of which years, and what would be gone if another one took its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ckanext.odl.validation.context import read_period

from .dates import is_season, of_period
from .words import number, say

_SLIP = 20
"""A year with so many times fewer rows than the fullest one is a slip, no year that the file covers."""
_KEPT = 2 / 3
"""Share of the rows that a new file must have for the replacement to be a matter of course."""


@dataclass(frozen=True)
class Coverage:
    """Rows and years of a file. Both may be unknown: of a file that is no table, that was not read, has no dates.

    :ivar rows: how many; None when unknown
    :ivar years: rows by year, as its check counted them; a period that is declared counts when they are unknown
    :ivar period: what the file is said to cover (ISO 8601), "" when nothing is said
    """

    rows: int | None = None
    years: Mapping[str, int] = field(default_factory=dict)
    period: str = ""

    @classmethod
    def of(cls, counts: Mapping[str, Any] | None, period: str | None = None) -> Coverage:
        """From ``rows`` and ``years`` of a report's ``file``, and the period that somebody declared."""
        known = counts or {}
        return cls(known.get("rows"), known.get("years") or {}, period or "")

    @property
    def covered(self) -> list[int]:
        """The years that the file covers, without the slips; empty when unknown."""
        if self.years:
            fullest = max(self.years.values())
            return sorted(int(year) for year, count in self.years.items() if count * _SLIP >= fullest)
        said = read_period(self.period)
        return list(range(said.first, said.last + 1)) if said else []

    @property
    def end(self) -> str:
        """Where the file ends in time, to put the latest of a series first: « 2025 », « 2025-03 »; "" when unknown."""
        declared = self.period.rpartition("/")[2] if read_period(self.period) else ""
        return declared or (str(self.covered[-1]) if self.covered else "")

    def told(self, language: str) -> str:
        """« 30 lignes de 2021 à 2025 », « 12 lignes de mars 2025 », « 12 lignes, période inconnue »."""
        rows = rows_told(self.rows, language)
        told = self._period_told(language) or years_told(self.covered, language)
        if not told:
            return ", ".join(filter(None, (rows, say("coverage", "unknown", language))))
        return " ".join(filter(None, (rows, told)))

    def _period_told(self, language: str) -> str:
        """The declared period where it says more than the years do: a month, a season."""
        if not read_period(self.period) or (len(self.covered) > 1 and (self.years or not is_season(self.period))):
            return ""
        return of_period(self.period) if language[:2] != "en" else say("coverage", "of", "en", years=self.period)


@dataclass(frozen=True)
class Loss:
    """What a replacement takes off line: the years of which nothing is left, and how many rows there are fewer."""

    years: Sequence[int]
    before: int | None
    after: int | None

    def told(self, language: str) -> str:
        """A sentence: « les lignes de 2021 à 2024 ne seront plus en ligne »."""
        if self.years:
            return say("coverage", "years-gone", language, years=years_told(self.years, language))
        before, after = rows_told(self.before, language), number(self.after or 0, language)
        return say("coverage", "rows-gone", language, before=before, after=after)


def loss(present: Coverage, new: Coverage) -> Loss | None:
    """What is lost when *new* takes the place of *present*; None when nothing is, as far as the portal knows.

    Years of which the new file has no row, or more than a third of the rows.
    """
    gone = sorted(set(present.covered) - set(new.covered) - {int(year) for year in new.years}) if new.covered else []
    fewer = present.rows is not None and new.rows is not None and new.rows < _KEPT * present.rows
    return Loss(gone, present.rows, new.rows) if gone or fewer else None


def same_period(one: Coverage, other: Coverage) -> bool | None:
    """Whether two files are about the same time; None when that of one of them is unknown."""
    if one.period and other.period:
        return one.period == other.period
    if not one.covered or not other.covered:
        return None
    return one.covered == other.covered


def rows_told(rows: int | None, language: str) -> str:
    """« 30 lignes », "" when it is not known."""
    if rows is None:
        return ""
    return say("coverage", "row" if rows == 1 else "rows", language, count=number(rows, language))


def years_told(years: Sequence[int], language: str) -> str:
    """« de 2021 », « de 2021 à 2025 », « de 2021, 2022 et 2025 », « de 2015 à 2019 et de 2025 »; "" without a year."""
    spans: list[list[int]] = []
    for year in sorted(years):
        if spans and year == spans[-1][1] + 1:
            spans[-1][1] = year
        else:
            spans.append([year, year])
    if all(last - first < 2 for first, last in spans):
        told = _listed([str(year) for year in sorted(years)], language)
        return say("coverage", "of", language, years=told) if told else ""
    return _listed([_span_told(first, last, language) for first, last in spans], language)


def _span_told(first: int, last: int, language: str) -> str:
    if first == last:
        return say("coverage", "of", language, years=first)
    return say("coverage", "from-to", language, first=first, last=last)


def _listed(told: Sequence[str], language: str) -> str:
    if len(told) < 2:
        return "".join(told)
    return f"{', '.join(told[:-1])} {say('coverage', 'and', language)} {told[-1]}"
