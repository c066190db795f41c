"""Events of CKAN that may bring a file: every way a dataset or a resource is written ends in one of these actions."""

from __future__ import annotations

import logging
from typing import Any

from ckan import types
from ckan.plugins import toolkit as tk

from ckanext.odl import intake

log = logging.getLogger(__name__)

DATASET_ACTIONS = ("package_create", "package_update", "package_revise")
RESOURCE_ACTIONS = ("resource_create", "resource_update")


def get_subscriptions() -> types.SignalMapping:
    """Sender → receivers."""
    receivers: list[Any] = [{"sender": action, "receiver": dataset_written} for action in DATASET_ACTIONS]
    if not tk.check_ckan_version(min_version="2.12"):
        # 2.12 stores the file of a resource inside package_update; 2.11 after it.
        receivers += [{"sender": action, "receiver": resource_written} for action in RESOURCE_ACTIONS]
    return {tk.signals.action_succeeded: receivers}


def dataset_written(action: str, *, context: types.Context, result: Any, **_: Any) -> None:
    """A dataset was created or changed, perhaps with its resources."""
    if action == "package_revise":
        result = result["package"]
    # 2.11 calls package_update inside resource_create before the file is stored and committed.
    if not context.get("defer_commit"):
        _refresh(result["id"] if isinstance(result, dict) else result)


def resource_written(_action: str, *, result: dict[str, Any], **_: Any) -> None:
    """A resource was created or changed."""
    _refresh(result["package_id"])


def _refresh(package_id: str) -> None:
    try:
        intake.refresh(package_id)
    except Exception:
        # What the agent did has succeeded and is committed; the sweep takes up what failed here.
        log.exception("The files of dataset %s could not be looked at", package_id)
