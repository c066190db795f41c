"""Whom a dataset names, and who refuses to be named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ckan.plugins import toolkit as tk


def odl_covered(package: Mapping[str, Any]) -> dict[str, Any]:
    """Return whom a dataset names, and to those who keep it who refuses; see ``odl_cover_show``."""
    user = getattr(tk.current_user, "name", None) or ""
    context: Any = {"user": user, "auth_user_obj": tk.current_user if user else None}
    try:
        return tk.get_action("odl_cover_show")(context, {"id": package["id"]})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return {"count": 0, "results": [], "refusals": []}
