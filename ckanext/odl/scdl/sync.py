"""The national catalogue of schemas: what it lists, what of it is new here, and whether a file may come in.

Pure: bytes of the catalogue and of the schema files in, versions to keep and refusals out. Each schema stands alone:
one that is wrong takes nothing from the others.

Source: https://schema.data.gouv.fr (the catalogue's form is that of opendataschema's ``schema-catalog.json``).
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, Literal

import yaml

from . import json_schemas
from .brought import BroughtVersion, Kind
from .catalogue import Catalogue, SchemaEntry, in_order
from .changes import changes
from .detect import detect
from .models import blank_csv, blank_xlsx
from .rules import rules
from .words import describe_table, example

#: Most schemas and versions that a catalogue may list: the national one has about a hundred, with a few each.
MOST_SCHEMAS = 2_000
MOST_VERSIONS = 200
#: Size in bytes of the catalogue itself, and of one schema file.
CATALOGUE_BYTES = 20 << 20
SCHEMA_BYTES = 1 << 20

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}/[A-Za-z0-9][A-Za-z0-9._-]{0,119}")
_VERSION = re.compile(r"v?[0-9][0-9A-Za-z.+_-]{0,39}")
_TITLE_CHARACTERS, _DESCRIPTION_CHARACTERS = 200, 2_000
_FORMS = {"tableschema": "table", "jsonschema": "json"}

#: What reads a schema file for good, see :func:`ckanext.odl.validation.check_schema`; raises ``ValueError`` with
#: ``code`` and ``params`` when the file is refused.
Check = Callable[[bytes, str], dict[str, Any]]


class SyncError(ValueError):
    """Something of the catalogue cannot be used. ``code`` names a sentence of ``sync.yaml``, ``params`` fill it."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(f"{code}: {params}")
        self.code = code
        self.params = params


def sentence(code: str, params: Mapping[str, Any], language: str = "fr") -> dict[str, str]:
    """What went wrong (``message``) and what to do about it (``remedy``), in ``fr`` or ``en``."""
    french = not language.startswith("en")
    entry = _sentences()[code]["fr" if french else "en"]
    column = params.get("field")
    where = (f" (colonne «\u00a0{column}\u00a0»)" if french else f" (column “{column}”)") if column else ""
    return {part: entry[part].format(**{**params, "field": where}) for part in ("message", "remedy")}


def phrase(name: str, language: str = "fr", **values: Any) -> str:
    """A sentence that is no complaint: what came in, how many."""
    return _sentences()["told"]["en" if language.startswith("en") else "fr"][name].format(**values)


@functools.cache
def _sentences() -> dict[str, dict[str, dict[str, str]]]:
    return yaml.safe_load(files(__package__ or "").joinpath("sync.yaml").read_bytes())


@dataclass(frozen=True)
class Listed:
    """A schema as the national catalogue lists it."""

    id: str
    title: str
    description: str
    form: str
    """``tableschema``, ``jsonschema``, ``datapackage`` or ``other``."""
    versions: Mapping[str, str]
    """Address of the file by version."""


@dataclass(frozen=True)
class Wanted:
    """A schema file to be read: a version that is new here (``new``) or one to hold against ours (``known``)."""

    id: str
    version: str
    url: str
    why: Literal["new", "known"]
    listed: Listed


@dataclass(frozen=True)
class Refusal:
    """What of a schema cannot be used, in words by :func:`sentence`."""

    id: str
    version: str
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Plan:
    """What is to be done with a catalogue."""

    wanted: list[Wanted]
    refused: list[Refusal]
    unknown: list[Listed]
    """Schemas of which the portal has no version, and which nobody asked for."""


def read_catalogue(content: bytes) -> tuple[list[Listed], list[Refusal]]:
    """Read the national catalogue.

    :param content: its JSON
    :returns: the schemas, and those entries that cannot be understood
    :raises SyncError: ``catalogue-json`` or ``catalogue-form``, when it is no catalogue at all
    """
    try:
        raw = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise SyncError("catalogue-json") from None
    entries = raw.get("schemas") if isinstance(raw, dict) else None
    if not isinstance(entries, list) or not entries or len(entries) > MOST_SCHEMAS:
        raise SyncError("catalogue-form")
    listed: dict[str, Listed] = {}
    refused: list[Refusal] = []
    for position, entry in enumerate(entries, 1):
        id_ = entry.get("name") if isinstance(entry, dict) else None
        if not isinstance(id_, str) or not _ID.fullmatch(id_):
            refused.append(Refusal(f"#{position}", "", "entry-form", {"position": position}))
        elif id_ in listed:
            refused.append(Refusal(id_, "", "entry-twice", {"id": id_}))
        else:
            versions, wrong = _versions(id_, entry.get("versions"))
            refused += wrong
            listed[id_] = Listed(
                id_,
                _text(entry.get("title"))[:_TITLE_CHARACTERS] or id_,
                _text(entry.get("description"))[:_DESCRIPTION_CHARACTERS],
                _text(entry.get("schema_type")),
                versions,
            )
    return list(listed.values()), refused


def _text(value: Any) -> str:
    """One line of text, without what no database or page takes (controls, halves of characters)."""
    return "".join(c for c in " ".join(value.split()) if c.isprintable()) if isinstance(value, str) else ""


