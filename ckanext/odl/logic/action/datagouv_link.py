"""Which organization of data.gouv.fr is whose: found by its SIREN, its SIRET or its name, and confirmed by a person."""

from __future__ import annotations

from typing import Any

from ckan import model
from ckan.plugins import toolkit as tk
from ckan.types import Context, DataDict

from ckanext.odl.model import DatagouvLink
from ckanext.odl.model.datagouv import OWN
from ckanext.odl.model.validation import clock

from .. import paging
from ..auth.path import organization_of
from ..datagouv import connection, link_schema, links, organizations


def _visible(context: Context, action: str, data_dict: DataDict) -> model.Group:
    """The organization of a call, whose access is checked; what one may not even read does not exist."""
    try:
        tk.check_access("odl_datagouv_link_show", context, data_dict)
    except tk.NotAuthorized:
        raise tk.ObjectNotFound(tk._("There is no such local authority.")) from None
    tk.check_access(action, context, data_dict)
    return organization_of(data_dict)


@tk.side_effect_free
@tk.validate_action_data(paging.one)
def odl_datagouv_link_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """By which way an organization goes out to data.gouv.fr, and what was last seen of it there.

    :param id: id or name of the organization
    :returns: ``organization``; ``declared``, ``national_id``, ``national_name``, ``national_url``, ``siret`` (its
        organization there); ``mode`` (``own``, or ``carried`` by that of its ATD, which is so unless told),
        ``carried_by`` (None when it has its own, or no ATD), ``feed_url`` (what data.gouv.fr reads for it),
        ``withheld`` and ``withheld_reason``, ``auto_accept``, ``harvester_id``, ``confirmed_by``, ``confirmed_at``;
        ``backcheck``, ``backchecked_at``, ``backcheck_error`` (None: not looked at yet)
    :raises ObjectNotFound: no such organization, or not for this user
    """
    return links.show(_visible(context, "odl_datagouv_link_show", data_dict))


@tk.side_effect_free
@tk.validate_action_data(link_schema.members)
def odl_datagouv_link_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """By which way each member of an ATD goes out, itself first. For its staff.

    :param atd: id or name of the ATD
    :param q: words of the name
    :param way: ``carried``, ``own``, ``withheld``, ``declared`` or ``problem`` (data.gouv.fr could not be read)
    :param start: how many to leave out before; ``rows``: how many at most (20 unless told, 1000 at most)
    :returns: ``count``, ``results`` (as ``odl_datagouv_link_show``, without ``carried_by`` and ``feed_url``) and
        ``totals`` (of all, whatever the filters)
    """
    atd = organization_of({"id": data_dict["atd"]})
    _visible(context, "odl_datagouv_link_show", {"id": atd.id})
    tk.check_access("odl_datagouv_link_list", context, {"atd": atd.id})
    return links.members(atd, data_dict)


