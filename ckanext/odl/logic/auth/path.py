"""Who may see and change a path: those who work for the collectivité, and the staff of its ATD.

Asked here of everybody, since over the API CKAN lets callers without an account reach these functions.
"""

from __future__ import annotations

from ckan import model
from ckan.plugins import toolkit as tk
from ckan.types import AuthResult, Context, DataDict

from ckanext.odl.model import extras

from .. import collectivite
from ..path import acting
from ..path.recompute import identity_columns


def organization_of(data_dict: DataDict) -> model.Group:
    """The organization that a call is about.

    :raises ObjectNotFound: there is none of this id or name, or it was deleted
    """
    organization = collectivite.named(data_dict.get("id") or "")
    if organization is None:
        raise tk.ObjectNotFound(tk._("There is no such local authority."))
    return organization


def _answer(success: bool) -> AuthResult:
    if success:
        return {"success": True}
    return {"success": False, "msg": tk._("Only those who work for this local authority may do this.")}


@tk.auth_allow_anonymous_access
def odl_progress_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Its own people; everybody when it opened its page."""
    organization = organization_of(data_dict)
    if acting.may_read(context.get("user"), organization.id):
        return _answer(True)
    fields = extras.read([organization.id]).get(organization.id, {})
    return _answer(identity_columns(organization.display_name, fields)["is_public"])


def odl_progress_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Any account: each sees its own; with ``atd``, who reads the path of that ATD."""
    user = context.get("user")
    if data_dict.get("atd"):
        return _answer(acting.may_read(user, organization_of({"id": data_dict["atd"]}).id))
    return _answer(bool(user))


def odl_proposal_list(context: Context, data_dict: DataDict) -> AuthResult:
    return odl_progress_list(context, data_dict)


def odl_path_read(context: Context, data_dict: DataDict) -> AuthResult:
    """Its own people: history, duties, mandates, proofs."""
    return _answer(acting.may_read(context.get("user"), organization_of(data_dict).id))


def odl_path_act(context: Context, data_dict: DataDict) -> AuthResult:
    """Those who publish there: proofs, proposals, mandates."""
    return _answer(acting.may_act(context.get("user"), organization_of(data_dict).id))


def odl_path_waive(context: Context, data_dict: DataDict) -> AuthResult:
    """The staff of an ATD above: waivers, answers to proposals, notes of calls."""
    if acting.may_waive(context.get("user"), organization_of(data_dict)):
        return {"success": True}
    return {"success": False, "msg": tk._("Only the structure that supports this local authority may do this.")}


def odl_history_list(context: Context, data_dict: DataDict) -> AuthResult:
    return odl_path_read(context, data_dict)


def odl_duties_show(context: Context, data_dict: DataDict) -> AuthResult:
    return odl_path_read(context, data_dict)


def odl_mandate_list(context: Context, data_dict: DataDict) -> AuthResult:
    return odl_path_read(context, data_dict)


def odl_mandate_update(context: Context, data_dict: DataDict) -> AuthResult:
    return odl_path_act(context, data_dict)


def odl_step_update(context: Context, data_dict: DataDict) -> AuthResult:
    return odl_path_act(context, data_dict)


def odl_progress_recompute(context: Context, data_dict: DataDict) -> AuthResult:
    return odl_path_act(context, data_dict)


def odl_call_note(context: Context, data_dict: DataDict) -> AuthResult:
    return odl_path_waive(context, data_dict)
