"""What arrives: the identity of each uploaded file, and the check that its content deserves.

Everything here reads committed data through a session of its own, so that it can run after any action, in a job or in
the sweep, and be run twice without harm.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa
from ckan import model
from ckan.lib import search
from ckan.model import meta
from ckan.plugins import toolkit as tk
from sqlalchemy.orm import Session

from ckanext.odl import inspecting, links, queue, storage
from ckanext.odl.model import Deposit, PathProgress, StoredFile, Validation
from ckanext.odl.scdl import UnknownSchema, catalogue

log = logging.getLogger(__name__)


class Declared(NamedTuple):
    """The model that a file is said to follow; both empty when there is none."""

    schema_id: str
    version: str


NO_SCHEMA = Declared("", "")
#: The columns of a resource that say how it is read and judged, beside the fields that are not CKAN's own.
_READ = ("id", "package_id", "name", "url", "url_type", "format", "hash", "last_modified")
#: Read as the text that it is: with CKAN's own type no query could be kept, and each would be written anew.
_EXTRAS: Any = sa.literal_column("resource.extras", sa.Text).label("extras")
#: How long the search waits for who changes a dataset.
_LOCK_SECONDS = 10
#: What is kept of the bytes of a file.
_KNOWN = tuple(StoredFile.__table__.c[name] for name in ("sha256", "size", "stamp", "trace"))


def declared(resource: dict[str, Any]) -> Declared:
    """The schema and version that a resource declares, the newest version by default.

    A schema that the catalogue does not know counts as none.
    """
    reference = resource.get("odl_schema")
    if not reference:
        return NO_SCHEMA
    version = resource.get("odl_schema_version")
    try:
        entry, version = catalogue().parse(f"{reference}@{version}" if version else reference)
    except UnknownSchema:
        return NO_SCHEMA
    return Declared(entry.id, version)


def followed(resource: dict[str, Any], was_checked: Callable[[Declared], bool]) -> Declared:
    """The schema and version that a file is held to.

    Without a declared version that is the newest one under which these very bytes were checked, so that a version which
    comes from the national catalogue changes no verdict behind anybody's back; the newest of all for new bytes.

    :param was_checked: whether the present bytes have a check against a schema and version
    """
    schema = declared(resource)
    if not schema.schema_id or resource.get("odl_schema_version"):
        return schema
    versions = catalogue().get(schema.schema_id).versions
    known = (Declared(schema.schema_id, version) for version in versions)
    return next((one for one in known if was_checked(one)), schema)


def held_to(session: Session, resources: Collection[dict[str, Any]]) -> dict[str, Declared]:
    """The schema and version that each of these files is held to, see :func:`followed`; by id, in two queries."""
    ids = [resource["id"] for resource in resources]
    stored = sa.select(StoredFile.resource_id, StoredFile.sha256).where(StoredFile.resource_id.in_(ids))
    present = {row.resource_id: row.sha256 for row in session.execute(stored)} if ids else {}
    checked = Validation.checked(session, ids) if ids else set()
    return {
        resource["id"]: followed(resource, lambda one, id_=resource["id"]: (id_, present.get(id_, ""), *one) in checked)
        for resource in resources
    }


@contextmanager
def own_session() -> Iterator[Session]:
    """A database session apart from the request's."""
    session = meta.create_local_session(bind=meta.engine)
    try:
        yield session
    finally:
        session.close()


def stamp_of(last_modified: Any) -> str:
    """CKAN's ``last_modified`` of a resource as text, the same from the database and from an action."""
    return last_modified.isoformat() if hasattr(last_modified, "isoformat") else (last_modified or "")


def resources(session: Session, *conditions: Any) -> list[dict[str, Any]]:
    """Active resources of active datasets, with what is needed to read and to judge them."""
    return [_as_dict(row) for row in session.execute(_active(*conditions))]


def _active(*conditions: Any) -> Any:
    r: Any = model.Resource
    return (
        sa.select(*(getattr(r, name) for name in _READ), _EXTRAS)
        .join(model.Package, model.Package.id == r.package_id)
        .where(r.state == model.State.ACTIVE, model.Package.state != model.State.DELETED, *conditions)
        .order_by(r.package_id, r.position)
    )


def _as_dict(row: Any) -> dict[str, Any]:
    return {**json.loads(row.extras or "{}"), **{name: getattr(row, name) for name in _READ}}


def knowledge(session: Session, resource: dict[str, Any]) -> dict[str, Any]:
    """What the portal knows of a file beyond its model: whose it is, the period it is said to cover, the sheet to read.

    :returns: ``owner_siren``, ``owner_insee``, ``period``, ``sheet``, each None when unknown, for
        :func:`ckanext.odl.validation.guarded`
    """
    owner: Any = session.get(model.Group, _owner_org(session, resource["package_id"]) or "")
    extras = dict(owner.extras or {}) if owner else {}
    return {
        "owner_siren": extras.get("odl_siren") or None,
        "owner_insee": extras.get("odl_insee") or None,
        "period": resource.get("odl_period") or None,
        "sheet": resource.get("odl_sheet") or None,
    }


def _owner_org(session: Session, package_id: str) -> str | None:
    package: Any = model.Package
    return session.scalar(sa.select(package.owner_org).where(package.id == package_id))


