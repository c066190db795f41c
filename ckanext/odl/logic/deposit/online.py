"""What an organization has online already: its datasets, and what is known of the files in them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.odl.model import State, StoredFile, Validation

#: Datasets of the organization that are compared with a deposit, those changed last first.
MOST_DATASETS = 300


def datasets(organization_id: str, schema_id: str | None) -> list[dict[str, Any]]:
    """The datasets of an organization with what tells their files apart.

    :param schema_id: of the files with this model the ``counts`` of their check are read too
    """
    p: Any = model.Package
    r: Any = model.Resource
    found = model.Session.execute(
        sa.select(p.id, p.name, p.title)
        .where(p.owner_org == organization_id, p.state == model.State.ACTIVE, p.type == "dataset")
        .order_by(p.metadata_modified.desc())
        .limit(MOST_DATASETS)
    ).all()
    known = {row.id: {"id": row.id, "name": row.name, "title": row.title, "resources": []} for row in found}
    rows = model.Session.execute(
        sa.select(
            r.id, r.package_id, r.name, r.url, r.hash, r.extras, r.created, r.last_modified,
            StoredFile.__table__.c.sha256,
        )
        .outerjoin(StoredFile.__table__, StoredFile.__table__.c.resource_id == r.id)
        .where(r.package_id.in_(known), r.state == model.State.ACTIVE)
        .order_by(r.package_id, r.position)
    ).all()  # fmt: skip
    extras = {row.id: row.extras or {} for row in rows}
    checked = counts([row.id for row in rows if schema_id and extras[row.id].get("odl_schema") == schema_id])
    for row in rows:
        since = row.last_modified or row.created
        known[row.package_id]["resources"].append(
            {
                "id": row.id,
                "name": row.name or row.url,
                "hash": row.hash,
                "sha256": row.sha256,
                **{key: extras[row.id].get(key) for key in ("odl_schema", "odl_period")},
                "counts": checked.get(row.id),
                "since": since.isoformat() if since else None,
            }
        )
    return list(known.values())


def counts(resource_ids: Collection[str]) -> dict[str, dict[str, Any]]:
    """What the check of the present bytes of each file counted (``rows``, ``years``…); the others are left out."""
    if not resource_ids:
        return {}
    check, file = Validation.__table__, StoredFile.__table__
    rows = model.Session.execute(
        sa.select(check.c.resource_id, check.c.counts)
        .join(file, sa.and_(file.c.resource_id == check.c.resource_id, file.c.sha256 == check.c.sha256))
        .where(check.c.resource_id.in_(resource_ids), check.c.state == State.DONE.value)
        .order_by(check.c.finished_at)
    )
    found: dict[str, dict[str, Any]] = {}
    for row in rows:  # held against another model, or none, a file may have fewer facts
        found[row.resource_id] = {**found.get(row.resource_id, {}), **_without_gaps(row.counts or {})}
    return found


def _without_gaps(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
