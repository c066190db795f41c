"""Periods (ISO 8601 as the portal keeps them) as days and as French words."""

from __future__ import annotations

import calendar

_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
_SCHOOL = ("restauration",)


def bounds(period: str, theme: str = "") -> tuple[str, str]:
    """First and last day of a period; two years in a row of a subject that follows school years run from September.

    >>> bounds("2025-02")
    ('2025-02-01', '2025-02-28')
    """
    first, _, last = period.partition("/")
    last = last or first
    if is_season(period) and theme in _SCHOOL:
        return f"{first}-09-01", f"{last}-08-31"
    return _day(first, last=False), _day(last, last=True)


def is_season(period: str) -> bool:
    """Whether a period is two years in a row: 2024/2025."""
    first, _, last = period.partition("/")
    return len(first) == len(last) == 4 and int(last) == int(first) + 1


def _day(part: str, *, last: bool) -> str:
    if len(part) == 4:
        return part + ("-12-31" if last else "-01-01")
    if len(part) == 7:
        return f"{part}-{calendar.monthrange(int(part[:4]), int(part[5:]))[1]:02}" if last else f"{part}-01"
    return part


def in_french(period: str) -> str:
    """A period in French: « 2025 », « mars 2025 », « 2024-2025 », « 2019 à 2023 ».

    >>> in_french("2025-03")
    'mars 2025'
    """
    first, _, last = period.partition("/")
    if not last:
        return _said(first)
    if is_season(period):
        return f"{first}-{last}"
    if len(first) == 10:
        return f"du {_said(first)} au {_said(last)}"
    return f"{_said(first)} à {_said(last)}"


def of_period(period: str) -> str:
    """A period after « de »: « de 2025 », « d’août 2025 », « du 3 mars 2025 »."""
    said = in_french(period)
    if said.startswith("du "):
        return said
    if len(period) == 10:
        return f"du {said}"
    return f"d{'’' if said[0] in 'ao' else 'e '}{said}"


def _said(part: str) -> str:
    if len(part) == 4:
        return part
    month = f"{_MONTHS[int(part[5:7]) - 1]} {part[:4]}"
    if len(part) == 7:
        return month
    day = int(part[8:])
    return f"{'1er' if day == 1 else day} {month}"
