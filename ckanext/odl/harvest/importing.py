"""Bringing one national record into the portal, through CKAN's own actions and the portal's own validation.

Only a dataset that this module created is ever written: its id was drawn here and noted with the national one before
the dataset existed. So a death between any two lines leaves nothing that the next attempt does not find again.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk
from sqlalchemy.exc import IntegrityError

from ckanext.odl import config
from ckanext.odl.datagouv import incoming
from ckanext.odl.logic.naming import free_name
from ckanext.odl.model import Twin
from ckanext.odl.model.datagouv import IMPORTED, NATIONAL
from ckanext.odl.scdl import catalogue

from . import merging

#: Without these there is no dataset; all else is left out rather than the dataset.
_NEEDED = frozenset(("title", "owner_org", "license_id", "name", "id"))
_NAMES_TRIED = 5


@dataclass
class Brought:
    """``what``: ``added``, ``updated`` or ``unchanged``. ``changed``: the fields that were written. ``left_out``:
    fields that the portal's validation refused, with its words. ``notes``: what of the record could not be taken over
    (:class:`ckanext.odl.datagouv.incoming.Note`)."""

    what: str
    package_id: str
    changed: list[str] = field(default_factory=list)
    left_out: dict[str, Any] = field(default_factory=dict)
    notes: list[dict[str, Any]] = field(default_factory=list)


class NotBrought(Exception):
    """The portal's validation refuses the dataset. ``errors``: its words by field."""

    def __init__(self, errors: dict[str, Any]) -> None:
        super().__init__(str(errors))
        self.errors = errors


def bring_in(twin: Twin, record: dict[str, Any]) -> Brought:
    """Create the dataset of a national record, or bring it up to date; what is noted of it in *twin* is for the caller
    to commit.

    :param twin: its row, in the state ``imported``
    :param record: the record in full
    :raises NotBrought: nothing was written
    :raises RecordError: the record is not one of a dataset; nothing was written
    """
    package_id = _own_id(twin)
    if not package_id:
        raise NotBrought({"id": [tk._("This dataset was not created from data.gouv.fr.")]})
    mapped, notes = _mapped(record, package_id, twin.written)
    if twin.written is None and (created := _create(twin, mapped, package_id)):
        created.notes = notes
        return created
    package: Any = model.Session.get(model.Package, package_id)
    if package is None or package.state == model.State.DELETED:
        twin.local_fields = ["state"]  # somebody deleted it here, and that stays
        return Brought("unchanged", package_id)
    brought = _update(twin, mapped, package_id)
    brought.notes = notes
    return brought


def _own_id(twin: Twin) -> str | None:
    """The id of the dataset that this record has or shall have; None for one that the import did not create."""
    if twin.origin != NATIONAL or twin.state != IMPORTED:
        return None
    if twin.package_id is None:
        table = Twin.__table__
        statement = sa.update(table).where(table.c.national_id == twin.national_id, table.c.package_id.is_(None))
        model.Session.execute(statement.values(package_id=str(uuid4())))
        model.Session.commit()
        model.Session.refresh(twin)
    return twin.package_id


