"""Bringing files, and saying what they are: all that changes a deposit short of publishing it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from ckan import authz, model
from ckan.plugins import toolkit as tk
from ckan.types import Context

from ckanext.odl.deposit import privacy
from ckanext.odl.logic.deposit import covering, drafts, keeping
from ckanext.odl.logic.deposit.access import LINK, actor
from ckanext.odl.logic.deposit.facts import PACKAGE_FIELDS, RESOURCE_FIELDS, held_to
from ckanext.odl.model import Deposit, DepositEvent, DepositFile, DepositState, FileKind, Place, PrivacyAnswer
from ckanext.odl.model.deposit import OPEN_STATES
from ckanext.odl.scdl import UnknownSchema, catalogue

#: With :data:`~ckanext.odl.logic.deposit.access.LINK`: the campaign that the link belongs to.
CAMPAIGN = "odl_campaign"


def create(context: Context, organization: model.Group, data: dict[str, Any]) -> str:
    """Take in a file; returns the id of its deposit, an open one of the same person with the same bytes if there is.

    :param data: the validated parameters of ``odl_deposit_create``
    :raises ValidationError: by field
    """
    values = _schema_values(data.get("schema"))
    values |= _place_values(context, organization.id, data)
    file, by, session = keeping.read(data.get("upload")), actor(context), model.Session()
    with keeping.one_at_a_time(f"{organization.id} {by.user_id} {by.link_id} {file.sha256}"):
        twin = _twin(organization.id, by, file.sha256, values)
        if twin:
            file.content.close()
            return twin
        # Two drafts of one moment: the first file is still on its way, so nobody sees it and it expires soon.
        id_ = Deposit.add(
            session,
            id=str(uuid4()),
            organization_id=organization.id,
            owner_id=by.user_id,
            link_id=by.link_id,
            campaign_id=context.get(CAMPAIGN),
            expires_at=keeping.after(1),
            **values,
        )
        DepositEvent.add(session, id_, "created", **by.columns())
        keeping.add(id_, FileKind(data["kind"]), file, by)
        ask(id_)
    return id_


def _twin(organization_id: str, by: Any, sha256: str, values: dict[str, Any]) -> str | None:
    """The same file of the same person that is on its way already, to the same place."""
    deposit, file = Deposit.__table__, DepositFile.__table__
    same = {"owner_id": by.user_id, "link_id": by.link_id, "organization_id": organization_id}
    same |= {key: values[key] for key in ("schema_id", "package_id", "resource_id") if values.get(key)}
    return model.Session.scalar(
        sa.select(deposit.c.id)
        .join(file, file.c.id == deposit.c.file_id)
        .where(
            file.c.sha256 == sha256,
            deposit.c.state == DepositState.DRAFT.value,
            *(deposit.c[key].is_not_distinct_from(value) for key, value in same.items()),
        )
        .order_by(deposit.c.updated_at.desc())
        .limit(1)
    )


def ask(deposit_id: str, *, again: bool = False) -> None:
    """Have the current file of a deposit checked unless it was, as it is to be read now; what was written is kept.

    :param again: even so
    """
    model.Session.flush()
    model.Session.expire_all()
    deposit: Any = model.Session.get(Deposit, deposit_id)
    file: Any = model.Session.get(DepositFile, deposit.file_id)
    keeping.ask(deposit, file, again=again)
    keeping.settle()


def must_be_open(deposit: Deposit) -> None:
    """:raises ValidationError: it was published or abandoned"""
    if deposit.state == DepositState.PUBLISHED.value:
        raise tk.ValidationError({"deposit": [tk._("This deposit is published already. Start a new one.")]})
    if deposit.state not in OPEN_STATES:
        raise tk.ValidationError({"deposit": [tk._("This deposit was abandoned. Take it up again first.")]})


def add_file(context: Context, deposit: Deposit, kind: FileKind, upload: Any) -> None:
    """Bring other bytes for a deposit; what was waiting for an answer is a draft again.

    :raises ValidationError: by field
    """
    must_be_open(deposit)
    file, by = keeping.read(upload), actor(context)
    current: Any = model.Session.get(DepositFile, deposit.file_id)
    if current is not None and current.sha256 == file.sha256 and current.discarded_at is None:
        file.content.close()  # the same bytes again
        return
    # A table that the same person goes on typing is one file, not one for each time that it was saved.
    goes_on = (
        current is not None and current.kind == kind.value == FileKind.TYPED.value and current.created_by == by.user_id
    )
    former = current if goes_on else None
    made_from = former.made_from if former is not None else deposit.file_id
    new_file(deposit, keeping.add(deposit.id, kind, file, by, made_from=made_from))
    if former is not None:
        keeping.forget(former)


def new_file(deposit: Deposit, _file_id: str) -> None:
    """Have the new current file of a deposit checked, and forget what was said of the former one only."""
    Deposit.put(model.Session(), deposit.id, state=DepositState.DRAFT.value, reason="", publish_on=None)
    ask(deposit.id)


def check_again(deposit: Deposit) -> None:
    """Have the current file checked once more, against the same model.

    :raises ValidationError: the deposit is no longer open
    """
    must_be_open(deposit)
    ask(deposit.id, again=True)


def update(context: Context, deposit: Deposit, data: dict[str, Any]) -> None:
    """Write what a person says of a deposit.

    :param data: the validated parameters of ``odl_deposit_update``
    :raises ValidationError: by field
    """
    if _says_more(data) or not drafts.is_one(deposit):
        must_be_open(deposit)
    former, period, sheet = held_to(deposit), deposit.resource.get("odl_period"), deposit.resource.get("odl_sheet")
    values: dict[str, Any] = {}
    if isinstance(data.get("schema"), str):
        values |= _schema_values(data["schema"], none=True)
    values |= _place_values(context, deposit.organization_id, data)
    known = {"package": deposit.package, "resource": deposit.resource}
    detail: dict[str, Any] = {}
    if deposit.package and _goes_elsewhere(deposit, values):
        # what was typed for one dataset must not be written into another; the history remembers it
        detail["set_aside"] = deposit.package
        known["package"] = values["package"] = {}
    for column, fields in (("package", PACKAGE_FIELDS), ("resource", RESOURCE_FIELDS)):
        if data.get(column):
            values[column] = _merged(known[column], data[column], fields, column)
    if data.get("answers"):
        values["answers"] = _answers(deposit, data["answers"])
    if data.get("covers") is not None:
        values["covers"] = _covers(context, deposit, data["covers"])
    if not values:
        return
    session, by = model.Session(), actor(context)
    Deposit.put(session, deposit.id, **values, **_kept_longer(deposit))
    sealed = values.get("answers") or {}
    if deposit.state == DepositState.PUBLISHED.value and deposit.package_id and sealed.get("columns_key"):
        PrivacyAnswer.put(session, deposit.package_id, sealed["columns_key"], sealed, by.user_id)
    said = sorted(key for key in values if key not in ("schema_chosen", "schema_version"))
    DepositEvent.add(session, deposit.id, "updated", **by.columns(), fields=said, **detail)
    session.flush()
    session.expire_all()
    if held_to(deposit) != former:
        # also by a model that it was held to before: the repairs that are known are those for the last one
        ask(deposit.id, again=bool(deposit.schema_id))
    elif deposit.resource.get("odl_sheet") != sheet:
        ask(deposit.id)
    elif deposit.resource.get("odl_period") != period:
        ask(deposit.id, again=True)  # what the file says is compared with the period that it is said to cover
    else:
        session.commit()


def _says_more(data: dict[str, Any]) -> bool:
    """Whether more is said than the answers, which may still be given of what was published as a draft."""
    return isinstance(data.get("schema"), str) or any(
        data.get(name) is not None for name in ("place", "package_id", "resource_id", "package", "resource", "covers")
    )


def _covers(context: Context, deposit: Deposit, covers: bool) -> bool:
    """Whether the file is published as one with the names of its members; not once its rows were shared out."""
    if not covers:
        return False
    organization: Any = model.Group.get(deposit.organization_id)
    if context.get(LINK) or deposit.split_of or not covering.may_name(organization):
        raise tk.ValidationError({"covers": [tk._("Only a structure that supports others may name them.")]})
    table = Deposit.__table__
    shared = (table.c.split_of == deposit.id, table.c.state != DepositState.ABANDONED.value)
    if model.Session.scalar(sa.select(sa.exists().where(*shared))):
        sentence = tk._("Its rows were shared out already: published as one file too, they would be there twice.")
        raise tk.ValidationError({"covers": [sentence]})
    return True


def _goes_elsewhere(deposit: Deposit, values: dict[str, Any]) -> bool:
    """Whether another dataset is to receive the file from now on."""
    if "place" not in values:
        return False
    is_new = Place.DATASET.value
    if values["place"] == is_new or deposit.place == is_new:
        return values["place"] != deposit.place
    return values["package_id"] != deposit.package_id


def _kept_longer(deposit: Deposit) -> dict[str, Any]:
    """Who works on a draft keeps it; what waits does not expire."""
    return {"expires_at": keeping.after(keeping.DRAFT_DAYS)} if deposit.state == DepositState.DRAFT.value else {}


def _merged(known: dict[str, Any], said: dict[str, Any], fields: tuple[str, ...], column: str) -> dict[str, Any]:
    for name, value in said.items():
        if name not in fields:
            raise tk.ValidationError({column: [tk._("There is no field “{name}”.").format(name=name[:50])]})
        if value is not None and not isinstance(value, str | int):
            raise tk.ValidationError({name: [tk._("Give a text.")]})
    merged = {**known, **{name: value if value is None else str(value).strip() for name, value in said.items()}}
    return {name: value for name, value in merged.items() if value is not None}


def _answers(deposit: Deposit, said: dict[str, Any]) -> dict[str, Any]:
    """The answers with what they were given about, so that they count for no other columns."""
    known = {question["id"]: {answer["value"] for answer in question["answers"]} for question in privacy.questions()}
    for name, value in said.items():
        if name not in known or (value is not None and value not in known[name]):
            raise tk.ValidationError({"answers": [tk._("There is no such question or answer.")]})
    file: Any = model.Session.get(DepositFile, deposit.file_id)
    seen = (file.inspection or {}) if file else {}
    if not seen.get("columns"):
        return {**{k: v for k, v in deposit.answers.items() if k in known}, **said}
    signals, columns = seen.get("signals") or [], seen["columns"]
    former = privacy.standing(signals, columns, deposit.answers)
    merged = {name: value for name, value in {**former, **said}.items() if value is not None}
    return privacy.sealed(merged, signals, columns)


def _schema_values(reference: str | None, *, none: bool = False) -> dict[str, Any]:
    """The columns of the model that a person chose; with *none*, an empty text says that there is none."""
    if not reference:
        return {"schema_id": "", "schema_version": "", "schema_chosen": True} if none else {}
    try:
        entry, version = catalogue().parse(reference)
    except UnknownSchema:
        sentence = tk._("The catalogue has no schema “{schema}”.").format(schema=reference[:100])
        raise tk.ValidationError({"schema": [sentence]}) from None
    return {"schema_id": entry.id, "schema_version": version, "schema_chosen": True}


def _place_values(context: Context, organization_id: str, data: dict[str, Any]) -> dict[str, Any]:
    """The columns of the place that a person chose, once it is known to be of the same organization."""
    place, package_id, resource_id = (data.get(key) or "" for key in ("place", "package_id", "resource_id"))
    if not (place or package_id or resource_id):
        return {}
    if context.get(LINK):
        raise tk.ValidationError({"place": [tk._("Those who receive this file say where it belongs.")]})
    if place == Place.DATASET.value:
        return {"place": place, "package_id": None, "resource_id": None}
    if resource_id and place != Place.FILE.value:
        resource = model.Resource.get(resource_id)
        found = resource.package_id if resource and resource.state == model.State.ACTIVE else ""
        if not found or (package_id and _package_id(package_id) != found):
            raise tk.ValidationError({"resource_id": [tk._("There is no such file.")]})
        _must_be_theirs(context, organization_id, found, "resource_id")
        return {"place": Place.REPLACE.value, "package_id": found, "resource_id": resource_id}
    if not package_id:
        field = "resource_id" if place == Place.REPLACE.value else "package_id"
        raise tk.ValidationError({field: [tk._("Choose the dataset or the file that it is for.")]})
    id_ = _package_id(package_id)
    _must_be_theirs(context, organization_id, id_, "package_id")
    return {"place": Place.FILE.value, "package_id": id_, "resource_id": None}


def _package_id(reference: str) -> str:
    package = model.Package.get(reference)
    return package.id if package and package.state != model.State.DELETED else ""


def _must_be_theirs(context: Context, organization_id: str, package_id: str, field: str) -> None:
    package = model.Package.get(package_id) if package_id else None
    theirs = package is not None and package.owner_org == organization_id
    if not theirs or not authz.is_authorized("package_update", tk.fresh_context(context), {"id": package_id}).get(
        "success"
    ):
        raise tk.ValidationError({field: [tk._("There is no such dataset in this organization.")]})


def abandon(context: Context, deposit: Deposit, why: str) -> None:
    """Give a deposit up; for a while it can be taken up again.

    :raises ValidationError: it was published
    """
    if deposit.state == DepositState.ABANDONED.value:
        return
    must_be_open(deposit)
    session = model.Session()
    state = {"state": DepositState.ABANDONED.value, "reason": "", "publish_on": None}
    Deposit.put(session, deposit.id, **state, expires_at=keeping.after(keeping.ABANDONED_DAYS))
    DepositEvent.add(session, deposit.id, "abandoned", **actor(context).columns(), why=why)
    session.commit()


def take_up_again(context: Context, deposit: Deposit) -> None:
    """Undo what :func:`abandon` did.

    :raises ValidationError: its files are gone, or it was published
    """
    if deposit.state == DepositState.DRAFT.value:
        return
    file: Any = model.Session.get(DepositFile, deposit.file_id)
    if deposit.state != DepositState.ABANDONED.value:
        must_be_open(deposit)
        return
    if file.discarded_at is not None:
        raise tk.ValidationError({"deposit": [tk._("The file is no longer kept here. Send it again.")]})
    session = model.Session()
    Deposit.put(
        session, deposit.id, state=DepositState.DRAFT.value, reason="", expires_at=keeping.after(keeping.DRAFT_DAYS)
    )
    DepositEvent.add(session, deposit.id, "taken-up", **actor(context).columns())
    session.commit()
