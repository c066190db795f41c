"""The form of a new collection: which file, from whom among the members, by when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from ckan.common import current_user
from ckan.plugins import toolkit as tk

from ckanext.odl.logic import collectivite, reference
from ckanext.odl.logic.campaign import already, links
from ckanext.odl.logic.overview import fold
from ckanext.odl.views.atd_list import kinds

_DAYS = 42
FILTERS = ("name", "kind", "department", "group", "published")
#: Buttons that change the list of members and send nothing.
NARROW, TICK, UNTICK = "filter", "tick", "untick"


def asked(typed: Mapping[str, str]) -> dict[str, Any]:
    """The parameters of ``odl_campaign_create`` in what was typed, but for the members."""
    found: dict[str, Any] = {key: typed.get(key, "") for key in ("schema", "period", "due_on")}
    return {**found, "contact": {key: typed.get(f"contact_{key}", "") for key in ("name", "email", "phone")}}


def page(
    group: Any, typed: Mapping[str, str], errors: Mapping[str, Any], ticked: list[str] | None = None
) -> dict[str, Any]:
    """What the form shows: the members that the filters leave, and those that were ticked whatever the filters."""
    today = links.today()
    staff: Any = current_user
    person = {"contact_name": staff.display_name, "contact_email": staff.email or ""}
    default = {"due_on": (today + dt.timedelta(days=_DAYS)).isoformat(), "period": str(today.year - 1), **person}
    values = {**default, **typed}
    places = [_place(child) for child in collectivite.members_below(group)]
    published = _published(values, places)
    shown = [place for place in places if _is_left(place, values, published)]
    names, chosen = {place["name"] for place in shown}, set(ticked or ())
    if typed.get("do") == TICK:
        chosen |= names
    elif typed.get("do") == UNTICK:
        chosen -= names
    return {
        "atd": group,
        "typed": values,
        "ticked": chosen,
        "problems": errors,
        "places": places,
        "shown": [{**place, "published": place["id"] in published} for place in shown],
        "hidden": [place["name"] for place in places if place["name"] in chosen - names],
        "filters": _choices(places),
        "is_narrowed": any(values.get(f"filter_{name}") for name in FILTERS),
        "models": tk.h.odl_schema_groups(None),
    }


def _place(child: Any) -> dict[str, str]:
    fields = collectivite.fields(child)
    return {
        "id": child.id,
        "name": child.name,
        "title": child.display_name,
        "kind": fields.get("odl_kind") or "",
        "department": reference.department(fields),
        "group": fields.get("odl_group") or "",
    }


def _published(values: Mapping[str, str], places: list[dict[str, str]]) -> set[str]:
    """The members that have published a file of this model for this period (any file of it when there is no period)."""
    ids = [place["id"] for place in places]
    schema_id = values.get("schema", "").partition("@")[0]
    ever = dt.datetime(1970, 1, 1, tzinfo=dt.timezone.utc)
    return set(already.published(schema_id, values["period"], ids, ever))


def _is_left(place: dict[str, str], values: Mapping[str, str], published: set[str]) -> bool:
    wanted = {name: values.get(f"filter_{name}") or "" for name in FILTERS}
    if wanted["name"] and fold(wanted["name"]) not in fold(place["title"]):
        return False
    if wanted["published"] and (place["id"] in published) != (wanted["published"] == "yes"):
        return False
    return all(not wanted[name] or wanted[name] == place[name] for name in ("kind", "department", "group"))


def _choices(places: list[dict[str, str]]) -> list[dict[str, Any]]:
    """The drop-down lists that have something to choose between."""
    words = kinds()
    labels = [("kind", tk._("Kind"), tk._("All kinds")), ("group", tk._("Group"), tk._("All groups"))]
    labels.insert(1, ("department", tk._("Département"), tk._("All départements")))
    found = []
    for name, label, everything in labels:
        present = sorted({place[name] for place in places} - {""})
        if len(present) > 1 or (present and not all(place[name] for place in places)):
            options = [(value, words.get(value, value) if name == "kind" else value) for value in present]
            found.append({"name": name, "label": label, "all": everything, "options": options})
    return found
