"""Six questions: asked once, asked again when the columns or the findings change."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ckanext.odl.deposit.privacy import columns_key, outcomes, questions, sealed, standing, unanswered

COLUMNS = ["Nom", "Montant"]
CALM = {"persons": "no", "contact": "no", "sensitive": "no", "small": "no", "text": "none"}


def sign(kind: str, heading: str = "Nom", *, expected: bool = False) -> dict[str, Any]:
    return {"kind": kind, "column": "A", "heading": heading, "count": 2, "places": [], "expected": expected}


def asked(*args: Any) -> list[str]:
    return [question["id"] for question in unanswered(*args)]


def test_there_are_six_in_both_languages():
    french, english = questions("fr"), questions("en")
    assert [question["id"] for question in french] == ["persons", "allowed", "contact", "sensitive", "small", "text"]
    for one, other in zip(french, english, strict=True):
        for name in ("text", "why", "help"):
            assert one[name]
            assert other[name]
            assert one[name] != other[name]
        assert one["text"].endswith("\u00a0?")
        assert len(one["answers"]) >= 2
        assert all(answer["advice"] for answer in one["answers"] if answer["outcome"] in ("ask", "remove"))


def test_what_allows_names_is_only_asked_when_there_are_persons():
    assert asked([], COLUMNS, {}) == ["persons", "contact", "sensitive", "small", "text"]
    assert asked([], COLUMNS, {"persons": "yes"}) == ["allowed", "contact", "sensitive", "small", "text"]
    assert asked([], COLUMNS, CALM) == []


def test_answers_count_for_the_columns_they_were_given_about():
    answers = sealed(CALM, [], COLUMNS)
    assert asked([], ["montant", "NOM"], answers) == []
    assert asked([], [*COLUMNS, "Téléphone"], answers) == ["persons", "contact", "sensitive", "small", "text"]


def test_a_new_finding_raises_its_questions_again_and_one_that_was_answered_does_not():
    answers = sealed(CALM, [sign("email")], COLUMNS)
    assert asked([sign("email")], COLUMNS, answers) == []
    again = unanswered([sign("email"), sign("nir")], COLUMNS, answers)
    assert [question["id"] for question in again] == ["persons", "sensitive", "text"]
    assert all(
        signal["kind"] == "nir" for question in again for signal in question["found"] if question["id"] != "text"
    )
    assert standing([sign("email"), sign("nir")], COLUMNS, answers) == {"contact": "no", "small": "no"}


def test_what_the_model_asks_for_raises_nothing():
    answers = sealed(CALM, [], COLUMNS)
    assert asked([sign("email", expected=True)], COLUMNS, answers) == []


def test_what_answers_lead_to():
    assert outcomes(CALM) == []
    told = outcomes({**CALM, "persons": "yes", "allowed": "nothing", "small": "unknown"})
    assert [(entry["question"], entry["outcome"]) for entry in told] == [("allowed", "remove"), ("small", "ask")]
    assert outcomes({**CALM, "allowed": "nothing"}) == []


def test_nobody_is_recognised_and_there_are_social_security_numbers():
    (told,) = outcomes(CALM, "fr", [sign("nir")])
    assert told["outcome"] == "ask"
    assert "2 numéros de sécurité sociale" in told["advice"]


@given(st.lists(st.text(max_size=12), max_size=8), st.randoms())
def test_the_key_of_columns_does_not_depend_on_their_order_or_case(columns: list[str], random: Any):
    shuffled = [column.upper() if column.isascii() else column for column in columns]
    random.shuffle(shuffled)
    assert columns_key(columns) == columns_key(shuffled)


@given(st.dictionaries(st.sampled_from([*CALM, "allowed", "other"]), st.sampled_from(["no", "yes", "none", "x", ""])))
def test_what_is_unanswered_is_asked_and_nothing_else(answers: dict[str, str]):
    left = asked([], COLUMNS, answers)
    kept = standing([], COLUMNS, answers)
    assert not set(left) & set(kept)
    full = {**answers, **{question: "no" for question in left if question != "allowed"}, "allowed": "law"}
    assert asked([], COLUMNS, full) == []


def test_what_is_to_be_taken_out_is_named_with_its_column():
    (told,) = outcomes({**CALM, "contact": "yes"}, "fr", [sign("email")])
    assert told["advice"].startswith("Coordonnées privées")
    assert "dans la colonne" in told["advice"]