def _versions(id_: str, declared: Any) -> tuple[dict[str, str], list[Refusal]]:
    found: dict[str, str] = {}
    refused: list[Refusal] = []
    declared = declared if isinstance(declared, list) else []
    for one in declared[:MOST_VERSIONS]:
        name, url = (one.get("version_name"), one.get("schema_url")) if isinstance(one, dict) else (None, None)
        if not isinstance(name, str) or not _VERSION.fullmatch(name) or not isinstance(url, str) or len(url) > 1000:
            refused.append(Refusal(id_, str(name)[:40], "version-form", {"id": id_, "version": str(name)[:40]}))
        elif found.setdefault(name, url) != url:
            refused.append(Refusal(id_, name, "version-twice", {"id": id_, "version": name}))
    return found, refused


def plan(listed: Collection[Listed], known: Catalogue, *, add: Collection[str] = (), compare: bool = False) -> Plan:
    """Choose the files to read: versions newer than all that ship with the extension, and those that were brought.

    :param listed: what the national catalogue lists
    :param known: the portal's own
    :param add: ids of schemas of which the portal has no version yet, and should
    :param compare: read the versions that ship with the extension too, to tell where they differ
    """
    found = Plan([], [Refusal(id_, "", "not-listed", {"id": id_}) for id_ in add if id_ not in _ids(listed)], [])
    ours = {entry.id: entry for entry in known}
    for one in listed:
        entry = ours.get(one.id)
        if entry is None and one.id not in add:
            found.unknown.append(one)
            continue
        for version in sorted(one.versions, key=in_order):
            if entry and not _is_wanted(entry, version, compare=compare):
                continue
            if one.form not in _FORMS:
                if not entry or version not in entry.versions:
                    found.refused.append(Refusal(one.id, version, "form-unknown", {"id": one.id, "version": version}))
                continue
            why = "known" if entry and version in entry.versions else "new"
            found.wanted.append(Wanted(one.id, version, one.versions[version], why, one))
    return found


def _ids(listed: Collection[Listed]) -> set[str]:
    return {one.id for one in listed}


def _is_wanted(entry: SchemaEntry, version: str, *, compare: bool) -> bool:
    """Whether to read a version of a schema that the portal knows; the older ones were left out on purpose."""
    if version in entry.versions:
        return compare or version in entry.brought
    shipped = [one for one in entry.versions if one not in entry.brought]
    return not entry.obsolete and all(in_order(version) > in_order(one) for one in shipped)


@dataclass(frozen=True)
class New:
    """A version that may come in, and what it changes."""

    version: BroughtVersion
    former: str | None
    """The version that was the newest before it; None for a schema that the portal did not know."""
    descriptor: Mapping[str, Any]
    """Its columns, as :meth:`Catalogue.descriptor` gives them."""


def judge(wanted: Wanted, content: bytes, known: Catalogue, check: Check) -> New | None:
    """Make sure that a file may come in.

    :param wanted: what was asked for
    :param content: the file
    :param known: the portal's own catalogue
    :param check: reads a schema file for good
    :returns: the version; None when the portal has it already and it is the same
    :raises SyncError: the file is refused: ``other-content`` when the portal has another content under this number
    """
    entry = next((entry for entry in known if entry.id == wanted.id), None)
    is_table = wanted.listed.form == "tableschema"
    named = {"id": wanted.id, "version": wanted.version}
    if entry and entry.is_table != is_table:
        raise SyncError("kind-changed", **named)
    kind: Kind = entry.kind if entry else "table" if is_table else "json"
    if entry and wanted.version in entry.brought:
        if entry.brought[wanted.version].content.encode() != content:
            raise SyncError("other-content", **named)
        return None
    try:
        schema = check(content, kind)
    except Exception as error:  # a stranger's file may break the reader itself: that is refused like the rest
        code, params = getattr(error, "code", "unusable"), getattr(error, "params", {})
        raise SyncError(code, **named, field=_text(params.get("field"))) from None
    if entry is None and kind == "json" and "features" in (schema.get("properties") or {}):
        kind = "geojson"
    version = BroughtVersion(
        wanted.id,
        wanted.version,
        kind,
        wanted.listed.title,
        wanted.listed.description,
        wanted.url,
        content.decode("utf-8-sig"),
        "",
    )
    descriptor = _usable(version, schema, known)
    if wanted.why == "known":
        differences = changes(known.descriptor(wanted.id, wanted.version), descriptor, "fr")
        if differences:
            raise SyncError("other-than-packaged", **named, differences=" ".join(differences))
        return None
    return New(version, entry.latest if entry else None, descriptor)


def _usable(version: BroughtVersion, schema: Mapping[str, Any], known: Catalogue) -> Mapping[str, Any]:
    """The columns, once all that the portal says and makes of a schema was tried on this one."""
    named = {"id": version.id, "version": version.version}
    try:
        descriptor = schema if version.kind == "table" else {"fields": json_schemas.fields(schema)}
        has_columns = bool(descriptor["fields"])
        for language in ("fr", "en"):
            describe_table(descriptor, language)
            rules(descriptor, language)
            changes(descriptor, descriptor, language)
        if version.kind == "table":
            blank_csv(descriptor, with_example=True)
            blank_xlsx(descriptor, version.title, with_example=True)
        alone = known.alone(version)
        alone.search(version.title)
        names = [field["name"] for field in descriptor["fields"]]
        detect(names, [[example(field) for field in descriptor["fields"]]], schemas=alone, kinds=(version.kind,))
    except Exception:  # whatever a stranger's file makes of our words is the file's fault, and told as such
        raise SyncError("unusable", **named) from None
    if not has_columns:
        raise SyncError("no-columns", **named)
    return descriptor


def what_changed(new: New, known: Catalogue, language: str = "fr") -> Iterator[str]:
    """Say what a version changes for a person who fills the file; nothing for a schema that the portal did not know."""
    if new.former is not None:
        yield from changes(known.descriptor(new.version.id, new.former), new.descriptor, language)
