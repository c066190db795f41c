"""A dataset of the portal beside one of data.gouv.fr: where they differ."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

from ckanext.odl.territory import parse_territory

FIELDS = (
    "title", "notes", "license_id", "frequency", "temporal_start", "temporal_end", "odl_territory", "tags",
    "odl_service", "maintainer_email",
)  # fmt: skip
FILE_FIELDS = (
    "name", "description", "url", "format", "resource_type", "odl_schema", "odl_schema_version", "size", "hash",
)  # fmt: skip


class Difference(TypedDict):
    """One field that differs. ``resource``: the name of the file it is of, None for the dataset itself.

    A file that only one of the two has is a difference of the field ``resources``: its address and None.
    """

    field: str
    resource: str | None
    ours: Any
    theirs: Any


def differences(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> list[Difference]:
    """Where two datasets differ, both in the fields of the portal; spaces, case of codes and order do not count.

    :param ours: as ``package_show`` gives it
    :param theirs: as :func:`ckanext.odl.datagouv.incoming.dataset` makes it
    :returns: nothing when they are equal; of files the pairs by id, else by address, else by name
    """
    found: list[Difference] = []
    _compare(found, FIELDS, ours, theirs, None)
    left = [item for item in _all(theirs.get("resources")) if isinstance(item, Mapping)]
    for file in _all(ours.get("resources")):
        if not isinstance(file, Mapping):
            continue
        other = next((item for same in _SAME for item in left if same(file, item)), None)
        name = _shown(file)
        if other is None:
            found.append(Difference(field="resources", resource=name, ours=file.get("url") or "", theirs=None))
            continue
        left = [item for item in left if item is not other]
        _compare(found, FILE_FIELDS, file, other, name)
    new = (
        Difference(field="resources", resource=_shown(file), ours=None, theirs=file.get("url") or "") for file in left
    )
    return [*found, *new]


def _compare(
    found: list[Difference], fields: Iterable[str], ours: Mapping[str, Any], theirs: Mapping[str, Any], name: str | None
) -> None:
    for field in fields:
        mine, yours = ours.get(field), theirs.get(field)
        if _essence(field, mine) != _essence(field, yours):
            found.append(Difference(field=field, resource=name, ours=_plain(field, mine), theirs=_plain(field, yours)))


def _essence(field: str, value: Any) -> Any:
    """What counts of a value."""
    if field == "tags":
        return {name.casefold() for name in _names(value)}
    if value is None:
        return ""
    words = " ".join(str(value).split())
    if field in ("license_id", "format", "hash", "resource_type"):
        words = words.lower()
    if field == "resource_type":
        return "" if words in ("file", "file.upload") else words
    if field == "license_id":
        return "" if words == "notspecified" else words
    if field == "frequency":
        code = words.rpartition("/")[2]
        return "" if code == "UNKNOWN" else code
    if field == "odl_territory":
        territory = parse_territory(words)
        return (territory.level, territory.code or territory.name.casefold()) if territory else words
    if field == "notes":
        return re.sub(r"<br\s*/?>", " ", words)
    return words


def _plain(field: str, value: Any) -> Any:
    return sorted(_names(value)) if field == "tags" else value if value is not None else ""


def _names(tags: Any) -> list[str]:
    found = (tag.get("name") if isinstance(tag, Mapping) else tag for tag in _all(tags))
    return [name for name in found if isinstance(name, str)]


def _all(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _shown(file: Mapping[str, Any]) -> str:
    return str(file.get("name") or file.get("url") or file.get("id") or "")


def _same_text(field: str) -> Any:
    def same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
        return bool(one.get(field)) and one.get(field) == other.get(field)

    return same


_SAME = (_same_text("id"), _same_text("url"), _same_text("name"), lambda one, other: one == other)
