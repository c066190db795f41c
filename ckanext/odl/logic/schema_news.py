"""Whom a new version of a schema concerns: those with files that follow an older one. Nothing is changed for them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import sqlalchemy as sa
from ckan import model

from ckanext.odl.intake import held_to
from ckanext.odl.scdl import Catalogue, SchemaEntry, catalogue, changes
from ckanext.odl.scdl.catalogue import in_order


class File(NamedTuple):
    """A file that follows an older version."""

    id: str
    name: str
    package: str
    title: str
    organization_id: str
    version: str


@dataclass
class News:
    """A schema has a version that files here do not follow yet."""

    entry: SchemaEntry
    version: str
    day: str
    """When the version was brought, in ISO 8601."""
    files: list[File] = field(default_factory=list)

    @property
    def organizations(self) -> set[str]:
        return {file.organization_id for file in self.files}

    @property
    def former(self) -> str:
        """The oldest version that is followed."""
        return min((file.version for file in self.files), key=in_order)

    def changes(self, language: str) -> list[str]:
        """What the version changes since :attr:`former`, in sentences."""
        known = catalogue()
        return changes(
            known.descriptor(self.entry.id, self.former), known.descriptor(self.entry.id, self.version), language
        )


def is_any() -> bool:
    """Whether the portal brought a version at all (no query)."""
    return any(entry.brought for entry in catalogue())


def news(organization_ids: Collection[str] | Any) -> list[News]:
    """The versions brought that are newer than what files of these organizations follow; the last brought first.

    No query at all as long as nothing was brought.

    :param organization_ids: ids of CKAN organizations, or a selectable of them
    """
    found = []
    for entry in catalogue():
        version = next((one for one in entry.versions if one in entry.brought and one in entry.accepted), None)
        if version:
            files = _behind(entry, version, organization_ids)
            if files:
                found.append(News(entry, version, entry.brought[version].day, files))
    return sorted(found, key=lambda one: (one.day, one.entry.id), reverse=True)


def places(organization_ids: Collection[str]) -> list[Any]:
    """Organizations (``id``, ``name``, ``title``) in the order of their titles."""
    group = model.Group
    statement = sa.select(group.id, group.name, group.title).where(
        group.id.in_(organization_ids), group.state == model.State.ACTIVE
    )
    return list(model.Session.execute(statement.order_by(group.title, group.name))) if organization_ids else []


def users(schema_id: str, version: str, known: Catalogue) -> set[str]:
    """The ids of the organizations with a file that follows an older version of a schema.

    :param known: the catalogue that has the version (it may not be kept yet)
    """
    return {file.organization_id for file in _behind(known.get(schema_id), version, None)}


def _behind(entry: SchemaEntry, version: str, organization_ids: Collection[str] | Any | None) -> list[File]:
    """The files of these organizations (None: of all) that follow an older version than *version*."""
    rows = _resources(entry.id, organization_ids)
    held = held_to(model.Session(), [{**(row.extras or {}), "id": row.id} for row in rows])
    files = []
    for row in rows:
        schema = held[row.id]
        if schema.schema_id == entry.id and in_order(schema.version) < in_order(version):
            name = row.name or row.url.rsplit("/", 1)[-1]
            files.append(File(row.id, name, row.package, row.title or row.package, row.owner_org, schema.version))
    return files


def _resources(schema_id: str, organization_ids: Collection[str] | Any | None) -> list[Any]:
    """Active files of active datasets whose stored fields name a schema."""
    r: Any = model.Resource
    package: Any = model.Package
    statement = (
        sa.select(r.id, r.name, r.url, r.extras, package.name.label("package"), package.title, package.owner_org)
        .join(package, package.id == r.package_id)
        .where(
            r.state == model.State.ACTIVE,
            package.state == model.State.ACTIVE,
            package.owner_org.is_not(None),
            sa.type_coerce(r.extras, sa.Text).contains(f'"odl_schema": "{schema_id}"', autoescape=True),
        )
        .order_by(package.title, package.name, r.position)
    )
    if organization_ids is not None:
        statement = statement.where(package.owner_org.in_(organization_ids))
    return list(model.Session.execute(statement))
