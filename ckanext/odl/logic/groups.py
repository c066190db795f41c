"""The groups into which a body puts the collectivités it supports: one free name each, kept with the organization."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from ckan import model
from ckan.model.group import group_table

from ckanext.odl.model import PathProgress

FIELD = "odl_group"


def put(organization_ids: list[str], name: str) -> int:
    """Put organizations into the group *name* (out of theirs when it is empty), all at once; returns their number.

    Written straight to where CKAN keeps the field: a group of three hundred members would take CKAN's own update,
    called once for each, a minute. The lists show it at once.
    """
    if not organization_ids:
        return 0
    session = model.Session()
    extra: Any = getattr(model, "GroupExtra", None)
    if extra is None:
        _into_column(session, organization_ids, name)
    else:
        _into_table(session, extra.__table__, organization_ids, name)
    progress = PathProgress.__table__
    session.execute(sa.update(progress).where(progress.c.organization_id.in_(organization_ids)).values(group_name=name))
    session.commit()
    return len(organization_ids)


def _into_column(session: Any, ids: list[str], name: str) -> None:
    """CKAN 2.12: one JSON column."""
    group: Any = group_table
    extras = sa.func.coalesce(group.c.extras, sa.text("'{}'::jsonb"))
    value = (
        extras.op("||")(sa.func.jsonb_build_object(FIELD, name)) if name else extras.op("-")(sa.cast(FIELD, sa.Text))
    )
    session.execute(sa.update(group).where(group.c.id.in_(ids)).values(extras=value))


def _into_table(session: Any, extra: sa.Table, ids: list[str], name: str) -> None:
    """CKAN 2.11: a row for each field."""
    session.execute(sa.delete(extra).where(extra.c.group_id.in_(ids), extra.c.key == FIELD))
    if name:
        rows = [{"id": str(uuid4()), "group_id": id_, "key": FIELD, "value": name, "state": "active"} for id_ in ids]
        session.execute(sa.insert(extra), rows)
