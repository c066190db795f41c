"""Reading the lists of a source, and deciding from them what is to be looked at: nothing is written here.

A list that could not be seen whole is good for what is in it, never for what is missing from it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from ckan.plugins import toolkit as tk
from sqlalchemy.orm import Session

from ckanext.odl.datagouv import Client, DatagouvError, Incomplete, Listing, incoming
from ckanext.odl.model import DatagouvLink, DatagouvRun, Twin
from ckanext.odl.model.datagouv import ARCHIVED, FLAGGED, IGNORED, IMPORTED, LINKED, NATIONAL, REVIEW

from .sources import Source

#: A run that would take away more than this share of what came in waits for a person.
MOST_GONE = 0.2
_AT_ONCE = 1000

Problem = dict[str, Any]


@dataclass
class Plan:
    """What a run will do.

    ``read``: national id → the collectivité for which it is read in full. ``gone``: known here and in no list of its
    organization that was seen whole. ``seen``: all that stands in a list. ``problems``: what could not be read, by
    code, with the organization. ``stopped``: too much is gone.
    """

    read: dict[str, str] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: {"listed": 0, "unchanged": 0, "ours": 0, "elsewhere": 0})
    stopped: bool = False


def gather(
    session: Session, source: Source, run: DatagouvRun, client: Client, told: Callable[[int, int], None]
) -> Plan:
    """Read every list of a source.

    :param told: called with how many lists were read and how many there are
    """
    plan = Plan()
    links = source.links(session)
    if not links:
        plan.problems.append({"code": "no-organization"})
    read_for: dict[str, str] = {}
    for number, link in enumerate(links):
        told(number, len(links))
        if link.national_id in read_for:
            plan.problems.append(_problem("organization-twice", link, other=read_for[link.national_id]))
            continue
        read_for[link.national_id] = link.organization_id
        _of_organization(session, source, link, client, plan)
    told(len(links), len(links))
    _stop_if_too_much(session, source, run, plan)
    return plan


def _of_organization(session: Session, source: Source, link: DatagouvLink, client: Client, plan: Plan) -> None:
    listing, is_whole = _listing(client, link, plan)
    records = [record for record in listing if not _is_hidden(record)]
    known = _known(session, [record["id"] for record in records])
    plan.counts["listed"] += len(records)
    for record in records:
        id_, twin = record["id"], known.get(record["id"])
        plan.seen.add(id_)
        if twin is None and incoming.is_from(record, tk.config["ckan.site_url"]):
            plan.counts["ours"] += 1
        elif not _is_ours_to_follow(twin, record, source, link):
            plan.counts["elsewhere"] += 1
        elif twin is None or _has_moved(twin, record):
            plan.read[id_] = link.organization_id
        else:
            plan.counts["unchanged"] += 1
    if is_whole:
        plan.gone += _missing(session, source, link.organization_id, plan.seen)


def _listing(client: Client, link: DatagouvLink, plan: Plan) -> tuple[Listing, bool]:
    try:
        listing = client.datasets(link.national_id)
    except Incomplete as error:
        plan.problems.append(_problem(error.code, link, **_details(error)))
        return error.partial, False
    except DatagouvError as error:
        plan.problems.append(_problem(error.code, link, **_details(error)))
        return Listing(), False
    if listing.malformed:
        plan.problems.append(_problem("malformed", link, count=len(listing.malformed)))
    return listing, not listing.malformed


def _problem(code: str, link: DatagouvLink, **details: Any) -> Problem:
    return {"code": code, "organization_id": link.organization_id, "national_name": link.national_name, **details}


def _details(error: DatagouvError) -> dict[str, Any]:
    return {name: value for name, value in error.details.items() if isinstance(value, str | int | float)}


def _is_hidden(record: dict[str, Any]) -> bool:
    return bool(record.get("archived") or record.get("deleted") or record.get("private"))


def _known(session: Session, ids: list[str]) -> dict[str, Twin]:
    found: dict[str, Twin] = {}
    for start in range(0, len(ids), _AT_ONCE):
        some = sa.select(Twin).where(Twin.national_id.in_(ids[start : start + _AT_ONCE]))
        found |= {twin.national_id: twin for twin in session.scalars(some)}
    return found


def _is_ours_to_follow(twin: Twin | None, record: dict[str, Any], source: Source, link: DatagouvLink) -> bool:
    """Whether this source looks after it: nobody else does, and it is for the same collectivité."""
    if twin is None:
        return not (source.skip_harvested and (record.get("harvest") or {}).get("source_id"))
    is_free = twin.source_id in (None, source.id)
    return twin.origin == NATIONAL and is_free and twin.organization_id == link.organization_id


def _has_moved(twin: Twin, record: dict[str, Any]) -> bool:
    """Whether the record must be read in full."""
    if twin.state in (FLAGGED, ARCHIVED) or twin.gone_since is not None:
        return True
    moment = modified(record)
    changed = moment is None or moment != twin.national_modified
    if twin.state == IMPORTED:
        return changed or not twin.fingerprint
    return changed and twin.state in (REVIEW, LINKED)


def modified(record: dict[str, Any]) -> dt.datetime | None:
    """When data.gouv.fr last wrote the record: it moves with every change, ``last_update`` only with the files."""
    internal = record.get("internal")
    text = internal.get("last_modified_internal") if isinstance(internal, dict) else None
    try:
        found = dt.datetime.fromisoformat((text or record.get("last_modified") or "").replace("Z", "+00:00"))
    except (ValueError, AttributeError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=dt.timezone.utc)


def _missing(session: Session, source: Source, organization_id: str, seen: Iterable[str]) -> list[str]:
    table = Twin.__table__
    statement = sa.select(table.c.national_id).where(
        table.c.organization_id == organization_id,
        table.c.source_id == source.id,
        table.c.origin == NATIONAL,
        table.c.gone_since.is_(None),
        table.c.state != IGNORED,
    )
    seen = set(seen)
    return [id_ for id_ in session.scalars(statement.order_by(table.c.national_id)) if id_ not in seen]


def _stop_if_too_much(session: Session, source: Source, run: DatagouvRun, plan: Plan) -> None:
    table = Twin.__table__
    mine = (table.c.source_id == source.id, table.c.state == IMPORTED)
    total = session.execute(sa.select(sa.func.count()).select_from(table).where(*mine)).scalar_one()
    count = 0
    for start in range(0, len(plan.gone), _AT_ONCE):
        some = table.c.national_id.in_(plan.gone[start : start + _AT_ONCE])
        count += session.execute(sa.select(sa.func.count()).select_from(table).where(some, *mine)).scalar_one()
    if count > MOST_GONE * total and not run.confirmed:
        plan.stopped = True
        plan.problems.append({"code": "would-remove", "count": count, "total": total})
