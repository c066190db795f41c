"""Whose harvester of data.gouv.fr reads whose datasets: one's own, or that of the ATD, which carries all the others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.odl.logic import collectivite
from ckanext.odl.model import DatagouvLink
from ckanext.odl.model.datagouv import OWN

from . import feed, sending


@dataclass(frozen=True)
class Covered:
    """What one harvester reads. ``left_out``: (organization, reason) of those that it does not."""

    organization: model.Group
    organization_ids: list[str]
    left_out: list[tuple[str, str]]


def carrier_of(organization: model.Group) -> str | None:
    """The organization by whose harvester a collectivité goes out: itself, or the nearest ATD; None when nobody is
    declared on data.gouv.fr."""
    link = model.Session.get(DatagouvLink, organization.id)
    is_own = (link is not None and link.mode == OWN) or collectivite.is_atd(organization)
    carrier = organization if is_own else collectivite.atd_of(organization)
    if carrier is None:
        return None
    found = link if carrier.id == organization.id else model.Session.get(DatagouvLink, carrier.id)
    return carrier.id if found is not None and found.national_id else None


def all_of(organization: model.Group) -> list[str]:
    """The carriers to look at for a collectivité: its own, and for an ATD those of its members that have one."""
    found = [carrier_of(organization)]
    if collectivite.is_atd(organization):
        found += declared(collectivite.descendants(organization))
    return [id_ for id_ in dict.fromkeys(found) if id_]


def declared(organization_ids: Iterable[str] | None = None) -> list[str]:
    """The organizations that have a harvester, or should: declared there, on their own or as an ATD (one query)."""
    link: Any = DatagouvLink
    group: Any = model.Group
    statement = (
        sa.select(group.id)
        .join(link, link.organization_id == group.id)
        .where(
            link.national_id != "",
            group.state == model.State.ACTIVE,
            group.is_organization,
            sa.or_(link.mode == OWN, collectivite.marked_as_atd()),
        )
        .order_by(group.name)
    )
    if organization_ids is not None:
        statement = statement.where(group.id.in_(list(organization_ids)))
    return list(model.Session.scalars(statement))


def covered(organization_id: str) -> Covered | None:
    """Whose datasets the harvester of an organization reads; None when it is gone."""
    organization = model.Session.get(model.Group, organization_id)
    if organization is None or organization.state != model.State.ACTIVE:
        return None
    members = feed.membership(organization)
    left_out = [(one.organization_id, one.reason) for one in members.left_out]
    return Covered(organization, members.organization_ids, left_out)


def feeds(organization: model.Group) -> list[str]:
    """The addresses that a harvester of this organization may read: its feed, and that of the whole portal."""
    site = sending.base_url()
    return [f"{site}/odl/dcat/{organization.name}.rdf", f"{site}/odl/dcat.rdf"]


def count_leaving(organization_ids: list[str]) -> int:
    """How many datasets of these organizations leave."""
    package: Any = model.Package
    statement = sa.select(sa.func.count()).select_from(package).where(*feed.leaving(organization_ids))
    return model.Session.scalar(statement) or 0
