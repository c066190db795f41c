"""From what the caller names (catalogue id, ``id@version``, file, loaded descriptor) to a Table Schema descriptor."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import limits
from .problems import SchemaRefused

if TYPE_CHECKING:
    from ckanext.odl.scdl.catalogue import Kind
    from ckanext.odl.scdl.match import Match


@dataclass
class KnownSchema:
    """A descriptor and the name it goes by in reports.

    ``kind``: ``table`` (a Table Schema), ``geojson`` or ``json`` (a JSON Schema).
    """

    descriptor: dict[str, Any]
    id: str | None
    version: str | None
    kind: str = "table"

    def to_dict(self) -> dict[str, Any]:
        return {"id": self.id, "version": self.version}


def find_schema(schema: str | Path | dict[str, Any]) -> KnownSchema:
    """The schema that a caller names. Raises :class:`SchemaRefused`."""
    if isinstance(schema, dict):
        return _loaded(schema)
    text = str(schema)
    found = None if isinstance(schema, Path) else _from_catalogue(text)
    if found is not None:
        return found
    path = Path(text)
    try:
        is_file = path.is_file()
    except (OSError, ValueError):
        is_file = False
    if not is_file:
        raise SchemaRefused("schema-unknown", name=text[:100])
    if path.stat().st_size > limits.SCHEMA_BYTES:
        raise SchemaRefused("schema-too-large", limit=limits.SCHEMA_BYTES)
    try:
        descriptor = json.loads(path.read_text("utf-8-sig"))
    except (ValueError, RecursionError):
        raise SchemaRefused("schema-invalid", reason="json") from None
    if not isinstance(descriptor, dict):
        raise SchemaRefused("schema-invalid", reason="object")
    return _loaded(descriptor)


def _loaded(descriptor: dict[str, Any]) -> KnownSchema:
    if descriptor.get("$ref") or any(isinstance(f, dict) and f.get("$ref") for f in descriptor.get("fields") or ()):
        raise SchemaRefused("schema-remote-ref")
    keys = descriptor.get("foreignKeys")
    if isinstance(keys, list) and keys:
        raise SchemaRefused("schema-foreign-key")
    name, version = descriptor.get("name"), descriptor.get("version")
    return KnownSchema(
        descriptor, name if isinstance(name, str) else None, version if isinstance(version, str) else None
    )


def _from_catalogue(reference: str) -> KnownSchema | None:
    from ckanext.odl.scdl import UnknownSchema, catalogue  # noqa: PLC0415 (of no use with a schema file)

    known = catalogue()
    try:
        entry, version = known.parse(reference)
        version = version or entry.latest
    except UnknownSchema:
        return None
    return _of_catalogue(entry.id, version)


def _of_catalogue(id: str, version: str) -> KnownSchema:
    from ckanext.odl.scdl import catalogue  # noqa: PLC0415 (see _from_catalogue)

    entry = catalogue().get(id)
    descriptor = catalogue().table(id, version) if entry.is_table else catalogue().json_schema(id, version)
    return KnownSchema(descriptor, id, version, entry.kind)


def guess_schema(
    header: Sequence[str], sample: Sequence[Sequence[str]], kind: Kind = "table", content: Any = None
) -> tuple[KnownSchema, dict[str, Any]] | None:
    """The schema that the columns show, with what the report says of the guess; None when none fits.

    ``kind``: of the schemas thought of; ``content``: of a JSON file, whose outer shape must be the schema's.
    """
    from ckanext.odl.scdl import catalogue, detect  # noqa: PLC0415 (see _from_catalogue)

    matches = detect(header, sample, kinds=(kind,))
    if not matches:
        return None
    best = matches[0]
    known = _of_catalogue(best.id, best.version)
    if kind == "table" and _is_far(known, best):
        return None
    if kind == "json" and not _wraps(known, content):
        versions = (_of_catalogue(best.id, version) for version in catalogue().get(best.id).versions)
        known = next((other for other in versions if _wraps(other, content)), known)
    guess = {"id": best.id, "version": known.version, "matched": best.matched, "total": best.total}
    return known, guess


def _is_far(known: KnownSchema, match: Match) -> bool:
    """Whether a table has so little of a schema that a person is asked rather than told what is wrong: less than a
    third of its columns, and most of the compulsory ones missing."""
    required = [field for field in known.descriptor["fields"] if (field.get("constraints") or {}).get("required")]
    return match.matched * 3 < match.total and len(match.missing_required) * 2 > len(required)


def _wraps(known: KnownSchema, content: Any) -> bool:
    """Whether the names at the root hold what the schema wants there, a list or an object."""
    shapes = {"array": list, "object": dict}
    wanted = known.descriptor.get("properties") or {}
    return isinstance(content, dict) and all(
        isinstance(content[name], shapes[node["type"]]) for name, node in wanted.items() if name in content
    )
