"""The whole path of a collectivité: states over time, what to do next, what is left."""

from __future__ import annotations

import datetime as dt
import json
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.odl.onboarding import (
    STATES,
    PlanLine,
    Proposal,
    Snapshot,
    Waiver,
    evaluate,
    load,
    localise,
    packaged,
)

from .builders import TODAY, accomplished, ago, commune, dataset, file, mandate, model, person, proof

PATH = packaged()
NOTHING = Snapshot(id="o1", name="saint-exemple", title="Saint-Exemple")


def states(snapshot: Snapshot, previous=None, today: dt.date = TODAY) -> dict[str, str]:
    return {id: step.state for id, step in evaluate(PATH, snapshot, today, previous).steps.items()}


def test_nothing_known_is_never_done() -> None:
    progress = evaluate(PATH, NOTHING, TODAY)
    assert len(progress.steps) == 47
    assert {step.state for step in progress.steps.values()} <= {"todo", "unknown"}
    assert progress.done == 0
    assert progress.current == "p1"


def test_a_commune_can_walk_the_whole_path() -> None:
    progress = evaluate(PATH, accomplished(), TODAY)
    assert {id: step.reason for id, step in progress.steps.items() if step.is_open} == {}
    assert progress.current is None
    assert progress.next == ()
    assert progress.minutes_left == 0
    counts = [(phase.done, phase.applicable) for phase in progress.phases]
    assert counts == [(8, 8), (9, 9), (8, 8), (6, 6), (6, 6), (8, 8)]


def test_declared_steps_say_so_and_computed_ones_do_not() -> None:
    steps = evaluate(PATH, accomplished(), TODAY).steps
    assert steps["p3.plan"].declared
    assert steps["p3.plan"].proof["author"] == "u1"
    assert not steps["p2.first_valid"].declared
    assert steps["p2.first_valid"].proof is None


def test_the_rule_takes_over_when_its_tool_comes() -> None:
    line = PlanLine("Budget", "Secrétariat", ago(-60))
    declared = accomplished()
    assert states(replace(declared, plan=()))["p3.plan"] == "todo"
    result = evaluate(PATH, replace(declared, plan=(line,) * 3), TODAY).steps["p3.plan"]
    assert (result.state, result.declared) == ("done", False)


def test_what_was_done_and_holds_no_longer_falls_back_and_keeps_its_date() -> None:
    before = evaluate(PATH, accomplished(), ago(30))
    decayed = replace(
        accomplished(),
        datasets=(dataset("d1", file("f1", badge="invalid")),),
        people=(person("u1", active=False),),
    )
    now = evaluate(PATH, decayed, TODAY, before.states())
    assert now.steps["p2.first_valid"].state == "stale"
    assert now.steps["p2.first_valid"].since == TODAY
    assert now.steps["p1.team"].state == "stale"
    assert now.steps["p1.team"].facts[0].key == "facts.was_done"
    assert now.stale_since == TODAY
    later = evaluate(PATH, decayed, TODAY + dt.timedelta(days=9), now.states())
    assert later.steps["p1.team"].state == "stale"
    assert later.steps["p1.team"].since == TODAY
    mended = evaluate(PATH, accomplished(), TODAY + dt.timedelta(days=10), later.states())
    assert mended.steps["p1.team"].state == "done"
    assert mended.steps["p1.team"].since == TODAY + dt.timedelta(days=10)


@pytest.mark.parametrize("step", sorted(PATH.steps()))
def test_no_step_is_lost_in_silence(step: str) -> None:
    """A step that was done is, with nothing left to prove it, out of date, never just « to do »."""
    progress = evaluate(PATH, replace(NOTHING, kind="region", etp_band="ge200"), TODAY, {step: ("done", "2026-01-05")})
    assert progress.steps[step].state == "stale"
    assert progress.steps[step].to_dict()["stale_since"] == TODAY.isoformat()


@pytest.mark.parametrize("step", sorted(PATH.steps()))
def test_a_step_that_does_not_apply_asks_nothing(step: str) -> None:
    own = f"steps: {{{step}: {{applies_if: 'kind == region', concerns: {{fr: les régions., en: régions.}}}}}}"
    path = load(own, "own.yaml", PATH)
    done = {step: ("done", "2026-01-05")}
    result = evaluate(path, commune(), TODAY, done).steps[step]
    assert result.state == "not_applicable"
    assert result.minutes_left == 0
    assert result.action is None
    shown = localise(evaluate(path, commune(), TODAY).to_dict(), path)
    words = next(item for phase in shown["phases"] for item in phase["steps"] if item["id"] == step)
    assert words["reason"] == "Votre collectivité n’est pas concernée. Cette étape concerne\u00a0: les régions."


