"""Texts that can be read in two ways: 03/04/2024 (March or April?), 03/04/24 (which century?), 1,234 (a thousand?).

The rule of the field still gives each value: it is asked with the text written in the one way it knows for sure.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from ..fields import FieldRule
from ..hints import amount
from ..judges import ColumnJudge

DAY_FIRST, MONTH_FIRST = "day-month", "month-day"
DECIMAL, THOUSANDS = "decimal", "thousands"
_DATES = ("date", "datetime", "year", "yearmonth")
_DATE = re.compile(r"(?<![0-9])(?<![0-9]-)([0-9]{1,2})([/.\- ])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})(?![0-9])")
_LONGEST = 40
"""Characters of a text in which dates are looked for."""
_DATE_HINTS = ("date-french", "form", "year")
_ASKED = re.compile(r"[+-]?[0-9]{1,3}([,.])[0-9]{3}")
_SIGNS = re.compile(r"\s*(?:€|EUR|euros?)\s*", re.IGNORECASE)
_COMMA_ENDS = re.compile(r".*,(?:[0-9]{1,2}|[0-9]{4,})")
_POINT_ENDS = re.compile(r".*,[0-9]{3}(?:\.[0-9]*|,.*)")

Fits = Callable[[str], bool]


def of(judge: ColumnJudge, text: str, fits: Fits) -> dict[str, Any] | None:
    """How a wrong text can be read, as the arguments of a :class:`.cells.Mending`; None when it is no such text."""
    rule = judge.rule
    if rule.type in ("number", "integer"):
        return _number(judge, text, fits)
    if may_date(rule):
        return _date(judge, text, fits)
    return None


def may_date(rule: FieldRule) -> bool:
    """Whether the cells of a field may be dates: its type says so, or its pattern may ask for them."""
    return rule.type in _DATES or (rule.type == "string" and "pattern" in rule.constraints)


def _date(judge: ColumnJudge, text: str, fits: Fits) -> dict[str, Any] | None:
    if len(text) > _LONGEST:
        return None
    matches = list(_DATE.finditer(text))
    if not matches or len(matches) > 2:
        return None
    short = any(len(match.group(4)) == 2 for match in matches)
    found: dict[str, str] = {}
    for name, order, century in _ways(short):
        written = _written(text, order, century)
        value = _value(judge, written, fits) if written else None
        if value is not None:
            found[name] = value
    if not found:
        return None
    if short:
        return {
            "kind": "short-date",
            "readings": found,
            "family": "short-date",
            "asks": "date-century",
            "proves": orders_of(text),
        }
    if len(set(found.values())) == 1:
        proves = () if len(found) == 2 else tuple(found)
        return {"kind": "date", "after": next(iter(found.values())), "family": "date", "proves": proves}
    return {"kind": "date", "readings": found, "family": "date", "asks": "date-order"}


def orders_of(text: str) -> tuple[str, ...]:
    """The orders of day and month that the dates of a text prove, whether or not the field can take the text.

    25/03/2024 has its day first, for there is no month 25; 03/04/2024 proves nothing, nor does 31/02/2024, which is no
    day at all.
    """
    proven: dict[str, None] = {}
    for match in _DATE.finditer(text[:_LONGEST]):
        ways = [(DAY_FIRST, match.group(1), match.group(3)), (MONTH_FIRST, match.group(3), match.group(1))]
        possible = [name for name, day, month in ways if _is_day(int(day), int(month), int(match.group(4)))]
        if len(possible) == 1:
            proven[possible[0]] = None
    return tuple(proven)


def _is_day(day: int, month: int, year: int) -> bool:
    try:
        date(year + (2000 if year < 100 else 0), month, day)
    except ValueError:
        return False
    return True


def _ways(short: bool) -> list[tuple[str, str, int]]:
    if not short:
        return [(DAY_FIRST, "dmy", 0), (MONTH_FIRST, "mdy", 0)]
    orders = ((DAY_FIRST, "dmy"), (MONTH_FIRST, "mdy"), ("year-month", "ymd"))
    return [(f"{name}-{century}", order, century) for century in (2000, 1900) for name, order in orders]


def _written(text: str, order: str, century: int) -> str | None:
    """The text with its dates as dd/mm/yyyy."""
    impossible = False

    def one(match: re.Match[str]) -> str:
        nonlocal impossible
        parts = dict(zip(order, (match.group(1), match.group(3), match.group(4)), strict=True))
        if order == "ymd" and len(match.group(1)) != 2:
            impossible = True
        year = int(parts["y"]) + (century if len(parts["y"]) < 3 else 0)
        impossible = impossible or len(parts["d"]) > 2
        return f"{int(parts['d']):02}/{int(parts['m']):02}/{year:04}"

    written = _DATE.sub(one, text)
    return None if impossible else written


def _value(judge: ColumnJudge, text: str, fits: Fits) -> str | None:
    """What the rule makes of a text whose dates have their days first."""
    if fits(text):
        return text
    for problem in judge[text]:
        value = problem.params.get("suggestion")
        if isinstance(value, str) and problem.params.get("hint") in _DATE_HINTS:
            # A time of the clock is not known to be that of Greenwich.
            local = value.removesuffix("Z") if judge.rule.type == "datetime" else value
            return local if fits(local) else value if fits(value) else None
    return None


def _number(judge: ColumnJudge, text: str, fits: Fits) -> dict[str, Any] | None:
    bare = _SIGNS.sub("", text).strip()
    asked = _ASKED.fullmatch(bare)
    if asked and judge.rule.plain_decimals:
        found = {DECIMAL: _decimal(judge, bare), THOUSANDS: bare.replace(asked.group(1), "")}
        found = {name: value for name, value in found.items() if fits(value)}
        if found:
            return {"kind": "decimal-comma", "readings": found, "family": "comma", "asks": "comma"}
        return None
    value = amount(text)
    if value is None or text.endswith("%"):
        return None
    proves = DECIMAL if _COMMA_ENDS.fullmatch(bare) else THOUSANDS if _POINT_ENDS.fullmatch(bare) else None
    if proves is None:
        return None
    value = _decimal(judge, value)
    kind = "decimal-comma" if re.fullmatch("[+-]?[0-9]+,[0-9]+", text) else "amount"
    return {"kind": kind, "after": value, "family": "comma", "proves": (proves,)} if fits(value) else None


def _decimal(judge: ColumnJudge, text: str) -> str:
    value = text.replace(",", ".")
    whole, _, fraction = value.partition(".")
    return whole if judge.rule.type == "integer" and not fraction.strip("0") else value


def year_of(value: str) -> int | None:
    """The year at the beginning of an ISO date."""
    match = re.match("([0-9]{4})(?:-|$)", value)
    return int(match.group(1)) if match else None
