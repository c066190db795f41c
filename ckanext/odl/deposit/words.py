"""The sentences of this package, in both languages: ``words.yaml``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@cache
def texts(name: str = "words") -> dict[str, Any]:
    """The content of one of the package's YAML files."""
    return yaml.safe_load((files("ckanext.odl.deposit") / f"{name}.yaml").read_text("utf-8"))


def in_words(entry: dict[str, str], language: str) -> str:
    """One of the two languages of an entry: French unless the language is English."""
    return entry["en" if language[:2] == "en" else "fr"]


LANGUAGES = ("fr", "en")


def say_all(group: str, name: str, values: Callable[[str], Mapping[str, Any]]) -> dict[str, str]:
    """The same sentence in each language, for who keeps it; *values*: language → what it is filled with."""
    return {language: say(group, name, language, **values(language)) for language in LANGUAGES}


def say(group: str, name: str, language: str, /, **values: Any) -> str:
    """Return a sentence of ``words.yaml`` filled in."""
    return in_words(texts()[group][name], language).format(**values)


def number(value: int, language: str) -> str:
    """A number as it is written: ``1 234`` in French, ``1,234`` in English."""
    return f"{value:,}".replace(",", "," if language[:2] == "en" else "\u202f")
