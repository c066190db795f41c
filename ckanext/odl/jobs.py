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
from ckan.lib import search
from sqlalchemy.orm import Session

from ckanext.odl import config, marking, storage
from ckanext.odl.intake import own_session, refresh, resources, send
from ckanext.odl.model import StoredFile, Validation
from ckanext.odl.model.validation import LEASE_SECONDS
from ckanext.odl.validation import guarded

log = logging.getLogger(__name__)

#: A check that waits longer than this is sent to the queue again.
PATIENCE_SECONDS = 60
#: Checks and files taken up by one sweep.
SWEEP_LIMIT = 500


def validate(validation_id: str) -> None:
    """Run one check. Does nothing when it was already done, or is being done by another worker."""
    with own_session() as session:
        row = Validation.claim(session, validation_id)
        if row is None:
            return
        package_id = row.package_id
        with _lease_kept(row.id, row.attempts):
            _check(session, row)
    search.rebuild(package_id)
    marking.mark_owners([package_id])


def _check(session: Session, row: Validation) -> None:
    found = resources(session, model.Resource.id == row.resource_id)
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

    Returns how many checks were given back (``released``), given up (``interrupted``), sent again (``sent``), and how
    many datasets had a file to read (``read``).
    """
    with own_session() as session:
        released, interrupted = Validation.release_dead(session)
        ids = Validation.forgotten(session, PATIENCE_SECONDS, SWEEP_LIMIT)
        unread = _unread(session)
    send(ids)
    for package_id in unread:
        refresh(package_id)
    for package_id in set(interrupted):
        search.rebuild(package_id)
    return {"released": released, "interrupted": len(interrupted), "sent": len(ids), "read": len(unread)}


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
