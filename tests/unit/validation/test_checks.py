from __future__ import annotations

from decimal import Decimal

import pytest

from ckanext.odl.validation.checks import hours, identifiers, places, reference, registry
from ckanext.odl.validation.checks.bal import lambert93

from .conftest import codes, field, found, schema


def custom(name: str, **params):
    return {"name": name, "params": params}


@pytest.mark.parametrize("text", ["130025265", "356000000"])
def test_siren_accepted(text):
    assert identifiers.siren(text) is None


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("130025266", "key"),
        ("000000000", "key"),
        ("130 025 265", "spaces"),
        ("１３００２５２６５", "not-digits"),
        ("13002526500013", "siret-given"),
        ("1300", "length"),
        ("1,3E+08", "excel-rounded"),
    ],
)
def test_siren_refused_with_the_reason(text, hint):
    assert identifiers.siren(text).params["hint"] == hint


@pytest.mark.parametrize("text", ["13002526500013", "35600000049837"])
def test_siret_accepted_la_poste_included(text):
    assert identifiers.siret(text) is None


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("2,20E+13", "excel-rounded"),
        ("22040000000000", "excel-rounded"),
        ("13002526500014", "key"),
        ("130025265 00013", "spaces"),
        ("13002526500013.0", "spaces"),
        ("13002526500000", "no-establishment"),
        ("130025265", "siren-given"),
        ("abc", "not-digits"),
    ],
)
def test_siret_refused_with_the_reason(text, hint):
    assert identifiers.siret(text).params["hint"] == hint


def test_a_siret_that_lost_its_zero_is_given_back():
    whole = next(
        f"0{number:08d}00019"[:14]
        for number in range(5500000, 5600000)
        if identifiers.is_siret(f"0{number:08d}00019"[:14])
    )
    assert identifiers.siret(whole[1:]).params["suggestion"] == whole


@pytest.mark.parametrize("text", ["01 23 45 67 89", "+33 1 23 45 67 89", "0123456789", "3949", "15", "+32 2 555 12 12"])
def test_phone_accepted(text):
    assert identifiers.phone_number(text) is None


@pytest.mark.parametrize("text", ["123456789", "Tel : 01 23 45 67 89", "01 23", "0123456789 / 0123456788", "+33 999"])
def test_phone_refused(text):
    assert identifiers.phone_number(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "24/7", "Mo-Fr 09:00-12:00,14:00-17:00; Sa 09:00-12:00", "Mo,We 8:30-12:00", "Apr-Oct: Mo-Su 10:00-18:00",
        "PH off", "Mo-Fr 09:00-17:00; PH,SH off", "Jan 01-Mar 15 Sa 10:00-12:00", "sunrise-sunset", "Fr 18:00-26:00",
        "Mo-Fr 09:00+", 'Sa 10:00-12:00 "sur rendez-vous"', "week 1-10 Mo 10:00-12:00", "We[1] 14:00-16:00",
        "Mo 09:00-12:00, We 14:00-18:00",
    ],
)  # fmt: skip
def test_opening_hours_accepted(text):
    assert hours.opening_hours(text) is None


@pytest.mark.parametrize(
    "text", ["true", "Lun-Ven 9h-12h", "9h-12h", "Mo-Fr 9-12", "Xx 10:00-12:00", "Mo 10:75-12:00", ";"]
)
def test_opening_hours_refused(text):
    assert hours.opening_hours(text) is not None


@pytest.mark.parametrize("text", ["2.35,48.85", "[2.35, 48.85]", "166.45,-22.27", "55.45,-20.88", "-56.17,46.78"])
def test_points_in_france(text):
    assert places.gps_coordinates(text) is None


@pytest.mark.parametrize(("text", "hint"), [("48.85,2.35", "swapped"), ("-74.0,40.7", "outside"), ("Paris", "form")])
def test_points_elsewhere(text, hint):
    assert places.gps_coordinates(text).params["hint"] == hint


@pytest.mark.parametrize(
    ("code", "good", "bad"),
    [
        (
            "code-commune-insee",
            ["48095", "2A004", "97411", "75114", "98818"],
            ["48999", "20004", "99123", "2a004", "4809", "48000x"],
        ),
        ("code-postal", ["48000", "20000", "97400", "98000"], ["99000", "4800", "2A000"]),
        ("code-region", ["76", "01"], ["1", "99"]),
        ("numero-departement", ["48", "2A", "974", "01"], ["20", "1", "96"]),
        ("departement", ["Lozère", "COTES D'ARMOR"], ["Savoy"]),
        ("region", ["Île-de-France", "ile de france"], ["Aquitaine"]),
        ("code-pays-iso2", ["FR"], ["XX", "fr"]),
        ("code-pays-iso3", ["FRA", "DEU"], ["ZZZ", "fra", "FR"]),
        ("pays", ["France", "cote d'ivoire", "États-Unis", "Bosnie Herzégovine", "Viêt Nam"], ["Francie", "FR"]),
        ("commune", ["L’Isle-Adam", "Mende", "ŒUILLY", "saint denis"], ["48000", "Mende 48000", "n/c", "Mendes-Ville"]),
        ("canton", ["Mende-1", "Aurillac 2"], ["12", "#"]),
        ("code-fantoir", ["A123", "B120X", "480950A123"], ["12", "a123"]),
    ],
)
def test_reference_codes(code, good, bad):
    judge = reference.JUDGES[code]
    assert [judge(text) for text in good] == [None] * len(good)
    assert None not in [judge(text) for text in bad]


