"""Saying that something changed for a collectivité, so that a worker computes anew where it stands.

The row in the database is the truth, the job only a hint: a queue that is flushed loses nothing, the sweep sends again.
"""

from __future__ import annotations

from collections.abc import Iterable

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
    with own_session() as session:
        PathProgress.mark_owners(session, package_ids)
        session.commit()
    queue.send()
