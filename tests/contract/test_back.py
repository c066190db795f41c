"""What data.gouv.fr holds comes back whole into another portal, through our own harvester."""

from __future__ import annotations

from typing import Any

import pytest
from ckan import model
from ckan.common import config as settings
from ckan.tests import factories

from ckanext.odl import config
from ckanext.odl.harvest import processing, worker
from ckanext.odl.harvest import run as runs
from ckanext.odl.model import Twin
from dev.national.service import National
from tests.contract import expected
from tests.contract.publishing import Harvested, Published
from tests.contract.world import COLLECTIVITE, NAME
from tests.portal.conftest import call

ATD = {"name": "atd", "title": "Causses Numérique", "odl_kind": "syndicat", "odl_is_atd": "true"}


@pytest.fixture
def staff(clean_db: None, clean_index: None, national: National, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A person of an ATD, on another portal that has the same commune and reads the same platform."""
    monkeypatch.setitem(settings, "ckanext.odl.datagouv.url", national.url)
    monkeypatch.setitem(settings, "ckanext.odl.datagouv.loopback", True)
    real = config.datagouv_client
    monkeypatch.setattr(config, "datagouv_client", lambda **more: real(sleep=lambda _s: None, **more))
    sysadmin, person = factories.Sysadmin(), factories.User(name="claire")
    call("organization_create", sysadmin, **ATD)
    call("organization_create", sysadmin, **COLLECTIVITE, groups=[{"name": "atd"}])
    call("organization_member_create", sysadmin, id="atd", username=person["name"], role="admin")
    return person


def test_a_round_trip_loses_nothing(
    staff: dict[str, Any], national: National, harvested: Harvested, published: Published, figures: dict[str, Any]
) -> None:
    found = call("odl_datagouv_organization_search", staff, id=COLLECTIVITE["name"])
    assert [one["name"] for one in found["results"]] == [NAME]
    call("odl_datagouv_link_update", staff, id=COLLECTIVITE["name"], national_id=found["results"][0]["id"], mode="own")
    source = call("odl_datagouv_source_create", staff, atd="atd", title="Les nôtres", frequency="MANUAL")
    assert _run(staff, source)["counts"]["listed"] == len(published.packages)
    waiting = call("odl_datagouv_review_list", staff, id="atd", rows=100)
    assert waiting["count"] == len(published.packages)
    ids = [one["national_id"] for one in waiting["results"]]
    call("odl_datagouv_review_decide", staff, ids=ids, decision="accept")
    while processing.pending():  # a job leaves for others after some seconds, and comes back
        worker.work()
    model.Session.expire_all()

    originals = {f"{package['id']}": package for package in published.packages}
    compared, lost = 0, []
    for dataset in harvested.datasets:
        twin = model.Session.get(Twin, dataset["id"])
        assert twin is not None
        assert (twin.state, twin.error) == ("imported", None)
        original = originals[dataset["harvest"]["remote_id"].rpartition("/")[2]]
        ours = expected.of_return(original, published.organization, dataset, published.contents)
        theirs = expected.returned(call("package_show", None, id=twin.package_id))
        compared += len(ours)
        lost += [f"{original['name']}: {line}" for line in expected.differences(ours, theirs)]
    figures |= {"datasets back": len(harvested.datasets), "values compared back": compared, "lost back": len(lost)}
    assert lost == []

    # nothing changed there: nothing is read again, nothing is written
    again = _run(staff, source)
    assert (again["state"], again["counts"]["unchanged"]) == ("done", len(published.packages))
    assert again["changes"]["count"] == 0


def _run(staff: dict[str, Any], source: dict[str, Any]) -> dict[str, Any]:
    asked = call("odl_datagouv_run", staff, id=source["id"])
    while asked["id"] in runs.waiting():
        worker.work()
    model.Session.expire_all()
    run = call("odl_datagouv_run_show", staff, id=asked["id"])
    assert (run["state"], run["problems"]) == ("done", [])
    return run
