"""How strict a collectivité is with its files: an invalid one may be published with its problems, or waits.

The field ``odl_strictness`` of an organization says ``advise`` or ``block``. Left empty, the collectivité follows the
nearest body above that supports it and says something; where nobody does, the portal advises.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from ckan import authz, model
from ckan.model.group import member_table
from sqlalchemy.orm import selectinload

from ckanext.odl.logic import collectivite

FIELD = "odl_strictness"
ADVISE, BLOCK = "advise", "block"


def own(organization: model.Group) -> str:
    """What the organization itself says: ``advise``, ``block`` or nothing."""
    said = collectivite.fields(organization).get(FIELD) or ""
    return said if said in (ADVISE, BLOCK) else ""


def of(organization: model.Group | None) -> str:
    """The strictness that holds for an organization's files, ``advise`` or ``block`` (two queries at most)."""
    if organization is None:
        return ADVISE
    return own(organization) or inherited(organization)


def inherited(organization: model.Group) -> str:
    """What holds for an organization as long as it says nothing itself."""
    above = (group for group in reversed(collectivite.ancestors(organization)) if collectivite.is_atd(group))
    return next((said for group in above if (said := own(group))), ADVISE)


def of_many(organization_ids: Collection[str]) -> dict[str, str]:
    """The strictness that holds for each of these organizations, by id (two queries for each level above them)."""
    known: dict[str, model.Group] = {}
    parent: dict[str, str] = {}
    wanted = set(organization_ids)
    while wanted:
        known |= {group.id: group for group in model.Session.scalars(_groups(wanted))}
        above = {row.group_id: row.table_id for row in model.Session.execute(_parents(wanted))}
        parent |= above
        wanted = set(above.values()) - set(known)
    return {id_: _first_word(id_, known, parent) for id_ in organization_ids}


def _first_word(id_: str, known: dict[str, model.Group], parent: dict[str, str]) -> str:
    here: str | None = id_
    passed: set[str] = set()
    while here and here in known and here not in passed:
        passed.add(here)
        said = own(known[here]) if here == id_ or collectivite.is_atd(known[here]) else ""
        if said:
            return said
        here = parent.get(here)
    return ADVISE


def _groups(ids: set[str]) -> Any:
    group: Any = model.Group
    wanted = sa.select(group).where(group.id.in_(ids), group.state == model.State.ACTIVE)
    # their fields are a table before CKAN 2.12: read with them, not one after the other
    return wanted.options(selectinload(group._extras)) if hasattr(group, "_extras") else wanted


def _parents(ids: set[str]) -> Any:
    member = member_table
    return sa.select(member.c.group_id, member.c.table_id).where(
        member.c.table_name == "group", member.c.state == model.State.ACTIVE, member.c.group_id.in_(ids)
    )


def may_set(user_name: str | None, organization: model.Group | None) -> bool:
    """Whether a person may say how strict an organization is (None: one that is being created).

    Staff of an ATD above it, the staff of an ATD for itself and hence for its members, sysadmins. An agent of the
    collectivité may not: who is blocked does not lift the block.
    """
    if not user_name:
        return False
    if authz.is_sysadmin(user_name):
        return True
    mine = {group.id for group in collectivite.staffed_by(user_name)}
    if organization is None or not mine:
        return bool(mine)
    return organization.id in mine or any(group.id in mine for group in collectivite.ancestors(organization))
