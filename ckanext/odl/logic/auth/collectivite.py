"""Rights over collectivités that CKAN's roles do not give: ATD staff create and edit their members."""

from __future__ import annotations

from typing import Any

from ckan import model
from ckan.logic.auth import get_group_object
from ckan.plugins import toolkit as tk
from ckan.types import AuthFunction, AuthResult, Context, DataDict

from .. import collectivite


def named_parents(data_dict: DataDict) -> list[str] | None:
    """Return the ids or names of the parents that a call asks for, None when it says nothing of them.

    A call names them in CKAN's ``groups``, the form of an organization in ``odl_parent``.
    """
    if "odl_parent" in data_dict:
        return [data_dict["odl_parent"]] if data_dict["odl_parent"] else []
    groups: Any = data_dict.get("groups")
    if groups is None:
        return None
    return [name for group in groups if isinstance(group, dict) and (name := group.get("name") or group.get("id"))]


@tk.chained_auth_function
def organization_create(next_auth: AuthFunction, context: Context, data_dict: DataDict | None = None) -> AuthResult:
    """ATD staff create collectivités under their ATD (or under one of its members); others as CKAN's settings say."""
    answer = next_auth(context, data_dict or {})
    if answer.get("success"):
        return answer
    user = context.get("user")
    if not collectivite.staffed_by(user):
        return answer
    for name in named_parents(data_dict or {}) or []:
        parent = model.Group.get(name)
        if parent is None or not collectivite.may_be_parent(user, parent):
            return {"success": False, "msg": tk._("You may create members only under the structure you work for")}
    return {"success": True}


@tk.chained_auth_function
def organization_update(next_auth: AuthFunction, context: Context, data_dict: DataDict | None) -> AuthResult:
    """The collectivité's own admins, as in CKAN, and its ATD staff, editors too."""
    answer = next_auth(context, data_dict or {})
    if answer.get("success"):
        return answer
    organization = get_group_object(context, data_dict or {})
    return {"success": True} if collectivite.staff_of(context.get("user"), organization) else answer
