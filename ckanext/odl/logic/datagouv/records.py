"""National records read in full after a look: only those that moved since the last one, each noted when it is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.odl.datagouv import Client, DatagouvError
from ckanext.odl.datagouv.backcheck import losses, metrics, owner, since
from ckanext.odl.datagouv.backcheck.reading import mapping, moment, number, text
from ckanext.odl.model import DatagouvLink, Twin
from ckanext.odl.model.datagouv import PORTAL
from ckanext.odl.model.validation import clock

from . import sent

_TWIN: Any = Twin.__table__
#: Reuses and discussions kept by name for one dataset; their number is exact whatever it is.
MOST_NAMED = 10
#: Twins whose records are read between two looks at the clock of the job.
_AT_ONCE = 50


def read(carrier: str, client: Client, until: Callable[[], bool]) -> bool:
    """Read in full the records that moved; False when it was time to leave before all were."""
    statement = (
        sa.select(_TWIN.c.national_id)
        .where(_TWIN.c.outgoing["carrier"].astext == carrier, _TWIN.c.outgoing["to_read"].astext == "true")
        .order_by(_TWIN.c.national_id)
        .limit(_AT_ONCE)
    )
    touched: set[str] = set()
    try:
        while ids := list(model.Session.scalars(statement)):
            for id_ in ids:
                if organization_id := _read_record(id_, client):
                    touched.add(organization_id)
                if until():
                    return False
        return True
    finally:
        model.Session.rollback()
        if touched:
            _recount(touched)


def _read_record(national_id: str, client: Client) -> str | None:
    """Read one record and hold it against what left; returns the organization whose dataset it is."""
    twin = model.Session.get(Twin, national_id, populate_existing=True)
    if twin is None:
        return None
    package_id, outgoing = twin.package_id or "", dict(twin.outgoing or {})
    before, organization_id = mapping(twin.record), twin.organization_id
    model.Session.rollback()
    outgoing["to_read"] = False
    try:
        record = client.dataset(national_id)
        for name in ("reuses", "discussions"):
            outgoing[name] = _named(client, name, national_id, outgoing, before)
    except DatagouvError as error:
        if error.code not in ("gone", "moved"):
            raise
        update(national_id, {"outgoing": outgoing, "gone_since": clock()})
        model.Session.commit()
        return organization_id
    if outgoing.get("state") in ("arrived", "failed", "skipped", "archived"):
        fields = sent.values([package_id]).get(package_id, {})
        outgoing["losses"] = [loss.to_dict() for loss in losses(fields, record)]
    came = since(record)
    outgoing |= {"compared": True, "owner": owner(record), "since": came.isoformat() if came else None}
    outgoing["metrics"] = outgoing.get("metrics") or metrics(record)
    update(
        national_id,
        {
            "outgoing": outgoing,
            "record": record,
            "national_modified": modified(record),
            "title": text(record.get("title"))[:1000],
        },
    )
    model.Session.commit()
    return organization_id


def _named(client: Client, name: str, national_id: str, outgoing: dict[str, Any], before: Any) -> list[dict[str, str]]:
    """The reuses or discussions of a dataset by name, read only when there are."""
    if not number(mapping(outgoing.get("metrics")).get(name)):
        return []
    read = client.reuses if name == "reuses" else client.discussions
    return [
        {
            "title": text(one.get("title"))[:300],
            "url": text(one.get("page")) or text(one.get("self_web_url")),
            "on": (text(one.get("created_at")) or text(one.get("created")))[:10],
            "closed": text(one.get("closed"))[:10],
        }
        for one in list(read(national_id))[:MOST_NAMED]
    ]


def _recount(organization_ids: set[str]) -> None:
    """Bring up to date how many datasets lost something, now that their records were read."""
    for organization_id in organization_ids:
        link = model.Session.get(DatagouvLink, organization_id, populate_existing=True)
        if link is None or not link.backcheck:
            continue
        lossy = sa.and_(
            sa.func.jsonb_array_length(_TWIN.c.outgoing["losses"]) > 0, _TWIN.c.outgoing["late"].astext != "true"
        )
        count = model.Session.scalar(
            sa.select(sa.func.count())
            .select_from(_TWIN)
            .where(
                _TWIN.c.organization_id == organization_id,
                _TWIN.c.origin == PORTAL,
                _TWIN.c.gone_since.is_(None),
                lossy,
            )
        )
        counts = {**mapping(link.backcheck.get("counts")), "with_losses": count or 0}
        DatagouvLink.put(model.Session(), organization_id, backcheck={**link.backcheck, "counts": counts})
    model.Session.commit()
    model.Session.expire_all()


def modified(record: Any) -> Any:
    """When data.gouv.fr last wrote a record: it moves with every change there."""
    internal = mapping(mapping(record).get("internal"))
    return moment(internal.get("last_modified_internal")) or moment(mapping(record).get("last_modified"))


def update(national_id: str, values: dict[str, Any]) -> None:
    """Write what is known of one twin."""
    model.Session.execute(sa.update(_TWIN).where(_TWIN.c.national_id == national_id).values(values))
