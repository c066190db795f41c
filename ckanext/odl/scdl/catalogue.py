"""The catalogue of the national schemas that ship with the extension.

The data are ``ckanext/odl/schemas/index.yaml`` (one entry per schema) and
``ckanext/odl/schemas/tables/<id>/<version>.json`` (one Table Schema per id and version) or
``ckanext/odl/schemas/json/<id>/<version>.json`` (one JSON Schema for those of GeoJSON and JSON). They are read on first
use and kept. A portal may bring newer versions from the national catalogue (:mod:`.brought`): they stand beside these.

Sources: https://schema.data.gouv.fr (identifiers, versions) and
https://specs.frictionlessdata.io/table-schema/ (descriptors).
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml

from . import json_schemas
from .brought import Brought, BroughtVersion, Kind, brought
from .text import fold

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

Texts = Mapping[str, str]

NATIONAL_CATALOGUE = "https://schema.data.gouv.fr/"


class UnknownSchema(LookupError):
    """The catalogue has no such schema, or not in this version. ``args[0]`` is what was asked for."""


class NotATable(LookupError):
    """The schema is known but describes no table (GeoJSON or JSON). ``args[0]`` is its id."""


def in_language(texts: Texts, language: str) -> str:
    """Return the text of a ``{fr: …, en: …}`` mapping in *language*, in French when there is none."""
    return texts.get(language[:2]) or texts.get("fr") or next(iter(texts.values()), "")


@dataclass(frozen=True)
class SchemaEntry:
    """What the catalogue knows of one schema, whatever its version."""

    id: str
    kind: Kind
    versions: tuple[str, ...]
    """Every version, newest first."""
    accepted: tuple[str, ...]
    """The versions that a file may still follow, newest first; none when the schema is obsolete."""
    titles: Texts
    descriptions: Texts = field(default_factory=dict)
    producer_texts: Texts = field(default_factory=dict)
    law_texts: Texts = field(default_factory=dict)
    family: str = ""
    family_names: Texts = field(default_factory=dict)
    theme: str = ""
    theme_names: Texts = field(default_factory=dict)
    frequency: str | None = None
    """A code of the European frequency vocabulary (``ANNUAL``…)."""
    tags: tuple[str, ...] = ()
    national_url: str = NATIONAL_CATALOGUE
    schema_url_pattern: str | None = None
    replaced_by: str | None = None
    obsolete: bool = False
    label_socle: bool = False
    brought: Mapping[str, BroughtVersion] = field(default_factory=dict)
    """The versions that do not ship with the extension, by their number."""

    @property
    def latest(self) -> str:
        """The newest version."""
        return self.versions[0]

    @property
    def is_table(self) -> bool:
        return self.kind == "table"

    def title(self, language: str = "fr") -> str:
        return in_language(self.titles, language) or self.id

    def description(self, language: str = "fr") -> str:
        return in_language(self.descriptions, language)

    def producers(self, language: str = "fr") -> str:
        """Who must (or may) publish it, in words."""
        return in_language(self.producer_texts, language)

    def law(self, language: str = "fr") -> str:
        """The text that asks for it; empty when there is none."""
        return in_language(self.law_texts, language)

    def family_title(self, language: str = "fr") -> str:
        return in_language(self.family_names, language) or self.family

    def theme_title(self, language: str = "fr") -> str:
        return in_language(self.theme_names, language) or self.theme

    def schema_url(self, version: str | None = None) -> str | None:
        """The national address of the schema file in *version* (newest when None)."""
        known = self.brought.get(version or self.latest)
        if known:
            return known.url
        if self.schema_url_pattern is None:
            return None
        return self.schema_url_pattern.replace("{version}", version or self.latest)


class Catalogue:
    """The schemas, *Socle commun* first, tables before others, then by title."""

    def __init__(self, entries: list[SchemaEntry], folder: Traversable) -> None:
        self.entries: list[SchemaEntry] = sorted(
            entries, key=lambda e: (not e.label_socle, e.obsolete, not e.is_table, fold(e.title()), e.id)
        )
        self._by_id = {entry.id: entry for entry in entries}
        self._folder = folder
        self._raw: dict[tuple[str, str], bytes] = {}
        self._haystacks: dict[str, tuple[str, str]] = {}

    def with_brought(self, versions: Brought) -> Catalogue:
        """Return a catalogue that knows these versions too; what is known already stays as it is.

        A newer version is accepted beside those that were: nobody but a person takes that from them.
        """
        by_id: dict[str, list[BroughtVersion]] = {}
        for version in versions:
            by_id.setdefault(version.id, []).append(version)
        entries = [_extended(entry, by_id.pop(entry.id, [])) for entry in self.entries]
        entries += [_extended(_unpackaged(own[0]), own) for own in by_id.values()]
        return Catalogue(entries, self._folder)

    def alone(self, version: BroughtVersion) -> Catalogue:
        """Return a catalogue that knows this version and no other, to try it."""
        return Catalogue([_extended(_unpackaged(version), [version])], self._folder)

    def __iter__(self) -> Iterator[SchemaEntry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def get(self, id: str) -> SchemaEntry:
        """Return the entry of *id*.

        :raises UnknownSchema: the catalogue has no such schema.
        """
        try:
            return self._by_id[id]
        except KeyError:
            raise UnknownSchema(id) from None

    def parse(self, reference: str) -> tuple[SchemaEntry, str]:
        """Return the entry and version meant by ``"id"`` (its newest version) or ``"id@version"``.

        :raises UnknownSchema: no such schema, or not in this version.
        """
        id, _, version = reference.strip().partition("@")
        entry = self.get(id)
        if version and version not in entry.versions:
            raise UnknownSchema(reference)
        return entry, version or entry.latest

    def table(self, id: str, version: str | None = None) -> dict[str, Any]:
        """Return the Table Schema descriptor of *id* in *version* (newest when None); the caller may change it.

        :raises UnknownSchema: no such schema, or not in this version.
        :raises NotATable: the schema describes GeoJSON or JSON.
        """
        entry = self.get(id)
        if not entry.is_table:
            raise NotATable(id)
        return self._load(entry, version or entry.latest)

    def json_schema(self, id: str, version: str | None = None) -> dict[str, Any]:
        """Return the JSON Schema of *id* in *version* (newest when None); the caller may change it.

        It refers to nothing outside itself.

        :raises UnknownSchema: no such schema of GeoJSON or JSON, or not in this version.
        """
        entry = self.get(id)
        if entry.is_table:
            raise UnknownSchema(id)
        return self._load(entry, version or entry.latest)

    def descriptor(self, id: str, version: str | None = None) -> dict[str, Any]:
        """Return a Table Schema descriptor whatever the kind; that of a JSON Schema lists its records' properties.

        It is there to be read by people and compared; files are judged with :meth:`table` or :meth:`json_schema`.

        :raises UnknownSchema: no such schema, or not in this version.
        """
        if self.get(id).is_table:
            return self.table(id, version)
        return {"fields": json_schemas.fields(self.json_schema(id, version))}

    def _load(self, entry: SchemaEntry, version: str) -> dict[str, Any]:
        if version not in entry.versions:
            raise UnknownSchema(f"{entry.id}@{version}")
        known = entry.brought.get(version)
        raw = known.content.encode() if known else self._raw.get((entry.id, version))
        if raw is None:
            folder = "tables" if entry.is_table else "json"
            path = self._folder.joinpath(folder, *entry.id.split("/"), f"{version}.json")
            raw = self._raw[(entry.id, version)] = path.read_bytes()
        return json.loads(raw)

    def search(self, text: str) -> list[SchemaEntry]:
        """Return the entries where some word starts with each word of *text*, titles first; an exact id comes alone.

        Case, accents and a plural's final s do not count. An empty text gives every entry.
        """
        exact = text.strip().casefold().partition("@")[0]
        for entry in self.entries:
            if exact == entry.id.casefold():
                return [entry]
        words = [" " + (word[:-1] if len(word) > 3 and word.endswith("s") else word) for word in fold(text).split()]
        if not words:
            return [] if text.strip() else list(self.entries)
        in_title, elsewhere = [], []
        for entry in self.entries:
            title, everything = self._haystack(entry)
            if all(word in title for word in words):
                in_title.append(entry)
            elif all(word in everything for word in words):
                elsewhere.append(entry)
        return in_title + elsewhere

    def _haystack(self, entry: SchemaEntry) -> tuple[str, str]:
        if entry.id not in self._haystacks:
            title = " " + fold(" ".join([*entry.titles.values(), entry.id]))
            rest = [
                *entry.descriptions.values(),
                *entry.producer_texts.values(),
                *entry.law_texts.values(),
                *entry.family_names.values(),
                *entry.theme_names.values(),
                *entry.tags,
            ]
            self._haystacks[entry.id] = (title, title + " " + fold(" ".join(rest)))
        return self._haystacks[entry.id]


def load(folder: Traversable) -> Catalogue:
    """Read the catalogue under *folder* (``index.yaml`` and ``tables/``)."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    index = yaml.load(folder.joinpath("index.yaml").read_bytes(), loader)  # noqa: S506 (a safe loader, in C when built)
    families, themes = index.get("families") or {}, index.get("themes") or {}
    return Catalogue([_entry(id, raw, families, themes) for id, raw in index["schemas"].items()], folder)


