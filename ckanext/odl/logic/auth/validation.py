"""A report follows the rights of its file: who sees the one sees the other."""

from __future__ import annotations

from ckan import authz, types
from ckan.plugins import toolkit as tk


def odl_validate(context: types.Context, data_dict: types.DataDict) -> types.AuthResult:
    """Any account may have a file checked: nothing is stored."""
    # Asked here: over the API, CKAN lets anonymous callers reach an auth function that does not expect them.
    return {"success": bool(context.get("user"))}


@tk.auth_allow_anonymous_access
def odl_validation_show(context: types.Context, data_dict: types.DataDict) -> types.AuthResult:
    """Who sees the file."""
    return authz.is_authorized("resource_show", tk.fresh_context(context), {"id": data_dict["id"]})


@tk.auth_allow_anonymous_access
def odl_validation_list(context: types.Context, data_dict: types.DataDict) -> types.AuthResult:
    """Who sees the file, the dataset, or (only public or own datasets are then listed) the organization."""
    for key, action in (
        ("resource_id", "resource_show"),
        ("package_id", "package_show"),
        ("organization_id", "organization_show"),
    ):
        if data_dict.get(key):
            return authz.is_authorized(action, tk.fresh_context(context), {"id": data_dict[key]})
    return {"success": False}


def odl_validation_run(context: types.Context, data_dict: types.DataDict) -> types.AuthResult:
    """Who may change the file."""
    return authz.is_authorized("resource_update", tk.fresh_context(context), {"id": data_dict["id"]})
