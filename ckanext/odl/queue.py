"""Telling the workers that there is work.

What is to be done stands in our tables; a job is only a hint to look there. So one waiting job of a kind is enough,
whatever the number of files, and an unreachable or flushed queue loses nothing: the sweep sends the job again.
"""

from __future__ import annotations

import logging
from typing import Any

from ckan.lib import jobs
from ckan.lib.redis import connect_to_redis
from ckan.plugins import toolkit as tk

from ckanext.odl import config

log = logging.getLogger(__name__)


def send(job: str, title: str) -> None:
    """Have a worker run *job* (its full name), unless one that has not begun will do so anyway."""
    try:
        redis, sign = connect_to_redis(), f"odl:{tk.config['ckan.site_id']}:sent:{job}"
        last: Any = redis.get(sign)
        if last and jobs.get_queue(config.queue()).get_job_position(last.decode()) is not None:
            return
        name: Any = job  # RQ takes a name as well as a function
        sent = tk.enqueue_job(
            name, title=title, queue=config.queue(), rq_kwargs={"timeout": 2 * config.seconds() + 120}
        )
        redis.set(sign, sent.id)
    except Exception:
        log.exception("The job %s could not be queued; the sweep will try again", job)
