"""Where a symbolic place of the checklist is in the portal: a place is a word, or a word and what it is about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ckan.plugins import toolkit as tk

#: Place → address, from the organization (``id``, ``name``) and what stands after the colon.
_PLACES: dict[str, Callable[[dict[str, Any], str], str]] = {
    "organization_edit": lambda org, _: tk.h.url_for("organization.edit", id=org["name"]),
    "organization": lambda org, _: tk.h.url_for("organization.read", id=org["name"]),
    "members": lambda org, _: tk.h.url_for("organization.members", id=org["name"]),
    "datasets": lambda org, _: tk.h.url_for("odl_collectivite.read", name=org["name"]),
    "collectivite": lambda org, _: tk.h.url_for("odl_collectivite.read", name=org["name"]),
    "dataset_new": lambda org, _: tk.h.url_for("dataset.new", group=org["id"]),
    "dataset": lambda _org, name: tk.h.url_for("dataset.read", id=name),
    "dataset_edit": lambda _org, name: tk.h.url_for("dataset.edit", id=name),
    "report": lambda _org, id_: tk.h.url_for("odl_report.read", resource_id=id_),
    "schemas": lambda _org, _: tk.h.url_for("odl_schemas.index"),
    "schema": lambda _org, id_: tk.h.url_for("odl_schemas.show", id=id_),
}


def url_of(place: str | None, organization: dict[str, Any]) -> str | None:
    """The address of a place for *organization*, None for one that the portal does not have."""
    if not place:
        return None
    word, _, what = place.partition(":")
    make = _PLACES.get(word)
    return make(organization, what) if make else None
