"""Computing where a collectivité stands, and keeping it: by event, by the sweep, and every night.

A computation reads its facts after it took a lock on the organization, so none ever writes an older state over a newer
one; run twice, the second finds nothing to change.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk
from sqlalchemy.orm import Session

from ckanext.odl import onboarding, queue
from ckanext.odl.intake import own_session
from ckanext.odl.logic import own_catalogue, reference
from ckanext.odl.logic.overview import fold
from ckanext.odl.logic.path import definition, evidence, priority, snapshot
from ckanext.odl.model import PathHistory, PathMandate, PathProgress, PathProof, What
from ckanext.odl.model.validation import change

log = logging.getLogger(__name__)

#: A row that waits longer than this is announced again.
PATIENCE_SECONDS = 60
SWEEP_LIMIT = 1000
#: States worth a line in the history the first time a collectivité is looked at; the others say that nothing happened.
_TOLD_AT_FIRST = (onboarding.DONE, onboarding.WAIVED)


def recompute(organization_id: str, today: dt.date | None = None) -> bool:
    """Compute where an organization stands now and store it; False when it is gone (its row goes too).

    :param today: the day to judge by, the database's by default
    """
    with own_session() as session:
        for _ in range(3):
            found = _compute(session, organization_id, today)
            session.commit()
            if found is None:
                return False
            if not found:
                return True
    # It changes faster than it is computed: leave it to a later job rather than never come back.
    queue.send()
    return True


def _compute(session: Session, organization_id: str, today: dt.date | None) -> bool | None:
    """One computation, up to the commit: whether something changed meanwhile, None when the organization is gone."""
    started = PathProgress.lock(session, organization_id)
    day = today or local_day(started)
    gathered = snapshot.gather(organization_id, session, day)
    if gathered is None:
        PathProgress.remove(session, organization_id)
        return None
    current = definition.current()
    progress = onboarding.evaluate(current.checklist, gathered.snapshot, day, gathered.known_before)
    lines = list(_changes(organization_id, gathered, progress))
    stored = progress.to_dict()
    stored.pop("date")  # it is the column computed_on: what did not change is not written again each night
    # What its identity alone ticks is no progress of anybody: neither at first, nor before somebody does something.
    began = gathered.previous is not None and stored["last_activity"] is not None
    advanced = began and any(line["after"]["state"] == onboarding.DONE for line in lines)
    is_newest = PathProgress.store(
        session,
        organization_id,
        started,
        {
            **_columns(gathered, stored, day),
            "advanced_on": day if advanced else gathered.advanced_on,
            "definition": current.mark,
            "computed_on": day,
            **({} if stored == gathered.previous else {"progress": stored}),
        },
    )
    if is_newest:
        PathHistory.write(session, lines)
    return PathProgress.is_dirty(session, organization_id)


def local_day(moment: dt.datetime) -> dt.date:
    """The day in the portal's time zone."""
    return moment.astimezone(tk.h.get_display_timezone()).date()


def _columns(gathered: snapshot.Gathered, stored: dict[str, Any], day: dt.date) -> dict[str, Any]:
    """What lists sort, filter and show without opening the whole."""
    has_files = any(dataset.files for dataset in gathered.snapshot.own_datasets)
    why = priority.reasons(stored, day, gathered.proposals, has_files=has_files)
    return {
        **identity_columns(gathered.snapshot.title, gathered.fields),
        "population": gathered.snapshot.population,
        "profile": stored["profile"],
        "current": stored["current"] or "",
        "done": stored["done"],
        "applicable": stored["applicable"],
        "stale": stored["stale"],
        "stale_since": _date(stored["stale_since"]),
        "minutes_left": stored["minutes_left"],
        "valid_files": stored["valid_files"],
        "files_to_mend": stored["files_to_mend"],
        "proposals": gathered.proposals,
        "expiring": sum(1 for step in stored["steps"].values() if step["expires_soon"]),
        "last_activity": _date(stored["last_activity"]),
        "has_contact": stored["has_contact"],
        "priority": sum(reason["weight"] for reason in why),
        "why": why,
        "phases": [{key: phase[key] for key in ("id", "done", "applicable")} for phase in stored["phases"]],
    }


def identity_columns(title: str, fields: Any) -> dict[str, Any]:
    """What is known of an organization without a computation; who may see its progress is part of it."""
    return {
        "sort_title": fold(title),
        "kind": fields.get("odl_kind") or "",
        "department": reference.department(fields),
        "group_name": fields.get("odl_group") or "",
        "is_atd": fields.get("odl_is_atd") == "true",
        "is_public": str(fields.get("odl_public_progress")).lower() in ("true", "1", "yes"),
    }


