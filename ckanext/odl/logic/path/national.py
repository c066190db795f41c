"""What the last look at data.gouv.fr found of the datasets of a collectivité, as facts for the rules: one query."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy.orm import Session

from ckanext.odl.datagouv import backcheck
from ckanext.odl.model import DatagouvLink, Twin
from ckanext.odl.model.datagouv import ARCHIVED, FLAGGED, IMPORTED, LINKED, NATIONAL
from ckanext.odl.onboarding import DatasetFacts
from ckanext.odl.onboarding.snapshot import Twin as TwinFacts

#: Outcomes of a look by which a dataset without a twin is known not to be there; all others say nothing.
_NOT_THERE = (backcheck.MISSING, backcheck.FAILED, backcheck.SKIPPED)


@dataclass(frozen=True)
class Seen:
    """When the organization was looked at, what became of its datasets that are not there, and the known twins."""

    looked_at: dt.date | None
    untraced: Mapping[str, Any]
    twins: Mapping[str, list[Mapping[str, Any]]]

    def of(self, dataset: DatasetFacts) -> DatasetFacts:
        """The same dataset with its twin, and whether it came from data.gouv.fr.

        A dataset that no look has met with certainty has no twin: unknown, which is not « absent ».
        """
        return _with_twin(dataset, self.twins.get(dataset.id, []), self.untraced.get(dataset.id), self.looked_at)

    def came_in(self, package_id: str) -> bool:
        """Whether a dataset came from data.gouv.fr: it never goes back there, even edited here."""
        return any(twin["origin"] == NATIONAL for twin in self.twins.get(package_id, ()))


def read(session: Session, organization_id: str) -> Seen:
    """What is stored of the looks at an organization."""
    link: Any = DatagouvLink.__table__
    twin: Any = Twin.__table__
    package: Any = model.Package
    rows = sa.func.jsonb_build_object(
        "package", twin.c.package_id,
        "origin", twin.c.origin,
        "state", twin.c.state,
        "gone", twin.c.gone_since.isnot(None),
        "seen", sa.func.coalesce(twin.c.last_seen, twin.c.first_seen),
        "carrier", twin.c.outgoing["carrier"],
        "outcome", twin.c.outgoing["state"],
        "edited", twin.c.local_fields,
    )  # fmt: skip
    known = (
        sa.select(sa.func.jsonb_agg(rows))
        .select_from(twin.join(package, package.id == twin.c.package_id))
        .where(package.owner_org == organization_id)
        .scalar_subquery()
    )
    one = sa.select(sa.literal(organization_id).label("id")).subquery()
    row = session.execute(
        sa.select(
            link.c.backchecked_at, link.c.backcheck["datasets"].label("untraced"), known.label("twins")
        ).select_from(one.outerjoin(link, link.c.organization_id == one.c.id))
    ).one()
    found: dict[str, list[Mapping[str, Any]]] = {}
    for entry in row.twins or []:
        found.setdefault(entry["package"], []).append(entry)
    return Seen(_day(row.backchecked_at), row.untraced or {}, found)


def _with_twin(
    dataset: DatasetFacts, twins: list[Mapping[str, Any]], untraced: Any, looked_at: dt.date | None
) -> DatasetFacts:
    came_in = next((twin for twin in twins if twin["origin"] == NATIONAL and twin["state"] != LINKED), None)
    if came_in and came_in["state"] in (IMPORTED, FLAGGED, ARCHIVED):
        # Who edits it here has made it theirs.
        facts = TwinFacts(_seen_on(came_in), not came_in["gone"]) if _seen_on(came_in) else None
        return replace(dataset, imported=not came_in["edited"], twin=facts)
    traced = [twin for twin in twins if twin["carrier"] and not twin["gone"]]
    if looked_at and traced:
        there = any(twin["outcome"] != backcheck.ARCHIVED for twin in traced)
        return replace(dataset, twin=TwinFacts(looked_at, there))
    by_hand = [twin for twin in twins if twin["state"] == LINKED and not twin["carrier"] and not twin["gone"]]
    if by_hand and _seen_on(by_hand[0]):
        return replace(dataset, twin=TwinFacts(_seen_on(by_hand[0]), True))
    if looked_at and isinstance(untraced, Mapping) and untraced.get("state") in _NOT_THERE:
        return replace(dataset, twin=TwinFacts(looked_at, False))
    return dataset


def _seen_on(twin: Mapping[str, Any]) -> Any:
    try:
        return dt.datetime.fromisoformat(str(twin["seen"])).date()
    except ValueError:
        return None


def _day(moment: Any) -> dt.date | None:
    return moment.date() if isinstance(moment, dt.datetime) else None
