"""Who may see and change deposits: see :mod:`ckanext.odl.logic.deposit.access`.

Asked here of everybody, since over the API CKAN lets callers without an account reach these functions, and since who
comes by a link has none.
"""

from __future__ import annotations

from ckan.plugins import toolkit as tk
from ckan.types import AuthResult, Context, DataDict

from ..deposit import access
from .path import organization_of


def _answer(success: bool) -> AuthResult:
    if success:
        return {"success": True}
    return {"success": False, "msg": tk._("Only those who publish for this local authority may do this.")}


@tk.auth_allow_anonymous_access
def odl_deposit_create(context: Context, data_dict: DataDict) -> AuthResult:
    """Those who publish for the organization; a link brings its files through a page of its own."""
    if context.get(access.LINK):
        return {"success": True}  # only the page of a link sets it, for its own organization
    organization = organization_of({"id": data_dict.get("organization")})
    return _answer(access.may_publish_for(context.get("user"), organization.id))


@tk.auth_allow_anonymous_access
def odl_deposit_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Those who publish for the organization; without one, any account sees those of its own organizations."""
    if context.get(access.LINK):
        return {"success": True}
    if data_dict.get("organization"):
        organization = organization_of({"id": data_dict["organization"]})
        return _answer(access.may_publish_for(context.get("user"), organization.id))
    return _answer(bool(context.get("user")))


@tk.auth_allow_anonymous_access
def odl_deposit_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Those who publish for its organization; the link by which it came (what that publishes waits for an agent)."""
    return _answer(access.may_reach(context, access.find(data_dict.get("id"))))


#: Who sees a deposit may do all there is to do with it.
odl_deposit_update = odl_deposit_file_add = odl_deposit_check = odl_deposit_show
odl_deposit_repair_list = odl_deposit_repair = odl_deposit_publish = odl_deposit_abandon = odl_deposit_show


def odl_publish(context: Context, data_dict: DataDict) -> AuthResult:
    """Those who publish for the organization."""
    organization = organization_of({"id": data_dict.get("organization")})
    return _answer(access.may_publish_for(context.get("user"), organization.id))
