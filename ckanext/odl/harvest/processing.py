"""What a run does with one national dataset; each function can be called again after a death at any of its lines.

What became of it is committed by the caller, together with its own note of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from ckan import model
from ckanext.harvest.model import HarvestObject

from ckanext.odl import config
from ckanext.odl.datagouv import Client, DatagouvError, incoming
from ckanext.odl.model import DatagouvLink, Twin
from ckanext.odl.model.datagouv import ARCHIVED, FLAGGED, IMPORTED, NATIONAL, REVIEW
from ckanext.odl.model.validation import clock

from . import importing
from .gathering import modified
from .sources import Source

#: As ckanext-harvest names what became of an object.
ADDED, UPDATED, UNCHANGED, REMOVED, ERRORED = "added", "updated", "not modified", "deleted", "errored"
#: Ours: it waits for a person, it is no longer there.
TO_REVIEW, NO_LONGER_THERE = "review", "flagged"

_MOST_NOTES = 50
#: The row of a record, as it is or as it becomes, in one question; as text, which SQLAlchemy need not write each time.
_AS_IT_IS = (
    sa.select(Twin)
    .from_statement(
        sa.text(
            "INSERT INTO odl_twin (national_id, organization_id, origin, state, source_id, first_seen, last_seen)"
            " VALUES (:national_id, :organization_id, :origin, :state, :source_id,"
            " clock_timestamp(), clock_timestamp())"
            " ON CONFLICT (national_id) DO UPDATE SET national_id = EXCLUDED.national_id RETURNING *"
        ).columns(*Twin.__table__.columns)
    )
    .execution_options(populate_existing=True)
)


@dataclass
class Outcome:
    """What became of one dataset. ``changed``: its fields that were written. ``problems``: what a person must know."""

    status: str
    changed: list[str] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)


def read_again(source: Source, national_id: str, organization_id: str, client: Client) -> Outcome:
    """Read a record in full, and do with it what was decided of it.

    :raises DatagouvError: it cannot be read now, or is not what the list said
    """
    record = client.dataset(national_id)
    link = model.Session.get(DatagouvLink, organization_id)
    if link is None or _why_not_there(record, link):
        # It stood in the list a moment ago: the next list tells, and what is flagged is flagged from a list.
        raise DatagouvError("incomplete", url=client.base_url, missing=national_id)
    twin = _twin(source, national_id, organization_id, record)
    if twin is None:
        return Outcome(UNCHANGED)
    return accept_record(twin, record, auto_accept=link.auto_accept)


def _twin(source: Source, national_id: str, organization_id: str, record: dict[str, Any]) -> Twin | None:
    """Its row, new for one never seen; None when it is somebody else's to follow."""
    asked = {"national_id": national_id, "organization_id": organization_id, "source_id": source.id}
    twin = model.Session.scalars(_AS_IT_IS, {**asked, "origin": NATIONAL, "state": REVIEW}).one()
    if twin.origin != NATIONAL or twin.source_id not in (None, source.id):
        return None
    if twin.organization_id != organization_id:
        return None
    twin.source_id = source.id
    twin.title = str(record.get("title") or "")[:1000]
    if not twin.slug:  # a name given once stays
        twin.slug = str(record.get("slug") or "")[:200]
    return twin


def accept_record(twin: Twin, record: dict[str, Any], *, auto_accept: bool = False) -> Outcome:
    """Note a record that was read in full, and bring it in if it is to be."""
    is_new = twin.record is None
    mark = incoming.fingerprint(record)
    came_back = twin.gone_since is not None
    was_archived = twin.state == ARCHIVED
    twin.record, twin.gone_since = record, None
    if came_back and twin.state in (FLAGGED, ARCHIVED):
        twin.state = IMPORTED
    if twin.state == REVIEW and auto_accept:
        twin.state, twin.decided_at = IMPORTED, clock()
    if twin.state != IMPORTED:
        twin.fingerprint, twin.national_modified, twin.error = mark, modified(record), None
        return Outcome(TO_REVIEW if is_new and twin.state == REVIEW else UNCHANGED)
    if twin.fingerprint == mark and not came_back and twin.written is not None:
        twin.national_modified = modified(record)
        return Outcome(UNCHANGED)
    twin.fingerprint = ""  # until it is in
    if is_new and twin.package_id is None:  # nobody else has seen the row yet
        twin.package_id = str(uuid4())
    model.Session.commit()
    return _bring_in(twin, record, mark, was_archived=was_archived)


