"""Background work: one check, and the sweep that loses none."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from tempfile import NamedTemporaryFile
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.lib import search
from ckan.plugins import toolkit as tk
from sqlalchemy.orm import Session

from ckanext.odl import config, marking, queue, storage
from ckanext.odl.intake import knowledge, own_session, refresh, resources
from ckanext.odl.model import StoredFile, Validation
from ckanext.odl.model.validation import LEASE_SECONDS
from ckanext.odl.validation import guarded

log = logging.getLogger(__name__)

#: A check that waits longer than this is sent to the queue again.
PATIENCE_SECONDS = 60
#: Datasets that are told to the search in one go, and the size of a file before which what is known is told first.
SAID_TOGETHER = 20
LARGE_BYTES = 1 << 20
#: Checks and files taken up by one sweep.
SWEEP_LIMIT = 500


class Checks:
    """The checks that wait, one after the other; the search learns of them by groups."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._unsaid: set[str] = set()

    def next(self) -> bool:
        """Run the next check; False when none waits."""
        row = Validation.claim(self._session)
        if row is None or row.size > LARGE_BYTES or len(self._unsaid) >= SAID_TOGETHER:
            self._tell_the_search()
        if row is None:
            return False
        package_id = row.package_id
        with _lease_kept(row.id, row.attempts):
            _check(self._session, row)
        self._unsaid.add(package_id)
        return True

    def _tell_the_search(self) -> None:
        """Index the datasets whose files have a new state; one commit for all of them."""
        if not self._unsaid:
            return
        for package_id in self._unsaid:
            with suppress(tk.ObjectNotFound):  # deleted meanwhile
                search.rebuild(package_ids=[package_id])
        search.commit()
        marking.mark_owners(self._unsaid)
        self._unsaid.clear()


def _check(session: Session, row: Validation) -> None:
    found = resources(session, model.Resource.id == row.resource_id)
    known = knowledge(session, found[0]) if found else {}
    session.commit()
    with NamedTemporaryFile(prefix="odl-") as copy:
        try:
            sha256, _size = storage.identify(found[0], copy) if found else ("", 0)
        except storage.MissingFile:
            sha256 = ""
        copy.flush()
        if sha256 != row.sha256:
            # Deleted or replaced since it was queued: its successor gets a check of its own.
            Validation.cancel(session, row.id, row.attempts)
            if sha256:
                refresh(row.package_id, again=row.resource_id)
            return
        report = guarded(
            copy.name,
            f"{row.schema_id}@{row.schema_version}" if row.schema_id else None,
            name=row.file_name,
            seconds=config.seconds(),
            memory=config.memory(),
            limits=config.limits(),
            **known,
        )
    Validation.finish(session, row.id, row.attempts, report)


@contextmanager
def _lease_kept(id_: str, attempt: int) -> Iterator[None]:
    """Renew the lease in the background for as long as the work lasts."""
    over = threading.Event()

    def renew() -> None:
        while not over.wait(LEASE_SECONDS / 3):
            with own_session() as session:
                if not Validation.keep(session, id_, attempt):
                    return

    thread = threading.Thread(target=renew, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def sweep() -> dict[str, int]:
    """Take up what was lost: dead workers, a flushed queue, files that nobody read. To be run every minute.

    Returns how many checks were given back (``released``), given up (``interrupted``), wait too long and were
    announced again (``late``), and how many datasets had a file to read (``read``).
    """
    with own_session() as session:
        released, interrupted = Validation.release_dead(session)
        late = Validation.late(session, PATIENCE_SECONDS)
        unread = _unread(session)
    if late:
        queue.send()
    for package_id in unread:
        refresh(package_id)
    for package_id in set(interrupted):
        search.rebuild(package_id)
    queue.swept()
    return {"released": released, "interrupted": len(interrupted), "late": late, "read": len(unread)}


def _unread(session: Session) -> list[str]:
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
    return list(session.execute(statement).scalars())


def _stamp_in_sql(last_modified: Any) -> sa.ColumnElement[str]:
    """The same text as :func:`ckanext.odl.intake.stamp_of`, which leaves out microseconds that are zero."""
    text = sa.func.to_char(last_modified, 'YYYY-MM-DD"T"HH24:MI:SS.US')
    return sa.func.coalesce(sa.func.regexp_replace(text, r"\.000000$", ""), "")
