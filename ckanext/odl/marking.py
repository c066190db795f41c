"""Saying that something changed for a collectivité, so that a worker computes anew where it stands.

The row in the database is the truth, the job only a hint: a queue that is flushed loses nothing, the sweep sends again.
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from ckan import model

from ckanext.odl import queue
from ckanext.odl.intake import own_session
from ckanext.odl.model import PathProgress


def mark(organization_ids: Iterable[str]) -> None:
    """Ask for a new computation of these organizations; several calls before a worker comes make one computation."""
    with own_session() as session:
        PathProgress.mark(session, organization_ids)
    queue.send()


def mark_owners(package_ids: Iterable[str]) -> None:
    """The same for the organizations that own these datasets, or owned them before."""
    member = model.Member
    with own_session() as session:
        owners = session.scalars(
            sa.select(member.group_id)
            .distinct()
            .where(
                member.table_name == "package",
                member.table_id.in_(list(package_ids)),
                member.capacity == "organization",
                member.group_id.isnot(None),
            )
        )
        PathProgress.mark(session, [id_ for id_ in owners if id_])
    queue.send()
