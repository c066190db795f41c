"""The year, month or season that a file covers: from its dates, then from its name and titles."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from ckanext.odl.scdl.text import fold, key
from ckanext.odl.validation.context import MAIN_DATES, when

from .reading import Block
from .words import number, say_all

_MOSTLY = 0.75
"""Share of the dates of one year that makes it the file's: the others are slips, or agreements of several years."""
_ENOUGH = 5
_NAMED = 0.3
"""Share of the dates that must lie in the year that the file names, where they run over several years."""
_LONG_SPAN = 3
"""Years; more of them in a column that the models do not know are the ages of things (signs, trees), no period."""

_YEARS_HEADING = re.compile(r"\b(?:annee|exercice|millesime|saison)\b")
_DATE_HEADING = re.compile(r"\bdate\b")
_ASIDE = re.compile(
    r"\b(?:maj|mise a jour|mise en service|modif\w*|creation|naissance|naiss|publication|import|export|saisie|fin"
    r"|limite|installation|validite|plantation|construction|versement|paiement|periode)\b"
)

_EDGE, _END = r"(?<![0-9])", r"(?![0-9])"
_MONTHS = {
    "janvier": 1, "fevrier": 2, "mars": 3, "avril": 4, "mai": 5, "juin": 6,
    "juillet": 7, "aout": 8, "septembre": 9, "octobre": 10, "novembre": 11, "decembre": 12,
}  # fmt: skip
_TEXT_MONTH = re.compile(rf"\b({'|'.join(_MONTHS)}) ((?:19|20)\d\d)\b")
_TEXT_SPAN = re.compile(rf"{_EDGE}((?:19|20)\d\d) ?(?:a|et)? ?((?:19|20)\d\d){_END}")
_TEXT_SHORT_SPAN = re.compile(rf"{_EDGE}(20\d\d) (\d\d){_END}")
_TEXT_QUARTER = re.compile(r"\b(?:t([1-4]) (20\d\d)|(20\d\d) ?t([1-4])|([1-4])(?:er|e|eme)? trimestre (20\d\d))\b")
_TEXT_DAY = re.compile(rf"{_EDGE}((?:19|20)\d\d)(0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]){_END}")
_TEXT_COMPACT_MONTH = re.compile(rf"{_EDGE}((?:19|20)\d\d)(0[1-9]|1[0-2]){_END}")
_TEXT_DAYS = re.compile(r"\b(\d\d?) (\d\d?) ((?:19|20)\d\d) (?:au|a) (\d\d?) (\d\d?) ((?:19|20)\d\d)\b")
_TEXT_YEAR = re.compile(rf"{_EDGE}(?:19|20)\d\d{_END}")


class PeriodWatch:
    """Looks at the columns that say when a row happened.

    :param header: the headings
    :param texts: the file's name without its ending, its title lines, the name of its sheet
    :param modelled: whether the file follows a model: other dates than the model's main one then say nothing
    :param pace: the usual pace of the model (a code of the European frequency vocabulary)
    """

    def __init__(
        self, header: Sequence[str], texts: Sequence[str], *, modelled: bool = False, pace: str | None = None
    ) -> None:
        self.header = header
        self.texts = texts
        self.pace = pace
        self.months: dict[int, Counter[tuple[int, int, int]]] = {
            index: Counter() for index in _date_columns(header, modelled)
        }

    def see(self, block: Block) -> None:
        """Take in some rows."""
        for index, months in self.months.items():
            for text, count in Counter(block.columns[index]).items():
                if text and (found := when(text)):
                    months[found] += count

    def found(self) -> dict[str, Any] | None:
        """``value`` (ISO 8601: ``2025``, ``2025-03``, ``2024/2025``…) and ``why`` (by language); None when nothing
        tells."""
        told = [(place, text, value) for place, text in enumerate(self.texts) if (value := period_in(text))]
        for index, months in self.months.items():
            if not months:
                continue
            heading = self.header[index]
            value, reason, values = _of_dates(months, self.pace)
            if reason == "span":
                named = next(((text, said) for _, text, said in told if _share(months, said) >= _NAMED), None)
                if named:
                    count, total = round(_share(months, named[1]) * sum(months.values())), sum(months.values())
                    return {"value": named[1], "why": _why_both(_cut(named[0]), heading, count, total)}
                first, _, last = value.partition("/")
                if key(heading) not in MAIN_DATES and int(last) - int(first) > _LONG_SPAN:
                    continue
            return {"value": value, "why": _why(reason, heading, values)}
        if told:
            place, text, value = told[0]
            return {
                "value": value,
                "why": say_all("period", "title" if place else "name", lambda _: {"text": _cut(text)}),
            }
        return None


def _why(reason: str, heading: str, values: Callable[[str], dict[str, Any]]) -> dict[str, str]:
    return say_all("period", reason, lambda language: {"heading": heading, **values(language)})


def _why_both(text: str, heading: str, count: int, total: int) -> dict[str, str]:
    """Why the period is the one that the file names: many of its dates agree."""
    return _why(
        "name-and-dates",
        heading,
        lambda language: {"text": text, "count": number(count, language), "total": number(total, language)},
    )


