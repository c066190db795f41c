"""Sentences: numbers, days, lists and plurals of each language, and nothing that a title could break."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import yaml

from ckanext.odl import onboarding
from ckanext.odl.onboarding import evaluate, localise, packaged, state_label
from ckanext.odl.onboarding.calendar import add_months
from ckanext.odl.onboarding.freshness import PERIODS, WITHOUT_PERIOD, expected_on, is_overdue
from ckanext.odl.onboarding.words import fill, sentence

from .builders import TODAY, accomplished, ago, commune, dataset, file


@pytest.mark.parametrize(
    ("template", "params", "french", "english"),
    [
        ("{n}", {"n": 12000}, "12\u202f000", "12,000"),
        ("{n}", {"n": 0.8}, "0,8", "0.8"),
        ("{d:date}", {"d": dt.date(2026, 3, 1)}, "1er mars 2026", "1 March 2026"),
        ("{d:date}", {"d": "2026-12-31"}, "31 décembre 2026", "31 December 2026"),
        ("{d:month}", {"d": "2032-03-31"}, "mars 2032", "March 2032"),
        ("{n:plural:x|y}", {"n": 0}, "x", "y"),
        ("{n:plural:x|y}", {"n": 1}, "x", "x"),
        ("{n:plural:un|{n} jeux}", {"n": 3}, "3 jeux", "3 jeux"),
        ("{l}", {"l": ["a", "b", "c"]}, "a, b et c", "a, b and c"),
        ("{l:or}", {"l": ["a", "b"]}, "a ou b", "a or b"),
        ("{y:if:(@)}", {"y": 2023}, "(2023)", "(2023)"),
        ("{y:if:(@)}", {}, "", ""),
        ("{kind:word}", {"kind": "epci"}, "intercommunalité", "intermunicipality"),
        ("{atd}", {}, "la structure qui vous accompagne", "the body that supports you"),
        ("{atd} le sait.", {}, "La structure qui vous accompagne le sait.", "The body that supports you le sait."),
        ("« {t} »", {"t": "Budget {n} | 2025"}, "« Budget {n} | 2025 »", "« Budget {n} | 2025 »"),
    ],
)
def test_fill(template: str, params: dict, french: str, english: str) -> None:
    assert fill(template, params, "fr") == french
    assert fill(template, params, "en") == english


def test_french_signs_keep_to_their_word() -> None:
    words = sentence("facts.late", {"title": "Budget", "day": "2026-02-01"})
    assert words == "«\u00a0Budget\u00a0»\u00a0: attendu le 1er février 2026"
    assert sentence("facts.late", {"title": "Budget", "day": "2026-02-01"}, "en_GB").startswith("“Budget”: expected")


def test_state_words() -> None:
    states = ("todo", "done", "stale", "waived", "not_applicable", "unknown")
    words = ["à faire", "fait", "à actualiser", "dispensé", "sans objet", "à vérifier"]
    assert [state_label(state) for state in states] == words
    assert state_label("done", declared=True) == "déclaré"


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("snapshot", [commune(), commune(kind=None), accomplished(), commune(profile="no_agent")])
def test_a_whole_path_in_words(language: str, snapshot) -> None:
    path = packaged()
    shown = localise(evaluate(path, snapshot, TODAY).to_dict(), path, language, "Numérique 48")
    assert [phase["id"] for phase in shown["phases"]] == ["p1", "p2", "p3", "p4", "p5", "p6"]
    steps = [step for phase in shown["phases"] for step in phase["steps"]]
    assert len(steps) == 47
    for step in steps:
        for key in ("label", "why", "how", "reason", "state_label", "who_label"):
            assert step[key], (step["id"], key)
            assert not set("{}|") & set(step[key]), step[key]
            assert language == "en" or "None" not in step[key]
            assert step[key][0] == step[key][0].upper() or key in ("state_label", "who_label", "reason"), step[key]
        assert step["doc"].startswith("https://")
    labels = {step["id"]: step["label"] for step in steps}
    assert labels["p1.agreement"].endswith("Numérique 48")


@pytest.mark.parametrize(
    ("period_end", "changed", "temporal_end", "expected"),
    [
        (dt.date(2024, 12, 31), ago(1), dt.date(2025, 12, 31), dt.date(2025, 12, 31)),
        (None, ago(1), dt.date(2025, 12, 31), dt.date(2026, 12, 31)),
        (None, dt.date(2026, 1, 1), None, dt.date(2027, 1, 1)),
    ],
)
def test_the_next_file_is_expected_after_what_the_newest_covers(period_end, changed, temporal_end, expected) -> None:
    """A retouched file of an old year is not fresh data."""
    item = dataset("d", file(period_end=period_end, changed_on=changed), temporal_end=temporal_end)
    assert expected_on(item) == expected


def test_late_begins_after_the_days_of_grace() -> None:
    item = dataset("d", file(period_end=dt.date(2025, 11, 7)))
    assert is_overdue(item, dt.date(2026, 11, 22), 15) is False
    assert is_overdue(item, dt.date(2026, 11, 23), 15) is True
    assert is_overdue(dataset("d", frequency=None), TODAY, 15) is None


def test_periods_agree_with_data_gouv_fr() -> None:
    known = {"DAILY": 1, "WEEKLY": 7, "BIWEEKLY": 14, "MONTHLY": 31, "BIMONTHLY": 62, "QUARTERLY": 93, "ANNUAL_2": 365}
    assert {code: PERIODS[code] for code in known} == known
    assert not set(PERIODS) & set(WITHOUT_PERIOD)


def test_every_frequency_of_the_form_is_known() -> None:
    form = yaml.safe_load((Path(onboarding.__file__).parents[1] / "schemas" / "dataset.yaml").read_text("utf-8"))
    field = next(field for field in form["dataset_fields"] if field["field_name"] == "frequency")
    codes = {choice["value"].rpartition("/")[2] for choice in field["choices"]}
    assert codes - {"UNKNOWN"} == set(PERIODS) | set(WITHOUT_PERIOD)


def test_months_later() -> None:
    assert add_months(dt.date(2024, 2, 29), 12) == dt.date(2025, 2, 28)
    assert add_months(dt.date(2026, 3, 31), -6) == dt.date(2025, 9, 30)
