"""``ckan odl doctor`` names what is dangerous or missing."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.cli.cli import ckan
from ckan.model.group import group_table, member_table
from ckan.plugins import toolkit as tk
from ckan.tests import factories

from ckanext.odl import jobs
from ckanext.odl.doctor import examine

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_redis", "clean_index")


@pytest.fixture
def examined(app):
    """A function that looks at the portal; what it finds, by code."""
    return lambda: {finding.code: finding for finding in examine(app.flask_app)}


def test_the_command_ends_with_one_and_names_the_remedies(cli):
    result = cli.invoke(ckan, ["odl", "doctor", "--json"])

    found = {finding["code"]: finding for finding in json.loads(result.stdout.splitlines()[-1])}
    assert result.exit_code == 1
    assert "jobs worker" in found["no-worker"]["remedy"]


def test_a_portal_without_worker_and_sweep_is_told_so(examined):
    assert {"no-worker", "no-sweep"} <= set(examined())


def test_a_sweep_that_ran_is_known(examined):
    jobs.sweep()

    assert "no-sweep" not in examined()


@pytest.mark.ckan_config("ckan.auth.user_create_organizations", True)
def test_a_dangerous_setting_is_named(examined):
    found = examined()

    assert found["setting-dangerous"].severity == "danger"
    assert "user_create_organizations" in found["setting-dangerous"].message


def test_the_hole_of_forged_forms_is_found_by_behaviour(examined):
    holed = tk.check_ckan_version(min_version="2.12", max_version="2.12.0")

    assert ("forged-forms" in examined()) is holed


def test_a_storage_that_writes_in_place_is_told(examined, monkeypatch):
    monkeypatch.setitem(tk.config, "ckan.files.default_storages.resource", "resources")
    monkeypatch.setitem(tk.config, "ckan.files.storage.resources.type", "ckan:fs")

    assert "odl:fs" in examined()["files-in-place"].remedy


class TestManyMembers:
    """CKAN names every organization that a person may read in each search; Solr takes so many and no more."""

    def support(self, count: int) -> None:
        """An ATD with *count* members, written at once."""
        atd = factories.Organization(user=factories.Sysadmin(), odl_kind="autre", odl_is_atd="true")
        names = [f"membre-{number}" for number in range(count)]
        groups = [{"id": name, "name": name, "title": name, "type": "organization", "is_organization": True,
                   "state": "active", "approval_status": "approved"} for name in names]  # fmt: skip
        model.Session.execute(sa.insert(group_table), groups)
        links = [{"id": f"{name}-link", "group_id": name, "table_id": atd["id"], "table_name": "group",
                  "capacity": "parent", "state": "active"} for name in names]  # fmt: skip
        model.Session.execute(sa.insert(member_table), links)
        model.Session.commit()

    def test_as_many_as_solr_takes_are_well(self, examined):
        self.support(1500)

        assert "search-clauses" not in examined()

    def test_more_than_solr_takes_are_told_with_the_remedy(self, examined):
        self.support(4200)

        assert "solr.max.booleanClauses=8402" in examined()["search-clauses"].remedy
