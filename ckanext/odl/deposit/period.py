"""The year, month or season that a file covers: from its dates, then from its name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from ckanext.odl.scdl.text import key
from ckanext.odl.validation.context import MAIN_DATES

from .words import say

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_SEASON = re.compile(r"(?<!\d)((?:19|20)\d\d)\s?[-_/–]\s?((?:19|20)\d\d)(?!\d)")


class PeriodWatch:
    """Looks at the years in the columns that say when a row happened."""

    def __init__(self, header: Sequence[str], name: str) -> None:
        self.name = name
        self.header = header
        self.years: dict[int, Counter[int]] = {
            index: Counter() for index, heading in enumerate(header) if key(heading) in MAIN_DATES
        }

    def see(self, row: int, cells: Sequence[str]) -> None:
        for index, years in self.years.items():
            if index < len(cells) and (match := _YEAR.search(cells[index])):
                years[int(match.group())] += 1

    def found(self, language: str) -> dict[str, str] | None:
        """``value`` and ``why``; None when nothing tells."""
        for index, years in self.years.items():
            if len(years) == 1:
                (year,) = years
                return {
                    "value": str(year),
                    "why": say("period", "all-dates", language, year=year, heading=self.header[index]),
                }
        if season := _SEASON.search(self.name):
            if int(season[2]) == int(season[1]) + 1:
                return {"value": f"{season[1]}/{season[2]}", "why": say("period", "name", language, text=season[0])}
        if len(set(found := _YEAR.findall(self.name))) == 1:
            return {"value": found[0], "why": say("period", "name", language, text=found[0])}
        return None