def _texts(value: Texts | str | None) -> Texts:
    return {"fr": value} if isinstance(value, str) else value or {}


def _entry(id: str, raw: dict[str, Any], families: dict[str, Texts], themes: dict[str, Texts]) -> SchemaEntry:
    versions = tuple(str(version) for version in raw["versions"])
    return SchemaEntry(
        id=id,
        kind=raw["kind"],
        versions=versions,
        accepted=tuple(str(version) for version in raw.get("accepted", versions)),
        titles=_texts(raw["title"]),
        descriptions=_texts(raw.get("description")),
        producer_texts=_texts(raw.get("producers")),
        law_texts=_texts(raw.get("law")),
        family=raw.get("family") or "",
        family_names=_texts(families.get(raw.get("family") or "")),
        theme=raw.get("theme") or "",
        theme_names=_texts(themes.get(raw.get("theme") or "")),
        frequency=raw.get("frequency"),
        tags=tuple(raw.get("tags") or ()),
        national_url=raw.get("national_url") or NATIONAL_CATALOGUE,
        schema_url_pattern=raw.get("schema_url"),
        replaced_by=raw.get("replaced_by"),
        obsolete=bool(raw.get("obsolete")),
        label_socle=bool(raw.get("label_socle")),
    )


def in_order(version: str) -> tuple[tuple[int, int, str], ...]:
    """What versions are sorted by: ``2.10.0`` is newer than ``2.9.0``, and ``2.0.0`` than ``2.0.0-beta``."""
    number, _, early = version.removeprefix("v").partition("-")
    parts = [(2, int(part), "") if part.isdecimal() else (0, 0, part) for part in number.split(".")]
    while parts and parts[-1] == (2, 0, ""):
        parts.pop()
    return (*parts, (0, 0, early) if early else (1, 0, ""))


