"""Who may see what data.gouv.fr holds of ours, and have it looked at."""

from __future__ import annotations

from ckan import authz
from ckan.plugins import toolkit as tk
from ckan.types import AuthResult, Context, DataDict

from .path import odl_path_act, odl_path_read


def odl_datagouv_backcheck(context: Context, data_dict: DataDict) -> AuthResult:
    """Those who publish there, and the staff of its ATD."""
    return odl_path_act(context, data_dict)


def odl_datagouv_backcheck_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Its own people."""
    return odl_path_read(context, data_dict)


@tk.auth_allow_anonymous_access
def odl_datagouv_twin_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Who sees the dataset."""
    return authz.is_authorized("package_show", tk.fresh_context(context), {"id": data_dict["id"]})