def run(check, header, rows, checks, *fields):
    table = schema(*fields, custom_checks=checks)
    return check("\n".join([header, *rows]) + "\n", table)


def test_old_and_new_names_are_the_same_check_and_run_once(check):
    checks = [custom("french-siret-value", column="s"), custom("siret", column="s")]
    report = run(check, "s;b", ["2,20E+13;x", ";x", "13002526500013;x"], checks, field("s", pattern=r"^\d{14}$"), "b")
    assert found(report) == [("siret", "A2")]
    assert "Excel" in report["errors"][0]["message"]


def test_a_check_declared_on_its_field(check):
    declared = {"name": "s", "type": "string", "customCheck": {"name": "siren"}}
    assert found(check("s;b\n123;x\n", schema(declared, "b"))) == [("siren", "A2")]


@pytest.mark.parametrize(
    ("op", "left", "right", "good"),
    [
        (">=", "10", "9", True), (">=", "01000", "999", True), ("<", "9", "10", True), ("==", "1.0", "1", True),
        (">", "1", "2", False), (">=", "\\", "a", False), (">", "nan", "1", False), ("<=", "²", "1", False),
        (">=", "", "1", True), (">=", "b", "a", True),
    ],
)  # fmt: skip
def test_comparisons_are_by_type_and_never_evaluated(check, op, left, right, good):
    checks = [custom("compare-columns-value", column="a", op=op, column2="b")]
    report = run(check, "a;b;c", [f"{left};{right};x"], checks, "a", "b", "c")
    assert (report["errors"] == []) is good


def test_dates_are_compared_as_dates_and_absent_columns_skipped(check):
    checks = [
        custom("compare-columns-value", column="a", op=">=", column2="b"),
        custom("compare-columns", column="a", op=">", column2="z"),
    ]
    report = run(
        check, "a;b", ["2026-01-02;2026-01-10"], checks, field("a", "date"), field("b", "date"), field("z", "date")
    )
    assert found(report) == [("compare-columns", "A2")]


@pytest.mark.parametrize(
    ("total", "parts", "good"),
    [("3", ("1.5", "1.5"), True), ("2", ("1.9", "1.9"), False), ("0.3", ("0.1", "0.2"), True)],
)
def test_sums_are_exact_in_decimals(check, total, parts, good):
    assert sum(map(Decimal, parts)) == Decimal(total) or not good
    checks = [custom("sum-columns-value", column="t", columns=["a", "b"])]
    report = run(check, "t;a;b", [";".join((total, *parts))], checks, *(field(n, "number") for n in "tab"))
    assert (report["errors"] == []) is good


def test_cohesive_columns_and_one_of(check):
    checks = [
        custom("cohesive-columns-value", column="a", othercolumns=["b", "absent"]),
        custom("one-of-required", column1="c", column2="d"),
    ]
    rows = ["1;2;x;", "1;;x;", ";;0;", ";;;", ";; ;"]
    report = run(check, "a;b;c;d", [*rows[:3], "1;1;;"], checks, "a", "b", "c", "d", "absent")
    assert found(report) == [("cohesive-columns", "B3"), ("one-of-required", "C5")]


@pytest.mark.parametrize(
    ("alone", "text", "good"),
    [
        (True, "2026", True),
        ("yes", "2026", True),
        (False, "2026", False),
        (False, "2025/2026", True),
        (True, "2026/2025", False),
        (True, "25/26", False),
    ],
)
def test_year_interval(check, alone, text, good):
    checks = [custom("year-interval-value", **{"column": "a", "allow-year-only": alone})]
    assert (run(check, "a;b", [f"{text};x"], checks, "a", "b")["errors"] == []) is good


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("Commande publique/Marchés publics", True),
        ("COMMANDE PUBLIQUE/x", True),
        ("Commande publique/", False),
        ("Commande publique /x", False),
        ("Commande publique/ x", False),
        ("Cuisine/x", False),
        ("Commande publique", False),
    ],
)
def test_nomenclature(check, text, good):
    report = run(check, "a;b", [f"{text};x"], [custom("nomenclature-actes-value", column="a")], "a", "b")
    assert (report["errors"] == []) is good


