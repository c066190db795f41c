"""Datasets of a collectivité as data.gouv.fr may know them: which leave, under which identifiers, with which values."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.odl import intake
from ckanext.odl.datagouv import outgoing, outgoing_values, vocabulary
from ckanext.odl.datagouv.backcheck import Sent
from ckanext.odl.model import Twin
from ckanext.odl.model.datagouv import NATIONAL

from . import sending


def of_organization(organization_id: str, withheld: str | None) -> list[Sent]:
    """Every dataset of an organization, those that stay here with the reason.

    :param withheld: why nothing of the organization leaves (a code of :data:`outgoing.REASONS`), None when it does
    """
    package: Any = model.Package
    rows = model.Session.execute(
        sa.select(package.id, package.type, package.private, package.state, package.metadata_modified)
        .where(package.owner_org == organization_id, package.type == "dataset", package.state != model.State.DELETED)
        .order_by(package.id)
    ).all()
    came_in = set(
        model.Session.scalars(
            sa.select(Twin.package_id).where(Twin.package_id.in_([row.id for row in rows]), Twin.origin == NATIONAL)
        )
    )
    reasons = {
        row.id: outgoing.withheld(
            {"type": row.type, "private": row.private, "state": row.state},
            from_datagouv=row.id in came_in,
            held_back=withheld == outgoing.WITHHELD,
            own_harvester=withheld == outgoing.OWN_HARVESTER,
        )
        for row in rows
    }
    fields = values([id_ for id_, reason in reasons.items() if reason is None])
    site = sending.base_url()
    return [
        Sent(
            id=row.id,
            identifiers=(outgoing.dataset_uri(site, row.id), row.id),
            fields=fields.get(row.id, {}),
            withheld=reasons[row.id] or "",
            changed_at=outgoing_values.moment(row.metadata_modified),
        )
        for row in rows
    ]


def values(package_ids: list[str]) -> dict[str, dict[str, Any]]:
    """What leaves of these datasets, in the words of data.gouv.fr, by their id; one that went meanwhile is left out."""
    packages = []
    for id_ in package_ids:
        with suppress(tk.ObjectNotFound):
            packages.append(tk.get_action("package_show")({"ignore_auth": True, "user": ""}, {"id": id_}))
    return {
        package["id"]: in_national_words(record, package)
        for package, record in zip(packages, sending.records(packages), strict=True)
    }


def in_national_words(record: outgoing.Record, package: Mapping[str, Any]) -> dict[str, Any]:
    """A dataset as it leaves, as :func:`ckanext.odl.datagouv.backcheck.losses` takes it."""
    resources = {resource["id"]: resource for resource in package.get("resources") or []}
    held = intake.held_to(model.Session(), list(resources.values()))
    contact = record.contact
    return {
        "title": record.title,
        "description": record.description,
        "license": record.licence.id if record.licence else "",
        "frequency": vocabulary.national_frequency(record.frequency) or "",
        "temporal_coverage": {
            "start": record.start.isoformat() if record.start else None,
            "end": record.end.isoformat() if record.end else None,
        },
        "tags": list(record.keywords),
        "territory": {"label": record.place.name, "geometry": bool(record.place.geometry)} if record.place else {},
        "contact": (contact.email or contact.page) if contact else "",
        "publisher": record.publisher.name if record.publisher else "",
        "files": [_file(file, held[file.id]) for file in record.files],
    }


def _file(file: outgoing.File, held: intake.Declared) -> dict[str, Any]:
    schema = held if file.schema_url else intake.NO_SCHEMA
    algorithm, digits = file.checksum or ("", "")
    return {
        "id": file.id,
        "name": file.title,
        "url": file.url,
        "format": file.format,
        "size": file.size,
        "checksum": {"type": algorithm.rpartition("_")[2], "value": digits} if digits else None,
        "schema": {"name": schema.schema_id, "version": schema.version},
    }
