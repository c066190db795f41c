"""What data.gouv.fr gives is read whole or said to be incomplete, whatever goes wrong on the way."""

from __future__ import annotations

import pickle

import pytest

from ckanext.odl.datagouv import DatagouvError, Incomplete
from ckanext.odl.datagouv.errors import CODES, from_dict
from tests.national import Fault, invented, organization
from tests.national.records import ORGANIZATION, SIRET, dataset, dataset_id

LIST = r"^/api/1/datasets/\?"
DETAIL = r"^/api/1/datasets/6b02"


def code_of(call, *args):
    with pytest.raises(DatagouvError) as found:
        call(*args)
    return found.value


# -- what is asked -----------------------------------------------------------------------------------------------------


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


# -- manners -----------------------------------------------------------------------------------------------------------


def test_no_more_requests_in_a_second_than_agreed(national, client_of, clock):
    client = client_of(national(invented(500)), rate=2)

    client.datasets(ORGANIZATION)

    assert clock.slept == [0.5] * 4


def test_a_wish_to_wait_is_granted(national, client_of, clock):
    client = client_of(national(invented(3), faults=[Fault("429", LIST, times=2, value=40)]))

    assert len(client.datasets(ORGANIZATION)) == 3
    assert clock.slept == [40, 40]


def test_a_wish_to_wait_until_a_date_is_granted(national, client_of, clock):
    server = national(invented(1), faults=[Fault("429", LIST, times=1, value="Fri, 01 Jan 2100 00:00:00 GMT")])

    error = code_of(client_of(server).datasets, ORGANIZATION)

    assert error.code == "rate-limited"
    assert error.details["retry_after"] > 365 * 86400
    assert clock.slept == []


@pytest.mark.parametrize("value", [3600, "999999999999999999999"])
def test_a_wish_beyond_patience_ends_the_question(national, client_of, clock, value):
    server = national(invented(1), faults=[Fault("429", LIST, value=value)])

    assert code_of(client_of(server).datasets, ORGANIZATION).code == "rate-limited"
    assert clock.slept == []
    assert len(server.requests) == 1


@pytest.mark.parametrize("value", [None, "soon", "-3", "٣"])
def test_a_wish_that_cannot_be_read_means_our_own_pauses(national, client_of, clock, value):
    server = national(invented(1), faults=[Fault("429", LIST, times=1, value=None if value == "٣" else value)])

    assert len(client_of(server).datasets(ORGANIZATION)) == 1
    assert clock.slept == [2]


# -- faults that pass --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["429", "500", "500-html", "half", "cut", "html"])
def test_a_fault_in_the_middle_of_a_list_passes(national, client_of, kind):
    server = national(invented(450), faults=[Fault(kind, LIST, after=2, times=3)])

    found = client_of(server).datasets(ORGANIZATION)

    assert {record["id"] for record in found} == {dataset_id(number) for number in range(450)}


@pytest.mark.parametrize("kind", ["hang", "slow"])
def test_a_machine_that_does_not_get_on_is_left_and_asked_again(national, client_of, kind):
    server = national(invented(5), faults=[Fault(kind, LIST, times=1)])

    assert len(client_of(server, guard={"seconds": 0.3}).datasets(ORGANIZATION)) == 5


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [
        ("429", 1, "rate-limited"),
        ("500", None, "failing"),
        ("500-html", None, "failing"),
        ("half", None, "not-json"),
        ("html", None, "not-json"),
        ("cut", None, "unreachable"),
        ("large", 2 << 20, "too-large"),
        ("redirect", "http://localhost:1/api/1/datasets/", "moved"),
        ("redirect", "http://10.0.0.1/", "moved"),
        ("redirect", "https://exemple.fr/", "moved"),
        ("redirect", "file:///etc/passwd", "moved"),
        ("gone", None, "gone"),
        ("missing", None, "gone"),
        ("status", 400, "refused"),
        ("status", 401, "key-refused"),
        ("status", 403, "refused"),
        ("status", 204, "refused"),
        ("malformed", [], "not-json"),
        ("malformed", None, "not-json"),
    ],
)
def test_a_fault_that_lasts_is_named(national, client_of, kind, value, code):
    server = national(invented(2), faults=[Fault(kind, DETAIL, value=value)])
    client = client_of(server, guard={"most_bytes": 1 << 20})

    assert code_of(client.dataset, dataset_id(0)).code == code
    assert client.datasets(ORGANIZATION), "other questions are still answered"


