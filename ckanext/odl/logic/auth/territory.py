"""The official reference is public."""

from __future__ import annotations

from ckan import types
from ckan.plugins import toolkit as tk


@tk.auth_allow_anonymous_access
def odl_territory_search(context: types.Context, data_dict: types.DataDict) -> types.AuthResult:
    return {"success": True}


@tk.auth_allow_anonymous_access
def odl_territory_show(context: types.Context, data_dict: types.DataDict) -> types.AuthResult:
    return {"success": True}
