"""Background work: one check, and the sweep that loses none."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import NamedTemporaryFile
from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from ckanext.odl import brought, config, inspecting, links, marking, mending, personal_data, queue, storage
from ckanext.odl.intake import knowledge, own_session, refresh, resources, tell_the_search
from ckanext.odl.model import StoredFile, Validation
from ckanext.odl.model.validation import MAX_ATTEMPTS

log = logging.getLogger(__name__)

#: Datasets that are told to the search in one go, and the size of a file before which what is known is told first.
SAID_TOGETHER = 20
LARGE_BYTES = 1 << 20
#: Seconds after which a link that could not be read is read again.
LINK_SECONDS = 86400
#: Checks and files taken up by one sweep.
SWEEP_LIMIT = 500


class Checks:
    """The checks that wait, one after the other; the search learns of them by groups."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._unsaid: set[str] = set()

    def next(self, resource_id: str | None = None) -> bool:
        """Run the next check (of one file when it is named); False when none waits."""
        row = Validation.claim(self._session, resource_id)
        if row is None or row.size > LARGE_BYTES or len(self._unsaid) >= SAID_TOGETHER:
            self._tell_the_search()
        if row is None:
            return False
        package_id = row.package_id
        with _lease_kept(row.id, row.attempts):
            try:
                (_check if package_id else _check_deposit)(self._session, row)
            except OSError:  # a full disk, a storage out of reach: the sweep announces it again
                log.exception("The file of resource %s cannot be checked now", row.resource_id)
                Validation.give_back(self._session, row.id, row.attempts)
                self._tell_the_search()
                return False
        if package_id:  # the file of a deposit is no business of the search
            self._unsaid.add(package_id)
        return True

    def _tell_the_search(self) -> None:
        if self._unsaid:
            marking.mark_owners(self._unsaid)
            tell_the_search(self._session, self._unsaid)
            self._unsaid.clear()


def check_now(file_id: str) -> None:
    """Run the checks of one file that wait, rather than leave them to a worker: somebody waits for the answer."""
    with own_session() as session:
        checks = Checks(session)
        while checks.next(file_id):
            pass


def _check(session: Session, row: Validation) -> None:
    found = resources(session, model.Resource.id == row.resource_id)
    known = knowledge(session, found[0]) if found else {}
    session.commit()
    brought.be_sure_of(row.schema_id, row.schema_version)
    with NamedTemporaryFile(prefix="odl-") as copy:
        try:
            sha256 = _content(found[0], copy, row.sha256) if found else ""
        except storage.MissingFile:
            sha256 = ""
        except links.LinkError as error:
            log.warning("The link of resource %s cannot be read: %s", row.resource_id, error)
            Validation.give_up(session, row.id, row.attempts)
            return
        copy.flush()
        if sha256 != row.sha256:
            # Deleted or replaced since it was queued: its successor gets a check of its own.
            Validation.cancel(session, row.id, row.attempts)
            if sha256:
                refresh(row.package_id, again=row.resource_id)
            return
        schema = f"{row.schema_id}@{row.schema_version}" if row.schema_id else None
        report, seen = inspecting.look(copy.name, schema, row.file_name, known, repairs=False)
        if _interrupted(row, report):
            return
        if found[0]["url_type"] == "upload":
            personal_data.tell(session, row, seen, copy.name)
    Validation.finish(session, row.id, row.attempts, report, known.get("sheet"))


def _interrupted(row: Validation, report: dict[str, Any]) -> bool:
    """The child died of something else than its limits: like a death of the worker, so the sweep tries again."""
    if row.attempts >= MAX_ATTEMPTS or all(error["code"] != "limit-interrupted" for error in report["errors"]):
        return False
    log.error("The check of file %s was interrupted, attempt %s", row.resource_id, row.attempts)
    return True


def _check_deposit(session: Session, row: Validation) -> None:
    found = inspecting.found(session, row.resource_id)
    known = inspecting.knowledge(session, found[1]) if found else {}
    siret = inspecting.own_siret(session, found[1]) if found else None
    session.commit()
    if not found:
        Validation.cancel(session, row.id, row.attempts)
        return
    brought.be_sure_of(row.schema_id, row.schema_version)
    file, _deposit = found
    wanted = file.sha256 or mending.make(session, row, file)
    if not wanted:
        return
    with NamedTemporaryFile(prefix="odl-") as copy:
        try:
            sha256 = storage.identify(storage.ours(file.id, file.name), copy).sha256
        except storage.MissingFile:
            sha256 = ""
        copy.flush()
        if sha256 != wanted:  # the bytes of a deposit never change: the storage lost them
            log.error("The file %s of deposit %s is not what it was", file.id, file.deposit_id)
            Validation.cancel(session, row.id, row.attempts)
            return
        schema = f"{row.schema_id}@{row.schema_version}" if row.schema_id else None
        report, seen = inspecting.look(copy.name, schema, row.file_name, known, siret)
    if not _interrupted(row, report):
        inspecting.store(session, file, seen, report, known["period"])
        if not Validation.finish(session, row.id, row.attempts, report, known["sheet"]):  # commits both
            log.warning("The check of file %s belongs to another worker by now", file.id)


