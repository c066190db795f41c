"""The bytes of deposits: taken in, read, taken away; never changed."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import IO, Any, NamedTuple
from uuid import uuid4

import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.odl import config, mending, queue, storage
from ckanext.odl.intake import own_session
from ckanext.odl.logic.deposit.access import Actor
from ckanext.odl.logic.uploads import problem
from ckanext.odl.model import Deposit, DepositEvent, DepositFile, FileKind, Validation

_CHUNK = 1 << 20
_NAME_LENGTH = 200
#: Days for which a draft is kept that nobody touches, and for which what was abandoned may be taken up again.
DRAFT_DAYS = 60
ABANDONED_DAYS = 30


class Brought(NamedTuple):
    """A file that was sent: its name, its bytes (open at their start), what they are."""

    name: str
    content: IO[bytes]
    sha256: str
    size: int


def read(upload: Any) -> Brought:
    """Read an uploaded file to its end.

    :raises ValidationError: (field ``upload``) no file, a too large one, or of a kind that the portal does not take
    """
    if not hasattr(upload, "stream") or not upload.filename:
        raise tk.ValidationError({"upload": [tk._("Choose the file to deposit.")]})
    refused = problem({"upload": upload})
    if refused:
        raise tk.ValidationError({"upload": [refused]})
    content: Any = TemporaryFile(prefix="odl-")  # noqa: SIM115 (the storage closes it)
    digest, size, largest = hashlib.sha256(), 0, config.largest_upload()
    while block := upload.stream.read(_CHUNK):
        size += len(block)
        if size > largest:
            content.close()
            sentence = tk._("The file is larger than {size} MB.").format(size=largest >> 20)
            raise tk.ValidationError({"upload": [sentence]})
        digest.update(block)
        content.write(block)
    content.seek(0)
    return Brought(_file_name(upload.filename), content, digest.hexdigest(), size)


def _file_name(sent: str) -> str:
    """The last part of a name, short enough, with its ending."""
    name = sent.replace("\\", "/").rpartition("/")[2].strip() or "fichier"
    if len(name) <= _NAME_LENGTH:
        return name
    stem, dot, ending = name.rpartition(".")
    return f"{stem[: _NAME_LENGTH - len(ending) - 1]}{dot}{ending}" if dot and len(ending) < 10 else name[:_NAME_LENGTH]


@contextmanager
def one_at_a_time(key: str) -> Iterator[None]:
    """Whoever else does the same thing waits until this is done: a file sent twice by one impatient click."""
    with own_session() as session:
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(key, 0))))
        model.Session.rollback()
        yield


def add(deposit_id: str, kind: FileKind, file: Brought, by: Actor, **more: Any) -> str:
    """Keep the bytes of a deposit and make them its current file; returns the id of the file.

    First the row, then the bytes, then the deposit that points at them: what a death leaves behind is known and taken
    away with the deposit.

    :param more: other columns of :class:`~ckanext.odl.model.DepositFile`
    """
    session, id_ = model.Session(), str(uuid4())
    DepositFile.add(
        session,
        id=id_,
        deposit_id=deposit_id,
        kind=kind.value,
        name=file.name,
        sha256=file.sha256,
        size=file.size,
        created_by=by.user_id,
        **more,
    )
    session.commit()
    storage.keep(id_, mending.stored_name(file.name), file.content, type="application/octet-stream", most=file.size)
    Deposit.put(session, deposit_id, file_id=id_, expires_at=after(DRAFT_DAYS))
    DepositEvent.add(session, deposit_id, "file", **by.columns(), file_id=id_, kind=kind.value, name=file.name)
    return id_


def stream(file: DepositFile) -> Iterator[bytes]:
    """The bytes of a file of a deposit.

    :raises storage.MissingFile: they were taken away
    """
    return storage.kept(file.id, mending.stored_name(file.name))


def stream_changes(file: DepositFile) -> Iterator[bytes]:
    """The list of what was changed in a repaired file, CSV.

    :raises storage.MissingFile: there is none
    """
    return storage.kept(mending.changes_id(file.id), "changes.csv")


def copy(file: DepositFile, to: IO[bytes]) -> None:
    """Write the bytes of a file into an open file, and go back to its start.

    :raises storage.MissingFile: they were taken away
    """
    for block in stream(file):
        to.write(block)
    to.flush()
    to.seek(0)


def discard(deposit_id: str) -> None:
    """Take away all bytes of a deposit; what is known of them stays."""
    session, table = model.Session(), DepositFile.__table__
    rows = session.execute(
        sa.select(table.c.id, table.c.name, table.c.changes).where(
            table.c.deposit_id == deposit_id, table.c.discarded_at.is_(None)
        )
    ).all()
    for row in rows:
        storage.discard(row.id, mending.stored_name(row.name))
        if row.changes is not None:
            storage.discard(mending.changes_id(row.id), "changes.csv")
    ids = [row.id for row in rows]
    session.execute(sa.update(table).where(table.c.id.in_(ids)).values(discarded_at=sa.func.clock_timestamp()))
    # a report holds cells of the file
    session.execute(sa.delete(Validation.__table__).where(Validation.__table__.c.resource_id.in_(ids)))
    session.execute(sa.update(table).where(table.c.id.in_(ids)).values(inspection=None))
    session.commit()


def forget(file: DepositFile) -> None:
    """Take away a file that is not the current one of its deposit, with all that is known of it."""
    session, id_ = model.Session(), file.id
    storage.discard(id_, mending.stored_name(file.name))  # before the row: a death in between leaves nothing unknown
    event = DepositEvent.__table__
    session.execute(
        sa.delete(event).where(
            event.c.deposit_id == file.deposit_id, event.c.what == "file", event.c.detail["file_id"].astext == id_
        )
    )
    session.execute(sa.delete(Validation.__table__).where(Validation.__table__.c.resource_id == id_))
    session.execute(sa.delete(DepositFile.__table__).where(DepositFile.__table__.c.id == id_))
    session.commit()


def ask(deposit: Deposit, file: DepositFile, *, again: bool = False) -> None:
    """Have the file of a deposit looked at by a worker, against the model that a person chose, else whichever fits."""
    Validation.ask(
        model.Session(),
        resource_id=file.id,
        package_id="",
        sha256=file.sha256,
        schema_id=deposit.schema_id if deposit.schema_chosen else "",
        schema_version=deposit.schema_version if deposit.schema_chosen else "",
        file_name=file.name,
        size=file.size,
        sheet=deposit.resource.get("odl_sheet") or "",
        again=again,
    )


def settle() -> None:
    """Commit what was asked for, then tell the workers."""
    model.Session.commit()
    queue.send()


def after(days: int) -> Any:
    """The database's time in so many days."""
    return sa.func.clock_timestamp() + dt.timedelta(days=days)
