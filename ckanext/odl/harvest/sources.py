"""Sources: which collectivités' datasets are read on data.gouv.fr, on whose behalf and how often.

They are rows of ckanext-harvest's own table, without the dataset that its pages would make of each: that dataset would
stand in the lists that other harvesters read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckanext.harvest.model import HarvestSource
from sqlalchemy.orm import Session

from ckanext.odl import config
from ckanext.odl.logic import collectivite
from ckanext.odl.model import DatagouvLink

TYPE = "datagouv"
#: How often a source runs by itself, in days; 0: only when it is asked to.
FREQUENCIES = {"MANUAL": 0, "DAILY": 1, "WEEKLY": 7, "MONTHLY": 30}

_SOURCE: Any = HarvestSource


@dataclass(frozen=True)
class Source:
    """One source.

    ``atd_id``: the structure whose staff looks after it. ``organization_ids``: the collectivités whose datasets it
    brings in; None for all that the structure supports. ``skip_harvested``: leave out what data.gouv.fr itself
    collected from another portal.
    """

    id: str
    title: str
    atd_id: str
    frequency: str = "MANUAL"
    active: bool = True
    organization_ids: list[str] | None = None
    skip_harvested: bool = False
    created_by: str = ""
    created_at: Any = field(default=None, compare=False)

    def links(self, session: Session) -> list[DatagouvLink]:
        """The organizations of data.gouv.fr that are read: those that a person confirmed, carried by an ATD or not."""
        table = DatagouvLink.__table__
        statement = sa.select(DatagouvLink).where(
            table.c.national_id != "",
            table.c.confirmed_at.is_not(None),
            table.c.organization_id.in_(self.followed()),
        )
        return list(session.scalars(statement.order_by(table.c.organization_id)))

    def followed(self) -> list[str]:
        """The ids of the collectivités followed, those under the structure only: one that left is followed no more."""
        atd = model.Group.get(self.atd_id)
        if atd is None or atd.state != model.State.ACTIVE:
            return []
        theirs = collectivite.descendants(atd) | {atd.id}
        return sorted(theirs if self.organization_ids is None else theirs & set(self.organization_ids))


def get(id_: str) -> Source | None:
    """The source of this id, None when there is none of ours."""
    row: Any = model.Session.get(HarvestSource, id_, populate_existing=True) if id_ else None
    return _source(row) if row is not None and row.type == TYPE else None


def of_atds(atd_ids: Iterable[str] | None) -> list[Source]:
    """The sources of these structures (None: all), in the order of their titles."""
    statement = sa.select(HarvestSource).where(_SOURCE.type == TYPE).order_by(_SOURCE.title, _SOURCE.id)
    if atd_ids is not None:
        statement = statement.where(_SOURCE.publisher_id.in_(list(atd_ids)))
    return [_source(row) for row in model.Session.scalars(statement)]


def put(id_: str | None, user_id: str = "", **values: Any) -> str:
    """Write a new source, or other values (fields of :class:`Source`) into the one with this id; returns its id."""
    row: Any = model.Session.get(HarvestSource, id_) if id_ else None
    if row is None:
        row = HarvestSource(type=TYPE, user_id=user_id, title="", config="{}")
        model.Session.add(row)
    row.url = config.datagouv_url()
    settings = _settings(row)
    settings |= {name: values[name] for name in ("organization_ids", "skip_harvested") if name in values}
    row.config = json.dumps(settings)
    for name, column in {
        "title": "title",
        "atd_id": "publisher_id",
        "frequency": "frequency",
        "active": "active",
    }.items():
        if name in values:
            setattr(row, column, values[name])
    model.Session.commit()
    return row.id


def _settings(row: Any) -> dict[str, Any]:
    try:
        found = json.loads(row.config or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _source(row: Any) -> Source:
    settings = _settings(row)
    return Source(
        id=row.id,
        title=row.title or "",
        atd_id=row.publisher_id or "",
        frequency=row.frequency or "MANUAL",
        active=bool(row.active),
        organization_ids=settings.get("organization_ids"),
        skip_harvested=bool(settings.get("skip_harvested")),
        created_by=row.user_id or "",
        created_at=row.created,
    )