def test_what_decides_and_is_not_known_is_asked() -> None:
    result = evaluate(PATH, commune(etp_band=None), TODAY).steps["p4.algorithms"]
    assert result.state == "unknown"
    assert result.action.place == "organization_edit"
    assert result.reason.params["missing"] == ("etp_band",)


def test_a_waiver_is_shown_as_such_and_counts_as_settled() -> None:
    waiver = Waiver("p6.workshop", "Trop petite commune.", ago(3), "atd1")
    progress = evaluate(PATH, commune(waivers=(waiver,)), TODAY)
    assert progress.steps["p6.workshop"].state == "waived"
    assert progress.steps["p6.workshop"].waiver["reason"] == "Trop petite commune."
    assert progress.phases[5].done == 1
    agreed = replace(waiver, state="not_applicable")
    assert evaluate(PATH, commune(waivers=(agreed,)), TODAY).phases[5].applicable == 7


def test_a_proposal_changes_nothing_until_somebody_answers() -> None:
    proposal = Proposal("p6.workshop", "Nous n’avons pas de salle.", ago(3), "u1")
    step = evaluate(PATH, commune(proposals=(proposal,)), TODAY).steps["p6.workshop"]
    assert step.state == "todo"
    assert step.proposal["reason"] == "Nous n’avons pas de salle."


def test_proofs_expire_and_say_so_before() -> None:
    given = TODAY.replace(year=2026, month=1, day=10)
    snapshot = commune(proofs=(proof("p4.internal", given_on=given),))
    end = dt.date(2027, 1, 10)
    step = evaluate(PATH, snapshot, TODAY).steps["p4.internal"]
    assert (step.expires_on, step.expires_soon) == (end, True)
    assert not evaluate(PATH, snapshot, dt.date(2026, 11, 10)).steps["p4.internal"].expires_soon
    assert evaluate(PATH, snapshot, end).steps["p4.internal"].state == "done"
    assert evaluate(PATH, snapshot, dt.date(2027, 1, 11)).steps["p4.internal"].state == "stale"


def test_an_agreement_lasts_until_its_own_end() -> None:
    snapshot = commune(proofs=(proof("p1.agreement", expires_on=dt.date(2029, 6, 30)),))
    assert evaluate(PATH, snapshot, TODAY).steps["p1.agreement"].expires_on == dt.date(2029, 6, 30)
    assert evaluate(PATH, snapshot, dt.date(2029, 7, 1)).steps["p1.agreement"].state == "stale"


@pytest.mark.parametrize(
    ("kind", "given", "last"),
    [
        ("commune", dt.date(2024, 5, 4), dt.date(2026, 7, 24)),
        ("epci", dt.date(2026, 5, 4), dt.date(2032, 7, 30)),
        ("departement", dt.date(2024, 5, 4), dt.date(2028, 7, 15)),
        ("region", dt.date(2022, 1, 1), dt.date(2028, 7, 15)),
        ("autre", dt.date(2026, 5, 4), dt.date(2027, 5, 4)),
    ],
)
def test_an_elected_sponsor_stands_until_three_months_into_the_next_assembly(
    kind: str, given: dt.date, last: dt.date
) -> None:
    snapshot = commune(kind=kind, proofs=(proof("p1.elected", given_on=given),))
    assert states(snapshot, today=last)["p1.elected"] == "done"
    assert states(snapshot, today=last + dt.timedelta(days=1))["p1.elected"] == "stale"


@pytest.mark.parametrize(
    ("kind", "today", "is_near"),
    [
        ("commune", dt.date(2025, 8, 31), False),
        ("commune", dt.date(2025, 9, 1), True),
        ("commune", dt.date(2026, 3, 22), True),
        ("commune", dt.date(2026, 3, 23), False),
        ("departement", dt.date(2027, 9, 1), True),
        ("autre", dt.date(2025, 12, 1), False),
    ],
)
def test_communication_recalls_the_electoral_code_before_an_election(kind: str, today: dt.date, is_near: bool) -> None:
    progress = evaluate(PATH, commune(kind=kind), today)
    near = {id for id, step in progress.steps.items() if step.election_on}
    assert near == ({"p5.policy", "p5.dashboard", "p6.website", "p6.announce", "p6.workshop"} if is_near else set())
    shown = localise(progress.to_dict(), PATH)
    website = next(step for step in shown["phases"][5]["steps"] if step["id"] == "p6.website")
    assert ("L52-1" in (website["reminder"] or "")) is is_near


