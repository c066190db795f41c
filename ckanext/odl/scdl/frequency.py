"""How often a dataset is usually renewed, in words.

Source: http://publications.europa.eu/resource/authority/frequency
"""

from __future__ import annotations

_WORDS = {
    "TRIENNIAL": ("tous les trois ans", "every three years"),
    "BIENNIAL": ("tous les deux ans", "every two years"),
    "ANNUAL": ("une fois par an", "once a year"),
    "ANNUAL_2": ("deux fois par an", "twice a year"),
    "ANNUAL_3": ("trois fois par an", "three times a year"),
    "QUARTERLY": ("tous les trois mois", "every three months"),
    "BIMONTHLY": ("tous les deux mois", "every two months"),
    "MONTHLY": ("une fois par mois", "once a month"),
    "MONTHLY_2": ("deux fois par mois", "twice a month"),
    "BIWEEKLY": ("toutes les deux semaines", "every two weeks"),
    "WEEKLY": ("une fois par semaine", "once a week"),
    "DAILY": ("une fois par jour", "once a day"),
    "HOURLY": ("toutes les heures", "every hour"),
    "NEVER": ("une seule fois", "once only"),
    "CONT": ("en continu", "continuously"),
    "UPDATE_CONT": ("en continu", "continuously"),
    "IRREG": ("à chaque changement", "at each change"),
    "AS_NEEDED": ("à chaque changement", "at each change"),
}


def frequency_words(code: str | None, language: str = "fr") -> str:
    """Return the words of a code of the European frequency vocabulary; empty when there is none."""
    words = _WORDS.get((code or "").rpartition("/")[2])
    return words[0 if language.startswith("fr") else 1] if words else ""
