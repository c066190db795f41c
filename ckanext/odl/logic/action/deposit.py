"""Deposits over the API; the pages call nothing else."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from ckan import model, types
from ckan.plugins import toolkit as tk

from ckanext.odl.language import language
from ckanext.odl.logic.auth.path import organization_of
from ckanext.odl.logic.deposit import access, bringing, drafts, facts, publishing, repairing, schema, sheets, showing
from ckanext.odl.model import Deposit, DepositState, FileKind
from ckanext.odl.model.deposit import OPEN_STATES


def _language(data_dict: dict[str, Any]) -> str:
    return data_dict.get("language") or ("en" if language() == "en" else "fr")


def _shown(context: types.Context, id_: str, data_dict: dict[str, Any]) -> dict[str, Any]:
    model.Session.expire_all()
    return showing.one(facts.gather(context, access.find(id_), _language(data_dict)))


@tk.validate_action_data(schema.create)
def odl_deposit_create(context: types.Context, data_dict: types.DataDict) -> types.ActionResult.AnyDict:
    """Bring a file. Nothing is published: the answer says what the portal makes of it, once it was checked.

    The same file sent twice by the same person, while the first is still open, is one deposit.

    :param organization: id or name of the organization for which it is
    :param upload: the file (multipart/form-data)
    :param schema: the model that it follows, ``id`` or ``id@version``; recognised when left out
    :param package_id: the dataset that it is to join; with ``resource_id``, the file that it is to replace
    :param kind: ``original`` (default), or ``typed`` for a table made on line
    :param language: ``fr`` or ``en``, of the sentences
    :returns: as ``odl_deposit_show``
    :raises ValidationError: no file or one that is not taken, an unknown model, a dataset of somebody else
    :raises ObjectNotFound: no such organization, or not for this user
    """
    access.check("odl_deposit_create", context, data_dict)
    organization = organization_of({"id": data_dict["organization"]})
    id_ = bringing.create(context, organization, data_dict)
    return _shown(context, id_, data_dict)


@tk.side_effect_free
@tk.validate_action_data(schema.show)
def odl_deposit_show(context: types.Context, data_dict: types.DataDict) -> types.ActionResult.AnyDict:
    """A deposit: where it stands, what was found in its file, what it would be published as, what is missing.

    :param id: id of the deposit
    :param language: ``fr`` or ``en``, of the sentences
    :returns: see docs/deposit.md
    :raises ObjectNotFound: no such deposit, or not for this user
    """
    access.check("odl_deposit_show", context, data_dict)
    return _shown(context, data_dict["id"], data_dict)


@tk.side_effect_free
@tk.validate_action_data(schema.list_)
def odl_deposit_list(context: types.Context, data_dict: types.DataDict) -> types.ActionResult.AnyDict:
    """Deposits, those touched last first: of one organization, of this account, or of all its organizations.

    :param organization: id or name of an organization
    :param mine: only those that this account brought
    :param state: draft, waiting, published, abandoned, ``open`` (draft and waiting), or ``unpublished`` (those, and
        what was published as a draft)
    :param start: how many to leave out before; ``rows``: how many at most (20 by default, 200 at most)
    :returns: ``count`` and ``results``, see docs/deposit.md
    :raises ObjectNotFound: no such organization, or not for this user
    :raises NotAuthorized: nobody asks
    """
    if data_dict.get("organization"):
        access.check("odl_deposit_list", context, data_dict)
    else:
        tk.check_access("odl_deposit_list", context, data_dict)
    table, link = Deposit.__table__, context.get(access.LINK)
    conditions: list[Any] = []
    if link:
        conditions.append(table.c.link_id == link)
    elif data_dict.get("organization"):
        conditions.append(table.c.organization_id == organization_of({"id": data_dict["organization"]}).id)
    else:
        mine = [one["id"] for one in access.organizations_for(context.get("user"))]
        conditions.append(table.c.organization_id.in_(mine))
    if data_dict["mine"]:
        conditions.append(table.c.owner_id == access.actor(context).user_id)
    if data_dict.get("state") == "unpublished":
        conditions.append(sa.or_(table.c.state.in_(OPEN_STATES), drafts.made_private()))
    elif data_dict.get("state"):
        states = OPEN_STATES if data_dict["state"] == "open" else (data_dict["state"],)
        conditions.append(table.c.state.in_(states))
    return showing.listing(context, sa.and_(*conditions), data_dict["start"], data_dict["rows"], _language(data_dict))


@tk.validate_action_data(schema.update)
def odl_deposit_update(context: types.Context, data_dict: types.DataDict) -> types.ActionResult.AnyDict:
    """Say what a deposit is. What is not named stays as it was.

    :param id: id of the deposit
    :param schema: the model that its file follows, ``id`` or ``id@version``; "" when it follows none. The file is
        checked against it
    :param place: ``dataset`` (a new one), ``file`` (one more of ``package_id``), ``replace`` (of ``resource_id``)
    :param package: fields of the dataset, by name; a field that is null is again what the portal proposes
    :param resource: fields of the file likewise (``name``, ``odl_period``, ``description``…)
    :param answers: of the questions on personal data, by the question's id
    :param sheet: the sheet of a workbook that is to be read; the file is checked again with it
    :param sheets: what of a workbook with several sheets is published: ``one``, the sheet that is read (the portal
        makes a file with it alone, and keeps the workbook), or ``all``, though the others were not checked
    :param covers: true to publish the file of several members as one that names them (``odl_cover_show``)
    :returns: as ``odl_deposit_show``
    :raises ValidationError: an unknown field, model or sheet, a dataset of somebody else, a deposit that is no longer
        open
    :raises ObjectNotFound: no such deposit, or not for this user
    """
    access.check("odl_deposit_update", context, data_dict)
    sheet, kept = data_dict.get("sheet") or "", data_dict.get("sheets") or ""
    with access.alone_with(data_dict["id"]) as deposit:
        bringing.update(context, deposit, data_dict)
        if sheet or kept:
            model.Session.refresh(deposit)
            sheets.choose(context, deposit, sheet, kept, _language(data_dict))
    return _shown(context, data_dict["id"], data_dict)


@tk.validate_action_data(schema.file_add)
def odl_deposit_file_add(context: types.Context, data_dict: types.DataDict) -> types.ActionResult.AnyDict:
    """Bring the file again, corrected. The former ones are kept as they were.

    :param id: id of the deposit
    :param upload: the file (multipart/form-data)
    :param kind: ``corrected`` (default) or ``typed``
    :returns: as ``odl_deposit_show``
    :raises ValidationError: no file or one that is not taken, a deposit that is no longer open
    :raises ObjectNotFound: no such deposit, or not for this user
    """
    access.check("odl_deposit_file_add", context, data_dict)
    with access.alone_with(data_dict["id"]) as deposit:
        bringing.add_file(context, deposit, FileKind(data_dict["kind"]), data_dict.get("upload"))
    return _shown(context, data_dict["id"], data_dict)


@tk.validate_action_data(schema.show)
def odl_deposit_check(context: types.Context, data_dict: types.DataDict) -> types.ActionResult.AnyDict:
    """Have the file of a deposit checked once more: the check was stopped before its end.

    :param id: id of the deposit
    :returns: as ``odl_deposit_show``
    :raises ValidationError: a deposit that is no longer open
    :raises ObjectNotFound: no such deposit, or not for this user
    """
    access.check("odl_deposit_check", context, data_dict)
    with access.alone_with(data_dict["id"]) as deposit:
        bringing.check_again(deposit)
    return _shown(context, data_dict["id"], data_dict)


@tk.side_effect_free
@tk.validate_action_data(schema.show)
def odl_deposit_repair_list(context: types.Context, data_dict: types.DataDict) -> types.ActionResult.AnyDict:
    """What the portal can mend in the file, and what it cannot.

    :param id: id of the deposit
    :param language: ``fr`` or ``en``, of the sentences
    :returns: ``repairs``, ``impossible`` and ``header``, see docs/repair.md
    :raises ValidationError: the file could not be looked at within the limits
    :raises ObjectNotFound: no such deposit, or not for this user
    """
    access.check("odl_deposit_repair_list", context, data_dict)
    deposit = access.find(data_dict["id"])
    return repairing.proposals(facts.gather(context, deposit, _language(data_dict)))


@tk.validate_action_data(schema.repair)
def odl_deposit_repair(context: types.Context, data_dict: types.DataDict) -> types.ActionResult.AnyDict:
    """Mend the file: a new file with the chosen repairs, and the list of all that they changed. The old one is kept.

    :param id: id of the deposit
    :param chosen: by id of the repair: true, or the value of the choice that was asked
    :param format: ``csv`` (default; UTF-8) or ``xlsx``
    :returns: as ``odl_deposit_show``
    :raises ValidationError: no such repair, or a deposit that is no longer open
    :raises ObjectNotFound: no such deposit, or not for this user
    """
    access.check("odl_deposit_repair", context, data_dict)
    with access.alone_with(data_dict["id"]) as deposit:
        bringing.must_be_open(deposit)
        known = facts.gather(context, deposit, _language(data_dict))
        repairing.repair(known, data_dict["chosen"], data_dict["format"])
    return _shown(context, data_dict["id"], data_dict)


@tk.validate_action_data(schema.publish)
def odl_deposit_publish(context: types.Context, data_dict: types.DataDict) -> types.ActionResult.AnyDict:
    """Publish a deposit: a new dataset, one more file, or the next bytes of a file. Called twice, it is done once.

    What was published as a draft is made public by calling it again.

    :param id: id of the deposit
    :param visibility: ``public`` (default), or ``draft`` for a dataset that only its own people see
    :param publish_on: a day to come on which it is to be published
    :param approved_by: the name of who said that it may be published
    :param despite_problems: true to publish a file that does not respect its model
    :param replace_confirmed: true to replace a published file by one that has none of its rows of some years, or a
        third fewer rows
    :param language: ``fr`` or ``en``, of the sentences
    :returns: ``deposit`` (id), ``package_id``, ``resource_id``, ``state`` (``published``, or ``waiting`` with
        ``reason``), ``private``
    :raises ValidationError: what is missing, by field; the deposit stays as it was
    :raises NotAuthorized: the account may not write into that dataset
    :raises ObjectNotFound: no such deposit, or not for this user
    """
    access.check("odl_deposit_publish", context, data_dict)
    order = {**data_dict, "language": _language(data_dict)}
    with access.alone_with(data_dict["id"]) as deposit:
        return publishing.publish(context, deposit, order)


@tk.validate_action_data(schema.abandon)
def odl_deposit_abandon(context: types.Context, data_dict: types.DataDict) -> types.ActionResult.AnyDict:
    """Give a deposit up. Its files stay for thirty days, during which it can be taken up again; then they are erased.

    :param id: id of the deposit
    :param why: the reason, for those who read its history
    :param undo: true to take up an abandoned deposit again
    :returns: ``id``, ``state``, ``expires_at``
    :raises ValidationError: it was published, or its files are gone
    :raises ObjectNotFound: no such deposit, or not for this user
    """
    access.check("odl_deposit_abandon", context, data_dict)
    with access.alone_with(data_dict["id"]) as deposit:
        if data_dict["undo"]:
            bringing.take_up_again(context, deposit)
        else:
            bringing.abandon(context, deposit, data_dict.get("why") or "")
    model.Session.expire_all()
    deposit = access.find(data_dict["id"])
    expires = deposit.expires_at.isoformat() if deposit.expires_at else None
    return {"id": deposit.id, "state": DepositState(deposit.state).value, "expires_at": expires}
