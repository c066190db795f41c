"""Why a value is refused, when it can be guessed, and what it was probably meant to be.

A hint is a word (``excel-rounded``, ``zero-lost``, ``date-french``…) that chooses the sentence; ``suggestion`` is a
value the field accepts.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .fields import FieldRule

EXCEL_ROUNDED = re.compile(r"[0-9][.,][0-9]+E\+[0-9]{1,2}", re.IGNORECASE)
_FRENCH_DATE = re.compile(
    r"([0-9]{1,2})[/.\- ]([0-9]{1,2})[/.\- ]([0-9]{4}|[0-9]{2})(?:[ T][0-9]{1,2}[:hH][0-9]{2}(?::[0-9]{2})?)?"
)
_LOOSE_ISO = re.compile(r"([0-9]{4})[/.\- ]([0-9]{1,2})[/.\- ]([0-9]{1,2})(?:[ T][0-9:.hH]+Z?)?")
_SERIAL = re.compile(r"[2-6][0-9]{4}")
_AMOUNT = re.compile(r"[+-]?[0-9][0-9\s\u00a0\u202f.,']*(?:€|EUR|euros?|%)?", re.IGNORECASE)
_PART_OF_DATE = re.compile(r"([0-9]{4})(?:-(0[1-9]|1[0-2]))?")
_TWO_YEARS = re.compile(r"([0-9]{4})\s?[/-]\s?([0-9]{4})")
_SPACES = re.compile(r"[\s\u00a0\u202f]+")
_WORDS = {
    "true": ("oui", "o", "vrai", "yes", "x", "true", "1"),
    "false": ("non", "n", "faux", "no", "false", "0"),
}


def plain(text: str) -> str:
    """Without accents, case, quotes' shape or repeated spaces: what two people would call the same word."""
    return _known_plain(text) if len(text) <= _WORD else _plain(text)


def _plain(text: str) -> str:
    if text.isascii():
        return " ".join(text.split()).lower()
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'"))
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return " ".join(bare.split()).casefold()


_WORD = 200
"""Characters of the texts that are remembered: long ones would fill the memory of a process that has little."""
_known_plain = lru_cache(maxsize=1 << 12)(_plain)


def for_type(field: FieldRule, text: str) -> dict[str, Any]:
    """The hint for a value that is not of the field's type."""
    stripped = text.strip(" \t\r\n\u00a0\u202f")
    if stripped != text and field.read(stripped) is not None:
        return _suggest(field, "spaces", stripped)
    if repeats_header(field, stripped):
        return {"hint": "header-repeated"}
    if means_nothing(stripped):
        return {"hint": "unknown"}
    if field.type == "time":
        return _time(field, stripped)
    if field.type in ("number", "integer"):
        return _number(field, stripped)
    if field.type in ("date", "datetime", "year", "yearmonth"):
        return _date(field, stripped)
    if field.type == "boolean":
        return _boolean(field, stripped)
    if field.type == "geopoint" or field.type == "array":
        loose = stripped.strip("[]() ")
        proposal = f"[{loose}]" if field.type == "array" or field.format == "array" else loose
        if proposal != text and field.read(proposal) is not None:
            return _suggest(field, "form", proposal)
    return {}


def for_enum(text: str, accepted: list[str]) -> dict[str, Any]:
    """The accepted value that is the same word but for accents, case or spaces, or the nearest one."""
    same = {plain(value): value for value in accepted}
    found = same.get(plain(text))
    if found is not None:
        return {"hint": "spelling", "suggestion": found}
    close = get_close_matches(plain(text)[:100], same, n=1, cutoff=0.8)
    if not close and len(text) >= 5:
        # "numéraire" for "aide en numéraire": the accepted value that ends so, if there is one alone.
        close = [word for word in same if word.endswith(" " + plain(text)) and not re.search("[;,|]", word)]
        close = close if len(close) == 1 else []
    return {"hint": "close", "suggestion": same[close[0]]} if close else {}


