"""What comes in from data.gouv.fr is for the staff of the ATD, over the organizations under it.

Asked here of everybody, since over the API CKAN lets callers without an account reach these functions.
"""

from __future__ import annotations

from ckan import authz, model
from ckan.plugins import toolkit as tk
from ckan.types import AuthResult, Context, DataDict

from ckanext.odl.harvest import sources

from .. import collectivite
from ..datagouv import following


def _over(context: Context, id_: str | None) -> AuthResult:
    """Over one organization."""
    if id_ and following.may_follow(context.get("user"), model.Group.get(id_)):
        return {"success": True}
    sentence = tk._("Only the structure that supports this local authority decides what comes from data.gouv.fr.")
    return {"success": False, "msg": sentence}


def _over_source(context: Context, id_: str | None) -> AuthResult:
    source = sources.get(id_ or "")
    return _over(context, source.atd_id if source else None)


def _over_theirs(context: Context) -> AuthResult:
    """Anybody who looks after at least one structure; the action then shows theirs only."""
    user = context.get("user")
    if user and (authz.is_sysadmin(user) or collectivite.staffed_by(user)):
        return {"success": True}
    return {"success": False, "msg": tk._("Only those who support local authorities may do this.")}


def odl_datagouv_source_create(context: Context, data_dict: DataDict) -> AuthResult:
    return _over(context, data_dict.get("atd"))


def odl_datagouv_source_update(context: Context, data_dict: DataDict) -> AuthResult:
    return _over_source(context, data_dict.get("id"))


def odl_datagouv_source_show(context: Context, data_dict: DataDict) -> AuthResult:
    return _over_source(context, data_dict.get("id"))


def odl_datagouv_source_list(context: Context, data_dict: DataDict) -> AuthResult:
    return _over(context, data_dict["atd"]) if data_dict.get("atd") else _over_theirs(context)


def odl_datagouv_run(context: Context, data_dict: DataDict) -> AuthResult:
    return _over_source(context, data_dict.get("id"))


def odl_datagouv_run_list(context: Context, data_dict: DataDict) -> AuthResult:
    if data_dict.get("source"):
        return _over_source(context, data_dict["source"])
    return odl_datagouv_source_list(context, data_dict)


def odl_datagouv_run_show(context: Context, data_dict: DataDict) -> AuthResult:
    return _over_source(context, data_dict.get("source"))


def odl_datagouv_review_list(context: Context, data_dict: DataDict) -> AuthResult:
    return _over(context, data_dict.get("id"))


def odl_datagouv_review_decide(context: Context, data_dict: DataDict) -> AuthResult:
    """Over every organization that is concerned; of none, whoever supports somebody."""
    ids = list(data_dict.get("organizations") or ())
    answers = [_over(context, id_) for id_ in ids] or [_over_theirs(context)]
    return next((answer for answer in answers if not answer.get("success")), {"success": True})
