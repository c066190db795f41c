"""Each kind of repair of a cell: what becomes of values as French offices write them."""

from __future__ import annotations

import pytest

from ..conftest import field, schema
from .conftest import ids, mend, proposal


def table(kind: dict, *values: str) -> tuple[str, dict]:
    """A table of two columns with the values in the first, and its schema."""
    lines = "".join(f'"{value}";x\n' for value in values)
    return f"c;autre\n{lines}", schema(kind, "autre")


@pytest.mark.parametrize(
    ("kind", "before", "repair", "after"),
    [
        (field("c", "date"), "31/12/2024", "date", "2024-12-31"),
        (field("c", "date"), "31-12-2024", "date", "2024-12-31"),
        (field("c", "date"), "31.12.2024 ", "date", "2024-12-31"),
        (field("c", "date"), "12/31/2024", "date", "2024-12-31"),
        (field("c", "date"), "3/3/2024", "date", "2024-03-03"),
        (field("c", "date"), "2024/12/31", "date", "2024-12-31"),
        (field("c", "date"), "2024-12-31 00:00:00", "date", "2024-12-31"),
        (field("c", "date"), "16 janvier 2018", "date", "2018-01-16"),
        (field("c", "date"), "1er mars 2018", "date", "2018-03-01"),
        (field("c", "date"), "44197", "serial-date", "2021-01-01"),
        (field("c", "date"), "\u00a02024-12-31\u200b", "invisible", "2024-12-31"),
        (field("c", "date", keys={"format": "%d/%m/%Y"}), "2024-12-31", "date", "31/12/2024"),
        (field("c", "datetime"), "31/12/2024 14:30", "date", "2024-12-31T14:30:00"),
        (field("c", "year"), "31/12/2024", "date", "2024"),
        (field("c", "time"), "9h30", "form", "09:30:00"),
        (field("c", pattern="[0-9]{4}-[0-9]{2}-[0-9]{2}"), "31/12/2024", "date", "2024-12-31"),
        (
            field("c", pattern="[0-9]{4}-[0-9]{2}-[0-9]{2}/[0-9]{4}-[0-9]{2}-[0-9]{2}"),
            "13/01/2024 au 31/12/2024",
            "date",
            "2024-01-13/2024-12-31",
        ),
        (field("c", "number"), "12,5", "decimal-comma", "12.5"),
        (field("c", "number"), "-0,75", "decimal-comma", "-0.75"),
        (field("c", "number"), "1 234,50", "amount", "1234.50"),
        (field("c", "number"), "1\u202f234,50\u00a0€", "amount", "1234.50"),
        (field("c", "number"), "12.345,67", "amount", "12345.67"),
        (field("c", "number"), "12,345.67", "amount", "12345.67"),
        (field("c", "number"), "1,234,567", "amount", "1234567"),
        (field("c", "number"), "15 000 EUR", "amount", "15000"),
        (field("c", "integer"), "15 000", "amount", "15000"),
        (field("c", "integer"), "12,0", "decimal-comma", "12"),
        (field("c", "number", minimum=0, maximum=1), "45 %", "percent", "0.45"),
        (field("c", "boolean", keys={"trueValues": ["oui"], "falseValues": ["non"]}), "VRAI", "boolean", "oui"),
        (field("c", "boolean", keys={"trueValues": ["oui"], "falseValues": ["non"]}), "0", "boolean", "non"),
        (field("c", "boolean"), "Oui", "boolean", "true"),
        (field("c", enum=["oui", "non"]), "VRAI", "boolean", "oui"),
        (field("c", enum=["aide en numéraire", "aide en nature"]), "Aide en Numeraire", "accepted-value",
         "aide en numéraire"),
        (field("c", enum=["public", "privé"]), "Prive", "accepted-value", "privé"),
        (field("c", pattern="[0-9]{5}"), "1004", "zeros", "01004"),
        (field("c", pattern="[0-9]{5}"), "'01004", "stray-signs", "01004"),
        (field("c", pattern="[0-9]{5}"), '=""01004""', "stray-signs", "01004"),
        (field("c", pattern="[0-9]{5}"), "01 004", "spaces", "01004"),
        (field("c", pattern="[0-9]{5}"), "48\u200b095", "invisible", "48095"),
        (field("c", pattern="W[0-9]{9}"), "w482001234", "form", "W482001234"),
        (field("c", keys={"format": "email"}), "mairie@exemple.fr ", "spaces", "mairie@exemple.fr"),
        (field("c", keys={"format": "email"}), "mailto:mairie@exemple.fr", "address", "mairie@exemple.fr"),
        (field("c", keys={"format": "email"}), "<mairie@exemple.fr>;", "address", "mairie@exemple.fr"),
        (field("c", "geopoint", keys={"format": "array"}), "2.35,48.85", "form", "[2.35,48.85]"),
        (field("c", minLength=3), "sans objet", None, None),
        (field("c", "number"), "sans objet", "nothing", ""),
        (field("c", "date"), "NC", "nothing", ""),
    ],
)  # fmt: skip
def test_a_cell_becomes_what_its_column_asks(file, kind, before, repair, after):
    content, model = table(kind, before)

    done = mend(file(content), model)

    if repair is None:
        assert not ids(done.proposed)
        return
    assert proposal(done.proposed, f"{repair}:c")["examples"] == [
        {"cell": "A2", "before": before.replace('""', '"'), "after": after}
    ]
    assert done.rows[1][0] == after
    assert done.report["status"] == "valid"
    assert done.result["by_repair"] == {f"{repair}:c": 1}


