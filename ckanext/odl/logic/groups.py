"""The groups into which a body puts the collectivités it supports: one free name each, kept with the organization."""

from __future__ import annotations

import sqlalchemy as sa
from ckan import model

from ckanext.odl.model import PathProgress, extras

FIELD = "odl_group"


def put(organization_ids: list[str], name: str) -> int:
    """Put organizations into the group *name* (out of theirs when it is empty), all at once; returns their number.

    The lists show it at once.
    """
    if not organization_ids:
        return 0
    extras.write(organization_ids, FIELD, name)
    session, progress = model.Session(), PathProgress.__table__
    session.execute(sa.update(progress).where(progress.c.organization_id.in_(organization_ids)).values(group_name=name))
    session.commit()
    return len(organization_ids)
