"""Which schema does a file follow? Answered from its column names, with the sample's values to tell equals apart."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from .catalogue import Catalogue, Kind, SchemaEntry, UnknownSchema, catalogue
from .json_schemas import bare_names
from .match import Match
from .text import key, meaningful_words

SAMPLE_ROWS = 50
_BY_TITLE = 0.9
_BY_NEAR_NAME = 0.75
_BY_WORDS = 0.7
_SAME_WORDS = 0.66
_LEAST_EVIDENCE = 1.5
_WORTH_NAMING = 0.7
_NEAR = 0.84
_SHORTEST_NEAR = 5
_WORTH_A_CLOSER_LOOK = 8


@dataclass(frozen=True)
class _Table:
    """A version of a schema as the detection needs it."""

    entry: SchemaEntry
    version: str
    fields: tuple[Mapping[str, Any], ...]
    keys: Mapping[str, int]
    title_keys: Mapping[str, int]
    required: frozenset[int]

    @functools.cached_property
    def words(self) -> tuple[tuple[frozenset[str], ...], ...]:
        """For each column, the words of its name and of its title; those of the schema's own title say nothing."""
        return tuple(
            tuple(
                words - self.common_words or words
                for words in (meaningful_words(field["name"]), meaningful_words(str(field.get("title") or "")))
                if words
            )
            for field in self.fields
        )

    @functools.cached_property
    def common_words(self) -> frozenset[str]:
        return meaningful_words(self.entry.title()) | meaningful_words(self.entry.id.rpartition("/")[2])


@dataclass
class _Fit:
    table: _Table
    found: dict[int, tuple[int, float]]
    """Position of the schema's column → position of the file's column, and how surely."""
    score: float = 0.0
    evidence: float = 0.0
    """How much the names found prove: one for a name that this schema alone has, less for one that others share."""

    @property
    def missing(self) -> frozenset[int]:
        return self.table.required - self.found.keys()

    @property
    def weight(self) -> float:
        return sum(sure for _, sure in self.found.values())


class _Detector:
    def __init__(self, schemas: Catalogue, kinds: tuple[Kind, ...]) -> None:
        self.tables: list[_Table] = []
        owners: dict[str, set[str]] = {}
        for entry in schemas:
            if entry.kind not in kinds:
                continue
            for version in entry.versions:
                table = _table(entry, version, _fields(schemas, entry, version))
                self.tables.append(table)
                for name in table.keys:
                    owners.setdefault(name, set()).add(entry.id)
        # A name that many schemas share ("nom", "latitude") proves little for any of them.
        self.rarity = {name: len(ids) ** -0.5 for name, ids in owners.items()}
        self.order = {entry.id: position for position, entry in enumerate(schemas)}

    def rank(self, headers: Sequence[str], sample: Sequence[Sequence[str]]) -> list[Match]:
        keys = [key(header) for header in headers]
        fits = [self._score(_fit(table, keys), keys) for table in self.tables]
        fits = [fit for fit in fits if fit.found]
        fits.sort(key=lambda fit: -fit.score)
        for fit in fits[:_WORTH_A_CLOSER_LOOK]:
            _add_near_names(fit, keys)
            self._score(fit, keys)
        if not any(_fits(fit, keys) for fit in fits):
            fits = self._by_words(headers, keys)
        best: dict[str, _Fit] = {}
        for fit in sorted(fits, key=lambda fit: _age(fit.table)):
            chosen = best.get(fit.table.entry.id)
            if chosen is None or _clearly_better(fit, chosen):
                best[fit.table.entry.id] = fit
        columns = _columns(headers, sample)
        ranked = sorted(
            (fit for fit in best.values() if _fits(fit, keys)),
            key=lambda fit: (-round(fit.score + 0.06 * _plausibility(fit, columns), 4), self.order[fit.table.entry.id]),
        )
        return [_match(fit, headers) for fit in ranked if fit.score >= _WORTH_NAMING * ranked[0].score]

    def one(self, headers: Sequence[str], id: str, version: str) -> Match | None:
        """What a file has of one schema, however little."""
        table = next((t for t in self.tables if t.entry.id == id and t.version == version), None)
        if table is None:
            return None
        keys = [key(header) for header in headers]
        fit = _fit(table, keys)
        _add_near_names(fit, keys)
        _add_same_words(fit, [meaningful_words(header) for header in headers])
        return _match(self._score(fit, keys), headers)

    def _by_words(self, headers: Sequence[str], keys: list[str]) -> list[_Fit]:
        """Compare the words of the headings with those of the columns' names and titles: "Nom du bénéficiaire".

        Only the newest versions are looked at, and most columns must be alike: words prove less than names.
        """
        words = [meaningful_words(header) for header in headers]
        fits = []
        for table in self.tables:
            if table.version == table.entry.latest:
                fit = _fit(table, keys)
                _add_same_words(fit, words)
                if len(fit.found) >= max(4, 0.6 * sum(1 for k in keys if k)):
                    fits.append(self._score(fit, keys))
        return fits

    def _score(self, fit: _Fit, keys: list[str]) -> _Fit:
        table = fit.table
        worth = [self.rarity[key(field["name"])] for field in table.fields]
        sure = [fit.found[i][1] if i in fit.found else 0.0 for i in range(len(worth))]
        every = sum(worth)
        fit.evidence = sum(w * s for w, s in zip(worth, sure, strict=True))
        of_fields = fit.evidence / every
        needed = sum(worth[i] for i in table.required)
        of_required = sum(worth[i] * sure[i] for i in table.required) / needed if needed else of_fields
        filled = sum(1 for k in keys if k)
        of_headers = fit.weight / filled if filled else 0.0
        obsolete = 0.05 if table.entry.obsolete else 0.0
        fit.score = max(0.0, 0.45 * of_required + 0.25 * of_fields + 0.30 * min(1.0, of_headers) - obsolete)
        return fit


