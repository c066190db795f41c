"""The repair of a deposit's file: a piece of work like its check, on the same row of the queue.

Who asks for it leaves a file without bytes, made from the current one, whose check waits. The worker that takes this
check makes the bytes first; until then the deposit keeps its file, so that nothing is lost whatever happens to the
worker. The same repairs give the same bytes: made twice, they do no harm.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Iterable
from tempfile import NamedTemporaryFile, TemporaryFile
from typing import IO, Any

import sqlalchemy as sa
from ckan import model
from ckan.lib import munge
from sqlalchemy.orm import Session

from ckanext.odl import config, storage
from ckanext.odl.model import Deposit, DepositEvent, DepositFile, DepositState, State, Validation
from ckanext.odl.model.deposit import OPEN_STATES
from ckanext.odl.model.validation import MAX_ATTEMPTS, change
from ckanext.odl.validation.guard import Stopped, in_child

log = logging.getLogger(__name__)

_REPAIR = "ckanext.odl.validation.repair:repair"
_CHUNK = 1 << 20
UNMADE = ""
"""Sha256 of a file whose bytes are still to be made, or never could be."""
NOTHING, LATE, GONE = "nothing", "late", "gone"
"""Why none were made, beside the limits: they would be the same, the deposit went on, the origin was taken away."""


def changes_id(file_id: str) -> str:
    """Under which name the list of changes of a file is kept."""
    return f"{file_id}-changes"


def stored_name(name: str) -> str:
    """A file's name as the storage takes it."""
    return munge.munge_filename(name) or "fichier"


def under_way(file_ids: Iterable[str]) -> Any:
    """The repairs of these files that a worker has still to make: rows of ``made_from`` and ``resource_id``."""
    file, check = DepositFile.__table__, Validation.__table__
    return (
        sa.select(file.c.made_from, check.c.resource_id)
        .join(check, check.c.resource_id == file.c.id)
        .where(
            file.c.made_from.in_(list(file_ids)),
            file.c.sha256 == UNMADE,
            check.c.state.in_([State.WAITING.value, State.RUNNING.value]),
        )
    )


def stopped(file_id: str) -> str:
    """Why the last repair that was asked for of a file was not made; empty when none was, or when it is under way."""
    file, check = DepositFile.__table__, Validation.__table__
    last = model.Session.execute(
        sa.select(file.c.changes["stopped"].astext.label("why"), check.c.state)
        .outerjoin(check, check.c.resource_id == file.c.id)
        .where(file.c.made_from == file_id, file.c.sha256 == UNMADE)
        .order_by(file.c.created_at.desc())
        .limit(1)
    ).first()
    if last is None or last.state in (None, State.WAITING.value, State.RUNNING.value):
        return ""
    return last.why or "limit-interrupted"


def make(session: Session, row: Validation, file: DepositFile) -> str:
    """Make the bytes of a repaired file; returns their sha256, empty when there are none: the row is then settled."""
    asked = file.changes or {}
    origin = session.get(DepositFile, file.made_from)
    name = origin.name if origin else ""
    session.commit()
    with (
        NamedTemporaryFile(prefix="odl-") as original,
        TemporaryFile(prefix="odl-") as mended,
        TemporaryFile(prefix="odl-") as changes,
    ):
        try:
            storage.identify(storage.ours(file.made_from or "", name), original)
            original.flush()
            limits: dict[str, Any] = {"seconds": config.seconds(), "memory": config.memory(), "limits": config.limits()}
            options = {**asked["asked"], "language": None}
            summary = in_child(_REPAIR, original.name, options=options, outputs=[mended, changes], **limits)
        except storage.MissingFile:
            return _stop(session, row, file, GONE)
        except Stopped as problem:
            if problem.code == "limit-interrupted" and row.attempts < MAX_ATTEMPTS:
                log.error("The repair of file %s was interrupted, attempt %s", file.made_from, row.attempts)
                return ""
            return _stop(session, row, file, problem.code)
        if not summary["changes"]:
            return _stop(session, row, file, NOTHING)
        if not Validation.keep(session, row.id, row.attempts):
            return ""  # another worker has it by now
        sha256, size = _identity(mended)
        storage.keep(file.id, stored_name(file.name), _copy(mended), type="application/octet-stream", most=size)
        storage.keep(changes_id(file.id), "changes.csv", _copy(changes), type="text/csv", most=1 << 40)
    return sha256 if _take_over(session, row, file, summary, sha256, size) else ""


def _take_over(
    session: Session, row: Validation, file: DepositFile, summary: dict[str, Any], sha256: str, size: int
) -> bool:
    """The repaired file is the deposit's own from now on, unless the deposit went on without it."""
    files, deposits, checks = DepositFile.__table__, Deposit.__table__, Validation.__table__
    by = (file.changes or {}).get("by") or {}
    known = change(
        session,
        sa.update(checks)
        .where(checks.c.id == row.id, checks.c.state == State.RUNNING.value, checks.c.attempts == row.attempts)
        .values(sha256=sha256, size=size),
    )
    taken = known and change(
        session,
        sa.update(deposits)
        .where(deposits.c.id == file.deposit_id, deposits.c.file_id == file.made_from)
        .where(deposits.c.state.in_(OPEN_STATES))
        .values(file_id=file.id, state=DepositState.DRAFT.value, reason="", publish_on=None, updated_at=sa.func.now()),
    )
    if not taken:
        session.rollback()
        if known:
            _stop(session, row, file, LATE)
        return False
    session.execute(sa.update(files).where(files.c.id == file.id).values(sha256=sha256, size=size, changes=summary))
    DepositEvent.add(session, file.deposit_id, "file", **by, file_id=file.id, kind=file.kind, name=file.name)
    session.commit()
    return True


def _stop(session: Session, row: Validation, file: DepositFile, why: str) -> str:
    """Nothing was made: say why; the deposit keeps the file that it has."""
    files = DepositFile.__table__
    said = {**(file.changes or {}), "stopped": why}
    session.execute(sa.update(files).where(files.c.id == file.id, files.c.sha256 == UNMADE).values(changes=said))
    Validation.cancel(session, row.id, row.attempts)
    return ""


def _identity(content: IO[bytes]) -> tuple[str, int]:
    digest = hashlib.sha256()
    content.seek(0)
    while block := content.read(_CHUNK):
        digest.update(block)
    return digest.hexdigest(), content.tell()


def _copy(content: IO[bytes]) -> IO[bytes]:
    """The same bytes from their start, for the storage to close."""
    content.seek(0)
    return os.fdopen(os.dup(content.fileno()), "rb")
