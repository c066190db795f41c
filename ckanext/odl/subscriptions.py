"""Events of CKAN that bring a file or change where a collectivité stands.

Every way a dataset or a resource is written ends in one of these actions. What the person did has succeeded and is
committed when they are told of: nothing here may fail it, and the sweep takes up what failed here.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from ckan import types
from ckan.lib import search
from ckan.plugins import toolkit as tk

from ckanext.odl import intake, marking
from ckanext.odl.logic.path import events

log = logging.getLogger(__name__)

DATASET_ACTIONS = ("package_create", "package_update", "package_revise")
RESOURCE_ACTIONS = ("resource_create", "resource_update")
BULK_ACTIONS = ("bulk_update_private", "bulk_update_public", "bulk_update_delete")
VIEW_ACTIONS = ("resource_view_create", "resource_view_update", "resource_view_delete")
MEMBER_ACTIONS = ("member_create", "member_delete")
ORGANIZATION_ACTIONS = ("organization_create", "organization_update", "group_update")
USER_ACTIONS = ("user_update", "user_delete")


def get_subscriptions() -> types.SignalMapping:
    """Sender → receivers."""
    receivers = {
        dataset_written: DATASET_ACTIONS,
        # 2.12 stores the file of a resource inside package_update; 2.11 after it.
        resource_written: () if tk.check_ckan_version(min_version="2.12") else RESOURCE_ACTIONS,
        dataset_changed: ("package_owner_org_update",),
        dataset_deleted: ("package_delete",),
        dataset_purged: ("dataset_purge",),
        datasets_changed: BULK_ACTIONS,
        view_changed: VIEW_ACTIONS,
        member_changed: MEMBER_ACTIONS,
        organization_written: ORGANIZATION_ACTIONS,
        organization_gone: ("organization_delete", "organization_purge"),
        user_changed: USER_ACTIONS,
    }
    return {
        tk.signals.action_succeeded: [
            {"sender": action, "receiver": receiver} for receiver, actions in receivers.items() for action in actions
        ]
    }


def _harmless(receiver: Callable[..., None]) -> Callable[..., None]:
    """The same, whose failure is written down and goes no further."""

    @wraps(receiver)
    def guarded(action: str, **event: Any) -> None:
        try:
            receiver(action, **event)
        except Exception:
            log.exception("What %s changed could not be looked at", action)

    return guarded


@_harmless
def dataset_written(action: str, *, context: types.Context, result: Any, **_: Any) -> None:
    """A dataset was created or changed, perhaps with its resources."""
    if action == "package_revise":
        result = result["package"]
    # 2.11 calls package_update inside resource_create before the file is stored and committed.
    if not context.get("defer_commit"):
        _refresh(result["id"] if isinstance(result, dict) else result)


@_harmless
def resource_written(_action: str, *, result: dict[str, Any], **_: Any) -> None:
    """A resource was created or changed."""
    _refresh(result["package_id"])


def _refresh(package_id: str) -> None:
    try:
        intake.refresh(package_id)
    except Exception:
        marking.mark_owners([package_id])
        raise


@_harmless
def dataset_changed(_action: str, *, context: types.Context, data_dict: Any, **_: Any) -> None:
    """A dataset was given to another organization."""
    if not context.get("defer_commit"):
        marking.mark_owners(events.package_ids([data_dict["id"]]))


@_harmless
def dataset_deleted(_action: str, *, data_dict: Any, **_: Any) -> None:
    """A dataset was deleted. CKAN takes it out of the index before: a worker may have put it there again since."""
    ids = events.package_ids([data_dict["id"]])
    marking.mark_owners(ids)
    with intake.own_session() as session:
        intake.tell_the_search(session, ids)


@_harmless
def dataset_purged(_action: str, *, data_dict: Any, **_: Any) -> None:
    """A dataset is gone for good: the same."""
    search.clear(data_dict["id"])


@_harmless
def datasets_changed(_action: str, *, data_dict: Any, **_: Any) -> None:
    """Several datasets of an organization were changed at once."""
    marking.mark(events.organization_ids([data_dict["org_id"]]))


@_harmless
def view_changed(_action: str, *, context: types.Context, result: Any, **_: Any) -> None:
    """A view of a resource came or went."""
    view: Any = context.get("resource_view")
    package_id = result.get("package_id") if isinstance(result, dict) else view and view.package_id
    if package_id:
        marking.mark_owners([package_id])


@_harmless
def member_changed(_action: str, *, context: types.Context, data_dict: Any, **_: Any) -> None:
    """Somebody joined or left an organization, or it came under another one."""
    if context.get("defer_commit"):
        return
    marking.mark(events.organization_ids([data_dict["id"]]))


@_harmless
def organization_written(_action: str, *, context: types.Context, result: Any, **_: Any) -> None:
    """An organization was created or changed; who may see its progress is known at once."""
    id_ = result["id"] if isinstance(result, dict) else result
    if id_ and not context.get("defer_commit"):
        events.organization_changed(id_)


@_harmless
def organization_gone(_action: str, *, data_dict: Any, **_: Any) -> None:
    """An organization was deleted: where it stood is forgotten."""
    events.remove_deleted()


@_harmless
def user_changed(_action: str, *, data_dict: Any, **_: Any) -> None:
    """An account was changed or deleted."""
    marking.mark(events.organizations_of(data_dict["id"]))
