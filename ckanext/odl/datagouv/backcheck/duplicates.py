"""The same data twice under one organization of data.gouv.fr: put there by hand first, then read from the portal.

A doubt is said with its reason and never acted upon: only people who know both can tell.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from .reading import address, folded, mapping, mappings, text

#: Why two datasets seem to be one, the surest first.
REASONS = SAME_IDENTIFIER, SAME_FILE, SAME_PAGE, NEAR_TITLE = "same_identifier", "same_file", "same_page", "near_title"
#: Least likeness of two titles (0 to 1), and datasets told for one of ours.
LIKENESS = 0.9
MOST = 5
#: Words of titles that tell nothing apart.
_EMPTY = frozenset(
    ("a", "au", "aux", "d", "de", "des", "du", "et", "l", "la", "le", "les", "sur", "par", "pour", "dans", "en", "the",
     "of", "jeu", "donnees", "liste", "fichier")
)  # fmt: skip
#: Datasets that share a word of their title beyond which the word is taken for one that tells nothing.
_COMMON = 200


@dataclass(frozen=True)
class Duplicate:
    """A dataset of data.gouv.fr that seems to hold what the twin of ours holds."""

    id: str
    title: str
    why: str

    def to_dict(self) -> dict[str, str]:
        """As it is stored."""
        return {"id": self.id, "title": self.title, "why": self.why}


class Shelf:
    """All datasets of one national organization, by what may betray that two are the same."""

    def __init__(self, records: Iterable[Any]) -> None:
        self._records = {text(record.get("id")): record for record in mappings(list(records)) if text(record.get("id"))}
        self._by_sign: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._by_word: dict[str, list[str]] = defaultdict(list)
        for id_, record in self._records.items():
            for sign in set(_signs(record)):
                self._by_sign[sign].append(id_)
            for word in set(_title(record)):
                self._by_word[word].append(id_)

    def duplicates(self, record: Any, ours: Iterable[str]) -> list[Duplicate]:
        """What else there seems to be the same dataset.

        :param record: the twin of a dataset of ours
        :param ours: ids of the national datasets that are twins of other datasets of ours, which are never doubted
        """
        record = mapping(record)
        id_, known = text(record.get("id")), set(ours)
        found: dict[str, str] = {}
        for sign in _signs(record):
            for other in self._by_sign[sign]:
                found.setdefault(other, sign[0])
        for other in self._near(record):
            found.setdefault(other, NEAR_TITLE)
        told = [
            Duplicate(other, text(self._records[other].get("title")), why)
            for other, why in found.items()
            if other != id_ and other not in known
        ]
        return sorted(told, key=lambda one: (REASONS.index(one.why), one.title, one.id))[:MOST]

    def _near(self, record: Mapping[str, Any]) -> Iterator[str]:
        words = _title(record)
        rare = [self._by_word[word] for word in set(words) if len(self._by_word[word]) <= _COMMON]
        for other in sorted({id_ for ids in rare for id_ in ids}):
            if _are_near(words, _title(self._records[other])):
                yield other


def _signs(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What two records of one dataset have in common: the files, by content and by address, and the page."""
    for resource in mappings(record.get("resources")):
        checksum = text(mapping(resource.get("checksum")).get("value")).lower()
        if len(checksum) >= 32:
            yield SAME_FILE, checksum
        if url := address(resource.get("url")):
            yield SAME_FILE, url
    if page := address(mapping(record.get("harvest")).get("remote_url")):
        yield SAME_PAGE, page


def _title(record: Mapping[str, Any]) -> list[str]:
    return [word for word in folded(record.get("title")).split("-") if word and word not in _EMPTY]


def _are_near(one: list[str], other: list[str]) -> bool:
    # « Budget 2024 » and « Budget 2025 » are two datasets.
    if not one or _figures(one) != _figures(other):
        return False
    if sorted(one) == sorted(other):
        return True
    return SequenceMatcher(None, " ".join(one), " ".join(other), autojunk=False).ratio() >= LIKENESS


def _figures(words: list[str]) -> list[str]:
    return sorted(word for word in words if any(character.isdigit() for character in word))
