"""Who brings lists of members, and asks them for files: the staff of the structure, and that of one above."""

from __future__ import annotations

from typing import Any

from ckan import model
from ckan.plugins import toolkit as tk
from ckan.types import AuthResult, Context, DataDict

from ckanext.odl.model import Campaign, MemberImport

from .. import collectivite
from .atd import _for_staff as for_staff


def staffs(context: Context, atd_id: str | None) -> bool:
    """Whether who asks works for this structure."""
    user, atd = context.get("user"), model.Group.get(atd_id)
    return bool(user and atd and collectivite.may_see_dashboard(user, atd))


def found(context: Context, row: Any) -> AuthResult:
    """What hangs on a structure is there for its staff alone; to others it does not exist.

    :raises ObjectNotFound: there is none, or not for this person
    """
    if row is None or not staffs(context, row.atd_id):
        raise tk.ObjectNotFound(tk._("This page does not exist, or is not open to you."))
    return {"success": True}


def odl_member_import(context: Context, data_dict: DataDict) -> AuthResult:
    """The structure's staff."""
    return for_staff(context, data_dict.get("atd"))


def odl_member_import_show(context: Context, data_dict: DataDict) -> AuthResult:
    """The structure's staff."""
    return found(context, model.Session.get(MemberImport, data_dict.get("id") or ""))


def odl_member_import_run(context: Context, data_dict: DataDict) -> AuthResult:
    """The structure's staff."""
    return odl_member_import_show(context, data_dict)


def odl_campaign_create(context: Context, data_dict: DataDict) -> AuthResult:
    """The structure's staff."""
    return for_staff(context, data_dict.get("atd"))


def odl_campaign_list(context: Context, data_dict: DataDict) -> AuthResult:
    """The structure's staff."""
    return for_staff(context, data_dict.get("atd"))


def odl_campaign_show(context: Context, data_dict: DataDict) -> AuthResult:
    """The structure's staff."""
    return found(context, model.Session.get(Campaign, data_dict.get("id") or ""))


def odl_campaign_update(context: Context, data_dict: DataDict) -> AuthResult:
    return odl_campaign_show(context, data_dict)


def odl_campaign_open(context: Context, data_dict: DataDict) -> AuthResult:
    return odl_campaign_show(context, data_dict)


def odl_campaign_remind(context: Context, data_dict: DataDict) -> AuthResult:
    return odl_campaign_show(context, data_dict)


def odl_campaign_accept(context: Context, data_dict: DataDict) -> AuthResult:
    """The structure's staff; publishing asks CKAN again, for each collectivité."""
    return odl_campaign_show(context, data_dict)


def odl_campaign_close(context: Context, data_dict: DataDict) -> AuthResult:
    return odl_campaign_show(context, data_dict)


def odl_deposit_link_create(context: Context, data_dict: DataDict) -> AuthResult:
    return odl_campaign_show(context, data_dict)


def odl_deposit_link_revoke(context: Context, data_dict: DataDict) -> AuthResult:
    return odl_campaign_show(context, data_dict)
