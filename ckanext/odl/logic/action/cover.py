"""Datasets of a structure that name its members: whom they name, what the members answer."""

from __future__ import annotations

from typing import Any

from ckan import model, types
from ckan.plugins import toolkit as tk

from ckanext.odl import queue
from ckanext.odl.language import language
from ckanext.odl.logic.auth.cover import dataset_of
from ckanext.odl.logic.auth.path import organization_of
from ckanext.odl.logic.deposit import access, covering, leaving_out, schema


@tk.side_effect_free
@tk.validate_action_data(schema.of_dataset)
def odl_cover_show(context: types.Context, data_dict: types.DataDict) -> types.ActionResult.AnyDict:
    """The members whom a dataset names: those of whom its files hold rows, and who do not refuse.

    :param id: id or name of the dataset
    :returns: ``package_id``, ``count``, ``results`` (``id``, ``name``, ``title``, ``rows`` each), and ``refusals``,
        only for those who may change the dataset: who refuses although rows of theirs are online (``organization``,
        ``resource``, ``rows``, ``why``, ``at``, ``by``, ``for_them``: written down by somebody of the structure,
        ``deposit``: which ``odl_deposit_leave_out`` takes)
    :raises ObjectNotFound: no such dataset, or not for this user
    """
    tk.check_access("odl_cover_show", context, data_dict)
    package = dataset_of(data_dict)
    may = bool(context.get("user")) and _may_change(context, package.id)
    return covering.of_dataset(package.id, with_refusals=may)


def _may_change(context: types.Context, package_id: str) -> bool:
    try:
        tk.check_access("package_update", tk.fresh_context(context), {"id": package_id})
    except tk.NotAuthorized:
        return False
    return True


@tk.side_effect_free
@tk.validate_action_data(schema.of_organization)
def odl_cover_list(context: types.Context, data_dict: types.DataDict) -> types.ActionResult.AnyDict:
    """What others publish for an organization, and who refuses to be in its own datasets.

    :param organization: id or name of the organization
    :returns: ``results``: public datasets of others that hold rows of it, the latest first (``package``, ``publisher``,
        ``rows``, ``state``: ``named`` or ``refused``, ``named_at``, ``answered_at``, ``by``, ``for_them``, ``why``,
        ``may``: ``refuse``, ``accept``, or null), and ``refusals`` in its own datasets, as ``odl_cover_show`` has them
        and with their ``package``, for those who publish for it
    :raises NotAuthorized: somebody who does not work for it
    :raises ObjectNotFound: no such organization
    """
    organization = organization_of({"id": data_dict["organization"]})
    tk.check_access("odl_cover_list", context, {"organization": organization.id})
    published = covering.published_for(organization.id)
    if not access.may_publish_for(context.get("user"), organization.id):
        return {"results": [{**one, "may": None} for one in published], "refusals": []}
    return {
        "results": [{**one, "may": _answer_of(context, organization.id, one)} for one in published],
        "refusals": covering.in_datasets_of(organization.id),
    }


def _answer_of(context: types.Context, organization_id: str, one: dict[str, Any]) -> str | None:
    if one["state"] == "named":
        return "refuse"
    asked = {"id": one["package"]["id"], "organization": organization_id}
    try:
        tk.check_access("odl_cover_accept", tk.fresh_context(context), asked)
    except tk.NotAuthorized:
        return None
    return "accept"


@tk.validate_action_data(schema.refuse)
def odl_cover_refuse(context: types.Context, data_dict: types.DataDict) -> types.ActionResult.AnyDict:
    """Refuse to be in a dataset of somebody else. The name goes at once, its people are told why.

    The rows stay in the file until those who keep the dataset bring it without them; the refusal holds for the files to
    come. Staff of the structure above may write down what they were told: the history says that they did.

    :param id: id or name of the dataset
    :param organization: id or name of the organization that refuses
    :param why: the reason, for those who keep the dataset
    :returns: ``package_id``, ``organization`` (id), ``state``
    :raises NotAuthorized: somebody who does not publish for this organization
    :raises ObjectNotFound: no such dataset for this user, or it does not name this organization
    """
    organization, package_id = _target("odl_cover_refuse", context, data_dict)
    covering.refuse(context, package_id, organization, data_dict["why"])
    queue.send()
    return _state(package_id, organization)


@tk.validate_action_data(schema.cover)
def odl_cover_accept(context: types.Context, data_dict: types.DataDict) -> types.ActionResult.AnyDict:
    """Take back a refusal: the dataset names the organization again, when rows of it are still there.

    Its own people only; somebody of the structure above only where they wrote the refusal down themselves.

    :param id: id or name of the dataset
    :param organization: id or name of the organization
    :returns: as ``odl_cover_refuse``; ``state`` is null when no row of it is left
    :raises NotAuthorized: somebody who may not take it back
    :raises ObjectNotFound: no such dataset for this user, or it does not name this organization
    """
    organization, package_id = _target("odl_cover_accept", context, data_dict)
    covering.accept(context, package_id, organization)
    return _state(package_id, organization)


def _target(action: str, context: types.Context, data_dict: types.DataDict) -> tuple[model.Group, str]:
    organization = organization_of({"id": data_dict["organization"]})
    tk.check_access(action, context, {"id": data_dict["id"], "organization": organization.id})
    return organization, dataset_of(data_dict).id


def _state(package_id: str, organization: model.Group) -> dict[str, Any]:
    row = covering.row_of(package_id, organization.id)
    return {"package_id": package_id, "organization": organization.id, "state": row.state if row else None}


@tk.validate_action_data(schema.of_dataset)
def odl_deposit_leave_out(context: types.Context, data_dict: types.DataDict) -> types.ActionResult.AnyDict:
    """Make the file of a deposit without the rows of the members who refuse to be in its dataset.

    For a deposit under way the new file takes the place of the present one, which is kept. For a published one a new
    deposit is made that replaces the file online once it is published. Called twice, it is done once.

    :param id: id of the deposit
    :returns: as ``odl_deposit_show``, of the deposit that has the new file
    :raises ValidationError: nobody refuses, nothing would be left, or another file is online by now
    :raises ObjectNotFound: no such deposit, or not for this user
    """
    access.check("odl_deposit_leave_out", context, data_dict)
    with access.alone_with(data_dict["id"]) as deposit:
        organization: Any = model.Group.get(deposit.organization_id)
        id_ = leaving_out.leave_out(context, deposit, organization)
    asked = "en" if language() == "en" else "fr"
    return tk.get_action("odl_deposit_show")(tk.fresh_context(context), {"id": id_, "language": asked})
