"""How far a person's view goes: the organizations under others, and the person's roles in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from ckan import authz, model
from ckan.model.group import member_table
from ckan.model.user import user_table
from ckan.plugins import toolkit as tk

from ckanext.odl.model import PathProgress

_MEMBER, _USER = member_table, user_table

_Followed = Mapping[str, Iterable[str]]


class Reach:
    """What one person may list, read at most once (two queries): for one call, or one page that makes several."""

    def __init__(self, user_name: str | None) -> None:
        self._user_name = user_name

    @cached_property
    def _followed(self) -> _Followed:
        return _followed()

    @cached_property
    def _roles(self) -> list[Any]:
        """The roles of the person that let read: ``sysadmin``, ``group_id`` and ``capacity`` each."""
        theirs = sa.and_(
            _MEMBER.c.table_id == _USER.c.id,
            _MEMBER.c.table_name == "user",
            _MEMBER.c.state == model.State.ACTIVE,
            _MEMBER.c.capacity.in_(authz.get_roles_with_permission("read")),
        )
        statement = (
            sa.select(_USER.c.sysadmin, _MEMBER.c.group_id, _MEMBER.c.capacity)
            .select_from(_USER.outerjoin(_MEMBER, theirs))
            .where(_USER.c.name == self._user_name, _USER.c.state == model.State.ACTIVE)
        )
        return list(model.Session.execute(statement))

    @property
    def _is_sysadmin(self) -> bool:
        return any(row.sysadmin for row in self._roles)

    def _above(self, capacities: Iterable[str]) -> list[str]:
        """The organizations where the person has a role that holds for all under them as well."""
        cascading = set(capacities) & {*tk.config["ckan.auth.roles_that_cascade_to_sub_groups"]}
        return [row.group_id for row in self._roles if row.capacity in cascading]

    def below(self, organization_ids: list[str]) -> Any:
        """As :func:`below`."""
        return below(organization_ids, self._followed)

    def perimeter(self, atd_id: str | None) -> Any:
        """The condition on ``odl_progress`` that leaves what this person may list, and is under *atd_id*."""
        column = PathProgress.__table__.c.organization_id
        scope = [column.in_(self.below([atd_id]))] if atd_id else []
        if self._is_sysadmin:
            return sa.and_(sa.true(), *scope)
        above = self._above(authz.get_roles_with_permission("read"))
        if atd_id and atd_id in _parents_below(above, self._followed):
            return scope[0]  # who sees that one sees all under it
        visible = column.in_([row.group_id for row in self._roles if row.group_id])
        if above:
            visible = sa.or_(visible, column.in_(self.below(above)))
        return sa.and_(visible, *scope)

    def may_change(self, organization_id: str) -> bool:
        """Whether the person may change an organization that has members (CKAN's ``organization_update``)."""
        capacities = authz.get_roles_with_permission("update")
        return (
            self._is_sysadmin
            or any(row.group_id == organization_id and row.capacity in capacities for row in self._roles)
            or organization_id in _parents_below(self._above(capacities), self._followed)
        )


def of(context: Any) -> Reach:
    """The reach of the person in whose name an action is called; a page that calls several gives one to all of them."""
    return context.get("odl_reach") or Reach(context.get("user"))


def below(organization_ids: list[str], followed: _Followed | None = None) -> Any:
    """The organizations under these, children and theirs, as a selectable of ids (read live: who leaves is gone).

    Those that have members are few and are followed here, in one query; the database then takes the members of all of
    them at once, which costs it far less than a recursion over everybody.
    """
    found = _parents_below(organization_ids, _followed() if followed is None else followed)
    return sa.select(_MEMBER.c.group_id).where(_is_child(_MEMBER), _MEMBER.c.table_id.in_(sorted(found)))


def _parents_below(organization_ids: Iterable[str], followed: _Followed) -> set[str]:
    """These organizations, and all under them that have members themselves."""
    found, new = set(organization_ids), set(organization_ids)
    while new:  # a loop that slipped in ends, since nobody is followed twice
        new = {under for id_ in new for under in followed.get(id_, ())} - found
        found |= new
    return found


def _followed() -> dict[str, set[str]]:
    """The organizations that have members themselves, by the one above them."""
    child = _MEMBER.alias()
    parents = sa.select(child.c.table_id).where(_is_child(child))
    followed: dict[str, set[str]] = defaultdict(set)
    for row in model.Session.execute(
        sa.select(_MEMBER.c.table_id, _MEMBER.c.group_id).where(_is_child(_MEMBER), _MEMBER.c.group_id.in_(parents))
    ):
        followed[row.table_id].add(row.group_id)
    return followed


def _is_child(member: Any) -> Any:
    # Whatever the capacity: CKAN writes "parent" or "public" there, by the way it was made.
    return sa.and_(member.c.table_name == "group", member.c.state == model.State.ACTIVE)