@pytest.mark.parametrize(
    ("check", "before", "repair", "after"),
    [
        ("siret", "214 800 955 00012", "spaces", "21480095500012"),
        ("siret", "21480095500012.0", "spaces", "21480095500012"),
        ("siret", "214.800.955-00012", "stray-signs", "21480095500012"),
        ("siret", "6580016100013", "zeros", "06580016100013"),
        ("siret", "356 000 000 49837", "spaces", "35600000049837"),
        ("siret", "35600000000048", None, None),
        ("siret", "35600000049837", None, None),
        ("siren", "21480095500012", "siren-of-siret", "214800955"),
        ("siren", "5880034", "zeros", "005880034"),
        ("phone-number", "123456789", "zeros", "0123456789"),
        ("phone-number", "Tél. : 01 23 45 67 89 (accueil)", "phone", "01 23 45 67 89"),
        ("code-commune-insee", "1004", "zeros", "01004"),
        ("code-postal", "1000", "zeros", "01000"),
        ("commune", "48000 Mende", "name-alone", "Mende"),
    ],
)
def test_a_code_becomes_one_that_its_check_accepts(file, check, before, repair, after):
    content, model = table(field("c"), before)
    model["custom_checks"] = [{"name": check, "params": {"column": "c"}}]

    done = mend(file(content), model)

    assert done.report["status"] == "valid"
    assert done.rows[1][0] == (after or before)
    assert done.result["by_repair"] == ({f"{repair}:c": 1} if repair else {})


@pytest.mark.parametrize(
    ("kind", "before", "repair", "after"),
    [
        (field("c", enum=["aide en numéraire", "aide en nature"]), "numéraire", "near-value", "aide en numéraire"),
        (field("c", "number"), "240 000 € (pour trois saisons)", "first-amount", "240000"),
        (field("c", "date"), "2019", "whole-period", "2019-01-01"),
        (field("c", "date"), "janvier 2018", "whole-period", "2018-01-01"),
        (field("partc", "number", minimum=0, maximum=1), "80", "share", "0.80"),
        (field("c", pattern="[A-Z][a-z]+"), "KiyoYnigo", "case", "Kiyoynigo"),
    ],
)
def test_what_is_only_likely_is_shown_and_not_chosen(file, kind, before, repair, after):
    content, model = table(kind, before)
    content = content.replace("c;", f"{kind['name']};", 1)
    id_ = f"{repair}:{kind['name']}"

    untouched = mend(file(content), model)
    offered = proposal(untouched.proposed, id_)
    done = mend(file(content), model, {id_: True})

    assert offered["chosen_by_default"] is False
    assert untouched.result["changes"] == 0
    assert untouched.rows[1][0] == before
    assert float(done.rows[1][0]) == float(after) if repair == "share" else done.rows[1][0] == after


def test_a_lost_zero_is_not_given_to_a_number_whose_key_is_wrong(file):
    content, model = table(field("siret", pattern="[0-9]{14}"), "6580016100012")

    assert not ids(mend(file(content.replace("c;", "siret;", 1)), model).proposed)


@pytest.mark.parametrize("format", ["number", "share"])
def test_a_percentage_is_asked_for(file, format):
    content, model = table(field("c", "number"), "45 %")

    done = mend(file(content), model, {"percent-sign:c": format})

    assert {choice["value"] for choice in proposal(done.proposed, "percent-sign:c")["choices"]} == {"number", "share"}
    assert done.rows[1][0] == {"number": "45", "share": "0.45"}[format]


def test_free_text_is_never_touched(file):
    content = "c;autre\n  31/12/2024 ;\u00a0Tél. 01 23\u200b \n"

    done = mend(file(content), schema("c", "autre"))

    assert ids(done.proposed) == []
    assert done.rows[1] == ["  31/12/2024 ", "\u00a0Tél. 01 23\u200b "]


def test_a_code_without_its_zero_that_the_model_allows_is_offered(file):
    done = mend(
        file("code_postal;nom\n1000;a\n48000;b\n"), schema("code_postal", "nom"), {"zeros-likely:code_postal": True}
    )

    assert proposal(done.proposed, "zeros-likely:code_postal")["chosen_by_default"] is False
    assert done.cells == [("A2", "1000", "01000")]


def test_seven_ten_is_known_by_its_label(file):
    content = (
        "DELIB_MATIERE_CODE,DELIB_MATIERE_NOM\n7.1,Finances locales/Divers\n"
        "7.1,Finances locales/Décisions budgétaires\n"
        "7.10,Finances locales/Divers\n,Finances locales/Divers\n"
    )
    model = schema(field("DELIB_MATIERE_CODE", pattern=r"\d\.\d{1,2}", required=True), "DELIB_MATIERE_NOM")
    model["custom_checks"] = [{"name": "nomenclature-actes-value", "params": {"column": "DELIB_MATIERE_NOM"}}]

    done = mend(file(content), model)

    assert proposal(done.proposed, "act-code")["chosen_by_default"] is True
    assert done.cells == [("A2", "7.1", "7.10")]
    assert [row[0] for row in done.rows[1:]] == ["7.10", "7.1", "7.10", ""]
