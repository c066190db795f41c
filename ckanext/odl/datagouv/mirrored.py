"""What harvesters of the CKAN API look for among the extras of a dataset: shown on reading, taken off on writing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ckanext.odl.territory import parse_territory

from .outgoing_values import SPATIAL, Outlines, dicts, outline_of
from .texts import plain

#: Fields of ours that are shown as extras.
MIRRORED = ("frequency", "temporal_start", "temporal_end")
#: A foreign member (RFC 7946 §6.1) that tells an outline written by us from one that somebody gave the dataset.
_OURS = "odl_territory"

#: What data.gouv.fr takes in ``resource_type``; everything else has the whole dataset refused.
RESOURCE_TYPES = ("file", "file.upload", "api", "documentation", "image", "visualization")


def mirrored(package: Mapping[str, Any], outlines: Outlines | None = None) -> list[dict[str, str]]:
    """Return the extras by which a harvester of the CKAN API finds frequency, period and outline.

    :returns: ``[{"key", "value"}]``, without those that the dataset has itself
    """
    own = {extra.get("key") for extra in dicts(package.get("extras"))}
    found = {key: plain(package.get(key)) for key in MIRRORED}
    territory = parse_territory(plain(package.get("odl_territory")))
    outline = outline_of(territory, outlines)
    if territory and outline:
        found[SPATIAL] = json.dumps({**outline, _OURS: territory.text}, ensure_ascii=False, separators=(",", ":"))
    return [{"key": key, "value": value} for key, value in found.items() if value and key not in own]


def without_mirrored(
    extras: Iterable[Any], package: Mapping[str, Any], stored: Mapping[str, Any] | None = None
) -> list[Any]:
    """Return *extras* without those that :func:`mirrored` put there, for a dataset that is written back.

    Only the copy goes: an extra that somebody wrote is left to the validation, which says what is wrong with it.

    :param package: the dataset that is being written; its field wins over the copy
    :param stored: the fields as they are kept now
    """

    def is_copy(extra: Any) -> bool:
        if not isinstance(extra, Mapping):
            return False
        key, value = extra.get("key"), extra.get("value")
        if key == SPATIAL:
            return isinstance(value, str) and f'"{_OURS}":' in value
        return key in MIRRORED and (key in package or value == (stored or {}).get(key))

    return [extra for extra in extras if not is_copy(extra)]


def resource_type(value: Any) -> str:
    """Return a type of resource that data.gouv.fr takes: as it is, else ``file``; "" stays (it counts as a file)."""
    words = plain(value)
    return words if not words or words in RESOURCE_TYPES else "file"