def _mapped(
    record: dict[str, Any], package_id: str, written: dict[str, Any] | None
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The record as a dataset of ours, and what of it could not be taken over.

    A file whose identifier somebody else's file has here gets another one.

    :raises RecordError: it is not one of a dataset
    """
    read = incoming.read(record, catalogue(), national_url=config.datagouv_url())
    if read.error:
        raise read.error
    mapped = read.package
    files = mapped.get(merging.FILES) or []
    others = _others([file["id"] for file in files], package_id)
    ours = (written or {}).get("held", {}).get(merging.FILES, {})
    for file in files:
        other = str(uuid5(NAMESPACE_URL, f"{package_id}/{file['id']}"))
        if file["id"] in others or other in ours:
            file["id"] = other
    return mapped, [note.as_dict() for note in read.notes]


def _others(ids: list[str], package_id: str) -> set[str]:
    """Which of these identifiers belong to files of another dataset, deleted ones too."""
    resource: Any = model.Resource
    statement = sa.select(resource.id).where(resource.id.in_(ids), resource.package_id != package_id)
    return set(model.Session.scalars(statement)) if ids else set()


def _create(twin: Twin, mapped: dict[str, Any], package_id: str) -> Brought | None:
    """Create the dataset; None when it is there: before a death, or by another process in the same moment."""
    data = {**mapped, "id": package_id, "owner_org": twin.organization_id, "private": False}
    taken: set[str] = set()
    left_out: dict[str, Any] = {}
    for _ in range(_NAMES_TRIED):
        data["name"] = free_name(twin.slug or mapped["title"], lambda name: name in taken or _is_taken(name))
        try:
            package = tk.get_action("package_create")(context(), data)
        except tk.ValidationError as error:
            model.Session.rollback()
            if model.Session.get(model.Package, package_id):
                return None
            refused = dict(error.error_dict)
            if "name" in refused:
                taken.add(data["name"])
                continue
            data, gone = _without(data, refused)
            left_out |= gone
            continue
        except IntegrityError:
            model.Session.rollback()
            if model.Session.get(model.Package, package_id):
                return None
            taken.add(data["name"])
            continue
        _remember(twin, mapped, package, [])
        return Brought("added", package_id, left_out=left_out)
    raise NotBrought(left_out or {"name": [tk._("No address is free for this dataset.")]})


def _update(twin: Twin, mapped: dict[str, Any], package_id: str) -> Brought:
    asked: Any = {**context(), "for_update": True, "use_cache": False}
    package = tk.get_action("package_show")(asked, {"id": package_id})
    merged = merging.merge(mapped, package, twin.written)
    changes: dict[str, Any] = dict(merged.changes)
    left_out: dict[str, Any] = {}
    for _ in range(2):
        if not changes:
            break
        try:
            package = tk.get_action("package_patch")(context(), {**changes, "id": package_id})
            break
        except tk.ValidationError as error:
            model.Session.rollback()
            changes, gone = _without(changes, dict(error.error_dict))
            left_out |= gone
    _remember(twin, mapped, package, merged.local)
    return Brought("updated" if changes else "unchanged", package_id, merged.changed, left_out)


def _without(data: dict[str, Any], refused: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The dataset without the fields that were refused, and these with the words of the refusal.

    :raises NotBrought: one of them is needed, or nothing that we gave was refused
    """
    if any(name in refused for name in _NEEDED):
        raise NotBrought(refused)
    gone = {name: words for name, words in refused.items() if name in data and name != merging.FILES}
    kept = {name: value for name, value in data.items() if name not in gone}
    files = refused.get(merging.FILES)
    if isinstance(files, list) and isinstance(data.get(merging.FILES), list):
        kept[merging.FILES] = list(_files_without(data[merging.FILES], files, gone))
    if not gone:
        raise NotBrought(refused)
    return kept, gone


def _files_without(
    files: list[dict[str, Any]], refused: list[dict[str, Any]], gone: dict[str, Any]
) -> Iterable[dict[str, Any]]:
    for file, words in zip(files, [*refused, *({} for _ in files)], strict=False):
        for name, said in words.items():
            gone[f"resources.{file.get('id')}.{name}"] = said
        if not ({"url", "id"} & words.keys()):  # a file without an address is none
            yield {name: value for name, value in file.items() if name not in words}


def _remember(twin: Twin, mapped: dict[str, Any], package: dict[str, Any], local: list[str]) -> None:
    asked = merging.given(mapped)
    held = merging.held(package, asked)
    if local:  # what a person keeps is never taken for what the import wrote
        previous = (twin.written or {}).get("held") or {}
        for name in local:
            _put_back(held, previous, name)
    twin.written = {"given": asked, "held": held}
    twin.local_fields = local


def _put_back(held: dict[str, Any], previous: dict[str, Any], name: str) -> None:
    first, _, rest = name.partition(".")
    if first not in (merging.FILES, merging.EXTRAS):
        if first in previous:
            held[first] = previous[first]
    elif first == merging.EXTRAS:
        held[merging.EXTRAS][rest] = previous.get(merging.EXTRAS, {}).get(rest, "")
    else:
        id_, _, part = rest.partition(".")
        before = previous.get(merging.FILES, {}).get(id_, {})
        if part:
            held[merging.FILES].setdefault(id_, {})[part] = before.get(part, "")
        else:
            held[merging.FILES][id_] = before


def _is_taken(name: str) -> bool:
    package: Any = model.Package
    return model.Session.execute(sa.select(package.id).where(package.name == name)).first() is not None


def archive(twin: Twin) -> None:
    """Take the dataset out of public sight; its collectivité keeps it and may publish it again."""
    _set_private(twin, True)


def publish_again(twin: Twin) -> None:
    """Undo :func:`archive`."""
    _set_private(twin, False)


def _set_private(twin: Twin, private: bool) -> None:
    if not twin.package_id or twin.origin != NATIONAL:
        return
    package: Any = model.Session.get(model.Package, twin.package_id)
    if package is None or package.state != model.State.ACTIVE or package.private == private:
        return
    with suppress(tk.ObjectNotFound):
        tk.get_action("package_patch")(context(), {"id": twin.package_id, "private": private})


def context() -> Any:
    """The portal's own account: a run belongs to nobody."""
    site = tk.get_action("get_site_user")({"ignore_auth": True}, {})
    return {"user": site["name"], "ignore_auth": True}