def _bring_in(twin: Twin, record: dict[str, Any], mark: str, *, was_archived: bool) -> Outcome:
    national_id, title = twin.national_id, twin.title  # not to be read again after what is committed meanwhile
    try:
        brought = importing.bring_in(twin, record)
    except importing.NotBrought as error:
        model.Session.rollback()
        problem = {"code": "not-valid", "national_id": national_id, "title": title, "fields": error.errors}
        # It is tried again when it changes there, or when somebody asks for it.
        _write(twin, fingerprint=mark, national_modified=modified(record), error=problem)
        return Outcome(ERRORED, problems=[problem])
    except incoming.RecordError as error:
        model.Session.rollback()
        problem = {**error.as_dict(), "national_id": national_id}
        _write(twin, fingerprint=mark, national_modified=modified(record), error=problem)
        return Outcome(ERRORED, problems=[problem])
    if was_archived:
        importing.publish_again(twin)
    about = {"national_id": national_id, "title": title, "package_id": brought.package_id}
    problems: list[dict[str, Any]] = []
    if brought.left_out:
        problems.append({**about, "code": "fields-left-out", "fields": brought.left_out})
    if brought.notes:
        problems.append({**about, "code": "not-taken-over", "notes": brought.notes[:_MOST_NOTES]})
    _write(twin, fingerprint=mark, national_modified=modified(record), error=problems[0] if problems else None)
    # What could not be taken over is said with the dataset; it is no fault of the run.
    problems = [problem for problem in problems if problem["code"] != "not-taken-over"]
    status = {"added": ADDED, "updated": UPDATED, "unchanged": UNCHANGED}[brought.what]
    return Outcome(status, brought.changed, problems)


def _write(twin: Twin, **values: Any) -> None:
    for name, value in values.items():
        setattr(twin, name, value)


def take_away(national_id: str, client: Client) -> Outcome:
    """A dataset that stands in no list any more: ask for itself, and flag it when it is really gone.

    :raises DatagouvError: that cannot be told now
    """
    twin = model.Session.get(Twin, national_id, populate_existing=True)
    if twin is None:
        return Outcome(UNCHANGED)
    link = model.Session.get(DatagouvLink, twin.organization_id)
    try:
        record = client.dataset(national_id)
    except DatagouvError as error:
        if error.code not in ("gone", "moved"):
            raise
        return _gone(national_id, "private-or-deleted")
    why = _why_not_there(record, link)
    if why:
        return _gone(national_id, why)
    # It is there: the list was wrong, and is to be believed in nothing.
    raise DatagouvError("incomplete", url=client.base_url, missing=national_id)


def _why_not_there(record: dict[str, Any], link: DatagouvLink | None) -> str:
    """Why a record that answers is no public dataset of the organization; empty when it is one."""
    if record.get("archived"):
        return "archived"
    if record.get("deleted") or record.get("private"):
        return "private-or-deleted"
    owner = record.get("organization")
    is_theirs = link is None or (isinstance(owner, dict) and owner.get("id") == link.national_id)
    return "" if is_theirs else "of-another-organization"


def _gone(national_id: str, why: str) -> Outcome:
    """Flag what came in; forget what nobody had decided on; note it of the others."""
    twin = model.Session.get(Twin, national_id, populate_existing=True)
    if twin is None or twin.origin != NATIONAL:
        return Outcome(UNCHANGED)
    if twin.state == REVIEW:
        model.Session.delete(twin)
        model.Session.commit()
        return Outcome(UNCHANGED)
    is_new = twin.gone_since is None
    if is_new:
        twin.gone_since = clock()
    if twin.state == IMPORTED:
        twin.state = FLAGGED
    problem = {"code": "gone", "national_id": national_id, "title": twin.title, "why": why}
    twin.error = {**problem, "package_id": twin.package_id}
    flagged = twin.state == FLAGGED and is_new
    model.Session.commit()
    return Outcome(NO_LONGER_THERE, problems=[problem]) if flagged else Outcome(UNCHANGED)


def archive_old(run_id: str, source_id: str) -> None:
    """Take out of public sight what has been gone for longer than the grace; to be called by a run that saw all."""
    table = Twin.__table__
    old = sa.select(table.c.national_id).where(
        table.c.source_id == source_id,
        table.c.state == FLAGGED,
        table.c.gone_since < clock(-config.datagouv_grace_days() * 86400),
    )
    for national_id in list(model.Session.execute(old).scalars()):
        twin = model.Session.get(Twin, national_id, populate_existing=True)
        if twin is None:
            continue
        importing.archive(twin)
        twin.state = ARCHIVED
        values = {"id": str(uuid4()), "guid": national_id, "state": "COMPLETE", "current": False}
        values |= {"harvest_job_id": run_id, "harvest_source_id": source_id, "report_status": REMOVED}
        model.Session.execute(sa.insert(HarvestObject.__table__).values(values))
        model.Session.commit()


def pending() -> list[str]:
    """What was accepted and is not in yet."""
    table = Twin.__table__
    statement = sa.select(table.c.national_id).where(
        table.c.state == IMPORTED, table.c.fingerprint == "", table.c.record.is_not(None)
    )
    found = list(model.Session.execute(statement.order_by(table.c.decided_at)).scalars())
    model.Session.rollback()
    return found


def bring_in_pending(national_id: str) -> Outcome | None:
    """Bring in one that was accepted, from the record that is known; commits."""
    twin = model.Session.get(Twin, national_id, populate_existing=True)
    if twin is None or twin.state != IMPORTED or twin.fingerprint or twin.record is None:
        return None
    outcome = _bring_in(twin, twin.record, incoming.fingerprint(twin.record), was_archived=False)
    model.Session.commit()
    return outcome
