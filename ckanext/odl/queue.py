"""Telling the workers that there is work, and the job that does it.

What is to be done stands in our tables; a job is only a hint to look there. So one job does all that waits, one waiting
job is enough whatever the number of files, and an unreachable or flushed queue loses nothing: the sweep sends it again.

A worker prepares the whole portal for each job, which takes longer than most checks. So a job that has nothing left to
do stays a little while, awake, as long as no other job wants the worker: what arrives meanwhile is done at once.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import rq
from ckan.lib import jobs
from ckan.lib.redis import connect_to_redis
from ckan.plugins import toolkit as tk
from redis.exceptions import RedisError
from rq.exceptions import NoSuchJobError

from ckanext.odl import config

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Work:
    """A kind of work. ``job``: the function, by name, since what a worker does stands above this module."""

    job: str
    title: str
    sign: str

    def queue(self) -> str:
        return config.datagouv_queue() if self is LINKS else config.queue()

    def timeout(self) -> int:
        """Seconds after which its process is ended."""
        # A question to data.gouv.fr may take a quarter of an hour, and there are as many as lists.
        return 6 * 3600 if self is LINKS else 2 * config.seconds() + 120


CHECKS = Work("ckanext.odl.worker.work", "odl: do what waits", "sent")
LINKS = Work("ckanext.odl.harvest.worker.work", "odl: links with data.gouv.fr", "links-sent")

#: Seconds that a job without work stays awake, and between two looks.
AWAKE_SECONDS = 10
PAUSE_SECONDS = 0.2


def send(work: Work = CHECKS) -> None:
    """Have a worker do what waits, unless one will do so anyway. To be called after the work was committed."""
    try:
        redis = connect_to_redis()
        if (work is CHECKS and redis.exists(_key("awake"))) or _position(redis, work) is not None:
            return
        name: Any = work.job  # RQ takes a name as well as a function
        sent = tk.enqueue_job(name, title=work.title, queue=work.queue(), rq_kwargs={"timeout": work.timeout()})
        redis.set(_key(work.sign), sent.id)
    except RedisError as error:
        log.error("What waits could not be announced to the workers; the sweep will try again: %s", error)
    except Exception:
        log.exception("What waits could not be announced to the workers; the sweep will try again")


def swept() -> None:
    """Note that the sweep ran."""
    with suppress(RedisError):
        connect_to_redis().set(_key("swept"), int(time.time()))


def seconds_since_sweep() -> int | None:
    """Seconds since the sweep ran last, None when Redis remembers none."""
    last: Any = connect_to_redis().get(_key("swept"))
    return int(time.time()) - int(last) if last else None


def work(do_next: Callable[[], bool]) -> None:
    """Do what waits until nothing is left, or until the job has lasted long enough.

    :param do_next: does the next piece of work; False when there was none
    """
    job = rq.get_current_job()
    if job is None:  # called by hand: nothing else can arrive
        while do_next():
            pass
        return
    os.nice(10)  # who deposits a file comes before the files that wait; the process of a job ends with it
    redis, until = connect_to_redis(), time.monotonic() + config.seconds()
    leave_at = 0.0
    while time.monotonic() < until:
        if do_next():
            leave_at = 0.0
            redis.delete(_key("awake"))
            continue
        leave_at = leave_at or time.monotonic() + AWAKE_SECONDS
        _withdraw(redis)
        if time.monotonic() > leave_at or jobs.get_queue(config.queue()).count:
            break
        redis.set(_key("awake"), 1, px=int(PAUSE_SECONDS * 5000))
        time.sleep(PAUSE_SECONDS)
    redis.delete(_key("awake"))
    if do_next():  # it came while this job still said that it was awake
        send()


def others_wait(work: Work) -> bool:
    """Whether another job waits for the worker that does this one."""
    return bool(jobs.get_queue(work.queue()).count)


def _position(redis: Any, work: Work = CHECKS) -> int | None:
    """The place in the queue of the job that was sent last, None when it has begun (or is lost)."""
    last = redis.get(_key(work.sign))
    return jobs.get_queue(work.queue()).get_job_position(last.decode()) if last else None


def _withdraw(redis: Any) -> None:
    """Take back the waiting job whose work this one has done."""
    if _position(redis) is not None:
        with suppress(NoSuchJobError):
            rq.job.Job.fetch(redis.get(_key("sent")).decode(), connection=redis).delete()


def _key(sign: str) -> str:
    return f"odl:{tk.config['ckan.site_id']}:{sign}"
