"""How strict a collectivité is with its files: an invalid one may be published with its problems, or waits.

The field ``odl_strictness`` of an organization says ``advise`` or ``block``. Left empty, the collectivité follows the
nearest body above that supports it and says something; where nobody does, the portal advises.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa
from ckan import authz, model
from ckan.model.group import member_table

from ckanext.odl.logic import collectivite
from ckanext.odl.model import extras

FIELD = "odl_strictness"
ADVISE, BLOCK = "advise", "block"
#: Levels above an organization that are looked at; a circle, which CKAN does not keep anybody from making, ends there.
MOST_ABOVE = 10


def of(reference: str | None) -> str:
    """The strictness that holds for an organization's files, ``advise`` or ``block`` (one query).

    :param reference: its id or name; None, or one that there is not, is not strict
    """
    group: Any = model.Group
    return _first_word(_lines(sa.or_(group.id == reference, group.name == reference))) if reference else ADVISE


def inherited(organization_id: str) -> str:
    """What holds for an organization as long as it says nothing itself (one query)."""
    group: Any = model.Group
    return _first_word(row for row in _lines(group.id == organization_id) if row.depth)


def of_many(organization_ids: Collection[str]) -> dict[str, str]:
    """The strictness that holds for each of these organizations, by id (one query)."""
    group: Any = model.Group
    lines: dict[str, list[Any]] = {id_: [] for id_ in organization_ids}
    for row in _lines(group.id.in_(lines)):
        lines[row.of].append(row)
    return {id_: _first_word(line) for id_, line in lines.items()}


def _first_word(line: Iterable[Any]) -> str:
    """What the nearest says that may: the organization itself, then those above it that are ATDs."""
    for row in line:
        said = (row.extras or {}).get(FIELD)
        if said in (ADVISE, BLOCK) and (not row.depth or row.extras.get("odl_is_atd") == "true"):
            return said
    return ADVISE


def _lines(which: Any) -> list[Any]:
    """Active organizations and those above each, the nearest first: ``of``, ``depth`` and ``extras``."""
    group: Any = model.Group
    member, above = member_table, group.__table__.alias("above")
    line = (
        sa.select(group.id.label("of"), group.id.label("id"), sa.literal(0).label("depth"))
        .where(which, group.state == model.State.ACTIVE)
        .cte("line", recursive=True)
    )
    is_above = sa.and_(member.c.group_id == line.c.id, member.c.table_name == "group", member.c.state == "active")
    line = line.union_all(
        sa.select(line.c.of, above.c.id, line.c.depth + 1)
        .join(member, is_above)
        .join(above, above.c.id == member.c.table_id)
        .where(above.c.state == model.State.ACTIVE, line.c.depth < MOST_ABOVE)
    )
    found = sa.select(line.c.of, line.c.depth, extras.of_groups()).join(group, group.id == line.c.id)
    return list(model.Session.execute(found.order_by(line.c.of, line.c.depth)))


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
