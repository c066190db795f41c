"""From a finding to sentences: ``messages/fr.yaml`` and ``messages/en.yaml`` hold all of them, one entry per code.

An entry has ``title``, ``message``, ``remedy`` and ``gesture`` (a pair of gestures, Excel and LibreOffice, of
``_gestures``), and ``variants`` that override it. The variants tried are, in this order, the constraint or the type
(and format) of the finding, its ``variant``, its ``hint``, and ``constraint.hint``; each overrides the ones before.

Placeholders: ``{name}`` the parameter; ``{name:n}`` a number written as in the language; ``{name:v}`` a number or a
date; ``{name:size}`` bytes; ``{name:if:text with @}`` the text when the parameter is there; ``{name:or:text}`` the
parameter or the text; ``{name:plural:one|several}``; ``{names:many:one|several}`` by the length of a list;
``{names:list}``, ``{names:and}``; ``{n:letter}``; ``{found:format}``, ``{found:delimiter}``, ``{op:comparison}``,
``{format:dateform}``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from . import limits

LANGUAGES = ("fr", "en")
PARTS = ("title", "message", "remedy", "excel", "libreoffice")
_PLACEHOLDER = re.compile(r"\{(\w+)(?::([^{}]*))?\}")
_MONTHS = {
    "fr": (
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ),
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
}
_FORMATS = {
    "xlsx": "Excel (.xlsx)",
    "xls": "Excel 97-2003 (.xls)",
    "ods": "LibreOffice (.ods)",
    "csv": "CSV",
    "tsv": "TSV",
    "json": "JSON",
    "geojson": "GeoJSON",
}
_DELIMITERS = {
    "fr": {";": "des points-virgules", ",": "des virgules", "\t": "des tabulations", "|": "des barres verticales"},
    "en": {";": "semicolons", ",": "commas", "\t": "tabs", "|": "vertical bars"},
}
_COMPARISONS = {
    "fr": {
        ">": "après ou plus grand que", ">=": "égal ou supérieur à", "==": "égal à", "=": "égal à",
        "<=": "égal ou inférieur à", "<": "plus petit que", "!=": "différent de",
    },
    "en": {
        ">": "greater than", ">=": "equal to or greater than", "==": "equal to", "=": "equal to",
        "<=": "equal to or less than", "<": "less than", "!=": "different from",
    },
}  # fmt: skip
_DATE_PARTS = {
    "fr": {"%Y": "année", "%m": "mois", "%d": "jour", "%H": "heures", "%M": "minutes", "%S": "secondes"},
    "en": {"%Y": "year", "%m": "month", "%d": "day", "%H": "hours", "%M": "minutes", "%S": "seconds"},
}
_DATE_EXAMPLES = {"%Y": "2026", "%m": "03", "%d": "31", "%H": "14", "%M": "30", "%S": "00", "%y": "26", "%j": "090"}


def _typography(text: str, language: str) -> str:
    """French signs keep to the word before them; straight apostrophes between letters become curly."""
    if language == "fr":
        text = re.sub(r" ([:;?!»])", "\u00a0\\1", text).replace("« ", "«\u00a0")
    return re.sub(r"(?<=\w)'(?=\w)", "’", text)


@cache
def messages(language: str) -> dict[str, Any]:
    """All sentences of a language, typography applied."""
    return read_sentences(Path(__file__).parent / "messages", language)


def read_sentences(folder: Path, language: str) -> dict[str, Any]:
    """The sentences of ``<language>.yaml`` in a folder, typography applied."""

    def dress(node: Any) -> Any:
        if isinstance(node, str):
            return _typography(node, language)
        if isinstance(node, dict):
            return {str(key): dress(value) for key, value in node.items()}
        return node

    return dress(yaml.safe_load((folder / f"{language}.yaml").read_text("utf-8")))


def _variants(params: Mapping[str, Any], code: str) -> list[str]:
    keys: list[str] = []
    first = params.get("constraint")
    if first is None and code == "type-error":
        first = params.get("type")
    if first:
        keys.append(str(first))
    if code == "type-error" and params.get("format") not in (None, "default"):
        keys.append(str(params["format"]))
    for name in ("variant", "hint"):
        if params.get(name):
            keys.append(str(params[name]))
            if first:
                keys.append(f"{first}.{params[name]}")
    return keys


def entry_of(code: str, params: Mapping[str, Any], language: str) -> dict[str, str]:
    """The templates of a finding: the code's own, overridden by its variants, with its gestures."""
    book = messages(language)
    entry = book.get(code) or book["type-error"]
    chosen: dict[str, Any] = {key: value for key, value in entry.items() if key != "variants"}
    variants = entry.get("variants") or {}
    for key in _variants(params, code):
        chosen.update(variants.get(key) or {})
    gestures = book["_gestures"][chosen.get("gesture", "cell")]
    return {part: chosen.get(part) or gestures.get(part) or "" for part in PARTS}


