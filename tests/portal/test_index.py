"""The search lost a dataset: the sweep gives it back, and the feed of data.gouv.fr goes on."""

from __future__ import annotations

import json

import pytest
from ckan.cli.cli import ckan
from ckan.lib import search
from ckan.tests import factories

from ckanext.odl.doctor import examine
from tests.portal.conftest import call

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_redis", "clean_index")


@pytest.fixture
def lost():
    """One of two public datasets is in the database only."""
    organization = call("organization_create", None, name="valbrune", title="Valbrune", odl_kind="autre")
    words = {"owner_org": organization["id"], "license_id": "lov2"}
    kept, gone = (call("package_create", None, name=name, title=name.title(), **words) for name in ("arbres", "bancs"))
    search.clear(gone["id"])
    return {"kept": kept, "gone": gone}


def test_the_feed_stops_and_the_sweep_mends_it(app, cli, lost):
    assert app.get("/odl/dcat/valbrune.ttl", status=503)

    swept = json.loads(cli.invoke(ckan, ["odl", "validation", "sweep"]).stdout.splitlines()[-1])

    assert swept["indexed"] == 1
    assert "Bancs" in app.get("/odl/dcat/valbrune.ttl").body
    assert call("package_search", factories.User(), q="bancs")["count"] == 1


def test_the_doctor_sees_it(app, lost):
    found = {finding.code: finding for finding in examine(app.flask_app)}

    assert "1 public dataset" in found["index-lacks"].message


def test_a_sweep_of_a_whole_index_writes_nothing(cli, lost):
    cli.invoke(ckan, ["odl", "validation", "sweep"])

    swept = json.loads(cli.invoke(ckan, ["odl", "validation", "sweep"]).stdout.splitlines()[-1])

    assert swept["indexed"] == 0