def test_a_commune_without_agent_has_a_named_referent() -> None:
    snapshot = commune(profile="no_agent", mandates=(mandate(),))
    progress = evaluate(PATH, snapshot, TODAY)
    assert progress.profile == "no_agent"
    assert progress.steps["p1.team"].state == "done"
    assert progress.steps["p1.team"].expires_on == ago(-200)
    shown = localise(progress.to_dict(), PATH, "fr", "Numérique 48")
    team = next(step for step in shown["phases"][0]["steps"] if step["id"] == "p1.team")
    assert team["label"] == "Savoir qui agit pour la collectivité"
    assert team["why"].startswith("Quand personne sur place ne peut s’en charger, Numérique 48,")


@pytest.mark.parametrize(
    ("facts", "profile"),
    [
        ({"population": 3499}, "small"),
        ({"population": 3500}, "other"),
        ({"population": None}, "other"),
        ({"kind": "syndicat", "population": 412}, "other"),
        ({"profile": "no_agent"}, "no_agent"),
    ],
)
def test_profile(facts, profile: str) -> None:
    assert evaluate(PATH, commune(**facts), TODAY).profile == profile


def test_thresholds_follow_the_profile_in_the_words_too() -> None:
    for population, count in ((412, 5), (9000, 10)):
        progress = evaluate(PATH, commune(population=population), TODAY)
        shown = localise(progress.to_dict(), PATH)
        labels = {step["id"]: step["label"] for step in shown["phases"][2]["steps"]}
        assert labels["p3.volume"] == f"Atteindre {count} jeux publics"


def test_next_steps_begin_with_what_fell_back_then_follow_the_path() -> None:
    fresh = evaluate(PATH, commune(), TODAY)
    assert fresh.next == ("p1.profile", "p1.decision", "p1.elected")
    fallen = evaluate(PATH, commune(), TODAY, {"p6.website": ("done", "2026-01-05")})
    assert fallen.next[0] == "p6.website"


def test_minutes_left_follow_what_is_done_already() -> None:
    snapshot = commune(*(dataset(f"d{n}") for n in range(4)), population=9000)
    step = evaluate(PATH, snapshot, TODAY).steps["p3.volume"]
    assert step.state == "todo"
    assert step.minutes_left == 360


def test_one_dataset_that_lacks_something_does_not_ask_for_the_work_of_all_again() -> None:
    good = [dataset(f"d{n}") for n in range(3)]
    before = evaluate(PATH, commune(*good), TODAY)
    bare = dataset("new", service="", contact="", procedure="")
    after = evaluate(PATH, commune(*good, bare), TODAY, before.states())
    whole = evaluate(PATH, commune(bare), TODAY).steps["p4.procedure"]

    assert after.steps["p4.procedure"].state == "stale"
    assert (whole.minutes_left, after.steps["p4.procedure"].minutes_left) == (60, 15)
    assert after.steps["p4.owners"].minutes_left == 10


def test_a_step_that_left_the_path_keeps_its_history_and_label() -> None:
    own = load("steps: {p6.workshop: {enabled: false}}", "own.yaml", PATH)
    progress = evaluate(own, commune(history=(("p6.workshop", 4), ("p9.gone", 1), ("p1.team", 2))), TODAY)
    shown = localise(progress.to_dict(), own)
    assert shown["retired"] == [
        {"id": "p6.workshop", "label": "Réunir habitants, associations ou entreprises", "history": 4},
        {"id": "p9.gone", "label": "p9.gone", "history": 1},
    ]
    assert "p6.workshop" not in progress.steps


def test_done_in_a_condition_follows_the_other_step() -> None:
    own = load(
        "steps: {p1.training: {applies_if: 'not done(p6.review)', concerns: {fr: ceux-ci., en: those.}}}",
        "o.yaml",
        PATH,
    )
    assert evaluate(own, commune(), TODAY).steps["p1.training"].state == "todo"
    with_review = commune(proofs=(proof("p6.review"),))
    assert evaluate(own, with_review, TODAY).steps["p1.training"].state == "not_applicable"


def test_figures_for_the_dashboard() -> None:
    progress = evaluate(
        PATH,
        commune(
            dataset("a"),
            dataset("b", file("x", badge="invalid"), file("y", badge="unreadable")),
            dataset("c", imported=True),
            address="mairie@saint-exemple.fr",
            people=(person(last_seen=ago(2)), person("atd", is_atd=True, last_seen=ago(0))),
        ),
        TODAY,
    )
    assert (progress.valid_files, progress.files_to_mend) == (1, 2)
    assert progress.last_activity == ago(2)
    assert progress.has_contact


