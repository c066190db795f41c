"""A data.gouv.fr that fails in every way it can: nothing is removed, nothing doubled, and the next run mends it all.

``ODL_HARVEST_RECORDS`` sets how many datasets there are (a few in the tests, ten thousand for the whole proof).
"""

from __future__ import annotations

import itertools
import os
import random
import signal
import subprocess
import sys
import time
from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.common import config as settings

from ckanext.odl import config
from ckanext.odl.datagouv.client import PAGE_SIZE
from ckanext.odl.harvest import run
from ckanext.odl.model import Twin
from tests.national import Fault, invented, records
from tests.portal.conftest import call
from tests.portal.datagouv.conftest import ids

pytestmark = pytest.mark.usefixtures("with_plugins")

COUNT = int(os.environ.get("ODL_HARVEST_RECORDS", "12"))
#: The list of datasets, and one dataset of it.
LIST, ONE = r"/api/1/datasets/\?", r"/api/1/datasets/6b02"

LISTS = {
    "429": Fault("429", LIST, value=1),
    "500 in JSON": Fault("500", LIST),
    "500 as a page": Fault("500-html", LIST),
    "half a JSON": Fault("half", LIST),
    "a page for JSON": Fault("html", LIST),
    "cut": Fault("cut", LIST),
    "endless": Fault("endless", LIST),
    "more announced": Fault("total", LIST, value=3),
    "malformed": Fault("malformed", LIST, value=["no record"]),
    "redirect": Fault("redirect", LIST, value="http://127.0.0.1:9/"),
    "never an answer": Fault("hang", LIST),
    "a byte now and then": Fault("slow", LIST, value=0.05),
}
#: Seconds that an answer may take where some never end.
IMPATIENT = 1.0


def titles():
    """The titles of all public datasets of the commune, from the database: there may be ten thousand."""
    package: Any = model.Package
    model.Session.rollback()
    statement = sa.select(package.title).join(model.Group, model.Group.id == package.owner_org)
    mine = (package.type == "dataset", package.state == "active", package.private.is_(False))
    return sorted(model.Session.scalars(statement.where(model.Group.name == "valbrune", *mine)))


def everything(server):
    return sorted(record["title"] for record in server.datasets.values())


@pytest.fixture
def source(national, territory, monkeypatch):
    territory.server = national(invented(COUNT))
    real = config.datagouv_client
    monkeypatch.setattr(config, "datagouv_client", lambda **more: real(rate=1e6, **more))
    if COUNT > 1000:
        monkeypatch.setitem(settings, "ckan.search.solr_commit", False)  # nothing here asks the index
    territory.declare(auto_accept=True)
    theirs = call("package_create", territory.stranger, title="À eux", owner_org="autre", license_id="lov2")
    yield territory.source()
    assert call("package_show", None, id=theirs["id"])["metadata_modified"] == theirs["metadata_modified"]
    linked = list(model.Session.scalars(sa.select(Twin.package_id).where(Twin.package_id.is_not(None))))
    assert len(linked) == len(set(linked)) <= COUNT


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(config, "DATAGOUV_SECONDS", IMPATIENT)


def test_a_list_that_fails_removes_nothing_and_is_never_done(source, territory, monkeypatch):
    territory.run(source)
    before = titles()
    for name, fault in LISTS.items():
        territory.server.faults = [fault]
        with monkeypatch.context() as some:
            if fault.kind in ("hang", "slow"):
                some.setattr(config, "DATAGOUV_SECONDS", IMPATIENT)
            failed = territory.run(source)
        assert failed["state"] == "incomplete", name
        assert failed["problems"][0]["sentence"], name
        assert failed["problems"][0]["remedy"], name
        assert titles() == before, name
    territory.server.faults = []
    assert territory.run(source)["state"] == "done"
    assert titles() == before == everything(territory.server)


def test_first_runs_through_faults_are_mended_by_the_next(source, territory, impatient):
    for name in ("429", "500 in JSON", "half a JSON", "never an answer", "a byte now and then", "malformed"):
        fault = LISTS[name]
        territory.server.faults = [Fault(fault.kind, fault.where, value=fault.value)]
        assert territory.run(source)["state"] == "incomplete", name
        assert len(titles()) < COUNT, name
    territory.server.faults = []
    assert territory.run(source)["state"] == "done"
    assert titles() == everything(territory.server)


