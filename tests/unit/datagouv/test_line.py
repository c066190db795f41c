"""The line to data.gouv.fr: its manners, the faults that it gets over and those that it names."""

from __future__ import annotations

import pytest

from tests.national import Fault, invented
from tests.national.records import ORGANIZATION, dataset, dataset_id
from tests.unit.datagouv.asking import DETAIL, LIST, code_of


def test_no_more_requests_in_a_second_than_agreed(national, client_of, clock):
    client = client_of(national(invented(500)), rate=2)

    client.datasets(ORGANIZATION)

    assert clock.slept == [0.5] * 4


def test_who_shares_a_pace_waits_for_its_turn(national, client_of, clock):
    server = national(invented(3))
    asked = []
    client = client_of(server, rate=2, turn=lambda interval: asked.append(interval) or 7.5)
    client.dataset(dataset_id(1))
    assert (asked, clock.slept) == ([0.5], [7.5])


def test_without_anybody_to_give_turns_the_pace_is_ones_own(national, client_of, clock):
    server = national(invented(3))
    client = client_of(server, rate=2, turn=lambda _interval: None)
    for number in range(3):
        client.dataset(dataset_id(number))
    assert clock.slept == [0.5, 0.5]


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
