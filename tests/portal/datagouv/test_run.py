"""A run of a source: what comes in, what is brought up to date, what is no longer there."""

from __future__ import annotations

import pytest

from tests.national import invented, records
from tests.portal.datagouv.conftest import ids, packages, twin

pytestmark = pytest.mark.usefixtures("with_plugins")


def test_new_datasets_wait_in_the_review_list(national, territory):
    national(invented(3))
    territory.declare()
    done = territory.run(territory.source())
    assert done["state"] == "done"
    assert done["counts"]["review"] == 3
    assert packages() == []
    listed = territory.review()
    assert {line["national_id"] for line in listed} == set(ids(3))
    assert listed[0]["organization"]["name"] == "valbrune"
    assert listed[0]["files"] == 2


def test_what_is_accepted_comes_in_with_all_its_fields(national, territory):
    server = national(invented(2))
    territory.declare()
    territory.run(territory.source())
    territory.decide("accept", ids(2)[0])
    [package] = packages()
    record = server.datasets[ids(2)[0]]
    assert package["title"] == record["title"]
    assert package["name"] == record["slug"]
    assert package["organization"]["name"] == "valbrune"
    assert package["license_id"] == record["license"]
    assert package["frequency"].endswith("/ANNUAL")
    assert (package["temporal_start"], package["temporal_end"]) == ("2024-01-01", "2024-12-31")
    assert package["odl_territory"].startswith("commune 35328")
    assert [tag["name"] for tag in package["tags"]] == ["donnees", "sixt"]
    file = package["resources"][0]
    assert file["id"] == record["resources"][0]["id"]
    assert file["url"].endswith(f"/datasets/r/{file['id']}")
    assert (file["hash"], file["hash_algorithm"]) == (record["resources"][0]["checksum"]["value"], "sha1")
    assert package["resources"][1]["resource_type"] == "documentation"
    assert twin(ids(2)[0]).package_id == package["id"]


def test_with_automatic_acceptance_they_come_in_at_once(national, territory):
    national(invented(4))
    territory.declare(auto_accept=True)
    done = territory.run(territory.source())
    assert done["state"] == "done"
    assert done["counts"]["added"] == 4
    assert len(packages()) == 4


def test_a_second_run_reads_the_lists_only(national, territory):
    server = national(invented(120))
    territory.declare()
    source = territory.source()
    territory.run(source)
    server.requests.clear()
    done = territory.run(source)
    assert done["state"] == "done"
    assert done["counts"]["unchanged"] == 120
    assert len(server.requests) == 2
    assert all(address.startswith("/api/1/datasets/?") for address in server.requests)


def test_what_changes_there_changes_here_and_the_address_stays(national, territory):
    server = national(invented(1))
    territory.declare(auto_accept=True)
    source = territory.source()
    territory.run(source)
    [before] = packages()
    record = server.datasets[ids(1)[0]]
    record["title"], record["slug"], record["tags"] = "Un tout autre titre", "un-tout-autre-titre", ["autre"]
    record["internal"]["last_modified_internal"] = "2024-06-01T09:00:00+00:00"
    record["resources"] = [record["resources"][0] | {"title": "nouveau.csv"}, records.resource(0, 7)]
    done = territory.run(source)
    [after] = packages()
    assert done["counts"]["updated"] == 1
    assert after["id"] == before["id"]
    assert after["name"] == before["name"]
    assert after["title"] == "Un tout autre titre"
    assert [tag["name"] for tag in after["tags"]] == ["autre"]
    assert [file["name"] for file in after["resources"]] == ["nouveau.csv", "donnees-0.csv"]
    [change] = done["changes"]["results"]
    assert {"title", "tags"} <= set(change["changed"])
