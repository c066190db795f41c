"""Who sees what data.gouv.fr would say of datasets: those who publish them, and those who support them."""

from __future__ import annotations

from ckan import authz, model
from ckan.plugins import toolkit as tk
from ckan.types import AuthResult, Context, DataDict

from ..path import acting


@tk.auth_allow_anonymous_access
def odl_harvest_check(context: Context, data_dict: DataDict) -> AuthResult:
    """Whoever sees the path of its organization (its members, the staff of its ATD) or may change the dataset.

    Of a dataset that one may not see at all, the action says that it does not exist.
    """
    user = context.get("user")
    refused: AuthResult = {
        "success": False,
        "msg": tk._("Only those who work for this local authority may do this."),
    }
    if not user:
        return refused
    if data_dict.get("organization_id"):
        return {"success": True} if acting.may_read(user, data_dict["organization_id"]) else refused
    package = model.Package.get(data_dict.get("package_id"))
    if package is None:
        return refused
    about = {"id": package.id}
    if package.owner_org and acting.may_read(user, package.owner_org):
        return {"success": True}
    changes = authz.is_authorized("package_update", tk.fresh_context(context), about).get("success")
    return {"success": True} if changes else refused
