"""What a column accepts, in words that an agent reads without help (French and English)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .patterns import choices_of, explain

Field = Mapping[str, Any]

TRUE_BY_DEFAULT = ("true", "True", "TRUE", "1")
FALSE_BY_DEFAULT = ("false", "False", "FALSE", "0")
LONGEST_LIST = 12
_PAIRS = (("oui", "non"), ("vrai", "faux"), ("true", "false"), ("1", "0"))


@dataclass(frozen=True)
class FieldWords:
    """A column as a person reads it."""

    name: str
    title: str
    meaning: str
    required: bool
    accepted: str
    example: str
    choices: tuple[str, ...] = ()
    """Every value of the list when there is one; ``accepted`` names the first ones only when it is long."""

    @property
    def cut(self) -> bool:
        """Whether ``accepted`` leaves some of the choices out."""
        return len(self.choices) > LONGEST_LIST


def describe(field: Field, language: str = "fr", checks: Iterable[str] = ()) -> FieldWords:
    """Say what *field* (of a Table Schema) is and accepts.

    :param language: "fr" or "en".
    :param checks: names of the national checks that look at this column alone (``french-siret-value``…).
    """
    return FieldWords(
        name=field["name"],
        title=field.get("title") or field["name"],
        meaning=field.get("description") or "",
        required=bool(_constraints(field).get("required")),
        accepted=accepted(field, language, checks),
        example=example(field),
        choices=tuple(choices(field) or (choices_of(_constraints(field).get("pattern") or "") or ([], ""))[0]),
    )


def describe_table(descriptor: Mapping[str, Any], language: str = "fr") -> list[FieldWords]:
    """Describe every column of a Table Schema, its national checks included."""
    by_column: dict[str, list[str]] = {}
    for check in descriptor.get("custom_checks") or ():
        params = check.get("params") or {}
        if set(params) <= {"column", "allow-year-only"} and "column" in params:
            by_column.setdefault(params["column"], []).append(check["name"])
    return [describe(field, language, by_column.get(field["name"], ())) for field in descriptor["fields"]]


def example(field: Field) -> str:
    """Return the example of *field* as it would be typed in a cell; empty when there is none."""
    value = field.get("example")
    if value is None:
        several = field.get("examples")
        value = several[0] if isinstance(several, list) and several else several
    if value is None:
        return ""
    if isinstance(value, bool):
        return yes_no(field)[0 if value else 1]
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def choices(field: Field) -> list[str]:
    """Return the values that *field* accepts when they are a list; empty otherwise."""
    listed = _constraints(field).get("enum")
    return [str(value) for value in listed] if isinstance(listed, list) else []


def yes_no(field: Field) -> tuple[str, str]:
    """Return the two words that are best typed in a boolean column.

    >>> yes_no({"trueValues": ["1", "oui"], "falseValues": ["0", "non"]})
    ('oui', 'non')
    """
    true, false = _truths(field)
    return next((pair for pair in _PAIRS if pair[0] in true and pair[1] in false), (true[0], false[0]))


def accepted(field: Field, language: str = "fr", checks: Iterable[str] = ()) -> str:
    """Return one phrase without final point, such as "une date, au format année-mois-jour"."""
    french = language.startswith("fr")
    phrase = next((_CHECKS[name][0 if french else 1] for name in checks if name in _CHECKS), "") or _base(field, french)
    if _constraints(field).get("unique"):
        phrase += "\u00a0; une valeur différente à chaque ligne" if french else "; a different value in each row"
    return phrase


def number(value: Any, french: bool) -> str:
    """Write a number the way people read it: ``1 234,5`` in French, ``1,234.5`` in English."""
    text = f"{Decimal(str(value)):,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace(",", "\u202f").replace(".", ",") if french else text


def listed(values: Sequence[str], french: bool, most: int = LONGEST_LIST, first: int = 4) -> str:
    """Enumerate *values*; the *first* ones only when they are more than *most*."""
    shown = list(values) if len(values) <= most else list(values[:first])
    if any(re.search(r"[\s,;]", value) for value in shown):
        shown = [f"«\u00a0{value}\u00a0»" if french else f"“{value}”" for value in shown]
    text = ", ".join(shown)
    rest = len(values) - len(shown)
    if rest:
        text += f"… et {rest} autres" if french else f"… and {rest} more"
    return text


def _constraints(field: Field) -> Mapping[str, Any]:
    return field.get("constraints") or {}


def _truths(field: Field) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return (
        tuple(field.get("trueValues") or TRUE_BY_DEFAULT),
        tuple(field.get("falseValues") or FALSE_BY_DEFAULT),
    )


def _base(field: Field, french: bool) -> str:
    values = choices(field)
    kind = field.get("type") or "string"
    if values and kind != "array":
        if len(values) == 1:
            return f"la valeur «\u00a0{values[0]}\u00a0»" if french else f"the value “{values[0]}”"
        return f"une valeur parmi\u00a0: {listed(values, french)}" if french else f"one of: {listed(values, french)}"
    if kind in ("integer", "number"):
        return _a_number(field, french)
    if kind == "boolean":
        return _a_boolean(field, french)
    if kind in ("date", "datetime", "time"):
        return _a_moment(kind, field.get("format") or "default", french)
    if kind == "array":
        return _an_array(field, french)
    if kind in _KINDS:
        words = _KINDS[kind].get(field.get("format") or "default") or _KINDS[kind]["default"]
        return words[0 if french else 1]
    return _a_text(field, french)


def _a_text(field: Field, french: bool) -> str:
    constraints = _constraints(field)
    pattern = constraints.get("pattern")
    if pattern:
        several = choices_of(pattern)
        if several:
            values, separator = several
            names = listed(values, french)
            if french:
                return f"une ou plusieurs valeurs parmi\u00a0: {names}, séparées par «\u00a0{separator}\u00a0»"
            return f"one or more of: {names}, separated by “{separator}”"
        words = explain(pattern, french)
        if words:
            return words
        shown = example(field)
        if shown:
            return f"un texte de la forme «\u00a0{shown}\u00a0»" if french else f"a text of the form “{shown}”"
        return (
            "un texte d’une forme précise (voir la signification)"
            if french
            else "a text of a precise form (see its meaning)"
        )
    words = _TEXT_FORMATS.get(field.get("format") or "default")
    base = words[0 if french else 1] if words else ("un texte" if french else "a text")
    return base + _length(constraints.get("minLength"), constraints.get("maxLength"), french)


def _length(least: int | None, most: int | None, french: bool) -> str:
    if least is not None and least == most:
        return f" de {number(least, french)} caractères" if french else f" of {number(least, french)} characters"
    if least and least > 1 and most is not None:
        if french:
            return f" de {number(least, french)} à {number(most, french)} caractères"
        return f" of {number(least, french)} to {number(most, french)} characters"
    if most is not None:
        unit = "caractère" if french else "character"
        plural = "s" if most > 1 else ""
        if french:
            return f" de {number(most, french)} {unit}{plural} au plus"
        return f" of at most {number(most, french)} {unit}{plural}"
    if least and least > 1:
        return f" d’au moins {least} caractères" if french else f" of at least {least} characters"
    return ""


def _a_number(field: Field, french: bool) -> str:
    whole = field.get("type") == "integer"
    constraints = _constraints(field)
    text = ("un nombre entier" if whole else "un nombre") if french else ("a whole number" if whole else "a number")
    least, most = constraints.get("minimum"), constraints.get("maximum")
    if least is not None and most is not None:
        text += (
            f" entre {number(least, french)} et {number(most, french)}"
            if french
            else f" between {number(least, french)} and {number(most, french)}"
        )
    elif least is not None:
        text += f", {number(least, french)} ou plus" if french else f", {number(least, french)} or more"
    elif most is not None:
        text += f", {number(most, french)} au plus" if french else f", {number(most, french)} at most"
    if not whole:
        comma = field.get("decimalChar") == ","
        if french:
            text += f" (décimales après {'une virgule' if comma else 'un point'})"
        else:
            text += f" (decimals after a {'comma' if comma else 'point'})"
    return text


def _a_boolean(field: Field, french: bool) -> str:
    yes, no = yes_no(field)
    true, false = _truths(field)
    others = [(a, b) for a, b in _PAIRS if a in true and b in false and (a, b) != (yes, no)]
    word = "ou" if french else "or"
    text = f"{yes} {word} {no}"
    if others:
        rest = ", ".join(f"{a} {word} {b}" for a, b in others)
        text += f" (accepté aussi\u00a0: {rest})" if french else f" (also accepted: {rest})"
    return text


_DIRECTIVES = {
    "%Y": ("année", "year"),
    "%y": ("année sur 2 chiffres", "2-digit year"),
    "%m": ("mois", "month"),
    "%d": ("jour", "day"),
    "%H": ("heures", "hours"),
    "%M": ("minutes", "minutes"),
    "%S": ("secondes", "seconds"),
    "%z": ("décalage horaire", "time offset"),
    "%Z": ("fuseau horaire", "time zone"),
    "%f": ("fractions de seconde", "fractions of a second"),
}


def _a_moment(kind: str, written: str, french: bool) -> str:
    what = {
        "date": ("une date", "a date"),
        "datetime": ("une date et une heure", "a date and time"),
        "time": ("une heure", "a time"),
    }[kind][0 if french else 1]
    if written == "any":
        return what
    if written == "%Y":
        return "une année sur quatre chiffres" if french else "a year in four digits"
    if written == "default":
        if kind == "datetime":
            return (
                f"{what}, comme 2026-03-31T14:30:00 (avec le fuseau si vous le connaissez)"
                if french
                else f"{what}, like 2026-03-31T14:30:00 (with the time zone if you know it)"
            )
        written = {"date": "%Y-%m-%d", "time": "%H:%M:%S"}[kind]
    words = re.sub(r"%\w", lambda found: _DIRECTIVES.get(found[0], (found[0],) * 2)[0 if french else 1], written)
    return f"{what}, au format {words}" if french else f"{what}, written {words}"


def _an_array(field: Field, french: bool) -> str:
    item = field.get("arrayItem") or field.get("items") or {}
    values = choices(field) or (item.get("enum") or _constraints(item).get("enum") or [])
    text = (
        'une liste entre crochets, comme ["un", "deux"]' if french else 'a list in square brackets, like ["one", "two"]'
    )
    if values:
        names = listed([str(value) for value in values], french)
        text += f", de valeurs parmi\u00a0: {names}" if french else f", of values among: {names}"
    return text


_TEXT_FORMATS = {
    "uri": (
        "une adresse web qui commence par http:// ou https://",
        "a web address that starts with http:// or https://",
    ),
    "email": ("une adresse électronique", "an e-mail address"),
    "uuid": (
        "un identifiant de 36 caractères (lettres de a à f, chiffres et tirets)",
        "an identifier of 36 characters (letters a to f, digits and hyphens)",
    ),
    "date": ("une date, au format année-mois-jour", "a date, written year-month-day"),
}

_KINDS = {
    "year": {"default": ("une année sur quatre chiffres", "a year in four digits")},
    "yearmonth": {"default": ("une année et un mois, au format année-mois", "a year and month, written year-month")},
    "duration": {"default": ("une durée, comme P1Y2M (1 an et 2 mois)", "a duration, like P1Y2M (1 year, 2 months)")},
    "geopoint": {
        "default": (
            "la longitude puis la latitude, séparées par une virgule, comme 3.5012, 44.5176",
            "the longitude, then the latitude, separated by a comma, like 3.5012, 44.5176",
        ),
        "array": (
            "la longitude puis la latitude entre crochets, comme [3.5012, 44.5176]",
            "the longitude, then the latitude in square brackets, like [3.5012, 44.5176]",
        ),
        "object": (
            'la longitude et la latitude, comme {"lon": 3.5012, "lat": 44.5176}',
            'the longitude and latitude, like {"lon": 3.5012, "lat": 44.5176}',
        ),
    },
    "geojson": {"default": ("une forme géographique (GeoJSON)", "a geographic shape (GeoJSON)")},
    "object": {"default": ("un objet JSON, entre accolades", "a JSON object, in braces")},
}

# The national checks on one column (https://gitlab.com/validata-table), by what they ask of it.
_CHECKS = {
    "french-siren-value": ("un numéro SIREN\u00a0: 9 chiffres", "a SIREN number: 9 digits"),
    "french-siret-value": ("un numéro SIRET\u00a0: 14 chiffres", "a SIRET number: 14 digits"),
    "nomenclature-actes-value": (
        "une matière de la nomenclature des actes, avec ou sans sous-matière après une barre «\u00a0/\u00a0»",
        "a subject of the national list of acts, with or without its part after a slash",
    ),
    "year-interval-value": (
        "une année, ou deux années séparées par une barre, comme 2025/2026",
        "a year, or two years separated by a slash, like 2025/2026",
    ),
    "phone-number-value": ("un numéro de téléphone", "a telephone number"),
    "opening-hours-value": (
        "des horaires au format OpenStreetMap, comme Mo-Fr 08:00-12:00",
        "opening hours as OpenStreetMap writes them, like Mo-Fr 08:00-12:00",
    ),
    "french-gps-coordinates": (
        "la longitude puis la latitude d’un point situé en France",
        "the longitude, then the latitude of a point in France",
    ),
}
