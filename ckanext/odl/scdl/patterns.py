"""What a pattern of the national schemas asks for, in words: an agent never reads a regular expression."""

from __future__ import annotations

import re

from .text import key

_DIGITS = re.compile(r"(?:\\d|\[0-9\])\{(\d+)(?:,(\d*))?\}")

# Pattern without its anchors → (French, English). Written after https://schema.data.gouv.fr.
_KNOWN = {
    r"([013-9]\d|2[AB1-9])\d{3}": (
        "5 caractères\u00a0: 5 chiffres, ou 2A ou 2B puis 3 chiffres en Corse",
        "5 characters: 5 digits, or 2A or 2B and 3 digits in Corsica",
    ),
    r"([013-9]\d|2[AB1-9])\d{7}": (
        "9 caractères\u00a0: 9 chiffres, ou 2A ou 2B puis 7 chiffres en Corse",
        "9 characters: 9 digits, or 2A or 2B and 7 digits in Corsica",
    ),
    r"([013-9]\d|2[AB1-9])\d{3}-P-\d{3}": (
        "le code INSEE de la commune, puis «\u00a0-P-\u00a0», puis 3 chiffres",
        "the commune’s INSEE code, then “-P-”, then 3 digits",
    ),
    r"([013-9]\d|2[AB1-9])\d{3}-T-\d{3}": (
        "le code INSEE de la commune, puis «\u00a0-T-\u00a0», puis 3 chiffres",
        "the commune’s INSEE code, then “-T-”, then 3 digits",
    ),
    r"([013-9]\d|2[AB1-9])\d{3}-C-\d{3}": (
        "le code INSEE de la commune, puis «\u00a0-C-\u00a0», puis 3 chiffres",
        "the commune’s INSEE code, then “-C-”, then 3 digits",
    ),
    r"FR[A-Z0-9]{4,33}": (
        "FR, puis 4 à 33 lettres majuscules ou chiffres, sans espace",
        "FR, then 4 to 33 capital letters or digits, without spaces",
    ),
    r"\d[AB\d]\d{3}": (
        "5 caractères\u00a0: 5 chiffres, ou 2A ou 2B puis 3 chiffres en Corse",
        "5 characters: 5 digits, or 2A or 2B and 3 digits in Corsica",
    ),
    r"\d[0-9AB]\d{3}": (
        "5 caractères\u00a0: 5 chiffres, ou 2A ou 2B puis 3 chiffres en Corse",
        "5 characters: 5 digits, or 2A or 2B and 3 digits in Corsica",
    ),
    r"W(\d{2}|2[AB]|9[A-Z])\d{7}": (
        "la lettre W puis 9 caractères (des chiffres, sauf outre-mer et Corse)",
        "the letter W, then 9 characters (digits, but for overseas and Corsica)",
    ),
    r"([013-9]\d|2[ABab1-9])\d{3}_[A-Za-z0-9]{4}_\d{5}(_[a-z0-9]*)?(_[a-z0-9]*)?": (
        "le code INSEE, celui de la voie (4 caractères), le numéro (5 chiffres), séparés par «\u00a0_\u00a0»",
        "the INSEE code, the street code (4 characters) and the number in 5 digits, separated by underscores",
    ),
    r"[0-9A-Za-z].*": (
        "un texte qui commence par une lettre ou un chiffre",
        "a text that starts with a letter or a digit",
    ),
    r"(?:(?:^|,)(^FR[A-Z0-9]{4,33}$|Non concerné))+": (
        "FR puis 4 à 33 lettres majuscules ou chiffres, sans espace\u00a0; ou «\u00a0Non concerné\u00a0»",
        "FR, then 4 to 33 capital letters or digits, without spaces; or “Non concerné”",
    ),
    r"W\d{9}": ("la lettre W puis 9 chiffres", "the letter W, then 9 digits"),
    r"\d{4}\-\d{2}\-\d{2}(\/\d{4}\-\d{2}\-\d{2})?": (
        "une date au format année-mois-jour, ou deux dates séparées par une barre «\u00a0/\u00a0»",
        "a date written year-month-day, or two dates separated by a slash",
    ),
    r"\d{4}(\/\d{4})?": (
        "une année sur quatre chiffres, ou deux années séparées par une barre «\u00a0/\u00a0»",
        "a year in four digits, or two years separated by a slash",
    ),
    r"\d\.\d{1,2}": ("un chiffre, un point, puis un ou deux chiffres", "one digit, a point, then one or two digits"),
    r"[A-Z]{2}[A-Z0-9]{4,33}": (
        "deux lettres majuscules, puis 4 à 33 lettres majuscules ou chiffres, sans espace",
        "two capital letters, then 4 to 33 capital letters or digits, without spaces",
    ),
    r"(?:(?:^|,)(^[A-Z]{2}[A-Z0-9]{4,33}$|Non concerné))+": (
        "2 lettres majuscules, puis 4 à 33 majuscules ou chiffres, sans espace\u00a0; ou «\u00a0Non concerné\u00a0»",
        "two capital letters, then 4 to 33 capital letters or digits, without spaces; or “Non concerné”",
    ),
    r"(.*?)((\d{1,2}:\d{2})-(\d{1,2}:\d{2})|24/7)": (
        "des horaires au format OpenStreetMap (Mo-Fr 08:00-12:00), ou 24/7",
        "opening hours as OpenStreetMap writes them (Mo-Fr 08:00-12:00), or 24/7",
    ),
    r"(\d+|N/A)": ("un nombre entier, ou «\u00a0N/A\u00a0»", "a whole number, or “N/A”"),
    r"[a-zA-Z0-9]{9,14}": (
        "9 à 14 lettres (sans accent) ou chiffres, sans espace",
        "9 to 14 letters (without accents) or digits, without spaces",
    ),
    r"[A-Z0-9]{9,}": (
        "au moins 9 lettres majuscules ou chiffres, sans espace",
        "at least 9 capital letters or digits, without spaces",
    ),
    r"[A-Za-z0-9_]+": (
        "des lettres sans accent, des chiffres et des tirets bas «\u00a0_\u00a0»",
        "letters without accents, digits and underscores",
    ),
    r"\d{8}(\-\d)?": (
        "8 chiffres, suivis ou non d’un tiret et d’un chiffre",
        "8 digits, followed or not by a hyphen and one digit",
    ),
    r"[0-9A-B]{5}-\d{8}-\d{3}": (
        "le code INSEE de la commune, un tiret, 8 chiffres, un tiret, 3 chiffres",
        "the commune’s INSEE code, a hyphen, 8 digits, a hyphen, 3 digits",
    ),
    r"\d{4}.{1,10}\d{2}": (
        "l’année sur quatre chiffres, un numéro de 1 à 10 caractères, puis deux chiffres",
        "the year in four digits, a number of 1 to 10 characters, then two digits",
    ),
    r"\d{14}\d{4}.{1,10}\d{2}": (
        "le numéro SIRET (14 chiffres), l’année, un numéro de 1 à 10 caractères, puis deux chiffres",
        "the SIRET number (14 digits), the year, a number of 1 to 10 characters, then two digits",
    ),
    r"\d{1,}\|\d{1,}\|\d{1,}": (
        "trois nombres entiers séparés par une barre «\u00a0|\u00a0»",
        "three whole numbers separated by a vertical bar “|”",
    ),
    r"https?://[^|\s]*": (
        "une adresse web qui commence par http:// ou https://",
        "a web address that starts with http:// or https://",
    ),
    r"(https?://[^|\s]*\|)*https?://[^|\s]*": (
        "une ou plusieurs adresses web, séparées par une barre «\u00a0|\u00a0»",
        "one or more web addresses, separated by a vertical bar “|”",
    ),
    r"(https?://[^|\s]*)|([\w\-\.]+@([\w-]+\.)+[\w-]{2,})": (
        "une adresse web ou une adresse électronique",
        "a web address or an e-mail address",
    ),
}