def test_faults_that_pass_are_waited_for(source, territory, impatient):
    territory.server.faults = [
        Fault("500", LIST, times=2),
        Fault("hang", LIST, times=1),
        Fault("429", ONE, times=2, value=1),
        Fault("hang", ONE, times=1),
        Fault("slow", ONE, times=1, after=3, value=0.05),
    ]
    assert territory.run(source)["state"] == "done"
    assert titles() == everything(territory.server)


def test_datasets_that_cannot_be_read_hinder_no_other(source, territory, impatient):
    first, second, third, _, fifth, _, seventh = ids(7)
    territory.server.faults = [
        Fault("malformed", first, value={"id": first, "title": "", "organization": {"id": records.ORGANIZATION}}),
        Fault("500", second),
        Fault("malformed", third, value="no record"),
        Fault("hang", fifth),
        Fault("slow", seventh, value=0.05),
    ]
    failed = territory.run(source)
    assert failed["state"] == "incomplete"
    assert len(titles()) == COUNT - 5
    territory.server.faults = []
    territory.server.datasets[first]["internal"]["last_modified_internal"] = "2024-06-01T09:00:00+00:00"
    assert territory.run(source)["state"] == "done"
    assert titles() == everything(territory.server)


def test_a_list_in_another_order_or_with_one_twice_is_done_when_it_is_whole(source, territory):
    for kind in ("reorder", "duplicate", "shift"):
        territory.server.faults = [Fault(kind, LIST)]
        found = territory.run(source)
        assert len(titles()) == len(set(titles())), kind
        # shuffled anew for each page, a list of many pages shows some records on none of them
        is_whole = kind != "reorder" or COUNT <= PAGE_SIZE
        assert found["state"] == ("done" if is_whole else "incomplete"), kind
        assert not is_whole or titles() == everything(territory.server), kind


def test_only_one_process_works_on_a_source(source, territory):
    id_ = run.ask(source["id"])
    assert run.ask(source["id"]) == id_
    with run.lock(source["id"]), pytest.raises(run.Busy):
        run.advance(id_, lambda: False)
    assert run.advance(id_, lambda: False)
    assert titles() == everything(territory.server)


def test_a_run_that_is_interrupted_goes_on_where_it_was(source, territory):
    id_ = run.ask(source["id"])
    rounds, done, some = 0, itertools.count(1), COUNT // 12
    while not run.advance(id_, lambda: next(done) % some == 0):
        rounds += 1
        model.Session.remove()
    assert rounds == COUNT // some
    assert titles() == everything(territory.server)
    assert len(territory.server.asked("organization=")) == 1


def test_a_run_that_is_killed_at_any_moment_loses_and_doubles_nothing(source, territory, request):
    """``kill -9`` at seeded moments of the whole import, then a run to the end."""
    seed, rounds = int(os.environ.get("SEED", "7")), int(os.environ.get("ROUNDS", "3"))
    moments = random.Random(seed)
    mine = call("package_create", territory.editor, title="Le mien", owner_org="valbrune", license_id="lov2")
    settings_file = request.config.getoption("--ckan-ini")
    for number in range(1, rounds + 1):
        before = len(territory.server.asked(ONE))
        with subprocess.Popen(
            [sys.executable, "-m", "tests.portal.datagouv.killed", settings_file, source["id"], territory.server.url]
        ) as process:
            # it dies some time after it began to ask for datasets
            enough = before + moments.randrange(COUNT // (rounds + 1))
            deadline = time.monotonic() + 120
            while process.poll() is None and time.monotonic() < deadline:
                if len(territory.server.asked(ONE)) > enough:
                    break
                time.sleep(0.02)
            time.sleep(moments.random() * 0.1)
            process.send_signal(signal.SIGKILL)
        if number % (run.MOST_ATTEMPTS + 1) == 0:
            assert process.returncode == 0, "a run that died so often was to be given up, for the next one"
            continue
        assert process.returncode == -signal.SIGKILL, "it ended before it was killed"
        assert len(territory.server.asked(ONE)) > before
    model.Session.remove()
    done = territory.run(source)
    assert done["state"] == "done", (seed, done)
    assert titles() == sorted([*everything(territory.server), "Le mien"]), seed
    linked = model.Session.execute(sa.select(Twin.package_id, Twin.fingerprint)).all()
    assert len({row.package_id for row in linked}) == COUNT
    assert all(row.fingerprint for row in linked)
    assert call("package_show", None, id=mine["id"])["metadata_modified"] == mine["metadata_modified"]
