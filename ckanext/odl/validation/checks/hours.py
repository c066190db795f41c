"""Opening hours: the part of OpenStreetMap's ``opening_hours`` grammar that people write.

Rules separated by ``;`` or ``||``; in each: months and days of months, weeks, weekdays (ranges, lists, nth), public
and school holidays, time spans (open end, several, sunrise and sunset), ``off``, ``closed``, ``open``, ``unknown``,
comments.
Source: https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification
"""

from __future__ import annotations

import re

from ..hints import plain
from ..problems import Problem

_DAY = "(?:Mo|Tu|We|Th|Fr|Sa|Su)"
_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_HOUR = r"(?:[01]?[0-9]|[23][0-9]|4[0-8]):[0-5][0-9]"
_EVENT = rf"(?:(?:dawn|sunrise|sunset|dusk)|\((?:dawn|sunrise|sunset|dusk)[+-]{_HOUR}\))"
_INSTANT = f"(?:{_HOUR}|{_EVENT})"
_SPAN = rf"{_INSTANT}(?:\s?-\s?{_INSTANT}\+?|\+)?"
_TIMES = rf"{_SPAN}(?:\s?,\s?{_SPAN})*"
_OFFSET = r"(?:\s?[+-][0-9]+ days?)?"
_WEEKDAY = rf"(?:{_DAY}(?:\[(?:-?[1-5](?:\s?-\s?[1-5])?(?:\s?,\s?)?)+\]{_OFFSET})?(?:\s?-\s?{_DAY})?|PH{_OFFSET}|SH)"
_WEEKDAYS = rf"{_WEEKDAY}(?:\s?,\s?{_WEEKDAY})*"
_DATE = rf"(?:(?:[0-9]{{4}} )?(?:{_MONTH}|easter{_OFFSET})(?: [0-9]{{1,2}})?{_OFFSET})"
_DATES = rf"{_DATE}(?:\s?-\s?(?:{_DATE}|[0-9]{{1,2}}))?\+?"
_MONTHS = rf"{_DATES}(?:\s?,\s?{_DATES})*"
_YEARS = r"[0-9]{4}(?:\s?-\s?[0-9]{4}(?:/[0-9]+)?|\+)?(?:\s?,\s?[0-9]{4}(?:\s?-\s?[0-9]{4})?)*"
_WEEKS = r"week [0-9]{1,2}(?:\s?-\s?[0-9]{1,2}(?:/[0-9]+)?)?(?:\s?,\s?[0-9]{1,2}(?:\s?-\s?[0-9]{1,2})?)*"
_STATE = r"(?:off|closed|open|unknown)"
_COMMENT = r'"[^"]*"'
_RULE = re.compile(
    rf"(?:24/7|(?:{_YEARS}(?::| ))?(?:{_MONTHS}:?)?\s?(?:{_WEEKS}:?)?\s?(?:{_WEEKDAYS}:?)?\s?(?:{_TIMES})?)"
    rf"\s?(?:{_STATE})?\s?(?:{_COMMENT})?"
)
_FRENCH = re.compile(r"\b(lun|mar|mer|jeu|ven|sam|dim|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)\b|[0-9]h")


def opening_hours(text: str) -> Problem | None:
    """Hours that software reading OpenStreetMap's form understands. Ends past midnight go up to 48:00 as OSM allows."""
    if len(text) > 1000:
        return Problem("opening-hours", params={})
    for part in re.split(r"\s*(?:;|\|\|)\s*", text.strip().rstrip(";")):
        rules = _separate(part)
        if not part or not all(rule.strip() and _RULE.fullmatch(rule.strip()) for rule in rules):
            return Problem("opening-hours", params={"hint": "french"} if _FRENCH.search(plain(text)) else {})
    return None


def _separate(part: str) -> list[str]:
    """Additional rules: a comma after the hours that is followed by days or months starts a rule of its own."""
    return re.split(rf"(?<=[0-9+])\s*,\s*(?={_DAY}|{_MONTH}|PH|SH)", part)