# Recognised by what they contain, when their exact form varies from one schema to the next.
_HINTS: list[tuple[re.Pattern[str], tuple[str, str]]] = [
    (
        re.compile(r"\\?\+33\|"),
        (
            "un numéro de téléphone avec l’indicatif du pays, sans espace (+33…)",
            "a telephone number with the country code, without spaces (+33…)",
        ),
    ),
    (
        re.compile(r"\(LINESTRING\|"),
        ("une ligne ou une surface au format WKT", "a line or an area written in WKT"),
    ),
    (
        re.compile(r"\(\(Mo\|Tu\|"),
        (
            "des horaires au format OpenStreetMap, comme Mo-Fr 08:00-12:00",
            "opening hours as OpenStreetMap writes them, like Mo-Fr 08:00-12:00",
        ),
    ),
    (
        re.compile(r"\(\?:jpg\|"),
        (
            "l’adresse web d’une image (jpg, jpeg, gif ou png)",
            "the web address of a picture (jpg, jpeg, gif or png)",
        ),
    ),
    (
        re.compile(r"\\d\{4\}-\\d\{2\}-\\d\{2\}T"),
        (
            "une date et une heure avec le fuseau, comme 2026-03-31T14:30:00Z",
            "a date and time with the time zone, like 2026-03-31T14:30:00Z",
        ),
    ),
    (
        re.compile(r"^\(?@|@a:"),
        (
            "les identifiants BAN de la commune, de la voie et de l’adresse",
            "the BAN identifiers of the commune, the street and the address",
        ),
    ),
    (
        re.compile(r"\[(0-9)?A-Z\]\{2\}(\\d|\[0-9\])\{4\}"),
        (
            "une ou plusieurs parcelles cadastrales de 14 ou 15 caractères, séparées par une barre «\u00a0|\u00a0»",
            "one or more land parcels of 14 or 15 characters, separated by a vertical bar “|”",
        ),
    ),
    (
        re.compile(r"^\(\[0-9[^_]*_\(\(.*_\(\[0-9\]\{5\}\)"),
        (
            "le code INSEE, celui de la voie (4 caractères), le numéro (5 chiffres), séparés par «\u00a0_\u00a0»",
            "the INSEE code, the street code (4 characters) and the number in 5 digits, separated by underscores",
        ),
    ),
    (
        re.compile(r"^-\?\[0-9\]\{1,\d\}\\?\.\[0-9\]"),
        ("un nombre décimal écrit avec un point", "a decimal number written with a point"),
    ),
    (
        re.compile(r"^\^'\?\[A-Z"),
        (
            "un prénom\u00a0: une majuscule, puis des minuscules",
            "a first name: a capital letter, then small letters",
        ),
    ),
    (
        re.compile(r"Paris\|Lyon\|Marseille|^\^\(Le \|La "),
        (
            "un nom de commune (lettres, espaces, tirets et apostrophes)",
            "the name of a commune (letters, spaces, hyphens and apostrophes)",
        ),
    ),
]

