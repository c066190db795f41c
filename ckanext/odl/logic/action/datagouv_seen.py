"""What arrived on data.gouv.fr of what left: asking for a look, and reading what the last one found."""

from __future__ import annotations

from typing import Any

from ckan import model
from ckan.plugins import toolkit as tk
from ckan.types import Context, DataDict, Schema, Validator

from ckanext.odl import config

from ..auth.path import organization_of
from ..datagouv import carriers, looking, seen
from ..path import acting


@tk.validator_args
def _one(not_empty: Validator, unicode_safe: Validator, ignore: Validator) -> Schema:
    return {"id": [not_empty, unicode_safe], "__extras": [ignore]}


@tk.validate_action_data(_one)
def odl_datagouv_backcheck(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Have data.gouv.fr looked at again: what arrived there, what was lost, what was refused.

    The work is done by a worker; for a local authority that its ATD carries it is done for all that the ATD carries,
    and for an ATD also for those of its members that have a harvester of their own. Asked twice, it is done once.

    :param id: id or name of the organization
    :returns: ``queued``: ids of the organizations whose harvesters are looked at
    :raises ValidationError: the links are switched off, or nobody is declared on data.gouv.fr
    """
    organization = _visible(context, "odl_datagouv_backcheck", data_dict)
    if not config.datagouv_enabled():
        raise tk.ValidationError({"id": [tk._("The links with data.gouv.fr are switched off on this portal.")]})
    wanted = carriers.all_of(organization)
    if not wanted:
        raise tk.ValidationError({"id": [tk._("No organization of data.gouv.fr is declared for it yet.")]})
    return {"queued": looking.ask(wanted)}


@tk.side_effect_free
@tk.validate_action_data(_one)
def odl_datagouv_backcheck_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return what the last look at data.gouv.fr found of an organization. For its members.

    :param id: id or name of the organization
    :returns: ``organization``; ``carrier`` (by whose harvester it goes out, None: nobody is declared there);
        ``looked_at`` (None: never), ``waiting`` (a look was asked for), ``error`` (why the last one failed: ``code``,
        ``sentence``, ``remedy``, ``at``; what else is told is then of ``looked_at``); ``harvester`` (``state``,
        ``sentence``, ``remedy``, ``address``, ``name``, ``url``, ``started``, ``ended``, ``items`` by status,
        ``problems``); ``counts`` of its datasets by state, and ``with_losses``, ``with_duplicates``; ``totals`` (the
        same of all whom it carries, None when it carries nobody); ``datasets``: ``id``, ``name``, ``title``,
        ``state``, ``label``, ``sentence``, ``remedy``, ``url``, how many ``losses`` and ``duplicates``, ``late``,
        ``problems``
    """
    return seen.of_organization(_visible(context, "odl_datagouv_backcheck_show", data_dict))


def _visible(context: Context, action: str, data_dict: DataDict) -> model.Group:
    """The organization of a call, whose access is checked; what one may not even read does not exist."""
    try:
        tk.check_access("odl_datagouv_backcheck_show", context, data_dict)
    except tk.NotAuthorized:
        raise tk.ObjectNotFound(tk._("There is no such local authority.")) from None
    tk.check_access(action, context, data_dict)
    return organization_of(data_dict)


@tk.side_effect_free
@tk.validate_action_data(_one)
def odl_datagouv_twin_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return what data.gouv.fr holds of a dataset, as it was last seen. For whoever sees the dataset.

    :param id: id or name of the dataset
    :returns: ``state`` (``arrived``, ``failed``, ``skipped``, ``archived``, ``missing``, ``waiting``, ``left``,
        ``withheld``, ``unknown``) with ``label``, ``sentence`` and ``remedy``; ``national_id``, ``title`` and ``url``
        there (empty when it is not there), ``came_from`` (it was brought in from there), ``since``, ``collected``
        (when it was last read from here), ``looked_at`` (None: never), ``owner`` there (``id``, ``name``), ``metrics``
        (``reuses``, ``discussions``, ``discussions_open``, ``views``, ``downloads``, ``followers``), ``reuses`` and
        ``discussions`` (``title``, ``url``, ``on``, ``closed``; ten at most). For those who work for its organization
        also ``error`` (why the last look failed), ``late`` (it changed since it was read), ``compared`` (whether what
        was lost is known), ``losses`` (``field``, ``kind``, ``sentence``, ``remedy``, ``ours``, ``theirs``, ``file``,
        ``name``), ``problems`` and ``duplicates``
    :raises ObjectNotFound: no such dataset, or not for this user
    """
    try:
        tk.check_access("odl_datagouv_twin_show", context, data_dict)
    except (tk.NotAuthorized, tk.ObjectNotFound):
        raise tk.ObjectNotFound(tk._("There is no such dataset.")) from None
    package = model.Package.get(data_dict["id"])
    if package is None:
        raise tk.ObjectNotFound(tk._("There is no such dataset."))
    inside = bool(package.owner_org) and acting.may_read(context.get("user"), package.owner_org or "")
    return seen.of_dataset({"id": package.id, "owner_org": package.owner_org}, inside=inside)
