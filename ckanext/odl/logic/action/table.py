"""A small table typed on a page: checked at once, kept as a deposit."""

from __future__ import annotations

import json
from typing import Any

from ckan import types
from ckan.plugins import toolkit as tk

from ckanext.odl.language import language
from ckanext.odl.logic import schema, table
from ckanext.odl.logic.action.prefilled import organization_for
from ckanext.odl.logic.prefilled import listing
from ckanext.odl.scdl import NotATable, UnknownSchema


def _asked(data_dict: dict[str, Any], accepts: Any) -> dict[str, Any]:
    """The validated parameters; CKAN's validation would take the rows apart, and they are looked at one by one later.

    :raises ValidationError: a parameter is missing
    """
    rows = data_dict.get("rows")
    if isinstance(rows, str):  # over multipart/form-data everything is text
        try:
            rows = json.loads(rows)
        except (ValueError, RecursionError):
            rows = None
    rest = {name: value for name, value in data_dict.items() if name != "rows"}
    data, errors = tk.navl_validate(rest, accepts())
    if errors:
        raise tk.ValidationError(errors)
    return {**data, "rows": rows}


def _model(group: Any, data_dict: dict[str, Any], spoken: str) -> dict[str, Any]:
    try:
        return listing.one(group, data_dict["schema"], spoken, listing.today())
    except (UnknownSchema, NotATable):
        raise tk.ValidationError({"schema": [tk._("The portal knows no such model.")]}) from None


def odl_table_check(context: types.Context, data_dict: types.DataDict) -> types.ActionResult.AnyDict:
    """Check the rows of a small table. Nothing is stored.

    :param id: id or name of the organization whose table it is
    :param schema: id of the model
    :param rows: list of objects, column → text; at most 200
    :param language: ``fr`` or ``en``
    :returns: ``status`` (as in a report, or ``empty``), ``rows`` (as they would be kept), ``filled``, ``good``,
        ``changed`` (cells written otherwise than typed), ``errors``, ``cells`` (``row`` from 0, ``column``,
        ``message``), ``lines`` (``row``, ``message``), ``general``
    :raises ObjectNotFound: no such organization, or not for this user
    :raises NotAuthorized: the user may not publish for it
    :raises ValidationError: no such model, rows that are none, too many
    """
    data_dict = _asked(data_dict, schema.table_check)
    group = organization_for(context, data_dict["id"], "odl_table_check", data_dict)
    spoken = data_dict.get("language") or language()
    found = _model(group, data_dict, spoken)
    return table.check(group, found["id"], data_dict["rows"], found["cells"], spoken).to_dict()


def odl_table_save(context: types.Context, data_dict: types.DataDict) -> types.ActionResult.AnyDict:
    """Keep a small table as the file of a deposit: a new one, or the next state of one that is not published yet.

    :param id: id or name of the organization whose table it is
    :param schema: id of the model
    :param rows: list of objects, column → text; rows that nobody filled in are left out
    :param deposit: id of the deposit that is taken up again
    :returns: ``deposit`` (its id), ``rows`` (how many were kept)
    :raises ObjectNotFound: no such organization or deposit, or not for this user
    :raises NotAuthorized: the user may not publish for it
    :raises ValidationError: nothing to keep, no such model, too many rows, a deposit of somebody else
    """
    data_dict = _asked(data_dict, schema.table_save)
    group = organization_for(context, data_dict["id"], "odl_table_save", data_dict)
    found = _model(group, data_dict, data_dict.get("language") or language())
    upload, count = table.as_file(group, found["id"], data_dict["rows"], found["cells"], found["year"])
    deposit = data_dict.get("deposit")
    if deposit:
        known = tk.get_action("odl_deposit_show")(tk.fresh_context(context), {"id": deposit})
        if known["organization"]["id"] != group.id:
            raise tk.ObjectNotFound(tk._("This deposit does not exist, or is not open to you."))
        tk.get_action("odl_deposit_file_add")(
            tk.fresh_context(context), {"id": deposit, "upload": upload, "kind": "typed"}
        )
    else:
        created = tk.get_action("odl_deposit_create")(
            tk.fresh_context(context),
            {"organization": group.id, "upload": upload, "schema": found["id"], "kind": "typed"},
        )
        deposit = created["id"]
    return {"deposit": deposit, "rows": count}
