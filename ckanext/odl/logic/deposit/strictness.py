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
_GROUP: Any = model.Group
ADVISE, BLOCK = "advise", "block"


def of(reference: str | None) -> str:
    """The strictness that holds for an organization's files, ``advise`` or ``block`` (one query for each level).

    :param reference: its id or name; None, or one that there is not, is not strict
    """
    return next(iter(_of(sa.or_(_GROUP.id == reference, _GROUP.name == reference)).values()), ADVISE)


def inherited(organization_id: str) -> str:
    """What holds for an organization as long as it says nothing itself (one query for each level)."""
    return _of(_GROUP.id == organization_id, asks_itself=False).get(organization_id, ADVISE)


def of_many(organization_ids: Collection[str]) -> dict[str, str]:
    """The strictness that holds for each of these organizations, by id (one query for each level)."""
    found = _of(_GROUP.id.in_(organization_ids))
    return {id_: found.get(id_, ADVISE) for id_ in organization_ids}


def _of(which: Any, *, asks_itself: bool = True) -> dict[str, str]:
    """Follows the active organizations that are meant, and those above them, level by level: the few that there are
    are found by their ids, where one query over all levels would read every organization of the portal."""
    known: dict[str, dict[str, str]] = {}
    parent: dict[str, str] = {}
    level = model.Session.execute(_with_parents(which)).all()
    meant = {row.id for row in level}
    while level:
        known |= {row.id: row.extras or {} for row in level}
        parent |= {row.id: row.parent for row in level if row.parent}
        above = {parent[row.id] for row in level if row.parent} - known.keys()
        level = model.Session.execute(_with_parents(_GROUP.id.in_(above))).all() if above else []
    return {id_: _first_word(id_, known, parent, asks_itself=asks_itself) for id_ in meant}


def _first_word(id_: str, known: dict[str, dict[str, str]], parent: dict[str, str], *, asks_itself: bool) -> str:
    """What the nearest says that may: the organization itself, then those above it that are ATDs."""
    here: str | None = id_ if asks_itself else parent.get(id_)
    passed: set[str] = set()
    while here and here in known and here not in passed:
        passed.add(here)
        may_say = here == id_ or known[here].get("odl_is_atd") == "true"
        if may_say and (said := known[here].get(FIELD)) in (ADVISE, BLOCK):
            return said
        here = parent.get(here)
    return ADVISE


def _with_parents(which: Any) -> Any:
    """Active organizations: ``id``, ``extras`` and ``parent`` each."""
    member = member_table
    is_above = sa.and_(member.c.group_id == _GROUP.id, member.c.table_name == "group", member.c.state == "active")
    found = sa.select(_GROUP.id, extras.of_groups(), member.c.table_id.label("parent"))
    return found.outerjoin(member, is_above).where(which, _GROUP.state == model.State.ACTIVE)


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
