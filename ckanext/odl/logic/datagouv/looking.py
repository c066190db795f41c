"""Looking at data.gouv.fr after its harvesters ran: one look for all those that one harvester carries.

A look reads the lists once (the harvester, its last run with all items, the datasets of the national organization),
writes what became of each dataset, then reads in full only the national records that moved since. It may be cut at any
moment: what is left to read is noted with each twin. A look that fails leaves what was known, with its date, and says
why.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.model import meta

from ckanext.odl import config, marking, queue
from ckanext.odl.datagouv import Client, DatagouvError
from ckanext.odl.datagouv.backcheck import (
    Harvester,
    Lookup,
    Outcome,
    Sent,
    Shelf,
    choose,
    examine,
    judge,
)
from ckanext.odl.datagouv.backcheck.reading import mapping, text
from ckanext.odl.model import DatagouvLink, Twin
from ckanext.odl.model.datagouv import LINKED, PORTAL, REVIEW
from ckanext.odl.model.validation import clock

from . import carriers, records, sent

log = logging.getLogger(__name__)

_LINK: Any = DatagouvLink.__table__
_TWIN: Any = Twin.__table__
#: A look that waits longer than this (in seconds) is announced again.
PATIENCE_SECONDS = 120
#: Between two looks for one harvester (they run every night), and after one that failed.
DAY_SECONDS, REST_SECONDS = 20 * 3600, 6 * 3600


#: What the list tells of each dataset beyond its identity: how it is used, and which files it holds.
_SEEN_IN_LIST = "metrics,resources{url,checksum}"


class Busy(Exception):
    """Another process looks for the same organization."""


# -- asking


def ask(organization_ids: Iterable[str]) -> list[str]:
    """Note that these carriers are to be looked at, and tell a worker; returns those that wait now."""
    ids = sorted(set(organization_ids))
    for id_ in ids:
        DatagouvLink.put(model.Session(), id_, backcheck_asked_at=clock())
    model.Session.commit()
    if ids:
        queue.send(queue.LINKS)
    return ids


def sweep() -> dict[str, int]:
    """Ask for the looks that are due, once a day for each harvester, and announce again those that wait.

    Returns how many are ``due`` and how many wait (``waiting``).
    """
    failed_at = sa.cast(_LINK.c.backcheck_error["at"].astext, sa.DateTime(timezone=True))
    is_due = sa.and_(
        _LINK.c.backcheck_asked_at.is_(None),
        sa.or_(_LINK.c.backchecked_at.is_(None), _LINK.c.backchecked_at < clock(-DAY_SECONDS)),
        sa.or_(failed_at.is_(None), failed_at < clock(-REST_SECONDS)),
    )
    due = list(model.Session.scalars(sa.select(_LINK.c.organization_id).where(_LINK.c.national_id != "", is_due)))
    due = carriers.declared(due) if due else []
    if due:
        ask(due)
    late = model.Session.scalar(
        sa.select(sa.func.count()).select_from(_LINK).where(_LINK.c.backcheck_asked_at < clock(-PATIENCE_SECONDS))
    )
    model.Session.rollback()
    if late:
        queue.send(queue.LINKS)
    return {"due": len(due), "waiting": late or 0}


class Looks:
    """The looks that were asked for, one after the other, each for as long as the job has time."""

    def __init__(self, client: Client | None = None) -> None:
        self._client = client

    def next(self, until: Callable[[], bool] = lambda: False) -> bool:
        """Go on with the look that waits longest; False when none waits (or others are at it)."""
        statement = sa.select(_LINK.c.organization_id).where(_LINK.c.backcheck_asked_at.isnot(None))
        waiting = list(model.Session.scalars(statement.order_by(_LINK.c.backcheck_asked_at)))
        model.Session.rollback()
        for id_ in waiting:
            try:
                advance(id_, until, self._client)
            except Busy:
                continue
            return True
        return False


def look(organization_id: str, client: Client | None = None) -> None:
    """Look now, whatever the time that it takes.

    :raises Busy: another process does
    """
    DatagouvLink.put(model.Session(), organization_id, backcheck_asked_at=clock())
    model.Session.commit()
    while not advance(organization_id, lambda: False, client):
        pass


def advance(organization_id: str, until: Callable[[], bool], client: Client | None = None) -> bool:
    """Go on with the look of a carrier until it is over or *until* says that it is time to leave; True when it is over.

    :raises Busy: another process does
    """
    with _lock(organization_id):
        link = model.Session.get(DatagouvLink, organization_id, populate_existing=True)
        if link is None or link.backcheck_asked_at is None:
            return True
        asked_at, listed_at = link.backcheck_asked_at, link.backcheck_listed_at
        error: dict[str, Any] | None = None
        try:
            if not config.datagouv_enabled():
                error = {"code": "switched-off"}
            else:
                client = client or config.datagouv_client()
                if listed_at is None or listed_at < asked_at:
                    _Lists(link, client).take()
                if not records.read(organization_id, client, until):
                    return False
        except DatagouvError as found:
            error = found.as_dict()
        except Exception:
            log.exception("data.gouv.fr could not be looked at for %s", organization_id)
            error = {"code": "interrupted"}
        model.Session.rollback()
        _finish(organization_id, asked_at, error)
        return True


def _finish(organization_id: str, asked_at: dt.datetime, error: dict[str, Any] | None) -> None:
    moment_ = model.Session.scalar(sa.select(sa.func.clock_timestamp()))
    said = {**error, "at": moment_.isoformat()} if error and moment_ else error
    mine = (_LINK.c.organization_id == organization_id, _LINK.c.backcheck_asked_at == asked_at)
    model.Session.execute(sa.update(_LINK).where(*mine).values(backcheck_asked_at=None))
    model.Session.execute(
        sa.update(_LINK)
        .where(_LINK.c.organization_id == organization_id)
        .values(backcheck_error=sa.null() if said is None else said)
    )
    model.Session.commit()
    model.Session.expire_all()


@contextmanager
def _lock(organization_id: str) -> Iterator[None]:
    """Nobody else looks for the same carrier meanwhile; a lock of the database, which ends with whoever holds it."""
    engine: Any = meta.engine
    connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    key = sa.func.hashtext(f"odl_backcheck:{organization_id}")
    try:
        if not connection.execute(sa.select(sa.func.pg_try_advisory_lock(key))).scalar():
            raise Busy
        try:
            yield
        finally:
            connection.execute(sa.select(sa.func.pg_advisory_unlock(key)))
    finally:
        connection.close()


# -- the lists


class _Lists:
    """What the lists of data.gouv.fr say of everybody whom one harvester carries."""

    def __init__(self, link: DatagouvLink, client: Client) -> None:
        self._id, self._national_id = link.organization_id, link.national_id
        self._harvester_id = link.harvester_id
        self._client = client

    def take(self) -> None:
        """Read the lists, and write what became of each dataset."""
        covered = carriers.covered(self._id)
        if covered is None:
            return
        feeds = carriers.feeds(covered.organization)
        source = self._source(feeds)
        job, items = self._last_job(source)
        listing = self._client.datasets(self._national_id, _SEEN_IN_LIST)
        count = carriers.count_leaving(covered.organization_ids)
        harvester = examine(source, job, feeds, count, _now())
        lookup, shelf = Lookup(items, listing), Shelf(listing)
        totals: Counter[str] = Counter()
        for organization_id in covered.organization_ids:
            totals.update(self._organization(organization_id, None, lookup, shelf, harvester))
        for organization_id, reason in covered.left_out:
            if reason == "withheld":
                self._organization(organization_id, reason, lookup, shelf, harvester)
        own = model.Session.get(DatagouvLink, self._id, populate_existing=True)
        known = dict(own.backcheck or {}) if own else {}
        known |= {"harvester": harvester.to_dict(), "totals": dict(totals),
                  "organizations": len(covered.organization_ids)}  # fmt: skip
        DatagouvLink.put(
            model.Session(), self._id, backcheck=known, backchecked_at=clock(), backcheck_listed_at=clock()
        )
        model.Session.commit()
        marking.mark(covered.organization_ids)

    def _source(self, feeds: list[str]) -> Any:
        if not self._harvester_id:
            return choose(self._client.harvest_sources(self._national_id), feeds)
        try:
            return self._client.harvest_source(self._harvester_id)
        except DatagouvError as error:
            if error.code != "gone":
                raise
            return {"id": self._harvester_id, "deleted": True}

    def _last_job(self, source: Any) -> tuple[Any, list[Any]]:
        """The last job, and the items of the last one that ended."""
        last = mapping(mapping(source).get("last_job"))
        source_id = text(mapping(source).get("id"))
        if mapping(source).get("deleted") or (not last and not source_id):
            return last, []
        jobs = [last] if last.get("ended") else self._client.harvest_jobs(source_id)
        ended = next((job for job in jobs if job.get("ended")), None)
        items = self._client.harvest_items(text(ended.get("id"))) if ended and text(ended.get("id")) else []
        return (jobs[0] if jobs else last), list(items)

    def _organization(
        self, organization_id: str, withheld: str | None, lookup: Lookup, shelf: Shelf, harvester: Harvester
    ) -> Counter[str]:
        """Write what became of the datasets of one organization; returns how many of each state."""
        datasets = sent.of_organization(organization_id, withheld)
        known = _known([one.id for one in datasets])
        found = {one.id: lookup.find(one) for one in datasets}
        ours = {one.national_id for one in found.values() if one.national_id}
        counts: Counter[str] = Counter()
        untraced: dict[str, dict[str, Any]] = {}
        present: set[str] = set()
        for one in datasets:
            at = found[one.id]
            twin = known.get(at.national_id)
            if not at.national_id:
                at, twin = self._elsewhere(one, at, known)
            stored = twin.record if twin and twin.package_id == one.id else None
            if at is not found[one.id]:
                stored = at.record  # read a moment ago
            outcome = judge(one, at, harvester, stored, lookup.titles)
            if outcome.national_id and at.record:
                outcome = outcome.with_duplicates(shelf.duplicates(stored or at.record, ours))
            counts.update(_counted(outcome))
            if outcome.national_id:
                present.add(outcome.national_id)
                self._write(organization_id, one, outcome, at.record, twin)
            elif outcome.state != "withheld":
                untraced[one.id] = outcome.to_dict()
        _forget(organization_id, self._id, present)
        values = {"carrier": self._id, "counts": dict(counts), "datasets": untraced}
        DatagouvLink.put(model.Session(), organization_id, backcheck=values, backchecked_at=clock())
        model.Session.commit()
        return counts

    def _elsewhere(self, one: Sent, at: Any, known: dict[str, Twin]) -> tuple[Any, Twin | None]:
        """A twin known before that no list has: given to another organization there, or gone."""
        twin = next((twin for twin in known.values() if twin.package_id == one.id and _is_traced(twin)), None)
        if twin is None:
            return at, None
        try:
            record = self._client.dataset(twin.national_id)
        except DatagouvError as error:
            if error.code not in ("gone", "moved"):
                raise
            return at, None
        return at.with_record(record), twin

    def _write(self, organization_id: str, one: Sent, outcome: Outcome, light: Any, twin: Twin | None) -> None:
        """Note what became of a dataset with its twin, and whether the whole record is to be read."""
        outgoing = {**outcome.to_dict(), "carrier": self._id}
        previous = dict(twin.outgoing or {}) if twin and twin.package_id == one.id else {}
        for name in ("reuses", "discussions"):
            outgoing[name] = previous.get(name) or []
        stored = mapping(twin.record) if twin and twin.package_id == one.id else {}
        is_whole = bool(stored) and bool(light) and records.modified(stored) == records.modified(light)
        has_names = all(
            outgoing["metrics"].get(name, 0) == mapping(previous.get("metrics")).get(name, 0)
            for name in ("reuses", "discussions")
        )
        outgoing["to_read"] = not (is_whole and has_names)
        outgoing["compared"] = bool(stored)
        values: dict[str, Any] = {"outgoing": outgoing, "last_seen": clock(), "gone_since": None}
        values["title"] = text(mapping(light).get("title"))[:1000] or (twin.title if twin else "")
        if twin is None or (twin.origin == PORTAL or twin.state == REVIEW):
            # It bears our identifier: it is ours, even when it was taken for one to review.
            values |= {"package_id": one.id, "origin": PORTAL, "state": LINKED,
                       "organization_id": organization_id}  # fmt: skip
            Twin.put(model.Session(), outcome.national_id, **values)
        else:
            records.update(outcome.national_id, values)


def _counted(outcome: Outcome) -> list[str]:
    words = [outcome.state]
    if outcome.losses and not outcome.late:
        words.append("with_losses")
    if outcome.duplicates:
        words.append("with_duplicates")
    return words


def _is_traced(twin: Twin) -> bool:
    """Whether an earlier look found it by its identifier (and not a person, nor the import)."""
    return bool(mapping(twin.outgoing).get("carrier")) and twin.gone_since is None


def _known(package_ids: list[str]) -> dict[str, Twin]:
    """What is known of the twins of these datasets, by their national id."""
    rows = model.Session.scalars(
        sa.select(Twin).where(Twin.package_id.in_(package_ids)).execution_options(populate_existing=True)
    )
    return {twin.national_id: twin for twin in rows}


def _forget(organization_id: str, carrier: str, present: set[str]) -> None:
    """Note that twins found earlier are there no more."""
    statement = sa.update(_TWIN).where(
        _TWIN.c.organization_id == organization_id,
        _TWIN.c.origin == PORTAL,
        _TWIN.c.gone_since.is_(None),
        _TWIN.c.outgoing["carrier"].astext == carrier,
        _TWIN.c.national_id.notin_(present),
    )
    model.Session.execute(statement.values(gone_since=clock()))


def _now() -> dt.datetime:
    return model.Session.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
