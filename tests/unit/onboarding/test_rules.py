"""Each rule on snapshots: what makes it hold, what does not, and what says nothing."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from ckanext.odl.onboarding import (
    Contributions,
    PlanLine,
    PreCheck,
    Privacy,
    Requests,
    Reuses,
    RuleResult,
    Snapshot,
    packaged,
)
from ckanext.odl.onboarding.rules import RULES
from ckanext.odl.onboarding.words import sentence

from .builders import SIREN, TODAY, accomplished, ago, commune, dataset, file, found, mandate, model, person, proof

SHARED = packaged().params
EVIDENCE = {"step": "p1.decision", "accepts": ("file", "url"), "expires": None}
SPONSOR = {"step": "p1.elected", "accepts": ("note",), "expires": "mandate"}
REPORT = {"step": "p6.review", "accepts": ("note",), "expires": "review"}
SHARING = {"step": "p3.share", "accepts": ("note",), "expires": None}
LINE = PlanLine("scdl/budget", "Secrétariat", ago(-30))
ANSWERED = Privacy(answered=True)
LONG = "Commune de montagne, 412 habitants. " * 4
PAGE: dict[str, Any] = {
    "description": LONG,
    "has_image": True,
    "contact": "mairie@saint-exemple.fr",
    "website": "https://www.saint-exemple.fr",
    "default_licence": "lov2",
}


def catalogue(**facts: Any):
    return model("dc", "scdl/catalogue", "socle", **facts)


def imported(**facts: Any):
    return dataset("di", imported=True, **facts)


#: rule, parameters, snapshot, state, end of the key of the reason
CASES: list[tuple[str, dict[str, Any], Snapshot, str, str]] = [
    ("identity_known", {}, commune(), "done", "by_both"),
    ("identity_known", {}, commune(siren=None, reference_siren=None), "done", "by_insee"),
    ("identity_known", {}, commune(kind="syndicat", insee=None, listed=None), "done", "by_siren"),
    ("identity_known", {}, commune(kind="epci", insee=None), "done", "by_siren"),
    ("identity_known", {}, commune(kind="epci", insee=None, listed=None), "unknown", "not_looked_up"),
    ("identity_known", {}, commune(kind="epci", insee=None, siren=None), "todo", ".siren"),
    ("identity_known", {}, commune(kind=None), "todo", "kind"),
    ("identity_known", {}, commune(siren="214801509"), "todo", "siren_key"),
    ("identity_known", {}, commune(siren=None), "todo", ".siren"),
    ("identity_known", {}, commune(insee=None), "todo", ".insee"),
    ("identity_known", {}, commune(insee="4815"), "todo", "insee_form"),
    ("identity_known", {}, commune(listed=False), "todo", "not_listed"),
    ("identity_known", {}, commune(listed=None), "unknown", "not_looked_up"),
    ("identity_known", {}, commune(reference_siren="213500010"), "todo", "mismatch"),
    ("identity_known", {}, commune(current_insee="48151"), "todo", "merged"),
    ("obligations_assessed", {}, commune(), "done", "known"),
    ("obligations_assessed", {}, commune(kind="syndicat", population=None), "done", "known"),
    ("obligations_assessed", {}, commune(etp_band=None), "todo", "missing"),
    ("obligations_assessed", {}, commune(population=None), "todo", "missing"),
    ("profile_complete", {}, commune(**PAGE), "done", "whole"),
    ("profile_complete", {}, commune(**{**PAGE, "default_licence": "cc-by"}), "todo", "missing"),
    ("profile_complete", {}, commune(**{**PAGE, "contact": "mairie"}), "todo", "missing"),
    ("profile_complete", {}, commune(**{**PAGE, "description": "Courte."}), "todo", "missing"),
    ("active_editors", {"min": 2}, commune(people=(person("a"), person("b", last_seen=None))), "done", "enough"),
    ("active_editors", {"min": 2}, commune(people=(person("a"), person("b", is_atd=True))), "todo", "few"),
    ("active_editors", {"min": 2}, commune(people=(person("a"), person("b", role="member"))), "todo", "few"),
    ("active_editors", {"min": 2}, commune(people=(person("a"), person("b", active=False))), "todo", "few"),
    ("active_editors", {"min": 2}, commune(people=(person("a"), person("a"))), "todo", "few"),
    ("active_editors", {"min": 1}, commune(people=(person(last_seen=ago(400)),)), "done", "enough"),
    ("active_editors", {"min": 1}, commune(people=(person(last_seen=ago(401)),)), "stale", "asleep"),
    ("active_editors", {"min": 1}, commune(people=(person(last_seen=None),)), "unknown", "never_seen"),
    ("active_editors", {"min": 1}, commune(people=None), "unknown", "not_known"),
    ("active_editors", {"min": 1, "by": "mandate"}, commune(mandates=(mandate(),)), "done", "mandated"),
    ("active_editors", {"min": 1, "by": "mandate"}, commune(mandates=(mandate(until=None),)), "done", "mandated"),
    ("active_editors", {"min": 1, "by": "mandate"}, commune(mandates=(mandate(until=ago(1)),)), "stale", "over"),
    ("active_editors", {"min": 1, "by": "mandate"}, commune(mandates=(mandate(since=ago(-1)),)), "todo", "no_mandate"),
    ("public_count", {"min": 1}, commune(dataset()), "done", "enough"),
    ("public_count", {"min": 2}, commune(dataset()), "todo", "few"),
    ("public_count", {"min": 1}, commune(dataset(private=True)), "todo", "none"),
    ("public_count", {"min": 1}, commune(imported()), "todo", "none"),
    ("public_count", {"min": 1}, commune(replace(dataset(), files=())), "todo", "none"),
    ("dataset_chosen", {}, commune(dataset(private=True)), "done", "chosen"),
    ("dataset_chosen", {}, commune(model("d1", "")), "todo", "no_model"),
    ("dataset_chosen", {}, commune(imported()), "todo", "none"),
    ("file_checked", {}, commune(dataset("d", file(badge="invalid"), private=True)), "done", "checked"),
    ("file_checked", {}, commune(dataset("d", file(badge="checking", was_checked=False))), "unknown", "checking"),
    ("file_checked", {}, commune(dataset("d", file(badge="no_schema", was_checked=False))), "todo", "none"),
    ("valid_schema_count", {"min": 1}, commune(dataset()), "done", "enough"),
    ("valid_schema_count", {"min": 2}, commune(dataset("a"), dataset("b")), "todo", "few"),
    ("valid_schema_count", {"min": 1}, commune(dataset(private=True)), "todo", "few"),
    ("valid_schema_count", {"min": 1}, commune(imported()), "todo", "few"),
    ("valid_schema_count", {"min": 1, "tag": "daily_life"}, commune(dataset()), "todo", "few"),
    ("valid_schema_count", {"min": 1, "tag": "socle"}, commune(dataset()), "done", "enough"),
    ("valid_schema_count", {"min": 1, "schema": "scdl/budget"}, commune(dataset()), "todo", "few"),
    ("valid_schema_count", {"min": 1}, commune(dataset("d", file(badge="to_check"))), "stale", "outdated"),
    ("valid_schema_count", {"min": 1}, commune(dataset("d", file(badge="checking"))), "unknown", "checking"),
    ("valid_schema_count", {"min": 1}, commune(dataset("d", file(badge="invalid"))), "todo", "to_mend"),
    ("valid_schema_count", {"min": 1}, commune(dataset("d", file(badge="unreadable"))), "todo", "to_mend"),
    ("valid_schema_count", {"min": 1, "fresh": True}, commune(dataset()), "done", "enough"),
    (
        "valid_schema_count",
        {"min": 1, "fresh": True},
        commune(dataset("d", file(period_end=dt.date(2023, 12, 31)))),
        "stale",
        "late",
    ),
    ("valid_schema_count", {"min": 1, "fresh": True}, commune(dataset(frequency=None)), "unknown", "no_rhythm"),
    ("all_licence", {}, commune(dataset(licence="odc-odbl")), "done", "all"),
    ("all_licence", {}, commune(dataset(licence="fr-lo"), dataset("b", licence="etalab-2.0")), "done", "all"),
    ("all_licence", {}, commune(dataset(licence="cc-by", homologation_note="Décision du 3 mars.")), "done", "all"),
    ("all_licence", {}, commune(dataset(), dataset("b", licence="cc-by")), "todo", "some"),
    ("all_licence", {}, commune(dataset(), imported(licence=None)), "done", "all"),
    ("all_licence", {}, commune(dataset(private=True)), "unknown", "nothing_public"),
    ("all_described", {"tags": 3}, commune(dataset()), "done", "all"),
    ("all_described", {"tags": 3}, commune(dataset(tags=2)), "todo", "some"),
    ("all_described", {"tags": 3}, commune(dataset(description="Trop court.")), "todo", "some"),
    ("all_described", {"tags": 3}, commune(dataset(title="export_final2.xlsx")), "todo", "some"),
    ("all_described", {"tags": 3}, commune(), "unknown", "nothing_public"),
    ("all_findable", {}, commune(dataset()), "done", "all"),
    ("all_findable", {}, commune(dataset(frequency="UPDATE_CONT", temporal_end=None)), "done", "all"),
    ("all_findable", {}, commune(dataset(temporal_end=None)), "todo", "some"),
    ("all_findable", {}, commune(dataset(frequency="UNKNOWN")), "todo", "some"),
    ("all_findable", {}, commune(dataset(has_territory=False)), "todo", "some"),
    ("all_findable", {}, commune(dataset(contact="")), "todo", "some"),
    ("all_findable", {}, commune(dataset("d", file(is_open_format=False))), "todo", "some"),
    ("all_findable", {}, commune(), "unknown", "nothing_public"),
    ("owners_named", {}, commune(dataset()), "done", "all"),
    ("owners_named", {}, commune(dataset(service=" ")), "todo", "some"),
    ("owners_named", {}, commune(dataset(contact_lapsed=True)), "todo", "some"),
    ("owners_named", {}, commune(), "unknown", "nothing_public"),
    ("procedure_written", {}, commune(dataset()), "done", "all"),
    ("procedure_written", {}, commune(dataset(), dataset("b", frequency="NEVER", procedure="")), "done", "all"),
    ("procedure_written", {}, commune(dataset(procedure="")), "todo", "some"),
    ("procedure_written", {}, commune(dataset(frequency="IRREG")), "unknown", "no_rhythm"),
    ("procedure_written", {}, commune(), "unknown", "nothing_public"),
    ("no_duplicates", {}, commune(dataset("a"), dataset("b")), "done", "none"),
    (
        "no_duplicates",
        {},
        commune(dataset("a", title="Écoles 2025"), dataset("b", title="ecoles-2025")),
        "todo",
        "some",
    ),
    ("no_duplicates", {}, commune(dataset("a", file(sha256="x")), dataset("b", file("g", sha256="x"))), "todo", "some"),
    (
        "no_duplicates",
        {},
        commune(dataset("a", file(sha256=None)), dataset("b", file("g", sha256=None))),
        "done",
        "none",
    ),
    ("no_duplicates", {}, commune(), "unknown", "nothing_yet"),
    ("dictionary", {}, commune(dataset()), "done", "all"),
    ("dictionary", {}, commune(dataset("d", file(schema_id=None, has_dictionary=True))), "done", "all"),
    (
        "dictionary",
        {},
        commune(dataset("d", file(schema_id=None), file("n", is_table=False, schema_id=None, is_documentation=True))),
        "done",
        "all",
    ),
    ("dictionary", {}, commune(dataset("d", file(schema_id=None))), "todo", "some"),
    ("dictionary", {}, commune(dataset("d", file(schema_id=None, has_dictionary=None))), "unknown", "unsure"),
    ("dictionary", {}, commune(dataset("d", file(schema_id=None, is_table=None))), "unknown", "unsure"),
    ("dictionary", {}, commune(dataset("d", file(schema_id=None, is_table=False))), "unknown", "no_table"),
    ("dictionary", {}, commune(), "unknown", "nothing_public"),
    ("preview", {}, commune(dataset()), "done", "seen"),
    ("preview", {}, commune(dataset("d", file(has_view=False))), "todo", "none"),
    ("preview", {}, commune(dataset("d", file(has_view=None))), "unknown", "not_known"),
    ("preview", {}, commune(dataset(private=True)), "unknown", "nothing_public"),
    ("fresh_ratio", {"min": 0.8}, commune(dataset()), "done", "enough"),
    ("fresh_ratio", {"min": 0.8}, commune(dataset("d", file(period_end=dt.date(2023, 12, 31)))), "todo", "few"),
    ("fresh_ratio", {"min": 0.8}, commune(dataset(frequency="IRREG")), "unknown", "no_rhythm"),
    ("fresh_ratio", {"min": 0.8}, commune(), "unknown", "nothing_public"),
    (
        "fresh_ratio",
        {"min": 0.8},
        commune(dataset("d", file(period_end=None, changed_on=None), temporal_end=None, changed_on=None)),
        "unknown",
        "no_date",
    ),
    ("harvest_clean", {}, commune(dataset(), precheck=PreCheck(on=ago(2))), "done", "clean"),
    ("harvest_clean", {}, commune(dataset(), precheck=PreCheck(lossy=3, on=ago(2))), "done", "clean"),
    ("harvest_clean", {}, commune(dataset(), precheck=PreCheck(blocking=1, on=ago(2))), "todo", "blocking"),
    ("harvest_clean", {}, commune(dataset(), precheck=PreCheck(on=ago(31))), "stale", "old"),
    ("harvest_clean", {}, commune(dataset(), precheck=PreCheck()), "unknown", "never"),
    ("harvest_clean", {}, commune(precheck=PreCheck(on=ago(2))), "unknown", "nothing_public"),
    ("harvest_clean", {}, commune(dataset()), "unknown", "no_tool"),
    ("harvested", {"min_count": 1}, commune(dataset(twin=found())), "done", "found"),
    ("harvested", {"min_count": 1}, commune(dataset(twin=found(found=False))), "todo", "lost"),
    ("harvested", {"min_count": 1}, commune(dataset(twin=found(31))), "unknown", "not_looked"),
    ("harvested", {"min": 0.8}, commune(dataset("a", twin=found()), dataset("b")), "unknown", "not_looked"),
    ("harvested", {"min_count": 1}, commune(dataset()), "unknown", "no_tool"),
    ("harvested", {"min_count": 1}, commune(dataset(private=True, twin=found())), "unknown", "nothing_public"),
    ("obligations_clear", {"duties": (("a", "yes", "given"), ("b", "yes", "begun"))}, commune(), "done", "clear"),
    ("obligations_clear", {"duties": (("a", "yes", "given"), ("b", "yes", "todo"))}, commune(), "todo", "missing"),
    ("obligations_clear", {"duties": (("a", "yes", "late"),)}, commune(), "todo", "missing"),
    ("obligations_clear", {"duties": (("a", "yes", "given"), ("b", "unknown", "x"))}, commune(), "unknown", "unsure"),
    ("obligations_clear", {"duties": (("a", "no", "not_applicable"),)}, commune(), "unknown", "none"),
    ("obligations_clear", {}, commune(), "unknown", "not_known"),
    ("inventory_published", {}, commune(catalogue(lists=frozenset({"d1"})), dataset()), "done", "whole"),
    ("inventory_published", {}, commune(catalogue(lists=frozenset({"jeu-d1"})), dataset()), "done", "whole"),
    ("inventory_published", {}, commune(catalogue(lists=frozenset()), dataset()), "todo", "missing"),
    ("inventory_published", {}, commune(catalogue(rows=0), dataset()), "todo", "rows"),
    ("inventory_published", {}, commune(catalogue(rows=1), dataset()), "unknown", "not_read"),
    ("inventory_published", {}, commune(catalogue(changed_on=ago(370)), dataset()), "stale", "old"),
    ("inventory_published", {}, commune(catalogue(changed_on=None), dataset()), "unknown", "no_date"),
    ("inventory_published", {}, commune(catalogue(badge="to_check")), "stale", "outdated"),
    ("inventory_published", {}, commune(catalogue(badge="checking")), "unknown", "checking"),
    ("inventory_published", {}, commune(catalogue(badge="invalid")), "todo", "to_mend"),
    ("inventory_published", {}, commune(dataset()), "todo", "none"),
    ("inventory_published", {}, commune(), "unknown", "nothing_public"),
    ("privacy_answered", {}, commune(dataset(privacy=ANSWERED)), "done", "all"),
    ("privacy_answered", {}, commune(dataset(privacy=replace(ANSWERED, findings=2, justified=True))), "done", "all"),
    ("privacy_answered", {}, commune(dataset(privacy=replace(ANSWERED, findings=2))), "todo", "found"),
    ("privacy_answered", {}, commune(dataset(privacy=Privacy(answered=False))), "todo", "missing"),
    ("privacy_answered", {}, commune(dataset(privacy=replace(ANSWERED, columns_changed=True))), "stale", "changed"),
    ("privacy_answered", {}, commune(dataset(privacy=ANSWERED), dataset("b")), "unknown", "unsure"),
    ("privacy_answered", {}, commune(dataset(private=True, privacy=ANSWERED)), "unknown", "nothing_public"),
    ("privacy_answered", {}, commune(dataset()), "unknown", "no_tool"),
    ("plan_ready", {"min": 1}, commune(plan=(LINE,)), "done", "ready"),
    ("plan_ready", {"min": 2}, commune(plan=(LINE, replace(LINE, person=""))), "todo", "few"),
    ("plan_ready", {"min": 1}, commune(plan=(replace(LINE, due_on=ago(90)),)), "done", "ready"),
    ("plan_ready", {"min": 1}, commune(plan=(replace(LINE, due_on=ago(91)),)), "stale", "late"),
    ("plan_ready", {"min": 1}, commune(plan=(replace(LINE, due_on=ago(91), done=True),)), "done", "ready"),
    ("plan_ready", {"min": 1}, commune(plan=()), "todo", "few"),
    ("plan_ready", {"min": 1}, commune(), "unknown", "no_tool"),
    ("shared_document", SHARING, commune(shared_documents=1), "done", "shared"),
    ("shared_document", SHARING, commune(shared_documents=0), "todo", "none"),
    ("shared_document", SHARING, commune(shared_documents=0, proofs=(proof("p3.share"),)), "done", "declared"),
    ("shared_document", SHARING, commune(), "unknown", "no_tool"),
    ("policy_page", {}, commune(policy_notes=1), "done", "published"),
    ("policy_page", {}, commune(policy_notes=0), "todo", "none"),
    ("policy_page", {}, commune(), "unknown", "no_tool"),
    ("reuse_count", {"min": 1, "by": "own"}, commune(reuses=Reuses(own=1)), "done", "own"),
    ("reuse_count", {"min": 1, "by": "own"}, commune(reuses=Reuses(third=1)), "todo", "few_own"),
    ("reuse_count", {"min": 1, "by": "third"}, commune(reuses=Reuses(third=1)), "done", "third"),
    ("reuse_count", {"min": 1, "by": "third"}, commune(reuses=Reuses(own=1)), "todo", "few_third"),
    ("reuse_count", {"min": 1, "by": "own"}, commune(), "unknown", "no_tool_own"),
    ("aggregate_in", {}, commune(aggregates=1), "done", "taken"),
    ("aggregate_in", {}, commune(aggregates=0), "todo", "none"),
    ("aggregate_in", {}, commune(), "unknown", "no_tool"),
    ("requests_answered", {}, commune(requests=Requests(3)), "done", "answered"),
    ("requests_answered", {}, commune(requests=Requests(3, ago(30))), "done", "answered"),
    ("requests_answered", {}, commune(requests=Requests(3, ago(31))), "todo", "waiting"),
    ("requests_answered", {}, commune(requests=Requests()), "unknown", "none"),
    ("requests_answered", {}, commune(), "unknown", "no_tool"),
    ("contribution_closed", {}, commune(contributions=Contributions(refused=1)), "done", "closed"),
    ("contribution_closed", {}, commune(contributions=Contributions(open=1)), "todo", "waiting"),
    ("contribution_closed", {}, commune(contributions=Contributions()), "unknown", "none"),
    ("contribution_closed", {}, commune(), "unknown", "no_tool"),
    ("usage_known", {}, commune(usage_on=ago(92)), "done", "recent"),
    ("usage_known", {}, commune(usage_on=ago(93)), "stale", "old"),
    ("usage_known", {}, commune(), "unknown", "no_tool"),
    ("evidence_present", EVIDENCE, commune(proofs=(proof("p1.decision", "url"),)), "done", "declared"),
    ("evidence_present", EVIDENCE, commune(), "todo", "none"),
    ("evidence_present", EVIDENCE, commune(proofs=(proof("p1.decision", "note"),)), "todo", "none"),
    ("evidence_present", EVIDENCE, commune(proofs=(proof("p1.elected", "url"),)), "todo", "none"),
    ("evidence_present", EVIDENCE, commune(proofs=(proof("p1.decision", "url", -1),)), "todo", "none"),
    (
        "evidence_present",
        EVIDENCE,
        commune(proofs=(proof("p1.decision", "url", 20, expires_on=ago(1)),)),
        "stale",
        "expired",
    ),
    ("evidence_present", SPONSOR, commune(proofs=(proof("p1.elected"),)), "done", "declared_until"),
    (
        "evidence_present",
        SPONSOR,
        commune(proofs=(proof("p1.elected", given_on=dt.date(2022, 5, 4)),)),
        "stale",
        "expired",
    ),
    ("report_generated", REPORT, commune(proofs=(proof("p6.review"),)), "done", "declared_until"),
    ("report_generated", REPORT, commune(proofs=(proof("p6.review"),), report_on=ago(20)), "done", "declared_until"),
    ("report_generated", REPORT, commune(proofs=(proof("p6.review"),), report_on=ago(400)), "stale", "old"),
    ("report_generated", REPORT, commune(proofs=(proof("p6.review", days=400),)), "stale", "expired"),
    ("report_generated", REPORT, commune(report_on=ago(20)), "todo", "none"),
]

#: Rules about what people do, or asked once for all: a lack of facts is plainly something to do.
NEVER_UNKNOWN = {
    "dataset_chosen", "evidence_present", "obligations_assessed", "profile_complete", "public_count",
    "report_generated",
}  # fmt: skip


def run(name: str, params: dict[str, Any], snapshot: Snapshot) -> RuleResult:
    own = {"schema": "scdl/catalogue"} if name == "inventory_published" else {}
    return RULES[name](snapshot, {**SHARED, **own, **params}, TODAY)


@pytest.mark.parametrize(("name", "params", "snapshot", "state", "reason"), CASES)
def test_rule(name: str, params: dict[str, Any], snapshot: Snapshot, state: str, reason: str) -> None:
    result = run(name, params, snapshot)
    assert result.state == state, result
    assert result.reason.key.startswith("reasons.")
    assert result.reason.key.endswith(reason), result.reason.key


@pytest.mark.parametrize(("name", "params", "snapshot", "state", "reason"), CASES)
def test_every_reason_is_a_whole_sentence_in_both_languages(
    name: str, params: dict[str, Any], snapshot: Snapshot, state: str, reason: str
) -> None:
    result = run(name, params, snapshot)
    for text in [result.reason, *result.facts, *([result.action] if result.action else [])]:
        for language in ("fr", "en"):
            words = sentence(text.key, text.params, language)
            assert words
            assert not set("{}\ue000\ue001@|") & set(words.replace("mairie@", "")), words
            assert "None" not in words.replace("None of your", "")
            assert "  " not in words


def test_every_rule_is_tried_in_each_state_it_can_give() -> None:
    seen = {(name, state) for name, _, _, state, _ in CASES}
    for name in RULES:
        assert (name, "done") in seen, name
        assert (name, "todo") in seen or (name, "stale") in seen, name
        assert name in NEVER_UNKNOWN or (name, "unknown") in seen, name


def test_what_is_not_done_says_where_to_go() -> None:
    for name, params, snapshot, state, _ in CASES:
        result = run(name, params, snapshot)
        if state in ("todo", "stale"):
            assert result.action, name
            assert result.action.place, name


def test_facts_are_cut_and_the_count_stays_exact() -> None:
    result = run("all_licence", {}, commune(*(dataset(f"d{n:02}", licence=None) for n in range(15))))
    assert result.reason.params["n"] == 15
    assert len(result.facts) == 11
    assert sentence(result.facts[-1].key, result.facts[-1].params) == "et 5 autres"


def test_a_share_is_reached_to_the_last_dataset() -> None:
    fresh = [dataset(f"f{n}") for n in range(4)]
    late = dataset("late", file(period_end=dt.date(2020, 12, 31)))
    assert run("fresh_ratio", {"min": 0.8}, commune(*fresh, late)).state == "done"
    assert run("fresh_ratio", {"min": 0.8}, commune(*fresh[1:], late)).state == "todo"


def test_an_editor_mandate_ends_with_the_mandate() -> None:
    result = run("active_editors", {"min": 1, "by": "mandate"}, commune(mandates=(mandate(until=ago(-40)),)))
    assert result.expires_on == ago(-40)


def test_the_accomplished_commune_has_a_right_key() -> None:
    assert accomplished().siren == SIREN
