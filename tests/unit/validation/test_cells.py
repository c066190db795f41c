from __future__ import annotations

import pytest

from ckanext.odl.validation.fields import FieldRule
from ckanext.odl.validation.patterns import compile_pattern

from .conftest import codes, field, found, schema


def problem_of(declared, text):
    """``code/constraint`` of what a field says of a text, None when it is clean."""
    problem = FieldRule(declared, [""]).judge(text)[1]
    if problem is None:
        return None
    return problem.params.get("constraint", problem.code)


GOOD = [
    ("integer", {}, ["0", "-5", "+12", "007", "9" * 400]),
    ("number", {}, ["1", "-1.5", "+.5", "1e3", "1.", "12345678901234567890.123456789"]),
    ("number", {"decimalChar": ",", "groupChar": " "}, ["1 234,5", "12"]),
    ("number", {"bareNumber": False}, ["12.5 €", "€12"]),
    ("boolean", {}, ["true", "false", "1", "0", "TRUE"]),
    ("boolean", {"trueValues": ["oui"], "falseValues": ["non"]}, ["oui", "non"]),
    ("date", {}, ["2026-03-31", "2024-02-29"]),
    ("date", {"format": "%d/%m/%Y"}, ["31/03/2026"]),
    ("date", {"format": "%Y"}, ["2026"]),
    ("datetime", {}, ["2026-03-31T10:00:00Z", "2026-03-31T10:00:00+02:00"]),
    ("time", {}, ["14:30:00"]),
    ("year", {}, ["2026"]),
    ("yearmonth", {}, ["2026-03"]),
    ("geopoint", {}, ["2.35,48.85", "2.35, 48.85"]),
    ("geopoint", {"format": "array"}, ["[2.35, 48.85]"]),
    ("array", {}, ["[]", '["a"]']),
    ("object", {}, ["{}"]),
    ("string", {"format": "email"}, ["mairie@exemple.fr"]),
    ("string", {"format": "uri"}, ["https://exemple.fr/a"]),
    ("string", {"format": "uuid"}, ["123e4567-e89b-12d3-a456-426614174000"]),
]
BAD = [
    ("integer", {}, ["1_000", "٣", "１２", " 5", "5 ", "1.0", "abc", "0x1", "1e3", "9" * 401]),
    ("number", {}, ["1_000.5", "٣", "1,5", "1 000", "abc", "--1", "1e", " 5"]),
    ("number", {"decimalChar": ","}, ["1.5"]),
    ("boolean", {}, ["oui", "vrai", "true "]),
    ("boolean", {"trueValues": ["oui"], "falseValues": ["non"]}, ["true", "OUI", "1"]),
    (
        "date",
        {},
        ["2024-1-5", "2024-01- 5", "31/03/2026", "2026-02-30", "2026-03-31T00:00:00", "２026-03-31", "0000-01-01"],
    ),
    ("date", {"format": "%d/%m/%Y"}, ["1/3/2026", "2026-03-31", "31/03/26"]),
    ("datetime", {}, ["2026-03-31", "2026-03-31 10:00:00", "2026-03-31T10:00"]),
    ("time", {}, ["14:30", "25:00:00"]),
    ("year", {}, ["26", "20266", "²026", "+202"]),
    ("yearmonth", {}, ["2026-13", "2026-3"]),
    ("geopoint", {}, ["2.35", "200,10", "a,b", "NaN,1"]),
    ("array", {}, ["a", "{}"]),
    ("string", {"format": "email"}, ["mairie", "a@b"]),
    ("string", {"format": "uri"}, ["exemple.fr"]),
]


@pytest.mark.parametrize(("type_", "keys", "texts"), GOOD)
def test_accepted_forms(type_, keys, texts):
    for text in texts:
        assert problem_of({"name": "a", "type": type_, **keys}, text) is None, text


@pytest.mark.parametrize(("type_", "keys", "texts"), BAD)
def test_refused_forms(type_, keys, texts):
    for text in texts:
        assert problem_of({"name": "a", "type": type_, **keys}, text) in ("type-error", "number-out-of-range"), text


@pytest.mark.parametrize("text", ["NaN", "INF", "-inf", "sNaN", "Infinity"])
def test_numbers_are_finite(text):
    assert problem_of(field("a", "number", minimum=0), text) == "number-not-finite"


@pytest.mark.parametrize("text", ["1e999999999", "1" * 5000, "1e-999999"])
def test_enormous_numbers(text):
    assert problem_of(field("a", "number", minimum=0), text) == "number-out-of-range"


