"""The search in the official list for those whose browser runs no script: the form comes back with the answers."""

from __future__ import annotations

from typing import Any

from ckan.lib.navl import dictization_functions as navl
from ckan.logic import clean_dict, parse_params, tuplize_dict
from ckan.plugins import toolkit as tk
from ckan.views.group import CreateGroupView, EditGroupView
from flask import Blueprint

from ckanext.odl.views import csrf

odl_territory = Blueprint("odl_territory", __name__, url_prefix="/odl/territoire")
csrf.protect(odl_territory)

_TYPE = "organization"


@odl_territory.route("/choisir", methods=["GET", "POST"])
@odl_territory.route("/choisir/<id>", methods=["GET", "POST"])
def choose(id: str | None = None) -> Any:
    """Give the form of an organization back as it was typed, with the answers to its search; nothing is stored."""
    if tk.request.method != "POST":
        return tk.redirect_to("organization.edit", id=id) if id else tk.redirect_to("organization.new")
    data = _typed()
    if id:
        data["id"] = id
        return EditGroupView().get(id, _TYPE, True, data=data)
    return CreateGroupView().get(_TYPE, True, data=data)


def _typed() -> dict[str, Any]:
    """What stands in the form, as CKAN reads it."""
    try:
        data = clean_dict(navl.unflatten(tuplize_dict(parse_params(tk.request.form))))
    except navl.DataError:
        tk.abort(400, tk._("The form could not be read. Go back and try again."))
    data.pop("odl_search", None)
    data.setdefault("odl_find", "")
    return {**data, "type": _TYPE}
