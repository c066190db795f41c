"""Files behind links that declare a model: read by the worker, checked like uploads, again when they change."""

from __future__ import annotations

import pytest

from tests.national import NationalServer, records
from tests.portal.conftest import GOOD, SCHEMA, WRONG, call, run_checks, state_of
from tests.portal.datagouv.conftest import Territory, packages

pytestmark = pytest.mark.usefixtures("with_plugins")

FILE = "/fichiers/0/donnees-0.csv"


def prenoms(**changes):
    schema = {"name": SCHEMA, "version": None, "url": None}
    return records.dataset(0, resources=[records.resource(0, schema=schema, **changes)])


@pytest.fixture
def server(national, territory) -> NationalServer:
    server = national([prenoms()])
    server.files[FILE] = WRONG
    territory.declare(auto_accept=True)
    territory.source_made = territory.source()
    territory.run(territory.source_made)
    return server


def test_nothing_is_fetched_before_the_worker_comes(server):
    [file] = packages()[0]["resources"]
    assert server.asked(FILE) == []
    assert state_of(file)["badge"] == "checking"
    run_checks()
    assert len(server.asked(FILE)) == 1


def test_a_link_with_a_model_is_checked_and_again_when_it_changes(server, territory: Territory):
    run_checks()
    [file] = packages()[0]["resources"]
    found = state_of(file)
    assert (found["badge"], found["sha256"]) == ("invalid", None)
    assert found["counts"]["errors"] > 0
    server.files[FILE] = GOOD
    territory.run(territory.source_made)
    assert run_checks() == 0
    record = next(iter(server.datasets.values()))
    record["resources"][0] |= {"checksum": {"type": "sha1", "value": "a" * 40}}
    record["internal"]["last_modified_internal"] = "2024-06-01T09:00:00+00:00"
    territory.run(territory.source_made)
    assert run_checks() == 1
    assert state_of(file)["badge"] == "valid"


def test_a_link_that_does_not_answer_is_to_be_checked_again(server):
    server.files.clear()
    record = next(iter(server.datasets.values()))
    record["resources"][0]["id"] = "00000000-0000-4000-8000-000000000000"  # the permanent address leads nowhere
    run_checks()
    [file] = packages()[0]["resources"]
    assert state_of(file)["badge"] == "to_check"


def test_any_link_of_an_agent_with_a_model_is_checked(server, territory: Territory):
    server.files["/fichiers/mine.csv"] = GOOD
    made = call(
        "package_create", territory.editor, title="Le mien", owner_org="valbrune", license_id="lov2",
        resources=[{"url": f"{server.url}/fichiers/mine.csv", "odl_schema": SCHEMA}],
    )  # fmt: skip
    run_checks()
    assert state_of(made["resources"][0])["badge"] == "valid"
