"""From a resource of data.gouv.fr to a file of the portal."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from ckanext.odl.scdl import Catalogue

from .values import address, count, line, moment, record, text
from .words import filled

_ALGORITHMS = {"md5": {32: "md5"}, "sha1": {40: "sha1"}, "sha256": {64: "sha256"}}
_ALGORITHMS["sha2"] = {56: "sha224", 64: "sha256", 96: "sha384", 128: "sha512"}
_KINDS = {"documentation": "documentation", "api": "api"}
"""The types of data.gouv.fr that the portal tells apart; the others (main, update, code, other) are files."""
_NATIONAL_SCHEMA = re.compile(r"https?://schema\.data\.gouv\.fr/schemas/([^/]+/[^/]+)/v?([^/]+)/[^/]+", re.IGNORECASE)


@dataclass(frozen=True)
class Note:
    """Something that was not taken over as it was: its code in ``incoming.yaml``, the name of the file it is about."""

    code: str
    file: str = ""
    details: dict[str, Any] = field(default_factory=dict)

    def sentence(self, language: str = "fr") -> str:
        """What was not taken over."""
        return filled("incoming.yaml", self.code, "sentence", language, {**self.details, "file": self.file})

    def remedy(self, language: str = "fr") -> str:
        """What can be done about it."""
        return filled("incoming.yaml", self.code, "remedy", language, {**self.details, "file": self.file})

    def as_dict(self) -> dict[str, Any]:
        """The note as it is stored."""
        return {"code": self.code, **({"file": self.file} if self.file else {}), **self.details}


def file_from(given: Any, place: int, catalogue: Catalogue) -> tuple[dict[str, Any] | None, list[Note]]:
    """One file, and what could not be taken over; None when it is no file at all.

    :param place: its place among the files of the dataset, from 1 on
    """
    if not isinstance(given, dict):
        return None, [Note("file-malformed", details={"place": place})]
    title = line(given.get("title"), 500)
    id = _uuid(given.get("id"))
    if id is None:
        return None, [Note("file-malformed", title, {"place": place})]
    # The permanent address leads to the file of the day, so that links here outlive a new version there.
    url = address(given.get("latest")) or address(given.get("url"))
    if not url:
        return None, [Note("file-without-address", title, {"place": place})]
    notes: list[Note] = []
    kind = line(given.get("type")) or "main"
    file: dict[str, Any] = {
        "id": id,
        "url": url,
        "name": title or url.rstrip("/").rsplit("/", 1)[-1],
        "description": re.sub(r"[ \t]*<br\s*/?>[ \t]*\n?", "\n", text(given.get("description"))),
        "format": line(given.get("format"), 100).upper(),
        "mimetype": line(given.get("mime"), 200),
        "size": count(given.get("filesize")),
        **_checksum(given, title, notes),
        "resource_type": _KINDS.get(kind, "file"),
        "created": moment(given.get("created_at")),
        "last_modified": moment(given.get("last_modified")),
        **_schema(given, title, catalogue, notes),
    }
    if kind not in ("main", "documentation", "api"):
        file["odl_national_type"] = kind
    return {name: value for name, value in file.items() if value not in (None, "")}, notes


def _uuid(value: Any) -> str | None:
    try:
        return str(UUID(line(value)))
    except ValueError:
        return None


def _checksum(given: dict[str, Any], title: str, notes: list[Note]) -> dict[str, str]:
    said = record(given.get("checksum"))
    digits, kind = line(said.get("value")).lower(), line(said.get("type")).lower()
    if not digits:
        return {}
    algorithm = _ALGORITHMS.get(kind, {}).get(len(digits))
    if algorithm is None or not re.fullmatch("[0-9a-f]+", digits):
        notes.append(Note("checksum-left-out", title, {"value": kind}))
        return {}
    return {"hash": digits, "hash_algorithm": algorithm}


def _schema(given: dict[str, Any], title: str, catalogue: Catalogue, notes: list[Note]) -> dict[str, str]:
    """The schema and version that the file declares when the portal has them; else they are kept as they were."""
    said = record(given.get("schema"))
    name, version, url = (line(said.get(part), 500) for part in ("name", "version", "url"))
    if not name and not url:
        return {}
    version = version.removeprefix("v")
    if not name and (known := _NATIONAL_SCHEMA.fullmatch(url)):
        name, version = known[1], known[2]
    entry = _entries(catalogue).get(name.lower())
    if entry is None:
        notes.append(Note("unknown-schema", title, {"value": name or url}))
    elif version and version != "latest" and version not in entry.versions:
        notes.append(Note("unknown-schema-version", title, {"value": entry.id, "version": version}))
    else:
        known = {"odl_schema": entry.id}
        return {**known, "odl_schema_version": version} if version not in ("", "latest") else known
    return {"odl_national_schema": f"{name}@{version}".rstrip("@") if name else url}


def _entries(catalogue: Catalogue) -> dict[str, Any]:
    return {entry.id.lower(): entry for entry in catalogue}