def gesture(name: str, language: str) -> str:
    """A gesture in Excel that belongs to no finding."""
    return messages(language if language in LANGUAGES else "fr")["_gestures"][name]["excel"]


_ONE_OF_SEVERAL = {
    "fr": "Dans la cellule {cell}\u00a0: {remedy} Faites de même pour les autres.",
    "en": "In cell {cell}: {remedy} Do the same for the others.",
}


def for_one_of_several(cell: str, remedy: str, language: str) -> str:
    """The remedy of one cell, said as an example beside others that want another value."""
    return _ONE_OF_SEVERAL[language].format(cell=cell, remedy=remedy[:1].lower() + remedy[1:])


def _facts(found: Mapping[str, Any], language: str) -> dict[str, Any]:
    """What templates may name: the parameters (those told by language in this one) and the place."""
    column = found.get("column")
    value = found.get("value")
    params = dict(found.get("params") or {})
    if isinstance(params.get("form"), dict):
        params["form"] = params["form"].get(language)
    if isinstance(params.get("accepted"), list) and isinstance(params.get("total"), int):
        more = params["total"] - len(params["accepted"])
        params["more"] = str(more) if more > 0 else None
    if isinstance(value, str):
        value = " ".join(value.split()) if "\n" in value or "\r" in value else value
        value = value if len(value) <= 80 else value[:79] + "…"
    place = {"row": found.get("row"), "cell": found.get("cell"), "field": found.get("field"), "value": value}
    place["column"] = _letter(column) if column else None
    return place | params


def _letter(column: int) -> str:
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def number(value: Any, language: str) -> str:
    """A number as the language writes it: ``12 345,6`` or ``12,345.6``."""
    text = str(value)
    match = re.fullmatch(r"([+-]?)([0-9]+)(?:\.([0-9]+))?", text)
    if not match:
        return text
    sign, whole, fraction = match.groups()
    group, point = ("\u202f", ",") if language == "fr" else (",", ".")
    grouped = f"{int(whole):,}".replace(",", group) if len(whole) > 4 else whole
    return sign + grouped + (point + fraction if fraction else "")


def _value(value: Any, language: str) -> str:
    match = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", str(value))
    if not match:
        return number(value, language)
    year, month, day = (int(part) for part in match.groups())
    name = _MONTHS[language][month - 1]
    if language == "fr":
        return f"{'1er' if day == 1 else day} {name} {year}"
    return f"{day} {name} {year}"


def _size(value: Any, language: str) -> str:
    unit = "Mo" if language == "fr" else "MB"
    return f"{number(int(value) // (1024 * 1024), language)}\u00a0{unit}"


def _quoted(values: Any, language: str) -> str:
    left, right = ("«\u00a0", "\u00a0»") if language == "fr" else ("“", "”")
    return ", ".join(f"{left}{_one_line(value)}{right}" for value in values)


def _joined(values: Any, language: str) -> str:
    left, right = ("«\u00a0", "\u00a0»") if language == "fr" else ("“", "”")
    names = [f"{left}{_one_line(value)}{right}" for value in values]
    if len(names) > limits.NAMES:
        return f"{', '.join(names[: limits.NAMES])}…"
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {'et' if language == 'fr' else 'and'} {names[-1]}"