def for_pattern(field: FieldRule, text: str) -> dict[str, Any]:
    """The hint for a text that does not have the right form: what Excel did to it, spaces, a lost zero, case."""
    if is_rounded(text):
        return {"hint": "excel-rounded"}
    if repeats_header(field, text):
        return {"hint": "header-repeated"}
    if means_nothing(text):
        return {"hint": "unknown"}
    stripped = text.strip(" \t\r\n\u00a0\u202f")
    if stripped != text and field.accepts(stripped):
        return {"hint": "spaces", "suggestion": stripped}
    packed = _SPACES.sub("", text)
    # A code may have lost its form to spaces; a sentence has not.
    if packed != text and len(text) <= 40 and field.accepts(packed):
        return {"hint": "spaces", "suggestion": packed}
    if text.isdigit() and text.isascii() and len(text) < 14:
        for zeros in (1, 2):
            padded = "0" * zeros + text
            if field.accepts(padded):
                return {"hint": "zero-lost", "suggestion": padded}
    if text.endswith(".0") and text[:-2].isdigit() and field.accepts(text[:-2]):
        return {"hint": "form", "suggestion": text[:-2]}
    dated = _date_suggestion(text)
    if dated and field.accepts(dated):
        return {"hint": "date-french", "suggestion": dated}
    if _SERIAL.fullmatch(text) and field.accepts(_of_serial(text)):
        return {"hint": "serial", "suggestion": _of_serial(text)}
    whole = _two_dates(field, text) or _whole_date(field, text)
    if whole:
        return {"hint": "form" if _TWO_DATES.fullmatch(text) else "date-part", "suggestion": whole}
    digits = re.sub("[^0-9]", "", text)
    if digits != text and len(digits) >= 9 and len(text) <= 40 and field.accepts(digits):
        return {"hint": "stray", "suggestion": digits}
    for proposal in (text.upper(), text.lower(), text.capitalize(), text.replace("’", "'"), text.replace(",", ".")):
        if proposal != text and field.accepts(proposal):
            return {"hint": "form", "suggestion": proposal}
    return {}


_NOTHING = {
    "sans objet", "so", "s o", "neant", "nc", "n c", "na", "n a", "nd", "n d", "nr", "n r", "non communique",
    "non communiquee", "non concerne", "non concernee", "non renseigne", "non renseignee", "non applicable",
    "non defini", "non precise", "non precisee", "a preciser", "a completer", "non disponible", "ras", "inconnu",
    "inconnue", "aucun", "aucune", "rien", "vide", "null", "none", "pas de siret", "nan",
}  # fmt: skip


def means_nothing(text: str) -> bool:
    """``sans objet``, ``NC``, ``-``: words for an empty cell."""
    bare = " ".join(re.sub("[^a-z0-9]", " ", plain(text[:40])).split())
    return bare in _NOTHING or (not bare and bool(text) and not re.search("[^-–—−_./?*\\s]", text))


def repeats_header(field: FieldRule, text: str) -> bool:
    """The column's own name or title in a cell: the row of headings stands a second time among the data."""
    word = plain(text[:100])
    return bool(word) and word in (plain(field.name), plain(field.title or ""))


def is_rounded(text: str) -> bool:
    """``2,20E+13``: Excel took a long code for a number and kept its first digits only."""
    return EXCEL_ROUNDED.fullmatch(text.strip()) is not None


def is_percentage(name: str, maximum: Any, text: str) -> bool:
    """A share written as 80 where the schema counts from 0 to 1."""
    if not _is_one(maximum) or not re.search("pourcent|taux|part", name, re.IGNORECASE):
        return False
    return re.fullmatch(r"[0-9]{1,3}(?:\.[0-9]+)?", text) is not None and float(text) <= 100


def _is_one(maximum: Any) -> bool:
    return str(maximum) in ("1", "1.0")


def as_share(percentage: str) -> str | None:
    """``45`` as ``0.45``, or None when the text is no number."""
    try:
        return format((Decimal(percentage) / 100).normalize(), "f")
    except InvalidOperation:
        return None