def _extended(entry: SchemaEntry, versions: list[BroughtVersion]) -> SchemaEntry:
    more = {one.version: one for one in versions if one.version not in entry.versions and one.kind == entry.kind}
    if not more:
        return entry
    newest_first = functools.partial(sorted, key=in_order, reverse=True)
    accepted = () if entry.obsolete else newest_first(more)
    return replace(
        entry,
        versions=tuple(newest_first([*entry.versions, *more])),
        accepted=tuple(newest_first([*entry.accepted, *accepted])),
        brought={**entry.brought, **more},
    )


def _unpackaged(version: BroughtVersion) -> SchemaEntry:
    """The entry of a schema of which no version ships with the extension, without any version yet."""
    return SchemaEntry(
        id=version.id,
        kind=version.kind,
        versions=(),
        accepted=(),
        titles={"fr": version.title},
        descriptions={"fr": version.description},
        family="national",
        family_names={"fr": "Autres modèles nationaux", "en": "Other national models"},
        national_url=f"{NATIONAL_CATALOGUE}{version.id}/",
    )


@functools.cache
def packaged() -> Catalogue:
    """Return the catalogue that ships with the extension, read once per process."""
    return load(files("ckanext.odl") / "schemas")


_merged: tuple[Brought, Catalogue] | None = None


def catalogue() -> Catalogue:
    """Return the catalogue: what ships with the extension and what the portal brought; the same until that changes."""
    global _merged
    versions = brought()
    if not versions:
        return packaged()
    merged = _merged
    if merged is None or merged[0] is not versions:
        merged = _merged = (versions, packaged().with_brought(versions))
    return merged[1]
