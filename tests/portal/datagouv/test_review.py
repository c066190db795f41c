"""The review list and its decisions; who may take them, and what they can never touch."""

from __future__ import annotations

import pytest
from ckan.plugins import toolkit as tk

from tests.national import invented, records
from tests.portal.conftest import call
from tests.portal.datagouv.conftest import ELSEWHERE, ids, packages, twin

pytestmark = pytest.mark.usefixtures("with_plugins")


def test_what_is_ignored_stays_out_until_somebody_reconsiders(national, territory):
    server = national(invented(1))
    territory.declare()
    source = territory.source()
    territory.run(source)
    territory.decide("ignore", ids(1)[0])
    server.datasets[ids(1)[0]]["internal"]["last_modified_internal"] = "2024-06-01T09:00:00+00:00"
    assert territory.run(source)["counts"]["unchanged"] == 1
    assert (territory.review(), packages()) == ([], [])
    territory.decide("reconsider", ids(1)[0])
    assert len(territory.review()) == 1


def test_one_that_is_ours_becomes_its_twin_and_is_never_written(national, territory):
    server = national(invented(1))
    territory.declare()
    mine = call(
        "package_create", territory.editor, title=server.datasets[ids(1)[0]]["title"], owner_org="valbrune",
        license_id="lov2", notes="La nôtre",
    )  # fmt: skip
    source = territory.source()
    territory.run(source)
    [line] = territory.review()
    assert line["candidates"][0]["id"] == mine["id"]
    assert "notes" in {difference["field"] for difference in line["differences"]}
    territory.decide("twin", ids(1)[0], package_id=mine["name"])
    server.datasets[ids(1)[0]]["title"] = "Changé"
    server.datasets[ids(1)[0]]["internal"]["last_modified_internal"] = "2024-06-01T09:00:00+00:00"
    territory.run(source)
    [package] = packages()
    assert (package["title"], package["notes"]) == (mine["title"], "La nôtre")
    assert twin(ids(1)[0]).package_id == mine["id"]
    assert [line["title"] for line in territory.review("linked")] == ["Changé"]


def test_a_dataset_of_another_organization_is_nobodys_twin(national, territory):
    national(invented(1))
    territory.declare()
    theirs = call("package_create", territory.stranger, title="À eux", owner_org="autre", license_id="lov2")
    territory.run(territory.source())
    with pytest.raises(tk.ValidationError) as refused:
        territory.decide("twin", ids(1)[0], package_id=theirs["id"])
    assert "package_id" in refused.value.error_dict
    assert len(territory.review()) == 1


def test_only_the_staff_of_the_atd_decides(national, territory):
    national(invented(1))
    territory.declare()
    territory.run(territory.source())
    for user in (territory.editor, territory.stranger):
        context = {"user": user["name"], "ignore_auth": False}
        for action, data in (
            ("odl_datagouv_review_decide", {"ids": [ids(1)[0]], "decision": "accept"}),
            ("odl_datagouv_review_list", {"id": "valbrune"}),
            ("odl_datagouv_source_create", {"atd": "atd"}),
            ("package_create", {"type": "harvest", "name": "x", "owner_org": "valbrune", "url": "http://x.test"}),
        ):
            with pytest.raises(tk.NotAuthorized):
                tk.get_action(action)(dict(context), dict(data))
    assert packages() == []


def test_an_identifier_that_somebody_else_uses_here_takes_nothing_from_them(national, territory):
    """A record names files by identifiers that a stranger gave to files of his own beforehand."""
    server = national(invented(1))
    stolen = server.datasets[ids(1)[0]]["resources"][0]["id"]
    theirs = call(
        "package_create", territory.stranger, title="À eux", name="jeu-de-donnees-0", owner_org="autre",
        license_id="lov2", resources=[{"id": stolen, "url": "https://example.fr/a.csv", "name": "À eux"}],
    )  # fmt: skip
    territory.declare(auto_accept=True)
    source = territory.source()
    territory.run(source)
    server.datasets[ids(1)[0]]["title"] = "Changé"
    server.datasets[ids(1)[0]]["internal"]["last_modified_internal"] = "2024-06-01T09:00:00+00:00"
    territory.run(source)
    by_name = {package["name"]: package for package in packages()}
    assert set(by_name) == {"jeu-de-donnees-0", "jeu-de-donnees-0-2"}
    assert by_name["jeu-de-donnees-0"]["resources"][0]["name"] == "À eux"
    assert by_name["jeu-de-donnees-0"]["metadata_modified"] == theirs["metadata_modified"]
    assert len(by_name["jeu-de-donnees-0-2"]["resources"]) == 2


def test_a_source_reads_only_what_was_confirmed_for_members(national, territory):
    national([*invented(2), records.dataset(7, ELSEWHERE)])
    territory.declare(organization="autre", national_id=ELSEWHERE, auto_accept=True)
    done = territory.run(territory.source())
    assert done["state"] == "incomplete"
    assert done["problems"][0]["code"] == "no-organization"
    assert packages() == []
