"""What comes in from data.gouv.fr: sources, runs, and the list of what waits for a person."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from ckan import authz, model
from ckan.plugins import toolkit as tk
from ckan.types import Context, DataDict

from ckanext.odl.harvest import run, sources
from ckanext.odl.model import DatagouvRun, Twin
from ckanext.odl.model.datagouv import NATIONAL

from .. import collectivite, paging
from ..datagouv import following, following_schema, review


def _user_id(context: Context) -> str:
    user = model.User.get(context.get("user"))
    return user.id if user else ""


def _followed(names: list[str], atd: model.Group) -> list[str]:
    """The ids of these organizations, all of them the ATD or below it."""
    below = collectivite.descendants(atd) | {atd.id}
    found = [model.Group.get(name) for name in names]
    if any(group is None or group.id not in below for group in found):
        raise tk.ValidationError({"organizations": [tk._("One of these is not a member of your structure.")]})
    return sorted({group.id for group in found if group is not None})


def _atd(name: str) -> model.Group:
    atd = following.organization(name)
    if not collectivite.is_atd(atd):
        raise tk.ValidationError({"atd": [tk._("This organization does not support others.")]})
    return atd


@tk.validate_action_data(following_schema.source_create)
def odl_datagouv_source_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Follow on data.gouv.fr the organizations of a structure's members. For its staff, and that of one above.

    :param atd: id or name of the structure
    :param title: what the source is called
    :param frequency: ``MANUAL``, ``DAILY`` (unless told), ``WEEKLY`` or ``MONTHLY``
    :param organizations: ids or names of the members that are followed; all of them when it is missing. Those are read
        whose organization of data.gouv.fr somebody confirmed.
    :param active: false to keep it from running
    :param skip_harvested: leave out what data.gouv.fr itself collects from another portal
    :returns: as :func:`odl_datagouv_source_show`
    """
    group = following.organization(data_dict["atd"])
    tk.check_access("odl_datagouv_source_create", context, {"atd": group.id})
    atd = _atd(group.id)
    values = {name: data_dict[name] for name in ("title", "frequency", "active", "skip_harvested")}
    names = data_dict.get("organizations")
    chosen = None if names is None else _followed(names, atd)
    id_ = sources.put(None, _user_id(context), atd_id=atd.id, organization_ids=chosen, **values)
    return following.source_dict(following.source(id_))


