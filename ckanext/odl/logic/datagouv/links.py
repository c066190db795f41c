"""Which organization of data.gouv.fr is whose, and by which way the datasets of each collectivité go out."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from ckan import authz, model
from ckan.model.group import group_table
from ckan.plugins import toolkit as tk

from ckanext.odl import config
from ckanext.odl.logic import collectivite
from ckanext.odl.logic.overview import fold
from ckanext.odl.logic.path import acting, reach
from ckanext.odl.model import DatagouvLink
from ckanext.odl.model.datagouv import CARRIED, OWN

_LINK = DatagouvLink.__table__
_GROUP: Any = group_table

#: What narrows the list of members: by which way they go out, or what is to be seen to.
WAYS = ("carried", "own", "withheld", "problem", "declared")
#: An id of data.gouv.fr (of an organization, a dataset, a harvester).
_NATIONAL_ID = re.compile(r"[0-9a-f]{24}")


def may_update(user_name: str | None, organization: model.Group) -> bool:
    """Whether a person says how a collectivité goes out: staff of an ATD above, of the ATD itself, sysadmins."""
    if not user_name:
        return False
    if authz.is_sysadmin(user_name) or collectivite.staff_of(user_name, organization):
        return True
    return collectivite.may_see_dashboard(user_name, organization)


# -- addresses


def organization_url(national_id: str) -> str:
    """The page of an organization on data.gouv.fr."""
    return f"{config.datagouv_url()}/organizations/{national_id}" if national_id else ""


def dataset_url(national_id: str) -> str:
    """The page of a dataset on data.gouv.fr; by its id, for the rest of its address follows the title."""
    return f"{config.datagouv_url()}/datasets/{national_id}" if national_id else ""


def feed_url(organization_name: str) -> str:
    """The address that data.gouv.fr reads, whole and without a language: it accepts no redirect."""
    root = (tk.config.get("ckan.root_path") or "").replace("/{{LANG}}", "").rstrip("/")
    return f"{tk.config['ckan.site_url'].rstrip('/')}{root}/odl/dcat/{organization_name}.rdf"


def national_id_in(text: str) -> str:
    """The id, or the last part of a page's address, that a person copied from data.gouv.fr; empty when unusable."""
    text = text.strip()
    if "/" in text:
        parts = [part for part in urlsplit(text).path.split("/") if part]
        known = [part for part in parts if _NATIONAL_ID.fullmatch(part)]
        text = known[-1] if known else (parts[-1] if parts else "")
    return text if re.fullmatch(r"[\w.-]{1,128}", text) else ""


# -- one


def show(organization: model.Group) -> dict[str, Any]:
    """By which way one collectivité goes out, and what was last seen of it there.

    :returns: see :func:`ckanext.odl.logic.action.datagouv_link.odl_datagouv_link_show`
    """
    row = model.Session.get(DatagouvLink, organization.id)
    values = _values(row.__dict__ if row else {})
    carrier = None if values["mode"] == OWN else _carrier(organization)
    out = organization.name if values["mode"] == OWN or carrier is None else carrier["name"]
    return {
        "organization": _named(organization),
        **values,
        "carried_by": carrier,
        "feed_url": feed_url(out),
    }


def _named(group: Any) -> dict[str, str]:
    return {"id": group.id, "name": group.name, "title": group.title or group.name}


def _carrier(organization: model.Group) -> dict[str, Any] | None:
    """The ATD whose harvester carries *organization*: itself when it is one, else the nearest above."""
    atd = organization if collectivite.is_atd(organization) else collectivite.atd_of(organization)
    if atd is None:
        return None
    link = model.Session.get(DatagouvLink, atd.id)
    national_id = link.national_id if link else ""
    return {
        **_named(atd),
        "national_id": national_id,
        "national_name": link.national_name if link else "",
        "national_url": organization_url(national_id),
        "harvester_id": link.harvester_id if link else "",
    }


def _values(row: Any) -> dict[str, Any]:
    """The columns as the API gives them; of an organization without a row, what is so by default."""
    confirmed_at, backchecked_at = row.get("confirmed_at"), row.get("backchecked_at")
    national_id = row.get("national_id") or ""
    return {
        "declared": bool(national_id),
        "national_id": national_id,
        "national_name": row.get("national_name") or "",
        "national_url": organization_url(national_id),
        "siret": row.get("siret") or "",
        "mode": row.get("mode") or CARRIED,
        "auto_accept": bool(row.get("auto_accept")),
        "withheld": bool(row.get("withheld")),
        "withheld_reason": row.get("withheld_reason") or "",
        "harvester_id": row.get("harvester_id") or "",
        "confirmed_by": row.get("confirmed_by"),
        "confirmed_at": confirmed_at.isoformat() if confirmed_at else None,
        "backcheck": row.get("backcheck"),
        "backchecked_at": backchecked_at.isoformat() if backchecked_at else None,
        "backcheck_error": row.get("backcheck_error"),
    }