_LETTERS = re.compile(r"\^?\(*\[[^\]]*[aA]-[zZ](?:[^\]\\]|\\.)*\]+[*+]\)*\$?")
_LIST = re.compile(r"\(\?:\(\?:\^\|(?P<separator>\\\||,|;)\)\((?P<values>.+)\)\)\+")
_COMMA_LIST = re.compile(r"\(\?:\(\?:(?P<values>[^()]+)\)\(\?:(?P<separator>,)\\s\*\)\?\)\+")
_REPEATED = re.compile(r"\^\((?P<values>[^()]+)\)\{1\}\((?P<separator>\\\|)\(.+\)\)\*\$\|\^\((?P<alone>[^()]+)\)\{1\}")
_PLAIN = re.compile(r"(?:[^\[\]{}^$*?\\]|\\[^\w\s])+")


def choices_of(pattern: str) -> tuple[list[str], str] | None:
    """Return the values and the separator of a pattern that accepts several values of a list, else None.

    >>> choices_of(r"(?:(?:^|\\|)(Fixe|Itinérant))+$")
    (['Fixe', 'Itinérant'], '|')
    """
    for shape in (_LIST, _COMMA_LIST, _REPEATED):
        found = shape.match(pattern.removeprefix("^") if shape is not _REPEATED else pattern)
        if found and _PLAIN.fullmatch(found["values"]):
            values = [value.replace("\\", "") for value in re.split(r"(?<!\\)\|", found["values"]) if value]
            if shape is _REPEATED:
                values.append(found["alone"])
            return values, found["separator"].removeprefix("\\")
    return None


def explain(pattern: str, french: bool) -> str | None:
    """Return in words what *pattern* accepts, or None when only an example can tell."""
    bare = pattern.removeprefix("^").removesuffix("$")
    digits = _DIGITS.fullmatch(bare)
    if digits:
        return _digits(digits[1], digits[2], french)
    known = _KNOWN.get(bare.replace("[0-9]", r"\d")) or next(
        (words for hint, words in _HINTS if hint.search(pattern)), None
    )
    if known is None and _LETTERS.fullmatch(pattern) and not re.search(r"[<>@]", pattern):
        known = _letters(pattern)
    return known[0 if french else 1] if known else None


def _letters(pattern: str) -> tuple[str, str]:
    numbers = "0-9" in pattern or r"\d" in pattern
    if key(pattern).startswith("az") and "A-Z" not in pattern:
        return "des lettres minuscules et des chiffres, sans espace", "small letters and digits, without spaces"
    if numbers:
        return (
            "un texte fait de lettres, de chiffres, d’espaces et de signes courants",
            "a text made of letters, digits, spaces and common signs",
        )
    return (
        "un texte fait de lettres, d’espaces, de tirets et d’apostrophes",
        "a text made of letters, spaces, hyphens and apostrophes",
    )


def _digits(least: str, most: str | None, french: bool) -> str:
    if most is None:
        return f"{least} chiffres" if french else f"{least} digits"
    if not most:
        return f"au moins {least} chiffres" if french else f"at least {least} digits"
    return f"{least} à {most} chiffres" if french else f"{least} to {most} digits"
