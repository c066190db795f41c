"""The process that stays and sweeps: a real one, whose connections are cut and which is told to end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.model import meta
from ckan.plugins import toolkit as tk

from ckanext.odl.model import Validation

from .conftest import GOOD

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index", "clean_queues")

#: What the database calls the connections of the process.
NAME = "odl-sweep"


class Sweeper:
    """The process, and what it says."""

    def __init__(self, folder: Path, seconds: int) -> None:
        self._said = folder / "said"
        ckan = [str(Path(sys.executable).with_name("ckan")), "--config", tk.config["__file__"]]
        command = [*ckan, "odl", "validation", "sweep", "--every", str(seconds)]
        with self._said.open("wb") as said:
            self.process = subprocess.Popen(
                command, stdout=said, stderr=said, env={**os.environ, "PGAPPNAME": NAME}, start_new_session=True
            )

    def said(self) -> str:
        return self._said.read_text()

    def sweeps(self) -> list[dict[str, Any]]:
        """What the sweeps that came to their end have done."""
        return [json.loads(line) for line in self.said().splitlines() if line.startswith('{"released"')]

    def wait_until(self, is_so: Callable[[], Any]) -> None:
        for _ in range(1200):
            if is_so():
                return
            assert self.process.poll() is None, self.said()
            time.sleep(0.1)
        pytest.fail(self.said())

    def end_with(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)


@pytest.fixture
def stays(tmp_path):
    """A function that starts the process, which is ended after the test."""
    started = []

    def start(seconds: int) -> Sweeper:
        started.append(Sweeper(tmp_path, seconds))
        return started[-1]

    yield start
    for sweeper in started:
        if sweeper.process.poll() is None:
            os.killpg(sweeper.process.pid, signal.SIGKILL)
            sweeper.process.wait()


@pytest.fixture
def other():
    """A connection of somebody else's, who may hold a table."""
    model.Session.rollback()
    with meta.engine.connect() as connection:
        connection.begin()
        yield connection


def hold_the_checks(other: Any) -> None:
    other.execute(sa.text("LOCK TABLE odl_validation IN ACCESS EXCLUSIVE MODE"))


def let_go(other: Any) -> None:
    other.get_transaction().rollback()


def connections(*conditions: str) -> list[int]:
    """The process's connections to the database."""
    where = " AND ".join(["application_name = :name", *conditions])
    statement = sa.text(f"SELECT pid FROM pg_stat_activity WHERE {where}")
    with meta.engine.connect() as connection:
        return list(connection.execute(statement, {"name": NAME}).scalars())


def held() -> list[int]:
    return connections("wait_event_type = 'Lock'")


def test_it_sweeps_again_and_again_until_it_is_told_to_end(stays):
    sweeper = stays(1)
    sweeper.wait_until(lambda: len(sweeper.sweeps()) > 1)

    assert sweeper.end_with(signal.SIGTERM) == 0


def test_between_two_sweeps_it_is_not_connected_and_an_interrupt_ends_it(stays):
    sweeper = stays(3600)
    sweeper.wait_until(sweeper.sweeps)
    sweeper.wait_until(lambda: not connections())

    assert sweeper.end_with(signal.SIGINT) == 0
    assert len(sweeper.sweeps()) == 1


def test_a_sweep_whose_connection_is_cut_fails_alone(deposit, stays, other):
    deposit(GOOD)
    died = {"state": "running", "attempts": 1, "lease_until": sa.func.now() - sa.text("interval '1 hour'")}
    model.Session.execute(sa.update(Validation).values(**died))
    model.Session.commit()
    hold_the_checks(other)
    sweeper = stays(1)
    sweeper.wait_until(held)

    for pid in held():
        other.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
    sweeper.wait_until(lambda: "A sweep failed" in sweeper.said())
    assert not sweeper.sweeps()
    let_go(other)

    sweeper.wait_until(sweeper.sweeps)
    assert sweeper.sweeps()[0]["released"] == 1
    assert "Traceback" not in sweeper.said()


def test_a_sweep_that_cannot_go_on_does_not_keep_it_from_ending(stays, other):
    hold_the_checks(other)
    sweeper = stays(1)
    sweeper.wait_until(held)

    assert sweeper.end_with(signal.SIGTERM) == 0
    let_go(other)
    for _ in range(600):
        if not connections():
            break
        time.sleep(0.1)
    assert not connections()
