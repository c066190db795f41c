"""What a worker does for the links with data.gouv.fr.

What was accepted is brought in, then the runs go on, then what left is looked for there.

A job leaves when another one waits for the worker, and comes back behind it: a run of an hour makes no file wait long.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

import sqlalchemy as sa
from ckan import model

from ckanext.odl import config, queue
from ckanext.odl.logic.datagouv import looking
from ckanext.odl.model import DatagouvRun

from . import processing, run, sources

log = logging.getLogger(__name__)

#: Seconds of work before a job leaves for another one, and before it leaves anyway.
LEAST_SECONDS, MOST_SECONDS = 10.0, 300.0


def work() -> None:
    """Do what waits."""
    until = _time_to_leave()
    left = False
    for national_id in processing.pending():
        _bring_in(national_id)
        if left := until():
            break
    for run_id in [] if left else run.waiting():
        try:
            if not run.advance(run_id, until):
                left = True
                break
        except run.Busy:
            continue  # whoever holds the source goes on with it
        except Exception:
            model.Session.rollback()
            log.exception("The run %s of data.gouv.fr was interrupted; the sweep takes it up again", run_id)
    looks = looking.Looks()
    while not left and looks.next(until):
        left = until()
    if left:
        queue.send(queue.LINKS)


def _bring_in(national_id: str) -> None:
    try:
        processing.bring_in_pending(national_id)
    except Exception:
        model.Session.rollback()
        log.exception("The dataset %s of data.gouv.fr cannot be brought in", national_id)


def _time_to_leave() -> Callable[[], bool]:
    start = time.monotonic()

    def until() -> bool:
        lasted = time.monotonic() - start
        return lasted > MOST_SECONDS or (lasted > LEAST_SECONDS and queue.others_wait(queue.LINKS))

    return until


def sweep() -> dict[str, int]:
    """Ask for the runs and the looks that are due, and announce again those that nobody does. To be run every minute.

    Returns how many are ``due`` and how many wait (``waiting``).
    """
    if not config.datagouv_enabled():
        return {"due": 0, "waiting": 0}
    due = _due()
    for source_id in due:
        run.ask(source_id)
    waits = len(run.waiting()) + len(processing.pending())
    if waits:
        queue.send(queue.LINKS)
    looks = looking.sweep()
    return {"due": len(due) + looks["due"], "waiting": waits + looks["waiting"]}


def _due() -> list[str]:
    """The sources whose time has come: the last run was asked for longer ago than they run."""
    table = DatagouvRun.__table__
    last = sa.select(sa.func.max(table.c.asked_at)).where(table.c.source_id == sa.bindparam("source"))
    age = sa.func.extract("epoch", sa.func.clock_timestamp() - last.scalar_subquery())
    found = []
    for source in sources.of_atds(None):
        days = sources.FREQUENCIES.get(source.frequency, 0)
        if not (source.active and days):
            continue
        seconds = model.Session.execute(sa.select(age), {"source": source.id}).scalar()
        # An hour early: what runs daily runs at about the same hour each day.
        if seconds is None or seconds > days * 86400 - 3600:
            found.append(source.id)
    model.Session.rollback()
    return found