def _content(resource: dict[str, Any], copy: Any, wanted: str) -> str:
    """Write the bytes of a file into *copy*; returns what it is (a link that is another one by now is not read)."""
    if resource["url_type"] == "upload":
        return storage.identify(resource, copy).sha256
    key = links.key(resource) if links.is_readable(resource) else ""
    if key == wanted:
        links.fetch(resource, copy)
    return key


@contextmanager
def _lease_kept(id_: str, attempt: int) -> Iterator[None]:
    """Renew the lease in the background for as long as the work lasts."""
    over = threading.Event()

    def renew() -> None:
        while not over.wait(config.patience() / 3):
            if not _is_kept(id_, attempt):
                return

    thread = threading.Thread(target=renew, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _is_kept(id_: str, attempt: int) -> bool:
    try:
        with own_session() as session:
            return Validation.keep(session, id_, attempt)
    except SQLAlchemyError:  # the database restarts: there are two more tries before the lease ends
        log.exception("The lease of check %s could not be renewed", id_)
        return True


def sweep() -> dict[str, int]:
    """Take up what was lost: dead workers, a flushed queue, files that nobody read. To be run every minute.

    Returns how many checks were given back (``released``), given up (``interrupted``), wait too long and were
    announced again (``late``), how many datasets had a file to read (``read``) and how many deposits had lost their
    check (``lost``).
    """
    with own_session() as session:
        released, interrupted = Validation.release_dead(session)
        lost = inspecting.unread(session)
        late = Validation.late(session, config.patience())
        unread = _unread(session) | _written(session) | _unread_links(session)
        Validation.try_again(session, LINK_SECONDS)
        if late or lost:
            queue.send()
        for package_id in unread:
            _refresh(package_id)
        if unsaid := (Validation.unsaid(session, config.patience()) | set(interrupted)) - {""}:
            tell_the_search(session, unsaid)
    queue.swept()
    return {"released": released, "interrupted": len(interrupted), "late": late, "read": len(unread), "lost": lost}


def _refresh(package_id: str) -> None:
    try:
        refresh(package_id)
    except Exception:  # one that cannot be read now must not hide the others
        log.exception("The files of dataset %s cannot be looked at", package_id)


def _written(session: Session) -> set[str]:
    """Datasets with a file that was written on its disk since we read it, though CKAN's own record says nothing."""
    traces = sa.select(StoredFile.resource_id, StoredFile.trace).where(StoredFile.trace != "")
    known = {row.resource_id: row.trace for row in session.execute(traces)}
    uploads = [r for r in resources(session, model.Resource.url_type == "upload") if r["id"] in known]
    return {r["package_id"] for r in uploads if storage.trace(r) not in (known[r["id"]], storage.GONE)}


def _unread(session: Session) -> set[str]:
    """Datasets with an uploaded file whose bytes we have not read since they last changed."""
    r: Any = model.Resource
    statement = (
        sa.select(r.package_id)
        .distinct()
        .join(model.Package, model.Package.id == r.package_id)
        .outerjoin(StoredFile, StoredFile.resource_id == r.id)
        .where(
            r.state == model.State.ACTIVE,
            model.Package.state != model.State.DELETED,
            r.url_type == "upload",
            sa.or_(StoredFile.resource_id.is_(None), StoredFile.stamp != _stamp_in_sql(r.last_modified)),
        )
        .limit(SWEEP_LIMIT)
    )
    return set(session.execute(statement).scalars())


def _unread_links(session: Session) -> set[str]:
    """Datasets with a link that declares a model and was never looked at."""
    r: Any = model.Resource
    addresses = ("https://%", "http://127.0.0.1%") if config.datagouv_loopback() else ("https://%",)
    statement = (
        sa.select(r.package_id)
        .distinct()
        .join(model.Package, model.Package.id == r.package_id)
        .outerjoin(StoredFile, StoredFile.resource_id == r.id)
        .where(
            r.state == model.State.ACTIVE,
            model.Package.state != model.State.DELETED,
            sa.func.coalesce(r.url_type, "") != "upload",
            sa.or_(*(r.url.like(address) for address in addresses)),
            sa.cast(r.extras, sa.Text).like('%"odl_schema": "_%'),
            StoredFile.resource_id.is_(None),
        )
        .limit(SWEEP_LIMIT)
    )
    return set(session.execute(statement).scalars())


def _stamp_in_sql(last_modified: Any) -> sa.ColumnElement[str]:
    """The same text as :func:`ckanext.odl.intake.stamp_of`, which leaves out microseconds that are zero."""
    text = sa.func.to_char(last_modified, 'YYYY-MM-DD"T"HH24:MI:SS.US')
    return sa.func.coalesce(sa.func.regexp_replace(text, r"\.000000$", ""), "")
