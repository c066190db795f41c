"""Who may read and say which organization of data.gouv.fr is whose.

Asked here of everybody, since over the API CKAN lets callers without an account reach these functions.
"""

from __future__ import annotations

from ckan.plugins import toolkit as tk
from ckan.types import AuthResult, Context, DataDict

from .. import collectivite
from ..datagouv import links
from ..path import acting
from .path import organization_of


def odl_datagouv_link_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Its own people, and those above."""
    if acting.may_read(context.get("user"), organization_of(data_dict).id):
        return {"success": True}
    return {"success": False, "msg": tk._("Only those who work for this local authority may do this.")}


def odl_datagouv_link_update(context: Context, data_dict: DataDict) -> AuthResult:
    """The staff of the ATD: for itself and for those under it."""
    if links.may_update(context.get("user"), organization_of(data_dict)):
        return {"success": True}
    return {"success": False, "msg": tk._("Only the structure that supports this local authority may do this.")}


def odl_datagouv_organization_search(context: Context, data_dict: DataDict) -> AuthResult:
    """Those who may declare what they find."""
    return odl_datagouv_link_update(context, data_dict)


def odl_datagouv_link_list(context: Context, data_dict: DataDict) -> AuthResult:
    """The staff of the ATD, and that of an ATD above."""
    user, atd = context.get("user"), organization_of({"id": data_dict.get("atd")})
    if user and collectivite.may_see_dashboard(user, atd):
        return {"success": True}
    return {"success": False, "msg": tk._("Only the staff of this structure see its dashboard.")}