def _one_line(value: Any) -> str:
    text = re.sub(r"[ \t\r\n]+", " ", str(value)).strip()  # non-breaking spaces stay
    return text if len(text) <= 220 else text[:219] + "…"


def _date_form(value: Any, language: str) -> str:
    pattern = "%Y-%m-%d" if value in (None, "default", "any") else str(value)
    words, example = pattern, pattern
    for directive, sample in _DATE_EXAMPLES.items():
        words = words.replace(directive, _DATE_PARTS[language].get(directive, sample))
        example = example.replace(directive, sample)
    return f"au format {words} ({example})" if language == "fr" else f"as {words} ({example})"


def _is_one(count: Any, language: str) -> bool:
    try:
        return int(count) in ((0, 1) if language == "fr" else (1,))
    except (TypeError, ValueError):
        return True


_WRITERS: dict[str, Callable[[Any, str], str]] = {
    "n": number,
    "v": _value,
    "size": _size,
    "list": _quoted,
    "and": _joined,
    "dateform": _date_form,
    "letter": lambda value, language: _letter(int(value)),
    "format": lambda value, language: _FORMATS.get(str(value), str(value)),
    "delimiter": lambda value, language: _DELIMITERS[language].get(str(value), str(value)),
    "comparison": lambda value, language: _COMPARISONS[language].get(str(value), str(value)),
}


def fill(template: str, facts: Mapping[str, Any], language: str) -> str:
    """A template with its placeholders filled. Raises :class:`KeyError` when one has no value and needs one."""

    def replace(match: re.Match[str]) -> str:
        name, spec = match.group(1), match.group(2)
        value = facts.get(name)
        kind, _, rest = (spec or "").partition(":")
        there = value not in (None, "", [])
        if kind == "if":
            return rest.replace("@", _one_line(value)) if there else ""
        if kind == "or":
            return _one_line(value) if there else rest
        if kind == "dateform":
            return _date_form(value, language)
        if value is None:
            raise KeyError(name)
        if kind == "plural":
            one, several = rest.split("|")
            return one if _is_one(value, language) else several
        if kind == "many":
            one, several = rest.split("|")
            return one if len(value) < 2 else several
        return _WRITERS[kind](value, language) if kind else str(value)

    # A description that already ends its sentence needs no second full stop.
    return re.sub(r"([.!?…])\.(?!\.)", r"\1", " ".join(_PLACEHOLDER.sub(replace, template).split(" "))).strip()


def _safe(template: str, facts: Mapping[str, Any], language: str) -> str:
    """Like :func:`fill`, for reports written by another version, where a parameter may be lacking."""
    try:
        return fill(template, facts, language)
    except (KeyError, ValueError, TypeError):
        loose = {match.group(1): "…" for match in _PLACEHOLDER.finditer(template)}
        try:
            return fill(template, loose | {k: v for k, v in facts.items() if isinstance(v, str)}, language)
        except (KeyError, ValueError, TypeError):
            return _PLACEHOLDER.sub("…", template)


def render(found: Mapping[str, Any], severity: str, language: str) -> dict[str, str]:
    """``message`` and ``remedy`` of a finding, in ``fr`` or ``en``."""
    language = language if language in LANGUAGES else "fr"
    entry = entry_of(str(found["code"]), found.get("params") or {}, language)
    facts = _facts(found, language)
    return {part: _safe(entry[part], facts, language) for part in ("message", "remedy")}


def render_all(found: Mapping[str, Any], language: str) -> dict[str, str]:
    """All parts of a finding: title of its group, message, remedy, gestures in Excel and LibreOffice."""
    language = language if language in LANGUAGES else "fr"
    entry = entry_of(str(found["code"]), found.get("params") or {}, language)
    facts = _facts(found, language)
    return {part: _safe(entry[part], facts, language) for part in PARTS}
