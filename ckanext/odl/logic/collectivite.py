"""Who animates whom: ATDs, their members and their staff, read from CKAN's own group hierarchy.

An organization names its parent in CKAN's ``groups``; an ATD is an organization whose ``odl_is_atd`` is true. ATD staff
of a collectivité are the admins and editors of an ATD above it. Each function costs one query, whatever the number of
members, unless said otherwise.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from ckan import authz, model
from ckan.plugins import toolkit as tk
from sqlalchemy.orm.util import identity_key

from ckanext.odl.model import extras

STAFF_ROLES = ("admin", "editor")
ORGANIZATION = "organization"


def fields(organization: model.Group) -> Mapping[str, str]:
    """Return the stored fields that are not CKAN's own (its types do not tell of them)."""
    return getattr(organization, "extras", None) or {}


def is_atd(organization: model.Group) -> bool:
    """Tell whether *organization* animates the open data of its members."""
    return fields(organization).get("odl_is_atd") == "true"


def parents(organization: model.Group) -> list[model.Group]:
    """Return the organizations directly above, in general one or none."""
    return organization.get_parent_groups(type=ORGANIZATION)


def ancestors(organization: model.Group) -> list[model.Group]:
    """Return all organizations above, the top first."""
    return [group for group in organization.get_parent_group_hierarchy(type=ORGANIZATION) if group is not organization]


def children(organization: model.Group) -> list[model.Group]:
    """Return the organizations directly under, in the order of their titles."""
    return sorted(organization.get_children_groups(type=ORGANIZATION), key=lambda group: group.display_name.casefold())


def descendants(organization: model.Group) -> set[str]:
    """Return the ids of all organizations under *organization*."""
    return {row[0] for row in organization.get_children_group_hierarchy(type=ORGANIZATION)}


def members_below(organization: model.Group) -> list[model.Group]:
    """Return all active organizations under *organization*, in the order of their titles."""
    group: Any = model.Group
    wanted = sa.select(group).where(group.id.in_(descendants(organization)), group.state == model.State.ACTIVE)
    return sorted(model.Session.scalars(extras.loaded(wanted)), key=lambda one: one.display_name.casefold())


def atd_of(organization: model.Group) -> model.Group | None:
    """Return the nearest ATD above, None when there is none."""
    return next((group for group in reversed(ancestors(organization)) if is_atd(group)), None)


def atds() -> list[model.Group]:
    """Return every ATD, in the order of their titles."""
    groups = model.Session.scalars(
        sa.select(model.Group)
        .where(model.Group.state == "active", model.Group.type == ORGANIZATION, marked_as_atd())
        .order_by(model.Group.title)
    )
    return list(groups)


def named(id_or_name: str) -> model.Group | None:
    """Return the active organization of this id or name; no query for the id of one that the session holds."""
    group: Any = model.Group
    held = model.Session.identity_map.get(identity_key(group, id_or_name))
    if held is not None and held.is_organization and held.state == model.State.ACTIVE:
        return held
    return model.Session.scalars(
        sa.select(group).where(
            sa.or_(group.id == id_or_name, group.name == id_or_name),
            group.is_organization,
            group.state == model.State.ACTIVE,
        )
    ).first()


def atd_named(id_or_name: str) -> model.Group:
    """Return the active organization of this id or name.

    :raises ObjectNotFound: there is none
    """
    organization = named(id_or_name)
    if organization is None:
        raise tk.ObjectNotFound(tk._("There is no such local authority on this portal."))
    return organization


def marked_as_atd() -> sa.sql.ColumnElement[bool]:
    """The condition "is an ATD"."""
    return extras.holds("odl_is_atd", ["true"])


def with_code(field: str, value: str) -> list[model.Group]:
    """Return the active organizations whose *field* (of ours: a SIREN, an INSEE code) holds *value*."""
    group: Any = model.Group
    is_active = (group.state == model.State.ACTIVE, group.type == ORGANIZATION)
    return list(model.Session.scalars(sa.select(group).where(*is_active, extras.holds(field, [value]))))


def holding(codes: Collection[str], field: str) -> dict[str, model.Group]:
    """Return the active organizations whose *field* holds one of these codes, by code."""
    wanted = [code for code in set(codes) if code]
    if not wanted:
        return {}
    group: Any = model.Group
    is_active = (group.state == model.State.ACTIVE, group.type == ORGANIZATION)
    statement = sa.select(group, extras.of_groups()).where(*is_active, extras.holds(field, wanted))
    return {row[1][field]: row[0] for row in model.Session.execute(statement)}


def staffed_by(user_name: str | None) -> list[model.Group]:
    """Return the ATDs of which the user is admin or editor, in the order of their titles."""
    if not user_name:
        return []
    member = model.Member
    groups = model.Session.scalars(
        sa.select(model.Group)
        .join(member, member.group_id == model.Group.id)
        .join(model.User, model.User.id == member.table_id)
        .where(
            model.User.name == user_name,
            model.User.state == "active",
            member.table_name == "user",
            member.state == "active",
            member.capacity.in_(STAFF_ROLES),
            model.Group.state == "active",
            model.Group.type == ORGANIZATION,
            marked_as_atd(),
        )
        .order_by(model.Group.title)
    )
    return list(groups)


def staff_of(user_name: str | None, organization: model.Group) -> bool:
    """Tell whether the user is ATD staff of *organization*: admin or editor of an ATD above it (two queries)."""
    mine = {group.id for group in staffed_by(user_name)}
    return bool(mine) and any(group.id in mine for group in ancestors(organization))


def may_see_dashboard(user_name: str | None, organization: model.Group) -> bool:
    """Tell whether the user may see how the members of an ATD stand: its staff, that of an ATD above, sysadmins."""
    if not organization.is_organization or organization.state != model.State.ACTIVE or not is_atd(organization):
        return False
    if authz.is_sysadmin(user_name):
        return True
    mine = {group.id for group in staffed_by(user_name)}
    return organization.id in mine or (bool(mine) and any(group.id in mine for group in ancestors(organization)))


def dashboards(user_name: str | None) -> list[model.Group]:
    """Return the ATDs whose dashboard is the user's own business: those they staff, every one for a sysadmin."""
    return atds() if authz.is_sysadmin(user_name) else staffed_by(user_name)


def may_choose_parent(user_name: str | None, organization: model.Group | None) -> bool:
    """Tell whether the user may say who is above *organization* (None: one that is being created)."""
    if authz.is_sysadmin(user_name):
        return True
    return staff_of(user_name, organization) if organization else bool(staffed_by(user_name))


def may_be_parent(user_name: str | None, parent: model.Group) -> bool:
    """Tell whether the user may put a collectivité under *parent*: one of his ATDs, or a member of one."""
    if authz.is_sysadmin(user_name):
        return True
    mine = {group.id for group in staffed_by(user_name)}
    return bool(mine) and (parent.id in mine or any(group.id in mine for group in ancestors(parent)))


def parents_to_choose(user_name: str | None, organization: model.Group | None) -> list[model.Group]:
    """Return what a form offers as parent: the user's ATDs (every ATD to a sysadmin) and the present parent."""
    offered = atds() if authz.is_sysadmin(user_name) else staffed_by(user_name)
    if organization:
        below = descendants(organization) | {organization.id}
        offered = [group for group in offered if group.id not in below]
        offered += [group for group in parents(organization) if group not in offered]
    return offered


def names(groups: Iterable[model.Group]) -> set[str]:
    return {group.name for group in groups}