def test_what_is_stored_is_plain_json() -> None:
    progress = evaluate(PATH, accomplished(), TODAY).to_dict()
    assert json.loads(json.dumps(progress)) == progress
    assert (
        localise(json.loads(json.dumps(progress)), PATH, "en")["phases"][0]["label"] == "Become an open data territory"
    )


_badges = st.sampled_from(["valid", "invalid", "unreadable", "checking", "to_check", "no_schema"])
_models = st.sampled_from(["scdl/subventions", "scdl/budget", "scdl/equipements", None])
_files = st.builds(
    lambda id, badge, schema, tag, period: file(
        id,
        badge=badge,
        schema_id=schema,
        schema_tags=(tag,),
        was_checked=badge in ("valid", "invalid"),
        period_end=period,
    ),
    st.uuids().map(str),
    _badges,
    _models,
    st.sampled_from(["socle", "daily_life"]),
    st.none() | st.dates(dt.date(2018, 1, 1), TODAY),
)
_datasets = st.lists(
    st.builds(
        lambda id, files, private, imported, licence, rhythm: dataset(
            id, *files, private=private, imported=imported, licence=licence, frequency=rhythm
        ),
        st.uuids().map(str),
        st.lists(_files, min_size=1, max_size=3),
        st.booleans(),
        st.booleans(),
        st.sampled_from(["lov2", "cc-by", None]),
        st.sampled_from(["ANNUAL", "DAILY", "IRREG", None]),
    ),
    max_size=4,
)
#: Steps that one more valid file, in a dataset of which nothing is missing, can only help.
HELPED = {
    "p2.choose", "p2.template", "p2.first_public", "p2.first_valid", "p2.licence", "p2.described", "p2.findable",
    "p3.socle", "p3.volume", "p3.fresh", "p4.owners", "p4.procedure", "p4.dictionary", "p4.duplicates", "p5.preview",
    "p5.quality_of_life",
}  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(_datasets)
def test_more_valid_files_never_undo_a_step(datasets) -> None:
    before = states(commune(*datasets))
    more = model("new", "scdl/prenoms", "socle", "daily_life")
    after = states(commune(*datasets, replace(more, title="Prénoms des nouveau-nés")))
    assert {id for id in HELPED if before[id] == "done"} <= {id for id in HELPED if after[id] == "done"}


@settings(max_examples=60, deadline=None)
@given(_datasets, st.randoms(use_true_random=False))
def test_order_never_matters_and_twice_is_the_same(datasets, chance: random.Random) -> None:
    people, proofs = [person("a"), person("b", last_seen=ago(90))], list(accomplished().proofs)
    snapshot = commune(*datasets, people=tuple(people), proofs=tuple(proofs))
    for items in (datasets, people, proofs):
        chance.shuffle(items)
    shuffled = commune(
        *(replace(item, files=tuple(reversed(item.files))) for item in datasets),
        people=tuple(people),
        proofs=tuple(proofs),
    )
    once = evaluate(PATH, snapshot, TODAY).to_dict()
    assert once == evaluate(PATH, snapshot, TODAY).to_dict()
    assert once == evaluate(PATH, shuffled, TODAY).to_dict()


@settings(max_examples=60, deadline=None)
@given(_datasets, st.sampled_from(sorted(STATES)))
def test_without_any_proof_no_step_is_ever_done_by_memory(datasets, last: str) -> None:
    """Yesterday's « done » never makes today's: without previous states the same steps are done."""
    alone = {id for id, state in states(commune(*datasets)).items() if state == "done"}
    previous = dict.fromkeys(PATH.steps(), (last, "2026-11-01"))
    assert {id for id, state in states(commune(*datasets), previous).items() if state == "done"} == alone


@settings(max_examples=60, deadline=None)
@given(_datasets)
def test_forgetting_facts_never_makes_a_step_done(datasets) -> None:
    def forget(item):
        files = tuple(
            replace(one, badge="no_schema", was_checked=False, sha256=None, is_table=None, has_view=None,
                    has_dictionary=None, schema_id=None, period_end=None, changed_on=None, rows=None)
            for one in item.files
        )  # fmt: skip
        return replace(
            item,
            files=files,
            frequency=None,
            temporal_start=None,
            temporal_end=None,
            changed_on=None,
            contact_lapsed=None,
        )

    known = states(commune(*datasets))
    vague = commune(
        *(forget(item) for item in datasets),
        listed=None,
        reference_siren=None,
        population=None,
        etp_band=None,
        has=None,
    )
    # Duplicates alone are told by what is known: titles
    gained = {id for id, state in states(vague).items() if state == "done"} - {
        id for id, state in known.items() if state == "done"
    }
    assert gained <= {"p4.duplicates"}