def _date(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _changes(
    organization_id: str, gathered: snapshot.Gathered, progress: onboarding.Progress
) -> Iterator[dict[str, Any]]:
    """Lines of history: each step whose state is another than the last time."""
    for step in progress.steps.values():
        before, _since = gathered.states.get(step.id, (None, None))
        if before == step.state or (gathered.previous is None and step.state not in _TOLD_AT_FIRST):
            continue
        yield {
            "organization_id": organization_id,
            "step": step.id,
            "what": What.STATE.value,
            "before": {"state": before} if before else None,
            "after": {"state": step.state, "declared": step.declared},
            "why": step.reason.to_dict(),
        }


def freshen(organization_id: str) -> None:
    """Compute an organization now unless what is stored is of today, of the present checklist, and nothing changed."""
    with own_session() as session:
        if PathProgress.is_fresh(session, organization_id, local_day(_now(session)), definition.current().mark):
            return
    recompute(organization_id)


def _now(session: Session) -> dt.datetime:
    return session.execute(sa.select(sa.func.clock_timestamp())).scalar_one()


class Paths:
    """The organizations for which something changed, one after the other."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def next(self) -> bool:
        """Compute the one that waits longest; False when none does."""
        organization_id = PathProgress.claim(self._session, PATIENCE_SECONDS)
        if organization_id is None:
            return False
        _try(organization_id)
        own_catalogue.keep_quietly(organization_id)  # its datasets may be what has changed
        return True


def sweep() -> dict[str, int]:
    """Announce again what waits for too long, and take up organizations that nobody looked at. To be run every minute.

    Returns how many were found (``added``), went with their organization (``removed``), and wait too long (``late``).
    """
    with own_session() as session:
        added, removed = _align(session)
        late = PathProgress.late(session, PATIENCE_SECONDS)
    if added or late:
        queue.send()
    return {"added": len(added), "removed": removed, "late": late}


def _align(session: Session) -> tuple[list[str], int]:
    """Give each active organization a row, and take the rows of the others away."""
    group: Any = model.Group
    table = PathProgress.__table__
    active = sa.select(group.id).where(group.is_organization, group.state == model.State.ACTIVE)
    removed = change(session, sa.delete(table).where(table.c.organization_id.notin_(active)))
    missing = session.scalars(active.where(group.id.notin_(sa.select(table.c.organization_id))).limit(SWEEP_LIMIT))
    ids = list(missing)
    session.commit()
    PathProgress.mark(session, ids)
    return ids, removed


def recompute_some(names: Iterable[str]) -> Iterator[tuple[str, int, bool]]:
    """Compute these organizations (ids or names), as :func:`recompute_all` does; an unknown one counts as failed."""
    wanted = list(names)
    for number, name in enumerate(wanted, 1):
        group = model.Group.get(name)
        yield name, len(wanted) - number, bool(group) and _try(group.id)


def _try(organization_id: str) -> bool:
    """Compute one of many: a failure is written down and stops nobody else's."""
    try:
        recompute(organization_id)
    except Exception:
        log.exception("The path of %s could not be computed", organization_id)
        return False
    return True


def recompute_all(*, stale_only: bool = False, batch: int = 20) -> Iterator[tuple[str, int, bool]]:
    """Compute every organization anew, yielding each id, how many are left, and whether it went well.

    Several processes may run it at once: each takes other organizations. One that was stopped is taken up again with
    *stale_only*, which leaves out what was computed today with the present checklist and has not changed since.
    """
    with own_session() as session:
        _align_all(session)
        _forget_purged(session)
        started = _now(session)
        mark, day = definition.current().mark, local_day(started)
        while ids := PathProgress.take(session, started, batch, day=day if stale_only else None, definition=mark):
            left = PathProgress.left(session, started, day=day if stale_only else None, definition=mark)
            for number, id_ in enumerate(ids, 1):
                yield id_, left + len(ids) - number, _try(id_)


def _forget_purged(session: Session) -> None:
    """Take away what was kept for organizations that were purged, the files of their proofs first."""
    group: Any = model.Group
    everyone = sa.select(group.id)
    proof = PathProof.__table__
    files = session.execute(
        sa.select(proof.c.id, proof.c.file_name).where(
            proof.c.organization_id.notin_(everyone), proof.c.kind == "file", proof.c.ended_at.is_(None)
        )
    ).all()
    for id_, name in files:
        evidence.discard(id_, name)
    for table in (proof, PathMandate.__table__, PathHistory.__table__):
        session.execute(sa.delete(table).where(table.c.organization_id.notin_(everyone)))
    session.commit()


def _align_all(session: Session) -> None:
    while True:
        added, _removed = _align(session)
        if not added:
            return
