"""Models with what is known of a collectivité in place, and the catalogue of her own datasets."""

from __future__ import annotations

from typing import Any

from ckan import authz, model, types
from ckan.plugins import toolkit as tk

from ckanext.odl.language import language
from ckanext.odl.logic import own_catalogue, schema
from ckanext.odl.logic.path import acting
from ckanext.odl.logic.prefilled import listing
from ckanext.odl.scdl import NotATable, UnknownSchema


def organization_for(context: types.Context, id_: str, action: str, data_dict: types.DataDict) -> Any:
    """The active organization *id_*; for those who may not even read it, there is none.

    :raises ObjectNotFound: no such organization, or not for this person
    :raises NotAuthorized: they work for it and may not do that
    """
    group: Any = model.Group.get(id_)
    nothing = tk.ObjectNotFound(tk._("This page does not exist, or is not open to you."))
    if group is None or not group.is_organization or group.state != model.State.ACTIVE:
        raise nothing
    if not context.get("ignore_auth") and not acting.may_read(context.get("user"), group.id):
        raise nothing
    tk.check_access(action, context, data_dict)
    return group


@tk.side_effect_free
@tk.validate_action_data(schema.template_list)
def odl_template_list(context: types.Context, data_dict: types.DataDict) -> types.ActionResult.AnyDict:
    """The models that a collectivité can fill in, those that are usual for her first.

    :param id: id or name of the organization
    :param language: ``fr`` or ``en``
    :returns: ``siret`` (``number``, ``source``: ``stored``, ``datagouv``, ``file`` or "", ``name``) and ``models``:
        ``id``, ``title``, ``version``, ``usual``, ``is_list``, ``typed``, ``year``, ``columns``, ``filled`` (columns in
        place), ``last`` (``resource_id``, ``package_id``, ``title``, ``period`` of the file to bring forward, or null)
    :raises ObjectNotFound: no such organization, or not for this user
    """
    group = organization_for(context, data_dict["id"], "odl_template_list", data_dict)
    found = listing.of(group, data_dict.get("language") or language(), listing.today())
    return {"siret": _siret(found["siret"]), "models": [_public(entry) for entry in found["models"]]}


@tk.side_effect_free
@tk.validate_action_data(schema.template_show)
def odl_template_show(context: types.Context, data_dict: types.DataDict) -> types.ActionResult.AnyDict:
    """One model for one collectivité.

    :param id: id or name of the organization
    :param schema: id of the model
    :param language: ``fr`` or ``en``
    :returns: as an entry of ``odl_template_list``, with ``cells`` (what is in place, by column), ``lacking`` (whether
        it asks for a SIRET that nobody has told) and ``siret``
    :raises ObjectNotFound: no such organization or model, or not for this user
    """
    group = organization_for(context, data_dict["id"], "odl_template_show", data_dict)
    try:
        found = listing.one(group, data_dict["schema"], data_dict.get("language") or language(), listing.today())
    except (UnknownSchema, NotATable):
        raise tk.ObjectNotFound(tk._("The portal knows no such model.")) from None
    return {
        **_public(found),
        "cells": found["cells"],
        "lacking": found["lacking"],
        "siret": _siret(found["siret"]),
    }


@tk.validate_action_data(schema.catalogue_update)
def odl_catalogue_update(context: types.Context, data_dict: types.DataDict) -> types.ActionResult.AnyDict:
    """Have the catalogue of a collectivité's datasets published and kept up to date, or stop that.

    Stopped, the dataset stays as it is.

    :param id: id or name of the organization
    :param on: whether to publish it
    :returns: ``on``, ``package_id`` (of the dataset, or null)
    :raises ObjectNotFound: no such organization, or not for this user
    :raises NotAuthorized: the user works for it and may not edit it
    :raises ValidationError: on ``siret``: nobody has told the SIRET that the model asks for
    """
    group = organization_for(context, data_dict["id"], "odl_catalogue_update", data_dict)
    if data_dict["on"]:
        own_catalogue.be_possible(group)
    patch = {"id": group.id, "odl_catalogue": data_dict["on"]}
    tk.get_action("organization_patch")(tk.fresh_context(context), patch)
    if data_dict["on"]:
        own_catalogue.restore(group.id)
        own_catalogue.keep(group.id)
    found = own_catalogue.published(group.id)
    return {"on": data_dict["on"], "package_id": found.id if found else None}


def may_publish(context: types.Context, organization_id: str) -> bool:
    """Whether a person may publish for an organization."""
    return authz.has_user_permission_for_group_or_org(organization_id, context.get("user"), "create_dataset")


def _siret(siret: Any) -> dict[str, str]:
    return {"number": siret.number, "source": siret.source, "name": siret.name}


def _public(entry: dict[str, Any]) -> dict[str, Any]:
    names = ("id", "title", "description", "version", "usual", "is_list", "typed", "year", "columns", "filled")
    last = entry["last"]
    return {
        **{name: entry[name] for name in names},
        "last": {
            "resource_id": last.resource["id"],
            "package_id": last.package_id,
            "title": last.title,
            "period": last.period,
        }
        if last
        else None,
    }