def amount(text: str) -> str | None:
    """``1 234,50 €`` as ``1234.50``, or None when the text is no amount."""
    stripped = text.strip()
    if not _AMOUNT.fullmatch(stripped):
        return None
    digits = re.sub(r"[^0-9,.+\-]", "", stripped)
    if "," in digits and "." in digits:
        decimal = max(digits.rfind(","), digits.rfind("."))
        digits = re.sub("[,.]", "", digits[:decimal]) + "." + digits[decimal + 1 :]
    elif digits.count(",") == 1:
        digits = digits.replace(",", ".")
    elif digits.count(".") > 1 or digits.count(",") > 1:
        digits = digits.replace(".", "").replace(",", "")
    return digits


def _suggest(field: FieldRule, hint: str, suggestion: str) -> dict[str, Any]:
    return {"hint": hint, "suggestion": suggestion} if field.accepts(suggestion) else {"hint": hint}


def _number(field: FieldRule, text: str) -> dict[str, Any]:
    if is_rounded(text):
        return {"hint": "excel-rounded"}
    proposal = amount(text)
    if proposal is None:
        return _number_among_words(field, text)
    if text.endswith("%"):
        share = as_share(proposal)
        if share is not None and _is_one(field.constraints.get("maximum")):
            return _suggest(field, "percent", share) if field.accepts(share) else {"hint": "percent-over"}
        return {"hint": "percent-sign", "number": proposal, "share": share or proposal}
    if field.type == "integer" and proposal.count(".") == 1:
        whole, fraction = proposal.split(".")
        if fraction.strip("0"):
            return {"hint": "not-integer"}
        proposal = whole
    if proposal == text or field.read(proposal) is None:
        return {}
    hint = "decimal-comma" if re.fullmatch("[+-]?[0-9]+,[0-9]+", text) else "amount"
    return _suggest(field, hint, proposal)


_LEADING_AMOUNT = re.compile(
    r"([0-9][0-9\s\u00a0\u202f]*(?:[.,][0-9]+)?)\s*(?:€|EUR|euros?)?\s*[(,;:/a-zà-ÿ].*", re.I | re.S
)
_RANGE = re.compile(r"[0-9]+(?:[.,][0-9]+)?\s*(?:-|–|à|a|/|et|ou)\s*[0-9]+(?:[.,][0-9]+)?", re.I)


def _number_among_words(field: FieldRule, text: str) -> dict[str, Any]:
    """« 240 000 € (pour trois saisons) », « 150-200 »."""
    if _RANGE.fullmatch(text):
        return {"hint": "range"}
    match = _LEADING_AMOUNT.fullmatch(text)
    proposal = amount(match.group(1)) if match else None
    return _suggest(field, "words", proposal) if proposal and field.accepts(proposal) else {}


_CLOCK = re.compile(r"([01]?[0-9]|2[0-3])\s?(?:h|:|H)\s?([0-5][0-9])?(?::?([0-5][0-9]))?(?:\s?(?:min|mn))?")


def _time(field: FieldRule, text: str) -> dict[str, Any]:
    match = _CLOCK.fullmatch(text)
    if not match:
        return {}
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return _suggest(field, "form", f"{hours:02}:{minutes:02}:{seconds:02}")


_TWO_DATES = re.compile(
    r"(?:du\s)?(.{6,10}?)\s?(?:[_;,–]|\bau\b|\bet\b|\s[-/]\s|\s|-(?=[0-9]{1,2}/)|/(?=[0-9]{4}-)"
    r"|/(?=[0-9]{1,2}/[0-9]{1,2}/))\s?(.{6,10})",
    re.IGNORECASE,
)


def _two_dates(field: FieldRule, text: str) -> str | None:
    """« 2017-06-27_2018-06-27 » as the period that the field accepts."""
    match = _TWO_DATES.fullmatch(text.strip())
    dates = [_date_suggestion(part) for part in match.groups()] if match else [None]
    proposal = "/".join(part for part in dates if part)
    return proposal if None not in dates and field.accepts(proposal) else None


