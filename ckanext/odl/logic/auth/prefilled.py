"""Half-filled models are for those who work for the collectivité; who may edit her switches her catalogue."""

from __future__ import annotations

from ckan import authz, model, types
from ckan.plugins import toolkit as tk

from ..path import acting


def odl_template_list(context: types.Context, data_dict: types.DataDict) -> types.AuthResult:
    """Members of the collectivité and staff of those above."""
    group = model.Group.get(data_dict["id"])
    return {"success": group is not None and acting.may_read(context.get("user"), group.id)}


odl_template_show = odl_template_list


def odl_catalogue_update(context: types.Context, data_dict: types.DataDict) -> types.AuthResult:
    """Who may edit the collectivité: her admins and the staff of her ATD."""
    if not context.get("user"):
        return {"success": False}
    return authz.is_authorized("organization_update", tk.fresh_context(context), {"id": data_dict["id"]})


def odl_table_check(context: types.Context, data_dict: types.DataDict) -> types.AuthResult:
    """Who may publish for the collectivité."""
    group = model.Group.get(data_dict["id"])
    user = context.get("user")
    allowed = (
        group is not None
        and bool(user)
        and authz.has_user_permission_for_group_or_org(group.id, user, "create_dataset")
    )
    return {"success": allowed}


odl_table_save = odl_table_check
