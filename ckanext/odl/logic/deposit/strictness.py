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

from ckanext.odl.logic import collectivite
from ckanext.odl.model import extras

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
    """The strictness that holds for each of these organizations, by id (one query for each level above them)."""
    known: dict[str, dict[str, str]] = {}
    parent: dict[str, str] = {}
    wanted = set(organization_ids)
    while wanted:
        for row in model.Session.execute(_with_parents(wanted)):
            known[row.id] = row.extras or {}
            if row.parent:
                parent[row.id] = row.parent
        wanted = {parent[id_] for id_ in wanted & parent.keys()} - known.keys()
    return {id_: _first_word(id_, known, parent) for id_ in organization_ids}


def _first_word(id_: str, known: dict[str, dict[str, str]], parent: dict[str, str]) -> str:
    here: str | None = id_
    passed: set[str] = set()
    while here and here in known and here not in passed:
        passed.add(here)
        said = known[here].get(FIELD) if here == id_ or known[here].get("odl_is_atd") == "true" else ""
        if said in (ADVISE, BLOCK):
            return said
        here = parent.get(here)
    return ADVISE


def _with_parents(ids: set[str]) -> Any:
    """Active organizations: ``id``, ``extras`` and ``parent`` each."""
    group: Any = model.Group
    member = member_table
    is_above = sa.and_(member.c.group_id == group.id, member.c.table_name == "group", member.c.state == "active")
    found = sa.select(group.id, extras.of_groups(), member.c.table_id.label("parent"))
    return found.outerjoin(member, is_above).where(group.id.in_(ids), group.state == model.State.ACTIVE)


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