_MONTHS = (
    ("janv", "janvier"), ("fev", "fevr", "fevrier"), ("mars",), ("avr", "avril"), ("mai",), ("juin",),
    ("juil", "juillet"), ("aout",), ("sept", "septembre"), ("oct", "octobre"), ("nov", "novembre"),
    ("dec", "decembre"),
)  # fmt: skip
_WORDY_DATE = re.compile(
    r"(?:(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche) )?(?:([0-9]{1,2})(?:er)? )?([a-z]+)\.? ([0-9]{4})"
)


def _in_figures(text: str) -> str:
    """« 16 janvier 2018 » as 16/01/2018, « janvier 2018 » as 2018-01; any other text as it is."""
    match = _WORDY_DATE.fullmatch(plain(text[:40]))
    month = next((n for n, names in enumerate(_MONTHS, 1) if match and match.group(2) in names), None)
    if match is None or month is None:
        return text
    day, year = match.group(1), match.group(3)
    return f"{day}/{month:02}/{year}" if day else f"{year}-{month:02}"


def _date_suggestion(text: str) -> str | None:
    """The ISO form of a date written another way, days before months as in French."""
    text = _in_figures(text.strip())
    match = _FRENCH_DATE.fullmatch(text)
    if match:
        day, month, year = (int(part) for part in match.groups())
        year += 2000 if year < 60 else 1900 if year < 100 else 0
    else:
        match = _LOOSE_ISO.fullmatch(text)
        if not match:
            return None
        year, month, day = (int(part) for part in match.groups())
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _of_serial(text: str) -> str:
    """The date that a spreadsheet keeps as a number of days."""
    return (date(1899, 12, 30) + timedelta(days=int(text))).isoformat()


def _whole_date(field: FieldRule, text: str) -> str | None:
    """The period or the first day that a year, a month or two years stand for, when the field accepts it."""
    text = _in_figures(text)
    years = _TWO_YEARS.fullmatch(text)
    part = _PART_OF_DATE.fullmatch(text)
    if years:
        proposals = [f"{years.group(1)}-01-01/{years.group(2)}-12-31"]
    elif part and 1900 <= int(part.group(1)) < 2100:
        year, month = int(part.group(1)), int(part.group(2) or 1)
        last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1) if part.group(2) else date(year, 12, 31)
        first = date(year, month, 1).isoformat()
        proposals = [f"{first}/{last.isoformat()}", _in_format(field, first)]
    else:
        return None
    return next((proposal for proposal in proposals if field.accepts(proposal)), None)


def _date(field: FieldRule, text: str) -> dict[str, Any]:
    if field.type == "year" or (field.type == "date" and field.format == "%Y"):
        iso = _date_suggestion(text)
        return _suggest(field, "year", iso[:4]) if iso else {}
    if _SERIAL.fullmatch(text):
        return _suggest(field, "serial", _in_format(field, _of_serial(text)))
    whole = _whole_date(field, text)
    if whole:
        return {"hint": "date-part", "suggestion": whole}
    iso = _date_suggestion(text)
    if iso is None:
        parts = re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) or _FRENCH_DATE.fullmatch(text)
        return {"hint": "date-impossible"} if parts else {}
    if field.type == "datetime" and field.format in ("default", "any"):
        clock = re.search(r"[T ]([0-9]{1,2})[:hH]([0-9]{2})(?::([0-9]{2}))?", text)
        if clock:
            hours, minutes, seconds = (int(part or 0) for part in clock.groups())
            return _suggest(field, "date-french", f"{iso}T{hours:02}:{minutes:02}:{seconds:02}Z")
    return _suggest(field, "date-french", _in_format(field, iso))


def _in_format(field: FieldRule, iso: str) -> str:
    if field.type == "yearmonth":
        return iso[:7]
    if field.type == "datetime" and field.format in ("default", "any"):
        return iso + "T00:00:00Z"
    if field.format in ("default", "any"):
        return iso
    return date.fromisoformat(iso).strftime(field.format)


def _boolean(field: FieldRule, text: str) -> dict[str, Any]:
    word = plain(text)
    if word in _WORDS["true"] and field.true_values:
        return _suggest(field, "boolean", field.true_values[0])
    if word in _WORDS["false"] and field.false_values:
        return _suggest(field, "boolean", field.false_values[0])
    return {}
