"""Rows of the database as facts for the rules: one dataset, one file, one person at a time, without a query."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Container, Iterable, Mapping
from typing import Any

from ckan.plugins import plugin_loaded

from ckanext.odl import onboarding
from ckanext.odl.logic import periods, state
from ckanext.odl.logic.datagouv import checking
from ckanext.odl.model import PathProof
from ckanext.odl.onboarding import DatasetFacts, FileFacts, PersonFacts
from ckanext.odl.scdl import UnknownSchema, catalogue

STAFF_ROLES = ("admin", "editor")
_TABLES = ("csv", "tsv", "xlsx", "ods", "parquet", "json", "xml", "txt")
_MAPS = ("geojson", "kml", "gpx", "gml", "shp", "shapefile", "gpkg", "gtfs")
_OTHERS = ("jsonld", "json-ld", "ttl", "rdf", "n3", "ics", "odt", "png", "svg")
OPEN_FORMATS = frozenset((*_TABLES, *_MAPS, *_OTHERS))


def people(members: list[Any], organization_id: str, deposits: dict[str, dt.date]) -> tuple[PersonFacts, ...]:
    atd = {row.user_id for row in members if row.group_id != organization_id and row.capacity in STAFF_ROLES}
    return tuple(
        PersonFacts(
            id=row.user_id,
            role=row.capacity,
            active=row.user_state == "active",
            is_atd=row.user_id in atd or bool(row.sysadmin),  # the portal’s team is not the collectivité either
            last_seen=max((day for day in (day_of(row.last_active), deposits.get(row.user_id)) if day), default=None),
        )
        for row in members
        if row.group_id == organization_id
    )


def last_deposits(packages: list[Any], proofs: list[PathProof]) -> dict[str, dt.date]:
    """The last day on which each person is known to have brought something."""
    found: dict[str, dt.date] = {}
    given: list[tuple[Any, dt.date | None]] = [
        *((row.creator_user_id, day_of(row.metadata_created)) for row in packages),
        *((row.author_id, day_of(row.created_at)) for row in proofs),
    ]
    for person, day in given:
        if person and day:
            found[person] = max(day, found.get(person, day))
    return found


def dataset(
    row: Any,
    files: Iterable[FileFacts],
    contacts: Mapping[str, list[tuple[str, bool]]],
    inside: set[str],
) -> DatasetFacts:
    extras: dict[str, str] = row.extras or {}
    contact = (row.maintainer_email or "").strip()
    accounts = contacts.get(contact.lower())
    return DatasetFacts(
        id=row.id,
        name=row.name,
        title=row.title or row.name,
        private=bool(row.private),
        licence=row.license_id or None,
        homologation_note=extras.get("odl_homologation_note") or "",
        description=(row.notes or "").strip(),
        tags=len(row.keywords or ()),
        frequency=(extras.get("frequency") or "").rstrip("/").rsplit("/", 1)[-1] or None,
        temporal_start=date_of(extras.get("temporal_start")),
        temporal_end=date_of(extras.get("temporal_end")),
        has_territory=bool(extras.get("odl_territory") or extras.get("spatial")),
        service=extras.get("odl_service") or "",
        contact=contact,
        contact_lapsed=None if accounts is None else not any(active and id_ in inside for id_, active in accounts),
        procedure=extras.get("odl_procedure") or "",
        changed_on=day_of(row.metadata_modified),
        files=tuple(files),
    )


def file(resource: dict[str, Any], at: state.FileState, was_checked: bool) -> FileFacts:
    schema = at.schema
    extension = (resource["format"] or (resource["url"] or "").rsplit(".", 1)[-1]).strip().lower().lstrip(".")
    return FileFacts(
        id=resource["id"],
        name=resource["name"] or "",
        is_table=None if at.check is None or at.check.counts is None else at.check.status != "unreadable",
        is_open_format=extension in OPEN_FORMATS,
        schema_id=schema.schema_id or None,
        schema_version=schema.version or None,
        schema_tags=_schema_tags(schema.schema_id),
        badge=at.badge,
        was_checked=was_checked,
        sha256=at.sha256,
        period_end=_period_end(resource.get("odl_period")),
        changed_on=day_of(resource["last_modified"] or resource["created"]),
        has_view=bool(resource["has_view"]),
        # Without the DataStore there is no dictionary; with it, nobody looked.
        has_dictionary=None if plugin_loaded("datastore") else False,
        is_documentation=resource["resource_type"] == "documentation",
        rows=at.counts.get("rows"),
    )


def _schema_tags(schema_id: str) -> tuple[str, ...]:
    """The tags of a model, its family among them."""
    if not schema_id:
        return ()
    try:
        entry = catalogue().get(schema_id)
    except UnknownSchema:
        return ()
    return tuple(sorted({*entry.tags, entry.family, *(["socle"] if entry.label_socle else [])} - {""}))


def proof(row: PathProof) -> onboarding.Proof:
    return onboarding.Proof(
        id=row.id,
        step=row.step,
        kind=row.kind,
        given_on=row.given_on,
        expires_on=row.expires_on,
        value=row.file_name if row.kind == "file" else row.value,
        url=row.value if row.kind == "url" else None,
        author=row.author_id,
    )


def precheck(
    packages: list[Any], files: Mapping[str, list[dict[str, Any]]], fields: Mapping[str, str], day: dt.date | None
) -> onboarding.PreCheck:
    """What data.gouv.fr would say of the public datasets that hold a file, from the rows that were read anyway."""
    public = (row for row in packages if not row.private and files.get(row.id))
    shaped = (checking.shaped(row._mapping, files[row.id]) for row in public)
    blocking, lossy, refused = checking.counted(shaped, fields)
    return onboarding.PreCheck(blocking, lossy, day, tuple(refused))


def day_of(moment: Any) -> dt.date | None:
    return moment.date() if isinstance(moment, dt.datetime) else None


def date_of(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


def _period_end(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(periods.day(text.split("/")[-1], last=True)) if text else None
    except ValueError:
        return None


def known(value: str | None, choices: Container[str | None]) -> str | None:
    return value if value in choices else None


def words(value: str | None) -> frozenset[str] | None:
    """A list as scheming stores it (JSON, or words between commas); None when nobody answered."""
    if value is None or value == "":
        return None
    try:
        found = json.loads(value)
    except ValueError:
        found = [word.strip() for word in value.strip("{}").split(",")]
    return frozenset(str(word) for word in found if word) if isinstance(found, list) else frozenset({str(found)})
