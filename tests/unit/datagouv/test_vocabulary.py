"""The portal and data.gouv.fr mean the same by their licences and frequencies."""

from __future__ import annotations

import datetime as dt
from importlib.resources import files

import pytest
import yaml

from ckanext.odl.datagouv import vocabulary
from ckanext.odl.onboarding.freshness import PERIODS

NAMES = [
    "continuous", "oneMinute", "fiveMinutes", "tenMinutes", "fifteenMinutes", "thirtyMinutes", "hourly", "bihourly",
    "trihourly", "twelveHours", "severalTimesADay", "threeTimesADay", "semidaily", "daily", "fiveTimesAWeek",
    "threeTimesAWeek", "semiweekly", "weekly", "biweekly", "threeTimesAMonth", "semimonthly", "monthly", "bimonthly",
    "quarterly", "threeTimesAYear", "semiannual", "annual", "biennial", "triennial", "quadrennial", "quinquennial",
    "decennial", "bidecennial", "tridecennial", "punctual", "irregular", "never", "notPlanned", "other", "unknown",
]  # fmt: skip


def choices():
    form = yaml.safe_load(files("ckanext.odl").joinpath("schemas", "dataset.yaml").read_text("utf-8"))
    field = next(field for field in form["dataset_fields"] if field["field_name"] == "frequency")
    return {choice["value"] for choice in field["choices"]}


def test_each_national_frequency_is_a_choice_of_the_form_and_comes_back():
    assert [known.national for known in vocabulary.frequencies()] == NAMES
    for name in NAMES[:-1]:
        uri = vocabulary.frequency_uri(name)
        assert uri in choices(), name
        assert vocabulary.national_frequency(uri) == name
        assert vocabulary.national_frequency(uri.replace("http:", "https:")) == name


def test_each_choice_of_the_form_has_its_national_frequency():
    for uri in choices():
        known = vocabulary.frequency(uri)
        assert known, uri
        assert known.uri == uri


def test_an_unknown_frequency_says_nothing():
    assert vocabulary.frequency_uri("unknown") == vocabulary.frequency_uri(None) == vocabulary.frequency_uri("x") == ""
    assert vocabulary.national_frequency("") == vocabulary.national_frequency("x") == "unknown"


@pytest.mark.parametrize(
    ("former", "today"),
    [
        ("realtime", "continuous"),
        ("fourTimesADay", "severalTimesADay"),
        ("fourTimesAWeek", "other"),
        ("fortnighly", "biweekly"),
        ("biannual", "semiannual"),
        ("ANNUAL", "annual"),
    ],
)
def test_former_names_and_bare_codes_are_understood(former, today):
    assert vocabulary.frequency(former) == vocabulary.frequency(today) is not None


def test_the_periods_are_those_of_the_path():
    for known in vocabulary.frequencies():
        if known.code in PERIODS:
            assert known.period is not None
            assert PERIODS[known.code] == max(1, known.period.days), known.code
    assert vocabulary.period("annual") == dt.timedelta(days=365)
    assert vocabulary.period("irregular") is None


def test_each_licence_is_recognised_by_what_leaves():
    for id in vocabulary.licences():
        assert vocabulary.licence(id) == vocabulary.licence(id.upper()) == id
        token = vocabulary.recognised_licence(id)
        if id == "notspecified":
            assert token == ""
        else:
            assert vocabulary.licence(token) == id
    assert vocabulary.recognised_licence("lov2") == "https://www.etalab.gouv.fr/licence-ouverte-open-licence"
    assert vocabulary.recognised_licence("odc-odbl") == "http://opendatacommons.org/licenses/odbl/summary/"
    assert vocabulary.recognised_licence("other-at") == "other-at"


@pytest.mark.parametrize("text", ["", None, "gfdl", "https://exemple.fr/", "https://", "Ma licence à moi"])
def test_a_licence_that_nobody_knows_is_none(text):
    assert vocabulary.licence(text) == vocabulary.recognised_licence(text) == ""


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("etalab-2.0", "lov2"),
        ("http://www.etalab.gouv.fr/licence-ouverte-open-licence/", "lov2"),
        ("ODbL-1.0", "odc-odbl"),
        ("CC-BY-SA-4.0", "cc-by-sa"),
    ],
)
def test_other_names_of_a_licence(text, id):
    assert vocabulary.licence(text) == id
