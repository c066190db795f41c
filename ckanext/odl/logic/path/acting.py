"""In whose name a person acts for a collectivité: the rights come from CKAN's roles, the mandate says as what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from ckan import authz, model

from ckanext.odl.logic import collectivite
from ckanext.odl.model import PathMandate


@dataclass(frozen=True)
class Actor:
    """A person acting for an organization.

    ``body_id``: the other body for which they work while doing so (ATD, EPCI…), None for an agent of the organization
    itself; ``mandate_id``: the mandate under which they do.
    """

    user_id: str
    body_id: str | None = None
    mandate_id: str | None = None

    def columns(self) -> dict[str, Any]:
        """The same as columns of a proof or of a line of history."""
        return {"body_id": self.body_id, "mandate_id": self.mandate_id}


def may_read(user_name: str | None, organization_id: str) -> bool:
    """Whether a person sees all of a path: members of the organization, staff of those above, sysadmins."""
    return bool(user_name) and authz.has_user_permission_for_group_or_org(organization_id, user_name, "read")


def may_act(user_name: str | None, organization_id: str) -> bool:
    """Whether a person may give proofs: who may publish there."""
    return bool(user_name) and authz.has_user_permission_for_group_or_org(organization_id, user_name, "update_dataset")


def may_waive(user_name: str | None, organization: model.Group) -> bool:
    """Whether a person may release from a step: staff of the ATD above, sysadmins."""
    return bool(user_name) and (authz.is_sysadmin(user_name) or collectivite.staff_of(user_name, organization))


def actor(user_name: str, organization: model.Group) -> Actor:
    """As what this person acts for *organization* today."""
    user = model.User.get(user_name)
    user_id = user.id if user else ""
    roles = _roles(user_id)
    mandate = _mandate(organization.id, user_id, roles)
    if mandate:
        return Actor(user_id, mandate.body_id, mandate.id)
    if organization.id in roles:
        return Actor(user_id)
    above = (group for group in reversed(collectivite.ancestors(organization)) if group.id in roles)
    nearest = next(above, None)
    return Actor(user_id, nearest.id if nearest else None)


def _roles(user_id: str) -> set[str]:
    """The organizations of which a person is a member."""
    member: Any = model.Member
    return set(
        model.Session.scalars(
            sa.select(member.group_id).where(
                member.table_name == "user", member.table_id == user_id, member.state == model.State.ACTIVE
            )
        )
    )


def _mandate(organization_id: str, user_id: str, roles: Iterable[str]) -> PathMandate | None:
    """The mandate in force of this very person, else one of a body they work for."""
    table = PathMandate.__table__
    today = sa.func.current_date()
    statement = (
        sa.select(PathMandate)
        .where(
            table.c.organization_id == organization_id,
            table.c.removed_at.is_(None),
            table.c.since <= today,
            sa.or_(table.c.until.is_(None), table.c.until >= today),
            sa.or_(
                table.c.user_id == user_id,
                sa.and_(table.c.user_id.is_(None), table.c.body_id.in_([*roles]), table.c.body_id != organization_id),
            ),
        )
        .order_by(table.c.user_id.is_(None), table.c.since.desc())
    )
    return model.Session.scalars(statement).first()


def names_of(users: Iterable[str | None], groups: Iterable[str | None]) -> dict[str, str]:
    """The names of people and organizations by id, in two queries; who is gone has none."""
    found: dict[str, str] = {}
    user_ids, group_ids = {id_ for id_ in users if id_}, {id_ for id_ in groups if id_}
    if user_ids:
        user: Any = model.User
        rows = model.Session.execute(sa.select(user.id, user.fullname, user.name).where(user.id.in_(user_ids)))
        found |= {row.id: row.fullname or row.name for row in rows}
    if group_ids:
        group: Any = model.Group
        rows = model.Session.execute(sa.select(group.id, group.title, group.name).where(group.id.in_(group_ids)))
        found |= {row.id: row.title or row.name for row in rows}
    return found