def _fields(schemas: Catalogue, entry: SchemaEntry, version: str) -> list[dict[str, Any]]:
    if entry.is_table:
        return schemas.table(entry.id, version)["fields"]
    return list(bare_names(schemas.json_schema(entry.id, version)))


def _table(entry: SchemaEntry, version: str, fields: list[dict[str, Any]]) -> _Table:
    keys: dict[str, int] = {}
    titles: Counter[str] = Counter()
    for position, field in enumerate(fields):
        keys.setdefault(key(field["name"]), position)
        titles[key(str(field.get("title") or ""))] += 1
    title_keys = {
        name: position
        for position, field in enumerate(fields)
        if (name := key(str(field.get("title") or ""))) and titles[name] == 1 and name not in keys
    }
    required = frozenset(i for i, field in enumerate(fields) if (field.get("constraints") or {}).get("required"))
    return _Table(entry, version, tuple(fields), keys, title_keys, required)


def _fit(table: _Table, keys: list[str]) -> _Fit:
    found: dict[int, tuple[int, float]] = {}
    for names, sure in ((table.keys, 1.0), (table.title_keys, _BY_TITLE)):
        for position, name in enumerate(keys):
            field = names.get(name)
            if field is not None and field not in found:
                found[field] = (position, sure)
    return _Fit(table, found)


def _add_near_names(fit: _Fit, keys: list[str]) -> None:
    used = {position for position, _ in fit.found.values()}
    free = {name: i for name, i in fit.table.keys.items() if i not in fit.found and len(name) >= _SHORTEST_NEAR}
    for position, name in enumerate(keys):
        if position in used or len(name) < _SHORTEST_NEAR:
            continue
        ratio, nearest = max(((_likeness(name, other), other) for other in free), default=(0.0, ""))
        if ratio >= _NEAR:
            fit.found[free.pop(nearest)] = (position, _BY_NEAR_NAME)


def _add_same_words(fit: _Fit, headings: Sequence[frozenset[str]]) -> None:
    used = {position for position, _ in fit.found.values()}
    pairs = []
    for position, words in enumerate(headings):
        told = words - fit.table.common_words or words
        if position in used or not told:
            continue
        for field, alternatives in enumerate(fit.table.words):
            if field not in fit.found:
                alike = max((2 * len(told & other) / (len(told) + len(other)) for other in alternatives), default=0.0)
                if alike >= _SAME_WORDS:
                    pairs.append((-alike, field, position))
    for _alike, field, position in sorted(pairs):
        if field not in fit.found and position not in used:
            fit.found[field] = (position, _BY_WORDS)
            used.add(position)


def _likeness(one: str, other: str) -> float:
    if abs(len(one) - len(other)) > 3 or one[-2:].isdigit() or one.rstrip("0123456789") == other.rstrip("0123456789"):
        return 0.0
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= _NEAR else 0.0


def _age(table: _Table) -> tuple[bool, int]:
    """The newest accepted version first, then the older ones, then those no longer accepted."""
    return (table.version not in table.entry.accepted, table.entry.versions.index(table.version))


def _clearly_better(older: _Fit, chosen: _Fit) -> bool:
    if len(older.missing) != len(chosen.missing):
        return len(older.missing) < len(chosen.missing)
    return older.weight > chosen.weight + 0.2