# -- many


def members(atd: model.Group, asked: dict[str, Any]) -> dict[str, Any]:
    """A page of those that an ATD supports, itself first, with the way of each (three queries).

    :param asked: ``q``, ``way`` (one of :data:`WAYS`), ``start``, ``rows``
    :returns: ``count``, ``results`` (as :func:`show` without ``carried_by`` and ``feed_url``) and ``totals`` by way
    """
    everyone = sa.or_(_GROUP.c.id == atd.id, _GROUP.c.id.in_(reach.below([atd.id])))
    joined = _GROUP.outerjoin(_LINK, _LINK.c.organization_id == _GROUP.c.id)
    there = sa.and_(_GROUP.c.state == "active", everyone)
    conditions = [there]
    if asked.get("way"):
        conditions.append(_is(asked["way"]))
    words = fold(asked.get("q") or "").split()
    title = sa.func.lower(sa.func.coalesce(sa.func.nullif(_GROUP.c.title, ""), _GROUP.c.name))
    conditions += [_folded(title).contains(word, autoescape=True) for word in words]
    count = model.Session.execute(sa.select(sa.func.count()).select_from(joined).where(*conditions)).scalar_one()
    columns = [_GROUP.c.id, _GROUP.c.name, _GROUP.c.title, *(c for c in _LINK.c if c.name != "organization_id")]
    rows = model.Session.execute(
        sa.select(*columns)
        .select_from(joined)
        .where(*conditions)
        .order_by(_GROUP.c.id != atd.id, _folded(title), _GROUP.c.id)
        .offset(asked["start"])
        .limit(asked["rows"])
    ).mappings()
    return {
        "count": count,
        "results": [
            {
                "organization": {"id": row["id"], "name": row["name"], "title": row["title"] or row["name"]},
                **_values(row),
            }
            for row in rows
        ],
        "totals": _totals(joined, there),
    }


def _folded(column: Any) -> Any:
    """As :func:`~ckanext.odl.logic.overview.fold` does, in the database, for the letters of French."""
    return sa.func.translate(column, "àâäçéèêëîïôöùûüÿ", "aaaceeeeiioouuuy")


def _is(way: str) -> Any:
    own = sa.func.coalesce(_LINK.c.mode, CARRIED) == OWN
    withheld = sa.func.coalesce(_LINK.c.withheld, sa.false())
    return {
        "carried": sa.and_(sa.not_(own), sa.not_(withheld)),
        "own": sa.and_(own, sa.not_(withheld)),
        "withheld": withheld,
        "declared": sa.func.coalesce(_LINK.c.national_id, "") != "",
        # as stored: JSON's own null is not the database's
        "problem": sa.and_(_LINK.c.backcheck_error.isnot(None), sa.cast(_LINK.c.backcheck_error, sa.Text) != "null"),
    }[way]


def _totals(joined: Any, there: Any) -> dict[str, int]:
    figures = [sa.func.count().filter(_is(way)).label(way) for way in WAYS]
    row = model.Session.execute(
        sa.select(sa.func.count().label("organizations"), *figures).select_from(joined).where(there)
    ).mappings()
    return dict(row.one())


def declared_elsewhere(national_id: str, organization_id: str) -> model.Group | None:
    """The other organization of the portal that has this organization of data.gouv.fr, None when it is free."""
    group: Any = model.Group
    return model.Session.scalars(
        sa.select(group)
        .join(_LINK, _LINK.c.organization_id == group.id)
        .where(_LINK.c.national_id == national_id, group.id != organization_id, group.state == model.State.ACTIVE)
    ).first()


def identity(organization: model.Group) -> dict[str, str]:
    """What one would search it by: its SIREN and its title."""
    return {
        "siren": collectivite.fields(organization).get("odl_siren") or "",
        "title": organization.title or organization.name,
    }


def names_of(user_ids: list[str | None]) -> dict[str, str]:
    """The names of those who confirmed, by id."""
    return acting.names_of(user_ids, ())
