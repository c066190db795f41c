"""Whom those who support collectivités call first; what was said is in the history of each path."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.model.group import group_table

from ckanext.odl.logic.path import listing
from ckanext.odl.model import PathProgress

_GROUP: Any = group_table
#: Days for which one who was called is not among the first to call.
QUIET_DAYS = 7


def to_call(members: Any, today: dt.date, rows: int) -> list[dict[str, Any]]:
    """Those of *members* with the weightiest reasons, without those called within the last days (one query).

    :param members: a selectable of the ids of organizations
    :returns: ``organization`` (``id``, ``name``, ``title``, ``department``), ``why`` (codes and figures),
        ``priority`` and ``call`` (``on``, ``note``, ``by``, or None) each, the first to call first
    """
    progress, group = PathProgress.__table__, _GROUP
    latest = listing.last_call(progress.c.organization_id)
    statement = (
        sa.select(
            group.c.id,
            group.c.name,
            group.c.title,
            *(progress.c[column] for column in ("department", "why", "priority")),
            *latest.c,
        )
        .select_from(progress.join(group, group.c.id == progress.c.organization_id).outerjoin(latest, sa.true()))
        .where(
            progress.c.organization_id.in_(members),
            group.c.state == "active",
            progress.c.priority > 0,
            sa.or_(latest.c.call_on.is_(None), latest.c.call_on <= today - dt.timedelta(days=QUIET_DAYS)),
        )
        .order_by(progress.c.priority.desc(), progress.c.sort_title, group.c.id)
        .limit(rows)
    )
    found = model.Session.execute(statement).all()
    return [
        {
            "organization": {
                "id": row.id,
                "name": row.name,
                "title": row.title or row.name,
                "department": row.department or None,
            },
            "why": row.why or [],
            "priority": row.priority,
            "call": listing.call_of(row),
        }
        for row in found
    ]
