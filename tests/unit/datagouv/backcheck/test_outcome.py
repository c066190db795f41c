"""What became of each dataset, how the harvester fares, and what is there twice."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.odl.datagouv.backcheck import (
    Lookup,
    Sent,
    Shelf,
    choose,
    duplicate_words,
    examine,
    harvester_words,
    judge,
    outcome_words,
    words,
)
from ckanext.odl.datagouv.backcheck.duplicates import REASONS
from ckanext.odl.datagouv.backcheck.harvester import STATES as HARVESTER_STATES
from ckanext.odl.datagouv.backcheck.outcome import STATES

from .samples import FEED, ID, IDENTIFIER, held, item, job, record, sent, source
from .test_refusals import JSON

NOW = dt.datetime(2026, 3, 10, 8, tzinfo=dt.timezone.utc)
BEFORE = dt.datetime(2026, 3, 1, tzinfo=dt.timezone.utc)
TWIN = "64b7b8ae86e7e3db5e2a5f01"


def ours(**changed: Any) -> Sent:
    return Sent(**{"id": ID, "identifiers": (IDENTIFIER, ID), "fields": sent(), "changed_at": BEFORE, **changed})


def state(one: Sent, items: list[Any], records: list[Any], run: Any = None) -> Any:
    harvester = examine(source(), job() if run is None else run, [FEED], 1, NOW)
    found = Lookup(items, records).find(one)
    return judge(one, found, harvester, next((r for r in records if r.get("id") == found.national_id), None))


def test_a_dataset_that_arrived_says_since_when_where_and_how_it_is_used() -> None:
    outcome = state(ours(), [item()], [record()])
    assert (outcome.state, outcome.national_id, outcome.is_there, outcome.late) == ("arrived", TWIN, True, False)
    assert outcome.since == dt.datetime(2026, 3, 2, 0, 10, tzinfo=dt.timezone.utc)
    assert outcome.collected == dt.datetime(2026, 3, 10, 0, 10, tzinfo=dt.timezone.utc)
    assert outcome.owner == {"id": "org-atd", "name": "Syndicat d’Aurette"}
    assert outcome.metrics == {"reuses": 2, "discussions": 1, "discussions_open": 1, "views": 40, "downloads": 7}
    assert outcome.losses == ()


LATER = NOW + dt.timedelta(hours=1)
FAILED = item(status="failed", dataset=None, errors=[{"message": "missing title on dataset"}])
OUTCOMES: list[tuple[str, Sent, list[Any], list[Any], Any]] = [
    # the item is enough: whoever owns it there
    ("arrived", ours(), [item()], [], None),
    # so is the record: an older run, or one that is under way
    ("arrived", ours(), [], [record()], None),
    # the id alone, as harvesters of CKAN's API know it
    ("arrived", ours(), [item(remote_id=ID)], [], None),
    ("failed", ours(), [FAILED], [], None),
    ("failed", ours(), [FAILED], [record()], None),
    ("skipped", ours(), [item(status="skipped", dataset=None)], [], None),
    ("archived", ours(), [item(status="archived")], [], None),
    ("archived", ours(), [], [record(archived="2026-03-09T00:00:00+00:00")], None),
    ("missing", ours(), [], [], None),
    ("waiting", ours(changed_at=LATER), [], [], None),
    ("waiting", ours(), [], [], job(status="failed")),
    ("waiting", ours(), [], [], job(status="processing", ended=None)),
    ("waiting", ours(), [], [], {}),
    ("unknown", ours(), [], [], job(status="peut-être")),
    ("withheld", ours(withheld="private"), [], [], None),
    ("left", ours(withheld="private"), [], [record()], None),
    ("withheld", ours(withheld="private"), [], [record(archived="2026-03-09T00:00:00+00:00")], None),
    # a title is no proof
    ("missing", ours(), [], [record(harvest=None)], None),
    ("missing", ours(), [item(remote_id=None)], [record(harvest={"remote_id": "autre"})], None),
]


@pytest.mark.parametrize(("expected", "one", "items", "records", "run"), OUTCOMES)
def test_what_became_of_it(expected: str, one: Sent, items: list[Any], records: list[Any], run: Any) -> None:
    assert state(one, items, records, run).state == expected


def test_every_outcome_is_met_and_has_words() -> None:
    assert {expected for expected, *_ in OUTCOMES} == set(STATES) == set(words._texts()["outcomes"])
    for name in STATES:
        for language in ("fr", "en"):
            assert outcome_words(name, language)["label"]
            assert outcome_words(name, language)["sentence"]


def test_a_refusal_keeps_the_twin_that_is_there() -> None:
    outcome = state(ours(), [FAILED], [record()])
    assert (outcome.state, outcome.is_there) == ("failed", True)
    assert [problem.code for problem in outcome.problems] == ["title-missing"]


def test_what_changed_here_since_the_last_reading_is_late() -> None:
    outcome = state(ours(changed_at=LATER), [item()], [record(title="Avant")])
    assert outcome.late
    assert [loss.field for loss in outcome.losses] == ["title"]


def test_a_doubled_identifier_leaves_the_dataset_that_was_taken() -> None:
    doubled = item(status="failed", dataset=None, errors=[{"message": f"Identifier '{IDENTIFIER}' already exists"}])
    assert state(ours(), [doubled, item()], []).state == "arrived"


def test_two_national_datasets_with_one_identifier_are_told() -> None:
    outcome = state(ours(), [item()], [record(), record(id="second")])
    assert outcome.national_id == TWIN
    assert [(one.id, one.why) for one in outcome.duplicates] == [("second", "same_identifier")]


def test_the_one_that_everybody_sees_is_the_twin() -> None:
    aside = record(archived="2026-03-01T00:00:00+00:00")
    assert state(ours(), [], [aside, record(id="second")]).national_id == "second"


HARVESTERS: list[tuple[str, Any, Any, int]] = [
    ("absent", None, None, 1),
    ("deleted", source(deleted="2026-03-01"), job(), 1),
    ("refused", source(validation={"state": "refused", "comment": "Adresse privée"}), None, 1),
    ("to_validate", source(validation={"state": "pending"}), None, 1),
    ("inactive", source(active=False), job(), 1),
    ("never_run", source(), None, 1),
    ("running", source(), job(status="processing"), 1),
    ("failed", source(), job(status="failed"), 1),
    ("empty", source(), job(items={"by_status": {"archived": 4}, "total": 4}), 4),
    ("done", source(), job(items={"by_status": {}, "total": 0}), 0),
    ("done_with_errors", source(), job(status="done-errors"), 1),
    ("late", source(), job(ended="2026-03-01T00:00:00+00:00"), 1),
    ("done", source(), job(), 1),
    ("unknown", source(), job(status="peut-être"), 1),
]


@pytest.mark.parametrize(("expected", "one", "run", "number"), HARVESTERS)
def test_how_the_harvester_fares(expected: str, one: Any, run: Any, number: int) -> None:
    found = examine(one, run, [FEED], number, NOW)
    assert found.state == expected
    for language in ("fr", "en"):
        told = harvester_words(found.to_dict(), language, FEED)
        assert told["sentence"]
        assert told["address"] == ""


def test_every_state_of_a_harvester_is_met_and_has_words() -> None:
    assert {expected for expected, *_ in HARVESTERS} == set(HARVESTER_STATES) == set(words._texts()["harvester"])


def test_the_comment_of_a_refusal_is_shown() -> None:
    found = examine(source(validation={"state": "refused", "comment": "Adresse privée"}), None, [FEED], 1, NOW)
    assert "Adresse privée" in harvester_words(found.to_dict())["sentence"]


def test_the_harvester_that_reads_the_feed_is_chosen() -> None:
    root = source(id="root", url="https://portail.exemple.fr/")
    other = source(id="other", url="https://ailleurs.fr/odl/dcat/valbrune.rdf")
    gone = source(id="gone", deleted="2026-01-01")
    assert (choose([root, other, gone, source()], [FEED]) or {})["id"] == "source1"
    assert (choose([root, other], [FEED]) or {})["id"] == "root"
    assert choose([other, None, {"url": 3}], [FEED]) is None


def test_a_harvester_that_reads_another_address_is_said() -> None:
    found = examine(source(url="https://portail.exemple.fr/"), job(), [FEED], 1, NOW)
    assert not found.is_ours
    assert FEED in harvester_words(found.to_dict(), feed=FEED)["address"]
    assert examine(source(url=FEED.replace(".rdf", ".ttl")), job(), [FEED], 1, NOW).is_ours


def manual(title: str, **more: Any) -> dict[str, Any]:
    return {"id": title, "title": title, "harvest": None, "resources": [], **more}


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (manual("Les prénoms donnés à VALBRUNE"), "near_title"),
        (manual("Prénom donné à Valbrune"), "near_title"),
        (manual("Autre", resources=[{"checksum": {"type": "sha256", "value": "A" * 64}}]), "same_file"),
        (manual("Autre", resources=[held(checksum=None)]), "same_file"),
        (manual("Autre", harvest={"remote_url": IDENTIFIER + "/"}), "same_page"),
        (manual("Prénoms donnés à Valbrune 2023"), None),
        (manual("Prénoms donnés à Saint-Exemple"), None),
        (manual("Subventions versées par Valbrune"), None),
    ],
)
def test_duplicates_are_told_with_their_reason(other: dict[str, Any], why: str | None) -> None:
    found = Shelf([record(), other, None, 3]).duplicates(record(), [TWIN])
    assert [one.why for one in found] == ([why] if why else [])


def test_our_own_datasets_are_not_each_other_s_duplicates() -> None:
    second = record(id="second")
    assert Shelf([record(), second]).duplicates(record(), [TWIN, "second"]) == []


def test_every_reason_has_words() -> None:
    assert set(words._texts()["duplicates"]) == set(REASONS)
    assert all(duplicate_words(why, language) for why in REASONS for language in ("fr", "en"))


@given(JSON, JSON, JSON)
def test_no_odd_record_raises(items: Any, records: Any, one: Any) -> None:
    items, records = [items, item(dataset=one)], [records, {"id": TWIN, "harvest": one}]
    harvester = examine(one, records[0], [FEED], 1, NOW)
    found = Lookup(items, records).find(ours())
    outcome = judge(ours(), found, harvester, one).to_dict()
    assert outcome["state"] in STATES
    Shelf(records).duplicates(one, [])
    choose(records, [FEED])
    harvester_words(one)


@given(st.dictionaries(st.sampled_from(sorted(source())), JSON), st.dictionaries(st.sampled_from(sorted(job())), JSON))
def test_no_odd_harvester_raises(one: Any, run: Any) -> None:
    assert examine(source(**one), job(**run), [FEED], 1, NOW).to_dict()["state"] in HARVESTER_STATES
    choose([source(**one)], [FEED])


@given(st.dictionaries(st.sampled_from(sorted(record())), JSON), st.dictionaries(st.sampled_from(sorted(item())), JSON))
def test_no_odd_dataset_raises(one: Any, met: Any) -> None:
    odd = record(**one)
    outcome = state(ours(), [item(**met)], [odd])
    assert outcome.to_dict()["state"] in STATES
    Shelf([odd, record()]).duplicates(odd, [])
