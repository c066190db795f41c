"""A deposited file looked at as a whole: any bytes get an answer that JSON takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ckanext.odl.deposit import inspect
from ckanext.odl.deposit.inspection import localised
from ckanext.odl.deposit.signals import sentence
from ckanext.odl.scdl import blank_csv, catalogue
from ckanext.odl.territory import Body, commune, siret_is_valid
from ckanext.odl.validation import validate


def siret_of(insee: str) -> str:
    """The SIRET that the reference's SIREN of a commune and a made-up establishment give."""
    siren = cast("Body", commune(insee)).siren
    return next(siret for number in range(10, 20) if siret_is_valid(siret := f"{siren}000{number}"))


MEMBERS = {code: siret_of(code) for code in ("48095", "48092")}


def write(path: Path, text: str, name: str = "fichier.csv") -> Path:
    target = path / name
    target.write_bytes(text.encode("utf-8-sig"))
    return target


def look(path: Path, **options: Any) -> dict[str, Any]:
    found = inspect(path, name=options.pop("name", path.name), **options)
    json.dumps(found)
    return localised(found, options.get("language", "fr"))


def test_a_file_of_the_model_is_told_with_its_reason(tmp_path: Path):
    path = tmp_path / "subventions_2025.csv"
    path.write_bytes(blank_csv(catalogue().table("scdl/subventions"), with_example=True))
    found = look(path)
    first = found["matches"][0]
    assert (first["id"], first["matched"], first["total"], first["sure"]) == ("scdl/subventions", 16, 16, True)
    assert first["reasons"] == ["Les 16 colonnes du modèle «\u00a0Subventions\u00a0» sont toutes dans le fichier."]
    report = validate(path).to_dict()
    assert {**found["report"], "seconds": 0} == {**report, "seconds": 0}
    assert found["columns"][0] == "nomAttribuant"
    assert found["period"]["why"]
    english = look(path, language="en")
    assert english["matches"][0]["reasons"] == ["All 16 columns of the model “Grants” are in the file."]
    assert english["period"]["why"] != found["period"]["why"]
    assert english["matches"][0]["title"] != first["title"]


def test_some_columns_of_the_model(tmp_path: Path):
    names = [field["name"] for field in catalogue().table("scdl/subventions")["fields"]][:14]
    found = look(write(tmp_path, ";".join(names) + "\n" + ";" * 13))
    assert found["matches"][0]["reasons"][0] == (
        "14 colonnes sur 16 du modèle «\u00a0Subventions\u00a0» sont dans le fichier."
    )


def test_house_headings_are_told_by_what_they_speak_of(tmp_path: Path):
    found = look(write(tmp_path, "Numéro de délibération;Rapporteur;Date du conseil\n1;Jean Roux;12/03/2025\n"))
    first = found["matches"][0]
    assert (first["id"], first["sure"]) == ("scdl/deliberations", False)
    assert found["report"]["schema"] is None
    assert found["period"]["value"] == "2025"


def test_a_file_that_cannot_be_read_is_told_by_its_first_line(tmp_path: Path):
    names = ";".join(field["name"] for field in catalogue().table("scdl/subventions")["fields"])
    path = tmp_path / "x.csv"
    path.write_bytes(names.encode() + b"\n" + "é;".encode() * 10 + b"\n\xe9;\xe9\n")
    found = look(path)
    assert found["report"]["status"] == "unreadable"
    assert found["matches"][0]["id"] == "scdl/subventions"
    assert found["columns"] == found["signals"] == []


def test_several_members_in_one_file(tmp_path: Path):
    rows = [f"{MEMBERS['48095']};a"] * 3 + [f"{MEMBERS['48092'][:9]} {MEMBERS['48092'][9:]};b"] * 2 + [";c"]
    found = look(write(tmp_path, "SIRET de la collectivité;objet\n" + "\n".join(rows)))
    assert found["owners"] == {
        "column": "A",
        "heading": "SIRET de la collectivité",
        "kind": "siret",
        "values": [[MEMBERS["48095"], 3], [MEMBERS["48092"], 2]],
        "rest": 0,
    }


