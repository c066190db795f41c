"""When data.gouv.fr is looked at, how often, and what a look that fails leaves."""

from __future__ import annotations

import pytest
from ckan.plugins import toolkit as tk

from ckanext.odl import config
from ckanext.odl.logic.datagouv import looking
from tests.national.server import Fault
from tests.portal.conftest import call
from tests.portal.datagouv.backcheck.conftest import (
    JOB,
    facts,
    look,
    twin_of,
)

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")


def test_a_failed_look_keeps_what_was_known_and_says_so(dataset, agent, commune, atd, national):
    national.takes(dataset)
    look(national, atd)
    before = twin_of(dataset, agent)
    national.server.faults = [Fault("500")]
    look(national, atd)

    found = twin_of(dataset, agent)

    assert found["error"]["sentence"]
    assert found["error"]["remedy"]
    assert {**found, "error": None} == before
    assert facts(commune, dataset).twin.found


@pytest.mark.parametrize("kind", ["500-html", "half", "html", "total", "429"])
def test_a_list_that_is_not_whole_says_nothing(kind, dataset, agent, commune, atd, national):
    national.server.faults = [Fault(kind, where=r"/api/1/(datasets|harvest)/", value=3 if kind == "total" else None)]
    look(national, atd)
    found = twin_of(dataset, agent)
    assert (found["state"], found["looked_at"]) == ("unknown", None)
    assert found["error"]["sentence"]
    assert facts(commune, dataset).twin is None


def test_switched_off_nothing_is_asked(dataset, agent, atd, national, monkeypatch, ckan_config):
    national.takes(dataset)
    look(national, atd)
    asked = len(national.server.requests)
    monkeypatch.setitem(ckan_config, "ckanext.odl.datagouv.enabled", False)
    look(national, atd)
    assert len(national.server.requests) == asked
    assert twin_of(dataset, agent)["error"]["code"] == "switched-off"
    assert twin_of(dataset, agent)["state"] == "arrived"
    with pytest.raises(tk.ValidationError):
        call("odl_datagouv_backcheck", agent, id="valbrune")


def test_lists_are_read_once_and_records_only_when_they_move(dataset, agent, commune, atd, national):
    for number in range(4):
        package = call(
            "package_create", agent, name=f"jeu-{number}", title=f"Jeu {number}", owner_org=commune["id"],
            license_id="lov2",
        )  # fmt: skip
        national.takes(package, id_=f"6b02000000000000000004{number:02}")
    look(national, atd)
    assert len(national.server.asked(f"/harvest/job/{JOB}/items/")) == 1
    assert len(national.server.asked("/datasets/?")) == 1
    assert len([at for at in national.server.requests if "/datasets/6b02" in at]) == 4

    national.server.requests.clear()
    look(national, atd)
    assert len(national.server.requests) == 3  # the harvesters, the items, the datasets


def test_a_look_cut_short_goes_on(dataset, agent, commune, atd, national):
    packages = []
    for number in range(3):
        package = call(
            "package_create", agent, name=f"jeu-{number}", title=f"Jeu {number}", owner_org=commune["id"],
            license_id="lov2",
        )  # fmt: skip
        packages.append(package)
        national.takes(package, id_=f"6b02000000000000000004{number:02}")
    national.ready()
    looking.ask([atd["id"]])
    client = config.datagouv_client(tries=1, patience=0)
    turns = 1
    while not looking.advance(atd["id"], lambda: True, client):
        turns += 1
    assert turns > 2
    assert len(national.server.asked("/datasets/?")) == 1
    assert all(twin_of(package, agent)["compared"] for package in packages)


def test_a_worker_does_what_was_asked(dataset, agent, atd, national):
    national.takes(dataset)
    national.ready()
    assert call("odl_datagouv_backcheck", agent, id="valbrune") == {"queued": [atd["id"]]}
    assert call("odl_datagouv_backcheck_show", agent, id="valbrune")["waiting"]
    looks = looking.Looks(config.datagouv_client(tries=1, patience=0))
    assert looks.next()
    assert not looks.next()
    assert not call("odl_datagouv_backcheck_show", agent, id="valbrune")["waiting"]
    assert twin_of(dataset, agent)["state"] == "arrived"


def test_the_sweep_asks_once_a_day(dataset, atd, national):
    national.ready()
    assert looking.sweep()["due"] == 1
    looking.Looks(config.datagouv_client(tries=1, patience=0)).next()
    assert looking.sweep()["due"] == 0