@tk.side_effect_free
@tk.validate_action_data(link_schema.search)
def odl_datagouv_organization_search(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Look on data.gouv.fr for the organization of a local authority; a person confirms the right one.

    :param id: id or name of the organization of the portal
    :param q: a SIRET, a SIREN, a name, or the address of a page of data.gouv.fr; its own SIREN and title unless told
    :returns: ``count`` and ``results``: ``id``, ``name``, ``acronym``, ``url``, ``siret``, ``badges`` (words of udata:
        ``certified``, ``local-authority``…), ``datasets`` (how many are public, None when it does not say) and
        ``declared_by`` (the other organization of the portal that has it, or None) each. Several may have the same
        SIRET.
    :raises ValidationError: data.gouv.fr did not answer: the sentence says what to do
    """
    organization = _visible(context, "odl_datagouv_organization_search", data_dict)
    identity = links.identity(organization)
    with connection.said_on("q"):
        found = organizations.search(connection.client(), data_dict.get("q") or "", **identity)
    for one in found:
        other = links.declared_elsewhere(one["id"], organization.id)
        one["url"] = links.organization_url(one["id"])
        one["declared_by"] = {"name": other.name, "title": other.display_name} if other else None
    return {"count": len(found), "results": found}


@tk.validate_action_data(link_schema.update)
def odl_datagouv_link_update(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Say which organization of data.gouv.fr is that of a local authority, and by which way it goes out.

    What is not told stays. An organization and a harvester are read on data.gouv.fr before they are kept: when it does
    not answer, or does not know them, nothing changes.

    :param id: id or name of the organization of the portal
    :param national_id: id (or address of the page) of the organization there; empty takes the declaration back
    :param mode: ``own`` (a harvester of its own) or ``carried`` (by that of its ATD)
    :param auto_accept: whether new datasets come in without review
    :param withheld: whether nothing of it goes out; ``withheld_reason`` says why
    :param harvester_id: id (or address of the page) of the harvester that reads its feed; empty: none
    :returns: as ``odl_datagouv_link_show``
    :raises ValidationError: in a sentence, what to write instead
    """
    organization = _visible(context, "odl_datagouv_link_update", data_dict)
    now = links.show(organization)
    changes = {
        name: data_dict[name] for name in ("mode", "auto_accept", "withheld", "withheld_reason") if name in data_dict
    }
    changes |= _organization(organization, now, data_dict)
    changes |= _harvester(now, changes, data_dict)
    _consistent(now, changes)
    if not changes:
        raise tk.ValidationError({"id": [tk._("Say what is to change.")]})
    session = model.Session()
    user = model.User.get(context.get("user"))
    if "national_id" in changes or "mode" in changes:
        changes |= {"confirmed_by": user.id if user else None, "confirmed_at": clock()}
    DatagouvLink.put(session, organization.id, **changes)
    session.commit()
    session.expire_all()
    return links.show(organization)


def _organization(organization: model.Group, now: dict[str, Any], data_dict: DataDict) -> dict[str, Any]:
    """What changes when another organization of data.gouv.fr is declared, or none any more."""
    if "national_id" not in data_dict:
        return {}
    typed = (data_dict["national_id"] or "").strip()
    wanted = links.national_id_in(typed)
    if typed and not wanted:
        raise tk.ValidationError(
            {"national_id": [tk._("Copy the address of the organization’s page on data.gouv.fr.")]}
        )
    if wanted == now["national_id"]:
        return {}
    # What was seen of the former organization says nothing of the new one.
    forgotten = {"harvester_id": "", "backcheck": None, "backchecked_at": None, "backcheck_error": None}
    if not wanted:
        return {"national_id": "", "national_name": "", "siret": "", "auto_accept": False, **forgotten}
    with connection.said_on("national_id"):
        found = organizations.one(connection.client(), wanted)
    other = links.declared_elsewhere(found["id"], organization.id)
    if other:
        sentence = tk._("“{name}” on data.gouv.fr is already that of {other}: take it back there first.")
        raise tk.ValidationError({"national_id": [sentence.format(name=found["name"], other=other.display_name)]})
    if found["id"] == now["national_id"]:
        return {}
    return {"national_id": found["id"], "national_name": found["name"], "siret": found["siret"], **forgotten}


def _harvester(now: dict[str, Any], changes: dict[str, Any], data_dict: DataDict) -> dict[str, Any]:
    """What changes when a harvester is named: one of the very organization that is declared."""
    if "harvester_id" not in data_dict:
        return {}
    typed = (data_dict["harvester_id"] or "").strip()
    wanted = links.national_id_in(typed)
    if typed and not wanted:
        raise tk.ValidationError({"harvester_id": [tk._("Copy the address of the harvester’s page on data.gouv.fr.")]})
    national_id = changes.get("national_id", now["national_id"])
    if wanted == now["harvester_id"] and "national_id" not in changes:
        return {}
    if not wanted:
        return {"harvester_id": ""}
    if not national_id:
        raise tk.ValidationError(
            {"harvester_id": [tk._("First say which organization of data.gouv.fr it belongs to.")]}
        )
    with connection.said_on("harvester_id"):
        found = connection.client().harvest_source(wanted)
    owner = found.get("organization") or {}
    if owner.get("id") != national_id:
        sentence = tk._("This harvester belongs to “{name}” on data.gouv.fr, not to the organization declared here.")
        raise tk.ValidationError({"harvester_id": [sentence.format(name=owner.get("name") or "?")]})
    return {"harvester_id": str(found["id"])}


def _consistent(now: dict[str, Any], changes: dict[str, Any]) -> None:
    after = {**now, **changes}
    if after["mode"] == OWN and not after["national_id"]:
        name = "national_id" if "national_id" in changes else "mode"
        sentence = tk._("To go out by itself, it needs an organization on data.gouv.fr: find it first.")
        raise tk.ValidationError({name: [sentence]})
    if after["auto_accept"] and not after["national_id"]:
        raise tk.ValidationError({"auto_accept": [tk._("First say which organization of data.gouv.fr to read.")]})
    reason = after["withheld_reason"]
    if after["withheld"] and not reason:
        raise tk.ValidationError({"withheld_reason": [tk._("Say why, in a few words: the local authority reads it.")]})
    if len(reason) > link_schema.LONGEST_REASON:
        raise tk.ValidationError({"withheld_reason": [tk._("Keep the reason under 500 characters.")]})
    if not after["withheld"] and reason:
        changes["withheld_reason"] = ""
