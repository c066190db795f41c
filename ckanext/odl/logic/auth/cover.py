"""Who sees whom a dataset names, and who answers for a member: its people, and for a refusal those above it."""

from __future__ import annotations

from typing import Any

from ckan import authz, model
from ckan.plugins import toolkit as tk
from ckan.types import AuthResult, Context, DataDict

from ..deposit import access, covering
from ..path.acting import may_read


def dataset_of(data_dict: DataDict) -> model.Package:
    """The dataset that a call is about.

    :raises ObjectNotFound: there is none of this id or name, or it was deleted
    """
    package = model.Package.get(data_dict.get("id") or "")
    if package is None or package.state == model.State.DELETED:
        raise tk.ObjectNotFound(tk._("There is no such dataset."))
    return package


def _seen(context: Context, data_dict: DataDict) -> model.Package:
    """The same, for those who may see it; to others it does not exist."""
    package = dataset_of(data_dict)
    try:
        tk.check_access("package_show", tk.fresh_context(context), {"id": package.id})
    except tk.NotAuthorized:
        raise tk.ObjectNotFound(tk._("There is no such dataset.")) from None
    return package


def _answer(success: bool) -> AuthResult:
    if success:
        return {"success": True}
    return {"success": False, "msg": tk._("Only those who publish for this local authority may do this.")}


@tk.auth_allow_anonymous_access
def odl_cover_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Whoever sees the dataset."""
    _seen(context, data_dict)
    return _answer(True)


def odl_cover_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Those who work for the organization."""
    return _answer(may_read(context.get("user"), data_dict.get("organization") or ""))


def _row(context: Context, data_dict: DataDict) -> Any:
    package = _seen(context, data_dict)
    row = covering.row_of(package.id, data_dict.get("organization") or "")
    if row is None:
        raise tk.ObjectNotFound(tk._("This dataset does not name this local authority."))
    return row


@tk.auth_sysadmins_check
def odl_cover_refuse(context: Context, data_dict: DataDict) -> AuthResult:
    """Those who publish for the organization, the staff above it too: the history says who it was."""
    if not access.may_publish_for(context.get("user"), data_dict.get("organization") or ""):
        return _answer(False)
    _row(context, data_dict)
    return _answer(True)


@tk.auth_sysadmins_check
def odl_cover_accept(context: Context, data_dict: DataDict) -> AuthResult:
    """Its own people; those above only take back what they wrote down themselves."""
    user, organization_id = context.get("user"), data_dict.get("organization") or ""
    if not access.may_publish_for(user, organization_id):
        return _answer(False)
    row = _row(context, data_dict)
    own = covering.is_of_its_people(user, organization_id) or authz.is_sysadmin(user)
    if own or row.for_them:
        return _answer(True)
    sentence = tk._("It refused itself: only its own people take this back.")
    return {"success": False, "msg": sentence}


@tk.auth_allow_anonymous_access
def odl_deposit_leave_out(context: Context, data_dict: DataDict) -> AuthResult:
    """Those who publish for its organization; a link leaves nothing out."""
    if context.get(access.LINK):
        return {"success": False}
    return _answer(access.may_reach(context, access.find(data_dict.get("id"))))
