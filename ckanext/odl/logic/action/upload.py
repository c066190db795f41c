"""Every door by which a file or a dataset comes in, and what is not let through."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk
from ckan.types import Action, Context, DataDict

from ..datagouv import mirror
from ..deposit import doors, staging
from ..uploads import problem


def _of_resource(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    found = problem(data_dict)
    if found:
        raise tk.ValidationError({"url": [found]})
    with staging.chosen_once(context, data_dict):
        return doors.resource(next_action, context, data_dict)


def _of_package(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    resources = data_dict.get("resources")
    found = [problem(resource) for resource in resources] if isinstance(resources, list) else []
    if any(found):
        raise tk.ValidationError({"resources": [{"url": [words]} if words else {} for words in found]})
    mirror.strip(data_dict)
    return next_action(context, data_dict)


@tk.chained_action
def resource_create(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Add a file; one of a kind that the portal does not take is refused.

    Where the collectivité is strict, a file for a public dataset that does not follow its model waits as a deposit.

    :raises ValidationError: on the field ``url``; on ``upload``, and ``odl_deposit`` tells of the deposit
    """
    return _of_resource(next_action, context, data_dict)


@tk.chained_action
def resource_update(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """The same for a file that takes the place of another (``resource_patch`` ends here too)."""
    return _of_resource(next_action, context, data_dict)


@tk.chained_action
def package_create(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """The same for the files of a new dataset."""
    return _of_package(next_action, context, data_dict)


@tk.chained_action
def package_update(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """The same for the files of a dataset that is written anew (``package_patch`` and ``package_revise`` end here).

    Where the collectivité is strict, a dataset does not become public with a file that does not follow its model.

    :raises ValidationError: on ``resources``, in their order; on ``private``
    """

    def held(context: Context, data_dict: DataDict) -> Any:
        return doors.package(next_action, context, data_dict)

    return _of_package(held, context, data_dict)


@tk.chained_action
def bulk_update_public(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Make datasets public; none of them, where one has a file that keeps it from being so.

    :raises ValidationError: on the field ``private``
    """
    return doors.open_many(next_action, context, data_dict)
