"""The addresses of pages, made from titles."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable

LONGEST = 90
"""CKAN takes names of up to 100 characters; the rest is for what tells namesakes apart."""


def name_from(title: str) -> str:
    """Return *title* in small letters without accents, words joined by hyphens; at least two characters."""
    plain = unicodedata.normalize("NFKD", title.replace("œ", "oe").replace("Œ", "oe").replace("æ", "ae"))
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    words = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    if len(words) > LONGEST:
        words = words[: LONGEST + 1].rpartition("-")[0] or words[:LONGEST]
    return words if len(words) > 1 else f"page-{words}".rstrip("-")


def free_name(title: str, is_taken: Callable[[str], bool], distinctions: Iterable[str] = ()) -> str:
    """Return a name made from *title* that nobody has: as it is, with one of *distinctions*, or with a number."""
    name = name_from(title)
    for candidate in (name, *(f"{name}-{name_from(extra)}" for extra in distinctions if extra)):
        if not is_taken(candidate):
            return candidate
    number = 2
    while is_taken(f"{name}-{number}"):
        number += 1
    return f"{name}-{number}"
