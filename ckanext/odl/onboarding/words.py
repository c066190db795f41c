"""From keys to sentences: ``words.yaml`` holds all those that are not in the checklist itself, in both languages.

Placeholders, innermost first: ``{name}`` the parameter (numbers as written in the language, lists joined by « et »);
``{name:date}`` and ``{name:month}`` of an ISO day; ``{name:plural:one|several}``; ``{name:word}`` its word in the group
``words.<name>``, ``{name:word:group}`` in another; ``{name:if:text}`` the text when the parameter is there, with ``@``
for it; ``{name:join}`` and ``{name:or}`` a list; ``{name:sentence}`` the sentence whose key it is.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

LANGUAGES = ("fr", "en")
_PLACEHOLDER = re.compile(r"\{(\w+)(?::([^{}]*))?\}")
_MONTHS = {
    "fr": (
        "janvier", "février", "mars", "avril", "mai", "juin",
        "juillet", "août", "septembre", "octobre", "novembre", "décembre",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
}  # fmt: skip
_LINKS = {"and": {"fr": "et", "en": "and"}, "or": {"fr": "ou", "en": "or"}}
# What a parameter holds is never read as a placeholder
_HIDE, _SHOW = str.maketrans("{}", "\ue000\ue001"), str.maketrans("\ue000\ue001", "{}")


def language_of(language: str) -> str:
    """``fr`` for any French, ``en`` for all the rest."""
    return "fr" if language.lower().startswith("fr") else "en"


@lru_cache(4096)
def typography(text: str, language: str) -> str:
    """French signs keep to the word before them; apostrophes between letters are curly."""
    if language == "fr":
        text = re.sub(r" ([:;?!»])", "\u00a0\\1", text).replace("« ", "«\u00a0")
    return re.sub(r"(?<=\w)'(?=\w)", "’", text)


@cache
def _texts() -> dict[str, Any]:
    return yaml.safe_load((Path(__file__).parent / "words.yaml").read_text("utf-8"))


@cache
def _template(key: str, language: str) -> str:
    node = _texts()
    for name in key.split("."):
        node = node[name]
    return typography(node[language], language)


def has(key: str) -> bool:
    """Whether there is a sentence of this key."""
    try:
        _template(key, "fr")
    except (KeyError, TypeError):
        return False
    return True


def sentence(key: str, params: Mapping[str, Any] | None = None, language: str = "fr") -> str:
    """The sentence of a key, filled in.

    :raises KeyError: there is no such sentence
    """
    language = language_of(language)
    return fill(_template(key, language), params or {}, language)


def fill(template: str, params: Mapping[str, Any], language: str) -> str:
    """Fill the placeholders of a text; one whose parameter is absent is left out. A sentence that begins with the name
    of the supporting body begins with a capital."""
    text = template
    while _PLACEHOLDER.search(text):
        text = _PLACEHOLDER.sub(lambda match: _value(match[1], match[2] or "", params, language), text)
    if template.startswith("{atd}") and template.endswith("."):
        text = text[:1].upper() + text[1:]
    return text.translate(_SHOW).strip()


def _value(name: str, modifier: str, params: Mapping[str, Any], language: str) -> str:
    value = params.get(name)
    if name == "atd" and not value:
        value = _template("words.atd", language)
    kind, _, rest = modifier.partition(":")
    if kind == "if":
        return rest.replace("@", _raw(value, language)) if value not in (None, "", [], ()) else ""
    if value is None:
        return ""
    if kind == "plural":
        one, _, several = rest.partition("|")
        return several if _is_plural(value, language) else one
    if kind == "word":
        return _words(value, rest or name, params, language)
    if kind == "sentence":
        return sentence(str(value), {key: item for key, item in params.items() if key != name}, language)
    if kind == "date":
        return day(value, language)
    if kind == "month":
        return month(value, language)
    if isinstance(value, (list, tuple)):
        return join([_raw(item, language) for item in value], language, "or" if kind == "or" else "and")
    return number(value, language) if isinstance(value, (int, float)) else _raw(value, language)


def _raw(value: Any, language: str) -> str:
    if isinstance(value, (list, tuple)):
        return join([str(item) for item in value], language).translate(_HIDE)
    return str(value).translate(_HIDE)


def _words(value: Any, group: str, params: Mapping[str, Any], language: str) -> str:
    """The word of one value or of each of a list; a value without a word of its own is shown as it is."""
    words = []
    for item in value if isinstance(value, (list, tuple)) else [value]:
        key = f"words.{group}.{item}"
        words.append(fill(_template(key, language), params, language) if has(key) else str(item))
    return join(words, language).translate(_HIDE)


def _is_plural(value: Any, language: str) -> bool:
    count = len(value) if isinstance(value, (list, tuple)) else value
    return count >= 2 if language == "fr" else count != 1


def join(items: list[str], language: str, link: str = "and") -> str:
    """« a, b et c »."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {_LINKS[link][language]} {items[-1]}"


def number(value: float, language: str) -> str:
    """A number as written in the language, with a narrow space or a comma between thousands."""
    if isinstance(value, float):
        text = f"{value:g}"
        return text.replace(".", ",") if language == "fr" else text
    return f"{value:,}".replace(",", "\u202f") if language == "fr" else f"{value:,}"


def day(value: dt.date | str, language: str) -> str:
    """A day in words: « 1er mars 2026 », “1 March 2026”."""
    date = dt.date.fromisoformat(value[:10]) if isinstance(value, str) else value
    first = "er" if language == "fr" and date.day == 1 else ""
    return f"{date.day}{first} {_MONTHS[language][date.month - 1]} {date.year}"


def month(value: dt.date | str, language: str) -> str:
    """A month in words: « mars 2026 »."""
    date = dt.date.fromisoformat(value[:10]) if isinstance(value, str) else value
    return f"{_MONTHS[language][date.month - 1]} {date.year}"