def test_a_column_that_names_one_is_told_where_none_names_several(tmp_path: Path):
    one, several = MEMBERS["48095"], ["48095", "48092"]
    rows = "\n".join(f"{one};{code}" for code in several)
    assert look(write(tmp_path, f"SIRET de la collectivité;code_insee\n{rows}\n"))["owners"]["column"] == "B"
    alone = look(write(tmp_path, f"SIRET de la collectivité;objet\n{one};a\n{one};b\n"))["owners"]
    assert alone["values"] == [[one, 2]]
    assert look(write(tmp_path, f"siret;objet\n{one};a\n"))["owners"] is None


@pytest.mark.parametrize("heading", ["idBeneficiaire", "SIRET du titulaire", "siret_fournisseur", "montant"])
def test_beneficiaries_are_no_members(tmp_path: Path, heading: str):
    rows = "\n".join(f"{siret};x" for siret in MEMBERS.values())
    assert look(write(tmp_path, f"{heading};objet\n{rows}\n"))["owners"] is None


def test_a_column_called_siret_counts_when_its_values_are_those_of_collectivites(tmp_path: Path):
    rows = "\n".join(f"{siret};x" for siret in MEMBERS.values())
    assert look(write(tmp_path, f"siret;objet\n{rows}\n"))["owners"]["kind"] == "siret"
    assert look(write(tmp_path, f"siret;bénéficiaire\n{rows}\n"))["owners"] is None
    companies = "\n".join(["73282932000074;x", "55208131766522;y"])
    assert look(write(tmp_path, f"siret;objet\n{companies}\n"))["owners"] is None


def test_lost_zeros_of_insee_codes_are_understood(tmp_path: Path):
    found = look(write(tmp_path, "code_insee;nom\n1004;a\n1005;b\n48095;c\n"))
    assert found["owners"]["kind"] == "insee"
    assert sorted(code for code, _ in found["owners"]["values"]) == ["01004", "01005", "48095"]


def test_titles_above_the_headings_say_the_period(tmp_path: Path):
    path = tmp_path / "liste.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Feuil1")
    sheet.write(0, 0, "Subventions de l’année 2024")
    for column, name in enumerate(("Association", "Montant", "Objet")):
        sheet.write(2, column, name)
        sheet.write(3, column, "x")
    book.close()
    found = look(path)
    assert found["period"]["value"] == "2024"
    assert found["matches"][0]["id"] == "scdl/subventions"


def test_persons_inside_records_of_json_are_found(tmp_path: Path):
    records = [{"objet": "a", "contact": {"courriel": "anne.roux@exemple.fr"}}]
    found = look(write(tmp_path, json.dumps(records), "x.json"))
    assert [(s["kind"], s["heading"], s["places"][0]["cell"]) for s in found["signals"]] == [
        ("email", "contact.courriel", "#1")
    ]


def test_a_cell_beyond_the_headings_is_looked_at(tmp_path: Path):
    found = look(write(tmp_path, "a;b\n1;2;joindre anne.roux@exemple.fr\n"))
    assert [(s["kind"], s["column"], s["heading"]) for s in found["signals"]] == [("email", "C", "")]


def test_other_sheets_are_looked_at_hidden_ones_too(tmp_path: Path):
    path = tmp_path / "x.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet, hidden = book.add_worksheet("Données"), book.add_worksheet("Adhérents")
    for row, cells in enumerate([["Association", "Montant", "Objet"], ["Judo", "50", "x"]]):
        sheet.write_row(row, 0, cells)
    for row, cells in enumerate([["Nom", "Courriel"], ["x", "anne.roux@exemple.fr"]]):
        hidden.write_row(row, 0, cells)
    hidden.hide()
    book.close()
    (signal,) = look(path)["signals"]
    assert (signal["kind"], signal["sheet"], signal["places"][0]["cell"]) == ("email", "Adhérents", "Adhérents!B2")
    assert sentence(signal).endswith(
        "dans la colonne B («\u00a0Courriel\u00a0») de la feuille «\u00a0Adhérents\u00a0»."
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=300), st.text(alphabet='a1;,"\n\t@{}[]:é ', max_size=300).map(str.encode)))
def test_any_bytes_get_an_answer(tmp_path: Path, content: bytes):
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    found = look(path)
    assert set(found) == {"report", "matches", "signals", "columns", "period", "owners"}
    assert len(found["matches"]) <= 5
