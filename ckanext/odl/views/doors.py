"""Doors that a person cannot open: a step never leads somebody to a page that refuses them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from ckan.plugins import toolkit as tk

#: Steps shown as the most useful ones.
_NEXT = 3
_OPEN_STATES = ("todo", "stale", "unknown")


def progress(context: Any, organization: Mapping[str, Any]) -> dict[str, Any]:
    """``odl_progress_show``, with each step that leads to a closed door marked (``closed``) and without its address.

    Among the most useful steps those come first that this person can do.
    """
    found = tk.get_action("odl_progress_show")(tk.fresh_context(context), {"id": organization["id"]})
    closed = _closed(context, organization)
    for step in [*(step for phase in found["phases"] for step in phase["steps"]), *found["next"]]:
        if "closed" not in step:  # the most useful steps may be the same objects as those of the phases
            step["closed"] = _close(step["action"], closed)
            _close_dataset(context, step["action"])
            for fact in step["facts"]:
                _close(fact, closed)
    if any(step["closed"] for step in found["next"]):
        found["next"] = _reordered(found)
    return found


def _reordered(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    open_steps = [step for step in found["next"] if not step["closed"]]
    known = {step["id"] for step in found["next"]}
    others = [
        step
        for phase in found["phases"]
        for step in phase["steps"]
        if step["state"] in _OPEN_STATES and step["id"] not in known and not step["closed"] and step["action"]
        if step["action"]["url"]
    ]
    others.sort(key=lambda step: (step["state"] != "stale", step["phase"], step["state"] == "unknown", step["minutes"]))
    closed_steps = [step for step in found["next"] if step["closed"]]
    return [*open_steps, *others, *closed_steps][:_NEXT]


def register(context: Any, organization: Mapping[str, Any]) -> dict[str, Any]:
    """``odl_duties_show``, likewise."""
    found = tk.get_action("odl_duties_show")(tk.fresh_context(context), {"id": organization["id"]})
    closed = _closed(context, organization)
    for duty in found["duties"]:
        _close(duty.get("action"), closed)
        _close_dataset(context, duty.get("action"))
        for question in duty["questions"]:
            _close(question, closed)
    return found


def _closed(context: Any, organization: Mapping[str, Any]) -> tuple[str, ...]:
    """Beginnings of the addresses that refuse this person."""
    asked = {
        "organization_update": tk.url_for("organization.edit", id=organization["name"]),
        "group_edit_permissions": tk.url_for("organization.members", id=organization["name"]),
    }
    return tuple(address for action, address in asked.items() if not _may(context, action, organization["id"]))


def _may(context: Any, action: str, id_: str) -> bool:
    try:
        tk.check_access(action, tk.fresh_context(context), {"id": id_})
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return False
    return True


def _close_dataset(context: Any, link: dict[str, Any] | None) -> None:
    """Take the address away from who may not edit the dataset that it edits."""
    form = tk.url_for("dataset.edit", id="-")[:-1]
    url = (link or {}).get("url") or ""
    if link and url.startswith(form) and not _may(context, "package_update", unquote(url.removeprefix(form))):
        link["url"] = None


def _close(link: dict[str, Any] | None, closed: tuple[str, ...]) -> bool:
    if not link or not closed or not (link["url"] or "").startswith(closed):
        return False
    link["url"] = None
    return True
