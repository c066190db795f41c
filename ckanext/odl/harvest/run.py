"""One run of a source, in pieces: the lists are read and what is to be done is noted, then it is done one by one.

The notes are ckanext-harvest's own objects (in a state that its queues do not know, so that they leave them alone). A
run that dies goes on where it was; two processes never work on one source (a lock of the database, which ends with
whoever holds it).
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from ckan import model
from ckan.model import meta
from ckanext.harvest.model import HarvestJob, HarvestObject, HarvestObjectError
from sqlalchemy.dialects.postgresql import insert

from ckanext.odl import config, queue
from ckanext.odl.datagouv import Client, DatagouvError
from ckanext.odl.model import DatagouvRun, Twin
from ckanext.odl.model.datagouv import DONE, INCOMPLETE, RUNNING, STOPPED, WAITING
from ckanext.odl.model.validation import clock

from . import sources
from .gathering import Plan, gather
from .processing import archive_old, read_again, take_away

log = logging.getLogger(__name__)

#: Deaths after which a run is left alone.
MOST_ATTEMPTS = 5
#: Problems kept with a run; their number is exact whatever it is.
MOST_PROBLEMS = 200
#: The state of an object of ckanext-harvest that waits for us.
PLANNED = "PLANNED"
READ, GONE = "read", "gone"
_AT_ONCE = 1000
_DONE_TOGETHER = 200
_TELL_EVERY = 1.0

_OBJECT: Any = HarvestObject.__table__
_JOB: Any = HarvestJob.__table__
_RUN: Any = DatagouvRun.__table__
#: ckanext-harvest keeps times without their zone.
_NOW = sa.func.timezone("UTC", sa.func.clock_timestamp())

Told = Callable[[dict[str, Any]], None]


class Busy(Exception):
    """Another process works on the source."""


def ask(source_id: str, by: str | None = None, *, confirmed: bool = False) -> str:
    """Note that a source is to run; returns the id of the run: the one that is not over yet, if there is one."""
    session: Any = model.Session
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(f"odl_datagouv_ask:{source_id}"))))
    statement = sa.select(_RUN.c.id).where(_RUN.c.source_id == source_id, _RUN.c.state.in_([WAITING, RUNNING]))
    id_ = session.execute(statement.order_by(_RUN.c.asked_at).limit(1)).scalar()
    if id_ is None:
        id_ = str(uuid4())
        session.execute(sa.insert(_JOB).values(id=id_, source_id=source_id, status="New", created=_NOW))
        DatagouvRun.ask(session, id_, source_id, by, confirmed)
    elif confirmed:
        session.execute(sa.update(_RUN).where(_RUN.c.id == id_).values(confirmed=True))
    session.commit()
    return id_


def send() -> None:
    """Have a worker do what waits; to be called after :func:`ask` and after something was accepted."""
    queue.send(queue.LINKS)


def page_of_object(object_id: str) -> str | None:
    """The page on data.gouv.fr of the dataset that an object of ckanext-harvest is about."""
    national_id = model.Session.execute(sa.select(_OBJECT.c.guid).where(_OBJECT.c.id == object_id)).scalar()
    return f"{config.datagouv_url()}/datasets/{national_id}" if national_id else None


@contextmanager
def lock(source_id: str) -> Iterator[Any]:
    """Nobody else works on the source meanwhile. Yields the connection that holds the lock.

    :raises Busy: somebody does
    """
    engine: Any = meta.engine
    connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    key = sa.func.hashtext(f"odl_datagouv:{source_id}")
    try:
        if not connection.execute(sa.select(sa.func.pg_try_advisory_lock(key))).scalar():
            raise Busy
        yield connection
        connection.execute(sa.select(sa.func.pg_advisory_unlock(key)))
    except Busy:
        raise
    except BaseException:
        connection.invalidate()  # the lock must not go back into the pool with its connection
        raise
    finally:
        connection.close()


def waiting() -> list[str]:
    """The runs that are not over, the one asked for first before the others."""
    statement = sa.select(_RUN.c.id).where(_RUN.c.state.in_([WAITING, RUNNING])).order_by(_RUN.c.asked_at)
    found = list(model.Session.execute(statement).scalars())
    model.Session.rollback()
    return found


def advance(run_id: str, until: Callable[[], bool], told: Told | None = None, client: Client | None = None) -> bool:
    """Go on with a run until it is over, or *until* says that it is time to leave; True when it is over.

    :param told: called with the progress: ``phase`` (``lists``, ``datasets``), ``done``, ``total``
    :raises Busy: another process works on the source
    """
    run = model.Session.get(DatagouvRun, run_id, populate_existing=True)
    if run is None:
        return True
    source_id = run.source_id
    model.Session.rollback()
    with lock(source_id) as connection:
        run = model.Session.get(DatagouvRun, run_id, populate_existing=True)
        if run is None or run.state not in (WAITING, RUNNING):
            return True
        return _Run(run, connection, told or (lambda _progress: None), client or config.datagouv_client()).advance(
            until
        )


class _Run:
    """A run that holds the lock of its source."""

    def __init__(self, run: DatagouvRun, connection: Any, told: Told, client: Client) -> None:
        self.id, self.confirmed = run.id, run.confirmed
        self.progress: dict[str, Any] = dict(run.progress or {})
        self.attempts = run.attempts
        self._row = run
        self._connection = connection
        self._told = told
        self._client = client
        self._said = 0.0

    def advance(self, until: Callable[[], bool]) -> bool:
        source = sources.get(self._row.source_id)
        if source is None or not source.active or not config.datagouv_enabled():
            self._finish(INCOMPLETE, [{"code": "switched-off"}])
            return True
        if not self._begin():
            return True
        if self.progress.get("phase") != "datasets" and not self._gather(source):
            return True
        while todo := self._next():
            for object_id, national_id, note in todo:
                self._do(source, object_id, national_id, note)
                if until():
                    self._pause()
                    return False
        if self.progress.get("lists_whole"):
            archive_old(self.id, source.id)
        self._finish(INCOMPLETE if self.progress.get("unread") else DONE, [])
        return True

    # -- beginning and end -------------------------------------------------------------------------------------------

    def _begin(self) -> bool:
        """Note that the run is on; False when it died too often (and is now over)."""
        if self.attempts >= MOST_ATTEMPTS:
            self._finish(INCOMPLETE, [{"code": "interrupted"}])
            return False
        values = {"state": RUNNING, "attempts": self.attempts + 1}
        started = sa.func.coalesce(_RUN.c.started_at, clock())
        model.Session.execute(sa.update(_RUN).where(_RUN.c.id == self.id).values(**values, started_at=started))
        job = sa.update(_JOB).where(_JOB.c.id == self.id)
        begun = sa.func.coalesce(_JOB.c.gather_started, _NOW)
        model.Session.execute(job.values(status="Running", gather_started=begun))
        model.Session.commit()
        return True

    def _pause(self) -> None:
        """Leave it to another job; what was interrupted so is no death."""
        model.Session.execute(sa.update(_RUN).where(_RUN.c.id == self.id).values(attempts=0, progress=self.progress))
        model.Session.commit()

    def _finish(self, state: str, problems: list[dict[str, Any]]) -> None:
        session = model.Session
        all_problems = [*self._problems(), *problems]
        statement = sa.select(_OBJECT.c.report_status, sa.func.count()).where(_OBJECT.c.harvest_job_id == self.id)
        found: Any = {status: n for status, n in session.execute(statement.group_by(_OBJECT.c.report_status)) if status}
        counts = {**(self._row.counts or {}), **found, "problems": self.progress.get("problems", 0) + len(problems)}
        session.execute(
            sa.update(_RUN)
            .where(_RUN.c.id == self.id)
            .values(
                state=state,
                finished_at=clock(),
                counts=counts,
                problems=all_problems[:MOST_PROBLEMS],
                progress=self.progress,
            )
        )
        over = {"status": "Finished", "gather_finished": _NOW, "finished": _NOW}
        session.execute(sa.update(_JOB).where(_JOB.c.id == self.id).values(over))
        session.commit()
        session.expire_all()

    def _problems(self) -> list[dict[str, Any]]:
        return list(model.Session.execute(sa.select(_RUN.c.problems).where(_RUN.c.id == self.id)).scalar() or [])

    # -- reading the lists -------------------------------------------------------------------------------------------

    def _gather(self, source: sources.Source) -> bool:
        """Read the lists and note what is to be done; False when the run stops there."""
        plan = gather(
            model.Session(), source, self._row, self._client, lambda done, total: self._tell("lists", done, total)
        )
        if plan.stopped:
            self._row.counts = plan.counts
            self._note(plan)
            self._finish(STOPPED, [])
            return False
        rows = [(id_, {"do": READ, "organization_id": organization}) for id_, organization in plan.read.items()]
        rows += [(id_, {"do": GONE}) for id_ in plan.gone]
        model.Session.execute(sa.delete(_OBJECT).where(_OBJECT.c.harvest_job_id == self.id))
        for start in range(0, len(rows), _AT_ONCE):
            values = [
                {
                    "id": str(uuid4()),
                    "guid": id_,
                    "content": json.dumps(note),
                    "state": PLANNED,
                    "current": False,
                    "harvest_job_id": self.id,
                    "harvest_source_id": source.id,
                }
                for id_, note in rows[start : start + _AT_ONCE]
            ]
            model.Session.execute(insert(_OBJECT).values(values))
        self._seen(plan)
        self._row.counts = plan.counts
        is_whole = not plan.problems
        self.progress = {
            "phase": "datasets",
            "done": 0,
            "total": len(rows),
            "lists_whole": is_whole,
            "unread": not is_whole,
        }
        self._note(plan)
        return True

    def _note(self, plan: Plan) -> None:
        """Keep what was read, all in one transaction with the notes of what is to be done."""
        self.progress["problems"] = len(plan.problems)
        values = {"counts": plan.counts, "problems": plan.problems[:MOST_PROBLEMS], "progress": self.progress}
        model.Session.execute(sa.update(_RUN).where(_RUN.c.id == self.id).values(values))
        model.Session.commit()

    @staticmethod
    def _seen(plan: Plan) -> None:
        table, seen = Twin.__table__, sorted(plan.seen)
        for start in range(0, len(seen), _AT_ONCE):
            some = table.c.national_id.in_(seen[start : start + _AT_ONCE])
            model.Session.execute(sa.update(table).where(some).values(last_seen=clock()))

    # -- doing what was noted ----------------------------------------------------------------------------------------

    def _next(self) -> list[tuple[str, str, dict[str, Any]]]:
        statement = sa.select(_OBJECT.c.id, _OBJECT.c.guid, _OBJECT.c.content).where(
            _OBJECT.c.harvest_job_id == self.id, _OBJECT.c.state == PLANNED
        )
        # Additions before removals, then in an order that is the same whoever goes on with the run.
        ordered = statement.order_by(_OBJECT.c.content.desc(), _OBJECT.c.guid).limit(_DONE_TOGETHER)
        rows = model.Session.execute(ordered).all()
        return [(row.id, row.guid, json.loads(row.content)) for row in rows]

    def _do(self, source: sources.Source, object_id: str, national_id: str, note: dict[str, Any]) -> None:
        errors: list[dict[str, Any]] = []
        changes: list[str] = []
        problem: dict[str, Any] | None = None
        try:
            if note["do"] == READ:
                outcome = read_again(source, national_id, note["organization_id"], self._client)
            else:
                outcome = take_away(national_id, self._client)
            status, changes, errors = outcome.status, outcome.changed, outcome.problems
        except DatagouvError as error:
            model.Session.rollback()
            status = "errored"
            problem = {**error.as_dict(), "national_id": national_id}
        except Exception:
            model.Session.rollback()
            log.exception("The dataset %s of data.gouv.fr cannot be brought in", national_id)
            status = "errored"
            problem = {"code": "failed", "national_id": national_id}
        self.progress["unread"] = self.progress.get("unread") or problem is not None
        self._done(object_id, status, changes, [*errors, *([problem] if problem else [])])

    def _done(self, object_id: str, status: str, changes: list[str], problems: list[dict[str, Any]]) -> None:
        session = model.Session
        state = "ERROR" if status == "errored" else "COMPLETE"
        content = json.dumps({"changed": changes[:100]}) if changes else None
        statement = sa.update(_OBJECT).where(_OBJECT.c.id == object_id)
        values = {"state": state, "report_status": status, "content": content, "import_finished": _NOW}
        session.execute(statement.values(values))
        for problem in problems:
            error = {
                "id": str(uuid4()),
                "harvest_object_id": object_id,
                "message": json.dumps(problem),
                "stage": "Import",
            }
            session.execute(sa.insert(HarvestObjectError.__table__).values(**error, created=_NOW))
        self.progress["done"] = self.progress.get("done", 0) + 1
        if problems:
            self.progress["problems"] = self.progress.get("problems", 0) + len(problems)
            kept = [*self._problems(), *problems][:MOST_PROBLEMS]
            session.execute(sa.update(_RUN).where(_RUN.c.id == self.id).values(problems=kept, progress=self.progress))
        session.commit()
        self._tell("datasets", self.progress["done"], self.progress.get("total", 0))

    def _tell(self, phase: str, done: int, total: int) -> None:
        """Say how far it is, now and then, through the connection that holds the lock: without it the run ends."""
        progress = {**self.progress, "phase": phase, "done": done, "total": total}
        self._told(progress)
        if time.monotonic() - self._said >= _TELL_EVERY or done == total:
            self._said = time.monotonic()
            held = self._connection.execute(
                sa.update(_RUN).where(_RUN.c.id == self.id, _RUN.c.state == RUNNING).values(progress=progress)
            )
            if not held.rowcount:
                raise RuntimeError("the run was ended by somebody else")
