"""What data.gouv.fr gives is read whole or said to be incomplete, whatever goes wrong on the way."""

from __future__ import annotations

import pickle

import pytest

from ckanext.odl.datagouv import DatagouvError, Incomplete
from ckanext.odl.datagouv.errors import CODES, from_dict
from tests.national import Fault, invented, organization
from tests.national.records import ORGANIZATION, SIRET, dataset, dataset_id
from tests.unit.datagouv.asking import LIST, code_of


def test_the_list_is_light_anonymous_and_followed_to_its_end(national, client_of):
    server = national(invented(250))

    found = client_of(server, agent="portail d’essai".encode().decode("latin-1")).datasets(ORGANIZATION)

    assert [record["id"] for record in found] == [dataset_id(number) for number in range(250)]
    assert found.malformed == []
    assert len(server.asked("page=")) == 3
    assert "description" not in found[0]
    assert "resources" not in found[0]
    assert found[0]["internal"]["last_modified_internal"]
    for headers in server.headers:
        assert "portail" in headers["user-agent"]
        assert not {"authorization", "x-api-key", "cookie"} & set(headers)


def test_ten_thousand_records_are_all_seen(national, client_of):
    found = client_of(national(invented(10_000))).datasets(ORGANIZATION)

    assert {record["id"] for record in found} == {dataset_id(number) for number in range(10_000)}


def test_a_dataset_comes_whole(national, client_of):
    server = national(invented(3))

    record = client_of(server).dataset(dataset_id(1))

    assert record["title"] == server.datasets[dataset_id(1)]["title"]
    assert record["resources"][0]["latest"].startswith(server.url + "/api/1/datasets/r/")


def test_organizations_are_found_by_siret_or_name_without_their_members(national, client_of):
    other = organization("534fff91a3a7292c64a77e02", "Commune de Sixt", business_number_id="21740275300017")
    client = client_of(national(organizations=[organization(), other]))

    assert [record["id"] for record in client.organizations(siret=" 213 503 281 00018 ")] == [ORGANIZATION]
    assert client.organizations(siret="00000000000000") == []
    assert [record["name"] for record in client.organizations(name="commune de sixt")] == [
        "Commune de Sixt",
        "Commune de Sixt-sur-Aff",
    ]
    assert client.organizations(name=" ") == []
    assert client.organization(ORGANIZATION)["business_number_id"] == SIRET
    assert "members" not in client.organization(ORGANIZATION)


def test_jobs_items_reuses_discussions_and_zones(national, client_of):
    items = [{"remote_id": f"r{n}", "status": "done", "dataset": {"id": dataset_id(n)}} for n in range(120)]
    server = national(
        hand={
            "/api/1/harvest/sources/[]": [{"id": "s1", "url": "https://portail.example/odl/dcat.rdf"}],
            "/api/1/harvest/source/s1/": {"id": "s1"},
            "/api/1/harvest/source/s1/jobs/[]": [{"id": "j1"}],
            "/api/1/harvest/job/j1/": {"id": "j1", "status": "done"},
            "/api/1/harvest/job/j1/items/[]": items,
            "/api/1/reuses/[]": [{"id": "u1", "title": "Carte", "datasets": [{}]}],
            "/api/1/discussions/[]": [{"id": "d1", "title": "Question", "user": {"first_name": "Camille"}}],
            "/api/1/datasets/schemas/": [{"name": "scdl/subventions"}, None],
        }
    )
    client = client_of(server)

    assert [source["id"] for source in client.harvest_sources(ORGANIZATION)] == ["s1"]
    assert client.harvest_source("s1")["id"] == "s1"
    assert client.harvest_jobs("s1") == [{"id": "j1"}]
    assert client.harvest_job("j1")["status"] == "done"
    assert client.harvest_items("j1") == items
    assert client.reuses(dataset_id(1)) == [{"id": "u1", "title": "Carte"}]
    assert client.discussions(dataset_id(1)) == [{"id": "d1", "title": "Question"}]
    assert client.schemas() == [{"name": "scdl/subventions"}]
    assert [zone["id"] for zone in client.zones(["fr:region:53", "fr:commune:35328", "fr:commune:35328"])] == [
        "fr:commune:35328",
        "fr:region:53",
    ]


def test_a_territory_that_nobody_knows_does_not_hide_the_others(national, client_of):
    known = [f"fr:commune:{number:05}" for number in range(60)]

    found = client_of(national()).zones([*known, "mars:cratere:1", "../secret"])

    assert [zone["id"] for zone in found] == known


def test_an_identifier_never_leads_elsewhere(national, client_of):
    server = national()

    for id in ("..", "../organizations", "a/b", "x?y=1", "", "a" * 200, "é"):
        assert code_of(client_of(server).dataset, id).code == "gone"
    assert server.requests == []


def test_a_page_that_moved_once_is_found_in_a_second_reading(national, client_of):
    server = national(invented(450), faults=[Fault("shift", LIST, after=2, times=3)])

    found = client_of(server).datasets(ORGANIZATION)

    assert {record["id"] for record in found} == {dataset_id(number) for number in range(450)}
    assert len(found) == 450


