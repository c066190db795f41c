"""A real worker, killed in the middle of a check."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.odl import jobs
from ckanext.odl.model import Validation
from tests.portal.conftest import HEADER, state_of

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index", "clean_queues")

LARGE = (HEADER + "".join(f"Valbrune,48903,F,Louise,{n % 999 + 1},2024\n" for n in range(200_000))).encode()


@pytest.fixture
def worker():
    """A function that starts a worker; what was started is ended after the test."""
    started = []

    def start(*options: str) -> subprocess.Popen[bytes]:
        ckan = [str(Path(sys.executable).with_name("ckan")), "--config", tk.config["__file__"]]
        process = subprocess.Popen([*ckan, "jobs", "worker", *options], start_new_session=True)
        started.append(process)
        return process

    yield start
    for process in started:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill the worker and all that it started, at once."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_for(state: str) -> None:
    for _ in range(600):
        model.Session.rollback()
        if model.Session.scalars(sa.select(Validation.state)).one() == state:
            return
        time.sleep(0.1)
    pytest.fail(f"the check was never {state}")


def test_a_check_survives_the_death_of_its_worker(deposit, worker):
    resource = deposit(LARGE)
    first = worker()
    wait_for("running")
    end(first)

    # A minute later, as far as the database can tell.
    model.Session.execute(sa.update(Validation).values(lease_until=sa.func.now()))
    model.Session.commit()
    assert jobs.sweep()["released"] == 1
    worker("--burst")
    wait_for("done")

    found = state_of(resource)
    assert (found["badge"], found["report"]["file"]["rows"]) == ("valid", 200_000)
