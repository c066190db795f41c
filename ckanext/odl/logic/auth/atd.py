"""What is open to the staff of a body that supports collectivités: its dashboard, and what is done from there."""

from __future__ import annotations

from ckan.plugins import toolkit as tk
from ckan.types import AuthResult, Context, DataDict

from .. import collectivite


def _for_staff(context: Context, id_or_name: str | None) -> AuthResult:
    user, atd = context.get("user"), collectivite.named(id_or_name or "")
    if user and atd and collectivite.may_see_dashboard(user, atd):
        return {"success": True}
    return {"success": False, "msg": tk._("Only the staff of this structure see its dashboard.")}


def odl_call_list(context: Context, data_dict: DataDict) -> AuthResult:
    """The ATD's staff, and that of an ATD above."""
    return _for_staff(context, data_dict.get("atd"))


def odl_group_update(context: Context, data_dict: DataDict) -> AuthResult:
    """The ATD's staff, and that of an ATD above."""
    return _for_staff(context, data_dict.get("atd"))


@tk.auth_allow_anonymous_access
def odl_progress_public_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody."""
    return {"success": True}