def test_another_port_of_the_same_machine_is_another_machine(national, client_of):
    trap = national(invented(2))
    server = national(invented(2), faults=[Fault("redirect", DETAIL, value=f"{trap.url}/api/1/datasets/")])

    assert code_of(client_of(server).dataset, dataset_id(0)).code == "moved"


def test_a_machine_that_is_not_there(national, client_of, clock):
    server = national()
    server.__exit__()

    assert code_of(client_of(server).datasets, ORGANIZATION).code == "unreachable"
    assert clock.slept == [2, 4, 8, 16]


def test_an_unsafe_address_of_data_gouv_fr_itself():
    from ckanext.odl.datagouv import Client  # noqa: PLC0415 (without the clock of the other tests)
    from ckanext.odl.fetch import Guard  # noqa: PLC0415 (likewise)

    for url in ("http://127.0.0.1:9", "https://10.0.0.1", "nothing", "https://user:secret@www.data.gouv.fr"):
        assert code_of(Client(Guard().fetch, url).datasets, ORGANIZATION).code == "address-refused"


# -- the circuit -------------------------------------------------------------------------------------------------------


def test_a_machine_that_keeps_failing_is_left_alone_then_tried_again(national, client_of, clock):
    server = national(invented(3), faults=[Fault("500", times=10)])
    client = client_of(server)

    codes = [code_of(client.dataset, dataset_id(0)).code for _ in range(3)]

    assert codes == ["failing", "failing", "circuit-open"]
    assert len(server.requests) == 10
    error = code_of(client.dataset, dataset_id(0))
    assert 0 < error.details["retry_after"] <= 300
    clock.now += 300
    assert client.dataset(dataset_id(0))["id"] == dataset_id(0)
    assert client.dataset(dataset_id(1))["id"] == dataset_id(1)


def test_after_its_rest_one_failure_opens_the_circuit_again(national, client_of, clock):
    server = national(invented(3), faults=[Fault("500")])
    client = client_of(server)
    for _ in range(2):
        code_of(client.dataset, dataset_id(0))
    clock.now += 300

    assert code_of(client.dataset, dataset_id(0)).code == "failing"
    assert code_of(client.dataset, dataset_id(0)).code == "circuit-open"
    assert len(server.requests) == 11


def test_records_that_are_gone_or_broken_open_no_circuit(national, client_of):
    server = national(invented(40), faults=[Fault("gone", r"(0[0-9a-f]|1[0-9a-f])/$")])
    client = client_of(server)

    codes = {code_of(client.dataset, dataset_id(number)).code for number in range(32)}

    assert codes == {"gone"}
    assert client.dataset(dataset_id(35))["id"] == dataset_id(35)


# -- a list is whole or it is not --------------------------------------------------------------------------------------


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


def test_texts_that_no_database_takes_are_made_storable(national, client_of):
    server = national([dataset(0, title="nul\0 et \ud83d moitié")])
    server.hand[f"/api/1/datasets/{dataset_id(0)}/"] = (
        b'{"id": "%s", "title": "nul\\u0000 et moiti\\ud83d"}' % dataset_id(0).encode()
    )

    assert client_of(server).dataset(dataset_id(0))["title"] == "nul et moiti?"


@pytest.mark.parametrize("content", [b'{"id": NaN}', b'{"id": 1e999}', b"[" * 100_000, b"\xff\xfe", b"", b'{"a":1}{}'])
def test_what_is_not_json_is_said_to_be_none(national, client_of, content):
    server = national(hand={f"/api/1/datasets/{dataset_id(0)}/": content})

    assert code_of(client_of(server).dataset, dataset_id(0)).code == "not-json"


# -- errors ------------------------------------------------------------------------------------------------------------


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
