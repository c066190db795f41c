"""Days and periods, as people write them and as they are stored (ISO 8601)."""

from __future__ import annotations

import calendar
import datetime as dt
import re

_FRENCH_DAY = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")
_FRENCH_MONTH = re.compile(r"(\d{1,2})/(\d{4})")
_DAY_WITH_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})[T ].*")
_QUARTER = re.compile(r"(\d{4})[- ]?[TtQq]([1-4])")
_SEASON = re.compile(r"(\d{4})\s?[-–/]\s?(\d{4})")


def day(text: object, *, last: bool = False) -> str:
    """Return the ISO day meant by *text*: a day (31/03/2026 too), or the first (*last*) day of a month or year.

    :raises ValueError: *text* is none of these
    """
    if isinstance(text, dt.datetime):
        return text.date().isoformat()
    if isinstance(text, dt.date):
        return text.isoformat()
    words = str(text).strip()
    if match := _FRENCH_DAY.fullmatch(words):
        words = "-".join((match[3], match[2].zfill(2), match[1].zfill(2)))
    elif match := _DAY_WITH_TIME.fullmatch(words):
        words = match[1]
    elif re.fullmatch(r"\d{4}", words):
        words += "-12-31" if last else "-01-01"
    elif match := re.fullmatch(r"(\d{4})-(\d{2})", words):
        words += f"-{calendar.monthrange(int(match[1]), _month(match[2]))[1]:02}" if last else "-01"
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", words):
        raise ValueError(words)
    return dt.date.fromisoformat(words).isoformat()


def period(text: str) -> str:
    """Return a year, a month, a day, or two of them of the same kind with ``/`` between.

    ``03/2025``, ``2025-T1``, ``2024-2025`` and ``31/03/2025`` are understood.

    :raises ValueError: *text* is none of these, or it ends before it begins
    """
    words = text.strip()
    if match := _FRENCH_DAY.fullmatch(words):
        return day(words)
    if match := _FRENCH_MONTH.fullmatch(words):
        words = f"{match[2]}-{match[1].zfill(2)}"
    elif match := _QUARTER.fullmatch(words):
        first = 3 * int(match[2]) - 2
        words = f"{match[1]}-{first:02}/{match[1]}-{first + 2:02}"
    elif match := _SEASON.fullmatch(words):
        words = f"{match[1]}/{match[2]}"
    parts = words.split("/")
    if len(parts) > 2 or len({len(part) for part in parts}) > 1 or any(len(part) not in (4, 7, 10) for part in parts):
        raise ValueError(text)
    days = [day(part) for part in parts]
    if days != sorted(days):
        raise ValueError(text)
    return "/".join(parts)


def _month(text: str) -> int:
    if not 1 <= int(text) <= 12:
        raise ValueError(text)
    return int(text)
