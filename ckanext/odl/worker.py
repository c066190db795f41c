"""What a worker does when it is told that something waits: checks of files, paths that they change, campaigns."""

from __future__ import annotations

from ckanext.odl import jobs, queue
from ckanext.odl.intake import own_session
from ckanext.odl.logic.campaign import work as campaigns
from ckanext.odl.logic.path.recompute import Paths


def work() -> None:
    """Do all that waits."""
    with own_session() as session:
        checks, paths = jobs.Checks(session), Paths(session)
        queue.work(lambda: checks.next() or paths.next() or campaigns.next_piece(session))
