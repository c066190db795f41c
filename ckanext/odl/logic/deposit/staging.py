"""A file chosen once in CKAN's own form of a file is not lost when another field is wrong.

A browser sends a file once and forgets it. When the form comes back with a sentence on a field, the bytes are kept as a
deposit of this person, of which the form holds the id; the next submission takes them from there. Nobody else can use
that id, and after :data:`HOURS` hours the bytes are taken away. Such a deposit names no current file, so that no list
and no other call knows it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import Any, NamedTuple
from uuid import uuid4

import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.types import Context, DataDict
from flask import has_request_context
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from ckanext.odl import storage
from ckanext.odl.intake import own_session
from ckanext.odl.logic.deposit import keeping
from ckanext.odl.model import Deposit, DepositFile
from ckanext.odl.model.deposit import DepositState, FileKind, Place
from ckanext.odl.model.validation import clock

#: The hidden field of the form.
FIELD = "odl_staged"
#: Why such a deposit is a draft: it belongs to a form.
REASON = "form"
HOURS = 24
#: Bytes that a file may have in memory before it goes to the disk.
_IN_MEMORY = 1 << 20
_FORMS = ("resource.new", "resource.edit")


class Staged(NamedTuple):
    """A file that waits for its form: reference, name, size in bytes."""

    id: str
    name: str
    size: int


@contextmanager
def chosen_once(context: Context, data_dict: DataDict) -> Iterator[None]:
    """Inside, the file of a form is written; if a field is wrong, the file is kept and *data_dict* says where.

    :raises ValidationError: the form names a file that is no longer kept, or not for this person
    """
    reference = str(data_dict.pop(FIELD, "") or "")
    user = _user(context) if _in_form() else None
    if user is None:
        yield
        return
    chosen = data_dict.get("upload")
    if not chosen and _means_link(data_dict):
        try:
            yield
        except tk.ValidationError:
            data_dict[FIELD] = reference  # the file is still there for who changes their mind
            raise
        return
    if not chosen and reference:
        chosen = data_dict["upload"] = _take(reference, user.id)
    else:
        reference = ""
    try:
        yield
    except tk.ValidationError as error:
        if chosen and "upload" not in error.error_dict:
            data_dict[FIELD] = reference or _keep(chosen, user.id, data_dict)
        raise
    if reference:
        forget(reference)


def of_form(reference: Any, user_id: str) -> Staged | None:
    """The file that a form names, None when it is not kept (any more) for this person."""
    if not isinstance(reference, str) or not reference or not user_id:
        return None
    with own_session() as session:
        file = _file(session, reference, user_id)
        return Staged(reference, file.name, file.size) if file else None


def forget(reference: str) -> None:
    """Take a file that has found its place, or was given up, out of what is kept."""
    with own_session() as session:
        _remove(session, Deposit.id == reference)


def sweep(session: Session) -> int:
    """Take away what no form came back for; returns how many files."""
    return _remove(session, Deposit.expires_at < clock())


def _remove(session: Session, condition: Any) -> int:
    mine = (Deposit.state == DepositState.DRAFT.value, Deposit.reason == REASON, condition)
    ids = list(session.scalars(sa.select(Deposit.id).where(*mine).with_for_update(skip_locked=True)))
    files = session.execute(sa.select(DepositFile.id, DepositFile.name).where(DepositFile.deposit_id.in_(ids))).all()
    for file in files:  # before their rows: a death in between is taken up by the next sweep
        storage.discard(file.id, file.name)
    session.execute(sa.delete(DepositFile.__table__).where(DepositFile.__table__.c.deposit_id.in_(ids)))
    session.execute(sa.delete(Deposit.__table__).where(Deposit.__table__.c.id.in_(ids)))
    session.commit()
    return len(ids)


def _in_form() -> bool:
    return has_request_context() and tk.request.method == "POST" and (tk.request.endpoint or "").endswith(_FORMS)


def _user(context: Context) -> Any:
    name = context.get("user")
    return model.User.get(name) if name else None


def _means_link(data_dict: DataDict) -> bool:
    """Whether the form gives an address in the place of a file."""
    typed = data_dict.get("url") and data_dict.get("url_type") != "upload"
    return bool(typed or data_dict.get("odl_link") or data_dict.get("clear_upload"))


def _keep(chosen: Any, user_id: str, data_dict: DataDict) -> str:
    """Keep the bytes of a form; returns the reference, "" when they cannot be kept."""
    package = _package(data_dict)
    if package is None or not package.owner_org:
        return ""
    try:
        chosen.stream.seek(0)
        file = keeping.read(chosen)
    except (ValueError, tk.ValidationError):  # a closed stream; a file that is not taken
        return ""
    deposit_id, file_id = str(uuid4()), str(uuid4())
    with own_session() as session:
        Deposit.add(
            session,
            id=deposit_id,
            organization_id=package.owner_org,
            owner_id=user_id,
            reason=REASON,
            place=(Place.REPLACE if data_dict.get("id") else Place.FILE).value,
            package_id=package.id,
            resource_id=data_dict.get("id") or None,
            expires_at=clock(HOURS * 3600),
        )
        DepositFile.add(
            session,
            id=file_id,
            deposit_id=deposit_id,
            kind=FileKind.ORIGINAL.value,
            name=file.name,
            sha256=file.sha256,
            size=file.size,
            created_by=user_id,
        )
        session.commit()  # the row first: bytes without a row would never be swept
    storage.keep(file_id, file.name, file.content, type="application/octet-stream", most=file.size)
    return deposit_id


def _package(data_dict: DataDict) -> Any:
    resource = model.Resource.get(str(data_dict["id"])) if data_dict.get("id") else None
    return resource.package if resource else model.Package.get(str(data_dict.get("package_id")))


def _take(reference: str, user_id: str) -> FileStorage:
    with own_session() as session:
        file = _file(session, reference, user_id)
    try:
        if file is None:
            raise storage.MissingFile(reference)
        content: Any = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 (closed with the upload)
        for block in storage.kept(file.id, file.name):
            content.write(block)
    except storage.MissingFile:
        sentence = tk._("The file that you had chosen is no longer kept (it is, for {hours} hours): choose it again.")
        raise tk.ValidationError({"upload": [sentence.format(hours=HOURS)]}) from None
    content.seek(0)
    return FileStorage(content, filename=file.name)


def _file(session: Session, reference: str, user_id: str) -> Any:
    """The kept file of this person, as a row of id, name and size."""
    file = DepositFile
    statement = (
        sa.select(file.id, file.name, file.size)
        .join(Deposit, Deposit.id == file.deposit_id)
        .where(
            Deposit.id == reference,
            Deposit.owner_id == user_id,
            Deposit.state == DepositState.DRAFT.value,
            Deposit.reason == REASON,
            Deposit.expires_at > clock(),
        )
    )
    return session.execute(statement).first()
