"""From a code to a sentence: each YAML file of this package has one entry per code, with its parts in both languages.

``{name}`` is what is known of the case; ``[… {name} …]`` is left out when it is not known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml


@cache
def texts(file: str) -> dict[str, Any]:
    """A YAML file of this package, by its name."""
    return yaml.safe_load((Path(__file__).parent / file).read_text("utf-8"))


def filled(file: str, code: str, part: str, language: str, known: Mapping[str, Any]) -> str:
    """A text, in French or else in English.

    :param file: name of the YAML file
    :param part: ``sentence`` or ``remedy``
    :param known: values by name
    :raises KeyError: there is no such text
    """
    return fill(texts(file)[code][part]["fr" if language.lower().startswith("fr") else "en"], known)


def fill(text: str, known: Mapping[str, Any]) -> str:
    """A template with its values."""
    values = {name: _in_words(value) for name, value in known.items() if value not in (None, "", [], ())}
    text = re.sub(r"\[([^\[\]]*)\]", lambda found: found[1] if _names(found[1]) <= values.keys() else "", text)
    return re.sub(r"{(\w+)}", lambda found: values.get(found[1], "?"), text)


def _names(text: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", text))


def _in_words(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
