"""Which organizations an event of CKAN concerns, read from committed data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.odl import marking
from ckanext.odl.intake import own_session
from ckanext.odl.logic.path import recompute
from ckanext.odl.model import PathProgress, extras


def package_ids(references: Iterable[str]) -> list[str]:
    """Ids of datasets given by id or name."""
    package: Any = model.Package
    wanted = list(references)
    with own_session() as session:
        return list(
            session.scalars(sa.select(package.id).where(sa.or_(package.id.in_(wanted), package.name.in_(wanted))))
        )


def organization_ids(references: Iterable[str]) -> list[str]:
    """Ids of the organizations (groups are left out) given by id or name."""
    group: Any = model.Group
    wanted = list(references)
    with own_session() as session:
        return list(
            session.scalars(
                sa.select(group.id).where(
                    sa.or_(group.id.in_(wanted), group.name.in_(wanted)),
                    group.is_organization,
                    group.state == model.State.ACTIVE,
                )
            )
        )


def organizations_of(user: str) -> list[str]:
    """The organizations of which an account (id or name) is or was a member."""
    member: Any = model.Member
    account, group = model.User, model.Group
    with own_session() as session:
        return list(
            session.scalars(
                sa.select(member.group_id)
                .distinct()
                .join(account, account.id == member.table_id)
                .join(group, group.id == member.group_id)
                .where(
                    sa.or_(account.id == user, account.name == user),
                    member.table_name == "user",
                    group.is_organization,
                    group.state == model.State.ACTIVE,
                )
            )
        )


def organization_changed(organization_id: str) -> None:
    """Write what needs no computation (above all whether its progress is public), and ask for one."""
    group: Any = model.Group
    with own_session() as session:
        found = session.execute(
            sa.select(group.title, group.name, extras.of_groups()).where(
                group.id == organization_id, group.is_organization, group.state == model.State.ACTIVE
            )
        ).first()
        if found is None:
            return
        table = PathProgress.__table__
        columns = recompute.identity_columns(found.title or found.name, found.extras or {})
        session.execute(sa.update(table).where(table.c.organization_id == organization_id).values(columns))
        session.commit()
    marking.mark([organization_id])


def remove_deleted() -> None:
    """Forget where organizations stood that are no more."""
    group: Any = model.Group
    table = PathProgress.__table__
    active = sa.select(group.id).where(group.is_organization, group.state == model.State.ACTIVE)
    with own_session() as session:
        session.execute(sa.delete(table).where(table.c.organization_id.notin_(active)))
        session.commit()
