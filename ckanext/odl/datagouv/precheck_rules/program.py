"""Rules on values that only a program writes: types, lists, values that are not there at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..precheck_view import View, as_list, day
from .rule import Hit, rule

#: The words that udata takes for yes, no or nothing.
YES_NO_WORDS = frozenset(("", "on", "t", "true", "y", "yes", "1", "f", "false", "n", "no", "off", "0"))

# What the reader of CKAN's API wants of each value: a text, a text or nothing, a date as text, a date or nothing.
_TEXT, _MAYBE, _DATE, _MAYBE_DATE = "text", "maybe", "date", "maybe-date"
_DATASET_VALUES = {
    "id": _TEXT, "name": _TEXT, "title": _TEXT, "notes": _MAYBE, "license_id": _MAYBE, "license_title": _MAYBE,
    "metadata_created": _DATE, "metadata_modified": _DATE, "author": _MAYBE, "maintainer": _MAYBE, "state": _MAYBE,
    "author_email": _MAYBE, "maintainer_email": _MAYBE,
}  # fmt: skip
_FILE_VALUES = {
    "id": _TEXT, "name": _MAYBE, "description": _MAYBE, "format": _TEXT, "mimetype": _MAYBE, "hash": _MAYBE,
    "created": _DATE, "last_modified": _MAYBE_DATE, "url": _TEXT, "resource_type": _MAYBE,
}  # fmt: skip
_ORGANIZATION_VALUES = {"id": _TEXT, "title": _TEXT, "name": _TEXT, "created": _DATE, "state": _TEXT}


@rule
def values_missing(view: View, channel: str) -> Iterator[Hit]:
    missing = [
        name
        for name, kind in _DATASET_VALUES.items()
        if name not in view.package or (kind in (_TEXT, _DATE) and view.package[name] is None)
    ]
    missing += [
        f"resources.{name}"
        for name, kind in _FILE_VALUES.items()
        for resource in view.resources
        if name not in resource or (kind in (_TEXT, _DATE) and resource[name] is None)
    ]
    if view.organization is not None:
        missing += [f"organization.{n}" for n in _ORGANIZATION_VALUES if view.organization.get(n) is None]
    missing += [name for name in ("tags", "private", "organization") if name not in view.package]
    missing += ["resources.position" for resource in view.resources if "position" not in resource]
    missing += ["tags.id" for tag in as_list(view.package.get("tags")) if isinstance(tag, Mapping) and "id" not in tag]
    if missing:
        yield Hit(values={"names": sorted(set(missing))})


@rule
def values_wrong(view: View, channel: str) -> Iterator[Hit]:
    wrong = [name for name, kind in _DATASET_VALUES.items() if _is_wrong(view.package.get(name), kind)]
    wrong += ["url"] if view.package.get("url") and not isinstance(view.package["url"], str) else []
    for resource in view.resources:
        wrong += [f"resources.{name}" for name, kind in _FILE_VALUES.items() if _is_wrong(resource.get(name), kind)]
        wrong += ["resources.size"] if not _is_size(resource.get("size")) else []
        wrong += ["resources.position"] if not isinstance(resource.get("position", 0), int) else []
    wrong += _wrong_lists(view.package)
    wrong += ["private"] if not _is_yes_or_no(view.package.get("private")) else []
    if view.organization is not None:
        wrong += ["organization.is_organization"] if not _is_yes_or_no(view.organization.get("is_organization")) else []
        expected = {"type": "organization", "approval_status": "approved"}
        wrong += [f"organization.{name}" for name, value in expected.items() if view.organization.get(name) != value]
        wrong += [
            f"organization.{name}"
            for name, kind in _ORGANIZATION_VALUES.items()
            if _is_wrong(view.organization.get(name), kind)
        ]
    if wrong:
        yield Hit(values={"names": sorted(set(wrong))})


def _wrong_lists(package: Mapping[str, Any]) -> Iterator[str]:
    """The lists of a dataset, keywords and further fields, that are none or hold something else."""
    for name, key in (("tags", "name"), ("extras", "key")):
        items = package.get(name, [])
        if not isinstance(items, list):
            yield name
        elif not all(isinstance(item, Mapping) and isinstance(item.get(key), str) for item in items):
            yield f"{name}.{key}"


def _is_yes_or_no(value: Any) -> bool:
    """Whether udata takes *value* for yes, no or nothing."""
    words = value.strip().lower() if isinstance(value, str) else ""
    return value is None or isinstance(value, (bool, int)) or (isinstance(value, str) and words in YES_NO_WORDS)


def _is_wrong(value: Any, kind: str) -> bool:
    if value is None:
        return False
    if not isinstance(value, str):
        return True
    return kind in (_DATE, _MAYBE_DATE) and day(value) is None


def _is_size(value: Any) -> bool:
    if value is None:
        return True
    try:
        int(value)
    except (TypeError, ValueError, OverflowError):
        return False
    return True
