"""What forms and lists say of how strict a collectivité is with its files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.odl.logic.deposit import strictness

from .forms import odl_parent_selected


def odl_may_set_strictness(data: Mapping[str, Any]) -> bool:
    """Tell whether the user may say how strict the collectivité in a form is."""
    organization = model.Group.get(data["id"]) if data.get("id") else None
    return strictness.may_set(getattr(tk.current_user, "name", None), organization)


def odl_strictness_inherited(data: Mapping[str, Any]) -> str:
    """Return what holds for the collectivité in a form while it says nothing: ``advise`` or ``block``."""
    organization = model.Group.get(data["id"]) if data.get("id") else None
    if organization is not None:
        return strictness.inherited(organization.id)
    return strictness.of(odl_parent_selected(data))


def odl_strictness(organization_id: str) -> str:
    """Return the strictness that holds for an organization's files: ``advise`` or ``block``."""
    return strictness.of(organization_id)
