"""What the pages of a structure that supports local authorities have in common."""

from __future__ import annotations

from typing import Any

from ckan import model
from ckan.common import current_user
from ckan.plugins import toolkit as tk

from ckanext.odl.logic import collectivite


def context() -> Any:
    """The context of an action called for the person."""
    return {"user": current_user.name, "auth_user_obj": current_user}


def nothing() -> str:
    """What is said of a page that is not there, or not for this person."""
    return tk._("This page does not exist, or is not open to you.")


def atd(name: str) -> model.Group:
    """The structure of a page; 404 for all but its staff and that of one above it."""
    if not current_user.is_authenticated:
        tk.abort(404, nothing())
    group = collectivite.named(name)
    if group is None or not collectivite.may_see_dashboard(current_user.name, group):
        tk.abort(404, nothing())
    return group
