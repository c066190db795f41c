"""Saying that something changed for a collectivité, so that a worker computes anew where it stands.

The row in the database is the truth, the job only a hint: a queue that is flushed loses nothing, the sweep sends again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.odl import config
from ckanext.odl.intake import own_session
from ckanext.odl.model import PathProgress

log = logging.getLogger(__name__)

#: By name, since the computation stands above this module; RQ takes a name as well as a function.
JOB: Any = "ckanext.odl.logic.path.recompute.recompute"
#: Longest time a worker may take for one collectivité, in seconds.
TIMEOUT = 120


def mark(organization_ids: Iterable[str]) -> None:
    """Ask for a new computation of these organizations; several calls before a worker comes make one job."""
    with own_session() as session:
        fresh = PathProgress.mark(session, organization_ids)
    send(fresh)


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
        fresh = PathProgress.mark(session, [id_ for id_ in owners if id_])
    send(fresh)


def send(ids: Iterable[str]) -> None:
    """Tell the workers that these organizations wait. An unreachable queue loses nothing."""
    try:
        for id_ in ids:
            tk.enqueue_job(
                JOB, [id_], title=f"odl: path of {id_}", queue=config.path_queue(), rq_kwargs={"timeout": TIMEOUT}
            )
    except Exception:
        log.exception("Paths could not be queued; the sweep will try again")
