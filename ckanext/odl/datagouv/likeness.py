"""Which of our datasets one of data.gouv.fr may be: asked before the same data stand twice on the portal.

A doubt is said with its reason and never acted upon: only people who know both can tell.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ckanext.odl.scdl import Catalogue

from .backcheck.reading import address, folded, mapping, mappings, text
from .incoming_files import file_from

#: Why two datasets seem to be one, the surest first: a file with the same content, at the same address, with the same
#: model and period, of the same name; the title.
REASONS = SAME_CONTENT, SAME_ADDRESS, SAME_MODEL, SAME_NAME, SAME_TITLE, NEAR_TITLE = (
    "same-content",
    "same-address",
    "same-model",
    "same-name",
    "same-title",
    "near-title",
)
#: Least share of the words of two titles that both have.
LIKENESS = 0.5
#: Words that say nothing of what a dataset is about, in titles and in names of files.
_EMPTY = frozenset(
    ("a", "au", "aux", "commune", "csv", "dans", "data", "de", "des", "document", "donnees", "du", "en", "et",
     "export", "fichier", "file", "json", "la", "le", "les", "ods", "par", "pdf", "pour", "sur", "un", "une", "xls",
     "xlsx", "zip")
)  # fmt: skip
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


@dataclass(frozen=True)
class Likely:
    """A dataset of ours that may be the one looked at. ``why``: one of :data:`REASONS`. ``file``: the name here of the
    file that told, empty when the title did."""

    id: str
    why: str
    file: str = ""


class Shelf:
    """The datasets of one collectivité, by what may betray that one of them is on data.gouv.fr too."""

    def __init__(self, datasets: Iterable[Mapping[str, Any]]) -> None:
        """
        :param datasets: ``id``, ``name``, ``title``, ``resources`` (``name``, ``url``, ``hash``, ``sha256``,
            ``odl_schema``, ``odl_period``, each of which may be missing)
        """
        self._titles: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._by_sign: dict[tuple[str, Any], list[tuple[str, str]]] = defaultdict(list)
        for dataset in datasets:
            id_ = text(dataset.get("id"))
            self._titles[id_] = text(dataset.get("title")) or text(dataset.get("name"))
            self._names[id_] = text(dataset.get("name"))
            for file in mappings(dataset.get("resources")):
                for sign in _signs_of_ours(file):
                    self._by_sign[sign].append((id_, text(file.get("name")) or _last(file.get("url"))))

    def likely(self, record: Any, catalogue: Catalogue, *, most: int = 3) -> list[Likely]:
        """The datasets that a record of data.gouv.fr may be, the surest first, each once with its best reason.

        :param record: the record in full
        :param catalogue: the models that the portal knows
        """
        record = mapping(record)
        found: dict[str, tuple[float, Likely]] = {}
        for strength, one in [*self._by_files(record, catalogue), *self._by_title(text(record.get("title")))]:
            known = found.get(one.id)
            if known is None or _rank(strength, one) < _rank(*known):
                found[one.id] = (strength, one)
        best = sorted(found.values(), key=lambda pair: (*_rank(*pair), self._names[pair[1].id]))
        return [one for _, one in best[:most]]

    def _by_files(self, record: Mapping[str, Any], catalogue: Catalogue) -> Iterator[tuple[float, Likely]]:
        for place, file in enumerate(mappings(record.get("resources")), 1):
            for sign in _signs_of_theirs(record, file, place, catalogue):
                for id_, name in self._by_sign.get(sign, ()):
                    yield 1.0, Likely(id_, sign[0], name)

    def _by_title(self, title: str) -> Iterator[tuple[float, Likely]]:
        words = _telling(title)
        for id_, ours in self._titles.items():
            if title and folded(ours) == folded(title):
                yield 1.0, Likely(id_, SAME_TITLE)
            elif words and (theirs := _telling(ours)):
                share = len(words & theirs) / len(words | theirs)
                if share >= LIKENESS:
                    yield share, Likely(id_, NEAR_TITLE)


def _rank(strength: float, one: Likely) -> tuple[int, float]:
    return REASONS.index(one.why), -strength


def _signs_of_ours(file: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for digits in (file.get("sha256"), file.get("hash")):
        yield from _content(digits)
    if "//" in text(file.get("url")):
        yield SAME_ADDRESS, address(file.get("url"))
    if (schema := text(file.get("odl_schema"))) and (years := _years(file.get("odl_period"))):
        yield SAME_MODEL, (schema, years)
    yield from _names(file.get("name"), file.get("url"))


def _signs_of_theirs(
    record: Mapping[str, Any], file: Mapping[str, Any], place: int, catalogue: Catalogue
) -> Iterator[tuple[str, Any]]:
    yield from _content(mapping(file.get("checksum")).get("value"))
    for name in ("url", "latest"):
        if found := address(file.get(name)):
            yield SAME_ADDRESS, found
    schema = (file_from(file, place, catalogue)[0] or {}).get("odl_schema")
    coverage = mapping(record.get("temporal_coverage"))
    covered = (coverage.get("start"), coverage.get("end"))
    # what is nearest to the file speaks first
    told = (_years(file.get("title")), _years(*covered), _years(record.get("title")))
    if schema and (years := next(filter(None, told), None)):
        yield SAME_MODEL, (schema, years)
    yield from _names(file.get("title"), file.get("url"))


def _content(digits: Any) -> Iterator[tuple[str, str]]:
    if len(text(digits)) >= 32:
        yield SAME_CONTENT, text(digits).lower()


def _names(title: Any, url: Any) -> Iterator[tuple[str, str]]:
    """The names of a file that tell something: « donnees.csv » is anybody's."""
    for name in {folded(title), folded(_last(url))}:
        if len(set(name.split("-")) - _EMPTY) > 1:
            yield SAME_NAME, name


def _last(url: Any) -> str:
    return address(url).partition("?")[0].rpartition("/")[2]


def _years(*values: Any) -> tuple[str, str] | None:
    """The first and the last year that these texts name."""
    found = sorted(year for value in values for year in _YEAR.findall(text(value)))
    return (found[0], found[-1]) if found else None


def _telling(title: str) -> set[str]:
    return {word for word in folded(title).split("-") if word} - _EMPTY
