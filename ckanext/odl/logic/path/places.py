"""Where a symbolic place of the path is in the portal: a place is a word, or a word and what it is about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ckan.plugins import toolkit as tk
from werkzeug.routing import BuildError

_Organization = dict[str, Any]

#: Place → address, from the organization (``id``, ``name``) and what stands after the colon.
_PLACES: dict[str, Callable[[_Organization, str], str]] = {
    "organization_edit": lambda org, _: tk.url_for("organization.edit", id=org["name"]),
    "members": lambda org, _: tk.url_for("organization.members", id=org["name"]),
    "deposit": lambda org, _: tk.url_for("odl_deposit.index", collectivite=org["name"]),
    "schemas": lambda _org, _: tk.url_for("odl_schemas.index"),
    "schema": lambda _org, id_: tk.url_for("odl_schemas.show", id=id_),
    "dataset": lambda _org, name: tk.url_for("dataset.read", id=name),
    "dataset_edit": lambda _org, name: tk.url_for("dataset.edit", id=name),
    "report": lambda _org, id_: tk.url_for("odl_report.read", resource_id=id_),
    "collectivite": lambda org, _: tk.url_for("odl_collectivite.read", name=org["name"]),
    "mandates": lambda org, _: tk.url_for("odl_path.mandates", name=org["name"]),
    "duties": lambda org, _: tk.url_for("odl_path.duties", name=org["name"]),
    "evidence": lambda org, step: tk.url_for("odl_path.step", name=org["name"], step=step),
    "precheck": lambda org, _: tk.url_for("odl_datagouv_place.read", name=org["name"]),
    "national": lambda org, _: tk.url_for("odl_datagouv_place.read", name=org["name"]),
    "report_page": lambda org, _: tk.url_for("odl_path.summary", name=org["name"]),
}


def url_of(place: str | None, organization: _Organization) -> str | None:
    """The address of a place for *organization*, None for one that the portal does not have."""
    word, _, what = (place or "").partition(":")
    if word not in _PLACES:
        return None
    try:
        return _PLACES[word](organization, what)
    except BuildError:
        return None