def test_a_list_in_another_order_on_each_page_is_never_taken_for_whole(national, client_of):
    server = national(invented(1000), faults=[Fault("reorder", LIST)])

    with pytest.raises(Incomplete) as stopped:
        client_of(server).datasets(ORGANIZATION)

    assert stopped.value.code == "incomplete"
    assert stopped.value.details["total"] == 1000
    assert stopped.value.details["seen"] == len(stopped.value.partial) < 1000


@pytest.mark.parametrize(("kind", "value"), [("total", 1), ("total", -1), ("endless", None)])
def test_a_list_whose_count_is_wrong_is_incomplete(national, client_of, kind, value):
    server = national(invented(350), faults=[Fault(kind, LIST, value=value)])

    assert code_of(client_of(server).datasets, ORGANIZATION).code == "incomplete"
    assert len(server.requests) <= 10


def test_a_list_that_changes_while_it_is_read_is_read_again(national, client_of):
    server = national(invented(350))
    client, ask = client_of(server), None

    def add_one(path, fields=""):
        if "page=3" in path:
            server.datasets[dataset_id(999)] = dataset(999)
        return ask(path, fields)

    ask, client.ask = client.ask, add_one

    assert len(client.datasets(ORGANIZATION)) == 351


def test_a_list_that_became_shorter_than_its_pages_is_read_again(national, client_of):
    server = national(invented(301))
    client, ask = client_of(server), None

    def take_one(path, fields=""):
        if "page=4" in path:
            server.datasets.pop(dataset_id(300), None)
        return ask(path, fields)

    ask, client.ask = client.ask, take_one

    assert len(client.datasets(ORGANIZATION)) == 300


def test_a_record_that_stands_twice_in_the_list_comes_once(national, client_of):
    server = national(invented(230), faults=[Fault("duplicate", LIST)])

    found = client_of(server).datasets(ORGANIZATION)

    assert [record["id"] for record in found] == [dataset_id(number) for number in range(230)]


@pytest.mark.parametrize("value", [None, {}, "x", {"id": None}, {"id": ""}, [1]])
def test_a_malformed_record_does_not_end_the_list(national, client_of, value):
    server = national(invented(50), faults=[Fault("malformed", LIST, value=value)])

    found = client_of(server).datasets(ORGANIZATION)

    assert [record["id"] for record in found] == [dataset_id(number) for number in range(1, 50)]
    assert found.malformed == [value]


def test_a_dataset_of_another_organization_is_set_aside(national, client_of):
    foreign = {**dataset(7), "organization": {"id": "534fff91a3a7292c64a77e09"}}
    server = national(invented(5), faults=[Fault("malformed", LIST, value=foreign)])

    found = client_of(server).datasets(ORGANIZATION)

    assert dataset_id(7) not in {record["id"] for record in found}
    assert len(found.malformed) == 1


def test_an_empty_list_of_an_organization_that_vanished(national, client_of):
    empty, vanished = "534fff91a3a7292c64a77e03", "534fff91a3a7292c64a77e04"
    server = national(organizations=[organization(empty), organization(vanished, deleted="2026-01-01")])
    client = client_of(server)

    assert client.datasets(empty) == []
    assert code_of(client.datasets, vanished).code == "gone"
    assert code_of(client.datasets, "534fff91a3a7292c64a77e05").code == "gone"


def test_a_slug_is_refused_in_the_words_of_data_gouv_fr(national, client_of):
    error = code_of(client_of(national()).datasets, "commune-de-sixt")

    assert error.details["message"] == "Organization arg must be an identifier"
    assert "« Organization arg must be an identifier »" in error.sentence("fr").replace("\u00a0", " ")


def test_a_dataset_that_answers_for_another_one(national, client_of):
    server = national(invented(3))
    server.old_slugs["ancien-titre"] = dataset_id(2)

    error = code_of(client_of(server).dataset, "ancien-titre")

    assert (error.code, error.details["to"]) == ("moved", dataset_id(2))


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_code_has_a_sentence_and_a_remedy_with_and_without_details(code, language):
    full = DatagouvError(
        code, url="https://x", status=502, message="No", retry_after=30, seen=3, total=4, to="https://y"
    )

    for error in (DatagouvError(code), full):
        for text in (error.sentence(language), error.remedy(language)):
            assert text.endswith(".")
            assert not {"{", "[", "?"} & set(text)
            if language == "fr":
                assert not any(sign in text for sign in (" :", " ;", " !", " »", "« ", "'"))


def test_an_error_is_stored_and_read_again():
    error = DatagouvError("rate-limited", retry_after=30)

    assert from_dict(error.as_dict()).sentence() == error.sentence()
    assert pickle.loads(pickle.dumps(error)).as_dict() == error.as_dict()
    assert from_dict({"code": "of another version"}).code == "failing"
