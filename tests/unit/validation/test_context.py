"""What the caller knows of a file: whose it is, and the period it is declared to cover."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ckanext.odl.validation import groups, guarded, validate

from .conftest import field, schema

OURS = {"owner_siren": "130025265", "owner_insee": "48095"}
OUR_SIRET, OTHER_SIRET = "13002526500013", "55208131766522"


@pytest.fixture
def told(tmp_path: Path):
    def run(content: str, table: Any, **known: str | None) -> list[tuple[str, str | None, str]]:
        path = tmp_path / "f.csv"
        path.write_text(content, "utf-8")
        report = validate(path, table, **known).to_dict()  # type: ignore[arg-type] (only what the caller knows)
        return [
            (found["code"], found["cell"], found["message"].replace("\u00a0", " "))
            for name in ("warnings", "notices")
            for found in report[name]
        ]

    return run


def test_the_siret_of_another_collectivite(told):
    table = schema("COLL_SIRET", "objet")
    rows = f"COLL_SIRET;objet\n;a\n{OTHER_SIRET};b\n{OTHER_SIRET};c\n"
    (found,) = told(rows, table, **OURS)
    assert found[:2] == ("siret-other-organization", "A3")
    assert OTHER_SIRET in found[2]
    assert "SIREN 130025265" in found[2]
    assert told(rows.replace(OTHER_SIRET, OUR_SIRET), table, **OURS) == []
    assert told(rows, table) == []
    assert told(rows, table, owner_siren="no number") == []


def test_two_establishments_of_the_same_collectivite_are_one(told):
    rows = "COLL_SIRET;objet\n13002526500013;a\n130025265;b\n13002526500013;c\n"
    assert told(rows, schema("COLL_SIRET", "objet"), **OURS) == []


def test_several_collectivites_are_said_and_not_held_against_the_file(told):
    rows = f"COLL_SIRET;objet\n{OTHER_SIRET};a\n{OUR_SIRET};b\n"
    (found,) = told(rows, schema("COLL_SIRET", "objet"), **OURS)
    assert found[0] == "several-organizations"
    assert found[2] == "Le fichier couvre 2 collectivités, d’après la colonne « COLL_SIRET »."
    (found,) = told("insee;objet\n48095;a\n48096;b\n2A004;c\n", schema("insee", "objet"), **OURS)
    assert found[2] == "Le fichier couvre 3 communes, d’après la colonne « insee »."


def test_a_siret_column_is_the_owners_by_its_title_only(told):
    rows = f"siret;objet\n{OTHER_SIRET};a\n{OTHER_SIRET};b\n"
    mine = schema(field("siret", keys={"title": "SIRET de l’acheteur"}), "objet")
    place = schema(field("siret", keys={"title": "SIRET de l’établissement"}), "objet")
    assert [code for code, _, _ in told(rows, mine, **OURS)] == ["siret-other-organization"]
    assert told(rows, place, **OURS) == []


def test_the_commune_of_the_rows(told):
    table = schema("COLL_INSEE", "objet")
    (found,) = told("COLL_INSEE;objet\n48096;a\n48096;b\n", table, **OURS)
    assert found[:2] == ("siret-other-organization", "A2")
    assert "Toutes les lignes remplies portent le code INSEE « 48096 »" in found[2]
    (found,) = told("code_insee;objet\n48096;a\n", schema("code_insee", "objet"), **OURS)
    assert "La seule ligne remplie est située" in found[2]
    # A département has no commune of its own.
    assert told("code_insee;objet\n48096;a\n", schema("code_insee", "objet"), owner_siren="130025265") == []


@pytest.mark.parametrize(
    ("period", "wrong"),
    [
        ("2025", ["A2", "A5"]),
        ("2025-06", ["A2", "A5"]),
        ("2025-04/2025-06", ["A2", "A5"]),
        ("2024/2025", ["A5"]),
        ("2024-12-31/2026-01-01", []),
        ("l’an dernier", []),
        (None, []),
    ],
)
def test_the_years_of_the_main_dates_against_the_period(told, period, wrong):
    table = schema(field("dateConvention", "date"), field("date_maj", "date"))
    rows = "dateConvention;date_maj\n2024-12-31;2019-01-01\n2025-01-01;\n2025-12-31;\n2026-01-01;\n"
    found = told(rows, table, period=period)
    assert [cell for code, cell, _ in found if code == "year-outside-period"] == wrong
    assert all(f"({period})" in message for _, _, message in found)


def test_a_year_alone_is_a_year(told):
    assert [c for _, c, _ in told("ANNEE;n\n2024;1\n2025;2\n", schema(field("ANNEE", "year"), "n"), period="2025")] == [
        "A2"
    ]


def test_the_child_process_knows_as_much(tmp_path):
    table = tmp_path / "schema.json"
    table.write_text(json.dumps(schema("COLL_SIRET", field("DELIB_DATE", "date"))))
    path = tmp_path / "f.csv"
    path.write_text(f"COLL_SIRET,DELIB_DATE\n{OTHER_SIRET},2024-02-03\n")
    report = guarded(path, str(table), seconds=20, owner_siren="130025265", period="2025")
    assert [found["code"] for found in report["warnings"]] == ["siret-other-organization", "year-outside-period"]
    assert {group.code for group in groups(report, "en")} == {"siret-other-organization", "year-outside-period"}


@pytest.mark.parametrize(
    ("text", "variant"),
    [
        ("1899-12-30", "empty"),
        ("1900-01-01", "empty"),
        ("1904-01-01", "empty"),
        ("1905-07-16", "year"),
        ("1905-11-30", "early"),
        ("1900-06-01", "early"),
        ("2099-12-31", "late"),
        ("1906-01-01", None),
        ("2098-12-31", None),
    ],
)
def test_dates_that_machines_write(check, text, variant):
    report = check(f"jour\n{text}\n", schema(field("jour", "date")))
    assert [found["params"]["variant"] for found in report["warnings"]] == ([variant] if variant else [])
    if variant == "year":
        assert "2024" in report["warnings"][0]["remedy"]


def test_an_old_tree_is_no_surprise(check):
    report = check("date_plantation\n1890-05-01\n1900-01-01\n", schema(field("date_plantation", "date")))
    assert [found["cell"] for found in report["warnings"]] == ["A3"]


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("SIRET_LIEU", "22040000000000", "excel-rounded"),
        ("SIRET_LIEU", "2,20E+13", "excel-rounded"),
        ("code_postal", "1000", "zero-lost"),
        ("SIREN", "5520817", None),
        ("montant_verse", "1 234,50 €", "amount-format"),
        ("montant_verse", "12 000", "amount-format"),
        ("montant_verse", "12000", None),
    ],
)
def test_codes_and_amounts_in_free_columns(check, name, text, code):
    report = check(f'a;{name}\nx;"{text}"\n', schema("a", name))
    assert [found["code"] for found in report["warnings"]] == ([code] if code else [])


def test_a_bal_is_advised_on_its_file_and_numbers(check):
    table = schema(
        field("numero", "integer"), "voie_nom", custom_checks=[{"name": "bal-numero", "params": {"column": "numero"}}]
    )
    report = check("numero,voie_nom\n007,Rue de l’Église\n7,Rue de l’Église\n".encode("cp1252"), table)
    assert [(found["code"], found["cell"]) for found in report["warnings"]] == [("bal-numero", "A2")]
    assert [found["params"].get("variant") for found in report["notices"] if found["code"] == "bal-file"] == [
        "separator", "encoding",
    ]  # fmt: skip
    assert check("numero;voie_nom\n7;Rue de l’Église\n", table)["notices"] == []
