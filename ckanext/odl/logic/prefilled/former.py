"""The files that a collectivité has published and that are good: where the next ones begin."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import NamedTemporaryFile, TemporaryFile
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.odl import config, storage
from ckanext.odl.logic.deposit import keeping
from ckanext.odl.model import DepositFile, State, StoredFile, Validation
from ckanext.odl.validation.guard import Stopped, in_child

#: Most valid files of one collectivité that are looked at, the newest first.
_MOST = 200
_CARRY = "ckanext.odl.validation.carrying:carry"
_ROWS = "ckanext.odl.validation.carrying:rows"


@dataclass(frozen=True)
class File:
    """A public file whose present bytes are valid. ``rank``: 1 for the newest of all, 2…

    ``resource`` has what :mod:`ckanext.odl.storage` wants of it; ``title`` is that of its dataset.
    """

    resource: dict[str, Any]
    package_id: str
    title: str
    name: str
    schema_id: str
    version: str
    period: str
    sha256: str
    rank: int


class CannotCarry(Exception):
    """A file cannot be brought forward now. ``args[0]`` is why: ``gone``, ``too-long`` or ``stopped``."""


def files(organization_id: str) -> list[File]:
    """The public uploaded files of a collectivité that are valid as they are, newest first (one query).

    The newest covers the latest period, or was written last.
    """
    r: Any = model.Resource
    package: Any = model.Package
    v, stored = Validation.__table__, StoredFile.__table__
    statement = (
        sa.select(
            r.id, r.url, r.url_type, r.name, r.extras, r.created, r.last_modified,
            package.id.label("package_id"), package.title, v.c.schema_id, v.c.schema_version, v.c.sha256,
        )
        .join(package, package.id == r.package_id)
        .join(stored, stored.c.resource_id == r.id)
        .join(v, sa.and_(v.c.resource_id == r.id, v.c.sha256 == stored.c.sha256))
        .where(
            package.owner_org == organization_id,
            package.state == model.State.ACTIVE,
            sa.not_(package.private),
            r.state == model.State.ACTIVE,
            r.url_type == "upload",
            v.c.state == State.DONE.value,
            v.c.status == "valid",
            v.c.schema_id != "",
        )
        .order_by(sa.func.coalesce(r.last_modified, r.created).desc(), v.c.finished_at.desc())
        .limit(_MOST)
    )  # fmt: skip
    found: dict[str, Any] = {}
    for row in model.Session.execute(statement):
        if (row.extras or {}).get("odl_schema") == row.schema_id:
            found.setdefault(row.id, row)
    ordered = sorted(found.values(), key=lambda row: _last_year(row.extras), reverse=True)
    return [
        File(
            resource={"id": row.id, "url": row.url, "url_type": row.url_type},
            package_id=row.package_id,
            title=row.title or row.name or "",
            name=str(row.url).rpartition("/")[2],
            schema_id=row.schema_id,
            version=row.schema_version,
            period=row.extras.get("odl_period") or "",
            sha256=row.sha256,
            rank=rank,
        )
        for rank, row in enumerate(ordered, 1)
    ]


def _last_year(extras: dict[str, Any]) -> str:
    return (extras.get("odl_period") or "").rpartition("/")[2][:4]


def newest(organization_id: str, schema_id: str) -> File | None:
    """The newest valid public file of a model, None when there is none."""
    return next((file for file in files(organization_id) if file.schema_id == schema_id), None)


def carried(file: File, title: str, language: str, cells: dict[str, str]) -> bytes:
    """The rows of *file* as a workbook of the newest version of its model.

    :param cells: what is the same on every row, for the cells that the file leaves empty
    :raises CannotCarry: the bytes are gone, are too many, or could not be read within the limits
    """
    asked = {"version": file.version, "title": title, "language": language, "facts": cells}
    with _copy(file.resource) as path, TemporaryFile(prefix="odl-") as made:
        found = _asked(_CARRY, path, {"schema": file.schema_id, "name": file.name, **asked}, [made])
        if found["too_many"]:
            raise CannotCarry("too-long")
        made.seek(0)
        return made.read()


def rows(file: File, most: int) -> dict[str, Any]:
    """The first rows of a published file, see :func:`ckanext.odl.validation.carrying.rows`.

    :raises CannotCarry: the bytes are gone or could not be read within the limits
    """
    with _copy(file.resource) as path:
        return _asked(_ROWS, path, {"schema": file.schema_id, "name": file.name, "most": most}, [])


def rows_of_deposit(file: DepositFile, schema_id: str, most: int) -> dict[str, Any]:
    """The same of a file that was deposited and is not published yet."""
    with NamedTemporaryFile(prefix="odl-") as copy:
        try:
            keeping.copy(file, copy)
        except storage.MissingFile:
            raise CannotCarry("gone") from None
        return _asked(_ROWS, copy.name, {"schema": schema_id, "name": file.name, "most": most}, [])


@contextmanager
def _copy(resource: dict[str, Any]) -> Iterator[str]:
    with NamedTemporaryFile(prefix="odl-") as copy:
        try:
            storage.identify(resource, copy)
        except storage.MissingFile:
            raise CannotCarry("gone") from None
        copy.flush()
        yield copy.name


def _asked(function: str, path: str, options: dict[str, Any], outputs: list[Any]) -> Any:
    try:
        return in_child(
            function,
            path,
            options=options,
            seconds=config.answer_seconds(),
            memory=config.memory(),
            limits=config.limits(),
            outputs=outputs,
        )
    except Stopped:
        raise CannotCarry("stopped") from None


def sentence(why: str) -> str:
    """Why a file is not brought forward, to its agent."""
    sentences = {
        "gone": tk._("The file of last time is no longer on the portal. Begin with the model instead."),
        "too-long": tk._("The file of last time is too long to be corrected by hand. Export it from your software."),
        "stopped": tk._("The file of last time could not be read now. Try again in a moment."),
    }
    return sentences[why]
