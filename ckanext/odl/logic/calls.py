"""Whom those who support collectivités call first; what was said is in the history of each path."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.model.group import group_table

from ckanext.odl.logic.path import acting, listing
from ckanext.odl.model import PathHistory, PathProgress, What

_GROUP: Any = group_table
#: Days for which one who was called is not among the first to call.
QUIET_DAYS = 7


def to_call(atd_id: str, today: dt.date, rows: int) -> list[dict[str, Any]]:
    """The members with the weightiest reasons, without those called within the last days (two queries).

    :returns: ``organization`` (``id``, ``name``, ``title``, ``department``), ``why`` (codes and figures),
        ``priority`` and ``call`` (``on``, ``note``, ``by``, or None) each, the first to call first
    """
    progress, history, group = PathProgress.__table__, PathHistory.__table__, _GROUP
    latest = (
        sa.select(_day(history).label("day"), history.c.why["text"].astext.label("note"), history.c.user_id)
        .where(history.c.organization_id == progress.c.organization_id, history.c.what == What.CALL.value)
        .order_by(_day(history).desc(), history.c.id.desc())
        .limit(1)
        .lateral("latest")
    )
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
            progress.c.organization_id.in_(listing.below([atd_id])),
            group.c.state == "active",
            progress.c.priority > 0,
            sa.or_(latest.c.day.is_(None), latest.c.day <= today - dt.timedelta(days=QUIET_DAYS)),
        )
        .order_by(progress.c.priority.desc(), progress.c.sort_title, group.c.id)
        .limit(rows)
    )
    found = model.Session.execute(statement).all()
    names = acting.names_of((row.user_id for row in found), ())
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
            "call": {"on": row.day.isoformat(), "note": row.note or "", "by": names.get(row.user_id, "")}
            if row.day
            else None,
        }
        for row in found
    ]


def _day(history: sa.Table) -> Any:
    return sa.cast(history.c.after["on"].astext, sa.Date)