def _cut(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"


def _share(months: Counter[tuple[int, int, int]], period: str) -> float:
    """Share of the dates that lie in a year, 0 for a period of another kind."""
    if len(period) != 4:
        return 0.0
    inside = sum(count for (first, last, _), count in months.items() if first == last == int(period))
    return inside / sum(months.values())


def _date_columns(header: Sequence[str], modelled: bool) -> list[int]:
    """The columns to ask, the best first."""
    main = [index for index, heading in enumerate(header) if key(heading) in MAIN_DATES]
    years = [index for index, heading in enumerate(header) if _YEARS_HEADING.search(fold(heading))]
    dates: list[int] = []
    if not modelled:
        plain = [fold(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading)) for heading in header]
        dates = [i for i, words in enumerate(plain) if _DATE_HEADING.search(words) and not _ASIDE.search(words)]
    return list(dict.fromkeys(main + years + dates))


def _of_dates(months: Counter[tuple[int, int, int]], pace: str | None) -> tuple[str, str, Any]:
    """The period, the sentence that says why, and what the sentence needs, by language."""
    total = sum(months.values())
    years: Counter[tuple[int, int]] = Counter()
    for (first, last, _), count in months.items():
        years[first, last] += count
    (most, count) = years.most_common(1)[0]
    span = (min(first for first, _ in years), max(last for _, last in years))
    dates = sorted((first, month) for first, last, month in months)
    if all(month for _, month in dates):
        (first_year, first_month), (last_year, last_month) = dates[0], dates[-1]
        if pace == "MONTHLY" and dates[0] == dates[-1]:
            return f"{first_year}-{first_month:02}", "all-month", lambda _: {"first": f"{first_month:02}/{first_year}"}
        quarter = (first_month - 1) // 3
        if pace == "QUARTERLY" and first_year == last_year and first_month < last_month <= 3 * quarter + 3:
            value = f"{first_year}-{3 * quarter + 1:02}/{first_year}-{3 * quarter + 3:02}"
            return value, "quarter", lambda _: {"number": quarter + 1, "year": first_year}
        school = last_year == first_year + 1 and first_month >= 8 and last_month <= 8
        if school and pace == "MONTHLY":
            return f"{first_year}/{last_year}", "season", lambda _: {"first": first_year, "last": last_year}
    if len(years) == 1 and most[0] == most[1]:
        return str(most[0]), "all-dates", lambda _: {"year": most[0]}
    if len(years) == 1:
        return f"{most[0]}/{most[1]}", "span", lambda _: {"first": most[0], "last": most[1]}
    if count >= _MOSTLY * total and total >= _ENOUGH and most[0] == most[1]:
        return (
            str(most[0]),
            "most-dates",
            lambda language: {
                "year": most[0],
                "count": number(count, language),
                "total": number(total, language),
            },
        )
    return f"{span[0]}/{span[1]}", "span", lambda _: {"first": span[0], "last": span[1]}


def period_in(text: str) -> str | None:
    """Return the one period that a name or title speaks of, None when there is none or there are several.

    >>> period_in("subventions_2025"), period_in("menus mars 2025"), period_in("saison 2024-2025")
    ('2025', '2025-03', '2024/2025')
    """
    words = fold(text)
    if match := _TEXT_MONTH.search(words):
        return f"{match[2]}-{_MONTHS[match[1]]:02}"
    if match := _TEXT_QUARTER.search(words):
        number_ = int(match[1] or match[4] or match[5])
        year = match[2] or match[3] or match[6]
        return f"{year}-{3 * number_ - 2:02}/{year}-{3 * number_:02}"
    if match := _TEXT_DAYS.search(words):
        return _from_to(match)
    if len(set(_TEXT_YEAR.findall(words))) > 2:
        return None
    spans = {found for found in _TEXT_SPAN.findall(words) if found[0] < found[1]}
    if len(spans) == 1:
        return "/".join(spans.pop())
    years = set(_TEXT_YEAR.findall(words))
    if len(years) == 1:
        (year,) = years
        if short := _TEXT_SHORT_SPAN.search(words):
            follows = int(short[2])
            if follows == (int(year) + 1) % 100:
                return f"{year}/{int(year) + 1}"
            if 1 <= follows <= 12 and not re.search(rf"{year} \d\d \d", words):
                return f"{year}-{follows:02}"
        return year
    if not years:
        if match := _TEXT_DAY.search(words):
            return match[1]
        months = set(_TEXT_COMPACT_MONTH.findall(words))
        if len(months) == 1:
            return "-".join(months.pop())
    return None


def _from_to(match: re.Match[str]) -> str | None:
    """« du 01/01/2023 au 30/06/2023 »: whole years or months where the days are theirs."""
    try:
        first, last = (dt.date(int(match[at + 2]), int(match[at + 1]), int(match[at])) for at in (1, 4))
    except ValueError:
        return None
    if first > last:
        return None
    after = last + dt.timedelta(days=1)
    if first.day == after.day == 1:
        if first.month == after.month == 1:
            return str(first.year) if first.year == last.year else f"{first.year}/{last.year}"
        months = f"{first:%Y-%m}", f"{last:%Y-%m}"
        return months[0] if months[0] == months[1] else "/".join(months)
    return f"{first.isoformat()}/{last.isoformat()}"
