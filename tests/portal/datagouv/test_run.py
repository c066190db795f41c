"""A run of a source: what comes in, what is brought up to date, what is no longer there."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from ckan import model

from ckanext.odl.model import Twin
from tests.national import invented, records
from tests.portal.conftest import call
from tests.portal.datagouv.conftest import ELSEWHERE, ids, packages, twin

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


def test_what_an_agent_changed_here_stays_and_is_shown_as_local(national, territory):
    server = national(invented(1))
    territory.declare(auto_accept=True)
    source = territory.source()
    territory.run(source)
    [package] = packages()
    file = package["resources"][0]
    call("package_patch", territory.editor, id=package["id"], notes="Ma description")
    call("resource_patch", territory.editor, id=file["id"], name="Mon nom")
    call(
        "resource_create", territory.editor, package_id=package["id"], url="https://example.fr/a.csv", name="La mienne"
    )
    record = server.datasets[ids(1)[0]]
    record["description"], record["title"] = "Leur nouvelle description", "Leur nouveau titre"
    record["resources"][0]["title"] = "leur-nom.csv"
    record["resources"][0]["format"] = "json"
    record["internal"]["last_modified_internal"] = "2024-06-01T09:00:00+00:00"
    territory.run(source)
    [after] = packages()
    assert (after["notes"], after["title"]) == ("Ma description", "Leur nouveau titre")
    assert [each["name"] for each in after["resources"]] == ["Mon nom", "Notice", "La mienne"]
    assert after["resources"][0]["format"] == "JSON"
    [line] = territory.review("imported")
    assert set(line["local_fields"]) == {"notes", f"resources.{file['id']}.name"}
    # the next change there finds the same fields local
    record["description"], record["title"] = "Encore une autre", "Encore un titre"
    record["internal"]["last_modified_internal"] = "2024-07-01T09:00:00+00:00"
    territory.run(source)
    [after] = packages()
    assert (after["notes"], after["title"]) == ("Ma description", "Encore un titre")
    assert set(territory.review("imported")[0]["local_fields"]) == set(line["local_fields"])


def test_what_an_agent_deleted_here_does_not_come_back(national, territory):
    server = national(invented(1))
    territory.declare(auto_accept=True)
    source = territory.source()
    territory.run(source)
    [package] = packages()
    call("package_delete", territory.editor, id=package["id"])
    server.datasets[ids(1)[0]]["title"] = "Nouveau"
    server.datasets[ids(1)[0]]["internal"]["last_modified_internal"] = "2024-06-01T09:00:00+00:00"
    territory.run(source)
    [package] = packages()
    assert package["state"] == "deleted"
    assert territory.review("imported")[0]["local_fields"] == ["state"]


def test_one_of_ours_never_comes_in(national, territory):
    harvest = {
        "backend": "DCAT",
        "domain": "test.ckan.net",
        "remote_id": "x",
        "remote_url": "http://test.ckan.net/dataset/x",
    }
    national([records.dataset(0, harvest=harvest), records.dataset(1)])
    territory.declare(auto_accept=True)
    done = territory.run(territory.source())
    assert (done["counts"]["ours"], done["counts"]["added"]) == (1, 1)
    assert len(packages()) == 1


def test_two_of_the_same_slug_and_title_are_two_datasets(national, territory):
    national([records.dataset(number, title="Budget", slug="budget") for number in range(3)])
    territory.declare(auto_accept=True)
    territory.run(territory.source())
    assert [package["name"] for package in packages()] == ["budget", "budget-2", "budget-3"]


# -- what is no longer there -------------------------------------------------------------------------------------------


def gone(server, number, how):
    record = server.datasets[ids(number + 1)[number]]
    if how == "deleted":
        record["deleted"] = "2024-06-01T09:00:00+00:00"
    elif how == "archived":
        record["archived"] = "2024-06-01T09:00:00+00:00"
    elif how == "private":
        record["private"] = True
    else:
        record["organization"]["id"] = ELSEWHERE


@pytest.mark.parametrize("how", ["deleted", "archived", "private", "moved"])
def test_what_is_gone_there_is_flagged_then_archived_and_comes_back(national, territory, how):
    server = national(invented(6))
    territory.declare(auto_accept=True)
    source = territory.source()
    territory.run(source)
    gone(server, 0, how)
    done = territory.run(source)
    assert (done["state"], done["counts"]["flagged"]) == ("done", 1)
    [line] = territory.review("flagged")
    assert line["national_id"] == ids(1)[0]
    assert line["problem"]["sentence"]
    assert [package["private"] for package in packages()] == [False] * 6
    long_ago(ids(1)[0])
    territory.run(source)
    hidden = [package["id"] for package in packages() if package["private"]]
    assert hidden == [twin(ids(1)[0]).package_id]
    assert len(territory.review("archived")) == 1
    record = server.datasets[ids(1)[0]]
    record |= {"deleted": None, "archived": None, "private": False, "title": "De retour"}
    record["organization"]["id"] = records.ORGANIZATION
    territory.run(source)
    assert [package["private"] for package in packages()] == [False] * 6
    assert "De retour" in [package["title"] for package in packages()]


def test_a_run_that_would_remove_more_than_a_fifth_stops_and_asks(national, territory):
    server = national(invented(10))
    territory.declare(auto_accept=True)
    source = territory.source()
    territory.run(source)
    for number in range(3):
        gone(server, number, "deleted")
    server.datasets[ids(5)[4]]["title"] = "Changé"
    server.datasets[ids(5)[4]]["internal"]["last_modified_internal"] = "2024-06-01T09:00:00+00:00"
    stopped = territory.run(source)
    assert stopped["state"] == "stopped"
    assert "3" in stopped["problems"][0]["sentence"]
    assert territory.review("flagged") == []
    confirmed = territory.run(source, confirm_removals=True)
    assert (confirmed["state"], confirmed["counts"]["flagged"], confirmed["counts"]["updated"]) == ("done", 3, 1)


def test_what_waits_for_a_decision_and_is_gone_leaves_the_list(national, territory):
    server = national(invented(2))
    territory.declare()
    source = territory.source()
    territory.run(source)
    gone(server, 0, "deleted")
    assert territory.run(source)["state"] == "done"
    assert [line["national_id"] for line in territory.review()] == [ids(2)[1]]


def long_ago(national_id):
    past = sa.text("now() - interval '15 days'")
    model.Session.execute(sa.update(Twin).where(Twin.national_id == national_id).values(gone_since=past))
    model.Session.commit()