def _fits(fit: _Fit, keys: list[str]) -> bool:
    """Tell whether the file can be meant to follow the schema at all: not one or two common names by chance."""
    total, matched = len(fit.table.fields), len(fit.found)
    if matched == total:
        return total > 1 or len(keys) == 1
    if matched < 2 or fit.evidence < _LEAST_EVIDENCE:
        return False
    required = len(fit.table.required)
    half_required = len(fit.missing) * 2 <= required if required else matched * 2 >= total
    share = matched / max(1, sum(1 for k in keys if k))
    if fit.score >= 0.5 and half_required and share >= 0.25:
        return True
    return fit.score >= 0.4 and share >= 0.6 and matched >= 4


def _match(fit: _Fit, headers: Sequence[str]) -> Match:
    fields = fit.table.fields
    used = {position for position, _ in fit.found.values()}
    return Match(
        id=fit.table.entry.id,
        version=fit.table.version,
        matched=len(fit.found),
        total=len(fields),
        missing_required=tuple(fields[i]["name"] for i in sorted(fit.missing)),
        score=round(fit.score, 4),
        near=tuple(
            (headers[position], fields[i]["name"]) for i, (position, sure) in sorted(fit.found.items()) if sure < 1.0
        ),
        unknown=tuple(header for i, header in enumerate(headers) if i not in used and header.strip()),
        titles=fit.table.entry.titles,
    )


def _columns(headers: Sequence[str], sample: Sequence[Sequence[str]]) -> list[list[str]]:
    rows = sample[:SAMPLE_ROWS]
    return [
        [value for row in rows if i < len(row) and (value := str(row[i] or "").strip())] for i in range(len(headers))
    ]


def _plausibility(fit: _Fit, columns: list[list[str]]) -> float:
    """Return the mean share of the sample's values that could be of their column's type (1 when nothing is known)."""
    shares = []
    for i, (position, _) in fit.found.items():
        values = columns[position]
        if values:
            field = fit.table.fields[i]
            shares.append(sum(1 for value in values if _plausible(field, value)) / len(values))
    return sum(shares) / len(shares) if shares else 1.0


_SHAPES = {
    "integer": re.compile(r"[-+]?\d[\d\s]*"),
    "number": re.compile(r"[-+]?[\d\s]*[.,]?\d+\s*[€%]?"),
    "year": re.compile(r"\d{4}"),
    "date": re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*|\d{4}"),
    "datetime": re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}[T ].*"),
    "geopoint": re.compile(r"\[?\s*-?\d+(\.\d+)?\s*,\s*-?\d+(\.\d+)?\s*\]?"),
    "boolean": re.compile(r"(?i)oui|non|true|false|vrai|faux|[01on]"),
}


def _plausible(field: Mapping[str, Any], value: str) -> bool:
    enum = (field.get("constraints") or {}).get("enum")
    if enum:
        return key(value) in {key(str(choice)) for choice in enum}
    shape = _SHAPES.get(field.get("type") or "string")
    return shape is None or shape.fullmatch(value) is not None


@functools.lru_cache(maxsize=8)
def _detector(schemas: Catalogue, kinds: tuple[Kind, ...]) -> _Detector:
    return _Detector(schemas, kinds)


def detect(
    headers: Sequence[str],
    sample: Sequence[Sequence[str]] = (),
    *,
    schemas: Catalogue | None = None,
    kinds: Sequence[Kind] = ("table",),
) -> list[Match]:
    """Rank the schemas that a file could follow, best first; empty when it looks like none of them.

    Column names are compared without case, accents, spaces and punctuation, then by the columns' titles, by near names
    (one or two letters wrong) and, where nothing fits, by the words of the headings. Compulsory columns and names that
    few schemas share weigh more. Each schema is named once, in its newest accepted version unless an older one fits
    clearly better.

    :param headers: the column names as they are in the file.
    :param sample: some rows of text; of two schemas that fit alike, the one whose types suit the values comes first.
    :param schemas: another catalogue than the extension's own.
    :param kinds: kinds of schemas thought of: a spreadsheet follows none of GeoJSON. For those, *headers* are the names
        of the properties of the file's features or records.
    """
    if not any(header.strip() for header in headers):
        return []
    return _detector(schemas or catalogue(), tuple(kinds)).rank(headers, sample)


def compare(headers: Sequence[str], id: str, version: str | None = None) -> Match:
    """Tell what a file has of the columns of a schema that somebody chose, however little.

    :raises UnknownSchema: the catalogue does not have it
    """
    schemas = catalogue()
    entry = schemas.get(id)
    found = _detector(schemas, (entry.kind,)).one(headers, id, version or entry.latest)
    if found is None:
        raise UnknownSchema(f"{id}@{version}")
    return found