def tell_the_search(session: Session, package_ids: Collection[str]) -> None:
    """Index datasets whose files have a new state, one commit for all of them; the sweep repeats what fails here."""
    try:
        with Validation.saying(session, package_ids):
            for package_id in package_ids:
                if _hold(session, package_id):
                    with suppress(tk.ObjectNotFound):
                        search.rebuild(package_ids=[package_id])
                session.commit()
            search.commit()
    except Exception:
        session.rollback()
        log.exception("The search cannot be told of %s", ", ".join(package_ids))


def _hold(session: Session, package_id: str) -> bool:
    """Keep a dataset as it is until the session commits; False when it is gone.

    Who changes or deletes it at this moment is waited for, and then waits: what was read of it is not written into the
    index over what is newer.
    """
    package: Any = model.Package
    session.execute(sa.text(f"SET LOCAL lock_timeout = '{_LOCK_SECONDS}s'"))
    return bool(session.scalar(sa.select(package.id).where(package.id == package_id).with_for_update(read=True)))


@dataclass(frozen=True)
class _File:
    """A file of a dataset and what is known of its bytes; ``was_deposited``: it came by « Déposer un fichier »."""

    resource: dict[str, Any]
    known: Any
    was_deposited: bool


def refresh(package_id: str, *, again: str | None = None) -> None:
    """Bring what we know of a dataset's files up to date and ask for the checks that are missing.

    Where its collectivité stands is asked for anew along with them.

    :param package_id: id of the dataset
    :param again: id of a resource whose bytes are to be read again, and whose finished check is to be run once more
    """
    with own_session() as session:
        # One reader at a time per dataset, and all is read after the lock: the last reader has the last bytes written.
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(package_id))))
        looked_at = [_look(session, file, again=file.resource["id"] == again) for file in _files(session, package_id)]
        PathProgress.mark_owners(session, [package_id])
        session.commit()
    queue.send()
    if any(moved and not waiting for waiting, moved in looked_at):
        # a file became one that needs no new check: no job will tell the search
        with own_session() as session:
            tell_the_search(session, [package_id])


def _files(session: Session, package_id: str) -> list[_File]:
    """The files of a dataset that are read: kept here, or behind an address that may be asked and declared."""
    r: Any = model.Resource
    known, deposit = StoredFile.__table__, Deposit.__table__
    was_deposited = sa.exists().where(deposit.c.resource_id == r.id).label("was_deposited")
    found = _active(r.package_id == package_id).outerjoin(known, known.c.resource_id == r.id)
    files = [
        _File(_as_dict(row), row if row.sha256 else None, row.was_deposited)
        for row in session.execute(found.add_columns(*_KNOWN, was_deposited))
    ]
    return [file for file in files if file.resource["url_type"] == "upload" or _is_declared_link(file.resource)]


def _is_declared_link(resource: dict[str, Any]) -> bool:
    return bool(resource.get("odl_schema")) and links.is_readable(resource)


def _look(session: Session, file: _File, *, again: bool) -> tuple[str | None, bool]:
    """Returns the id of the check that now waits (or None), and whether the file was written since it was last read."""
    if file.resource["url_type"] != "upload":
        return _look_at_link(session, file.resource, again=again), False
    return _look_at_upload(session, file, again=again)


def _look_at_link(session: Session, resource: dict[str, Any], *, again: bool) -> str | None:
    """Ask for the check of a link that declares a model; it is read when its turn has come, by the worker."""
    key = links.key(resource)
    StoredFile.record(session, resource["id"], key, 0, key, "")
    schema = _held_to(session, resource, key, is_new=again)
    return _ask(session, resource, key, 0, schema, links.name(resource), again=again) if schema.schema_id else None


def _look_at_upload(session: Session, file: _File, *, again: bool) -> tuple[str | None, bool]:
    resource, known = file.resource, file.known
    stamp = stamp_of(resource["last_modified"])
    moved = known is None or known.stamp != stamp or (known.trace != storage.trace(resource))
    if known and not moved and not again:
        sha256, size = known.sha256, known.size
    else:
        try:
            sha256, size, trace = storage.identify(resource)
        except storage.MissingFile as error:
            log.warning("The file of resource %s cannot be read: %s", resource["id"], error)
            return None, False
        StoredFile.record(session, resource["id"], sha256, size, stamp, trace)
    schema = _held_to(session, resource, sha256, is_new=again or known is None or known.stamp != stamp)
    if moved and file.was_deposited and not again:
        inspecting.hand_over(session, resource, sha256, *schema)
    waiting = _ask(session, resource, sha256, size, schema, resource["url"].rsplit("/", 1)[-1], again=again)
    if moved and not waiting:
        Validation.unsay(session, resource["id"])
    return waiting, moved


def _held_to(session: Session, resource: dict[str, Any], sha256: str, *, is_new: bool) -> Declared:
    checked = set() if is_new else Validation.checked(session, [resource["id"]])
    return followed(resource, lambda one: (resource["id"], sha256, *one) in checked)


def _ask(
    session: Session, resource: dict[str, Any], sha256: str, size: int, schema: Declared, name: str, *, again: bool
) -> str | None:
    return Validation.ask(
        session,
        resource_id=resource["id"],
        package_id=resource["package_id"],
        sha256=sha256,
        schema_id=schema.schema_id,
        schema_version=schema.version,
        file_name=name,
        size=size,
        sheet=resource.get("odl_sheet") or "",
        again=again,
    )