def test_unknown_checks_and_bad_parameters_are_warnings_and_the_others_run(check):
    checks = [
        custom("inconnue", column="a"),
        custom("compare-columns", column="a", op="~", column2="b"),
        custom("siren", column="nulle-part"),
        custom("siren", column="a"),
    ]
    report = run(check, "a;b", ["1;2"], checks, "a", "b")
    assert found(report) == [("siren", "A2")]
    assert codes(report, "warnings") == ["check-unknown", "check-failed", "check-failed"]


@pytest.mark.parametrize(
    "name",
    [
        "french-siren-value", "french-siret-value", "nomenclature-actes-value", "phone-number-value",
        "opening-hours-value", "french-gps-coordinates", "siren", "siret", "nomenclature-acte", "code-commune-insee",
        "code-postal", "code-region", "commune", "departement", "numero-departement", "region", "canton", "pays",
        "code-pays-iso2", "code-pays-iso3", "code-fantoir", "coordonnees-gps-francaises",
    ],
)  # fmt: skip
def test_every_national_name_is_known_in_a_schema_and_in_a_field(check, name):
    """A column that is absent is skipped, a value that nothing accepts is refused, an empty one is not judged."""
    declared = [custom(name, column="a"), custom(name, column="absente")]
    report = run(check, "a;b", ["§§;1", ";2"], declared, "a", "b", "absente")
    assert [error["cell"] for error in report["errors"]] == ["A2"]
    assert codes(report, "warnings") == ["header-missing-column"]
    in_field = schema(field("a", keys={"customCheck": name}), "b")
    assert [error["cell"] for error in check("a;b\n§§;1\n;2\n", in_field)["errors"]] == ["A2"]


def test_a_check_that_raises_never_loses_the_report(check, monkeypatch):
    def explode(text):
        raise RuntimeError(text)

    monkeypatch.setitem(registry._CELL, "siren", ("siren", explode))
    report = run(
        check, "a;b", ["1;x", "2;y"], [custom("siren", column="a"), custom("siret", column="b")], "a", field("b")
    )
    assert codes(report, "warnings") == ["check-failed"]
    assert codes(report, "errors") == ["siret", "siret"]


BAL = [
    "cle_interop", "commune_insee", field("numero", "integer"), field("long", "number"), field("lat", "number"),
    field("x", "number"), field("y", "number"), "id_ban_commune", "id_ban_toponyme", "id_ban_adresse",
]  # fmt: skip
BAL_HEADER = "cle_interop;commune_insee;numero;long;lat;x;y;id_ban_commune;id_ban_toponyme;id_ban_adresse"
BAL_CHECKS = [custom(name) for name in ("bal-cle-interop", "bal-coordinates", "bal-single-commune", "bal-ban-ids")]


@pytest.mark.parametrize(
    ("row", "errors", "warnings"),
    [
        ("48095_0123_00012;48095;12;3.5;44.5;;;;;", [], []),
        ("2a004_0123_00012_bis;2A004;12;8.73;41.92;;;;;", [], []),
        ("48095_0123_00013;48095;12;3.5;44.5;;;;;", ["bal-cle-interop"], []),
        ("48095_0123_00012_BIS;48095;12;3.5;44.5;;;;;", ["bal-cle-interop"], []),
        ("48095_12;48095;12;3.5;44.5;;;;;", ["bal-cle-interop"], []),
        ("48001_0123_00012;48095;12;3.5;44.5;;;;;", [], ["bal-cle-interop"]),
        ("48095_0123_00012;48095;12;;;;;;;", ["bal-coordinates"], []),
        ("48095_0123_99999;48095;99999;;;;;;;", [], []),
        ("48095_0123_00012;48095;12;3.5;;;;;;", ["bal-coordinates"], []),
        ("48095_0123_00012;48095;12;44.5;3.5;;;;;", ["bal-coordinates"], []),
        ("48095_0123_00012;48095;12;3.0;46.5;700000;6600000;;;", [], []),
        ("48095_0123_00012;48095;12;3.0;46.5;710000;6600000;;;", [], ["bal-coordinates"]),
        ("48095_0123_00012;48095;12;3.5;44.5;;;a;;", ["bal-ban-ids"], []),
    ],
)
def test_bal_rules(check, row, errors, warnings):
    report = run(check, BAL_HEADER, [row], BAL_CHECKS, *BAL)
    assert codes(report, "errors") == errors
    assert codes(report, "warnings") == warnings


def test_a_second_commune_in_a_bal_is_said_once(check):
    communes = ("48095", "48095", "48001", "48001")
    rows = [f"{insee}_0123_0001{n};{insee};1{n};3.5;44.5;;;;;" for n, insee in enumerate(communes)]
    report = run(check, BAL_HEADER, rows, BAL_CHECKS, *BAL)
    assert [(w["code"], w["row"]) for w in report["warnings"]] == [("bal-single-commune", 4)]


def test_lambert93_on_its_origin():
    east, north = lambert93(3.0, 46.5)
    assert (round(east), round(north)) == (700000, 6600000)