@pytest.mark.parametrize(
    ("declared", "good", "bad"),
    [
        (field("a", required=True), "x", ""),
        (field("a", required=True), "x", " \u00a0"),
        (field("a", pattern="oui|non"), "oui", "ouiZZ"),
        (field("a", pattern="^oui$|^non$"), "non", "oui\n"),
        (field("a", pattern=r"\d{5}"), "48000", "４8000"),
        (field("a", pattern=r"^[\w\-]+$"), "élève-2", "a b"),
        (field("a", pattern=r"^(?!0)\d+$"), "10", "01"),
        (field("a", pattern=r"(ab|cd)\1"), "abab", "abcd"),
        (field("a", pattern=r"^[\u00C0-\u00FF]+$"), "é", "e"),
        (field("a", minLength=2), "ab", "a"),
        (field("a", maxLength=2), "ab", "abc"),
        (field("a", enum=["oui", "non"]), "oui", "Oui"),
        (field("a", "integer", enum=[1, 2]), "01", "3"),
        (field("a", "number", minimum=0.1), "0.1", "0.09"),
        (field("a", "number", maximum=0.3), "0.3", "0.30000000000000001"),
        (field("a", "integer", minimum="5"), "5", "4"),
        (field("a", "date", minimum="2026-01-01"), "2026-01-01", "2025-12-31"),
        (field("a", "number", exclusiveMinimum=0), "0.1", "0"),
        ({"name": "a", "type": "string", "contraints": {"maxLength": 1}}, "a", "ab"),
    ],
)
def test_constraints(declared, good, bad):
    assert problem_of(declared, good) is None
    assert problem_of(declared, bad) is not None


def test_missing_values_are_those_of_the_schema(check):
    table = schema(field("a", required=True), field("b", "integer"), missingValues=["", "NA"])
    report = check("a;b\nNA;NA\nx;NC\n", table)
    assert found(report) == [("constraint-error", "A2"), ("type-error", "B3")]


def test_a_catastrophic_pattern_is_run_in_linear_time():
    assert not compile_pattern("^(a+)+$")("a" * 5000 + "b")


def test_a_broken_pattern_is_a_warning_and_the_rest_is_checked(check):
    report = check("a;b\nx;y\n", schema(field("a", pattern="(("), field("b", "integer")))
    assert codes(report, "warnings") == ["check-failed"]
    assert found(report) == [("type-error", "B2")]


@pytest.mark.parametrize(
    ("declared", "text", "hint", "suggestion"),
    [
        (field("a", "date"), "31/03/2026", "date-french", "2026-03-31"),
        (field("a", "date"), "46112", "serial", "2026-03-31"),
        (field("a", "date"), "2026-02-30", "date-impossible", None),
        (field("a", "number"), "1234,5", "decimal-comma", "1234.5"),
        (field("a", "number"), "240 000 €", "amount", "240000"),
        (field("a", "integer"), "3.0", "amount", "3"),
        (field("a", "integer"), "3.5", "not-integer", None),
        (field("a", "integer"), " 5 ", "spaces", "5"),
        ({"name": "a", "type": "boolean", "trueValues": ["oui"], "falseValues": ["non"]}, "NON", "boolean", "non"),
        (field("a", enum=["aide en nature"]), "Aide  en Nature", "spelling", "aide en nature"),
        (field("a", enum=["aide en nature"]), "aide en natur", "close", "aide en nature"),
        (field("a", pattern=r"\d{5}"), "1234", "zero-lost", "01234"),
        (field("a", pattern=r"\d{14}"), "2,20E+13", "excel-rounded", None),
        (field("a", pattern=r"\d{14}"), "130 025 265 00013", "spaces", "13002526500013"),
        (field("pourcentage", "number", maximum=1), "80", "percent", "0.8"),
    ],
)
def test_hints_propose_only_what_would_be_accepted(declared, text, hint, suggestion):
    rule = FieldRule(declared, [""])
    problem = rule.judge(text)[1]
    assert problem is not None
    assert (problem.params.get("hint"), problem.params.get("suggestion")) == (hint, suggestion)
    if suggestion:
        assert rule.accepts(suggestion)


def test_unique_and_primary_key(check):
    table = schema(field("id", unique=True), field("a", "integer"), field("b"), primaryKey=["a", "b"])
    report = check("id;a;b\n1;1;x\n1;01;x\n;1;y\n;2;x\n", table)
    assert found(report) == [("unique-error", "A3"), ("primary-key-error", "B3")]
    assert report["errors"][0]["params"]["first_row"] == 2


def test_an_empty_primary_key(check):
    report = check("id;b\n;x\n;y\n", schema("id", "b", primaryKey="id"))
    assert found(report) == [("primary-key-error", "A2"), ("primary-key-error", "A3")]


def test_warnings_beyond_the_schema(check):
    table = schema("insee", "code", field("jour", "date"), "montant", field("lat", "number"), field("lon", "number"))
    report = check("insee;code;jour;montant;lat;lon\n1234;2,2E+13;1900-01-01;1 000 €;2.35;48.85\n", table)
    assert report["status"] == "valid"
    assert codes(report, "warnings") == [
        "zero-lost", "excel-rounded", "date-suspect", "amount-format", "coordinates-suspect",
    ]  # fmt: skip


def test_a_repeated_row_is_a_warning(check):
    report = check("a;b;c\n1;2;3\n4;5;6\n1;2;3\n", schema("a", "b", "c"))
    assert [(w["code"], w["row"], w["params"]["first_row"]) for w in report["warnings"]] == [("row-repeated", 4, 2)]
