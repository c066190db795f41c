"""The sentences of repairs: ``words/fr.yaml`` and ``words/en.yaml``, one entry per kind, filled as those of reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from ..sentences import LANGUAGES, fill, read_sentences

#: Kinds of repairs that take rows away, and columns.
REMOVED = ("title-lines", "blank-rows", "totals", "header-rows")
REMOVED_COLUMNS = ("empty-columns", "same-columns")


@cache
def _book(language: str) -> dict[str, Any]:
    return read_sentences(Path(__file__).parent / "words", language)


def _language(language: str) -> str:
    return language if language in LANGUAGES else "fr"


def of_repair(kind: str, facts: Mapping[str, Any], language: str) -> dict[str, str]:
    """``title`` and ``why`` of a repair."""
    language = _language(language)
    entry = _book(language)["repairs"][kind]
    return {part: fill(entry[part], facts, language) for part in ("title", "why")}


def choice(kind: str, value: str, facts: Mapping[str, Any], language: str) -> str:
    """The label of one choice."""
    language = _language(language)
    return fill(_book(language)["repairs"][kind]["choices"][value], facts, language)


def of_lost(code: str, facts: Mapping[str, Any], language: str) -> str:
    """Why cells cannot be repaired."""
    language = _language(language)
    return fill(_book(language)["impossible"][code], facts, language)


def offer(facts: Mapping[str, Any], language: str) -> str:
    """The label of what is offered instead of a lost number."""
    language = _language(language)
    return fill(_book(language)["offer"], facts, language)


def note(name: str, facts: Mapping[str, Any], language: str) -> str:
    """Something to know of the repaired file."""
    language = _language(language)
    return fill(_book(language)["notes"][name], facts, language)


def title(id_: str, language: str) -> str:
    """The name of a repair in the list of changes."""
    kind = id_.partition(":")[0]
    return _book(_language(language))["done"][kind]


def change_told(line: Sequence[str], language: str) -> list[str]:
    """A line of the list of changes, its repair's id in words; what was taken away is said to be."""
    *place, after, id_ = line
    removed = "row" if id_ in REMOVED else "column" if id_ in REMOVED_COLUMNS else None
    said = _book(_language(language))["removed"][removed] if removed else after
    return [*place, said, title(id_, language)]


def changes_told(lines: Iterable[Sequence[str]], language: str) -> Iterator[list[str]]:
    """The list of changes as it was written without a language, its headings first, in words."""
    for number, line in enumerate(lines):
        yield change_told(line, language) if number else changes_header(language)


def changes_header(language: str | None) -> list[str]:
    """The headings of the list of changes: line, cell, column, before, after, repair."""
    names = _book(_language(language or "en"))["changes"]
    return list(names.values()) if language else list(names)
