"""What ``package_show`` tells harvesters that read the API of CKAN, data.gouv.fr's own among them.

They look for frequency, period and outline among the extras, and refuse a dataset for a word they do not expect. What
is added here is there for reading only: it is in neither the database nor the index, and goes when the dataset is
written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ckan import model
from ckan.types import Context, DataDict

from ckanext.odl.datagouv import mirrored
from ckanext.odl.logic.datagouv import sending

#: Without one of these keys data.gouv.fr refuses the dataset; ckanext-scheming leaves out those that are empty.
_KEYS = ("title", "notes", "author", "author_email", "maintainer", "maintainer_email", "license_id", "license_title")
_FILE_KEYS = ("name", "description", "format", "mimetype", "size", "hash", "last_modified", "resource_type")


def show(context: Context, package: dict[str, Any]) -> None:
    """Add to a dataset that is read what harvesters look for; twice adds nothing more."""
    if not _is_read(context) or (package.get("type") or "dataset") != "dataset":
        return
    for key in _KEYS:
        package.setdefault(key, None)
    extras = mirrored.mirrored(package, sending.outlines())
    if extras:
        package["extras"] = [*(package.get("extras") or []), *extras]
    organization = package.get("organization")
    if organization:
        for field in ("description", "image_url"):
            organization[field] = organization.get(field) or ""
    for resource in package.get("resources") or []:
        for key in _FILE_KEYS:
            resource.setdefault(key, None)
        resource["format"] = resource.get("format") or ""
        if resource.get("resource_type"):
            resource["resource_type"] = mirrored.resource_type(resource["resource_type"])


def _is_read(context: Context) -> bool:
    """Whether the dataset is shown to somebody, rather than to code of CKAN that stores it.

    ``for_update``: it will be written back. ``validate``: false for the index. ``for_view``: true for pages, false for
    the activity stream, which keeps a copy.
    """
    given: Mapping[str, Any] = context
    return not given.get("for_update") and given.get("validate", True) and "for_view" not in given


def strip(data_dict: DataDict) -> None:
    """Take what :func:`show` added out of a dataset that is about to be written."""
    extras = data_dict.get("extras")
    if isinstance(extras, list) and extras:
        data_dict["extras"] = mirrored.without_mirrored(extras, data_dict, _stored(data_dict))


def _stored(data_dict: DataDict) -> dict[str, Any]:
    package: Any = model.Package.get(data_dict.get("id") or data_dict.get("name"))
    return dict(package.extras) if package else {}
