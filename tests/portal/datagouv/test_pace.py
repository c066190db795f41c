"""All jobs of the portal together ask data.gouv.fr no faster than agreed."""

from __future__ import annotations

import time
from uuid import uuid4

import pytest
from ckan.lib.redis import connect_to_redis
from redis.exceptions import RedisError

from ckanext.odl import config, pace
from tests.national import invented
from tests.national.records import dataset_id

pytestmark = pytest.mark.usefixtures("with_plugins")


def test_two_jobs_share_one_pace(national):
    national(invented(2))
    slept = []
    jobs = [config.datagouv_client(rate=0.1, sleep=slept.append) for _ in range(2)]
    start = time.monotonic()
    for number in range(4):
        jobs[number % 2].dataset(dataset_id(number % 2))
    lasted = time.monotonic() - start
    # nobody really slept: the fourth question has its turn thirty seconds after the first
    assert len(slept) == 3
    assert all(wait >= 10 * place - lasted for place, wait in enumerate(slept, 1))


def test_two_machines_have_two_paces():
    first, second = pace.of(f"un-{uuid4()}"), pace.of(f"deux-{uuid4()}")
    assert first(20) == second(20) == 0
    assert first(20) > 0


def test_a_clock_that_was_put_back_stops_nobody():
    host = str(uuid4())
    take = pace.of(host)
    take(1)
    [key] = connect_to_redis().keys(f"*:pace:{host}")
    connect_to_redis().set(key, time.time() + 3600)
    assert take(1) == 0


def test_without_redis_each_job_keeps_a_pace_of_its_own(national, monkeypatch):
    def away():
        raise RedisError

    national(invented(1))
    monkeypatch.setattr(pace, "connect_to_redis", away)
    slept = []
    job = config.datagouv_client(rate=0.1, sleep=slept.append)
    job.dataset(dataset_id(0))
    job.dataset(dataset_id(0))
    assert len(slept) == 1
    assert slept[0] <= 10