@tk.validate_action_data(following_schema.source_update)
def odl_datagouv_source_update(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Change a source; what is not given stays. For those who may create it.

    :param id: its id
    :param title, frequency, organizations, active, skip_harvested: as for :func:`odl_datagouv_source_create`
    :param all_members: true to follow all members
    :returns: as :func:`odl_datagouv_source_show`
    """
    source = following.source(data_dict["id"])
    tk.check_access("odl_datagouv_source_update", context, {"id": source.id})
    values = {name: data_dict[name] for name in ("title", "frequency", "active", "skip_harvested") if name in data_dict}
    if data_dict.get("all_members"):
        values["organization_ids"] = None
    elif data_dict.get("organizations") is not None:
        values["organization_ids"] = _followed(data_dict["organizations"], following.organization(source.atd_id))
    sources.put(source.id, **values)
    return following.source_dict(following.source(source.id))


@tk.side_effect_free
@tk.validate_action_data(paging.one)
def odl_datagouv_source_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return a source with its last run.

    :param id: its id
    :returns: ``id``, ``title``, ``atd`` (``id``, ``name``, ``title``), ``frequency``, ``active``, ``skip_harvested``,
        ``all_members``, ``organizations`` (those that are read, with ``national_id`` and ``national_name``),
        ``not_declared`` (those whose organization of data.gouv.fr nobody confirmed), ``created``, ``last_run``
    """
    source = following.source(data_dict["id"])
    tk.check_access("odl_datagouv_source_show", context, {"id": source.id})
    return following.source_dict(source)


@tk.side_effect_free
@tk.validate_action_data(following_schema.source_list)
def odl_datagouv_source_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """Return the sources that the person looks after.

    :param atd: only those of this structure (id or name)
    :returns: as :func:`odl_datagouv_source_show`, each
    """
    atd = following.organization(data_dict["atd"]).id if data_dict.get("atd") else None
    tk.check_access("odl_datagouv_source_list", context, {"atd": atd})
    atds = [atd] if atd else following.atds_of(context.get("user"))
    return [following.source_dict(source) for source in sources.of_atds(atds)]


@tk.validate_action_data(following_schema.run)
def odl_datagouv_run(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Have a source run in the background. One that is waiting or running is not run twice.

    :param id: id of the source
    :param confirm_removals: let it go on even when more than a fifth is no longer there
    :returns: ``id`` and ``state`` of the run
    :raises ValidationError: the source is switched off
    """
    source = following.source(data_dict["id"])
    tk.check_access("odl_datagouv_run", context, {"id": source.id})
    if not source.active:
        raise tk.ValidationError({"id": [tk._("This source is switched off.")]})
    id_ = run.ask(source.id, _user_id(context), confirmed=data_dict["confirm_removals"])
    run.send()
    asked = model.Session.get(DatagouvRun, id_, populate_existing=True)
    return {"id": id_, "state": asked.state if asked else None}


@tk.side_effect_free
@tk.validate_action_data(following_schema.run_list)
def odl_datagouv_run_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return runs, the newest first.

    :param source: only those of this source
    :param atd: only those of the sources of this structure (id or name)
    :param rows: how many (20 unless told, 100 at most)
    :param start: how many are passed over
    :returns: ``count`` and ``results``: ``id``, ``source_id``, ``state`` (waiting, running, done, incomplete, stopped),
        ``asked_by``, ``asked``, ``started``, ``finished``, ``confirmed``, ``progress`` (``phase``, ``done``,
        ``total``), ``counts``, ``problems`` (``code``, ``sentence``, ``remedy``, …) each
    """
    if data_dict.get("source"):
        source = following.source(data_dict["source"])
        tk.check_access("odl_datagouv_run_list", context, {"source": source.id})
        ids: list[str] | None = [source.id]
    else:
        atd = following.organization(data_dict["atd"]).id if data_dict.get("atd") else None
        tk.check_access("odl_datagouv_run_list", context, {"atd": atd})
        atds = [atd] if atd else following.atds_of(context.get("user"))
        ids = None if atds is None else [source.id for source in sources.of_atds(atds)]
    return following.run_list(ids, rows=data_dict["rows"], start=data_dict["start"])


@tk.side_effect_free
@tk.validate_action_data(following_schema.run_show)
def odl_datagouv_run_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return a run with what it changed.

    :param id: its id
    :param rows: how many of its datasets (20 unless told, 100 at most)
    :param start: how many of them are passed over
    :returns: as in :func:`odl_datagouv_run_list`, and ``changes``: ``count`` and ``results`` (``national_id``,
        ``what``: added, updated, review, flagged, deleted, errored; ``changed``: names of fields)
    """
    found = model.Session.get(DatagouvRun, data_dict["id"], populate_existing=True)
    if found is None:
        raise tk.ObjectNotFound(tk._("There is no such run."))
    tk.check_access("odl_datagouv_run_show", context, {"source": found.source_id})
    listed = following.run_dict(found, {})
    return {**listed, "changes": following.changes(found.id, rows=data_dict["rows"], start=data_dict["start"])}


@tk.side_effect_free
@tk.validate_action_data(following_schema.review_list)
def odl_datagouv_review_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return datasets of data.gouv.fr by what was decided of them. For the staff of the structure above.

    :param id: id or name of a structure (its members too) or of one local authority
    :param state: ``review`` (unless told), ``imported``, ``linked``, ``ignored``, ``flagged``, ``archived``
    :param ids: national ids; only these, in whatever state they are
    :param q: words of the title
    :param rows, start: part of the list (20 unless told, 100 at most)
    :returns: ``count``, ``totals`` (by state) and ``results``: ``national_id``, ``title``, ``url``, ``organization``,
        ``national_organization``, ``state``, ``description``, ``files``, ``license_id``, ``quality``, ``package``,
        ``differences``, ``candidates`` (``id``, ``name``, ``title``, ``why``), ``local_fields``, dates, ``decided_by``,
        ``problem`` each
    """
    organization = following.organization(data_dict["id"])
    tk.check_access("odl_datagouv_review_list", context, {"id": organization.id})
    ids = {organization.id}
    if collectivite.is_atd(organization):
        ids |= collectivite.descendants(organization)
    return review.found(
        sorted(ids),
        data_dict["state"],
        data_dict.get("q") or "",
        ids=data_dict.get("ids"),
        start=data_dict["start"],
        rows=data_dict["rows"],
    )


@tk.validate_action_data(following_schema.review_decide)
def odl_datagouv_review_decide(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Decide of datasets of data.gouv.fr. For the staff of the structure above each of their local authorities.

    :param ids: national ids (500 at most)
    :param decision: ``accept`` (it comes in), ``ignore`` (for good), ``twin`` (it is ``package_id``), ``reconsider``
    :param package_id: id or name of the dataset that it is, one of the same local authority
    :returns: ``results``: by national id, ``state`` and ``package_id``, or ``error`` (a sentence)
    :raises NotAuthorized: one of them is not for this person to decide; nothing is then decided of any
    """
    table = Twin.__table__
    chosen = sa.select(Twin).where(table.c.national_id.in_(data_dict["ids"]), table.c.origin == NATIONAL)
    twins = {twin.national_id: twin for twin in model.Session.scalars(chosen.execution_options(populate_existing=True))}
    organization_ids = sorted({twin.organization_id for twin in twins.values()})
    tk.check_access("odl_datagouv_review_decide", context, {"organizations": organization_ids})
    if missing := [id_ for id_ in data_dict["ids"] if id_ not in twins]:
        raise tk.ObjectNotFound(tk._("These datasets are not in the list: {ids}.").format(ids=", ".join(missing[:3])))
    package = _twin_package(context, data_dict, list(twins.values())) if data_dict["decision"] == review.SAME else None
    ordered = [twins[id_] for id_ in data_dict["ids"]]
    return {"results": review.decide(ordered, data_dict["decision"], _user_id(context), package)}


def _twin_package(context: Context, data_dict: DataDict, twins: list[Twin]) -> Any:
    """The dataset that is said to be the same; of the same local authority, and one that the person may change."""
    refused: Any = {"package_id": [tk._("Choose one dataset of the same local authority.")]}
    package: Any = model.Package.get(data_dict.get("package_id") or "")
    if package is None or len(twins) != 1 or package.owner_org != twins[0].organization_id:
        raise tk.ValidationError(refused)
    is_theirs = authz.is_authorized("package_update", tk.fresh_context(context), {"id": package.id}).get("success")
    if not is_theirs or package.state != model.State.ACTIVE or package.type != "dataset":
        raise tk.ValidationError(refused)
    taken = [twin for twin in Twin.of_package(model.Session(), package.id) if twin.national_id != twins[0].national_id]
    if any(twin.origin == NATIONAL and twin.state not in ("linked",) for twin in taken):
        raise tk.ValidationError({"package_id": [tk._("This dataset came from data.gouv.fr itself.")]})
    return package
