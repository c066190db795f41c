"""Files behind links that declare a model: read by the worker, checked like uploads, again when they change."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

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


def report(app, resource, headers) -> BeautifulSoup:
    return BeautifulSoup(app.get(f"/en/odl/report/{resource['id']}", headers=headers).data, "html.parser")


def test_a_link_is_checked_again_from_its_report(server, territory: Territory, app, authorization):
    run_checks()
    [file] = packages()[0]["resources"]
    editor = authorization(territory.editor)
    form = report(app, file, editor).select_one(".odl-verdict form")
    assert " ".join(form.button.text.split()) == "Check again"
    assert form.select_one("[name=_csrf_token]")
    assert report(app, file, {}).select_one(".odl-verdict form") is None
    server.files[FILE] = GOOD
    assert app.post(form["action"]).status_code == 403
    assert run_checks() == 0
    assert app.post(form["action"], headers=editor, follow_redirects=False).status_code == 302
    assert run_checks() == 1
    assert state_of(file)["badge"] == "valid"


@pytest.mark.ckan_config("ckanext.odl.rates.check", 1)
@pytest.mark.usefixtures("clean_redis")
def test_nobody_has_a_link_read_again_and_again(server, territory: Territory, app, authorization):
    run_checks()
    [file] = packages()[0]["resources"]
    editor = authorization(territory.editor)
    again = [f"/odl/report/{file['id']}/check", f"/api/3/action/odl_validation_run?id={file['id']}"]
    answers = [app.post(address, headers=editor, follow_redirects=False).status_code for address in (*again, again[0])]
    assert answers == [302, 429, 429]


def test_a_link_that_does_not_answer_says_so_on_its_report(server, territory: Territory, app, authorization):
    server.files.clear()
    next(iter(server.datasets.values()))["resources"][0]["id"] = "00000000-0000-4000-8000-000000000000"
    run_checks()
    [file] = packages()[0]["resources"]
    page = report(app, file, authorization(territory.editor)).select_one(".odl-verdict")
    assert "The site where this file is did not answer" in page.text
    assert page.select_one("form button")
    assert "deposit the file itself" not in page.text


def test_a_link_that_is_never_read_says_which_ones_are(territory: Territory, app, authorization):
    made = call(
        "package_create", territory.editor, title="Le mien", owner_org="valbrune", license_id="lov2",
        resources=[{"url": "http://exemple.fr/mine.csv", "odl_schema": SCHEMA}],
    )  # fmt: skip
    page = report(app, made["resources"][0], authorization(territory.editor)).select_one(".odl-verdict")
    assert "only addresses that begin with https://" in page.text
    assert page.select_one("form button") is None
